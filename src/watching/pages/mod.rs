//! `/protection/alerts` and `/protection/canaries`: what the rules found, the rules themselves, invented electors.

pub mod alerts;
pub mod canaries;
pub mod rules;
