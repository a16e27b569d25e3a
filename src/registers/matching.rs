//! Who of one register is who of the next.
//!
//! Numbers are issued anew each year, so people are found by name and home, in steps, each among what the steps
//! before left over. A wrong link gives one person's answers to another; a missing one asks a person to look. So
//! whatever is not certain is **doubtful**, with both sides shown, and never linked.
//!
//! 1. The same home and the same full name.
//! 2. The same full name elsewhere, borne by nobody else in either register, where a household moved together or
//!    the surname is nobody else's.
//! 3. The same home, forename and surname, with middle names that may be the same.

use std::collections::HashMap;
use std::hash::Hash;

use super::groups::{Group, groups};
use super::row::{ElectorKind, RegisterRow};
use super::similarity::similarity;

/// One person of either side, as far as matching looks. Anonymous electors have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The home's key; those without an address have their district's "other electors" for a home.
    pub home: String,
    /// The folded full name, surname first: it does not matter where a format draws the line between its parts.
    pub name: String,
    /// The folded surname.
    pub surname: String,
    /// The folded forenames, middle names included.
    pub forenames: String,
    /// The folded suffix of the name (`jnr`).
    pub suffix: String,
    /// The elector number in the register the entry is from. Never enough by itself.
    pub number: String,
}

impl Candidate {
    /// The candidate of a register's row; `None` for anonymous electors.
    pub fn from_row(row: &RegisterRow) -> Option<Self> {
        if row.kind == ElectorKind::Anonymous {
            return None;
        }
        Some(Self {
            home: row.address.key().unwrap_or_else(|| format!("other {}", row.number.district)),
            name: row.name.name_key(),
            surname: row.name.surname_key(),
            forenames: row.name.forenames_key(),
            suffix: crate::electors::folding::fold(&row.name.suffix),
            number: row.number.to_string(),
        })
    }

    fn nameless(&self) -> bool {
        self.name.is_empty()
    }

    fn first_forename(&self) -> &str {
        self.forenames.split(' ').next().unwrap_or_default()
    }

    fn middle(&self) -> &str {
        self.forenames.split_once(' ').map_or("", |(_, middle)| middle)
    }
}

/// By which step a link was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The same home and full name.
    SameHome,
    /// The same full name in another home.
    Moved,
    /// The same home, forename and surname.
    MiddleNames,
}

/// A held person and a new row that are one person. Indices into the two slices given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The person held.
    pub held: usize,
    /// The new row.
    pub new: usize,
    /// How it was found.
    pub step: Step,
}

/// Why a pair is put before a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// Several of this full name in this home: father and son, perhaps.
    SeveralOfTheName,
    /// A hall or hostel where so many came and went that two people of one name are likely.
    ManyCameAndWent,
    /// The same full name in another home, without further evidence.
    PerhapsMoved,
    /// The same home, forename and surname, other middle names.
    OtherMiddleNames,
    /// The same home and forenames, another surname: married, perhaps.
    OtherSurname,
    /// The same home, surname and forename changed about.
    SwappedNames,
    /// The same home and nearly the same name.
    NearName,
}

/// A pair that may be one person. Neither side is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubtful {
    /// The person held.
    pub held: usize,
    /// The new row.
    pub new: usize,
    /// Why it may and may not be.
    pub why: Doubt,
}

/// The outcome. Every index of either side is in exactly one link or in its side's unmatched list.
#[derive(Debug, Default)]
pub struct Matching {
    /// Certain pairs.
    pub links: Vec<Link>,
    /// Held people without a link, the doubtful ones among them.
    pub unmatched_held: Vec<usize>,
    /// New rows without a link, the doubtful ones among them.
    pub unmatched_new: Vec<usize>,
    /// Pairs for a person to decide.
    pub doubtful: Vec<Doubtful>,
}

/// Up to how many people of a home on either side are compared one by one.
const SMALL_HOME: usize = 8;
/// From how many pairs of (gone, come) in one home on a name is asked about unless it has a middle name.
const SOME_PAIRS: usize = 36;
/// From how many on any name is: of a hundred who left a hall and a hundred who came, two may well share it.
const MANY_PAIRS: usize = 400;

/// Matches held people with the rows of a new register. A few seconds for a million on each side.
pub fn match_people(held: &[Candidate], new: &[Candidate]) -> Matching {
    let mut matcher = Matcher::new(held, new);
    matcher.same_home();
    matcher.moved();
    matcher.middle_names();
    matcher.left_in_homes();
    matcher.finish()
}

