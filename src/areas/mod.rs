//! Polling districts, the only leaf, and the areas made of them.
//!
//! What enters is a code that a person typed or a council's file; what leaves is an area's id, which PostgreSQL
//! resolves to districts whenever somebody acts in it.

pub mod store;

/// An area as lists and choices show it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Area {
    /// Its id.
    pub id: i64,
    /// `installation`, `authority`, `district`, `ward`, `division`, `constituency`, `devolved` or `branch`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What to type for it: short name, GSS code, or `AUTHORITY/LETTERS`.
    pub code: String,
}
