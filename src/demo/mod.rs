//! The demonstration: an invented constituency, made through the same functions as real work.

mod history;
pub mod register;
mod words;
