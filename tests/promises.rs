//! What Hustings promises, one module a promise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

#[path = "promises/areas_and_polls.rs"]
mod areas_and_polls;
#[path = "promises/browser.rs"]
mod browser;
#[path = "promises/catalogue.rs"]
mod catalogue;
#[path = "promises/cluster.rs"]
mod cluster;
#[path = "promises/doorstep.rs"]
mod doorstep;
#[path = "promises/electors.rs"]
mod electors;
#[path = "promises/harness.rs"]
mod harness;
#[path = "promises/imports.rs"]
mod imports;
#[path = "promises/insight.rs"]
mod insight;
#[path = "promises/matrix.rs"]
mod matrix;
#[path = "promises/registers_import.rs"]
mod registers_import;
#[path = "promises/registers_reading.rs"]
mod registers_reading;
#[path = "promises/results.rs"]
mod results;
#[path = "promises/sign_in.rs"]
mod sign_in;
#[path = "promises/wall.rs"]
mod wall;
