//! The demonstration: an invented constituency, made through the same functions as real work.

pub mod register;
mod words;
