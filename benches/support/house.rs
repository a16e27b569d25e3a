//! A house for one bench: a durable cluster as `serve` would start it, all migrations, and the server on a free port.

use super::Outcome;
use super::report::Report;
use hustings::access::passwords;
use hustings::config::{Config, DatabaseUrls};
use hustings::database::cluster::{Cluster, DATABASE, Login, Settings};
use hustings::database::{Database, Operator, migrate};
use hustings::web::{self, App};
use sqlx::{Connection, PgConnection};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::{self, JoinHandle};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// A running service and its PostgreSQL, both gone with this value.
pub struct House {
    /// Where the service listens, as `http://127.0.0.1:port`.
    pub base: String,
    urls: DatabaseUrls,
    server: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    cluster: Option<Cluster>,
}

/// Builds a house, measures in it, prints, and takes it down whatever happened.
pub fn run(measure: impl AsyncFnOnce(&House) -> Outcome<Report>) -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("This measures for minutes: script/bench runs it.");
        return ExitCode::SUCCESS;
    }
    if std::env::var_os("RUST_LOG").is_some() {
        tracing_subscriber::fmt().with_env_filter(EnvFilter::from_default_env()).with_writer(std::io::stderr).init();
    }
    match measured(measure) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measured(measure: impl AsyncFnOnce(&House) -> Outcome<Report>) -> Outcome<Report> {
    let runtime = runtime()?;
    let house = runtime.block_on(House::build())?;
    runtime.block_on(async {
        tokio::select! {
            report = measure(&house) => report,
            _ = stopped() => Err("Stopped.".into()),
        }
    })
}

/// Ctrl-C and SIGTERM end a bench in order, so that no PostgreSQL is left running.
async fn stopped() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        done = tokio::signal::ctrl_c() => done,
    }
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build()
}

impl House {
    async fn build() -> Outcome<Self> {
        let cluster = Cluster::adopt_or_start(Settings::durable(directory())).await?;
        let url = |login| cluster.url(login, DATABASE);
        let urls = DatabaseUrls { app: url(Login::App), door: url(Login::Door), owner: url(Login::Operator) };
        let mut house = House { base: String::new(), urls, server: None, cluster: Some(cluster) };
        migrate(&house.urls.owner).await?;
        install(&mut house.operator().await?).await?;
        house.open()?;
        Ok(house)
    }

    /// The server has a runtime of its own, as it would in a process of its own, so that it and the load generator share
    /// the machine's cores and nothing else.
    fn open(&mut self) -> Outcome {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        self.base = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let (urls, config, runtime) = (self.urls.clone(), config(&self.base), runtime()?);
        let serve = async move {
            passwords::warm_up();
            let app = App::new(Database::connect(&urls)?, config);
            let listener = tokio::net::TcpListener::from_std(listener)?;
            web::serve(app, listener, async { drop(stopped.await) }).await?;
            Outcome::Ok(())
        };
        let thread = thread::spawn(move || {
            if let Err(error) = runtime.block_on(serve) {
                eprintln!("The server ended: {error}");
            }
        });
        self.server = Some((stop, thread));
        Ok(())
    }

    /// A connection of the operator's, whom row security does not bind.
    ///
    /// # Errors
    /// When PostgreSQL does not answer.
    pub async fn operator(&self) -> Outcome<PgConnection> {
        Ok(PgConnection::connect(&self.urls.owner).await?)
    }

    /// The operator as the command line has them.
    ///
    /// # Errors
    /// When PostgreSQL does not answer.
    pub fn as_operator(&self) -> Outcome<Operator> {
        Ok(Operator::connect(&self.urls.owner)?)
    }

    /// Pools of the bench's own, as the server has them.
    ///
    /// # Errors
    /// When PostgreSQL does not answer.
    pub fn database(&self) -> Outcome<Database> {
        Ok(Database::connect(&self.urls)?)
    }

    /// The URL of a login.
    pub fn url(&self, login: Login) -> &str {
        match login {
            Login::App => &self.urls.app,
            Login::Door => &self.urls.door,
            Login::Operator => &self.urls.owner,
        }
    }
}

impl Drop for House {
    /// In a thread with a runtime of its own, since this may run while another unwinds.
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.server.take() {
            drop(stop);
            drop(thread.join());
        }
        let Some(cluster) = self.cluster.take() else { return };
        let data = cluster.place().data.clone();
        let stopped = thread::spawn(move || Outcome::Ok(runtime()?.block_on(cluster.stop())?)).join();
        match stopped {
            Ok(Ok(_)) => drop(std::fs::remove_dir_all(data)),
            _ => eprintln!("PostgreSQL may still run, with its data in {}.", data.display()),
        }
    }
}

/// On the disk that the build is on, since many machines keep their temporary files in memory.
fn directory() -> PathBuf {
    let asked = std::env::var_os("HUSTINGS_BENCH_DATA").map(PathBuf::from);
    asked.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR"))).join(format!("bench-{}", std::process::id()))
}

fn config(base: &str) -> Config {
    Config {
        database: None,
        listen: ([127, 0, 0, 1], 0).into(),
        data: directory(),
        base_url: base.to_owned(),
        metrics_listen: None,
        source_url: None,
        smtp_url: None,
        mail_from: None,
        tls: None,
        seal: Default::default(),
        messages: Default::default(),
    }
}

async fn install(db: &mut PgConnection) -> Outcome {
    sqlx::raw_sql(include_str!("install.sql")).execute(db).await?;
    Ok(())
}
