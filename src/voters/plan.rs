//! A council's list compared with the register, before anything is done: who is found, what cannot be taken and why. Names are
//! compared by the machine; nobody is shown.

use super::columns::Columns;
use super::row::{self, Row};
use super::{Vote, What};
use crate::registers::number::ElectorNumber;
use crate::web::words;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many refused lines are kept by their number; of the rest, the reasons are counted.
pub const LISTED: usize = 500;

/// A line that is not taken: its number and the reason, never what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The line, from 1, headings included.
    pub line: i32,
    /// Why.
    pub reason: String,
}

/// A polling district of the authority.
#[derive(Debug, Clone)]
pub struct District {
    /// Its number here.
    pub area_no: i32,
    /// Whether it votes at the poll.
    pub votes: bool,
    /// Whether it lies in the importer's area.
    pub reach: bool,
    /// The version of the register that its numbers are read by; None: there is none.
    pub register: Option<i64>,
}

/// Who has a number on the register.
#[derive(Debug, Clone)]
pub struct Held {
    /// The elector; None: an anonymous entry.
    pub elector: Option<i64>,
    /// Where they live now, and their name to compare; None: they are not held here any more.
    pub here: Option<(i32, String)>,
}

/// What a list is compared with.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// The authority's districts, by letters.
    pub districts: HashMap<String, District>,
    /// By district, number and suffix.
    pub held: HashMap<(i32, u32, u32), Held>,
}

/// Somebody found, with what the list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The elector's record within the authority.
    pub elector: i64,
    /// Where they live now.
    pub area_no: i32,
    /// What is said.
    pub vote: Vote,
}

/// What a list would do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Everybody found of whom it says something.
    pub entries: Vec<Entry>,
    /// Its districts that are taken, with the register each was read by.
    pub districts: BTreeMap<i32, Option<i64>>,
    /// The first lines that are not taken.
    pub refused: Vec<Refused>,
    /// The figures.
    pub counts: Counts,
}

/// The figures of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Lines under the headings.
    pub rows: usize,
    /// People found, by what is said of them.
    pub votes: BTreeMap<String, usize>,
    /// Lines that say nothing: on no absent voters' list, or did not vote.
    pub silent: usize,
    /// Numbers of anonymous electors, of whom nothing is kept.
    pub anonymous: usize,
    /// Lines that are not taken.
    pub refused: usize,
    /// Of these, numbers that nobody has, or somebody of another name.
    pub strangers: usize,
    /// Why lines are not taken, with how many each.
    pub reasons: BTreeMap<String, usize>,
    /// The letters of the districts that are taken.
    pub districts: Vec<String>,
    /// Of an absent voters' list: people who stood on no list of this poll before, and those who stand on none any more.
    pub new: i64,
    /// See `new`.
    pub gone: i64,
    /// People of whom something stood in its districts, which it took the place of; what that was is not kept.
    pub displaced: i64,
}

impl Counts {
    /// How many people it says something of.
    pub fn found(&self) -> usize {
        self.votes.values().sum()
    }

    /// How many of this way of voting.
    pub fn of(&self, vote: Vote) -> usize {
        self.votes.get(vote.as_str()).copied().unwrap_or(0)
    }

    /// Whether so many numbers are strangers' that the register is likely another than the list's.
    pub fn too_many(&self) -> bool {
        self.strangers > 20 && self.strangers * 10 > self.rows
    }

    /// Whether everybody in a marked register is said to have voted, which is likelier a wrong column.
    pub fn all_voted(&self, what: What) -> bool {
        what.is_marked() && self.found() > 20 && self.silent * 20 < self.found()
    }

    /// Whether so many who stood on a list of this poll would stand on none that the file is likelier a part of one.
    pub fn drops_many(&self) -> bool {
        let stayed = i64::try_from(self.found()).unwrap_or(i64::MAX).saturating_sub(self.new);
        self.gone > 20 && self.gone.saturating_mul(5) > self.gone.saturating_add(stayed)
    }

    /// What was looked over, for the button that applies it: another figure since means another look.
    pub fn expected(&self) -> String {
        format!("{}-{}-{}-{}", self.found(), self.silent, self.refused, self.districts.len())
    }

