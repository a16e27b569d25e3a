//! What a membership file would change: compared with who is held, line by line, and nothing is done.

use super::columns::{Columns, Field};
use super::erased::{Erased, Like};
use super::row::{LONGEST_NUMBER, Row, home_key, name_keys, postcode_key};
use super::{State, day};
use crate::access::membership::Standing;
use crate::electors::folding::fold;
use crate::incoming::{Line, cut};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// A member with everything that is written of them, as a file or a form gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Who.
    pub person_id: Uuid,
    /// Where they belong.
    pub area_id: i64,
    /// Forenames.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// Folded, surname first.
    pub name_key: String,
    /// Folded, forename first.
    pub forename_key: String,
    /// Folded surname.
    pub surname_key: String,
    /// Folded first forename.
    pub first_key: String,
    /// The home as the register's homes are found.
    pub home_key: String,
    /// Email address.
    pub email: String,
    /// The same in small letters.
    pub email_key: String,
    /// Mobile.
    pub mobile: String,
    /// Another telephone.
    pub phone: String,
    /// Address without the postcode.
    pub address: Vec<String>,
    /// Postcode.
    pub postcode: String,
    /// Postcode as it is found.
    pub postcode_key: String,
    /// Date of birth.
    pub born_on: Option<NaiveDate>,
    /// Membership number.
    pub number: String,
    /// Kind of membership.
    pub kind: String,
    /// Member since.
    pub joined_on: Option<NaiveDate>,
    /// Paid until.
    pub paid_until: Option<NaiveDate>,
    /// How it stands.
    pub state: String,
    /// Standing, in the party's words.
    pub standing: String,
    /// Branch, in the party's words.
    pub branch: String,
}

impl Entry {
    /// Works out what the member is found by.
    pub fn with_keys(mut self, name: &crate::electors::name::PersonName) -> Self {
        [self.name_key, self.forename_key, self.surname_key, self.first_key] = name_keys(name);
        self.home_key = home_key(&self.address, &self.postcode);
        self.postcode_key = postcode_key(&self.postcode);
        self.email_key = self.email.to_lowercase();
        self
    }

    /// What of somebody held is not as here, in words.
    fn differs_from(&self, held: &Entry, moved: Option<String>) -> Vec<String> {
        let mut what = Vec::new();
        let mut say = |differs: bool, words: String| {
            if differs {
                what.push(words);
            }
        };
        let until = |d: Option<NaiveDate>| if d.is_some() { day(d) } else { "not known".into() };
        say(self.state != held.state, format!("{} → {}", held.state, self.state));
        say(self.paid_until != held.paid_until, format!("paid until {}", until(self.paid_until)));
        if let Some(area) = moved {
            say(true, format!("moved to {area}"));
        }
        say((&self.forename, &self.surname) != (&held.forename, &held.surname), "name".into());
        say((&self.address, &self.postcode) != (&held.address, &held.postcode), "address".into());
        say(self.email != held.email, "email".into());
        say((&self.mobile, &self.phone) != (&held.mobile, &held.phone), "telephone".into());
        say(self.born_on != held.born_on, "date of birth".into());
        say(self.joined_on != held.joined_on, "date of joining".into());
        let party = (&self.kind, &self.standing, &self.branch) != (&held.kind, &held.standing, &held.branch);
        say(party, "kind, standing or branch".into());
        what
    }
}

/// A line that is not taken, and why: nothing of what stood in it but the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The line in the file.
    pub line: i32,
    /// The membership number in it, cut; empty where there is none to be told. It is not kept: a receipt stays when its members
    /// are gone.
    #[serde(skip)]
    pub number: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// Somebody held whom the file changes.
#[derive(Debug, Clone)]
pub struct Changed {
    /// As they would be.
    pub entry: Entry,
    /// What of it is new, in words.
    pub what: Vec<String>,
}

/// What is known besides the file.
#[derive(Default)]
pub struct Ground {
    /// Today.
    pub today: NaiveDate,
    /// The areas whose members the importer keeps.
    pub places: HashSet<i64>,
    /// Where whoever has no known branch belongs.
    pub area: i64,
    /// Every area by its folded name and short name: id, and how well it fits as a branch.
    pub areas: HashMap<String, Vec<(i64, u8)>>,
    /// The areas' names.
    pub names: HashMap<i64, String>,
    /// What branches' names were said to mean: an area, or None, that its members are left out.
    pub branches: HashMap<String, Option<i64>>,
    /// Who is held in these places, by number.
    pub held: HashMap<String, Entry>,
    /// Numbers of the file that members outside these places have.
    pub elsewhere: HashSet<String>,
    /// Who was erased.
    pub erased: Erased,
    /// Whether those of them who are in the file are taken in again.
    pub again: bool,
}