struct Matcher<'a> {
    held: &'a [Candidate],
    new: &'a [Candidate],
    held_free: Vec<bool>,
    new_free: Vec<bool>,
    links: Vec<Link>,
    doubtful: Vec<Doubtful>,
}

impl<'a> Matcher<'a> {
    fn new(held: &'a [Candidate], new: &'a [Candidate]) -> Self {
        let (held_free, new_free) = (vec![true; held.len()], vec![true; new.len()]);
        Self { held, new, held_free, new_free, links: Vec::new(), doubtful: Vec::new() }
    }

    /// Step 1. Found links count only where not too many others of the home came and went.
    fn same_home(&mut self) {
        let mut found = Vec::new();
        for group in self.groups(|c| Some((&c.home, &c.name))) {
            match self.certain_of_home(&group) {
                Some(pairs) => found.extend(pairs),
                None => self.doubt(&group, Doubt::SeveralOfTheName),
            }
        }
        let restless = self.restless_homes(&found);
        for (held, new) in found {
            let person = &self.held[held];
            let turnover = restless.get(person.home.as_str()).copied().unwrap_or_default();
            if turnover > MANY_PAIRS || (turnover > SOME_PAIRS && person.middle().is_empty()) {
                self.doubtful.push(Doubtful { held, new, why: Doubt::ManyCameAndWent });
            } else {
                self.link(held, new, Step::SameHome);
            }
        }
    }

    /// The pairs of one name in one home, if they are beyond doubt.
    fn certain_of_home(&self, group: &Group) -> Option<Vec<(usize, usize)>> {
        match group.pair() {
            Some((held, _)) if self.held[held].nameless() => self.aligned_by_number(group),
            Some((held, new)) => suffixes_agree(&self.held[held], &self.new[new]).then(|| vec![(held, new)]),
            None => self.aligned_by_number(group).or_else(|| self.aligned_by_suffix(group)),
        }
    }

    /// The same file again: all numbers of the group as they were. Names and home are the same already.
    fn aligned_by_number(&self, group: &Group) -> Option<Vec<(usize, usize)>> {
        self.aligned(group, |c| &c.number)
    }

    fn aligned_by_suffix(&self, group: &Group) -> Option<Vec<(usize, usize)>> {
        self.aligned(group, |c| &c.suffix)
    }

    /// Pairs the group by a text that each side has exactly once for each of its people.
    fn aligned(&self, group: &Group, text: impl Fn(&Candidate) -> &str) -> Option<Vec<(usize, usize)>> {
        let mut held = group.held.clone();
        let mut new = group.new.clone();
        held.sort_by(|a, b| text(&self.held[*a]).cmp(text(&self.held[*b])));
        new.sort_by(|a, b| text(&self.new[*a]).cmp(text(&self.new[*b])));
        let told_apart = held.windows(2).all(|pair| text(&self.held[pair[0]]) != text(&self.held[pair[1]]));
        let equal = |(held, new): (&usize, &usize)| {
            let text_held = text(&self.held[*held]);
            !text_held.is_empty() && text_held == text(&self.new[*new])
        };
        let fits = told_apart && held.len() == new.len() && held.iter().zip(&new).all(equal);
        fits.then(|| held.into_iter().zip(new).collect())
    }

