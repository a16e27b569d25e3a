//! Letters by email: service messages from fixed forms, which promote nothing (PECR), queued in the transaction of what they
//! tell of and sent by the server afterwards.
//!
//! What enters is a `Form` and whom it is for; what leaves is a letter over SMTP, or a file in the outbox folder where no mail
//! server is set.

mod about_access;
mod about_events;
mod about_exports;
pub mod form;
mod kind;
mod link;
pub mod pages;
pub mod send;
pub mod store;

pub use form::{Form, Letter};
pub use kind::Kind;
pub use link::Link;

use uuid::Uuid;

/// Whom a letter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To<'a> {
    /// An account, at its address as it stands when the letter goes.
    Account(Uuid),
    /// An address that has no account, or not yet.
    Address(&'a str),
}
