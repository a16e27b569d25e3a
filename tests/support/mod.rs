//! What the tests stand on.
#![allow(dead_code)] // each test binary uses its own part

//pub mod browser;
pub mod app;
pub mod database;
pub mod walk;
//pub mod html;
