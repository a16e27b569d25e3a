//! The server's own printer: takes runs two at a time, the next one of whoever has waited longest since a run of theirs last began, gives
//! them to the press, and keeps what comes. It acts as the door, whose functions ask at each step whether whoever began the run still has
//! the access that they had.

use crate::database::Database;
use crate::error::Error;
use crate::materials::code;
use crate::materials::press::{self, Came, Trouble};
use futures_util::future::join_all;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it looks for work.
const EVERY: Duration = Duration::from_secs(1);
/// How often it says that it is alive while the press is silent.
const BEAT: Duration = Duration::from_secs(5);

/// Runs that are made at a time, where the machine has as many processors.
const AT_A_TIME: usize = 2;

/// Prints what is queued, for as long as the server runs.
///
/// # Errors
/// Never: what goes wrong is in the log, and tried again.
pub async fn keep(database: &Database, stop: &CancellationToken) -> std::io::Result<()> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    join_all((0..processors.min(AT_A_TIME)).map(|_| print_on(database, stop))).await;
    Ok(())
}

async fn print_on(database: &Database, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match print_next(database, stop).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, cause = error.cause(), "nothing is printed this time"),
        }
        stop.run_until_cancelled(tokio::time::sleep(EVERY)).await;
    }
}

/// Prints the next run. Whether there was one.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away. A run that cannot be made is no error: it says so itself.
pub async fn print_next(database: &Database, stop: &CancellationToken) -> Result<bool, Error> {
    if !sqlx::query_scalar!(r#"select wall.keep_runs() as "due!""#).fetch_one(database.door()).await? {
        return Ok(false);
    }
    let mut connection = database.door().acquire().await?;
    let holder = Uuid::now_v7();
    let taken = sqlx::query!(r#"select run_no as "run!", work as "work!" from wall.take_run($1)"#, holder)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(taken) = taken else { return Ok(false) };
    let mut run = Run { number: taken.run, holder, done: 0, connection: &mut connection };
    let printed = run.print(taken.work, stop).await;
    let ended = match printed {
        Ok(()) => return Ok(true),
        Err(Trouble::Stopped) if stop.is_cancelled() => run.leave().await,
        Err(Trouble::Stopped) => Ok(()),
        Err(Trouble::TooMuch) => run.fail("It is more than one file can hold. Make fewer at a time.").await,
        Err(Trouble::TooLong { words, .. }) => run.fail(&format!("{words}, and make it again.")).await,
        Err(Trouble::Refused(why)) => {
            tracing::error!(run = taken.run, why, "the press refused a run");
            run.fail("It could not be typeset. Whoever looks after the server finds the reason in its log.").await
        }
        Err(Trouble::Machine(error)) if disk_is_full(&error) => {
            run.fail("The server’s disk is full. Nothing half-made was kept; make it again once there is room.").await
        }
        Err(Trouble::Machine(error)) => {
            tracing::error!(run = taken.run, cause = error.cause(), "a run could not be kept");
            run.fail("The server could not keep the file. Make it again.").await
        }
    };
    ended?;
    Ok(true)
}

/// PostgreSQL's disk_full, or the machine's own.
fn disk_is_full(error: &Error) -> bool {
    error.cause().is_some_and(|cause| cause.contains("No space left") || cause.contains("53100"))
}

struct Run<'a> {
    number: i64,
    holder: Uuid,
    done: i32,
    connection: &'a mut PgConnection,
}

impl Run<'_> {
    async fn print(&mut self, work: Vec<u8>, stop: &CancellationToken) -> Result<(), Trouble> {
        let mut printing = press::print(&code::run_code(self.number), work).await?;
        // The first bytes come when all is set: what is kept of them is kept in one transaction with the run's end.
        let first = loop {
            match self.waited(&mut printing, stop).await? {
                Some(Came::Parts(parts)) => {
                    self.done = i32::try_from(parts).unwrap_or(i32::MAX);
                    self.beat().await?;
                }
                Some(Came::Bytes(bytes)) => break bytes,
                Some(Came::Picture(_)) => {}
                Some(Came::Pages(_)) | None => return Err(Trouble::Refused("nothing came of it".into())),
            }
        };
        self.store(first, &mut printing).await
    }

    /// What comes next; it says meanwhile that it is alive. One wait goes on across its beats: begun anew it would lose what it had
    /// read of a frame.
    async fn waited(
        &mut self,
        printing: &mut press::Printing,
        stop: &CancellationToken,
    ) -> Result<Option<Came>, Trouble> {
        let mut next = std::pin::pin!(printing.next());
        loop {
            tokio::select! {
                came = &mut next => return came,
                () = tokio::time::sleep(BEAT) => self.beat().await?,
                () = stop.cancelled() => return Err(Trouble::Stopped),
            }
        }
    }

    async fn store(&mut self, first: Vec<u8>, printing: &mut press::Printing) -> Result<(), Trouble> {
        let (number, holder) = (self.number, self.holder);
        let mut transaction = self.connection.begin().await.map_err(machine)?;
        let (mut digest, mut bytes, mut piece) = (Sha256::new(), 0usize, 0i32);
        let mut next = Some(Came::Bytes(first));
        let pages = loop {
            match next {
                Some(Came::Bytes(some)) => {
                    digest.update(&some);
                    bytes += some.len();
                    piece += 1;
                    sqlx::query_scalar!("select wall.keep_piece($1, $2, $3, $4)", number, holder, piece, some)
                        .fetch_one(&mut *transaction)
                        .await
                        .map_err(machine)?;
                }
                Some(Came::Pages(pages)) => break pages,
                Some(_) => {}
                None => return Err(Trouble::Refused("it ended without its pages".into())),
            }
            next = printing.next().await?;
        };
        let kept = sqlx::query_scalar!(
            r#"select wall.finish_run($1, $2, $3, $4, $5) as "kept!""#,
            number,
            holder,
            i32::try_from(pages).unwrap_or(i32::MAX),
            i32::try_from(bytes).unwrap_or(i32::MAX),
            digest.finalize().to_vec()
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(machine)?;
        if !kept {
            return Err(Trouble::Stopped);
        }
        transaction.commit().await.map_err(machine)
    }

    /// Says how far it is.
    async fn beat(&mut self) -> Result<(), Trouble> {
        let goes =
            sqlx::query_scalar!(r#"select wall.beat_run($1, $2, $3) as "goes!""#, self.number, self.holder, self.done)
                .fetch_one(&mut *self.connection)
                .await
                .map_err(machine)?;
        if goes { Ok(()) } else { Err(Trouble::Stopped) }
    }

    async fn fail(&mut self, why: &str) -> Result<(), Error> {
        sqlx::query_scalar!("select wall.fail_run($1, $2, $3)", self.number, self.holder, why)
            .fetch_one(&mut *self.connection)
            .await?;
        Ok(())
    }

    async fn leave(&mut self) -> Result<(), Error> {
        sqlx::query!("select wall.leave_run($1, $2)", self.number, self.holder).execute(&mut *self.connection).await?;
        Ok(())
    }
}

fn machine(error: sqlx::Error) -> Trouble {
    Trouble::Machine(error.into())
}
