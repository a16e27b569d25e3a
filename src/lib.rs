//! Hustings: local campaigning on the electoral register, behind a wall.

pub mod config;
pub mod database;