    /// "QB1, QB2 and 3 more".
    pub fn districts_words(&self) -> String {
        let letters: Vec<&str> = self.districts.iter().map(String::as_str).collect();
        crate::registers::ground::some(&letters)
    }

    /// "QB1, QB2 and 3 more" with how many lines each reason has, the most frequent first.
    pub fn reasons_words(&self) -> Vec<(String, usize)> {
        let mut reasons: Vec<(String, usize)> = self.reasons.iter().map(|(r, n)| (r.clone(), *n)).collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        reasons
    }

    /// "412 by post, 8 by proxy".
    pub fn votes_words(&self) -> String {
        let said = [Vote::InPerson, Vote::Post, Vote::Proxy, Vote::PostalProxy, Vote::Voted].into_iter();
        let said = said.filter(|v| self.of(*v) > 0).map(|v| format!("{} {}", words::figure(self.of(v)), v.words()));
        said.collect::<Vec<_>>().join(", ")
    }
}

/// A line as it was read: its number, and its cells or why there are none.
pub type Line = (i32, Result<Vec<String>, String>);

/// Numbers of a list that stand twice, saying different things.
const TWICE: &str = "This elector number stands twice, and not with the same words";
const NOBODY: &str = "Nobody has this elector number on the register";
const ANOTHER: &str = "The register has another name under this elector number";
const GONE: &str = "Whoever had this elector number is not in your area any more";

/// Compares a list with its ground.
pub fn plan(what: What, columns: &Columns, ground: &Ground, lines: &[Line]) -> Plan {
    let mut plan = Plan::default();
    let mut rows = Vec::with_capacity(lines.len());
    for (line, cells) in lines {
        match cells {
            Ok(cells) if row::is_blank(columns, cells) => continue,
            Ok(cells) => match row::read(what, columns, cells) {
                Ok(row) => rows.push((*line, row)),
                Err(why) => plan.refuse(*line, why),
            },
            Err(why) => plan.refuse(*line, why),
        }
        plan.counts.rows += 1;
    }
    let twice = contradictions(&rows);
    let mut seen = BTreeSet::new();
    for (line, row) in &rows {
        plan.take(*line, row, ground, &twice, &mut seen);
    }
    plan.refused.sort_by_key(|r| r.line);
    plan
}

/// Numbers of which a list says two things.
fn contradictions(rows: &[(i32, Row)]) -> BTreeSet<ElectorNumber> {
    let mut first: HashMap<&ElectorNumber, Vote> = HashMap::with_capacity(rows.len());
    let mut twice = BTreeSet::new();
    for (_, row) in rows {
        match first.get(&row.number) {
            Some(vote) if *vote != row.vote => {
                twice.insert(row.number.clone());
            }
            Some(_) => {}
            None => {
                first.insert(&row.number, row.vote);
            }
        }
    }
    twice
}

impl Plan {
    fn refuse(&mut self, line: i32, why: impl Into<String>) {
        let reason = why.into();
        self.counts.refused += 1;
        *self.counts.reasons.entry(reason.clone()).or_default() += 1;
        if self.refused.len() < LISTED {
            self.refused.push(Refused { line, reason });
        }
    }

    fn stranger(&mut self, line: i32, why: &str) {
        self.counts.strangers += 1;
        self.refuse(line, why);
    }

