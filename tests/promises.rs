//! What Hustings promises, one module a promise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

#[path = "promises/cluster.rs"]
mod cluster;
#[path = "promises/harness.rs"]
mod harness;
#[path = "promises/registers_reading.rs"]
mod registers_reading;
#[path = "promises/results.rs"]
mod results;
#[path = "promises/sign_in.rs"]
mod sign_in;
