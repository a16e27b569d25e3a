//! PostgreSQL's programs and settings.

use std::fmt::Write;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{ClusterError, Place, RunAs, Settings};

/// The oldest PostgreSQL that Hustings works with: views with the rights of who reads them came in 15.
const OLDEST: u32 = 15;

/// Where distributions put PostgreSQL's programs: a directory for each major version.
const DISTRIBUTIONS: [&str; 2] = ["/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin"];

/// The newest major version that is looked for.
const NEWEST: u32 = 30;

/// Settings of every embedded cluster. Statements stay out of the log, since people's data is in them.
const ALWAYS: [(&str, &str); 20] = [
    ("listen_addresses", ""),
    ("port", "5432"),
    ("unix_socket_permissions", "0700"),
    ("cluster_name", "hustings"),
    ("max_connections", "100"),
    ("shared_buffers", "256MB"),
    ("wal_compression", "on"),
    ("password_encryption", "scram-sha-256"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_statement", "none"),
    ("log_min_error_statement", "panic"),
    ("log_min_duration_statement", "-1"),
    ("log_error_verbosity", "terse"),
    // One file a weekday, each emptied when its day comes again, so that the log ends by itself.
    ("logging_collector", "on"),
    ("log_directory", "log"),
    ("log_filename", "postgresql-%a.log"),
    ("log_truncate_on_rotation", "on"),
    ("log_rotation_age", "1d"),
    ("log_rotation_size", "0"),
];

/// Settings of a throwaway cluster, which survives the death of its processes but not a power cut.
const THROWAWAY: [(&str, &str); 2] = [("fsync", "off"), ("full_page_writes", "off")];

/// The directory of PostgreSQL's programs.
#[derive(Clone, Debug)]
pub struct Binaries {
    directory: PathBuf,
}

impl Binaries {
    /// The programs of the version that made `cluster`, or the newest there are when it is still to be made.
    pub fn find(cluster: &Path) -> Result<Self, ClusterError> {
        let made_by = fs::read_to_string(cluster.join("PG_VERSION")).ok();
        let versions = match made_by.as_ref().and_then(|version| version.trim().parse().ok()) {
            Some(version) => version..=version,
            None => OLDEST..=NEWEST,
        };
        let needed = made_by.as_ref().map_or(format!("{OLDEST} or later"), |version| version.trim().to_owned());
        versions.rev().find_map(installed).ok_or(ClusterError::NotInstalled { needed })
    }

    /// A client program of PostgreSQL's for a server of this major version: the same version's where it is installed, else
    /// the nearest newer one's, which knows older servers.
    pub fn client(program: &str, major: u32) -> Result<Command, ClusterError> {
        let missing = || ClusterError::NoClient { program: program.to_owned(), needed: major };
        let found = (major..=NEWEST).find_map(|version| holding(program, version)).ok_or_else(missing)?;
        Ok(found.command(program, None))
    }

    /// A command that runs `program` as `user`, undisturbed by where and with which settings Hustings was started.
    pub fn command(&self, program: &str, user: Option<&RunAs>) -> Command {
        let mut command = Command::new(self.directory.join(program));
        command.current_dir("/").stdin(Stdio::null()).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
        if let Some(user) = user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }
}

/// Runs a command to its end; what it said on standard error becomes the error.
pub fn run(mut command: Command) -> Result<Output, ClusterError> {
    let output = command.output().map_err(ClusterError::file(Path::new(command.get_program())))?;
    check(&command, output)
}

/// Turns an unsuccessful end into an error.
pub fn check(command: &Command, output: Output) -> Result<Output, ClusterError> {
    if output.status.success() {
        return Ok(output);
    }
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    Err(ClusterError::Failed { program, message: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}

/// Writes the settings for the next start.
pub fn write_settings(place: &Place, socket_dir: &Path, settings: &Settings) -> Result<(), ClusterError> {
    let path = place.cluster().join("hustings.conf");
    let mut text = String::from("# Written anew at each start: changes here are lost.\n");
    let throwaway = if settings.durable { &[][..] } else { &THROWAWAY[..] };
    for (name, value) in ALWAYS.iter().chain(throwaway) {
        setting(&mut text, name, value);
    }
    setting(&mut text, "unix_socket_directories", &socket_dir.to_string_lossy());
    for (name, value) in &settings.extra {
        setting(&mut text, name, value);
    }
    fs::write(&path, text).map_err(ClusterError::file(&path))?;
    place.give(&path)
}

fn setting(text: &mut String, name: &str, value: &str) {
    let value = value.replace('\'', "''");
    // Writing to a String does not fail.
    let _ = writeln!(text, "{name} = '{value}'");
}

fn installed(version: u32) -> Option<Binaries> {
    holding("initdb", version)
}

fn holding(program: &str, version: u32) -> Option<Binaries> {
    DISTRIBUTIONS
        .iter()
        .map(|pattern| PathBuf::from(pattern.replace("{}", &version.to_string())))
        .find(|directory| directory.join(program).exists())
        .map(|directory| Binaries { directory })
}
