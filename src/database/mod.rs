//! The database: pools a working role, migrations, and the scoped transaction, the only way to people's data.
//!
//! What enters is a session's credential and a permission; what leaves is rows that the wall let through, each look
//! on record. Nothing else in the house holds a pool or a connection.

// The one room that holds pools.
#![allow(clippy::disallowed_types)]

pub mod backup;
pub mod cluster;
mod id;
mod migrate;
mod prepare;
mod scoped;

pub(crate) use id::partitioned_id;
pub use migrate::{Standing, migrate, standing};
pub use prepare::prepare;

pub use id::{ParseIdError, parse as parse_id};
pub use scoped::{Actor, Credential, Looked, OperatorSession, Scope, Scoped, Seen, What};

use crate::config::DatabaseUrls;
use crate::error::Error;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Executor as _};
use std::str::FromStr;
use std::time::Duration;

/// A kind of work in the database: which columns and verbs, by its privileges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkingRole {
    /// At the doors: the open list, nothing else.
    Volunteer,
    /// Plans and watches, within the area in use.
    Organiser,
    /// Keeps members.
    Membership,
    /// Answers for everybody's data, on record.
    Protection,
    /// Grants access; sees no elector.
    Administrator,
    /// An organiser loading a register.
    Importer,
}

impl WorkingRole {
    const ALL: [WorkingRole; 6] = [
        WorkingRole::Volunteer,
        WorkingRole::Organiser,
        WorkingRole::Membership,
        WorkingRole::Protection,
        WorkingRole::Administrator,
        WorkingRole::Importer,
    ];

    /// PostgreSQL's name of it.
    fn name(self) -> &'static str {
        match self {
            WorkingRole::Volunteer => "hustings_volunteer",
            WorkingRole::Organiser => "hustings_organiser",
            WorkingRole::Membership => "hustings_membership",
            WorkingRole::Protection => "hustings_protection",
            WorkingRole::Administrator => "hustings_administrator",
            WorkingRole::Importer => "hustings_importer",
        }
    }

    /// What a new connection of this role's pool begins with. What is asked at the doors names its rows by their keys, so
    /// that one plan does for all; to plan it anew each time costs more than to run it (a list of 60 doors: 3.3 ms against
    /// 0.5, measured).
    fn set_role(self) -> &'static str {
        match self {
            WorkingRole::Volunteer => "set role hustings_volunteer; set plan_cache_mode = force_generic_plan",
            WorkingRole::Organiser => "set role hustings_organiser",
            WorkingRole::Membership => "set role hustings_membership",
            WorkingRole::Protection => "set role hustings_protection",
            WorkingRole::Administrator => "set role hustings_administrator",
            WorkingRole::Importer => "set role hustings_importer",
        }
    }

    /// How many connections its pool may hold: doors and organisers are many at once, the Guard is few.
    fn connections(self) -> u32 {
        match self {
            WorkingRole::Volunteer => 12,
            // Two imports being read and two being applied hold one each; the other four are for their pages.
            WorkingRole::Organiser | WorkingRole::Importer => 8,
            WorkingRole::Administrator | WorkingRole::Protection => 4,
            WorkingRole::Membership => 2,
        }
    }
}

/// All pools of a serving process. A pool a working role: switching roles on shared connections throws plans away.
#[derive(Clone)]
pub struct Database {
    app: PgPool,
    door: PgPool,
    roles: [PgPool; WorkingRole::ALL.len()],
}

impl Database {
    /// Pools that connect when first used, so that the server starts, and says so, while PostgreSQL is away.
    ///
    /// # Errors
    /// A connection string that cannot be read.
    pub fn connect(urls: &DatabaseUrls) -> Result<Self, Error> {
        let app = options(&urls.app)?;
        let role = |role: WorkingRole| {
            pool(role.connections(), role.name())
                .after_connect(move |connection, _| {
                    Box::pin(async move {
                        connection.execute(TODAY_IN_LONDON).await?;
                        connection.execute(role.set_role()).await.map(drop)
                    })
                })
                .connect_lazy_with(app.clone())
        };
        Ok(Database {
            roles: WorkingRole::ALL.map(role),
            door: pool(4, "hustings_door").connect_lazy_with(options(&urls.door)?),
            app: pool(8, "hustings_app").connect_lazy_with(app.clone()),
        })
    }

