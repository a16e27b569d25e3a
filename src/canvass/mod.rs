//! Walk lists, assignments, the doorstep, results.

pub mod codes;

use crate::database::partitioned_id;

partitioned_id!(
    /// A walk list.
    ListId
);
