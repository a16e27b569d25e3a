//! Walk lists, assignments, the doorstep, results.

use crate::database::partitioned_id;

partitioned_id!(
    /// A walk list.
    ListId
);
