//! PostgreSQL's own programs, run with the connection in their environment: a password never stands in their arguments,
//! where every user of the machine could read it.

use crate::database::cluster::Binaries;
use crate::error::Error;
use sqlx::{PgConnection, query_scalar};
use std::io::{self, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

/// The server's major version: its programs must not be older, and newer ones write what it may not know.
///
/// # Errors
/// What the database says.
pub async fn major(connection: &mut PgConnection) -> Result<u32, Error> {
    let number: i32 =
        query_scalar("select current_setting('server_version_num')::integer / 10000").fetch_one(connection).await?;
    Ok(number.unsigned_abs())
}

/// What to dump.
pub struct Dump {
    /// The operator's URL.
    pub url: String,
    /// The server's major version.
    pub major: u32,
    /// The exported snapshot that the inventory was taken in.
    pub snapshot: String,
}

impl Dump {
    /// Starts `pg_dump`; its output is the dump.
    pub fn start(&self) -> Result<Dumping, Error> {
        let mut command = command("pg_dump", self.major, &self.url)?;
        command
            // PostgreSQL's own functions keep the privileges that the database has into which it is restored: to take
            // large objects from everybody is a superuser's, who restores nothing.
            .args([
                "--format=custom",
                "--compress=6",
                "--no-blobs",
                "--exclude-schema=pg_catalog",
                "--no-password",
                "--snapshot",
            ])
            .arg(&self.snapshot);
        let mut running = Running::start(command, Stdio::null(), Stdio::piped())?;
        let output = running.child.stdout.take().ok_or_else(|| Error::internal("pg_dump has no output"))?;
        Ok(Dumping { output, running })
    }
}

/// A running `pg_dump`, ended when dropped before its time.
pub struct Dumping {
    /// The dump.
    pub output: ChildStdout,
    running: Running,
}

impl Dumping {
    /// Waits for its end, which must be a good one: a dump that broke off is no backup.
    pub fn finish(self) -> Result<(), Error> {
        drop(self.output);
        self.running.finish("pg_dump")
    }
}

/// Restores a dump into the database of `url`, whole or not at all.
pub fn restore(mut dump: impl Read, url: &str, major: u32) -> Result<(), Error> {
    let mut command = command("pg_restore", major, url)?;
    command.args(["--single-transaction", "--exit-on-error", "--no-password"]);
    let mut running = Running::start(command, Stdio::piped(), Stdio::null())?;
    let input = running.child.stdin.take().ok_or_else(|| Error::internal("pg_restore has no input"))?;
    if let Feed::Damaged = feed(&mut dump, input) {
        return Err(Error::Refused("The backup is damaged or broke off. Nothing was changed".into()));
    }
    running.finish("pg_restore")
}

enum Feed {
    Done,
    Damaged,
}

/// Hands the dump over. Where pg_restore stops reading, its own words say why; where the dump cannot be read, it is damaged.
fn feed(dump: &mut impl Read, mut input: ChildStdin) -> Feed {
    let mut buffer = vec![0; 256 * 1024];
    let mut listening = true;
    loop {
        match dump.read(&mut buffer) {
            Ok(0) => return Feed::Done,
            // Read to the end all the same: only there is it known that nothing is missing.
            Ok(read) => listening = listening && input.write_all(&buffer[..read]).is_ok(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Feed::Damaged,
        }
    }
}

/// A program that does not outlive us.
struct Running {
    child: Child,
    said: Option<JoinHandle<String>>,
}

impl Running {
    fn start(mut command: Command, input: Stdio, output: Stdio) -> Result<Self, Error> {
        let mut child = command.stdin(input).stdout(output).stderr(Stdio::piped()).spawn().map_err(Error::internal)?;
        // Read beside the work, or a talkative program would wait for us for ever.
        let said = child.stderr.take().map(|stderr| std::thread::spawn(move || read(stderr)));
        Ok(Running { child, said })
    }

    fn finish(mut self, program: &str) -> Result<(), Error> {
        let status = self.child.wait().map_err(Error::internal)?;
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        // Errors of these programs name tables and constraints; rows may follow on later lines.
        let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim();
        Err(Error::Refused(format!("{program} failed, and nothing was changed: {first}")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(mut stderr: ChildStderr) -> String {
    let mut said = Vec::new();
    let _ = stderr.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

fn command(program: &str, major: u32, url: &str) -> Result<Command, Error> {
    let mut command = Binaries::client(program, major).map_err(|e| Error::Refused(e.to_string()))?;
    let (url, password) = without_password(url);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command.env("PGAPPNAME", "hustings").arg("--dbname").arg(url);
    Ok(command)
}

/// A URL without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let end = url[begin..].find(['/', '?']).map_or(url.len(), |at| begin + at);
    let Some(at) = url[begin..end].rfind('@').map(|at| begin + at) else {
        return (url.to_owned(), None);
    };
    match url[begin..at].split_once(':') {
        Some((user, password)) => (format!("{}{user}{}", &url[..begin], &url[at..]), Some(decoded(password))),
        None => (url.to_owned(), None),
    }
}

/// A URL's part with its `%XX` put back.
fn decoded(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = part.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_stands_in_the_arguments() {
        for (url, shown, password) in [
            ("postgres://op:p%40ss%2F1@%2Ftmp%2Fs/db", "postgres://op@%2Ftmp%2Fs/db", Some("p@ss/1")),
            ("postgres://op:x@host:5432/db?sslmode=require", "postgres://op@host:5432/db?sslmode=require", Some("x")),
            ("postgres://op@host/db", "postgres://op@host/db", None),
            ("postgres://host/db?a=b@c", "postgres://host/db?a=b@c", None),
        ] {
            assert_eq!(without_password(url), (shown.to_owned(), password.map(str::to_owned)));
        }
        assert_eq!(decoded("100%"), "100%");
    }
}