    fn take(
        &mut self,
        line: i32,
        row: &Row,
        ground: &Ground,
        twice: &BTreeSet<ElectorNumber>,
        seen: &mut BTreeSet<i64>,
    ) {
        let letters = row.number.district.as_str();
        let Some(district) = ground.districts.get(letters) else {
            return self.refuse(line, format!("There is no district {letters} here"));
        };
        if !district.votes {
            return self.refuse(line, format!("District {letters} does not vote at this poll"));
        }
        if !district.reach {
            return self.refuse(line, format!("District {letters} lies outside your area"));
        }
        if district.register.is_none() {
            return self.refuse(line, format!("No register of district {letters} was imported yet"));
        }
        if twice.contains(&row.number) {
            return self.refuse(line, TWICE);
        }
        if self.districts.insert(district.area_no, district.register).is_none() {
            let at = self.counts.districts.partition_point(|l| l.as_str() < letters);
            self.counts.districts.insert(at, letters.to_owned());
        }
        let Some(held) = ground.held.get(&(district.area_no, row.number.number, row.number.suffix)) else {
            return self.stranger(line, NOBODY);
        };
        let Some(elector) = held.elector else {
            self.counts.anonymous += 1;
            return;
        };
        let Some((area_no, name)) = &held.here else { return self.refuse(line, GONE) };
        if !row.name.fits(name) {
            return self.stranger(line, ANOTHER);
        }
        match row.vote {
            Vote::Not => self.counts.silent += 1,
            vote => {
                if seen.insert(elector) {
                    self.entries.push(Entry { elector, area_no: *area_no, vote });
                    *self.counts.votes.entry(vote.as_str().to_owned()).or_default() += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground() -> Ground {
        let district = |area_no, votes, reach| District { area_no, votes, reach, register: Some(1) };
        let districts =
            [("QB1", district(1, true, true)), ("SG1", district(2, true, false)), ("HE1", district(3, false, true))];
        let held = |elector, name: &str| Held { elector, here: elector.map(|_| (1, name.to_owned())) };
        let people = [
            ((1, 1, 0), held(Some(11), "vale una")),
            ((1, 1, 1), held(Some(12), "vale idris")),
            ((1, 2, 0), held(None, "")),
            ((1, 3, 0), Held { elector: Some(13), here: None }),
        ];
        Ground { districts: districts.map(|(l, d)| (l.to_owned(), d)).into(), held: people.into() }
    }

    fn planned(what: What, headings: &str, lines: &[&str]) -> Plan {
        let part = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let columns = Columns::guess(what, &part(headings));
        let lines: Vec<Line> = (2..).zip(lines).map(|(n, line)| (n, Ok(part(line)))).collect();
        plan(what, &columns, &ground(), &lines)
    }

    #[test]
    fn whoever_is_on_the_list_is_found_and_the_rest_is_refused_by_line() {
        let planned = planned(
            What::Final,
            "AV Type,PD/ENO,Elector Surname,Elector Forename",
            &[
                "Postal,QB1-1,VALE,Una",
                "Proxy,QB1-1/1,Vale,Idris",
                "Postal,QB1-2,,",
                "Postal,QB1-3,Gone,Away",
                "Postal,QB1-9,No,Body",
                "Postal,SG1-1,Next,Door",
                "Postal,HE1-1,Other,Poll",
                "Postal,XX1-1,No,District",
                "Pigeon,QB1-1,Vale,Una",
                ",,,",
            ],
        );
        let found: Vec<_> = planned.entries.iter().map(|e| (e.elector, e.vote)).collect();
        assert_eq!(found, [(11, Vote::Post), (12, Vote::Proxy)]);
        let lines: Vec<_> = planned.refused.iter().map(|r| r.line).collect();
        assert_eq!(lines, [5, 6, 7, 8, 9, 10]);
        let counts = &planned.counts;
        assert_eq!((counts.rows, counts.anonymous, counts.refused, counts.strangers), (9, 1, 6, 1));
        assert_eq!(counts.districts, ["QB1"]);
        assert_eq!(counts.votes_words(), "1 by post, 1 by proxy");
        assert!(counts.reasons.contains_key("District SG1 lies outside your area"));
        assert!(!format!("{:?}", planned.refused).contains("Away"), "a line is named by its number alone");
    }

    #[test]
    fn another_name_and_two_words_on_one_number_are_not_taken() {
        let headings = "AV Type,PD/ENO,Elector Surname,Elector Forename";
        let planned = planned(
            What::Final,
            headings,
            &["Postal,QB1-1,Vale,Idris", "Postal,QB1-1/1,Vale,Idris", "Proxy,QB1-1/1,Vale,Idris"],
        );
        assert!(planned.entries.is_empty());
        assert_eq!(planned.refused.iter().map(|r| r.line).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(planned.counts.reasons.get(TWICE), Some(&2));
    }

    #[test]
    fn a_marked_register_says_who_voted_and_counts_who_did_not() {
        let planned =
            planned(What::Marked, "PD,ENO,Suffix,How Voted", &["QB1,1,,in person", "QB1,1,1,", "QB1,1,,in person"]);
        assert_eq!(planned.entries.len(), 1, "the same line twice is one vote");
        assert_eq!((planned.counts.silent, planned.counts.of(Vote::InPerson)), (1, 1));
    }
}
