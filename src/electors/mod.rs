//! Electors and their homes: search, pages, history.

use crate::database::partitioned_id;

partitioned_id!(
    /// A person as the party knows them, through all registers.
    ElectorId
);
partitioned_id!(
    /// A home.
    HouseholdId
);
