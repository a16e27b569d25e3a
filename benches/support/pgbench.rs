//! PostgreSQL's own load generator, for what the database alone can do with the same statements.

use super::Outcome;
use super::report::{Times, times};
use std::path::PathBuf;
use std::time::Duration;
use tokio::process::Command;

/// One run of pgbench.
pub struct Pgbench<'a> {
    /// The login's URL.
    pub url: &'a str,
    /// The working role that each connection begins with; empty for none.
    pub role: &'a str,
    /// Connections at once.
    pub clients: usize,
    /// For how long.
    pub length: Duration,
    /// The scripts, one of which is chosen at random each time.
    pub scripts: &'a [String],
}

/// What it reached.
pub struct Reached {
    /// Transactions each second.
    pub a_second: f64,
    /// How long each took.
    pub times: Times,
}

impl Pgbench<'_> {
    /// Runs it to its end.
    ///
    /// # Errors
    /// When pgbench is missing, or a statement fails.
    pub async fn run(&self) -> Outcome<Reached> {
        let directory = tempfile::tempdir()?;
        let mut command = Command::new(program()?);
        command
            .args(["--no-vacuum", "--protocol=prepared", "--define=n=0", "--log", "--log-prefix"])
            .arg(directory.path().join("log"));
        command.arg(format!("--client={}", self.clients)).arg(format!("--time={}", self.length.as_secs().max(1)));
        for (n, script) in self.scripts.iter().enumerate() {
            let path = directory.path().join(format!("{n}.sql"));
            std::fs::write(&path, script)?;
            command.arg("--file").arg(path);
        }
        if !self.role.is_empty() {
            // As the server's own connections of that role are set.
            let settings = "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1";
            command.env("PGOPTIONS", format!("-c role={} {settings}", self.role));
        }
        // Where the time goes, statement by statement, for whoever asks.
        let told = std::env::var_os("HUSTINGS_BENCH_STATEMENTS").is_some();
        if told {
            command.arg("--report-per-command");
        }
        // The password stands among the arguments: it opens a cluster whose socket nobody else can reach.
        let output = command.arg(self.url).kill_on_drop(true).output().await?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || said.contains("processed: 0/") {
            return Err(format!("pgbench: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
        }
        if told {
            eprintln!("{said}");
        }
        let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
        Ok(Reached { a_second: tps.ok_or("pgbench printed no rate")?.parse()?, times: logged(directory.path())? })
    }
}

/// The third column of its logs is each transaction's microseconds.
fn logged(directory: &std::path::Path) -> Outcome<Times> {
    let mut all = times()?;
    for file in std::fs::read_dir(directory)? {
        let path = file?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("log.")) {
            for line in std::fs::read_to_string(path)?.lines() {
                let micros = line.split(' ').nth(2).ok_or("pgbench's log cannot be read")?;
                all.saturating_record(micros.parse()?);
            }
        }
    }
    Ok(all)
}

/// Beside the newest PostgreSQL, where Debian and others put it, else where the shell would find it.
fn program() -> Outcome<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|v| Some((v.file_name().to_str()?.parse().ok()?, v.path().join("bin/pgbench"))))
        .filter(|(_, path)| path.exists())
        .collect();
    found.sort();
    Ok(found.pop().map_or_else(|| PathBuf::from("pgbench"), |(_, path)| path))
}
