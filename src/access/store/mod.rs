//! Accounts, grants, their ends and closed tools in the database. Administrators' looks at accounts are not looks at
//! people's data, so nothing here is `Seen`; row security lets administrators in and, to read, the data protection
//! officer.

pub mod accounts;
pub mod emergency;
pub mod ending;
pub mod grants;
pub mod invitations;
pub mod requests;
pub mod reviews;
pub mod terms;
pub mod tools;
pub mod volunteers;

/// How many rows a page shows.
pub const PAGE: i64 = 50;
