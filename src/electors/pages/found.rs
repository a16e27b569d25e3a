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

/// So many electors one counts at a glance.
const FEW: usize = 12;

/// A page of results. No number on it tells of somebody invented who is not on it themselves: of several pages they are in none,
/// neither in a total nor in where pages end. One page shows everybody; what is there can be counted by whoever looked.
pub struct Found {
    /// Everybody who matches, on all pages.
    electors: usize,
    /// Their homes.
    homes: usize,
    /// Whether there are more than are counted.
    more: bool,
    /// How many homes stand on the pages before.
    first: usize,
    /// Which page, from 1.
    pub page: usize,
    /// Of how many.
    pub pages: usize,
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
        let invented = match matches.homes.len() <= HOMES {
            true => HashSet::new(),
            false => matches.invented(scope).await?,
        };
        let cut = cut(&matches.homes, &invented);
        let (pages, page) = (cut.len(), page.clamp(1, cut.len()));
        let groups: Vec<Group> = cut.into_iter().nth(page - 1).unwrap_or_default().to_vec();
        let keys: Vec<_> = groups.iter().filter_map(|g| g.household_id.map(|h| (g.partition_id, h))).collect();
        let found: Vec<ElectorId> = groups.iter().flat_map(Group::ids).collect();
        let addresses = store::addresses(scope, &keys).await?;
        let residents = store::homes(scope, &keys, &found, kind, codes).await?;
        let homes = matches.homes.iter().filter(|home| is_real(home, &invented)).count();
        let (electors, more) = (matches.electors - invented.len(), matches.more);
        let seen = residents.map(|residents| Found {
            electors,
            homes,
            more,
            first: (page - 1) * HOMES,
            page,
            pages,
            others: residents.len() > found.len(),
            shown: put_together(&groups, addresses, residents),
            matched: found.into_iter().collect(),
        });
        Ok(Seen::new((), Looked { what: What::Search, ..Looked::default() }).and(seen).map(|((), page)| page))
    }

    /// How many match, and why others are shown.
    pub fn summary(&self) -> String {
        if self.shown.is_empty() {
            return "Nobody matches.".into();
        }
        let others = if self.others { " Others at home are shown too; who matches is in bold." } else { "" };
        if self.more {
            return format!(
                "More than {} match; the first of them are here. Type more, or choose a district.{others}",
                count(MOST as i64, "elector", "electors")
            );
        }
        if self.pages == 1 && self.matched.len() > FEW {
            return format!("Everybody who matches is on this page.{others}");
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

    /// "Homes 51 to 100 of 312".
    pub fn range(&self) -> String {
        if self.pages == 1 {
            return "All on one page".into();
        }
        let last = self.homes.min(self.first + HOMES);
        let (homes, last) = (figure(self.homes as i64), figure(last as i64));
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

/// Whether anybody on the register is among those of a home who matched.
fn is_real(home: &Group, invented: &HashSet<ElectorId>) -> bool {
    home.ids().any(|id| !invented.contains(&id))
}

/// The pages, at least one. Each begins with a home of somebody real and holds [`HOMES`] such; one of nobody else stands beside them
/// and moves none on to the next page.
fn cut<'a>(homes: &'a [Group], invented: &HashSet<ElectorId>) -> Vec<&'a [Group]> {
    let (mut pages, mut from) = (Vec::new(), 0);
    let real = (0..homes.len()).filter(|at| is_real(&homes[*at], invented));
    for at in real.step_by(HOMES).skip(1) {
        pages.push(&homes[from..at]);
        from = at;
    }
    pages.push(&homes[from..]);
    pages
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

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(range: std::ops::Range<i64>) -> Vec<Group> {
        range.map(|n| Group { partition_id: 1, household_id: Some(n), electors: vec![n] }).collect()
    }

    #[test]
    fn somebody_invented_moves_nobody_to_another_page_and_makes_none() {
        let sizes = |homes: &[Group], invented: &[i64]| -> Vec<usize> {
            let invented: HashSet<ElectorId> = invented.iter().map(|id| ElectorId { partition: 1, id: *id }).collect();
            cut(homes, &invented).into_iter().map(<[Group]>::len).collect()
        };
        for (to, invented, pages) in [
            (0, &[][..], &[0][..]),
            (50, &[], &[50]),
            (51, &[], &[50, 1]),
            (120, &[], &[50, 50, 20]),
            // Fifty and one of nobody real: the end tells nothing, wherever it stands.
            (51, &[0], &[51]),
            (51, &[50], &[51]),
            (101, &[100], &[50, 51]),
            (101, &[49], &[51, 50]),
            (101, &[50], &[51, 50]),
            (121, &[0, 60], &[51, 51, 19]),
        ] {
            assert_eq!(sizes(&homes(0..to), invented), pages, "{to} with {invented:?}");
        }
    }
}
