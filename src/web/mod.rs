//! The web: routes with their permissions, the guard in front of each, the page shell, errors, forms, headers.
//!
//! `web` knows every slice's routes (in `map`); no slice knows its inside, only what is exported here.

pub mod assets;
mod background;
pub mod csrf;
mod extract;
mod guard;
mod headers;
mod health;
pub mod home;
mod layout;
mod map;
pub mod openapi;
pub mod paging;
pub mod qr;
mod respond;
mod routes;
mod server;
mod tls;
mod viewer;
pub mod words;

pub use background::Background;
pub use extract::{Form, Json, Multipart, Path, Query, drawn_under};
pub use layout::{Heading, Layout};
pub use map::routes;
pub use respond::{Answer, FieldErrors, Problem, on_the_way, see_other};
pub use routes::{RouteInfo, Routes};
pub use server::{router, serve};
pub use viewer::{Ended, Viewer, Visitor};

use crate::config::Config;
use crate::database::Database;
use crate::keys::Keys;
use crate::registers::turns::Turns;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What every handler may use.
#[derive(Clone)]
pub struct App {
    /// The pools.
    pub database: Database,
    /// The configuration.
    pub config: Arc<Config>,
    /// The installation's own keys.
    pub keys: Keys,
    /// Set once PostgreSQL's program was replaced under the running server: `/readyz` says so.
    pub postgres_replaced: Arc<AtomicBool>,
    /// Long work that outlives its request.
    pub background: Background,
    /// Whose turn it is to read and to apply a register.
    pub imports: Turns,
}

impl App {
    /// Over these pools, with this configuration.
    pub fn new(database: Database, config: Config) -> Self {
        App {
            database,
            keys: Keys::of(&config.data),
            config: Arc::new(config),
            postgres_replaced: Arc::default(),
            background: Background::default(),
            imports: Turns::default(),
        }
    }

    /// Whether browsers reach us over https, so that cookies are `__Host-` and `Secure`.
    pub fn secure(&self) -> bool {
        self.config.base_url.starts_with("https://")
    }
}
