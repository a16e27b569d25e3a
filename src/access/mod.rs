//! Who may come in and do what: accounts, sessions, roles, grants, closing a tool.
//!
//! What enters is a token or a password; what leaves is a `Viewer` with one grant in use. The
//! role × permission table is one readable constant, shown to administrators and walked whole by a test.

pub mod api;
mod asks;
mod browser;
pub mod door;
pub mod factors;
mod kind;
pub mod membership;
mod named;
pub mod pages;
pub mod passwords;
mod permissions;
pub mod store;
mod token;
mod until;

pub use asks::Asks;
pub use browser::browser;
pub use kind::GrantKind;
pub use named::{contact, email_address, person_name, text};
pub use permissions::{PERMISSIONS, Permission, Role, STEP_UP};
pub use token::Token;
pub use until::{UsualEnd, coming_end, grant_end, grant_start, local_time, parse_until, usual_end};
