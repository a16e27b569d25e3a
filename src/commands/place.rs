//! Where a command finds its database: the server that was given, or the embedded cluster, adopted or started.

use crate::config::{Config, DatabaseUrls};
use crate::database::cluster::{Cluster, DATABASE, Login, Settings};
use crate::database::{Standing, migrate, standing};
use crate::error::Error;
use std::path::PathBuf;

/// What a command says that meets another version's tables.
const OTHER_VERSION: &str = "The database is of another version of Hustings, and nothing was done. Bring it up to date \
    with `hustings migrate` or `hustings serve` of this version, or use the version that serves it";

/// What a command may do with tables that are not this version's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// Bring them up to date: `serve`, `migrate`, `setup`, `demo`, `restore`.
    BroughtUpToDate,
    /// Nothing: the command refuses. An empty database is given its tables all the same.
    AsTheyAre,
    /// Nothing, and it does not mind: `config`.
    Whatever,
}

/// A database that is up to date.
pub struct Place {
    urls: DatabaseUrls,
    cluster: Option<Cluster>,
}

impl Place {
    /// Opens it: a given server, or the embedded cluster.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not start, a migration fails, or the tables are another version's.
    pub async fn open(config: &Config, tables: Tables) -> Result<Self, Error> {
        let place = match &config.database {
            Some(urls) => Place { urls: urls.clone(), cluster: None },
            None => Place::embedded(config).await?,
        };
        let stands = match standing(&place.urls.owner).await {
            Err(_) if tables == Tables::Whatever => return Ok(place),
            Err(error) => return Err(Error::Refused(format!("The database cannot be reached: {error}"))),
            Ok(stands) => stands,
        };
        match (stands, tables) {
            (Standing::Empty, _) | (_, Tables::BroughtUpToDate) => place.migrate().await?,
            (Standing::Other, Tables::AsTheyAre) => return Err(Error::Refused(OTHER_VERSION.into())),
            (Standing::Current, _) | (_, Tables::Whatever) => {}
        }
        Ok(place)
    }

    async fn migrate(&self) -> Result<(), Error> {
        migrate(&self.urls.owner)
            .await
            .map_err(|e| Error::Refused(format!("The database could not be brought up to date: {e}")))
    }

    async fn embedded(config: &Config) -> Result<Self, Error> {
        let cluster = Cluster::adopt_or_start(Settings::durable(&config.data))
            .await
            .map_err(|e| Error::Refused(e.to_string()))?;
        let url = |login| cluster.url(login, DATABASE);
        let urls = DatabaseUrls { app: url(Login::App), door: url(Login::Door), owner: url(Login::Operator) };
        Ok(Place { urls, cluster: Some(cluster) })
    }

    /// The three logins' URLs.
    pub fn urls(&self) -> &DatabaseUrls {
        &self.urls
    }

    /// Where files are kept: beside the embedded cluster, else where the configuration says.
    pub fn data(&self, config: &Config) -> PathBuf {
        self.cluster.as_ref().map_or_else(|| config.data.clone(), |cluster| cluster.place().data.clone())
    }

    /// The embedded cluster, if that is where.
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// Leaves; the embedded cluster stops with the last who uses it.
    ///
    /// # Errors
    /// When it does not stop.
    pub async fn leave(self) -> Result<(), Error> {
        match self.cluster {
            Some(cluster) => cluster.stop().await.map(drop).map_err(|e| Error::Refused(e.to_string())),
            None => Ok(()),
        }
    }
}
