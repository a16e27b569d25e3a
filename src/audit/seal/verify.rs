//! The verifier: takes the log's lines in order, remembers one tree's frontier, and says what is not as it was sealed. It
//! asks no database and trusts nothing in one: rows are hashed here, heads count only when a key signed that it was told
//! of, or that such a key vouches for.

use super::dump::{End, KeyLine, Leaf, Line, Log, Restore, VERSION};
use super::leaf::{Hash, Moment, Row};
use super::sign::{Expired, Head, Public, voucher};
use super::tree::Frontier;
use crate::error::Error;
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// Findings that are kept word for word; the others are counted.
const KEPT: usize = 100;
/// A statement may begin so long before its transaction has a number, in microseconds.
const SLACK: i64 = 60_000_000;

/// What was done to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A row, or the hash that it was sealed under, is not what it was.
    Changed,
    /// A row or a leaf is gone.
    Removed,
    /// A row stands where none was when the log was sealed there.
    PutInBetween,
    /// Leaves do not give the root that was signed, though each fits its row: both were changed together.
    Rewritten,
    /// A head is not what was signed, or a key signed it that is not trusted.
    Head,
    /// The database is older than heads that a second place holds.
    RolledBack,
    /// A statement about expired months is not what was signed.
    Expiry,
}

/// Something that is not as it was sealed, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// The month of the row, as `2026-11`.
    pub month: Option<String>,
    /// The leaf.
    pub leaf: Option<u64>,
    /// The row's number.
    pub entry_id: Option<i64>,
    /// The row's time, or the head's.
    pub at: Option<Moment>,
    /// In words.
    pub told: String,
}

/// What a verification came to.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The log.
    pub log: Option<Uuid>,
    /// Rows that are what was sealed.
    pub rows: u64,
    /// Leaves in the tree.
    pub leaves: u64,
    /// Heads that fit.
    pub heads: u64,
    /// When the newest of these was signed.
    pub head_at: Option<Moment>,
    /// Up to which row's time the log is sealed.
    pub sealed_until: Option<Moment>,
    /// Rows that no head covers yet.
    pub waiting: u64,
    /// For how long the oldest of these waits, in seconds, when the log was read.
    pub lag: i64,
    /// Through which month rows were dropped.
    pub expired_through: Option<chrono::NaiveDate>,
    /// What is wrong, the first first.
    pub findings: Vec<Finding>,
    /// How many findings there are in all.
    pub found: u64,
    /// What is worth knowing, and nothing wrong.
    pub notes: Vec<String>,
}

/// Takes lines; [`Verifier::end`] says what came of it.
pub struct Verifier {
    trusted: HashMap<String, Public>,
    /// With whether the database itself holds it.
    heads: Vec<(Head, bool)>,
    next_head: usize,
    log: Option<Log>,
    restores: Vec<Restore>,
    expired: Option<Expired>,
    tree: Frontier,
    begun: bool,
    ended: Option<End>,
    /// The first leaf that the last good head does not cover.
    since_good: Option<(u64, i64, Moment)>,
    good: u64,
    /// The latest time before which a head said that all rows were among its leaves.
    complete: Option<Moment>,
    lost: Vec<Head>,
    oldest_waiting: Option<Moment>,
    rewritten: bool,
    report: Report,
}

impl Verifier {
    /// Trusts these keys, and compares with heads that a second place holds.
    pub fn new(trusted: &[Public], second_place: Vec<Head>) -> Self {
        let report = Report {
            log: None,
            rows: 0,
            leaves: 0,
            heads: 0,
            head_at: None,
            sealed_until: None,
            waiting: 0,
            lag: 0,
            expired_through: None,
            findings: Vec::new(),
            found: 0,
            notes: Vec::new(),
        };
        Verifier {
            trusted: trusted.iter().map(|key| (key.id(), *key)).collect(),
            heads: second_place.into_iter().map(|head| (head, false)).collect(),
            next_head: 0,
            log: None,
            restores: Vec::new(),
            expired: None,
            tree: Frontier::default(),
            begun: false,
            ended: None,
            since_good: None,
            good: 0,
            complete: None,
            lost: Vec::new(),
            oldest_waiting: None,
            rewritten: false,
            report,
        }
    }

