//! Walk lists, assignments, the doorstep, results.

pub mod codes;
pub mod lists;
pub mod quarantine;
pub mod doors;
pub mod results;
pub mod walk_order;

use crate::database::partitioned_id;

partitioned_id!(
    /// A walk list.
    ListId
);
