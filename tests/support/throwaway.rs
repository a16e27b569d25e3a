//! A PostgreSQL of a test's own, to be killed.

use std::path::{Path, PathBuf};

use hustings::database::cluster::{Cluster, Settings};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A cluster in a directory of its own that ends with the test.
pub struct Throwaway {
    directory: tempfile::TempDir,
}

impl Throwaway {
    /// An empty directory.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // The cluster's user passes through, as it would through /var or /srv.
        open_to_all(directory.path());
        Self { directory }
    }

    /// Where its data is.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("var")
    }

    /// A place beside it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The cluster, started or found running; what it writes is not pressed to the disk.
    pub async fn open(&self) -> Cluster {
        Cluster::adopt_or_start(settings(&self.data())).await.unwrap()
    }
}

impl Drop for Throwaway {
    /// Leaves nothing running when an assertion has failed.
    fn drop(&mut self) {
        end(&self.data());
    }
}

/// Ends the cluster of a directory, however it is, and removes its socket.
pub fn end(data: &Path) {
    let noted = std::fs::read_to_string(data.join("cluster/postmaster.pid"));
    if let Some(pid) = noted.ok().and_then(|noted| noted.lines().next()?.parse().ok()) {
        let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
    }
    let state = std::fs::read(data.join("cluster.json")).unwrap_or_default();
    let state = serde_json::from_slice::<serde_json::Value>(&state).unwrap_or_default();
    if let Some(socket) = state["socket_dir"].as_str() {
        let _ = std::fs::remove_dir_all(socket);
    }
}

/// As in production, but not pressed to the disk.
pub fn settings(data: &Path) -> Settings {
    Settings { durable: false, ..Settings::durable(data) }
}

/// Lets other users in.
pub fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A signal takes a moment: returns when PostgreSQL is gone.
pub async fn kill_postgres(cluster: &Cluster) {
    let pid = i32::try_from(cluster.pid().unwrap()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    while cluster.pid().is_some() {
        tokio::task::yield_now().await;
    }
}
