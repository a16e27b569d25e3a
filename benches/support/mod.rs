//! What the benches stand on: a house of their own, people and places in it, clients, yardsticks, one way to print.
#![allow(dead_code)] // each bench uses its own part

pub mod canvass;
pub mod clients;
pub mod house;
pub mod memory;
pub mod people;
pub mod pgbench;
pub mod places;
pub mod report;

use std::error::Error;
use std::str::FromStr;

/// What a bench's functions answer: anything may go wrong, and then the bench says what and ends.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// A size that can be changed from outside: `HUSTINGS_BENCH_ELECTORS` for `ELECTORS`.
///
/// # Errors
/// When the variable holds no such number.
pub fn size<T: FromStr>(name: &str, usual: T) -> Outcome<T> {
    let variable = format!("HUSTINGS_BENCH_{name}");
    match std::env::var(&variable) {
        Ok(text) => text.parse().map_err(|_| format!("{variable} is not a number: {text}").into()),
        Err(_) => Ok(usual),
    }
}
