//! The pages about electors: finding them, one of them, a home, no contact.

mod elector;
mod found;
mod home;
mod objection;
mod search;

pub use elector::elector;
pub use home::home;
pub use objection::{ask_stop, ask_withdraw, stop, withdraw};
pub use search::{keep, show};