/// Where a line's branch lies.
enum Place {
    Here(i64),
    Unknown,
    Outside,
}

impl Ground {
    fn place(&self, branch: &str) -> Place {
        let key = fold(branch);
        if let Some(area) = self.branches.get(&key).copied().flatten() {
            return Place::Here(area);
        }
        let Some(found) = self.areas.get(&key) else { return Place::Unknown };
        let here = found.iter().filter(|(id, _)| self.places.contains(id)).min_by_key(|(id, rank)| (*rank, *id));
        here.map_or(Place::Outside, |(id, _)| Place::Here(*id))
    }

    /// Whether somebody chose that the members of a branch are left out: they are another area's.
    fn leaves_out(&self, branch: &str) -> bool {
        self.branches.get(&fold(branch)).is_some_and(Option::is_none)
    }
}

/// What a file would change.
#[derive(Debug, Default)]
pub struct Plan {
    /// Members who are new.
    pub added: Vec<Entry>,
    /// Members who change.
    pub changed: Vec<Changed>,
    /// Those who were erased: among the new ones only when they are taken in again.
    pub erased: Vec<Entry>,
    /// New ones with the name of somebody who was erased, at another address.
    pub namesakes: Vec<Entry>,
    /// Members whom the file has as they are held.
    pub unchanged: Vec<Uuid>,
    /// Current members whom it does not have: who, and their address.
    pub missing: Vec<(Uuid, String)>,
    /// How many are current as they are held.
    pub current: usize,
    /// How many of them have lapsed by what their line says.
    pub said_lapsed: usize,
    /// Lines that are not taken.
    pub refused: Vec<Refused>,
    /// Those of them of which nobody can tell whose they are: while there is one, nobody counts as missing.
    pub nobodys: Vec<i32>,
    /// Branches' names that mean nothing here yet, with how many members each has.
    pub unknown: BTreeMap<String, usize>,
    /// Branches whose members are left out, as somebody chose, with how many members each has.
    pub left_out: BTreeMap<String, usize>,
    /// How many email addresses are none and were left out.
    pub odd_emails: usize,
    /// How each taken line's membership stands, by email address.
    pub standings: Vec<(String, Standing)>,
}

/// Compares a file with who is held.
pub fn plan(lines: &[Line], columns: &Columns, ground: &Ground) -> Plan {
    let mut plan = Plan::default();
    let mut rows = Vec::with_capacity(lines.len());
    // Whoever stands in a line that is refused or left out is in the file all the same.
    let mut there = HashSet::<&str>::new();
    for line in lines {
        let read = line.cells.as_ref().map_err(|why| *why);
        match read.and_then(|cells| Row::read(line.number, cells, columns, ground.today)) {
            Ok(row) => rows.push(row),
            Err(reason) => {
                plan.refuse(line.number, given_number(line, columns), reason);
                match number_of(line, columns) {
                    Some(number) => _ = there.insert(number),
                    None => plan.nobodys.push(line.number),
                }
            }
        }
    }
    let doubled = doubled(&rows);
    let mut seen = HashSet::new();
    for row in &rows {
        match doubled.get(row.number.as_str()) {
            Some(true) if !seen.insert(row.number.as_str()) => plan.refuse_row(row, "The same member stands above"),
            _ if ground.leaves_out(&row.branch) => *plan.left_out.entry(row.branch.clone()).or_default() += 1,
            Some(false) => plan.refuse_row(row, "Two people have this membership number: neither was imported"),
            _ => plan.take(row, columns, ground),
        }
    }
    there.extend(rows.iter().map(|r| r.number.as_str()));
    let current = || ground.held.values().filter(|h| h.state == "current");
    plan.current = current().count();
    let missing = current().filter(|h| !there.contains(h.number.as_str()));
    plan.missing = missing.map(|h| (h.person_id, h.email_key.clone())).collect();
    plan.missing.sort();
    plan.refused.sort_by_key(|r| r.line);
    plan
}

/// What a line has for a membership number, whatever it is.
fn given_number<'a>(line: &'a Line, columns: &Columns) -> &'a str {
    line.cells.as_ref().map_or("", |cells| columns.of(Field::Number, cells)).trim()
}

