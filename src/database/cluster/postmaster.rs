//! The PostgreSQL server process: whether it runs, starting it, stopping it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::binaries::{Binaries, run};
use super::{ClusterError, Place, RunAs, socket};

/// How long starting and stopping may take. A start after a crash replays what was written since the last checkpoint.
const LIMIT: Duration = Duration::from_secs(60);

/// How often to look while waiting.
const PAUSE: Duration = Duration::from_millis(20);

/// The server process of one cluster, whether it runs or not.
#[derive(Clone, Debug)]
pub struct Postmaster {
    directory: PathBuf,
    user: Option<RunAs>,
    binaries: Binaries,
}

impl Postmaster {
    /// The process that serves the cluster of `place`.
    pub fn new(place: &Place, binaries: Binaries) -> Self {
        Self { directory: place.cluster(), user: place.user().cloned(), binaries }
    }

    /// Its id while it runs. The file that names it outlives a kill or a reboot, and by then the number may be another
    /// program's: so it counts only if that is a PostgreSQL at work in this directory.
    pub fn pid(&self) -> Option<u32> {
        self.noted_pid().filter(|pid| works_for(*pid, &self.directory))
    }

    /// Whether it runs and can be reached by its socket.
    pub fn serves(&self, socket_dir: &Path) -> bool {
        self.pid().is_some() && socket_dir.join(socket::NAME).exists()
    }

    /// Starts it in a session of its own, so that Ctrl-C on the server does not reach it, and waits until it is ready.
    pub fn start(&self, socket_dir: &Path) -> Result<(), ClusterError> {
        self.clear_remains(socket_dir)?;
        let mut command = self.binaries.command("pg_ctl", self.user.as_ref());
        command.args(["start", "--wait", "--silent", "--timeout", &LIMIT.as_secs().to_string()]);
        let log = self.start_log()?;
        command.arg("--log").arg(&log).arg("--pgdata").arg(&self.directory);
        run(command).map(drop).map_err(|error| error.with(&fs::read_to_string(&log).unwrap_or_default()))
    }

    /// Where PostgreSQL writes before its own log begins, emptied of what the last start said.
    fn start_log(&self) -> Result<PathBuf, ClusterError> {
        let log = self.directory.join("start.log");
        fs::write(&log, "").map_err(ClusterError::file(&log))?;
        self.user.as_ref().map_or(Ok(()), |user| user.own(&log))?;
        Ok(log)
    }

    /// Waits until it takes connections: it may be replaying after a crash.
    pub fn wait_until_ready(&self) -> Result<(), ClusterError> {
        self.wait("become ready", || self.noted_line(7).is_some_and(|status| status.trim() == "ready"))
    }

    /// Stops it if it runs, ending open connections, and waits for its end.
    pub fn stop(&self) -> Result<(), ClusterError> {
        let Some(pid) = self.pid() else { return Ok(()) };
        signal(pid, Signal::SIGINT);
        self.wait("stop", || !works_for(pid, &self.directory))
    }

    /// After the server process was killed: its children end by themselves when they notice, and must have before
    /// another may start. Then, and only then, the files that name it may go: PostgreSQL itself would keep them when
    /// the number is meanwhile another program's, or when nobody has reaped the killed process.
    pub fn clear_remains(&self, socket_dir: &Path) -> Result<(), ClusterError> {
        for child in self.working_here() {
            signal(child, Signal::SIGQUIT);
        }
        self.wait("end after it was killed", || self.working_here().is_empty())?;
        for file in [self.pid_file(), socket_dir.join(socket::LOCK), socket_dir.join(socket::NAME)] {
            if file.exists() {
                fs::remove_file(&file).map_err(ClusterError::file(&file))?;
            }
        }
        Ok(())
    }

    fn working_here(&self) -> Vec<u32> {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|process| process.file_name().to_str()?.parse().ok())
            .filter(|pid| works_for(*pid, &self.directory))
            .collect()
    }

    fn noted_pid(&self) -> Option<u32> {
        self.noted_line(0)?.trim().parse().ok()
    }

    fn noted_line(&self, line: usize) -> Option<String> {
        fs::read_to_string(self.pid_file()).ok()?.lines().nth(line).map(str::to_owned)
    }

    fn pid_file(&self) -> PathBuf {
        self.directory.join("postmaster.pid")
    }

    fn wait(&self, what: &'static str, done: impl Fn() -> bool) -> Result<(), ClusterError> {
        let end = Instant::now() + LIMIT;
        while !done() {
            if Instant::now() > end {
                return Err(ClusterError::TimedOut { path: self.directory.clone(), what });
            }
            sleep(PAUSE);
        }
        Ok(())
    }
}

/// Whether the program file of a running process was removed or replaced since it was started.
pub fn program_replaced(pid: u32) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|program| program.to_string_lossy().ends_with(" (deleted)"))
}

/// Whether a process is one of PostgreSQL's for this cluster: they all work in its directory.
fn works_for(pid: u32, directory: &Path) -> bool {
    let Ok(directory) = fs::canonicalize(directory) else {
        return false;
    };
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
        && fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|works_in| works_in == directory)
}

/// A process that has ended meanwhile is as good as signalled.
fn signal(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_replaced_program_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("sleeper");
        fs::copy("/bin/sleep", &program).unwrap();
        let mut sleeper = Command::new(&program).arg("60").spawn().unwrap();
        assert!(!program_replaced(sleeper.id()));
        fs::remove_file(&program).unwrap();
        assert!(program_replaced(sleeper.id()));
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
    }
}
