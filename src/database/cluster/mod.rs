//! The embedded cluster: the machine's PostgreSQL, run as a private cluster for those who bring no server of their own.
//!
//! It has the same owners, logins and passwords as production and listens on a socket only. What is in which file:
//! `place` says where the data lives and as whom PostgreSQL runs, `binaries` finds PostgreSQL, `bootstrap` makes the
//! cluster and its roles, `state` remembers the passwords, `socket` keeps the socket's directory, `postmaster` starts,
//! finds and stops the server process.
//!
//! Any number of processes may use one cluster: a server, and commands beside it. Each holds a shared lock on
//! `cluster.users` for as long as it lives, and the last one to leave stops PostgreSQL. A lock ends with its process,
//! however that ends, so a cluster left running by a killed server is simply adopted by whoever comes next.
//! Starting and stopping take turns by an exclusive lock on `cluster.lock`.

mod binaries;
mod bootstrap;
mod error;
mod lock;
mod place;
mod postmaster;
mod socket;
mod state;

use std::path::PathBuf;

use sqlx::{Connection, PgConnection};
use tokio::task::spawn_blocking;

use super::prepare;
pub(in crate::database) use binaries::Binaries;
pub use error::ClusterError;
use lock::Users;
pub use place::{Place, RunAs};
use postmaster::Postmaster;
use state::State;

/// The database that Hustings keeps everything in on its own cluster.
pub const DATABASE: &str = "hustings";

/// What the caller chooses about the cluster.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the data shall live (`HUSTINGS_DATA`); [`Place`] says where it really does.
    pub data: PathBuf,
    /// Whether commits survive a power cut. False in tests only.
    pub durable: bool,
    /// Further PostgreSQL settings, name and value, after Hustings' own.
    pub extra: Vec<(String, String)>,
}

impl Settings {
    /// A durable cluster under `data` with Hustings' own settings.
    pub fn durable(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), durable: true, extra: Vec::new() }
    }
}

/// One of the three logins of `roles.sql`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Works for somebody who has signed in.
    App,
    /// Does what happens without a session.
    Door,
    /// Migrates, backs up, restores, and runs the command line.
    Operator,
}

/// A running cluster, with a share in keeping it so. Dropping it gives the share up and leaves PostgreSQL running;
/// [`Cluster::stop`] stops it when nobody else has a share.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    state: State,
    postmaster: Postmaster,
    users: Users,
    newly_made: bool,
}

impl Cluster {
    /// Finds the cluster under `settings.data` running and takes a share in it, with the settings it was started with;
    /// otherwise starts it, and makes it first when there is none. Two processes that do this at once take turns.
    ///
    /// # Errors
    /// When PostgreSQL is missing or cannot start, when the data belongs to somebody else, or when another version of
    /// Hustings with other roles is using the cluster.
    pub async fn adopt_or_start(settings: Settings) -> Result<Self, ClusterError> {
        let cluster = blocking(move || Self::open(&settings)).await?;
        if cluster.newly_made {
            let url = cluster.url(Login::Operator, DATABASE);
            prepare(&mut PgConnection::connect(&url).await?).await?;
        }
        Ok(cluster)
    }

    /// The URL by which `login` reaches `database`, for sqlx as for psql. It holds the password: never log it.
    pub fn url(&self, login: Login, database: &str) -> String {
        self.state.url(login, database)
    }

    /// Where the data really lives and as whom PostgreSQL runs.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether this call made the cluster, so that its database is still empty.
    pub fn newly_made(&self) -> bool {
        self.newly_made
    }

    /// The process id of the PostgreSQL server; none while it is not running.
    pub fn pid(&self) -> Option<u32> {
        self.postmaster.pid()
    }

    /// Whether PostgreSQL's program was replaced (by a package upgrade) since it was started: it should be restarted.
    pub fn binary_changed(&self) -> bool {
        self.pid().is_some_and(postmaster::program_replaced)
    }

    /// Starts PostgreSQL again if it has died, or if its socket was cleaned away; true when it had. The URLs stay the
    /// same. Cheap enough to be called every second.
    ///
    /// # Errors
    /// As for starting.
    pub async fn revive(&self) -> Result<bool, ClusterError> {
        let (place, state, postmaster) = (self.place.clone(), self.state.clone(), self.postmaster.clone());
        blocking(move || {
            if postmaster.serves(&state.socket_dir) {
                return Ok(false);
            }
            let _turn = lock::turn(&place)?;
            if postmaster.serves(&state.socket_dir) {
                return Ok(false);
            }
            postmaster.stop()?;
            socket::ensure(Some(&state.socket_dir), place.user())?;
            postmaster.start(&state.socket_dir).map(|()| true)
        })
        .await
    }

    /// Makes this process the user that PostgreSQL runs as, when root started it; does nothing otherwise. To be called
    /// once everything that needs root is done.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn drop_privileges(&self) -> Result<(), ClusterError> {
        self.place.user().map_or(Ok(()), RunAs::become_it)
    }

    /// Gives up the share in the cluster, and stops PostgreSQL if it was the last: true when it was. Open connections
    /// are ended and what they had not committed is rolled back.
    ///
    /// # Errors
    /// When PostgreSQL does not stop within a minute.
    pub async fn stop(self) -> Result<bool, ClusterError> {
        blocking(move || {
            let _turn = lock::turn(&self.place)?;
            if !self.users.leave_last()? {
                return Ok(false);
            }
            self.postmaster.stop()?;
            socket::remove(&self.state.socket_dir);
            Ok(true)
        })
        .await
    }

    fn open(settings: &Settings) -> Result<Self, ClusterError> {
        let place = Place::resolve(&settings.data)?;
        place.take()?;
        let _turn = lock::turn(&place)?;
        let users = Users::join(&place)?;
        let binaries = Binaries::find(&place.cluster())?;
        let postmaster = Postmaster::new(&place, binaries.clone());
        let kept = State::load(&place)?;
        if let Some(state) = kept.as_ref().filter(|state| state.reachable() && postmaster.pid().is_some()) {
            if state.roles == bootstrap::roles_digest() {
                postmaster.wait_until_ready()?;
                return Ok(Self { place, state: state.clone(), postmaster, users, newly_made: false });
            }
            users.alone()?;
        }
        postmaster.stop()?;
        let state = State::renew(kept, &place)?;
        postmaster.clear_remains(&state.socket_dir)?;
        let newly_made = bootstrap::make_or_update(&place, &binaries, &state, settings.durable)?;
        binaries::write_settings(&place, &state.socket_dir, settings)?;
        let state = state.with_roles_applied();
        state.save(&place)?;
        postmaster.start(&state.socket_dir)?;
        Ok(Self { place, state, postmaster, users, newly_made })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClusterError> + Send + 'static,
) -> Result<T, ClusterError> {
    spawn_blocking(work).await.map_err(|_| ClusterError::Interrupted)?
}
