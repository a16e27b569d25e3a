//! The real program, serving in a process of its own, to be stopped, killed and started again on the same port.

use super::app::keys;
use super::throwaway::open_to_all;
use super::until::until;
use hustings::config::DatabaseUrls;
use hustings::keys::Kind;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use tempfile::TempDir;

/// A serving process. It is killed with this value.
pub struct Server {
    child: Child,
    address: String,
    environment: Vec<(&'static str, String)>,
    /// Before the program's own path: a shell that limits it, for instance.
    through: Vec<String>,
    folder: TempDir,
}

impl Server {
    /// Serves a database that is given.
    pub async fn start(urls: &DatabaseUrls) -> Self {
        Self::with(urls, &[]).await
    }

    /// The same, started through another program.
    pub async fn with(urls: &DatabaseUrls, through: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        open_to_all(folder.path());
        let data = folder.path().join("files").display().to_string();
        let environment = vec![
            ("DATABASE_URL", urls.app.clone()),
            ("HUSTINGS_DOOR_URL", urls.door.clone()),
            ("HUSTINGS_OWNER_URL", urls.owner.clone()),
            ("HUSTINGS_DATA", data),
            key_of_the_tests(),
        ];
        Self::begin(environment, through, folder).await
    }

    /// Serves with a PostgreSQL of its own under `data`.
    pub async fn embedded(data: &Path) -> Self {
        let environment = vec![("HUSTINGS_DATA", data.display().to_string()), key_of_the_tests()];
        Self::begin(environment, &[], tempfile::tempdir().unwrap()).await
    }

    async fn begin(environment: Vec<(&'static str, String)>, through: &[&str], folder: TempDir) -> Self {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let through: Vec<String> = through.iter().map(|word| (*word).to_owned()).collect();
        let child = spawn(&address, &environment, &through, folder.path());
        Server { child, address, environment, through, folder }
    }

    /// Where it is, as `http://127.0.0.1:port`.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// As by the machine when memory runs out.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Another process on the same port.
    pub fn start_again(&mut self) {
        self.child = spawn(&self.address, &self.environment, &self.through, self.folder.path());
    }

    /// As by the machine when it is shut down.
    pub fn terminate(&self) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), Signal::SIGTERM).unwrap();
    }

    /// Waits until the process is gone.
    pub async fn ended(&mut self) -> ExitStatus {
        let child = &mut self.child;
        until("the server ends", async || child.try_wait().unwrap()).await
    }

    /// Waits until it serves, and its database too.
    pub async fn ready(&self) {
        let url = format!("{}/readyz", self.base());
        until("the server is ready", async || reqwest::get(&url).await.ok().filter(|r| r.status().is_success())).await;
    }

    /// Where it keeps files.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// The system user that it runs as.
    pub fn user(&self) -> u32 {
        std::fs::metadata(format!("/proc/{}", self.child.id())).unwrap().uid()
    }

    /// What it wrote to its log so far, over all its lives.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Waits until the log says something.
    pub async fn says(&self, words: &str) {
        until(words, async || self.log().contains(words).then_some(())).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(address: &str, environment: &[(&'static str, String)], through: &[String], folder: &Path) -> Child {
    let log = File::options().create(true).append(true).open(folder.join("log")).unwrap();
    let words: Vec<&str> =
        through.iter().map(String::as_str).chain([env!("CARGO_BIN_EXE_hustings"), "serve"]).collect();
    Command::new(words[0])
        .args(&words[1..])
        .env_remove("DATABASE_URL")
        .envs(environment.iter().map(|(name, value)| (*name, value.as_str())))
        .envs([("HUSTINGS_LISTEN", address), ("HUSTINGS_BASE_URL", &format!("http://{address}"))])
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// What the tests' accounts prove themselves with was encrypted by the tests.
fn key_of_the_tests() -> (&'static str, String) {
    ("HUSTINGS_KEY_FACTORS", hex::encode(keys().newest(Kind::Factors).unwrap().secret()))
}
