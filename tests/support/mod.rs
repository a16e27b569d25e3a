//! What the tests stand on.
#![allow(dead_code)] // each test binary uses its own part

pub mod access;
pub mod app;
pub mod books;
pub mod browser;
pub mod database;
pub mod electors;
pub mod events;
pub mod form;
pub mod found;
pub mod html;
pub mod imports;
pub mod look;
pub mod materials;
pub mod members;
pub mod paper;
pub mod pdf;
pub mod people;
pub mod register;
pub mod results;
pub mod rounds;
pub mod sealed;
pub mod selections;
pub mod server;
pub mod site;
pub mod smtp;
pub mod stops;
pub mod throwaway;
pub mod until;
pub mod voters;
pub mod walk;
pub mod wall;
pub mod watch;