    /// Takes the next line.
    ///
    /// # Errors
    /// [`Error::Refused`] when the lines are no dump of a log.
    pub fn take(&mut self, line: Line) -> Result<(), Error> {
        if let (None, false) = (&self.log, matches!(line, Line::Log(_))) {
            return Err(Error::Refused("A dump begins by saying which log it is of".into()));
        }
        match line {
            Line::Log(log) if log.version != VERSION => {
                return Err(Error::Refused(format!(
                    "The dump is of version {}, which this one cannot read",
                    log.version
                )));
            }
            Line::Log(log) => {
                self.report.log = Some(log.log);
                self.log = Some(log);
            }
            Line::Key(key) => self.key(&key),
            Line::Restore(restore) => self.restores.push(restore),
            Line::Expired(expired) => self.expired(expired),
            Line::Head(head) => self.head(head),
            Line::Leaf(leaf) => self.leaf(leaf),
            Line::Waiting(row) => self.waiting(&row),
            Line::End(end) => self.ended = Some(end),
        }
        Ok(())
    }

    /// What came of it, once everything was taken.
    ///
    /// # Errors
    /// [`Error::Refused`] when the lines were cut short.
    pub fn end(mut self) -> Result<Report, Error> {
        self.begin();
        let came = End { leaves: self.tree.leaves(), waiting: self.report.waiting };
        let said =
            self.ended.ok_or_else(|| Error::Refused("The dump was cut short: its last line is missing".into()))?;
        if said.waiting > came.waiting {
            return Err(Error::Refused("The dump was cut short: rows that wait are missing".into()));
        }
        self.tail(said.leaves);
        self.rolled_back();
        self.report.leaves = self.tree.leaves();
        if let (Some(oldest), Some(log)) = (self.oldest_waiting, &self.log) {
            self.report.lag = log.taken_at.0.saturating_sub(oldest.0).max(0) / 1_000_000;
        }
        if self.report.leaves > 0 && self.report.heads == 0 && self.report.findings.is_empty() {
            self.find(Kind::Head, None, None, "No head of this log is signed by a key that was given".into());
        }
        Ok(self.report)
    }

    fn find(&mut self, kind: Kind, place: Option<(u64, i64, Moment)>, at: Option<Moment>, told: String) {
        self.report.found += 1;
        if self.report.findings.len() < KEPT {
            let at = place.map(|(.., at)| at).or(at);
            self.report.findings.push(Finding {
                kind,
                month: place.map(|(.., at)| at.month()),
                leaf: place.map(|(no, ..)| no),
                // A leaf that is gone took the number of its row along.
                entry_id: place.map(|(_, entry, _)| entry).filter(|entry| *entry != GONE),
                at,
                told,
            });
        }
    }

    fn log_id(&self) -> Uuid {
        self.log.as_ref().map(|log| log.log).unwrap_or_default()
    }

    /// A key is trusted that a trusted one vouches for.
    fn key(&mut self, line: &KeyLine) {
        let Some(public) = Public::parse(&line.public).filter(|public| public.id() == line.key) else { return };
        let by = line.vouched_by.as_ref().and_then(|by| self.trusted.get(by));
        let word = line.voucher.as_ref().and_then(|word| hex::decode(word).ok());
        if let (Some(by), Some(word)) = (by, word)
            && by.signed(&voucher(self.log_id(), &public), &word)
        {
            self.trusted.insert(line.key.clone(), public);
        }
    }

    fn signed(&self, key: &str, text: &str, signature: &[u8]) -> Result<(), String> {
        match self.trusted.get(key) {
            None => Err(format!("is signed by the key {key}, which is not trusted")),
            Some(public) if public.signed(text, signature) => Ok(()),
            Some(_) => Err(format!("is not what the key {key} signed")),
        }
    }

