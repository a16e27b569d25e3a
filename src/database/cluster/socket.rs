//! The directory of the socket: short, since a socket's path may be 107 bytes at most, and closed to everybody else.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access, geteuid};
use tempfile::Builder;

use super::{ClusterError, RunAs};

/// The socket's name, which follows from the port.
pub const NAME: &str = ".s.PGSQL.5432";

/// The file beside the socket that says whose it is.
pub const LOCK: &str = ".s.PGSQL.5432.lock";

/// The longest path that the system takes for a socket.
const LONGEST: usize = 107;

/// The directory, made anew where it is gone (a reboot empties /run and /tmp): under its old name if possible, so that
/// those who know it find the socket again.
pub fn ensure(old: Option<&Path>, user: Option<&RunAs>) -> Result<PathBuf, ClusterError> {
    match old {
        Some(old) if is_ours(old, user) || make_again(old, user) => Ok(old.to_owned()),
        _ => make(user),
    }
}

/// Removes the directory, where that is allowed: not in /run after the server has ceased to be root. Then it stays,
/// empty, for the next start.
pub fn remove(directory: &Path) {
    if fs::remove_dir(directory).is_err() {
        tracing::debug!(directory = %directory.display(), "the socket's directory stays");
    }
}

/// A directory that somebody else made, or may enter, is not used.
fn is_ours(directory: &Path, user: Option<&RunAs>) -> bool {
    let owner = user.map_or(geteuid().as_raw(), |user| user.uid);
    fs::symlink_metadata(directory)
        .is_ok_and(|found| found.is_dir() && found.uid() == owner && found.permissions().mode() & 0o777 == 0o700)
}

fn make_again(directory: &Path, user: Option<&RunAs>) -> bool {
    fs::DirBuilder::new().mode(0o700).create(directory).is_ok() && user.is_none_or(|user| user.own(directory).is_ok())
}

fn make(user: Option<&RunAs>) -> Result<PathBuf, ClusterError> {
    let above = above(user);
    let directory = Builder::new()
        .prefix("hustings-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(&above)
        .map_err(ClusterError::file(&above))?;
    if let Some(user) = user {
        user.own(directory.path())?;
    }
    Ok(directory.keep())
}

/// Where runtime files go on this machine: for root /run, for a user who has signed in their own directory below it.
fn above(user: Option<&RunAs>) -> PathBuf {
    let own = match user {
        Some(_) => Some(PathBuf::from("/run")),
        None => std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from),
    };
    own.filter(|own| own.is_absolute() && fits(own) && access(own, AccessFlags::W_OK).is_ok())
        .unwrap_or_else(|| PathBuf::from("/tmp"))
}

fn fits(above: &Path) -> bool {
    above.join("hustings-XXXXXX").join(NAME).as_os_str().len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_runtime_directory_is_passed_over() {
        assert!(fits(Path::new("/run/user/1000")));
        assert!(!fits(&Path::new("/run").join("x".repeat(100))));
    }

    #[test]
    fn a_directory_that_is_gone_comes_back_under_its_name() {
        let directory = make(None).unwrap();
        fs::remove_dir(&directory).unwrap();
        assert_eq!(ensure(Some(&directory), None).unwrap(), directory);
        remove(&directory);
        assert!(!directory.exists());
    }

    #[test]
    fn a_directory_open_to_others_is_not_used() {
        let directory = make(None).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        let other = ensure(Some(&directory), None).unwrap();
        assert_ne!(other, directory);
        remove(&directory);
        remove(&other);
    }
}
