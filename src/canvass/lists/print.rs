//! A list on paper: the canvass card, A4, in walk order. What leaves is a page made for the printer, on record as a
//! print of the list.

use super::assign;
use super::join;
use super::store::{self, Head};
use crate::canvass::ListId;
use crate::canvass::codes::{self, Code};
use crate::database::{Looked, Scoped, Seen, What};
use crate::error::Error;
use crate::web::{Answer, App, Layout, Path, Query, Viewer, qr, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

/// Where the card begins a new page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pages {
    /// Only where a page is full.
    #[default]
    Full,
    /// At each street.
    Streets,
    /// At each street, and between its odd and even side.
    Sides,
}

impl Pages {
    const ALL: [(Pages, &'static str, &'static str); 3] = [
        (Pages::Full, "", "As few pages as fit"),
        (Pages::Streets, "streets", "A page a street"),
        (Pages::Sides, "sides", "A page a side"),
    ];

    fn parse(word: &str) -> Pages {
        Pages::ALL.into_iter().find(|(_, w, _)| *w == word).map_or(Pages::Full, |(pages, ..)| pages)
    }
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pages: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/lists/print.html")]
struct PrintPage {
    layout: Layout,
    pages: Pages,
    list: Card,
    /// The code, drawn.
    join: Option<qr::Code>,
    printed_by: String,
    organiser: String,
    purpose: String,
    now: DateTime<Utc>,
}

/// What stands on the card.
struct Card {
    head: Head,
    holders: Vec<String>,
    until: Option<DateTime<Utc>>,
    codes: Vec<Code>,
    controller: Controller,
    homes: Vec<Home>,
    /// The code that lets people join tonight, if one is open.
    join: Option<join::Code>,
}

#[derive(Default)]
struct Controller {
    name: String,
    contact: String,
    notice: String,
}

/// A door on the card.
#[derive(Debug, Clone)]
struct Home {
    letters: String,
    street: String,
    side: String,
    label: String,
    /// Name and number of each person who may be asked.
    people: Vec<(String, String)>,
    /// Somebody here wants nobody at the door and nobody else is left.
    leave: bool,
}

/// Doors under one heading.
struct Group {
    heading: String,
    new_page: bool,
    homes: Vec<Home>,
}

/// `GET /walk-lists/{id}/print`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn print(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<ListId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let seen = read(&mut scope, id).await?;
    let list = scope.finish(seen).await?;
    let drawn = list.join.as_ref().map(|code| qr::Code::of(&join::address(&app, code)?));
    let page = PrintPage {
        join: drawn.transpose()?,
        layout,
        pages: Pages::parse(&asked.pages),
        list,
        printed_by: viewer.name.clone(),
        organiser: format!("{}, {}", viewer.name, viewer.email),
        purpose: viewer.purpose.clone(),
        now: Utc::now(),
    };
    Ok(page.into_response())
}

async fn read(scope: &mut Scoped, id: ListId) -> Result<Seen<Card>, Error> {
    let head = store::head(scope, id).await?;
    let homes = homes(scope, &head).await?;
    let holders = assign::holders(scope, id).await?;
    let mut codes = codes::intentions(scope).await?;
    codes.retain(|c| !c.retired);
    let controller =
        sqlx::query_as!(Controller, "select controller as name, contact, privacy_notice as notice from installation")
            .fetch_optional(scope.connection())
            .await?;
    let join = join::open_code(scope, id).await?;
    let looked = Looked { what: What::Print, list: Some((id, head.version)), ..Looked::default() };
    let card = Card {
        until: holders.iter().map(|h| h.ends).max(),
        holders: holders.into_iter().map(|h| h.name).collect(),
        controller: controller.unwrap_or_default(),
        head,
        codes,
        homes,
        join,
    };
    Ok(Seen::new(card, looked))
}

/// The doors in walk order. Who objected since the list was made is not printed, nor who left the register.
async fn homes(scope: &mut Scoped, head: &Head) -> Result<Vec<Home>, Error> {
    let id = head.id;
    let doors = super::live::doors(scope, id, head.version).await?;
    let everyone: Vec<i64> = doors.iter().flat_map(|d| d.electors.iter().copied()).collect();
    let objected = store::objected(scope, id.partition, &everyone).await?;
    let people = sqlx::query!(
        "select elector_id, name, number from elector
         where partition_id = $1 and elector_id = any ($2) and left_at is null",
        id.partition,
        &everyone
    )
    .fetch_all(scope.connection())
    .await?;
    let mut people: std::collections::HashMap<i64, (String, String)> =
        people.into_iter().map(|p| (p.elector_id, (p.name, p.number))).collect();
    let home = doors.into_iter().map(|door| {
        let may = door.electors.iter().filter(|e| !objected.contains(e));
        let people: Vec<(String, String)> = may.filter_map(|e| people.remove(e)).collect();
        Home {
            leave: people.is_empty() && door.objected > 0,
            letters: door.letters,
            street: door.street,
            side: door.side,
            label: door.label,
            people,
        }
    });
    Ok(home.collect())
}

impl PrintPage {
    /// Doors under the headings of their streets, or of each street's sides.
    fn groups(&self) -> Vec<Group> {
        let mut homes = self.list.homes.clone();
        let sides = self.pages == Pages::Sides;
        if sides {
            // Doors keep their order within a side; streets keep theirs.
            let mut streets: Vec<(String, String)> = Vec::new();
            for home in &homes {
                let key = (home.letters.clone(), home.street.clone());
                if !streets.contains(&key) {
                    streets.push(key);
                }
            }
            let rank = |h: &Home| {
                let street = streets.iter().position(|(l, s)| (l, s) == (&h.letters, &h.street));
                (street, ["odd", "even", "building", "other"].iter().position(|s| *s == h.side))
            };
            homes.sort_by_key(rank);
        }
        let together =
            |a: &Home, b: &Home| (&a.letters, &a.street) == (&b.letters, &b.street) && (!sides || a.side == b.side);
        let group = |homes: &[Home]| Group {
            heading: homes.first().map(|h| heading(h, sides)).unwrap_or_default(),
            new_page: self.pages != Pages::Full,
            homes: homes.to_vec(),
        };
        homes.chunk_by(together).map(group).collect()
    }

    /// Who printed it, when, for what, until when: stands on every page.
    fn footer(&self) -> String {
        let until = self.list.until.unwrap_or(self.now + TimeDelta::days(1));
        format!(
            "{}: printed by {}, {}, for {}, until {}. Destroy after use.",
            self.list.head.name,
            self.printed_by,
            words::moment(self.now),
            self.purpose,
            words::moment(until)
        )
    }

    fn held_by(&self) -> String {
        if self.list.holders.is_empty() { "Nobody yet".into() } else { self.list.holders.join(", ") }
    }

    fn ends(&self) -> String {
        self.list.until.map_or_else(|| "When it is assigned".to_owned(), words::moment)
    }
}

fn heading(home: &Home, sides: bool) -> String {
    let street = super::street_words(&home.street);
    match home.side.as_str() {
        "odd" if sides => format!("{street}, odd numbers"),
        "even" if sides => format!("{street}, even numbers"),
        "building" if sides => format!("{street}, flats"),
        "other" if sides => format!("{street}, named houses"),
        _ => format!("{street} ({})", home.letters),
    }
}
