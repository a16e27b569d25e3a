//! Walk lists, assignments, the doorstep, results.

pub mod codes;
pub mod results;

use crate::database::partitioned_id;

partitioned_id!(
    /// A walk list.
    ListId
);
