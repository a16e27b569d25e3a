//! Electors and their homes: search, pages, history.
//!
//! What enters is a council's names and addresses, and what an organiser types to find somebody; what leaves are pages
//! that say what is known, who recorded it and when, each look on record.

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
