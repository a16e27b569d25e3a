//! Where the data lives, and as whom PostgreSQL runs.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User, geteuid, setgid, setgroups, setuid};

use super::ClusterError;

/// Where the data of root's cluster goes when the user it runs as cannot reach what was asked for.
const ELSEWHERE: &str = "/var/lib/hustings";

/// The system users that root may run PostgreSQL as, best first.
const USERS: [&str; 2] = ["hustings", "postgres"];

/// Where the data lives, and as whom PostgreSQL runs.
#[derive(Clone, Debug)]
pub struct Place {
    /// The directory that holds the cluster and everything else that Hustings keeps in files.
    pub data: PathBuf,
    /// Whether that is not the directory that was asked for, because the user could not reach it.
    pub moved: bool,
    user: Option<RunAs>,
}

/// The system user that PostgreSQL, and then the server, run as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAs {
    /// The user's name.
    pub name: String,
    /// The user's number.
    pub uid: u32,
    /// The user's own group.
    pub gid: u32,
}

impl Place {
    /// Decides, changing nothing: for root another user, and another directory where that user cannot reach `asked`.
    ///
    /// # Errors
    /// When root has no user to run PostgreSQL as.
    pub fn resolve(asked: &Path) -> Result<Self, ClusterError> {
        let asked = std::path::absolute(asked).map_err(ClusterError::file(asked))?;
        if !geteuid().is_root() {
            return Ok(Self { data: asked, moved: false, user: None });
        }
        let user = owner(&asked).or_else(|| USERS.iter().find_map(|name| find(name))).ok_or(ClusterError::NoUser)?;
        if user.reaches(&asked) {
            return Ok(Self { data: asked, moved: false, user: Some(user) });
        }
        Ok(Self { data: elsewhere(&asked), moved: true, user: Some(user) })
    }

    /// For a server started by root that has its PostgreSQL elsewhere: takes the directory for files and makes this
    /// process the user that would run the cluster, for good.
    ///
    /// # Errors
    /// When there is no such user, or the directory is somebody else's.
    pub fn without_root(asked: &Path) -> Result<Self, ClusterError> {
        let place = Self::resolve(asked)?;
        place.take()?;
        place.user().map_or(Ok(()), RunAs::become_it)?;
        Ok(place)
    }

    /// The user to run PostgreSQL as; none when it is the one who runs this.
    pub fn user(&self) -> Option<&RunAs> {
        self.user.as_ref()
    }

    /// The cluster's own directory.
    pub(super) fn cluster(&self) -> PathBuf {
        self.data.join("cluster")
    }

    /// Makes the data directory and gives it to the user. One that exists is given away only when it is empty: it might
    /// be anything.
    pub(super) fn take(&self) -> Result<(), ClusterError> {
        if !self.data.exists() {
            make_private(&self.data)?;
        }
        let Some(user) = &self.user else { return Ok(()) };
        let ours = || fs::metadata(&self.data).is_ok_and(|found| found.uid() == user.uid);
        if ours() {
            return Ok(());
        }
        let empty = fs::read_dir(&self.data).is_ok_and(|mut entries| entries.next().is_none());
        if empty {
            return self.give(&self.data);
        }
        // Whoever starts at the same moment may have given it away meanwhile, and begun to fill it.
        if ours() { Ok(()) } else { Err(ClusterError::NotOurs { path: self.data.clone(), user: user.name.clone() }) }
    }

    /// Gives a file or directory that root made to the user.
    pub(super) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        match &self.user {
            Some(user) => user.own(path),
            None => Ok(()),
        }
    }
}

impl RunAs {
    /// Makes this process that user, for good.
    pub(super) fn become_it(&self) -> Result<(), ClusterError> {
        if !geteuid().is_root() {
            return Ok(());
        }
        setgroups(&[Gid::from_raw(self.gid)])?;
        setgid(Gid::from_raw(self.gid))?;
        setuid(Uid::from_raw(self.uid))?;
        Ok(())
    }

    /// Gives a file or directory to the user.
    pub(super) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(ClusterError::file(path))
    }

    /// Whether the user may enter every directory above `path`.
    fn reaches(&self, path: &Path) -> bool {
        path.ancestors().skip(1).filter_map(|above| fs::metadata(above).ok()).all(|above| self.may_enter(&above))
    }

    fn may_enter(&self, directory: &fs::Metadata) -> bool {
        let bit = match directory {
            own if own.uid() == self.uid => 0o100,
            group if group.gid() == self.gid => 0o010,
            _ => 0o001,
        };
        directory.mode() & bit != 0
    }
}

/// Who owns the cluster that is already under `data`.
fn owner(data: &Path) -> Option<RunAs> {
    let uid = fs::metadata(data.join("cluster/PG_VERSION")).ok()?.uid();
    User::from_uid(Uid::from_raw(uid)).ok()?.filter(|user| !user.uid.is_root()).map(RunAs::from)
}

fn find(name: &str) -> Option<RunAs> {
    User::from_name(name).ok()?.map(RunAs::from)
}

impl From<User> for RunAs {
    fn from(user: User) -> Self {
        Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }
    }
}

/// A directory of its own for each directory asked for, named after it, so that two of root's installations stay two.
fn elsewhere(asked: &Path) -> PathBuf {
    let name = asked.to_string_lossy().trim_matches('/').replace('/', "-");
    Path::new(ELSEWHERE).join(name)
}

fn make_private(path: &Path) -> Result<(), ClusterError> {
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).map_err(ClusterError::file(above))?;
    }
    fs::DirBuilder::new().mode(0o700).create(path).or_else(ignore_existing).map_err(ClusterError::file(path))
}

/// Another process may have been first.
fn ignore_existing(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const STRANGER: u32 = 54_321;

    fn stranger() -> RunAs {
        RunAs { name: "stranger".into(), uid: STRANGER, gid: STRANGER }
    }

    #[test]
    fn a_directory_closed_to_the_user_hides_what_is_below() {
        let above = tempfile::tempdir().unwrap();
        let below = above.path().join("var");
        fs::set_permissions(above.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!stranger().reaches(&below));
        fs::set_permissions(above.path(), fs::Permissions::from_mode(0o711)).unwrap();
        assert!(stranger().reaches(&below));
    }

    #[test]
    fn what_lives_elsewhere_keeps_its_name() {
        assert_eq!(elsewhere(Path::new("/root/party/var")), Path::new("/var/lib/hustings/root-party-var"));
    }
}
