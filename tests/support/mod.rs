//! What the tests stand on.
#![allow(dead_code)] // each test binary uses its own part

pub mod app;
pub mod browser;
pub mod database;
pub mod html;
pub mod register;
pub mod results;
pub mod walk;
pub mod wall;
