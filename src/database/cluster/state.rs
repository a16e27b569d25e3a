//! What is remembered from one start to the next: `cluster.json`, readable by its owner alone.

use std::fs;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::{ClusterError, Login, Place, bootstrap, socket};

/// The passwords of the three logins.
#[derive(Clone, Serialize, Deserialize)]
pub struct Passwords {
    app: String,
    door: String,
    operator: String,
}

/// What `cluster.json` holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// The directory of the socket.
    pub socket_dir: PathBuf,
    /// The passwords.
    pub passwords: Passwords,
    /// The version of Hustings that wrote this.
    pub version: String,
    /// The digest of the roles.sql that was last applied.
    pub roles: String,
}

impl State {
    /// Reads the file; none when there is no file, or one that makes no sense: then passwords are made anew.
    pub fn load(place: &Place) -> Result<Option<Self>, ClusterError> {
        let path = file(place);
        match fs::read(&path) {
            Ok(text) => Ok(serde_json::from_slice(&text).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ClusterError::file(&path)(error)),
        }
    }

    /// What holds from this start on: the passwords that were, or new ones, and a directory for the socket.
    pub fn renew(kept: Option<Self>, place: &Place) -> Result<Self, ClusterError> {
        let socket_dir = socket::ensure(kept.as_ref().map(|kept| kept.socket_dir.as_path()), place.user())?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Ok(match kept {
            Some(kept) => Self { socket_dir, version, ..kept },
            None => Self { socket_dir, version, passwords: Passwords::make(), roles: String::new() },
        })
    }

    /// Notes that the roles are those of this version.
    pub fn with_roles_applied(self) -> Self {
        Self { roles: bootstrap::roles_digest(), ..self }
    }

    /// Writes the file whole or not at all.
    pub fn save(&self, place: &Place) -> Result<(), ClusterError> {
        let path = file(place);
        let write = || -> std::io::Result<NamedTempFile> {
            let mut draft = NamedTempFile::new_in(&place.data)?;
            serde_json::to_writer_pretty(&mut draft, self)?;
            draft.write_all(b"\n")?;
            draft.as_file().sync_all()?;
            Ok(draft)
        };
        let draft = write().map_err(ClusterError::file(&path))?;
        place.give(draft.path())?;
        draft.persist(&path).map(drop).map_err(|failed| ClusterError::file(&path)(failed.error))
    }

    /// Whether somebody listens on the socket.
    pub fn reachable(&self) -> bool {
        UnixStream::connect(self.socket_dir.join(socket::NAME)).is_ok()
    }

    /// The URL by which `login` reaches `database`.
    pub fn url(&self, login: Login, database: &str) -> String {
        let (role, password) = match login {
            Login::App => ("hustings_app", &self.passwords.app),
            Login::Door => ("hustings_door", &self.passwords.door),
            Login::Operator => ("hustings_operator", &self.passwords.operator),
        };
        let host = percent_encoded(&self.socket_dir);
        format!("postgres://{role}:{password}@{host}/{database}")
    }
}

impl Passwords {
    fn make() -> Self {
        let random = || hex::encode(rand::random::<[u8; 32]>());
        Self { app: random(), door: random(), operator: random() }
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Passwords")
    }
}

fn file(place: &Place) -> PathBuf {
    place.data.join("cluster.json")
}

/// A path as the host of a URL, which is how both libpq and sqlx are told of a socket.
fn percent_encoded(path: &Path) -> String {
    let mut host = String::new();
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            host.push(char::from(byte));
        } else {
            host.push_str(&format!("%{byte:02X}"));
        }
    }
    host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_a_host_with_its_slashes_encoded() {
        assert_eq!(percent_encoded(Path::new("/run/hustings a-1")), "%2Frun%2Fhustings%20a-1");
    }

    #[test]
    fn passwords_are_not_printed() {
        let passwords = Passwords::make();
        assert_eq!(format!("{passwords:?}"), "Passwords");
        assert_eq!(passwords.app.len(), 64);
        assert_ne!(passwords.app, passwords.door);
    }
}