    /// The door's pool: only `access::door` uses it.
    pub(crate) fn door(&self) -> &PgPool {
        &self.door
    }

    /// A pool without a working role, which may ask `wall.who` and nothing else.
    pub(crate) fn app(&self) -> &PgPool {
        &self.app
    }

    fn role(&self, role: WorkingRole) -> &PgPool {
        &self.roles[role as usize]
    }

    /// Whether PostgreSQL answers both logins, and lets them write.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        for login in [&self.app, &self.door] {
            let state: String = sqlx::query_scalar("show transaction_read_only").fetch_one(login).await?;
            if state != "off" {
                return Err(Error::Unavailable(sqlx::Error::Protocol("the database takes no changes".into())));
            }
        }
        Ok(())
    }

    /// Asks PostgreSQL to give up the statement that one of our own connections runs. Asking about one that runs none
    /// does nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not answer.
    pub async fn cancel(&self, backend: i32) -> Result<(), Error> {
        sqlx::query("select pg_cancel_backend($1)").bind(backend).execute(&self.app).await?;
        Ok(())
    }

    /// Ends all connections; open transactions finish first, for as long as `patience`. Whether all did.
    pub async fn close(&self, patience: Duration) -> bool {
        let pools = self.roles.iter().chain([&self.app, &self.door]);
        let all = futures_util::future::join_all(pools.map(PgPool::close));
        tokio::time::timeout(patience, all).await.is_ok()
    }
}

/// `current_date` is a day of London's: an hour after a summer's midnight, a ward that begins today has begun. The driver
/// asks for UTC when it connects, so that a role's own setting would not hold.
const TODAY_IN_LONDON: &str = "set timezone = 'Europe/London'";

/// A connection that worked so lately needs no test before it works again.
const TRUSTED: Duration = Duration::from_secs(1);

/// A pool whose connections are closed when somebody has left something behind on them: another role, or a statement prepared
/// by SQL under the name of one of ours.
fn pool(connections: u32, role: &'static str) -> PgPoolOptions {
    any_pool(connections).after_release(move |connection, _| {
        Box::pin(async move {
            // Not by a prepared statement, which could be one that was left behind.
            let untouched = sqlx::query_scalar("select wall.untouched($1::name)").bind(role).persistent(false);
            untouched.fetch_one(connection).await
        })
    })
}

fn any_pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(4))
        .test_before_acquire(false)
        .before_acquire(|connection, kept| {
            Box::pin(async move {
                if kept.idle_for > TRUSTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| Box::pin(async move { connection.execute(TODAY_IN_LONDON).await.map(drop) }))
}

fn options(url: &str) -> Result<PgConnectOptions, Error> {
    use sqlx::ConnectOptions;
    let options = PgConnectOptions::from_str(url).map_err(|_| {
        Error::Refused("A database URL cannot be read: it begins postgres:// and names a database".into())
    })?;
    // Reading a row by its key costs hardly more than the next one of a table: there are no turning disks under us. The
    // planner's own default would read a table of some hundred sessions through at every question of the wall.
    // Nor is any question here so long that compiling it would pay: a list of a few rows took 0.8 s of compiling, measured.
    let options = options.options([("random_page_cost", "1.1"), ("jit", "off")]);
    // Statements hold people's names and sessions' hashes: sqlx must not log slow ones.
    Ok(options.application_name("hustings").disable_statement_logging())
}

/// The operator's connections: migrations, the command line, backup. Bypasses row security, on record by itself.
#[derive(Clone)]
pub struct Operator {
    pool: PgPool,
    url: std::sync::Arc<str>,
}

impl Operator {
    /// Connects as `hustings_operator`.
    ///
    /// # Errors
    /// A connection string that cannot be read.
    pub fn connect(url: &str) -> Result<Self, Error> {
        Ok(Operator { pool: any_pool(4).connect_lazy_with(options(url)?), url: url.into() })
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Its URL, password and all, for PostgreSQL's own programs: never log it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// One connection of the operator's, for work that is not about one scope (backup, restore, checks).
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn connection(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, Error> {
        Ok(self.pool.acquire().await?)
    }

    /// Ends its connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
