//! Walk lists, assignments, the doorstep, results.

pub mod codes;
<<<<<<< HEAD
pub mod results;
=======
pub mod walk_order;
>>>>>>> main

use crate::database::partitioned_id;

partitioned_id!(
    /// A walk list.
    ListId
);
