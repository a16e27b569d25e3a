//! Whoever brings no PostgreSQL gets one that is private, has the owners and logins of production, and survives
//! whatever happens to the processes around it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hustings::database::cluster::{Cluster, DATABASE, Login};
use sqlx::{Connection, PgConnection, query, query_scalar};

use crate::support::throwaway::{Throwaway, kill_postgres, settings};

async fn connect(cluster: &Cluster, login: Login) -> PgConnection {
    PgConnection::connect(&cluster.url(login, DATABASE)).await.unwrap()
}

async fn refusal(connection: &mut PgConnection, statement: &'static str) -> String {
    query(statement).execute(connection).await.expect_err(statement).to_string()
}

#[tokio::test]
async fn each_login_connects_with_its_own_password_only() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    assert!(cluster.newly_made());
    for (login, name) in
        [(Login::App, "hustings_app"), (Login::Door, "hustings_door"), (Login::Operator, "hustings_operator")]
    {
        let user: String =
            query_scalar("select session_user::text").fetch_one(&mut connect(&cluster, login).await).await.unwrap();
        assert_eq!(user, name);
        let as_other = cluster.url(login, DATABASE).replace(name, "hustings_owner");
        assert!(PgConnection::connect(&as_other).await.is_err(), "an owner signed in");
    }
    let wrong = cluster.url(Login::App, DATABASE).replace("hustings_app", "hustings_door");
    let error = PgConnection::connect(&wrong).await.unwrap_err().to_string();
    assert!(error.contains("password authentication failed"), "{error}");
    PgConnection::connect(&cluster.url(Login::Operator, "postgres")).await.expect("for restoring");
    assert!(PgConnection::connect(&cluster.url(Login::App, "postgres")).await.is_err());
    assert!(cluster.stop().await.unwrap());
}

#[tokio::test]
async fn nobody_can_be_superuser() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    let superuser = cluster.url(Login::Operator, DATABASE).replace("hustings_operator", "hustings_superuser");
    assert!(PgConnection::connect(&superuser).await.is_err());
    let mut operator = connect(&cluster, Login::Operator).await;
    let may_log_in: Vec<String> = query_scalar("select rolname::text from pg_roles where rolcanlogin order by 1")
        .fetch_all(&mut operator)
        .await
        .unwrap();
    assert_eq!(may_log_in, ["hustings_app", "hustings_door", "hustings_operator"]);
    let listening: String = query_scalar("show listen_addresses").fetch_one(&mut operator).await.unwrap();
    assert_eq!(listening, "", "listens on a socket only");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn logins_can_do_no_more_than_their_work() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    let mut app = connect(&cluster, Login::App).await;
    assert!(refusal(&mut app, "create temp table elector ()").await.contains("permission denied"));
    assert!(refusal(&mut app, "create table elector ()").await.contains("permission denied"));
    assert!(refusal(&mut app, "set role hustings_owner").await.contains("permission denied"));
    assert!(refusal(&mut app, "set role hustings_wall").await.contains("permission denied"));
    query("set role hustings_volunteer").execute(&mut app).await.unwrap();
    assert!(refusal(&mut app, "create temp table elector ()").await.contains("permission denied"));
    let activity: String = query_scalar("show track_activities").fetch_one(&mut app).await.unwrap();
    assert_eq!(activity, "off", "other connections could read a session's hash");
    let mut door = connect(&cluster, Login::Door).await;
    assert!(refusal(&mut door, "set role hustings_volunteer").await.contains("permission denied"));
    assert!(refusal(&mut door, "create temp table elector ()").await.contains("permission denied"));
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn two_who_start_at_once_share_and_the_last_one_stops_it() {
    let throwaway = Throwaway::new();
    let (one, two) = tokio::join!(throwaway.open(), throwaway.open());
    let pid = one.pid().unwrap();
    assert_eq!(two.pid(), Some(pid));
    assert!(one.newly_made() != two.newly_made());
    assert!(!one.stop().await.unwrap(), "another still uses it");
    connect(&two, Login::App).await;
    let url = two.url(Login::App, DATABASE);
    assert!(two.stop().await.unwrap());
    assert!(std::fs::read_link(format!("/proc/{pid}/cwd")).is_err(), "PostgreSQL still runs");
    assert!(PgConnection::connect(&url).await.is_err());
    assert!(!socket_directory(&url).exists(), "the socket's directory is left behind");
}

#[tokio::test]
async fn a_cluster_orphaned_by_a_kill_is_adopted_with_its_data() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    query("create table kept ()").execute(&mut connect(&cluster, Login::Operator).await).await.unwrap();
    cluster.stop().await.unwrap();

    let mut server = another_process(&throwaway.data());
    let pid = wait_for_pid(&throwaway.data());
    server.kill().unwrap();
    server.wait().unwrap();

    let cluster = throwaway.open().await;
    assert_eq!(cluster.pid(), Some(pid), "the orphan goes on");
    query("select from kept").execute(&mut connect(&cluster, Login::Operator).await).await.unwrap();
    assert!(cluster.stop().await.unwrap(), "the orphan has no other user");
}

