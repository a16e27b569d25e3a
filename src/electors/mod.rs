//! Electors and their homes: search, pages, history; their names, addresses and the folded keys by which they are found.

pub mod address;
pub mod folding;
pub mod name;
pub mod postcode;
pub mod premises;

use crate::database::partitioned_id;

partitioned_id!(
    /// A person as the party knows them, through all registers.
    ElectorId
);
partitioned_id!(
    /// A home.
    HouseholdId
);
