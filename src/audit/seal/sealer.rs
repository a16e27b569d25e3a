//! The sealer: every few seconds it numbers the log's new rows, grows the tree by their hashes and signs its head. Several
//! servers may run one each: whoever holds the row that says how far the log is seals, the others look again later.

use super::leaf::Hash;
use super::sign::{Head, Public, Signer, publics};
use super::tree::Frontier;
use super::{Moment, places::Places};
use crate::access::door::{self, LastHead, NewHead, Sealing};
use crate::database::Database;
use crate::error::Error;
use crate::keys::Keys;
use chrono::TimeDelta;
use std::time::{Duration, Instant};

/// How often the sealer looks for new rows.
pub const EVERY: Duration = Duration::from_secs(5);
/// A head is signed at least so often, so that second places tell that nothing happened, too.
const HEARTBEAT: TimeDelta = TimeDelta::seconds(60);
/// A row that waits longer than this raises an alarm.
pub const ALARM: f64 = 120.0;
/// Rows numbered by one statement: some 5 MB of hashes and text.
const BATCH: i32 = 10_000;
/// Batches under one head, so that a log that was never sealed gets heads on the way.
const BATCHES: usize = 50;
/// Old heads are thinned out, and a standing alarm is repeated, once in so many rounds.
const SELDOM: u64 = 720;
/// More leaves than this are not missing: their number was made up.
const MOST_MISSING: u64 = 10_000_000;
const ALARM_AGAIN: Duration = Duration::from_secs(60);

/// What seals the log of one database.
pub struct Sealer {
    database: Database,
    keys: Keys,
    places: Places,
    alarmed: Option<Instant>,
}

impl Sealer {
    /// A sealer that writes its heads to these places.
    pub fn new(database: Database, keys: Keys, places: Places) -> Self {
        Sealer { database, keys, places, alarmed: None }
    }

    /// Seals for as long as the server runs. Whatever goes wrong is said in the log and tried again: serving goes on.
    pub async fn keep(mut self) -> ! {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for n in 0u64.. {
            every.tick().await;
            if let Err(error) = self.round().await {
                tracing::warn!(%error, cause = error.cause(), "the access log is not sealed this time; it is tried again");
            }
            if n % SELDOM == 0
                && let Err(error) = door::seal_thin(&self.database).await
            {
                tracing::warn!(%error, cause = error.cause(), "old heads of the access log are not thinned out this time");
            }
            self.watch().await;
        }
        std::future::pending().await
    }

    /// Seals what there is and writes the head to the second places. None: nothing new, or another is sealing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away, [`Error::Refused`] when the key cannot be read. Nothing was sealed.
    pub async fn round(&mut self) -> Result<Option<Head>, Error> {
        let head = seal(&self.database, &self.keys).await?;
        self.places.write(&self.database, head.as_ref()).await;
        Ok(head)
    }

    /// Tells metrics, and the log when rows wait too long.
    async fn watch(&mut self) {
        let Ok((lag, places)) = door::seal_delays(&self.database).await else { return };
        metrics::gauge!("hustings_seal_lag_seconds").set(lag);
        for (place, delay) in places {
            metrics::gauge!("hustings_seal_place_delay_seconds", "place" => place).set(delay);
        }
        if lag <= ALARM {
            self.alarmed = None;
        } else if self.alarmed.is_none_or(|at| at.elapsed() >= ALARM_AGAIN) {
            self.alarmed = Some(Instant::now());
            tracing::warn!(
                seconds = lag as u64,
                "the access log waits to be sealed: a transaction that stays open, or the sealer, holds it back"
            );
        }
    }
}

/// One round, without second places.
///
/// # Errors
/// As [`Sealer::round`].
pub async fn seal(database: &Database, keys: &Keys) -> Result<Option<Head>, Error> {
    let signer = Signer::newest(keys)?;
    let Some(mut sealing) = door::seal_begin(database).await? else { return Ok(None) };
    let (mut tree, trouble) = resume(&mut sealing, &publics(keys)?).await?;
    let before = tree.leaves();
    for _ in 0..BATCHES {
        let hashes = sealing.next(BATCH).await?;
        let full = hashes.len() == BATCH as usize;
        for leaf in hashes {
            tree.push(hash(leaf)?);
        }
        if !full {
            break;
        }
    }
    let young = sealing.last.as_ref().is_some_and(|last| sealing.now - last.at < HEARTBEAT);
    if tree.leaves() == before && young {
        return Ok(None);
    }
    let complete = sealing.complete().await?.map(Moment::of);
    let head = Head::sign(&signer, sealing.log, (tree.leaves(), tree.root()), Moment::of(sealing.now), complete);
    keep(sealing, &signer, &tree, &head, trouble).await?;
    Ok(Some(head))
}

