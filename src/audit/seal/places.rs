//! Second places for signed heads: a file always, and if asked syslog and a webhook. Whoever changes the log must change
//! these too, and a webhook's other end cannot be reached from here. None of them ever holds the log back.

use super::sign::Head;
use super::webhook::{Target, post};
use crate::access::door;
use crate::config::SealConfig;
use crate::database::Database;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Facility "security", severity "information" (RFC 3164).
const SYSLOG_PRIORITY: &str = "<86>";
/// How long a webhook waits before it is tried again, the first time and at most.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// A place that is written to at once.
#[derive(Debug, Clone)]
enum Place {
    File(PathBuf),
    Syslog(PathBuf),
}

impl Place {
    fn name(&self) -> String {
        match self {
            Place::File(path) => format!("file {}", path.display()),
            Place::Syslog(path) => format!("syslog {}", path.display()),
        }
    }

    fn write(&self, line: &str) -> io::Result<()> {
        match self {
            Place::File(path) => append(path, line),
            Place::Syslog(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.set_nonblocking(true)?;
                socket.send_to(format!("{SYSLOG_PRIORITY}hustings-seal: {line}").as_bytes(), path).map(drop)
            }
        }
    }
}

/// Where the heads of one server go.
pub struct Places {
    at_once: Vec<(Place, Option<Head>)>,
    webhook: Option<watch::Sender<Option<Head>>>,
}

impl Places {
    /// As configured; the file is under `data` unless another was named. A webhook's own task ends with this value.
    pub fn of(config: &SealConfig, data: &Path, database: &Database) -> Self {
        let file = config.file.clone().unwrap_or_else(|| default_file(data));
        let at_once = [Some(Place::File(file)), config.syslog.clone().map(Place::Syslog)];
        let webhook = config.webhook.clone().map(|target| {
            let (newest, heads) = watch::channel(None);
            tokio::spawn(deliver(Arc::new(target), heads, database.clone()));
            newest
        });
        Places { at_once: at_once.into_iter().flatten().map(|place| (place, None)).collect(), webhook }
    }

    /// Writes a head everywhere; without a new one, what could not be written before. Failures are kept with the place.
    pub async fn write(&mut self, database: &Database, head: Option<&Head>) {
        for (place, unwritten) in &mut self.at_once {
            if let Some(head) = head {
                *unwritten = Some(head.clone());
            }
            let Some(head) = unwritten.clone() else { continue };
            let (to, line) = (place.clone(), head.line());
            let written = tokio::task::spawn_blocking(move || to.write(&line)).await;
            let failure = match written {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(error) => Some(error.to_string()),
            };
            note(database, &place.name(), &head, failure.as_deref()).await;
            if failure.is_none() {
                *unwritten = None;
            }
        }
        if let (Some(webhook), Some(head)) = (&self.webhook, head) {
            webhook.send_replace(Some(head.clone()));
        }
    }
}

/// Where heads go unless another file was named.
pub fn default_file(data: &Path) -> PathBuf {
    data.join("seal").join("heads.log")
}

async fn note(database: &Database, place: &str, head: &Head, failure: Option<&str>) {
    if let Some(failure) = failure {
        tracing::warn!(place, failure, "a head of the access log was not written; it is tried again");
    }
    let leaves = i64::try_from(head.leaves).unwrap_or(i64::MAX);
    if let Err(error) = door::seal_wrote(database, place, leaves, failure).await {
        tracing::warn!(place, %error, cause = error.cause(), "where a head was written could not be noted");
    }
}

/// Sends the newest head, later and later while nobody answers. A head that a newer one has overtaken is not sent any more:
/// the newer one proves what it proved.
async fn deliver(target: Arc<Target>, mut heads: watch::Receiver<Option<Head>>, database: Database) {
    let mut wait = RETRY.0;
    while heads.changed().await.is_ok() {
        loop {
            let Some(head) = heads.borrow_and_update().clone() else { break };
            let failure = post(&target, &head.line()).await.err();
            note(&database, &target.name(), &head, failure.as_deref()).await;
            if failure.is_none() {
                wait = RETRY.0;
                break;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(RETRY.1);
            if heads.has_changed().is_err() {
                return;
            }
        }
    }
}

/// Adds a line and waits until it is on the disk. Half a line that a crash left is ended first.
fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(directory) = path.parent().filter(|d| !d.as_os_str().is_empty() && !d.is_dir()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mut file = fs::OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path)?;
    let mut last = [b'\n'];
    if file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let begin = if last == *b"\n" { "" } else { "\n" };
    file.write_all(format!("{begin}{line}\n").as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_line_after_half_a_line_begins_anew_and_only_the_server_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = default_file(directory.path());
        append(&file, "one").unwrap();
        fs::OpenOptions::new().append(true).open(&file).unwrap().write_all(b"hal").unwrap();
        append(&file, "two").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "one\nhal\ntwo\n");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn syslog_gets_a_head_as_one_message() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let syslog = UnixDatagram::bind(&path).unwrap();
        Place::Syslog(path).write("{}").unwrap();
        let mut message = [0; 64];
        let length = syslog.recv(&mut message).unwrap();
        assert_eq!(&message[..length], b"<86>hustings-seal: {}");
    }
}