    fn expired(&mut self, expired: Expired) {
        let said = self.signed(&expired.key, &expired.text(), &expired.signature);
        let tree = Frontier::from_bytes(expired.through, &expired.frontier).filter(|tree| tree.root() == expired.root);
        match (said, tree) {
            (Ok(()), Some(tree)) if expired.log == self.log_id() => {
                self.good = expired.through;
                self.report.expired_through = Some(expired.month);
                self.tree = tree;
                self.expired = Some(expired);
            }
            (said, _) => {
                let why = said.err().unwrap_or_else(|| "does not fit its own root".into());
                let told = format!("The statement that {} was dropped {why}", expired.month.format("%Y-%m"));
                self.find(Kind::Expiry, None, Some(expired.at), told);
            }
        }
    }

    /// Heads come in the order of their leaves, and are put among those of the second place before the first leaf.
    fn head(&mut self, head: Head) {
        self.heads.push((head, true));
    }

    /// Checks signatures once all heads are there, and drops what proves nothing.
    fn begin(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let mut heads = std::mem::take(&mut self.heads);
        // The database's own first, so that the same head of the second place is left out.
        heads.sort_by_key(|(head, ours)| (head.leaves, head.at, !ours));
        heads.dedup_by(|(later, _), (kept, _)| later == kept);
        heads.retain(|(head, ours)| {
            let whose = if *ours { "The head" } else { "The second place’s head" };
            let said = if head.log == self.log_id() {
                self.signed(&head.key, &head.text(), &head.signature)
            } else {
                Err(format!("is of another log, {}", head.log))
            };
            if let Err(why) = &said {
                let told = format!("{whose} over {} leaves of {} {why}", head.leaves, head.at);
                self.find(Kind::Head, None, Some(head.at), told);
            }
            said.is_ok()
        });
        self.heads = heads;
        let gone = self.heads.iter().take_while(|(head, _)| head.leaves < self.tree.leaves()).count();
        self.next_head = gone;
        self.compare();
    }

    fn leaf(&mut self, leaf: Leaf) {
        self.begin();
        let place = (leaf.no, leaf.entry_id, leaf.at);
        if leaf.no < self.tree.leaves() {
            if self.expired.as_ref().is_none_or(|expired| leaf.no >= expired.through) {
                self.find(Kind::PutInBetween, Some(place), None, format!("Leaf {} is there twice", leaf.no));
            }
            return;
        }
        if leaf.no - self.tree.leaves() > MOST_MISSING {
            let told = format!("Leaf {} stands far beyond the others: somebody numbered it", leaf.no);
            return self.find(Kind::PutInBetween, Some(place), None, told);
        }
        while self.tree.leaves() < leaf.no {
            let no = self.tree.leaves();
            self.find(
                Kind::Removed,
                Some((no, GONE, leaf.at)),
                None,
                format!(
                    "Leaf {no} is gone, and its row with it; the next leaf that is there is {} of {}",
                    leaf.no, leaf.at
                ),
            );
            self.grow((no, GONE, leaf.at), Hash::default());
        }
        match &leaf.row {
            Some(row) if row.hash() == leaf.hash => self.report.rows += 1,
            Some(_) => self.find(Kind::Changed, Some(place), None, told(place, "was changed after it was sealed")),
            None if self.expired.as_ref().is_some_and(|expired| expired.later.contains(&leaf.no)) => {}
            None => self.find(Kind::Removed, Some(place), None, told(place, "was sealed and is gone")),
        }
        if leaf.row.is_some() && self.too_late(leaf.at) {
            self.find(Kind::PutInBetween, Some(place), None, told(place, LATE));
        }
        self.report.sealed_until = Some(leaf.at);
        self.grow(place, leaf.hash);
    }

    fn grow(&mut self, place: (u64, i64, Moment), hash: Hash) {
        self.tree.push(hash);
        self.since_good.get_or_insert(place);
        self.compare();
    }

    /// Whether a head had said before that all rows of that time were among its leaves.
    fn too_late(&self, at: Moment) -> bool {
        self.complete.is_some_and(|complete| at.0 < complete.0.saturating_sub(SLACK))
    }