/// The membership number of a line that is refused, where it has one.
fn number_of<'a>(line: &'a Line, columns: &Columns) -> Option<&'a str> {
    let number = given_number(line, columns);
    (!number.is_empty() && number.chars().count() <= LONGEST_NUMBER).then_some(number)
}

/// Numbers that stand in several lines, and whether those lines say the same.
fn doubled(rows: &[Row]) -> HashMap<&str, bool> {
    let mut first = HashMap::<&str, &Row>::new();
    let mut doubled = HashMap::new();
    for row in rows {
        let Some(other) = first.get(row.number.as_str()) else {
            first.insert(&row.number, row);
            continue;
        };
        let same = Row { line: 0, ..row.clone() } == Row { line: 0, ..(*other).clone() };
        *doubled.entry(row.number.as_str()).or_insert(true) &= same;
    }
    doubled
}

impl Plan {
    fn refuse(&mut self, line: i32, number: &str, reason: &str) {
        self.refused.push(Refused { line, number: cut(number), reason: reason.to_owned() });
    }

    fn refuse_row(&mut self, row: &Row, reason: &str) {
        self.refuse(row.line, &row.number, reason);
    }

    fn take(&mut self, row: &Row, columns: &Columns, ground: &Ground) {
        if ground.elsewhere.contains(&row.number) {
            return self
                .refuse_row(row, "A member outside your area has this number. Whoever keeps them can move them");
        }
        let held = ground.held.get(&row.number);
        let area = match (row.branch.as_str(), held) {
            ("", held) => held.map_or(ground.area, |h| h.area_id),
            (branch, Some(held)) if branch == held.branch && !ground.branches.contains_key(&fold(branch)) => {
                held.area_id
            }
            (branch, _) => match ground.place(branch) {
                Place::Here(area) => area,
                Place::Outside => return self.refuse_row(row, "The branch lies outside your area"),
                Place::Unknown => {
                    *self.unknown.entry(branch.to_owned()).or_default() += 1;
                    ground.area
                }
            },
        };
        let entry = merged(row, columns, held, area);
        self.odd_emails += usize::from(row.odd_email);
        if let (Some(state), false) = (row.state, entry.email_key.is_empty()) {
            self.standings.push((entry.email_key.clone(), state.standing()));
        }
        let Some(held) = held else { return self.add(entry, ground) };
        self.said_lapsed += usize::from(held.state == "current" && entry.state == "lapsed");
        let moved = (entry.area_id != held.area_id).then(|| ground.names.get(&area).cloned().unwrap_or_default());
        let what = entry.differs_from(held, moved);
        if what.is_empty() { self.unchanged.push(entry.person_id) } else { self.changed.push(Changed { entry, what }) }
    }

    /// Somebody new; one who was erased is not taken in unseen.
    fn add(&mut self, entry: Entry, ground: &Ground) {
        match ground.erased.like(&entry) {
            Some(Like::Same) => {
                self.erased.push(entry.clone());
                if !ground.again {
                    return;
                }
            }
            Some(Like::Namesake) => self.namesakes.push(entry.clone()),
            None => {}
        }
        self.added.push(entry);
    }

    /// Why the file cannot count as complete, where it cannot: the lines of which nobody can tell whose they are.
    pub fn not_complete(&self) -> Option<String> {
        let (first, more) = (self.nobodys.iter().take(10), self.nobodys.len().saturating_sub(10));
        let lines = first.map(i32::to_string).collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let line = if self.nobodys.len() == 1 { "line" } else { "lines" };
        (!self.nobodys.is_empty()).then(|| {
            format!(
                "The file cannot count as complete: {line} {lines}{more} could not be read and no membership number can be told, \
                 so members who stand there would be marked lapsed. Mend the file, or import it without this"
            )
        })
    }

    /// How many lines were taken.
    pub fn rows(&self) -> usize {
        self.added.len() + self.changed.len() + self.unchanged.len()
    }

