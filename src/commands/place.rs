//! Where a command finds its database: the server that was given, or the embedded cluster, adopted or started.

use crate::config::{Config, DatabaseUrls};
use crate::database::cluster::{Cluster, DATABASE, Login, Settings};
use crate::database::migrate;
use crate::error::Error;
use std::path::PathBuf;

/// A database that is up to date.
pub struct Place {
    urls: DatabaseUrls,
    cluster: Option<Cluster>,
}

impl Place {
    /// Opens it: a given server, or the embedded cluster; brings the tables up to date.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not start, or a migration fails.
    pub async fn open(config: &Config) -> Result<Self, Error> {
        let place = match &config.database {
            Some(urls) => Place { urls: urls.clone(), cluster: None },
            None => Place::embedded(config).await?,
        };
        migrate(&place.urls.owner)
            .await
            .map_err(|e| Error::Refused(format!("The database could not be brought up to date: {e}")))?;
        Ok(place)
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
