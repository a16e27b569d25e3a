//! How what was found is put in order: the filters' yes or no, then home by home.

use super::{ElectorId, HouseholdId};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// One person found, with what their place in the order needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The authority's partition.
    pub partition_id: i32,
    /// The person within it.
    pub elector_id: i64,
    /// Their home.
    pub household_id: Option<i64>,
    /// Their district.
    pub area_no: i32,
    /// The place in the council's file, which is street order.
    pub position: i32,
    /// The folded name, surname first.
    pub name_key: String,
}

/// What filters and the order by last asked need to know of a person.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The code of the current intention.
    pub code: Option<String>,
    /// When somebody last spoke to them.
    pub asked: Option<DateTime<Utc>>,
}

/// Which intentions are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Intention {
    /// Any or none.
    #[default]
    Any,
    /// None known.
    Unknown,
    /// One of these codes.
    Codes(Vec<String>),
}

/// When somebody last spoke to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asked {
    /// At any time or never.
    #[default]
    Any,
    /// Never.
    Never,
    /// Not for 90 days, or never.
    NotFor90Days,
    /// In the last 30 days.
    In30Days,
}

impl Asked {
    /// The word in the form and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Asked::Any => "",
            Asked::Never => "never",
            Asked::NotFor90Days => "not-90",
            Asked::In30Days => "in-30",
        }
    }

    /// What a word means; any other means at any time.
    pub fn parse(word: &str) -> Self {
        let all = [Asked::Never, Asked::NotFor90Days, Asked::In30Days];
        all.into_iter().find(|a| a.as_str() == word).unwrap_or_default()
    }

    fn admits(self, asked: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        match self {
            Asked::Any => true,
            Asked::Never => asked.is_none(),
            Asked::NotFor90Days => asked.is_none_or(|at| at < now - TimeDelta::days(90)),
            Asked::In30Days => asked.is_some_and(|at| at >= now - TimeDelta::days(30)),
        }
    }
}

/// In which order homes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As one walks: the order of the council's file.
    #[default]
    Walking,
    /// By the surname of the first who matched.
    Name,
    /// Longest ago first, never before all.
    LastAsked,
}

impl Order {
    /// The word in the form and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Order::Walking => "",
            Order::Name => "name",
            Order::LastAsked => "asked",
        }
    }

    /// What a word means; any other means walking order.
    pub fn parse(word: &str) -> Self {
        [Order::Name, Order::LastAsked].into_iter().find(|o| o.as_str() == word).unwrap_or_default()
    }
}

/// A home with those in it who matched; a person without a home stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The authority's partition.
    pub partition_id: i32,
    /// The home; none for a person without one.
    pub household_id: Option<i64>,
    /// Those who matched.
    pub electors: Vec<i64>,
}

impl Group {
    /// The home.
    pub fn home(&self) -> Option<HouseholdId> {
        self.household_id.map(|id| HouseholdId { partition: self.partition_id, id })
    }

    /// Those who matched.
    pub fn ids(&self) -> impl Iterator<Item = ElectorId> {
        self.electors.iter().map(|id| ElectorId { partition: self.partition_id, id: *id })
    }
}

/// Takes those that the filters admit and puts them in order, home by home.
pub fn arrange(
    found: Vec<Found>,
    known: &HashMap<(i32, i64), Known>,
    intention: &Intention,
    asked: Asked,
    order: Order,
) -> Vec<Group> {
    let nothing = Known::default();
    let now = Utc::now();
    let of = |f: &Found| known.get(&(f.partition_id, f.elector_id)).unwrap_or(&nothing);
    let admitted = |f: &Found| {
        let code = of(f).code.as_ref();
        let wanted = match intention {
            Intention::Any => true,
            Intention::Unknown => code.is_none(),
            Intention::Codes(codes) => code.is_some_and(|c| codes.contains(c)),
        };
        wanted && asked.admits(of(f).asked, now)
    };
    let mut kept: Vec<Found> = found.into_iter().filter(admitted).collect();
    kept.sort_by(|a, b| {
        let walk = |f: &Found| (f.area_no, f.position, f.elector_id);
        match order {
            Order::Walking => walk(a).cmp(&walk(b)),
            Order::Name => a.name_key.cmp(&b.name_key).then(walk(a).cmp(&walk(b))),
            Order::LastAsked => of(a).asked.cmp(&of(b).asked).then(walk(a).cmp(&walk(b))),
        }
    });
    group(kept)
}

/// Homes in the order of the first of each.
fn group(kept: Vec<Found>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = HashMap::new();
    for f in kept {
        let alone = if f.household_id.is_none() { f.elector_id } else { 0 };
        let index = *at.entry((f.partition_id, f.household_id, alone)).or_insert(groups.len());
        if index == groups.len() {
            groups.push(Group { partition_id: f.partition_id, household_id: f.household_id, electors: Vec::new() });
        }
        groups[index].electors.push(f.elector_id);
    }
    groups
}

#[cfg(test)]
#[path = "arrange_tests.rs"]
mod tests;
