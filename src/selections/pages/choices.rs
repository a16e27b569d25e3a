//! What the builder's rows offer to choose from: the words of each condition, and what there is of areas, streets, codes, polls and
//! lists in the area in use. Nobody is shown by any of it.

use super::draft::Node;
use crate::areas::{Area, store as areas};
use crate::canvass::ListId;
use crate::canvass::codes::{self, Code, Issue};
use crate::canvass::lists::choose::{self, District, Place, Street};
use crate::canvass::lists::outing;
use crate::canvass::results;
use crate::database::Scoped;
use crate::error::Error;
use crate::polls::{self, Poll};
use crate::selections::rule::{AbsentVote, Channel, Election, Outcome, Turnout};
use std::collections::{BTreeSet, HashMap};

/// A word of the form, how it reads, and what it means.
pub(super) type Words<T> = [(&'static str, &'static str, T)];

/// How somebody votes.
pub(super) const ABSENT: &Words<AbsentVote> = &[
    ("post", "by post", AbsentVote::Post),
    ("proxy", "by proxy", AbsentVote::Proxy),
    ("any", "by post or by proxy", AbsentVote::Any),
    ("in-person", "at the polling station", AbsentVote::InPerson),
];

/// What a marked register says.
pub(super) const TURNOUT: &Words<Turnout> = &[
    ("voted", "voted", Turnout::Voted),
    ("did-not-vote", "did not vote", Turnout::DidNotVote),
    ("not-known", "not known, no marked register holds them", Turnout::NotKnown),
];

/// The kinds of election that intentions are kept under.
pub(super) const ELECTIONS: &Words<Election> = &[
    ("national", "UK Parliament", Election::National),
    ("devolved", "Devolved parliament", Election::Devolved),
    ("local", "Local council", Election::Local),
];

/// The ways to reach somebody.
pub(super) const CHANNELS: &Words<Channel> = &[
    ("door", "at the door", Channel::Door),
    ("post", "by post or letterbox", Channel::Post),
    ("phone", "by phone", Channel::Phone),
    ("email", "by email", Channel::Email),
    ("text", "by text message", Channel::Text),
];

/// What happened at a door, with the record's own word and title for it.
pub(super) const OUTCOMES: [(Outcome, results::Outcome); 8] = [
    (Outcome::Spoke, results::Outcome::Spoke),
    (Outcome::NotHome, results::Outcome::NotHome),
    (Outcome::Refused, results::Outcome::Refused),
    (Outcome::ComeBack, results::Outcome::ComeBack),
    (Outcome::Moved, results::Outcome::Moved),
    (Outcome::Deceased, results::Outcome::Deceased),
    (Outcome::WrongAddress, results::Outcome::WrongAddress),
    (Outcome::Inaccessible, results::Outcome::Inaccessible),
];

/// The groups of answers.
pub(super) const ANSWERS: [(&str, &str); 6] = [
    ("for", "For us"),
    ("leaning", "Leaning to us"),
    ("undecided", "Undecided"),
    ("against", "Against us"),
    ("wont-say", "Won’t say"),
    ("non-voter", "Does not vote"),
];

/// The register's kinds of entry.
pub(super) const ENTRIES: [(&str, &str); 4] = [
    ("ordinary", "At an address here"),
    ("attainer", "Will be old enough during the register’s life"),
    ("overseas", "Votes from abroad"),
    ("other", "Another kind of entry"),
];

/// What a word means.
pub(super) fn meant<T: Copy>(words: &Words<T>, word: &str) -> Option<T> {
    words.iter().find(|(w, ..)| *w == word).map(|(.., value)| *value)
}

/// The word for what is meant.
pub(super) fn word_for<T: PartialEq>(words: &Words<T>, value: &T) -> &'static str {
    words.iter().find(|(.., v)| v == value).map_or("", |(word, ..)| word)
}

/// Districts of the whole nation are no list to tick: past this many areas they are offered by their wards.
const MOST_AREAS: usize = 400;

