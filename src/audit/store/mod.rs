//! The access log in the database. Everything names the account or the person, so that its indexes are used.

mod account;
mod overview;
mod people;

pub use account::{days, figures, people, refusals};
pub use overview::{Busy, Week, busiest, refused_lately, week};
pub use people::{Found, Look, Looks, Sight, Sights, everything, find, looks, name_of, was_held, who_saw};

/// How many rows a page shows.
pub const PAGE: i64 = 50;
