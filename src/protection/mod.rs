//! The data protection officer's work: how long data is kept, breaches, the records that the law asks for.

pub mod breach;
pub mod records;
pub mod retention;

/// A form with a button alone; the grant that it was drawn under is checked as with any other.
#[derive(serde::Deserialize)]
pub struct Bare {}
