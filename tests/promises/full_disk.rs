//! A full disk in the middle of an import: nothing is half applied, and the page says what to do.

use crate::support::app::{TestApp, seed_place, urls_of};
use crate::support::database::TestDatabase;
use crate::support::imports::{apply, counts, import, over, upload, upload_and_read};
use crate::support::materials::cards;
use crate::support::pdf::Pdf;
use crate::support::register::Generated;
use crate::support::server::Server;
use crate::support::throwaway::{Throwaway, end, settings};
use crate::support::walk::{Walk, count};
use hustings::access::Role;
use hustings::database::Database;
use hustings::database::cluster::Cluster;
use hustings::materials::runs::worker;
use nix::unistd::geteuid;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio_util::sync::CancellationToken;

const DAY: &str = "2025-12-01";

/// The server's user may write no file beyond 64 KB, which fails as a full disk does, in the middle of a write.
#[tokio::test]
async fn an_upload_that_does_not_fit_is_refused_and_leaves_nothing() {
    let database = TestDatabase::new().await;
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"];
    let server = Server::with(&urls_of(&database), &limited).await;
    server.ready().await;
    let app = TestApp::served_elsewhere(database, server.base()).await;
    let desk = app.actor(Role::Organiser, "all").await;
    let town = Generated::new(6, 2000, "clean").bytes("xpress-full-14");
    assert!(town.len() > 100_000, "{}", town.len());
    let page = upload(&app, &desk, "town.csv", town, DAY).await.expect(422);
    assert!(page.text("main").contains("The server has no room for this file"), "{}", page.body);
    assert_eq!(count(&app, "select count(*) from import").await, 0);
    assert_eq!(fs::read_dir(server.data().join("uploads")).unwrap().count(), 0, "what came up in part is gone");
    let small = Generated::new(6, 200, "clean").bytes("xpress-full-14");
    upload(&app, &desk, "village.csv", small, DAY).await.expect(303);
}

/// A file system of its own for PostgreSQL's tables, small enough to be filled.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None when this machine does not let us mount one.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=192m,mode=0755", "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|done| done.status.success()).then(|| SmallDisk(at.to_owned()))
    }

    /// Leaves not a page free.
    fn fill(&self) {
        let mut ballast = File::create(self.0.join("ballast")).unwrap();
        for block in [1 << 20, 1 << 12] {
            let block = vec![1; block];
            while ballast.write_all(&block).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        end(&self.0);
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// The write-ahead log stays on another disk, as it does on a large installation: PostgreSQL stops altogether when that
/// one is full, which `killed` and `serving` are about.
async fn move_the_log_away(throwaway: &Throwaway) {
    throwaway.open().await.stop().await.unwrap();
    let (wal, elsewhere) = (throwaway.data().join("cluster/pg_wal"), throwaway.beside("wal"));
    let moved = Command::new("cp").arg("-a").arg(&wal).arg(&elsewhere).status().unwrap();
    assert!(moved.success());
    fs::remove_dir_all(&wal).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &wal).unwrap();
}

#[tokio::test]
async fn an_import_that_fills_the_databases_disk_changes_nothing_and_can_be_done_again() {
    let throwaway = Throwaway::new();
    let disk = if geteuid().is_root() { SmallDisk::mount(&throwaway.data()) } else { None };
    let Some(disk) = disk else {
        eprintln!("No small disk can be mounted here, so only the upload's side of a full disk was tried.");
        return;
    };
    move_the_log_away(&throwaway).await;
    let cluster = Cluster::adopt_or_start(settings(&throwaway.data())).await.unwrap();
    let app = TestApp::on(TestDatabase::on(cluster).await).await;
    let desk = app.actor(Role::Organiser, "all").await;
    let town = Generated::new(6, 3000, "clean").bytes("xpress-full-14");
    let path = upload_and_read(&app, &desk, "town.csv", town.clone(), DAY).await;
    let before = counts(&mut app.database.operator().await).await;
    disk.fill();
    apply(&desk, &path).await;
    let page = over(&desk, &path).await;
    assert!(page.text("main").contains("The disk of the database is full. Nothing was changed"), "{}", page.body);
    disk.make_room();
    assert_eq!(counts(&mut app.database.operator().await).await, before);
    assert!(import(&app, &desk, "town.csv", town, DAY).await.text("h1").contains("Imported"));
    drop(app);
}

#[tokio::test]
async fn what_is_printed_onto_a_full_disk_is_offered_to_nobody_and_can_be_made_again() {
    let throwaway = Throwaway::new();
    let disk = if geteuid().is_root() { SmallDisk::mount(&throwaway.data()) } else { None };
    let Some(disk) = disk else {
        eprintln!("No small disk can be mounted here, so printing onto a full one was not tried.");
        return;
    };
    move_the_log_away(&throwaway).await;
    let cluster = Cluster::adopt_or_start(settings(&throwaway.data())).await.unwrap();
    let app = TestApp::on(TestDatabase::on(cluster).await).await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    disk.fill();
    // Whether the run can still say that it failed is the disk's luck; that nothing is offered is not.
    let database = Database::connect(&app.urls()).unwrap();
    let _ = worker::print_next(&database, &CancellationToken::new()).await;
    disk.make_room();
    assert_eq!(count(&app, "select count(*) from material_file").await, 0);
    assert_eq!(count(&app, "select count(*) from material_run where state = 'done'").await, 0);
    assert_eq!(desk.get(&format!("{run}/file")).await.status, 409);
    let again = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    Pdf::fetched(&desk, &again).await;
    drop(app);
}

/// The machine's own word for it, in the middle of keeping a file.
const FULL: &str = "create function disk_is_full() returns trigger language plpgsql as $$
  begin
    raise exception 'could not extend file \"base/1/1\": No space left on device' using errcode = '53100';
  end
  $$";

#[tokio::test]
async fn a_run_whose_file_does_not_fit_on_the_disk_says_so_and_offers_nothing() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    let mut db = app.database.operator().await;
    for statement in [
        FULL,
        "create trigger disk_is_full before insert on material_file for each row execute function disk_is_full()",
    ] {
        sqlx::query(statement).execute(&mut db).await.unwrap();
    }
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    let page = desk.get(&run).await.expect(200);
    assert!(page.text("main").contains("The server’s disk is full. Nothing half-made was kept"), "{}", page.body);
    assert_eq!(page.count(&format!("main form[action='{run}/file'], main a[href='{run}/file']")), 0);
    assert_eq!(desk.get(&format!("{run}/file")).await.status, 409);
    assert_eq!(count(&app, "select count(*) from material_file").await, 0);
    sqlx::query("drop trigger disk_is_full on material_file").execute(&mut db).await.unwrap();
    let again = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    Pdf::fetched(&desk, &again).await;
}
