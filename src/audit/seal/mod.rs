//! The seal on the access log: who could change the log could deny everything else, so what it said at a moment is signed,
//! and the signatures lie where whoever changes the database does not reach. docs/seal.md describes it for auditors.

pub mod dump;
pub mod expiry;
mod hexed;
mod leaf;
pub mod places;
pub mod sealer;
pub mod sign;
pub mod store;
mod tree;
pub mod verify;
pub mod webhook;

pub use leaf::{Hash, Moment, Row};
pub use sealer::Sealer;
pub use sign::{Head, Public};
pub use tree::Frontier;
pub use verify::{Finding, Report, Verifier};
