//! The database: the embedded cluster, its roles, and what every database gets.

pub mod cluster;
mod migrate;
mod prepare;

pub use migrate::migrate;
pub use prepare::prepare;