    /// Homes in which so many names went and so many came that a name may well have gone and come again, with
    /// the number of pairs of those who went and those who came.
    fn restless_homes(&self, found: &[(usize, usize)]) -> HashMap<&'a str, usize> {
        let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
        self.held.iter().for_each(|c| counts.entry(&c.home).or_default().0 += 1);
        self.new.iter().for_each(|c| counts.entry(&c.home).or_default().1 += 1);
        for (held, _) in found {
            if let Some((gone, come)) = counts.get_mut(self.held[*held].home.as_str()) {
                (*gone, *come) = (gone.saturating_sub(1), come.saturating_sub(1));
            }
        }
        let pairs = counts.into_iter().map(|(home, (gone, come))| (home, gone * come));
        pairs.filter(|(_, pairs)| *pairs > SOME_PAIRS).collect()
    }

    /// Step 2. A name alone is no evidence: of 20,000 people some hundred share a full name with a stranger.
    fn moved(&mut self) {
        let unique = self.unique_names();
        let mut together: HashMap<(&str, &str), usize> = HashMap::new();
        for (held, new) in &unique {
            *together.entry((&self.held[*held].home, &self.new[*new].home)).or_default() += 1;
        }
        let surnames = self.surname_counts();
        let certain: Vec<bool> = unique
            .iter()
            .map(|(held, new)| {
                let (one, other) = (&self.held[*held], &self.new[*new]);
                let family = together.get(&(one.home.as_str(), other.home.as_str())).is_some_and(|n| *n > 1);
                let alone = surnames.get(one.surname.as_str()) == Some(&(1, 1)) && !one.middle().is_empty();
                (family || alone) && suffixes_agree(one, other)
            })
            .collect();
        for ((held, new), certain) in unique.into_iter().zip(certain) {
            if certain {
                self.link(held, new, Step::Moved);
            } else {
                self.doubtful.push(Doubtful { held, new, why: Doubt::PerhapsMoved });
            }
        }
    }

    /// Full names that one person of each register bears, both of them still free and in different homes.
    fn unique_names(&self) -> Vec<(usize, usize)> {
        let full = |c: &'a Candidate| c.name.contains(' ').then_some(&c.name);
        let groups = groups(self.held, self.new, |_| true, |_| true, full);
        let elsewhere = |(held, new): &(usize, usize)| {
            self.held_free[*held] && self.new_free[*new] && self.held[*held].home != self.new[*new].home
        };
        groups.iter().filter_map(Group::pair).filter(elsewhere).collect()
    }

    fn surname_counts(&self) -> HashMap<&'a str, (usize, usize)> {
        let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
        self.held.iter().for_each(|c| counts.entry(&c.surname).or_default().0 += 1);
        self.new.iter().for_each(|c| counts.entry(&c.surname).or_default().1 += 1);
        counts
    }

    /// Step 3: `Elizabeth J` and `Elizabeth Joan` of one small home. Where one side has no middle name, a newcomer
    /// of the same forename and surname is as likely as a name written out.
    fn middle_names(&mut self) {
        let people = self.people_of_homes();
        for group in
            self.groups(|c| (!c.first_forename().is_empty()).then(|| (&c.home, &c.surname, c.first_forename())))
        {
            let Some((held, new)) = group.pair() else {
                self.doubt(&group, Doubt::SeveralOfTheName);
                continue;
            };
            let (one, other) = (&self.held[held], &self.new[new]);
            let small = people.get(one.home.as_str()).is_some_and(|people| *people <= SMALL_HOME);
            if small && middles_agree(one.middle(), other.middle()) && suffixes_agree(one, other) {
                self.link(held, new, Step::MiddleNames);
            } else {
                self.doubtful.push(Doubtful { held, new, why: Doubt::OtherMiddleNames });
            }
        }
    }

    fn people_of_homes(&self) -> HashMap<&'a str, usize> {
        let mut people = HashMap::new();
        self.held.iter().for_each(|candidate| *people.entry(candidate.home.as_str()).or_default() += 1);
        people
    }

    /// What later steps would link and a person may: other surname, swapped or near names, in one small home.
    fn left_in_homes(&mut self) {
        for group in self.groups(|c| (!c.nameless()).then_some(&c.home)) {
            if group.held.len() > SMALL_HOME || group.new.len() > SMALL_HOME {
                continue;
            }
            for (held, new) in group.held.iter().flat_map(|held| group.new.iter().map(move |new| (*held, *new))) {
                if let Some(why) = likeness(&self.held[held], &self.new[new]) {
                    self.doubtful.push(Doubtful { held, new, why });
                }
            }
        }
    }

    /// Groups of those still free with somebody on both sides.
    fn groups<K: Hash + Ord>(&self, key: impl Fn(&'a Candidate) -> Option<K>) -> Vec<Group> {
        groups(self.held, self.new, |i| self.held_free[i], |i| self.new_free[i], key)
    }

    fn link(&mut self, held: usize, new: usize, step: Step) {
        (self.held_free[held], self.new_free[new]) = (false, false);
        self.links.push(Link { held, new, step });
    }

    /// Every pair of a group, unless there are so many that nobody would look through them.
    fn doubt(&mut self, group: &Group, why: Doubt) {
        if group.held.len() * group.new.len() <= SMALL_HOME * SMALL_HOME {
            let pairs = group
                .held
                .iter()
                .flat_map(|held| group.new.iter().map(move |new| Doubtful { held: *held, new: *new, why }));
            self.doubtful.extend(pairs);
        }
    }

    fn finish(self) -> Matching {
        let free = |free: Vec<bool>| free.into_iter().enumerate().filter_map(|(i, free)| free.then_some(i)).collect();
        let (held_free, new_free) = (self.held_free, self.new_free);
        let mut doubtful = self.doubtful;
        // A pair may be doubted by several steps, or linked by one after another doubted it: the first word stands.
        doubtful.retain(|d| held_free[d.held] && new_free[d.new]);
        doubtful.sort_by_key(|d| (d.held, d.new));
        doubtful.dedup_by_key(|d| (d.held, d.new));
        Matching { links: self.links, unmatched_held: free(held_free), unmatched_new: free(new_free), doubtful }
    }
}

