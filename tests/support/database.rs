//! A database for each test.
//!
//! All tests share one throwaway cluster, started by the first; `script/test` stops it. The first test also makes a
//! template with all migrations, and each test clones that. Tests run in processes of their own, so what they must not
//! do at the same time they do under a lock on a file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use hustings::database::cluster::{Cluster, DATABASE, Login, Settings};
use hustings::database::{migrate, prepare};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, query, query_scalar};

/// A database of its own, with all migrations and nothing else in it. It is dropped with this value.
pub struct TestDatabase {
    cluster: Cluster,
    name: String,
}

impl TestDatabase {
    /// Starts or finds the shared cluster and clones the template.
    pub async fn new() -> Self {
        let cluster = shared_cluster().await;
        let template = ensure_template(&cluster).await;
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        let mut maintenance = connect(&cluster, Login::Operator, DATABASE).await;
        clone(&mut maintenance, &template, &name).await;
        let database = Self { cluster, name };
        prepare(&mut database.operator().await).await.unwrap();
        database
    }

    /// A database on a cluster of the test's own.
    pub async fn on(cluster: Cluster) -> Self {
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        clone(&mut connect(&cluster, Login::Operator, DATABASE).await, "template0", &name).await;
        migrate(&cluster.url(Login::Operator, &name)).await.unwrap();
        Self { cluster, name }
    }

    /// The one that a cluster was made with, where a server has migrated it. It goes with the cluster.
    pub fn served_by(cluster: Cluster) -> Self {
        Self { cluster, name: DATABASE.into() }
    }

    /// The cluster that it is on.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The URL by which a login reaches this database.
    pub fn url(&self, login: Login) -> String {
        self.cluster.url(login, &self.name)
    }

    /// A connection as `hustings_app`, under no working role yet.
    pub async fn app(&self) -> PgConnection {
        connect(&self.cluster, Login::App, &self.name).await
    }

    /// A connection as `hustings_door`.
    pub async fn door(&self) -> PgConnection {
        connect(&self.cluster, Login::Door, &self.name).await
    }

    /// A connection as `hustings_operator`, whom row security does not bind.
    pub async fn operator(&self) -> PgConnection {
        connect(&self.cluster, Login::Operator, &self.name).await
    }
}

impl Drop for TestDatabase {
    /// In a thread with a runtime of its own, since the test's may have ended.
    fn drop(&mut self) {
        if self.name == DATABASE {
            return;
        }
        let url = self.cluster.url(Login::Operator, DATABASE);
        let name = std::mem::take(&mut self.name);
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut maintenance = PgConnection::connect(&url).await?;
                // The name is this module's own; a database's name cannot be bound.
                let statement = format!("drop database if exists {name} with (force)");
                query(AssertSqlSafe(statement)).execute(&mut maintenance).await
            })
        });
        // Left behind, it goes with the cluster.
        if let Ok(Err(error)) = dropped.join() {
            eprintln!("a test's database stays: {error}");
        }
    }
}

async fn connect(cluster: &Cluster, login: Login, database: &str) -> PgConnection {
    PgConnection::connect(&cluster.url(login, database)).await.unwrap()
}

/// One cluster for each roles.sql, so that worktrees with different roles do not disturb each other.
async fn shared_cluster() -> Cluster {
    let extra = vec![("max_connections".into(), "300".into()), ("shared_buffers".into(), "128MB".into())];
    let data = directory().join(&digest(&[source("src/database/roles.sql")])[..12]);
    Cluster::adopt_or_start(Settings { data, durable: false, extra }).await.unwrap()
}

/// Where everything of a run is kept in files.
pub fn directory() -> PathBuf {
    std::env::var_os("HUSTINGS_TEST_DATA").map_or_else(|| std::env::temp_dir().join("hustings-tests"), PathBuf::from)
}

/// The template's name: made by whoever comes first, for as long as nothing that it is made of changes.
async fn ensure_template(cluster: &Cluster) -> String {
    let name = format!("template_{}", &digest(&made_of())[..24]);
    let mut maintenance = connect(cluster, Login::Operator, DATABASE).await;
    if exists(&mut maintenance, &name).await {
        return name;
    }
    let lock = File::create(directory().join("template.lock")).unwrap();
    lock.lock().unwrap();
    if !exists(&mut maintenance, &name).await {
        make_template(cluster, &mut maintenance, &name).await;
    }
    name
}

/// Under another name until it is complete.
async fn make_template(cluster: &Cluster, maintenance: &mut PgConnection, name: &str) {
    let draft = format!("{name}_draft");
    // These names are this module's own; a database's name cannot be bound.
    query(AssertSqlSafe(format!("drop database if exists {draft} with (force)")))
        .execute(&mut *maintenance)
        .await
        .unwrap();
    clone(maintenance, "template1", &draft).await;
    migrate(&cluster.url(Login::Operator, &draft)).await.unwrap();
    query(AssertSqlSafe(format!("alter database {draft} rename to {name}"))).execute(maintenance).await.unwrap();
}

async fn clone(maintenance: &mut PgConnection, template: &str, name: &str) {
    // Both names are this module's own; a database's name cannot be bound.
    query(AssertSqlSafe(format!("create database {name} template {template}"))).execute(maintenance).await.unwrap();
}

async fn exists(maintenance: &mut PgConnection, name: &str) -> bool {
    query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(maintenance)
        .await
        .unwrap()
}

fn made_of() -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(root().join("migrations")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| fs::read(file).unwrap()).chain([source("src/database/prepare.sql")]).collect()
}

fn source(path: &str) -> Vec<u8> {
    fs::read(root().join(path)).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn digest(parts: &[Vec<u8>]) -> String {
    let whole = parts.iter().fold(Sha256::new(), |whole, part| whole.chain_update(Sha256::digest(part)));
    hex::encode(whole.finalize())
}
