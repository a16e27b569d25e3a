//! People of both sides who share a key, found by sorting: no map of lists, no comparing of all with all.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::matching::Candidate;

/// The indices of either side that share a key.
#[derive(Default)]
pub(super) struct Group {
    pub(super) held: Vec<usize>,
    pub(super) new: Vec<usize>,
}

impl Group {
    /// The two, where there is one on each side.
    pub(super) fn pair(&self) -> Option<(usize, usize)> {
        match (self.held.as_slice(), self.new.as_slice()) {
            ([held], [new]) => Some((*held, *new)),
            _ => None,
        }
    }
}

/// Sorts both sides by key and gives the runs that have somebody on each. No hash of a key is trusted unread:
/// equal hashes are told apart by the keys themselves.
pub(super) fn groups<'a, K: Hash + Ord>(
    held: &'a [Candidate],
    new: &'a [Candidate],
    held_free: impl Fn(usize) -> bool,
    new_free: impl Fn(usize) -> bool,
    key: impl Fn(&'a Candidate) -> Option<K>,
) -> Vec<Group> {
    let entry = |candidate, is_new, index| key(candidate).map(|key| (hash(&key), is_new, index));
    let old = held.iter().enumerate().filter(|(i, _)| held_free(*i)).filter_map(|(i, c)| entry(c, false, i));
    let next = new.iter().enumerate().filter(|(i, _)| new_free(*i)).filter_map(|(i, c)| entry(c, true, i));
    let mut entries: Vec<(u64, bool, usize)> = old.chain(next).collect();
    entries.sort_unstable();
    let of = |entry: &(u64, bool, usize)| key(if entry.1 { &new[entry.2] } else { &held[entry.2] });
    let runs = entries.chunk_by_mut(|a, b| a.0 == b.0).filter(|run| !run[0].1 && run[run.len() - 1].1);
    runs.flat_map(|run| split_run(run, of)).filter(|group| !group.held.is_empty() && !group.new.is_empty()).collect()
}

/// A run of one hash, which is nearly always a run of one key.
fn split_run<K: Ord>(run: &mut [(u64, bool, usize)], of: impl Fn(&(u64, bool, usize)) -> Option<K>) -> Vec<Group> {
    if run.iter().skip(1).any(|entry| of(entry).cmp(&of(&run[0])) != Ordering::Equal) {
        run.sort_by(|a, b| of(a).cmp(&of(b)).then(a.cmp(b)));
    }
    run.chunk_by(|a, b| of(a) == of(b)).map(group_of).collect()
}

fn group_of(run: &[(u64, bool, usize)]) -> Group {
    let mut group = Group::default();
    for (_, is_new, index) in run {
        if *is_new { group.new.push(*index) } else { group.held.push(*index) }
    }
    group
}

fn hash(key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