async fn keep(
    sealing: Sealing,
    signer: &Signer,
    tree: &Frontier,
    head: &Head,
    trouble: Option<&'static str>,
) -> Result<(), Error> {
    if let Some(trouble) = trouble {
        tracing::error!("the sealed access log is damaged: {trouble}. hustings audit verify says where");
    }
    let voucher = signer.voucher(sealing.log).map(|(public, signature)| (public.id(), signature));
    let new = NewHead {
        leaves: i64::try_from(head.leaves).map_err(Error::internal)?,
        root: &head.root,
        frontier: &tree.to_bytes(),
        at: sealing.now,
        complete: head.complete.and_then(Moment::time),
        key: (&head.key, &signer.public.0),
        voucher: voucher.as_ref().map(|(id, signature)| (id.as_str(), signature.as_slice())),
        signature: &head.signature,
        trouble,
    };
    sealing.keep(new).await
}

/// The tree to go on from. What stands in the database is believed when it gives the root that was last signed; else the
/// tree is made anew of the leaves' hashes, and what is wrong is told. The log goes on either way: heads that were signed
/// before, in the second place too, still tell what was changed.
async fn resume(sealing: &mut Sealing, known: &[Public]) -> Result<(Frontier, Option<&'static str>), Error> {
    let leaves = u64::try_from(sealing.leaves).map_err(Error::internal)?;
    let stored = Frontier::from_bytes(leaves, &sealing.frontier);
    let Some(last) = sealing.last.clone() else {
        return match stored {
            Some(tree) if leaves == 0 => Ok((tree, None)),
            _ => Ok((rebuild(sealing, leaves).await?, Some("its heads are gone"))),
        };
    };
    let mut trouble = signed(sealing, &last, known).err();
    if let Some(tree) = stored
        && last.leaves == sealing.leaves
        && tree.root().as_slice() == last.root
    {
        return Ok((tree, trouble));
    }
    let tree = rebuild(sealing, leaves).await?;
    if last.leaves != sealing.leaves || tree.root().as_slice() != last.root {
        trouble = trouble.or(Some("its leaves do not give the root that was signed"));
    }
    Ok((tree, trouble))
}

fn signed(sealing: &Sealing, last: &LastHead, known: &[Public]) -> Result<(), &'static str> {
    let root = hash(last.root.clone()).map_err(|_| "its last head has no root")?;
    let head = Head {
        log: sealing.log,
        leaves: u64::try_from(last.leaves).unwrap_or_default(),
        root,
        at: Moment::of(last.at),
        complete: last.complete.map(Moment::of),
        key: last.key.clone(),
        signature: last.signature.clone(),
    };
    match known.iter().find(|public| public.id() == last.key) {
        None => Err("its last head is signed by a key that this installation does not have"),
        Some(public) if public.signed(&head.text(), &head.signature) => Ok(()),
        Some(_) => Err("its last head was changed after it was signed"),
    }
}

/// From the leaves' hashes; a leaf that is gone leaves its place empty.
async fn rebuild(sealing: &mut Sealing, leaves: u64) -> Result<Frontier, Error> {
    let base = sealing.base().await?;
    let base = base.and_then(|(leaves, bytes)| Frontier::from_bytes(u64::try_from(leaves).ok()?, &bytes));
    let mut tree = base.unwrap_or_default();
    while tree.leaves() < leaves {
        let hashes = sealing.hashes(i64::try_from(tree.leaves()).map_err(Error::internal)?, BATCH).await?;
        if hashes.is_empty() {
            if leaves - tree.leaves() > MOST_MISSING {
                return Err(Error::internal("the row that says how far the log is sealed was changed"));
            }
            while tree.leaves() < leaves {
                tree.push(Hash::default());
            }
        }
        for (no, leaf) in hashes {
            while tree.leaves() < leaves.min(u64::try_from(no).unwrap_or_default()) {
                tree.push(Hash::default());
            }
            if tree.leaves() < leaves {
                tree.push(hash(leaf)?);
            }
        }
    }
    Ok(tree)
}

fn hash(bytes: Vec<u8>) -> Result<Hash, Error> {
    bytes.try_into().map_err(|_| Error::internal("a leaf's hash is not 32 bytes"))
}
