//! `serve`: the pages, with PostgreSQL of its own unless one was given, until a signal ends it.

use super::Operation;
use super::place::{Place, Tables};
use crate::access::{door, passwords};
use crate::audit::seal::Sealer;
use crate::audit::seal::places::Places;
use crate::config::{Config, is_here};
use crate::database::cluster::{self, ClusterError};
use crate::database::{Database, Operator, OperatorSession};
use crate::error::Error;
use crate::keys::Keys;
use crate::mail::{self, send::Sender};
use crate::materials::runs::worker;
use crate::messages::send::{Ways, send_due};
use crate::messages::{returns, texts};
use crate::setup;
use crate::watching::Watcher;
use crate::web::{self, App};
use axum::http::Uri;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How often the ledger of tallies is folded: a busy evening's answers are some thousands of rows by then.
const FOLD_EVERY: Duration = Duration::from_secs(300);
/// How long imports may take to give up when the server is to stop.
const IMPORTS_END: Duration = Duration::from_secs(10);
/// How long messages in hand may take to end after that.
const MESSAGES_END: Duration = Duration::from_secs(35);
/// How long open transactions may take to end after that.
const CONNECTIONS_END: Duration = Duration::from_secs(5);

/// Serves until SIGTERM or Ctrl-C; requests in hand finish.
///
/// # Errors
/// When the database or the address cannot be had.
pub async fn run(config: Config, demo: bool) -> Result<(), Error> {
    let listener = listen(&config).await?;
    let place = Place::open(&config, Tables::BroughtUpToDate).await?;
    let config = Config { data: leave_root(&place, &config)?, ..config };
    if let Some(address) = config.metrics_listen {
        PrometheusBuilder::new().with_http_listener(address).install().map_err(Error::internal)?;
    }
    first_evening(&place, &config, demo).await?;
    let database = Database::connect(place.urls())?;
    tokio::task::spawn_blocking(passwords::warm_up).await.map_err(Error::internal)?;
    eprintln!("Hustings is at {}", config.base_url);
    if in_clear(&config.base_url) {
        eprintln!(
            "Passwords and people's data cross the network in clear there. Set HUSTINGS_BASE_URL to https:// before anybody uses it."
        );
    }
    let keys = Keys::of(&config.data);
    let sender =
        Sender::new(config.smtp_url.as_deref(), config.mail_from.as_deref(), &config.data, &config.base_url, &keys)?;
    let texts = texts::provider(config.messages.texts.as_ref(), &config.data);
    let places = Places::of(&config.seal, &config.data, &database);
    let sealer = Sealer::new(database.clone(), Keys::of(&config.data), places);
    let watcher = Watcher::new(database.clone());
    let returns = config.messages.returns_folder.clone();
    let app = App::new(database.clone(), config);
    let (replaced, background) = (app.postgres_replaced.clone(), app.background.clone());
    let ways = Ways { mail: &sender, texts: texts.as_ref() };
    let no_more = CancellationToken::new();
    let mut messages = pin!(deliver_messages(&ways, &database, &no_more));
    let mut printing = pin!(worker::keep(&database, &no_more));
    let served = tokio::select! {
        served = web::serve(app, listener, stopped()) => served,
        never = watch(&place, &replaced) => never,
        never = keep_house(&database) => never,
        never = deliver(&sender, &database) => never,
        never = &mut messages => never,
        never = &mut printing => never,
        never = fetch_returns(returns.as_deref(), &database) => never,
        never = sealer.keep() => never,
        never = watcher.keep() => never,
    };
    // Those in hand are finished: cut off, nobody could tell whether they went.
    no_more.cancel();
    if tokio::time::timeout(MESSAGES_END, messages).await.is_err() {
        tracing::warn!("messages in hand did not end in time: it will be said of them that they may have gone");
    }
    // What is on the press is left to the next server.
    let _ = tokio::time::timeout(MESSAGES_END, printing).await;
    if !background.finish(IMPORTS_END).await || !database.close(CONNECTIONS_END).await {
        tracing::warn!("work that did not end in time was dropped: what it had not committed is undone");
    }
    place.leave().await?;
    served.map_err(Error::internal)
}

/// Whether what people send and see goes over a network without TLS.
fn in_clear(base_url: &str) -> bool {
    let Ok(uri) = base_url.parse::<Uri>() else { return false };
    uri.scheme_str() == Some("http") && !uri.host().is_some_and(is_here)
}

/// Serves as nobody who can do more than serve: root becomes the user that it runs PostgreSQL as, or would. Answers where
/// uploads and whatever else is kept in files goes, which that user can reach.
fn leave_root(place: &Place, config: &Config) -> Result<PathBuf, Error> {
    let told = |error: ClusterError| Error::Refused(error.to_string());
    let kept = match place.cluster() {
        Some(cluster) => {
            cluster.drop_privileges().map_err(told)?;
            cluster.place().clone()
        }
        None if nix::unistd::geteuid().is_root() => cluster::Place::without_root(&config.data).map_err(told)?,
        None => return Ok(config.data.clone()),
    };
    if kept.moved {
        let (here, asked) = (kept.data.display(), config.data.display());
        eprintln!("Data is kept in {here}: the user it runs as cannot reach {asked}.");
    }
    Ok(kept.data)
}

