//! Walk lists, assignments, the doorstep, results, and what comes back on paper.

pub mod codes;
pub mod doors;
pub mod lists;
pub mod paper;
pub mod quarantine;
pub mod results;
pub mod walk_order;

use crate::database::partitioned_id;

partitioned_id!(
    /// A walk list.
    ListId
);
