//! What can go wrong with the embedded cluster.

use std::path::{Path, PathBuf};

/// Why there is no cluster. The texts are for the person who runs Hustings.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No PostgreSQL programs on the machine.
    #[error(
        "PostgreSQL {needed} is not installed: install it (on Debian: apt-get install postgresql) or set DATABASE_URL"
    )]
    NotInstalled {
        /// Which PostgreSQL is needed.
        needed: String,
    },
    /// A client program is missing, or is older than the server.
    #[error(
        "{program} of PostgreSQL {needed} or later is not installed: install it (on Debian: apt-get install postgresql-client)"
    )]
    NoClient {
        /// Which program.
        program: String,
        /// The server's major version.
        needed: u32,
    },
    /// Root has nobody to run PostgreSQL as.
    #[error(
        "neither PostgreSQL nor Hustings runs as root and there is no user hustings: useradd --system --shell /usr/sbin/nologin hustings"
    )]
    NoUser,
    /// The directory belongs to another user.
    #[error("{path} does not belong to {user}, as whom PostgreSQL runs: chown -R {user}: {path}, or set HUSTINGS_DATA")]
    NotOurs {
        /// The directory.
        path: PathBuf,
        /// Whom it should belong to.
        user: String,
    },
    /// Another version is using the cluster.
    #[error("another version of Hustings is running on this data: stop it first")]
    InUse,
    /// A program failed.
    #[error("{program} failed: {message}")]
    Failed {
        /// Which program.
        program: String,
        /// What it said.
        message: String,
    },
    /// PostgreSQL did not become ready or did not end in time.
    #[error("PostgreSQL under {path} did not {what} in time; its log is in {path}/log")]
    TimedOut {
        /// The cluster's directory.
        path: PathBuf,
        /// What was waited for.
        what: &'static str,
    },
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The system refused to change the user.
    #[error("cannot become another user: {0}")]
    Privileges(#[from] nix::Error),
    /// The new database could not be prepared.
    #[error("cannot prepare the new database: {0}")]
    Database(#[from] sqlx::Error),
    /// The work was cancelled, as the process is ending.
    #[error("interrupted while starting or stopping PostgreSQL")]
    Interrupted,
}

impl ClusterError {
    /// Adds to what a program said.
    pub(super) fn with(self, more: &str) -> Self {
        match self {
            Self::Failed { program, message } => Self::Failed { program, message: format!("{message}\n{more}") },
            other => other,
        }
    }

    /// Names the file that an I/O error is about.
    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }
}
