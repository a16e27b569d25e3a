//! Making the cluster and its roles.
//!
//! Both are done by PostgreSQL's single-user mode, while no server runs: it needs no password, no socket and nobody who
//! can sign in as superuser, now or when a later version brings other roles. After that the superuser exists in name
//! only: it may not log in, and pg_hba.conf does not admit it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use sha2::{Digest, Sha256};

use super::binaries::{Binaries, check, run};
use super::state::State;
use super::{ClusterError, Place};

const ROLES: &str = include_str!("../roles.sql");
const LARGE_OBJECTS: &str = include_str!("../large_objects.sql");

/// Hands the passwords to roles.sql without writing them into a statement.
const PASSWORDS: &str = "do $$ begin perform set_config('hustings.' || key || '_password', value, false) \
    from json_each_text(pg_read_file('passwords.json')::json); end $$;";

/// What the first start does besides: the superuser's end, and the one database.
const FIRST: [&str; 5] = [
    "alter role hustings_superuser nologin;",
    "revoke all on database postgres, template1 from public;",
    // From where the one database is restored.
    "grant connect on database postgres to hustings_operator;",
    "create database hustings owner hustings_operator;",
    "revoke all on database hustings from public;",
];

/// Who may sign in: the three logins by password, on the socket. There is no other way in.
const ADMITTED: &str = "local all hustings_app,hustings_door,hustings_operator scram-sha-256\n";

/// Makes the cluster when there is none (true when it did), and brings the roles to what roles.sql says. The passwords
/// become those of `state`.
pub fn make_or_update(place: &Place, binaries: &Binaries, state: &State, durable: bool) -> Result<bool, ClusterError> {
    let cluster = place.cluster();
    if cluster.join("PG_VERSION").exists() {
        // At each start, also when nothing new came: a login can change its own password and settings.
        apply(place, binaries, &cluster, state, &[])?;
        return Ok(false);
    }
    make(place, binaries, state, durable)?;
    Ok(true)
}

/// What tells one roles.sql from another.
pub fn roles_digest() -> String {
    hex::encode(Sha256::digest(ROLES))
}

/// Makes the cluster beside its place and moves it there when it is complete, so that an interruption leaves nothing
/// half made.
fn make(place: &Place, binaries: &Binaries, state: &State, durable: bool) -> Result<(), ClusterError> {
    let (cluster, draft) = (place.cluster(), place.data.join("cluster.new"));
    // C where the machine lacks C.UTF-8: both order by code points.
    initdb(place, binaries, &draft, "C.UTF-8", durable).or_else(|_| initdb(place, binaries, &draft, "C", durable))?;
    write(place, &draft.join("pg_hba.conf"), ADMITTED)?;
    write(place, &draft.join("postgresql.conf"), "include 'hustings.conf'\n")?;
    write(place, &draft.join("hustings.conf"), "")?;
    // Of which every database of this cluster is made.
    single_user(place, binaries, &draft, "template1", &[LARGE_OBJECTS])?;
    apply(place, binaries, &draft, state, &FIRST)?;
    fs::rename(&draft, &cluster).map_err(ClusterError::file(&cluster))
}

fn initdb(place: &Place, binaries: &Binaries, draft: &Path, locale: &str, durable: bool) -> Result<(), ClusterError> {
    if draft.exists() {
        fs::remove_dir_all(draft).map_err(ClusterError::file(draft))?;
    }
    let mut command = binaries.command("initdb", place.user());
    command.args(["--username=hustings_superuser", "--auth=reject", "--encoding=UTF8", "--no-instructions"]);
    command.arg(format!("--locale={locale}")).arg("--pgdata").arg(draft);
    if !durable {
        command.arg("--no-sync");
    }
    run(command).map(drop)
}

/// Runs roles.sql with the passwords of `state`, then `more`, on the stopped cluster in `directory`.
fn apply(
    place: &Place,
    binaries: &Binaries,
    directory: &Path,
    state: &State,
    more: &[&str],
) -> Result<(), ClusterError> {
    let passwords = directory.join("passwords.json");
    let text = serde_json::to_string(&state.passwords).map_err(|error| ClusterError::file(&passwords)(error.into()))?;
    write(place, &passwords, &text)?;
    let roles = [PASSWORDS, "\n", ROLES].concat();
    let applied = single_user(place, binaries, directory, "postgres", &[&[roles.as_str()], more].concat());
    fs::remove_file(&passwords).map_err(ClusterError::file(&passwords))?;
    applied
}

/// Runs each text as one transaction (`create database` must be alone in its own); the first error ends it.
fn single_user(
    place: &Place,
    binaries: &Binaries,
    directory: &Path,
    database: &str,
    texts: &[&str],
) -> Result<(), ClusterError> {
    let mut command = binaries.command("postgres", place.user());
    command.args(["--single", "-j", "-D"]).arg(directory);
    command
        .args(["-c", "exit_on_error=on", "-c", "log_min_messages=error", "-c", "logging_collector=off"])
        .arg(database);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let path = directory.to_owned();
    let mut child = command.spawn().map_err(ClusterError::file(&path))?;
    if let Some(mut input) = child.stdin.take() {
        // Where PostgreSQL has ended at an error, it says more than the broken pipe.
        let _ = input.write_all(script(texts).as_bytes());
    }
    let output = child.wait_with_output().map_err(ClusterError::file(&path))?;
    check(&command, output).map(drop)
}

/// In this mode a text ends at a semicolon and an empty line: so each has none inside and one behind.
fn script(texts: &[&str]) -> String {
    let whole = |text: &&str| text.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n");
    texts.iter().map(whole).map(|text| text + "\n\n").collect()
}

fn write(place: &Place, path: &Path, text: &str) -> Result<(), ClusterError> {
    fs::write(path, text).map_err(ClusterError::file(path))?;
    place.give(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_command_whatever_empty_lines_it_has() {
        assert_eq!(script(&["a;\n\nb;", "c;"]), "a;\nb;\n\nc;\n\n");
    }
}
