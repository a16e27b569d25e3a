//! The database URLs.

use std::fmt;
use std::net::IpAddr;

use super::ConfigError;

/// The URLs by which the three logins reach one database. They hold passwords: `Debug` and `Display` mask them.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrls {
    /// As `hustings_app`.
    pub app: String,
    /// As `hustings_door`.
    pub door: String,
    /// As `hustings_operator`.
    pub owner: String,
}

impl DatabaseUrls {
    /// An empty variable is as good as none.
    pub(super) fn all_or_none(
        app: Option<String>,
        door: Option<String>,
        owner: Option<String>,
    ) -> Result<Option<Self>, ConfigError> {
        let given = |url: Option<String>| url.filter(|url| !url.is_empty());
        match (given(app), given(door), given(owner)) {
            (Some(app), Some(door), Some(owner)) => Ok(Some(Self { app, door, owner })),
            (None, None, None) => Ok(None),
            (None, ..) => Err(ConfigError::Incomplete { missing: "DATABASE_URL" }),
            (_, None, _) => Err(ConfigError::Incomplete { missing: "HUSTINGS_DOOR_URL" }),
            (.., None) => Err(ConfigError::Incomplete { missing: "HUSTINGS_OWNER_URL" }),
        }
    }
}

impl fmt::Display for DatabaseUrls {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "database_url = \"{}\"", masked(&self.app))?;
        writeln!(out, "door_url = \"{}\"", masked(&self.door))?;
        writeln!(out, "owner_url = \"{}\"", masked(&self.owner))
    }
}

impl fmt::Debug for DatabaseUrls {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

/// Whether a host's name is this very machine's, so that what goes there crosses no network.
pub(crate) fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// A database's URL without its password. One that is not in the usual place is not looked for: nothing is shown.
fn masked(url: &str) -> String {
    let usual = url.split_once("://").filter(|_| !url.contains("password="));
    let Some((scheme, rest)) = usual else {
        return "***".to_owned();
    };
    let (login, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    let user = login.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{place}")
}
