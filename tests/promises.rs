//! What Hustings promises, one module a promise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

#[path = "promises/assignments.rs"]
mod assignments;
#[path = "promises/backup.rs"]
mod backup;
#[path = "promises/browser.rs"]
mod browser;
#[path = "promises/catalogue.rs"]
mod catalogue;
#[path = "promises/cluster.rs"]
mod cluster;
#[path = "promises/doorstep.rs"]
mod doorstep;
#[path = "promises/doorstep_pages.rs"]
mod doorstep_pages;
#[path = "promises/doorstep_script.rs"]
mod doorstep_script;
#[path = "promises/electors.rs"]
mod electors;
#[path = "promises/harness.rs"]
mod harness;
#[path = "promises/insight.rs"]
mod insight;
#[path = "promises/killed.rs"]
mod killed;
#[path = "promises/matrix.rs"]
mod matrix;
#[path = "promises/quarantine.rs"]
mod quarantine;
#[path = "promises/registers_import.rs"]
mod registers_import;
#[path = "promises/registers_reading.rs"]
mod registers_reading;
#[path = "promises/results.rs"]
mod results;
#[path = "promises/results_property.rs"]
mod results_property;
#[path = "promises/sign_in.rs"]
mod sign_in;
#[path = "promises/walk_lists.rs"]
mod walk_lists;
#[path = "promises/wall.rs"]
mod wall;
#[path = "promises/wall_records.rs"]
mod wall_records;
