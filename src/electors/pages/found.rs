//! One page of what a search found: homes with everybody in them, and which of those matched.

use super::super::arrange::Group;
use super::super::find::Matches;
use super::super::search::{HOMES, MOST};
use super::super::store::{self, Home};
use super::super::{ElectorId, Resident};
use crate::canvass::codes::Code;
use crate::database::{Looked, Scoped, Seen, What};
use crate::web::Answer;
use crate::web::words::{count, day_of, figure, short_date};
use std::collections::{HashMap, HashSet};

/// A page of results.
pub struct Found {
    /// Everybody who matches, on all pages.
    pub electors: usize,
    /// Their homes.
    pub homes: usize,
    /// Whether there are more than are counted.
    pub more: bool,
    /// How many homes stand on the pages before.
    pub first: usize,
    /// Which page, from 1.
    pub page: usize,
    /// Its homes.
    pub shown: Vec<Home>,
    /// Those on it who match.
    matched: HashSet<ElectorId>,
    /// Whether others live with them: only then are those who match marked.
    others: bool,
}

impl Found {
    /// The homes of one page with everybody in them, all of whom are on record as found by a search.
    ///
    /// # Errors
    /// What the database says.
    pub async fn read(
        scope: &mut Scoped,
        matches: &Matches,
        page: usize,
        kind: &str,
        codes: &[Code],
    ) -> Answer<Seen<Self>> {
        let page = page.clamp(1, matches.homes.len().div_ceil(HOMES).max(1));
        let first = (page - 1) * HOMES;
        let groups: Vec<Group> = matches.homes.iter().skip(first).take(HOMES).cloned().collect();
        let keys: Vec<_> = groups.iter().filter_map(|g| g.household_id.map(|h| (g.partition_id, h))).collect();
        let found: Vec<ElectorId> = groups.iter().flat_map(Group::ids).collect();
        let addresses = store::addresses(scope, &keys).await?;
        let residents = store::homes(scope, &keys, &found, kind, codes).await?;
        let (electors, homes, more) = (matches.electors, matches.homes.len(), matches.more);
        let seen = residents.map(|residents| Found {
            electors,
            homes,
            more,
            first,
            page,
            others: residents.len() > found.len(),
            shown: put_together(&groups, addresses, residents),
            matched: found.into_iter().collect(),
        });
        Ok(Seen::new((), Looked { what: What::Search, ..Looked::default() }).and(seen).map(|((), page)| page))
    }

    /// How many match, and why others are shown.
    pub fn summary(&self) -> String {
        if self.electors == 0 {
            return "Nobody matches.".into();
        }
        let others = if self.others { " Others at home are shown too; who matches is in bold." } else { "" };
        if self.more {
            return format!(
                "More than {} match; the first of them are here. Type more, or choose a district.{others}",
                count(MOST as i64, "elector", "electors")
            );
        }
        let verb = if self.electors == 1 { "matches" } else { "match" };
        format!(
            "{} in {} {verb}.{others}",
            count(self.electors as i64, "elector", "electors"),
            count(self.homes as i64, "home", "homes")
        )
    }

    /// The class of a person's row.
    pub fn row_class(&self, resident: &Resident) -> &'static str {
        match self.matched.contains(&resident.id) {
            true if self.others => "match",
            true => "",
            false => "other",
        }
    }

    /// How many homes stand on this page and those before it.
    pub fn last(&self) -> usize {
        self.first + self.shown.len()
    }

    /// "Homes 51 to 100 of 312".
    pub fn range(&self) -> String {
        let (homes, last) = (figure(self.homes as i64), figure(self.last() as i64));
        if self.homes == self.shown.len() {
            return format!("{} of {homes}", count(self.homes as i64, "home", "homes"));
        }
        format!("Homes {} to {last} of {homes}", figure(self.first as i64 + 1))
    }
}

impl Home {
    /// What stands over those who live there.
    pub(super) fn heading(&self) -> String {
        if self.id.is_none() { "No address here".into() } else { self.address.clone() }
    }
}

impl Resident {
    /// When and how somebody last spoke to them; nothing where nobody did.
    pub(super) fn asked_words(&self) -> String {
        self.asked.map(|at| format!("{}, door", short_date(day_of(at)))).unwrap_or_default()
    }
}

/// The homes in the order of the groups, each with its residents.
fn put_together(groups: &[Group], addresses: Vec<Home>, residents: Vec<Resident>) -> Vec<Home> {
    let mut homes: HashMap<_, Home> = addresses.into_iter().filter_map(|home| Some((home.id?, home))).collect();
    let mut alone: HashMap<ElectorId, Resident> = HashMap::new();
    for resident in residents {
        match resident.home.and_then(|id| homes.get_mut(&id)) {
            Some(home) => home.residents.push(resident),
            None => drop(alone.insert(resident.id, resident)),
        }
    }
    let mut home_of = |group: &Group| match group.home().and_then(|id| homes.remove(&id)) {
        Some(home) => home,
        None => Home {
            id: None,
            address: String::new(),
            postcode: None,
            district: String::new(),
            residents: group.ids().filter_map(|id| alone.remove(&id)).collect(),
        },
    };
    groups.iter().map(&mut home_of).collect()
}
