//! The server's side of the press: begins its process, gives it the work, reads what comes, and ends it when it is too slow or nobody
//! waits any more.

use super::wire::{Frame, LONGEST};
use super::{Trouble, Wanted};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout, timeout_at};

/// How long a proof may take, and how long a run may.
pub(super) const AT_ONCE: Duration = Duration::from_secs(45);
/// A run's whole time: the largest takes a minute.
pub const RUN: Duration = Duration::from_secs(15 * 60);
/// Proofs that are made at a time; runs go one after another besides.
static PROOFS: Semaphore = Semaphore::const_new(2);
/// How long somebody waits for a turn.
const TURN: Duration = Duration::from_secs(20);

/// The program whose `press` command is the process; of tests alone another than the one that runs.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says which program the press is, once: a test's own is none.
pub fn set_program(program: PathBuf) {
    let _ = PROGRAM.set(program);
}

/// The one that runs; by a name that holds wherever it lies, since a server that was begun by root may not enter root's home any more.
fn program() -> std::io::Result<PathBuf> {
    let own = Path::new("/proc/self/exe");
    match PROGRAM.get() {
        Some(program) => Ok(program.clone()),
        None if own.exists() => Ok(own.to_owned()),
        None => std::env::current_exe(),
    }
}

/// What comes of work, one after another.
#[derive(Debug)]
pub enum Came {
    /// So many parts are set.
    Parts(u32),
    /// The next bytes of the PDF.
    Bytes(Vec<u8>),
    /// The next page's picture.
    Picture(Vec<u8>),
    /// It is done and has so many pages.
    Pages(u32),
}

/// A process of the press under way. Dropped, it ends.
pub struct Printing {
    child: Child,
    out: ChildStdout,
    until: Instant,
    done: bool,
    _turn: Option<SemaphorePermit<'static>>,
}

/// Begins a run's printing.
///
/// # Errors
/// When no process can be begun.
pub async fn print(run_code: &str, lines: Vec<u8>) -> Result<Printing, Trouble> {
    let mut printing = start(run_code, Wanted::Pdf, RUN, None)?;
    printing.give(lines);
    Ok(printing)
}

pub(super) async fn begin(run_code: &str, wanted: Wanted, patience: Duration) -> Result<Printing, Trouble> {
    let turn = timeout(TURN, PROOFS.acquire()).await.map_err(|_| Trouble::Stopped)?;
    start(run_code, wanted, patience, turn.ok())
}

fn start(
    run_code: &str,
    wanted: Wanted,
    patience: Duration,
    turn: Option<SemaphorePermit<'static>>,
) -> Result<Printing, Trouble> {
    let mut child = Command::new(program()?)
        .args(["press", &wanted.word(), run_code])
        // Nothing of the server's: no address of a database, no key, no proxy.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let out = child.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe).map_err(std::io::Error::from)?;
    Ok(Printing { child, out, until: Instant::now() + patience, done: false, _turn: turn })
}

impl Printing {
    /// Gives it the work, beside reading what comes: either side may wait for the other.
    pub(super) fn give(&mut self, lines: Vec<u8>) {
        if let Some(mut to) = self.child.stdin.take() {
            tokio::spawn(async move {
                // What it does not take any more it said why, or ended.
                let _ = to.write_all(&lines).await;
            });
        }
    }

    /// What comes next; None: that was all.
    ///
    /// # Errors
    /// [`Trouble`] when it refused, was too slow, took too much, or ended before its end.
    pub async fn next(&mut self) -> Result<Option<Came>, Trouble> {
        if self.done {
            return Ok(None);
        }
        let read = timeout_at(self.until, frame(&mut self.out)).await.map_err(|_| Trouble::TooMuch)?;
        let Ok((frame, bytes)) = read else {
            // It ended in the middle: out of memory it says nothing.
            return Err(Trouble::TooMuch);
        };
        let number = || bytes.as_slice().try_into().map(u32::from_be_bytes).unwrap_or_default();
        match frame {
            Frame::Parts => Ok(Some(Came::Parts(number()))),
            Frame::Bytes => Ok(Some(Came::Bytes(bytes))),
            Frame::Picture => Ok(Some(Came::Picture(bytes))),
            Frame::Refused => Err(Trouble::Refused(String::from_utf8_lossy(&bytes).into_owned())),
            Frame::Pages => {
                self.done = true;
                let pages = number();
                let _ = timeout_at(self.until, self.child.wait()).await;
                Ok(Some(Came::Pages(pages)))
            }
        }
    }
}

async fn frame(out: &mut ChildStdout) -> std::io::Result<(Frame, Vec<u8>)> {
    let frame = Frame::parse(out.read_u8().await?).ok_or(std::io::ErrorKind::InvalidData)?;
    let length = out.read_u32().await?;
    if u64::from(length) > LONGEST {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length as usize];
    out.read_exact(&mut bytes).await?;
    Ok((frame, bytes))
}
