//! The long work of an import, in a task of the serving process. Every batch is a scoped transaction of its own, so
//! that access that has ended, or somebody who says stop, ends the work; and until the last one nothing has changed.
//! When the server is to stop, the statement at work is given up, and the import's page says what to do.

use super::apply::{self, Applied};
use super::staging::{self, Facts, Piece};
use super::store::{self, Import, NewImport};
use super::{Basis, preview};
use crate::access::{Permission, door};
use crate::database::{Scope, Scoped};
use crate::error::Error;
use crate::web::{App, Viewer};
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;
use tempfile::TempPath;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often a worker says that it lives.
const BEAT: Duration = Duration::from_secs(10);
/// How often PostgreSQL is asked to give up when the server is to stop, and how long apart.
const GIVING_UP: (u32, Duration) = (50, Duration::from_millis(100));
/// How long saying why may take then.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// An import at work on somebody's behalf.
struct Job {
    app: App,
    viewer: Viewer,
    import: Uuid,
    stopping: CancellationToken,
    /// The connection of the long transaction at work; 0: none is.
    backend: AtomicI32,
}

/// Begins to read a file that was put into `file`, which goes when the reading is over.
pub fn begin_reading(app: &App, viewer: Viewer, import: Uuid, new: NewImport, file: TempPath) {
    let job = Job::new(app, viewer, import);
    app.background.spawn(async move {
        let path = file.to_path_buf();
        job.watch(job.read(new, path)).await;
        drop(file);
    });
}

/// Begins to look an import over anew for an authority that somebody named. It must say `reading` already.
pub fn begin_looking_over(app: &App, viewer: Viewer, import: Import) {
    let job = Job::new(app, viewer, import.import_id);
    app.background.spawn(async move { job.watch(job.look_over_for(import)).await });
}

/// Begins to apply an import that waits to be looked over. It must say `applying` already.
pub fn begin_applying(app: &App, viewer: Viewer, import: Uuid, allow_large: bool, allow_other: bool) {
    let job = Job::new(app, viewer, import);
    app.background.spawn(async move { job.watch(job.apply(allow_large, allow_other)).await });
}

impl Job {
    fn new(app: &App, viewer: Viewer, import: Uuid) -> Self {
        let stopping = app.background.stopping();
        Job { app: app.clone(), viewer, import, stopping, backend: AtomicI32::new(0) }
    }

    async fn scope(&self) -> Result<Scoped, Error> {
        self.viewer.scope_as(Permission::ImportRegisters, Scope::default()).await
    }

    /// A transaction that may last for minutes: PostgreSQL can be asked to give it up.
    async fn long_scope(&self) -> Result<Scoped, Error> {
        let mut scope = self.scope().await?;
        self.backend.store(store::backend(&mut scope).await?, Ordering::Relaxed);
        Ok(scope)
    }

    /// Does the work, says meanwhile that it lives, and puts a failure on the import's page.
    async fn watch(&self, work: impl Future<Output = Result<(), Error>>) {
        let mut work = pin!(work);
        let done = tokio::select! {
            done = &mut work => done,
            () = self.beat() => Ok(()),
            () = self.stopping.cancelled() => self.give_up(work).await,
        };
        if let Err(error) = done {
            self.fail(&error).await;
        }
    }

    /// Waits for work that is to stop, asking PostgreSQL to give its statement up; what it has not committed is undone.
    async fn give_up(&self, mut work: Pin<&mut impl Future<Output = Result<(), Error>>>) -> Result<(), Error> {
        for _ in 0..GIVING_UP.0 {
            let backend = self.backend.load(Ordering::Relaxed);
            if backend != 0 {
                let _ = self.app.database.cancel(backend).await;
            }
            if let Ok(done) = timeout(GIVING_UP.1, work.as_mut()).await {
                return done.map_err(|_| stopped());
            }
        }
        Err(stopped())
    }

    /// Waits, but not when the server is to stop.
    async fn unless_stopping<T>(&self, wait: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.stopping.run_until_cancelled(wait).await.unwrap_or_else(|| Err(stopped()))
    }

    async fn beat(&self) {
        loop {
            sleep(BEAT).await;
            // A beat that fails is missed; the next may come through.
            let Ok(mut scope) = self.scope().await else { continue };
            if store::beat(&mut scope, self.import).await.is_ok() {
                let _ = scope.commit().await;
            }
        }
    }

    /// The database may be what failed: it is tried for some minutes, or once more when the server is to stop; after that
    /// the page finds the worker silent.
    async fn fail(&self, error: &Error) {
        let why = plain(error);
        tracing::warn!(import = %self.import, %error, cause = error.cause(), "an import ended without a change");
        for wait in [0, 1, 2, 5, 10, 30, 60, 120] {
            let last = self.stopping.run_until_cancelled(sleep(Duration::from_secs(wait))).await.is_none();
            let told = door::fail_import(&self.app.database, self.viewer.credential(), self.import, &why);
            if timeout(LAST_WORDS, told).await.is_ok_and(|told| told.is_ok()) || last {
                return;
            }
        }
    }

    async fn read(&self, new: NewImport, path: PathBuf) -> Result<(), Error> {
        let _turn = self.unless_stopping(self.app.imports.to_read(self.import)).await?;
        let facts = self.stage(&new, path).await?;
        let mut scope = self.scope().await?;
        store::set_facts(&mut scope, self.import, &facts).await?;
        scope.commit().await?;
        self.look_over(&new, &facts).await
    }

