//! What a new register changes about a person already held.

use chrono::NaiveDate;

use super::matching::Matching;
use super::row::RegisterRow;

/// What of a person the register says, for comparing one version with the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The elector number.
    pub number: String,
    /// The folded full name: another spelling of the same letters is no change.
    pub name: String,
    /// The markers' letters in alphabetical order.
    pub markers: String,
    /// The home's key; empty without an address.
    pub home: String,
    /// The 18th birthday, of attainers.
    pub attainment: Option<NaiveDate>,
}

impl Snapshot {
    /// The snapshot of a register's row.
    pub fn of_row(row: &RegisterRow) -> Self {
        Self {
            number: row.number.to_string(),
            name: row.name.name_key(),
            markers: row.markers.to_string(),
            home: row.address.key().unwrap_or_default(),
            attainment: row.attainment,
        }
    }
}

/// Which parts differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// A new number. By itself it changes nobody: numbers are issued anew each year.
    pub number: bool,
    /// Another name.
    pub name: bool,
    /// Other markers.
    pub markers: bool,
    /// Another home.
    pub home: bool,
    /// Another 18th birthday. That a date is no longer given is no change: who is of age has none.
    pub attainment: bool,
}

impl Changes {
    /// Compares what is held with what the new register says.
    pub fn between(held: &Snapshot, new: &Snapshot) -> Self {
        Self {
            number: held.number != new.number,
            name: held.name != new.name,
            markers: held.markers != new.markers,
            home: held.home != new.home,
            attainment: new.attainment.is_some() && held.attainment != new.attainment,
        }
    }

    /// Whether the person counts as unchanged; a new number alone leaves them so.
    pub fn is_unchanged(self) -> bool {
        !(self.name || self.markers || self.home || self.attainment)
    }
}

/// The counts of a preview. Doubtful people count as added and removed until somebody has decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// New rows that are nobody held.
    pub added: usize,
    /// People whose name, markers, home or 18th birthday changed.
    pub changed: usize,
    /// People as they were, but perhaps for their number.
    pub unchanged: usize,
    /// People held who are not in the new register.
    pub removed: usize,
    /// Pairs for a person to decide.
    pub doubtful: usize,
}

impl Tally {
    /// Counts a matching; `changes` compares the two sides of a link by their indices (held, new).
    pub fn of(matching: &Matching, changes: impl Fn(usize, usize) -> Changes) -> Self {
        let unchanged = matching.links.iter().filter(|link| changes(link.held, link.new).is_unchanged()).count();
        Self {
            added: matching.unmatched_new.len(),
            changed: matching.links.len() - unchanged,
            unchanged,
            removed: matching.unmatched_held.len(),
            doubtful: matching.doubtful.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> Snapshot {
        Snapshot {
            number: "AB1-1".into(),
            name: "brown ann".into(),
            markers: String::new(),
            home: "h1".into(),
            attainment: NaiveDate::from_ymd_opt(2026, 3, 1),
        }
    }

    #[test]
    fn a_new_number_and_a_date_gone_are_no_change() {
        let new = Snapshot { number: "AB1-7".into(), attainment: None, ..held() };
        let changes = Changes::between(&held(), &new);
        assert!(changes.number && changes.is_unchanged());
    }

    #[test]
    fn each_other_part_is_a_change() {
        for new in [
            Snapshot { name: "kelly ann".into(), ..held() },
            Snapshot { markers: "G".into(), ..held() },
            Snapshot { home: "h2".into(), ..held() },
            Snapshot { attainment: NaiveDate::from_ymd_opt(2026, 4, 1), ..held() },
        ] {
            assert!(!Changes::between(&held(), &new).is_unchanged());
        }
        assert_eq!(Changes::between(&held(), &held()), Changes::default());
    }
}