    /// How memberships stand by address: of several on one address the best counts, since couples share theirs.
    pub fn standings_by_address(&self, complete: bool) -> BTreeMap<String, Standing> {
        let missing = self.missing.iter().filter(|(_, email)| complete && !email.is_empty());
        let lapsed = missing.map(|(_, email)| (email.clone(), Standing::Lapsed));
        let mut best = BTreeMap::<String, Standing>::new();
        for (email, standing) in self.standings.iter().cloned().chain(lapsed) {
            let held = best.entry(email).or_insert(standing);
            if standing == Standing::Current {
                *held = standing;
            }
        }
        // Of a couple, one may stand in a file that is not complete: the other, who is current, counts as well.
        for (_, email) in self.missing.iter().filter(|_| !complete) {
            if let Some(held) = best.get_mut(email) {
                *held = Standing::Current;
            }
        }
        best
    }
}

/// The line's member: what the file has no column for stays as it is held.
fn merged(row: &Row, columns: &Columns, held: Option<&Entry>, area: i64) -> Entry {
    let old = held.cloned().unwrap_or_else(|| Entry { person_id: Uuid::now_v7(), ..Entry::default() });
    let text = |field, new: &String, old: &String| if columns.has(field) { new.clone() } else { old.clone() };
    let date = |field, new, old| if columns.has(field) { new } else { old };
    let at_home = columns.has(Field::Address1) || columns.has(Field::Postcode);
    let state = row.state.map_or_else(
        || if old.state.is_empty() { State::Current.as_str().to_owned() } else { old.state.clone() },
        |s| s.as_str().to_owned(),
    );
    let entry = Entry {
        person_id: old.person_id,
        area_id: area,
        forename: row.forename.clone(),
        surname: row.surname.clone(),
        email: text(Field::Email, &row.email, &old.email),
        mobile: text(Field::Mobile, &row.mobile, &old.mobile),
        phone: text(Field::Phone, &row.phone, &old.phone),
        address: if at_home { row.address.clone() } else { old.address.clone() },
        postcode: if at_home { row.postcode.clone() } else { old.postcode.clone() },
        born_on: date(Field::Born, row.born, old.born_on),
        number: row.number.clone(),
        kind: text(Field::Kind, &row.kind, &old.kind),
        joined_on: date(Field::Joined, row.joined, old.joined_on),
        paid_until: date(Field::PaidUntil, row.paid_until, old.paid_until),
        state,
        standing: text(Field::Standing, &row.standing, &old.standing),
        branch: text(Field::Branch, &row.branch, &old.branch),
        ..Entry::default()
    };
    entry.with_keys(&row.person_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: &[&str]) -> (Vec<Line>, Columns) {
        let part = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
        let columns = Columns::guess(&part("Number,Forename,Surname,Email,Status,Branch"));
        let line = |(n, row): (usize, &&str)| Line { number: n as i32 + 2, cells: Ok(part(row)) };
        (rows.iter().enumerate().map(line).collect(), columns)
    }

    fn ground() -> Ground {
        Ground {
            today: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
            places: HashSet::from([1, 2]),
            area: 1,
            areas: HashMap::from([("quillbrook".into(), vec![(2, 1)]), ("saltern".into(), vec![(3, 1)])]),
            ..Ground::default()
        }
    }

    #[test]
    fn two_people_on_one_number_are_both_left_out_and_one_twice_is_one() {
        let (lines, columns) = lines(&[
            "L1,Jim,Jackson,,current,Quillbrook",
            "L1,Una,Other,,current,Quillbrook",
            "L2,Bo,Vale,,current,",
            "L2,Bo,Vale,,current,",
            "L3,Cy,Far,,current,Saltern",
            "L4,Di,New,,current,Hill End",
        ]);
        let plan = plan(&lines, &columns, &ground());
        let refused: Vec<i32> = plan.refused.iter().map(|r| r.line).collect();
        assert_eq!(refused, [2, 3, 5, 6], "{:?}", plan.refused);
        let numbers: Vec<&str> = plan.refused.iter().map(|r| r.number.as_str()).collect();
        assert_eq!(numbers, ["L1", "L1", "L2", "L3"]);
        let kept = serde_json::to_string(&plan.refused).unwrap();
        assert!(kept.contains("Two people") && !kept.contains("L1"), "a receipt keeps no number: {kept}");
        let taken: Vec<(&str, i64)> = plan.added.iter().map(|e| (e.number.as_str(), e.area_id)).collect();
        assert_eq!(taken, [("L2", 1), ("L4", 1)]);
        assert_eq!(plan.unknown, BTreeMap::from([("Hill End".to_owned(), 1)]));
    }

    #[test]
    fn what_a_file_does_not_have_stays_and_what_it_has_is_named() {
        let mut ground = ground();
        let held = Entry {
            number: "L1".into(),
            forename: "Jim".into(),
            surname: "Jackson".into(),
            mobile: "07700 900344".into(),
            state: "current".into(),
            area_id: 2,
            branch: "Quillbrook".into(),
            ..Entry::default()
        };
        let gone = Entry { number: "L9".into(), state: "current".into(), ..Entry::default() };
        ground.held = [held, gone].into_iter().map(|h| (h.number.clone(), h)).collect();
        let (lines, columns) = lines(&["L1,Jim,Jackson,jim@example.org,lapsed,Quillbrook"]);
        let plan = plan(&lines, &columns, &ground);
        assert_eq!(plan.changed[0].what, ["current → lapsed", "email"]);
        assert_eq!(plan.changed[0].entry.mobile, "07700 900344");
        assert_eq!(plan.missing.len(), 1);
        assert_eq!((plan.current, plan.said_lapsed), (2, 1));
        assert_eq!(plan.standings_by_address(true).len(), 1, "who is missing has no address to be known by");
    }

    #[test]
    fn whoever_stands_in_a_refused_line_is_not_missing_and_a_line_of_nobody_s_makes_no_file_complete() {
        let mut ground = ground();
        let held = |number: &str| Entry { number: number.into(), state: "current".into(), ..Entry::default() };
        ground.held = ["L1", "L9"].into_iter().map(|n| (n.to_owned(), held(n))).collect();
        let (lines, columns) = lines(&["L1,Jim,Jackson,,in the north,Quillbrook"]);
        let plan = super::plan(&lines, &columns, &ground);
        assert_eq!((plan.refused.len(), plan.missing.len(), plan.not_complete()), (1, 1, None));

        let (mut lines, columns) =
            self::lines(&["L1,Jim,Jackson,,current,Quillbrook", ",Una,Other,,current,Quillbrook"]);
        lines.push(Line { number: 4, cells: Err("The line has fewer columns than the headings") });
        let plan = super::plan(&lines, &columns, &ground);
        assert_eq!(plan.nobodys, [3, 4]);
        assert!(plan.not_complete().unwrap().contains("lines 3, 4 could not be read"));
    }

    #[test]
    fn whose_branch_is_left_out_is_only_counted_and_of_those_held_nobody_lapses_or_moves() {
        let mut ground = ground();
        ground.branches.insert("leeds".into(), None);
        let held = |number: &str| Entry { number: number.into(), state: "current".into(), ..Entry::default() };
        ground.held = ["L1", "L9"].into_iter().map(|n| (n.to_owned(), held(n))).collect();
        let (lines, columns) = lines(&[
            "L1,Jim,Jackson,jim@example.org,lapsed,Leeds",
            "L2,Una,Other,,current,LEEDS",
            "L3,Bo,Vale,,current,Quillbrook",
        ]);
        let plan = plan(&lines, &columns, &ground);
        assert_eq!(plan.left_out.values().sum::<usize>(), 2);
        assert_eq!((plan.added.len(), plan.changed.len(), plan.unknown.len(), plan.said_lapsed), (1, 0, 0, 0));
        assert_eq!((plan.missing.len(), plan.refused.len()), (1, 0), "L9 alone is missing");
        assert!(plan.standings_by_address(false).is_empty(), "nor does their access hang on it");
    }

    #[test]
    fn of_a_couple_the_one_who_is_held_counts_unless_the_file_is_complete() {
        let mut ground = ground();
        let email_key = "us@example.org".to_owned();
        let una = Entry { number: "L2".into(), state: "current".into(), email_key, ..Entry::default() };
        ground.held.insert("L2".into(), una);
        let (lines, columns) = lines(&["L1,Jim,Jackson,us@example.org,lapsed,"]);
        let plan = plan(&lines, &columns, &ground);
        assert_eq!(plan.standings_by_address(false)["us@example.org"], Standing::Current);
        assert_eq!(plan.standings_by_address(true)["us@example.org"], Standing::Lapsed);
    }

    #[test]
    fn of_two_on_one_address_the_one_who_is_current_counts() {
        let (lines, columns) =
            lines(&["L1,Jim,Jackson,us@example.org,lapsed,", "L2,Una,Jackson,US@example.org,current,"]);
        let plan = plan(&lines, &columns, &ground());
        assert_eq!(
            plan.standings_by_address(false),
            BTreeMap::from([("us@example.org".to_owned(), Standing::Current)])
        );
    }
}