/// Formats without suffixes leave them empty; only two different ones speak against a link.
fn suffixes_agree(one: &Candidate, other: &Candidate) -> bool {
    one.suffix.is_empty() || other.suffix.is_empty() || one.suffix == other.suffix
}

/// Whether both have middle names and each word is the other's, or its initial: `j` and `joan`.
fn middles_agree(one: &str, other: &str) -> bool {
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    let agree = |(a, b): (&str, &str)| a == b || initial(a, b) || initial(b, a);
    !one.is_empty() && !other.is_empty() && one.split(' ').zip(other.split(' ')).all(agree)
}

/// Why two people of one home, neither of them matched, may be one.
fn likeness(one: &Candidate, other: &Candidate) -> Option<Doubt> {
    if one.forenames == other.forenames && !one.forenames.is_empty() {
        return Some(Doubt::OtherSurname);
    }
    if one.surname == other.first_forename() && other.surname == one.first_forename() {
        return Some(Doubt::SwappedNames);
    }
    (similarity(&one.name, &other.name) >= 0.8).then_some(Doubt::NearName)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(home: &str, surname: &str, forenames: &str) -> Candidate {
        let name = format!("{surname} {forenames}");
        let (home, surname, forenames) = (home.into(), surname.into(), forenames.into());
        Candidate { home, name, surname, forenames, ..Candidate::default() }
    }

    /// `home|surname|forenames|suffix|number`, the last two optional.
    fn people(list: &[&str]) -> Vec<Candidate> {
        list.iter()
            .map(|text| {
                let mut parts = text.split('|');
                let mut next = || parts.next().unwrap_or_default();
                let person = person(next(), next(), next());
                Candidate { suffix: next().into(), number: next().into(), ..person }
            })
            .collect()
    }

    type Linked = (Vec<(usize, usize, Step)>, Vec<(usize, usize, Doubt)>);

    fn linked(held: &[&str], new: &[&str]) -> Linked {
        let matching = match_people(&people(held), &people(new));
        assert_eq!(matching.links.len() + matching.unmatched_held.len(), held.len());
        assert_eq!(matching.links.len() + matching.unmatched_new.len(), new.len());
        let links = matching.links.iter().map(|l| (l.held, l.new, l.step)).collect();
        (links, matching.doubtful.iter().map(|d| (d.held, d.new, d.why)).collect())
    }

    #[test]
    fn the_same_name_in_the_same_home_is_the_same_person() {
        let (links, doubtful) =
            linked(&["h1|brown|ann", "h1|brown|bob"], &["h1|brown|bob", "h1|brown|ann", "h1|brown|cat"]);
        assert_eq!(links.len(), 2);
        assert!(
            links.contains(&(0, 1, Step::SameHome)) && links.contains(&(1, 0, Step::SameHome)) && doubtful.is_empty()
        );
    }

    #[test]
    fn a_number_alone_links_nobody() {
        assert_eq!(linked(&["h1|brown|ann||AB1-1"], &["h1|kelly|sean||AB1-1"]), (vec![], vec![]));
    }

    #[test]
    fn father_and_son_of_one_name_go_to_a_person() {
        let two = ["h1|brown|john", "h1|brown|john"];
        for (held, new) in [(&two[..], &two[..]), (&two[..], &two[..1]), (&two[..1], &two[..])] {
            let (links, doubtful) = linked(held, new);
            assert!(links.is_empty());
            assert_eq!(doubtful.len(), held.len() * new.len());
            assert!(doubtful.iter().all(|d| d.2 == Doubt::SeveralOfTheName));
        }
    }

    #[test]
    fn father_and_son_are_told_apart_by_suffix_or_by_the_same_file_again() {
        let named = ["h1|brown|john|snr", "h1|brown|john|jnr"];
        assert_eq!(linked(&named, &[named[1], named[0]]).0, [(1, 0, Step::SameHome), (0, 1, Step::SameHome)]);
        let numbered = ["h1|brown|john||AB1-1", "h1|brown|john||AB1-2"];
        assert_eq!(linked(&numbered, &numbered).0.len(), 2);
        let moved_up = ["h1|brown|john||AB1-2", "h1|brown|john||AB1-3"];
        assert_eq!(linked(&numbered, &moved_up).0, []);
        assert_eq!(linked(&["h1|brown|john|snr"], &["h1|brown|john|jnr"]).0, []);
    }

    #[test]
    fn a_namesake_elsewhere_is_asked_about_and_not_linked() {
        let (links, doubtful) = linked(&["h1|brown|ann joan", "h2|brown|bob"], &["h3|brown|ann joan", "h2|brown|bob"]);
        assert_eq!(links, [(1, 1, Step::SameHome)]);
        assert_eq!(doubtful, [(0, 0, Doubt::PerhapsMoved)]);
    }

    #[test]
    fn a_name_borne_twice_is_not_even_asked_about() {
        let (links, doubtful) = linked(&["h1|brown|ann", "h2|brown|ann"], &["h3|brown|ann", "h2|brown|ann"]);
        assert_eq!((links, doubtful), (vec![(1, 1, Step::SameHome)], vec![]));
    }

    #[test]
    fn a_household_that_moves_together_is_followed() {
        let (links, _) =
            linked(&["h1|brown|ann", "h1|brown|bob", "h4|brown|cy"], &["h3|brown|bob", "h3|brown|ann", "h4|brown|cy"]);
        assert_eq!(links.iter().filter(|l| l.2 == Step::Moved).count(), 2);
    }

    #[test]
    fn a_surname_of_ones_own_is_followed() {
        assert_eq!(linked(&["h1|fontaine lacey|ann joan"], &["h3|fontaine lacey|ann joan"]).0, [(0, 0, Step::Moved)]);
        assert_eq!(linked(&["h1|fontaine lacey|ann"], &["h3|fontaine lacey|ann"]).1, [(0, 0, Doubt::PerhapsMoved)]);
    }

    #[test]
    fn initials_match_middle_names_in_the_same_home() {
        let (links, _) = linked(&["h1|brown|ann j"], &["h1|brown|ann joan"]);
        assert_eq!(links, [(0, 0, Step::MiddleNames)]);
        let (links, doubtful) = linked(&["h1|brown|ann kate"], &["h1|brown|ann joan"]);
        assert_eq!((links, doubtful), (vec![], vec![(0, 0, Doubt::OtherMiddleNames)]));
        assert_eq!(linked(&["h1|brown|ann"], &["h1|brown|ann joan"]).0, []);
    }

    #[test]
    fn a_changed_surname_swapped_names_and_slips_are_asked_about() {
        for (held, new, why) in [
            ("h1|brown|ann joan", "h1|kelly|ann joan", Doubt::OtherSurname),
            ("h1|martin|james", "h1|james|martin", Doubt::SwappedNames),
            ("h1|thompson|peter", "h1|thomson|peter john", Doubt::NearName),
        ] {
            let found = linked(&[held], &[new]);
            if why == Doubt::NearName {
                assert_eq!(linked(&["h1|thompson|peter j"], &["h1|thomson|petra j"]).1.len(), 1);
            } else {
                assert_eq!(found, (vec![], vec![(0, 0, why)]));
            }
        }
    }

    #[test]
    fn in_a_hall_where_most_came_and_went_names_are_not_enough() {
        let hall = |names: std::ops::Range<usize>| -> Vec<Candidate> {
            names.map(|n| person("hall", &format!("s{n}"), if n % 2 == 0 { "ann" } else { "ann joan" })).collect()
        };
        let asked = |matching: &Matching| matching.doubtful.iter().filter(|d| d.why == Doubt::ManyCameAndWent).count();
        let most = match_people(&hall(0..60), &hall(30..90));
        assert_eq!((most.links.len(), asked(&most)), (0, 30));
        let some = match_people(&hall(0..60), &hall(10..70));
        assert_eq!((some.links.len(), asked(&some)), (25, 25));
        assert_eq!(match_people(&hall(0..60), &hall(0..60)).links.len(), 60);
    }
}
