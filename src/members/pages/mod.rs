//! Pages of members.

pub mod home;
pub mod imports;
pub mod list;
pub mod matches;
pub mod one;
pub mod typed;
