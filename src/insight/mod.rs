//! Insight: contact rate and intention by district, what is out now, what needs somebody.
//!
//! Figures come from the tallies, which hold no people; a function counts anew and compares. What is live comes from
//! the lists and results of the area in use.

pub mod charts;
pub mod home;
pub mod live;
pub mod pages;
pub mod store;
mod todo;
pub mod week;

use crate::canvass::codes::Code;
use std::collections::BTreeMap;

/// The figures of one polling district, for one kind of election.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DistrictFigures {
    /// Its number here.
    pub area_no: i32,
    /// Its letters.
    pub letters: String,
    /// Its name, where it has one.
    pub name: String,
    /// Electors on the register.
    pub electors: i64,
    /// Electors by code of the current intention.
    pub by_code: BTreeMap<String, i64>,
    /// What happened at its doors in the last 7 days.
    pub week: Doors,
    /// And in the 7 days before those.
    pub week_before: Doors,
}

/// What happened at doors over some days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Doors {
    /// Doors knocked on, each once a walk list.
    pub doors: i64,
    /// People spoken to.
    pub spoken: i64,
}

impl DistrictFigures {
    /// Electors with a known intention; a refusal to say is an answer.
    pub fn known(&self) -> i64 {
        self.by_code.values().sum()
    }

    /// Electors for us or leaning to us.
    pub fn promises(&self, codes: &[Code]) -> i64 {
        codes.iter().filter(|c| is_promise(c)).filter_map(|c| self.by_code.get(&c.code)).sum()
    }

    /// Adds another district's figures; the sum keeps its own name.
    pub fn add(&mut self, other: &DistrictFigures) {
        self.electors += other.electors;
        for (code, n) in &other.by_code {
            *self.by_code.entry(code.clone()).or_default() += n;
        }
        for (sum, more) in [(&mut self.week, other.week), (&mut self.week_before, other.week_before)] {
            sum.doors += more.doors;
            sum.spoken += more.spoken;
        }
    }
}

/// Whether the code counts on a supporter: for us or leaning to us.
pub fn is_promise(code: &Code) -> bool {
    code.group == "for" || code.group == "leaning"
}

/// All districts as one.
pub fn total(districts: &[DistrictFigures]) -> DistrictFigures {
    let mut sum = DistrictFigures::default();
    districts.iter().for_each(|d| sum.add(d));
    sum
}
