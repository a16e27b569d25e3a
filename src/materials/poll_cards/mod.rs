//! Poll cards: where somebody votes, by their district's polling place. Ours say first whom they are from, so that nobody takes one
//! for the council's official poll card.

pub mod pages;

use super::letters::recipients::Letter;
use super::making::{Ground, Poll};
use super::press::Work;
use crate::areas::places::PollingPlace;
use crate::canvass::lists::choose::districts_of;
use crate::database::Scoped;
use crate::error::Error;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// Cards of one part of the work: four a sheet.
const PART: usize = 400;
/// The most lines of an address.
const LINES: usize = 6;

/// Whether somebody needs photo ID at the polling station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoId {
    /// They do (Elections Act 2022 s1 and schedule 1; in Northern Ireland at every poll).
    Needed,
    /// They do not: elections to Scottish and Welsh councils, the Scottish Parliament and the Senedd.
    NotNeeded,
    /// It is not known here: the poll card of the council says it.
    Unknown,
}

/// By what is elected, and the nation: the first letter of its authorities' GSS codes.
pub fn photo_id(kind: &str, nation: Option<char>) -> PhotoId {
    match (kind, nation) {
        (_, Some('N'))
        | ("uk-parliament" | "by-election", _)
        | ("local" | "mayor", Some('E'))
        | ("police-commissioner", Some('E' | 'W')) => PhotoId::Needed,
        ("scottish-parliament" | "senedd", _) | ("local", Some('S' | 'W')) => PhotoId::NotNeeded,
        _ => PhotoId::Unknown,
    }
}

impl PhotoId {
    /// What the card says.
    pub fn words(self) -> &'static str {
        match self {
            PhotoId::Needed => {
                "Bring photo ID, such as a passport, a driving licence or an older person’s bus pass. Without any: ask your council for a free Voter Authority Certificate, or in Northern Ireland the Electoral Office for an Electoral Identity Card."
            }
            PhotoId::NotNeeded => "You do not need photo ID at this poll.",
            PhotoId::Unknown => "Your official poll card says whether to bring photo ID.",
        }
    }
}

/// The nation of districts; None when their authorities have no codes, or several nations.
///
/// # Errors
/// What the database says.
pub async fn nation(scope: &mut Scoped, districts: &[i32]) -> Result<Option<char>, Error> {
    let letters: Vec<String> = sqlx::query_scalar!(
        r#"select distinct left(u.gss_code, 1) as "letter!" from district d join authority u using (partition_id)
           where d.area_no = any ($1) and u.gss_code is not null"#,
        districts
    )
    .fetch_all(scope.connection())
    .await?;
    match letters.as_slice() {
        [one] => Ok(one.chars().next()),
        _ => Ok(None),
    }
}

/// Cards as they can be made: who votes at the poll, and which of their districts have no polling place.
pub struct Cards {
    /// Whoever votes at the poll, in order.
    pub letters: Vec<Letter>,
    /// How many cards fell out, since the poll is elsewhere.
    pub elsewhere: usize,
    /// Letters of districts that have no polling place.
    pub without: Vec<String>,
    /// Where each district votes.
    pub places: HashMap<i32, PollingPlace>,
    /// Whether they need photo ID.
    pub id: PhotoId,
}

/// Takes those who vote at this poll, and looks their polling places up.
///
/// # Errors
/// What the database says.
pub async fn cards(scope: &mut Scoped, mut letters: Vec<Letter>, poll: &Poll) -> Result<Cards, Error> {
    let all = letters.len();
    let voting: BTreeSet<i32> = districts_of(scope, poll.area).await?.into_iter().collect();
    letters.retain(|letter| voting.contains(&letter.area_no));
    let districts: Vec<i32> = letters.iter().map(|l| l.area_no).collect::<BTreeSet<_>>().into_iter().collect();
    let places = crate::areas::places::of_poll(scope, &districts, Some(poll.id)).await?;
    let places: HashMap<i32, PollingPlace> =
        places.into_iter().map(|(district, (place, _))| (district, place)).collect();
    let missing: Vec<i32> = districts.iter().filter(|d| !places.contains_key(d)).copied().collect();
    let without =
        sqlx::query_scalar!("select letters from district where area_no = any ($1) order by letters", &missing)
            .fetch_all(scope.connection())
            .await?;
    let id = photo_id(&poll.kind, nation(scope, &districts).await?);
    Ok(Cards { elsewhere: all - letters.len(), letters, without, places, id })
}

/// A part with a card for each polling place, to nobody: whether what it says of each has room.
pub fn to_nobody(cards: &Cards) -> Value {
    let one = |(_, p): (&i32, &PollingPlace)| json!({ "to": [], "place": p.name, "address": p.address, "postcode": p.postcode });
    // In one order each time: what is tried is held against what is made.
    let mut places: Vec<(&i32, &PollingPlace)> = cards.places.iter().collect();
    places.sort_unstable_by_key(|(area_no, _)| **area_no);
    json!({ "first": 1, "cards": places.into_iter().map(one).collect::<Vec<Value>>() })
}

/// The work for these letters.
pub fn work(letters: &[Letter], cards: &Cards, ground: &Ground, poll: &Poll, contact: &str) -> Work {
    let one = |letter: &Letter| {
        let place = cards.places.get(&letter.area_no);
        json!({
            "to": letter.address(LINES),
            "place": place.map(|p| p.name.as_str()),
            "address": place.map(|p| p.address.as_str()),
            "postcode": place.and_then(|p| p.postcode.as_deref()),
        })
    };
    let part = |(n, some): (usize, &[Letter])| json!({ "first": n * PART + 1, "cards": some.iter().map(one).collect::<Vec<Value>>() });
    let mut work = Work {
        sheet: "poll-card",
        common: common(ground, &poll.name, &crate::web::words::date(poll.date), cards.id, contact),
        parts: letters.chunks(PART).enumerate().map(part).collect(),
        ..Work::default()
    };
    ground.brand.dress(&mut work);
    work
}

/// What stands on every card.
pub fn common(ground: &Ground, poll: &str, day: &str, id: PhotoId, contact: &str) -> Value {
    json!({ "from": ground.brand.party, "poll": poll, "day": day, "hours": "7 am to 10 pm", "id": id.words(), "contact": contact,
        "imprint": ground.lines() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photo_id_is_asked_for_where_the_law_asks_for_it() {
        for (kind, nation, needed) in [
            ("uk-parliament", Some('S'), PhotoId::Needed),
            ("by-election", None, PhotoId::Needed),
            ("local", Some('E'), PhotoId::Needed),
            ("police-commissioner", Some('W'), PhotoId::Needed),
            ("local", Some('N'), PhotoId::Needed),
            ("local", Some('W'), PhotoId::NotNeeded),
            ("local", Some('S'), PhotoId::NotNeeded),
            ("senedd", Some('W'), PhotoId::NotNeeded),
            ("scottish-parliament", Some('S'), PhotoId::NotNeeded),
            ("local", None, PhotoId::Unknown),
            ("referendum", Some('E'), PhotoId::Unknown),
        ] {
            assert_eq!(photo_id(kind, nation), needed, "{kind} {nation:?}");
        }
    }
}
