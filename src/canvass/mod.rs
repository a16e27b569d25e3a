//! Walk lists, assignments, the doorstep, results.

pub mod codes;
pub mod doors;
pub mod lists;
pub mod quarantine;
pub mod results;
pub mod walk_order;

use crate::database::partitioned_id;

partitioned_id!(
    /// A walk list.
    ListId
);
