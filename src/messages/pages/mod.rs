//! `/messages`: the list, writing one, trying it, sending it off, what became of it.

pub mod edit;
pub mod list;
pub mod one;
pub mod pictures;
pub mod sending;