    /// Compares the tree with the heads over as many leaves.
    fn compare(&mut self) {
        while let Some((head, ours)) = self.heads.get(self.next_head)
            && head.leaves == self.tree.leaves()
        {
            let (head, ours) = (head.clone(), *ours);
            self.next_head += 1;
            if head.root == self.tree.root() {
                self.report.heads += 1;
                self.report.head_at = self.report.head_at.max(Some(head.at));
                if ours {
                    self.complete = self.complete.max(head.complete);
                }
                (self.good, self.since_good) = (head.leaves, None);
            } else if !ours {
                self.lost.push(head);
            } else if !std::mem::replace(&mut self.rewritten, true) {
                let told = format!(
                    "Leaves {} to {} are not those that were signed at {}: a row among them was changed, removed or put in \
                     between, and its leaf with it",
                    self.good,
                    head.leaves.saturating_sub(1),
                    head.at
                );
                self.find(Kind::Rewritten, self.since_good, Some(head.at), told);
            } else {
                self.report.found += 1;
            }
        }
    }

    fn waiting(&mut self, row: &Row) {
        self.begin();
        self.report.waiting += 1;
        let before = self
            .log
            .as_ref()
            .is_some_and(|log| log.settled && (row.xid, row.entry_id) <= (log.through_xid, log.through_entry));
        if before || self.too_late(row.at) {
            let told = format!("Row {} of {} (month {}) {LATE}", row.entry_id, row.at, row.at.month());
            self.find(Kind::PutInBetween, None, Some(row.at), told);
            if self.report.found <= KEPT as u64
                && let Some(finding) = self.report.findings.last_mut()
            {
                (finding.entry_id, finding.month) = (Some(row.entry_id), Some(row.at.month()));
            }
        } else {
            self.oldest_waiting = Some(self.oldest_waiting.map_or(row.at, |oldest| oldest.min(row.at)));
        }
    }

    /// The database's heads over more leaves than there are, and leaves that the end counts and that did not come.
    fn tail(&mut self, said: u64) {
        let have = self.tree.leaves();
        let beyond: Vec<(Head, bool)> = self.heads.drain(self.next_head..).collect();
        if let Some((head, _)) = beyond.iter().find(|(_, ours)| *ours) {
            let told = format!(
                "The last {} leaves are gone, from leaf {have} on: a head of {} covers {}",
                head.leaves - have,
                head.at,
                head.leaves
            );
            self.find(Kind::Removed, Some((have, GONE, head.at)), None, told);
        } else if said > have {
            self.find(Kind::Removed, None, None, format!("Leaves {have} to {} are gone", said - 1));
        }
        self.lost.extend(beyond.into_iter().filter(|(_, ours)| !ours).map(|(head, _)| head));
    }

    /// Heads that the second place alone holds, and that this log does not fit: explained by a restore on record, or not.
    fn rolled_back(&mut self) {
        let lost = std::mem::take(&mut self.lost);
        let (explained, not): (Vec<_>, Vec<_>) =
            lost.into_iter().partition(|head| self.restores.iter().any(|restore| restore.at > head.at));
        if let (Some(first), Some(last)) = (explained.first(), explained.last())
            && let Some(restore) = self.restores.iter().find(|restore| restore.at > last.at)
        {
            let why = if restore.why.is_empty() { "no reason given" } else { &restore.why };
            self.report.notes.push(format!(
                "An older backup was restored at {} by {} ({why}): {} heads that the second place holds, from {} to {}, are \
                 of the database that it replaced. What was written after the backup was taken is gone from the log",
                restore.at,
                restore.by,
                explained.len(),
                first.at,
                last.at
            ));
        }
        if let Some(head) = not.first() {
            let told = format!(
                "The second place holds a head of {} over {} leaves that this log does not fit, and no restore is on record \
                 after it: the log was changed, or put back to an earlier state, behind the back of Hustings",
                head.at, head.leaves
            );
            self.find(Kind::RolledBack, None, Some(head.at), told);
        }
    }
}

/// Leaves that are looked for one by one where some are missing in a row.
const MOST_MISSING: u64 = 10_000_000;
/// In the place of a row's number that nobody knows any more: PostgreSQL numbers rows from 1.
const GONE: i64 = 0;
const LATE: &str = "was put in between: a head signed before it came says that the log held every row of that time";

fn told((no, entry, at): (u64, i64, Moment), what: &str) -> String {
    format!("Row {entry} of {at} (month {}, leaf {no}) {what}", at.month())
}
