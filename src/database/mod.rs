//! The database: the embedded cluster, its roles, and what every database gets.

pub mod cluster;
mod prepare;

pub use prepare::prepare;
