//! Dropping months of the log that are older than it is kept, so that every later proof still holds: the tree's frontier at
//! the first leaf that stays is signed and kept in their place.

use super::leaf::{Hash, Moment};
use super::sign::{Expired, Signer};
use super::store::{self, ToExpire};
use super::tree::Frontier;
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use chrono::{Datelike, Months, NaiveDate};

/// Drops what was written before `before`, the first day of a month, and answers what was signed about it.
///
/// # Errors
/// [`Error::Refused`] when the day is no month's first, rows are younger than the log is kept, nothing is that old, something of it
/// is not sealed yet, or the log does not give its own head: then nothing was dropped.
pub async fn expire(scope: &mut Scoped, keys: &Keys, before: NaiveDate) -> Result<Expired, Error> {
    let held = store::to_expire(scope, before).await?;
    let youngest = held.now.date_naive() - chrono::TimeDelta::days(held.kept_days.into());
    if before.day() != 1 || before > youngest {
        return Err(Error::Refused(format!(
            "The log is kept for {} days (the data protection officer’s page Retention): only months before {} can go",
            held.kept_days,
            youngest.format("%Y-%m")
        )));
    }
    if held.rows == 0 {
        return Err(Error::Refused("Nothing in the log is that old, so nothing was dropped".into()));
    }
    if held.unsealed > 0 {
        let rows = crate::web::words::count(held.unsealed, "row of these months is", "rows of these months are");
        return Err(Error::Refused(format!(
            "{rows} not sealed yet, so nothing was dropped. Let the server run and try again"
        )));
    }
    let tree = proved(scope, &held).await?;
    let signer = Signer::newest(keys)?;
    let month = before.checked_sub_months(Months::new(1)).unwrap_or(before);
    let mut expired = Expired {
        log: held.log,
        month,
        through: held.through,
        later: held.later,
        rows: held.rows,
        root: tree.root(),
        frontier: tree.to_bytes(),
        at: Moment::of(held.now),
        key: signer.public.id(),
        signature: Vec::new(),
    };
    expired.signature = signer.sign(&expired.text());
    store::expire(scope, before, &expired, &signer.public.0, signer.voucher(held.log)).await?;
    Ok(expired)
}

/// The tree at the first leaf that stays, of a log whose leaves give the root that was last signed: what is damaged is not
/// dropped, since that would hide it.
async fn proved(scope: &mut Scoped, held: &ToExpire) -> Result<Frontier, Error> {
    let broken =
        || Error::Refused("The log is damaged, so nothing was dropped: hustings audit verify says where".into());
    let base = held.base.as_ref().map(|(leaves, bytes)| Frontier::from_bytes(*leaves, bytes).ok_or_else(broken));
    let mut tree = base.transpose()?.unwrap_or_default();
    let (mut there, mut root) = ((tree.leaves() == held.through).then(|| tree.clone()), None::<Hash>);
    let head = held.head.ok_or_else(broken)?;
    let mut grow = |no: u64, hash: Hash| {
        if no != tree.leaves() {
            return Err(broken());
        }
        tree.push(hash);
        if tree.leaves() == held.through {
            there = Some(tree.clone());
        }
        if tree.leaves() == head.0 {
            root = Some(tree.root());
        }
        Ok(())
    };
    let from = held.base.as_ref().map_or(0, |(leaves, _)| *leaves);
    store::hashes(scope, from, &mut grow).await?;
    match there {
        Some(there) if root == Some(head.1) || (head.0 == from && held.leaves == from) => Ok(there),
        _ => Err(broken()),
    }
}
