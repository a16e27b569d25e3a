//! The access log in the database. Everything names the account or the person, so that its indexes are used.

mod account;
mod by_day;
mod overview;
mod people;
mod tried;

pub use account::{days, figures, people, refusals};
pub use by_day::{DayOf, Line, days_of, lines};
pub use overview::{Busy, Week, busiest, refused_lately, week};
pub use people::{
    Found, Look, Looks, Sight, Sights, everything, find, helper, looks, name_of, was_held, who_saw, who_saw_person,
};
pub use tried::{Tried, tried};

/// How many rows a page shows.
pub const PAGE: i64 = 50;