/// The demonstration when asked for; else, while there is no administrator, the one-time code for set-up.
async fn first_evening(place: &Place, config: &Config, demo: bool) -> Result<(), Error> {
    let operator = Operator::connect(&place.urls().owner)?;
    if demo {
        let session =
            OperatorSession { os_user: super::os_user(), command: "serve --demo".into(), reason: String::new() };
        let keys = Keys::of(&config.data);
        let operation = Operation { operator: operator.clone(), session, keys, json: false };
        eprintln!("The demonstration is made once: this takes a minute.");
        std::fs::create_dir_all(&config.data).map_err(Error::internal)?;
        print!("{}", crate::demo::make(&operation, &config.data.join(crate::demo::SIGN_INS)).await?);
    } else if let Some(code) = setup::issue_code_if_needed(&operator).await? {
        eprintln!("Nobody has set Hustings up. Open {}/set-up and give this code: {code}", config.base_url);
    }
    operator.close().await;
    Ok(())
}

async fn listen(config: &Config) -> Result<TcpListener, Error> {
    TcpListener::bind(config.listen).await.map_err(|e| {
        Error::Refused(format!("Nothing can listen on {}: {e}. Choose another with --listen", config.listen))
    })
}

/// Starts the embedded PostgreSQL again when it has died: requests meanwhile are told to try again.
async fn watch(place: &Place, replaced: &AtomicBool) -> std::io::Result<()> {
    let Some(cluster) = place.cluster() else { return std::future::pending().await };
    let mut away = false;
    loop {
        tokio::time::sleep(Duration::from_millis(250)).await;
        replaced.store(cluster.binary_changed(), Ordering::Relaxed);
        let was_away = away;
        match cluster.revive().await {
            Ok(false) if !was_away => {}
            Ok(_) => {
                away = false;
                tracing::warn!("PostgreSQL had died and was started again");
            }
            Err(error) => {
                away = true;
                // Once for each time that it dies, not four times a second.
                if !was_away {
                    tracing::error!(%error, "PostgreSQL has died and does not start; it is tried again and again");
                }
            }
        }
    }
}

/// What nobody asks for: folds the ledger of tallies, sweeps away files that wait for nobody, hands back the tasks of who may no
/// longer do them, gives places that are free to who waits, keeps access reviews, now and every few minutes; once a night destroys what is short-lived. Where several servers share a database, one at a time does it.
async fn keep_house(database: &Database) -> std::io::Result<()> {
    let mut every = tokio::time::interval(FOLD_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = door::fold_tallies(database).await {
            tracing::warn!(%error, cause = error.cause(), "tallies are not folded this time");
        }
        if let Err(error) = door::sweep_imports(database).await {
            tracing::warn!(%error, cause = error.cause(), "imports of who has no access any more are not swept away this time");
        }
        if let Err(error) = door::exports::sweep(database).await {
            tracing::warn!(%error, cause = error.cause(), "the words of exports that are over stay this time");
        }
        if let Err(error) = door::forget_member_imports(database).await {
            tracing::warn!(%error, cause = error.cause(), "membership files that nobody came back to stay this time");
        }
        if let Err(error) = door::hand_tasks_back(database).await {
            tracing::warn!(%error, cause = error.cause(), "tasks of who has no access any more stay theirs this time");
        }
        if let Err(error) = door::events::free_places(database).await {
            tracing::warn!(%error, cause = error.cause(), "places of who comes no more stay theirs this time");
        }
        if let Err(error) = door::help::forget(database).await {
            tracing::warn!(%error, cause = error.cause(), "offers to help that nobody confirmed stay this time");
        }
        if let Err(error) = door::events::remind(database).await {
            tracing::warn!(%error, cause = error.cause(), "nobody is reminded of events this time");
        }
        if let Err(error) = door::keep_reviews(database).await {
            tracing::warn!(%error, cause = error.cause(), "access reviews are not kept this time");
        }
        match door::keep_retention(database).await {
            Ok(true) => tracing::info!("what is short-lived and past its period was destroyed"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, cause = error.cause(), "what is past its period stays this time"),
        }
    }
}

/// Sends letters as they are queued.
async fn deliver(sender: &Sender, database: &Database) -> std::io::Result<()> {
    loop {
        match sender.send_due(database).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, cause = error.cause(), "letters are not sent this time"),
        }
        tokio::time::sleep(mail::send::EVERY).await;
    }
}

/// Sends messages to people of Organise as they are due.
async fn deliver_messages(ways: &Ways<'_>, database: &Database, stop: &CancellationToken) -> std::io::Result<()> {
    while !stop.is_cancelled() {
        match send_due(ways, database, stop).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, cause = error.cause(), "messages are not sent this time"),
        }
        stop.run_until_cancelled(tokio::time::sleep(mail::send::EVERY)).await;
    }
    Ok(())
}

/// Reads what came back of messages, where a mailbox's folder is set.
async fn fetch_returns(folder: Option<&Path>, database: &Database) -> std::io::Result<()> {
    let Some(folder) = folder else { return std::future::pending().await };
    let mut every = tokio::time::interval(returns::folder::EVERY);
    loop {
        every.tick().await;
        match returns::folder::read(database, folder).await {
            Ok(counts) if counts == returns::Counts::default() => {}
            Ok(counts) => tracing::info!(came = %counts.words(), "messages came back"),
            Err(error) => tracing::warn!(%error, cause = error.cause(), "what came back is not read this time"),
        }
    }
}

async fn stopped() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    eprintln!("Stopping: requests in hand finish.");
}