    async fn stage(&self, new: &NewImport, path: PathBuf) -> Result<Facts, Error> {
        let mut pieces = staging::read(path, new.published);
        while let Some(piece) = self.unless_stopping(async { Ok(pieces.recv().await) }).await? {
            match piece.map_err(staging::refused)? {
                Piece::Rows(batch) => {
                    let mut scope = self.scope().await?;
                    store::stage(&mut scope, self.import, &batch).await?;
                    scope.commit().await?;
                }
                Piece::End(facts) => return Ok(facts),
            }
        }
        Err(Error::internal("the reading thread ended without an end"))
    }

    /// Matches people and counts, so that the import can be looked over.
    async fn look_over(&self, new: &NewImport, facts: &Facts) -> Result<(), Error> {
        let mut scope = self.long_scope().await?;
        let done = async {
            let (ground, preview) = preview::match_and_count(&mut scope, self.import, new, facts).await?;
            store::set_ready(&mut scope, self.import, ground.partition, &preview).await?;
            scope.commit().await
        };
        let done = done.await;
        self.backend.store(0, Ordering::Relaxed);
        done
    }

    async fn apply(&self, allow_large: bool, allow_other: bool) -> Result<(), Error> {
        let _turn = self.unless_stopping(self.app.imports.to_apply(self.import)).await?;
        let mut tries = 0;
        let applied = loop {
            let tried = self.try_to_apply(allow_large, allow_other).await;
            self.backend.store(0, Ordering::Relaxed);
            match tried {
                Err(error) if error.is_retryable() && tries < 2 => tries += 1,
                Err(Error::Conflict(why)) => return self.wait_again(&why).await,
                other => break other?,
            }
        };
        if applied == Applied::Stale {
            return self.look_over_stale().await;
        }
        let mut scope = self.scope().await?;
        store::forget(&mut scope, self.import).await?;
        scope.commit().await
    }

    async fn wait_again(&self, why: &str) -> Result<(), Error> {
        let mut scope = self.scope().await?;
        store::set_ready_again(&mut scope, self.import, why).await?;
        scope.commit().await
    }

    async fn try_to_apply(&self, allow_large: bool, allow_other: bool) -> Result<Applied, Error> {
        let mut scope = self.long_scope().await?;
        let applied = apply::apply(&mut scope, &self.app.keys, self.import, allow_large, allow_other).await?;
        if applied != Applied::Stale {
            scope.commit().await?;
        }
        Ok(applied)
    }

    /// Another register came first: people are matched with what is held now, and somebody looks again.
    async fn look_over_stale(&self) -> Result<(), Error> {
        let mut scope = self.scope().await?;
        let import = store::open(&mut scope, self.import).await?;
        store::set_reading_again(&mut scope, self.import).await?;
        scope.commit().await?;
        self.look_over_again(import, Some(AGAIN)).await
    }

    /// What cannot be imported for that authority stands as it was looked over before, and its page says why.
    async fn look_over_for(&self, import: Import) -> Result<(), Error> {
        match self.look_over_again(import, None).await {
            Err(Error::Refused(why)) => self.wait_again(&why).await,
            other => other,
        }
    }

    /// Of the file itself nothing is left but its staged rows: what was odd about it stands in the preview before.
    async fn look_over_again(&self, import: Import, why: Option<&str>) -> Result<(), Error> {
        let _turn = self.unless_stopping(self.app.imports.to_read(self.import)).await?;
        let before = import.preview.map(|p| p.0.odd).unwrap_or_default().into_iter().filter(|w| w != AGAIN);
        let new = NewImport {
            file_name: import.file_name,
            authority: import.authority,
            published: import.published,
            basis: Basis::parse(&import.basis).unwrap_or_default(),
            bytes: 0,
            sha256: import.sha256.unwrap_or_default(),
        };
        let warnings = why.map(str::to_owned).into_iter().chain(before).collect();
        let mut facts = Facts { warnings, ..Facts::default() };
        let formats = ["xpress-full-14", "xpress-full-13", "eros-a-full", "eros-b-full"];
        facts.format = formats.into_iter().find(|f| *f == import.format).unwrap_or_default();
        let encodings = ["utf-8", "utf-8-bom", "windows-1252", "utf-16"];
        facts.encoding = encodings.into_iter().find(|e| *e == import.encoding).unwrap_or_default();
        self.look_over(&new, &facts).await
    }
}

const AGAIN: &str = "Another register of this authority was imported since you looked; these figures are new";

/// What somebody is told whose import ended with its server.
pub const STOPPED: &str = "Hustings was stopped while this ran. Nothing was changed: give the file again";

fn stopped() -> Error {
    Error::Refused(STOPPED.into())
}

/// Why an import ended, for its page. Never holds anything of the file's rows.
pub fn plain(error: &Error) -> String {
    let code = match error {
        Error::Unavailable(source) => database_code(source),
        Error::Internal(source) => source.downcast_ref::<sqlx::Error>().and_then(database_code),
        _ => None,
    };
    match (code.as_deref(), error) {
        (Some("53100"), _) => "The disk of the database is full. Nothing was changed: tell your administrator, then import again".into(),
        (Some("42501"), _) | (_, Error::AccessEnded | Error::Forbidden(_)) => "Your access ended while this ran. Nothing was changed".into(),
        (_, Error::Unavailable(_)) => "The database could not be reached. Nothing was changed: import again".into(),
        (_, Error::Refused(_) | Error::Conflict(_)) => error.to_string(),
        _ => "Something went wrong on our side. Nothing was changed: import again, and tell your administrator if it stays".into(),
    }
}

fn database_code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned())
}