#[tokio::test]
async fn a_killed_postgres_is_revived_and_restarted() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    let url = cluster.url(Login::App, DATABASE);
    kill_postgres(&cluster).await;
    assert!(cluster.revive().await.unwrap());
    assert!(!cluster.revive().await.unwrap(), "it runs");
    PgConnection::connect(&url).await.expect("the URL stays the same");

    kill_postgres(&cluster).await;
    drop(cluster);
    let cluster = throwaway.open().await;
    connect(&cluster, Login::App).await;
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_socket_directory_that_was_cleaned_away_comes_back() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    let url = cluster.url(Login::App, DATABASE);
    std::fs::remove_dir_all(socket_directory(&url)).unwrap();
    assert!(cluster.revive().await.unwrap());
    PgConnection::connect(&url).await.expect("the URL stays the same for a running server");
    drop(cluster);
    std::fs::remove_dir_all(socket_directory(&url)).unwrap();
    let cluster = throwaway.open().await;
    PgConnection::connect(&url).await.expect("the URL stays the same for the next one");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn ctrl_c_on_the_server_does_not_reach_postgres() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    let postgres = nix::unistd::Pid::from_raw(i32::try_from(cluster.pid().unwrap()).unwrap());
    assert_ne!(nix::unistd::getsid(Some(postgres)).unwrap(), nix::unistd::getsid(None).unwrap());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_pid_file_that_names_a_stranger_is_seen_through() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    cluster.stop().await.unwrap();
    let file = throwaway.data().join("cluster/postmaster.pid");
    std::fs::write(&file, format!("{}\n/elsewhere\n0\n5432\n\n\n0 0\nready\n", std::process::id())).unwrap();
    let cluster = throwaway.open().await;
    connect(&cluster, Login::App).await;
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn other_roles_in_a_new_version_are_brought_in() {
    let throwaway = Throwaway::new();
    throwaway.open().await.stop().await.unwrap();
    let file = throwaway.data().join("cluster.json");
    let state = std::fs::read_to_string(&file).unwrap();
    let digest = serde_json::from_str::<serde_json::Value>(&state).unwrap()["roles"].as_str().unwrap().to_owned();
    std::fs::write(&file, state.replace(&digest, "an older one")).unwrap();
    let cluster = throwaway.open().await;
    connect(&cluster, Login::Door).await;
    assert!(std::fs::read_to_string(&file).unwrap().contains(&digest));
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn lost_passwords_are_made_anew() {
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    let old = cluster.url(Login::App, DATABASE);
    cluster.stop().await.unwrap();
    std::fs::remove_file(throwaway.data().join("cluster.json")).unwrap();
    let cluster = throwaway.open().await;
    assert_ne!(cluster.url(Login::App, DATABASE), old);
    connect(&cluster, Login::App).await;
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn secrets_are_readable_by_the_cluster_user_alone() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let throwaway = Throwaway::new();
    let cluster = throwaway.open().await;
    let owner = cluster.place().user().map_or(nix::unistd::getuid().as_raw(), |user| user.uid);
    assert_ne!(owner, 0, "PostgreSQL never runs as root");
    for (path, mode) in [(cluster.place().data.clone(), 0o700), (cluster.place().data.join("cluster.json"), 0o600)] {
        let found = std::fs::metadata(&path).unwrap();
        assert_eq!((found.uid(), found.permissions().mode() & 0o777), (owner, mode), "{}", path.display());
    }
    let socket = std::fs::metadata(socket_directory(&cluster.url(Login::App, DATABASE))).unwrap();
    assert_eq!((socket.uid(), socket.permissions().mode() & 0o777), (owner, 0o700));
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_has_ceased_to_be_root_still_looks_after_its_postgres() {
    let throwaway = Throwaway::new();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cluster::cease_to_be_root", "--nocapture"])
        .env(IN_A_PROCESS, throwaway.data())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Not a promise but a process: changing the user is for a whole process, and for good.
#[tokio::test]
async fn cease_to_be_root() {
    let Some(data) = std::env::var_os(IN_A_PROCESS) else {
        return;
    };
    let cluster = Cluster::adopt_or_start(settings(Path::new(&data))).await.unwrap();
    cluster.drop_privileges().unwrap();
    assert!(!nix::unistd::geteuid().is_root());
    assert!(nix::unistd::setuid(nix::unistd::Uid::from_raw(0)).is_err() || cluster.place().user().is_none());
    assert!(!cluster.binary_changed());
    kill_postgres(&cluster).await;
    assert!(cluster.revive().await.unwrap());
    connect(&cluster, Login::App).await;
    assert!(cluster.stop().await.unwrap());
}

/// Not a promise but a process: run by the tests above in a process of its own, to be killed.
#[tokio::test]
async fn start_and_wait_to_be_killed() {
    let Some(data) = std::env::var_os(IN_A_PROCESS) else {
        return;
    };
    let _cluster = Cluster::adopt_or_start(settings(Path::new(&data))).await.unwrap();
    std::future::pending::<()>().await;
}

const IN_A_PROCESS: &str = "HUSTINGS_TEST_IN_A_PROCESS";

fn another_process(data: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cluster::start_and_wait_to_be_killed"])
        .env(IN_A_PROCESS, data)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn wait_for_pid(data: &Path) -> u32 {
    let end = Instant::now() + Duration::from_secs(30);
    while Instant::now() < end {
        let noted = std::fs::read_to_string(data.join("cluster/postmaster.pid")).unwrap_or_default();
        if noted.lines().nth(7).is_some_and(|status| status.trim() == "ready") {
            return noted.lines().next().unwrap().parse().unwrap();
        }
        std::thread::yield_now();
    }
    panic!("the other process started nothing");
}

fn socket_directory(url: &str) -> PathBuf {
    let host = url.split('@').nth(1).unwrap().split('/').next().unwrap();
    PathBuf::from(host.replace("%2F", "/"))
}
