//! Who may come in and do what: accounts, sessions, roles, grants, closing a tool.
//!
//! What enters is a token or a password; what leaves is a [`Viewer`](crate::web::Viewer) with one grant in use. The
//! role × permission table is one readable constant, shown to administrators and walked whole by a test.

pub mod api;
pub mod door;
pub mod pages;
pub mod passwords;
mod permissions;
mod token;

pub use permissions::{Permission, Role};
pub use token::Token;
