//! The server's side of the press: begins its process, gives it the work, reads what comes, and ends it when it is too slow or nobody
//! waits any more.

use super::cell::NO_LANDLOCK;
use super::wire::{Frame, LONGEST};
use super::{Trouble, Wanted};
use nix::sys::signal::Signal;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Once, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a proof may take, and how long a run may.
pub(super) const AT_ONCE: Duration = Duration::from_secs(45);
/// A run's whole time: the largest takes a minute.
pub const RUN: Duration = Duration::from_secs(15 * 60);
/// Proofs that are made at a time; runs go besides, as many as the worker takes.
static PROOFS: Semaphore = Semaphore::const_new(2);
/// How long somebody waits for a turn.
const TURN: Duration = Duration::from_secs(20);

/// Said once: that the press is shut off from files by what it may call alone.
static UNSHUT: Once = Once::new();

/// How long it has to end once it says no more.
const END: Duration = Duration::from_secs(5);

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
    last: JoinHandle<LastWords>,
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
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let out = child.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe).map_err(std::io::Error::from)?;
    let err = child.stderr.take().ok_or(std::io::ErrorKind::BrokenPipe).map_err(std::io::Error::from)?;
    let last = tokio::spawn(last_words(err));
    Ok(Printing { child, out, last, until: Instant::now() + patience, done: false, _turn: turn })
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
        let (frame, bytes) = match read {
            Ok(came) => came,
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(Trouble::Refused("the press said what it never says".into()));
            }
            Err(_) => return Err(self.death().await),
        };
        let number = || bytes.as_slice().try_into().map(u32::from_be_bytes).unwrap_or_default();
        match frame {
            Frame::Parts => Ok(Some(Came::Parts(number()))),
            Frame::Bytes => Ok(Some(Came::Bytes(bytes))),
            Frame::Picture => Ok(Some(Came::Picture(bytes))),
            Frame::Refused => Err(Trouble::Refused(String::from_utf8_lossy(&bytes).into_owned())),
            Frame::TooLong => Err(too_long(&String::from_utf8_lossy(&bytes))),
            Frame::Pages => {
                self.done = true;
                let pages = number();
                let _ = timeout_at(self.until, self.child.wait()).await;
                Ok(Some(Came::Pages(pages)))
            }
        }
    }

    /// Why it ended before its end.
    async fn death(&mut self) -> Trouble {
        let Ok(Ok(status)) = timeout(END, self.child.wait()).await else {
            return Trouble::Refused("the press said no more, and did not end".into());
        };
        let last = timeout(END, &mut self.last).await.ok().and_then(Result::ok).unwrap_or_default();
        died(status, last)
    }
}

fn too_long(what: &str) -> Trouble {
    match what.split_once(": ") {
        Some((field, words)) => Trouble::TooLong { field: field.to_owned(), words: words.to_owned() },
        None => Trouble::Refused("the press did not say what is too long".into()),
    }
}

/// What its last words were about. Never what they said: a panic prints values, and they are somebody's.
#[derive(Debug, Clone, Copy, Default)]
struct LastWords {
    panicked: bool,
    out_of_memory: bool,
}

/// Reads what it says until it ends, and keeps none of it.
async fn last_words(mut from: ChildStderr) -> LastWords {
    let (mut last, mut tail, mut some) = (LastWords::default(), Vec::new(), [0u8; 4096]);
    while let Ok(read @ 1..) = from.read(&mut some).await {
        tail.extend_from_slice(&some[..read]);
        let says = |words: &[u8]| tail.windows(words.len()).any(|part| part == words);
        last.panicked |= says(b"panicked at");
        last.out_of_memory |= says(b"memory allocation of");
        if says(NO_LANDLOCK) {
            UNSHUT.call_once(|| tracing::warn!("{}", String::from_utf8_lossy(NO_LANDLOCK)));
        }
        // Words may come in two pieces.
        tail.drain(..tail.len().saturating_sub(32));
    }
    last
}

/// A bound of the machine's that it reached, or a fault for the log: how it ended, and whether it panicked.
fn died(status: ExitStatus, last: LastWords) -> Trouble {
    match status.signal().and_then(|number| Signal::try_from(number).ok()) {
        Some(Signal::SIGKILL | Signal::SIGXCPU) => Trouble::TooMuch,
        Some(Signal::SIGABRT) if last.out_of_memory => Trouble::TooMuch,
        _ => {
            let panicked = if last.panicked { ", panicked" } else { "" };
            Trouble::Refused(format!("the press died: {status}{panicked}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(status: i32, last: LastWords) -> Option<String> {
        match died(ExitStatus::from_raw(status), last) {
            Trouble::TooMuch => None,
            Trouble::Refused(why) => Some(why),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn too_much_is_said_of_bounds_alone_and_the_rest_is_for_the_log() {
        let none = LastWords::default();
        let memory = LastWords { out_of_memory: true, ..none };
        let panicked = LastWords { panicked: true, ..none };
        for (signal, last) in [(9, none), (24, none), (6, memory), (9, panicked)] {
            assert_eq!(logged(signal, last), None, "{signal}");
        }
        assert!(logged(6, none).unwrap().contains("signal: 6"), "a stack that overflowed");
        assert!(logged(11, none).unwrap().contains("signal: 11"));
        assert!(logged(101 << 8, panicked).unwrap().ends_with("exit status: 101, panicked"));
    }

    #[test]
    fn what_is_too_long_is_said_by_its_field() {
        let said = too_long("title: The title is too long: shorten it");
        assert!(
            matches!(said, Trouble::TooLong { field, words } if field == "title" && words.starts_with("The title"))
        );
        assert!(matches!(too_long("nothing"), Trouble::Refused(_)));
    }
}
