//! What Hustings promises, one module a promise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "promises/registers_reading.rs"]
mod registers_reading;