/// What there is.
pub(super) struct Choices {
    /// Areas that lie wholly inside the area in use.
    pub areas: Vec<Area>,
    /// Its districts.
    pub districts: Vec<District>,
    /// Streets of the districts that the rows name.
    pub streets: Vec<Street>,
    /// Intentions.
    pub codes: Vec<Code>,
    /// Issues.
    pub issues: Vec<Issue>,
    /// Polls, whenever they are.
    pub polls: Vec<Poll>,
    /// Walk lists: those that can be taken out, and those that the rows name.
    pub lists: Vec<(ListId, String)>,
    /// The kind of election that comes next.
    pub election: Election,
}

impl Choices {
    /// Reads what the rows of this tree offer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn read(scope: &mut Scoped, root: &Node) -> Result<Choices, Error> {
        let districts = choose::districts(scope).await?;
        let named = Named::of(root);
        Ok(Choices {
            areas: areas::contacted_in(scope).await?,
            streets: streets(scope, &districts, &named.districts).await?,
            codes: codes::intentions(scope).await?,
            issues: codes::issues(scope).await?,
            polls: polls::store::list(scope).await?,
            lists: lists(scope, &named.lists).await?,
            election: next_election(scope).await?,
            districts,
        })
    }

    /// The areas to tick: all, or, where there are too many, all but districts that are not ticked yet.
    pub fn areas_to_tick(&self, ticked: &[String]) -> Vec<Area> {
        let few = self.areas.len() <= MOST_AREAS;
        let offered = |a: &&Area| few || a.kind != "district" || ticked.contains(&a.id.to_string());
        self.areas.iter().filter(offered).cloned().collect()
    }

    /// A district's letters.
    pub fn letters(&self, area_no: i32) -> &str {
        self.districts.iter().find(|d| d.area_no == area_no).map_or("", |d| d.letters.as_str())
    }
}

/// The kind that intentions are asked for next, where no poll is to come the local one.
///
/// # Errors
/// What the database says.
pub(super) async fn next_election(scope: &mut Scoped) -> Result<Election, Error> {
    let next = polls::next(scope).await?;
    Ok(next.and_then(|poll| meant(ELECTIONS, &poll.intention_kind)).unwrap_or(Election::Local))
}

/// What the rows name that has to be looked up.
#[derive(Default)]
struct Named {
    districts: BTreeSet<i32>,
    lists: BTreeSet<ListId>,
}

impl Named {
    fn of(root: &Node) -> Self {
        let (mut named, mut open) = (Named::default(), vec![root]);
        while let Some(node) = open.pop() {
            open.extend(&node.inner);
            match node.of.as_str() {
                "street" => {
                    named.districts.extend(node.one("district").parse::<i32>().ok());
                    named.districts.extend(node.all("streets").iter().filter_map(|s| street(s)).map(|(no, _)| no));
                }
                "on-list" => named.lists.extend(node.one("list").parse::<ListId>().ok()),
                _ => {}
            }
        }
        named
    }
}

/// A street as the form writes it: its district's number and its folded name.
pub(super) fn street(value: &str) -> Option<(i32, &str)> {
    let (area_no, key) = value.split_once(':')?;
    Some((area_no.parse().ok()?, key))
}

async fn streets(scope: &mut Scoped, all: &[District], wanted: &BTreeSet<i32>) -> Result<Vec<Street>, Error> {
    let mut places = HashMap::<i32, Place>::new();
    for district in all.iter().filter(|d| wanted.contains(&d.area_no)) {
        let partition = district.partition;
        let place = places.entry(partition).or_insert_with(|| Place { partition, districts: HashMap::new() });
        place.districts.insert(district.area_no, district.letters.clone());
    }
    let mut found = Vec::new();
    for place in places.values() {
        found.extend(choose::streets(scope, place).await?);
    }
    Ok(found)
}

async fn lists(scope: &mut Scoped, named: &BTreeSet<ListId>) -> Result<Vec<(ListId, String)>, Error> {
    let mut lists = outing::ready(scope).await?;
    let ids: Vec<ListId> = named.iter().copied().filter(|id| lists.iter().all(|(known, _)| known != id)).collect();
    if !ids.is_empty() {
        // Ended ones too: whoever was on a list stays so.
        lists.extend(outing::outings(scope, &ids).await?.into_iter().map(|list| (list.id, list.name)));
    }
    Ok(lists)
}
