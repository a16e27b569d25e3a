//! What every page shares on which something is made without a name on it: where it is made, for which poll, whose imprint it bears,
//! and a real picture of its first page.

use super::brand::{self, Brand};
use super::press::{self, Work};
use super::runs::NewRun;
use super::{Kind, runs};
use crate::areas::{Area, store};
use crate::database::Scoped;
use crate::electors::folding::fold;
use crate::error::Error;
use crate::messages::imprint;
use crate::web::FieldErrors;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;

/// How fine a preview is: pixels an inch.
const FINE: f32 = 72.0;

/// A poll that something is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its day.
    pub date: NaiveDate,
    /// What is elected: a word of `poll_kind`.
    pub kind: String,
    /// Where.
    pub area: i64,
}

impl Poll {
    /// As a form offers it.
    pub fn words(&self) -> String {
        format!("{}, {}", self.name, crate::web::words::short_date(self.date))
    }
}

/// Polls to come that touch the area in use.
///
/// # Errors
/// What the database says.
pub async fn polls(scope: &mut Scoped) -> Result<Vec<Poll>, Error> {
    Ok(sqlx::query_as!(
        Poll,
        r#"with own as materialized (select wall.areas() as numbers)
           select p.poll_id as "id!", p.name as "name!", p.poll_date as "date!", p.kind as "kind!", p.area_id as "area!"
           from poll p join area a using (area_id) cross join own o
           where p.poll_date >= current_date
             and (a.kind = 'installation' or a.area_no = any (o.numbers)
               or exists (select from district d where d.partition_id = a.partition_id and d.area_no = any (o.numbers))
               or exists (select from area_district ad where ad.area_id = a.area_id and ad.area_no = any (o.numbers)
                 and ad.from_date <= current_date and ad.until_date > current_date))
           order by p.poll_date, p.poll_id limit 50"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Areas that something may be made for: those wholly inside the area in use.
///
/// # Errors
/// What the database says.
pub async fn areas(scope: &mut Scoped) -> Result<Vec<Area>, Error> {
    let here: Vec<i64> =
        sqlx::query_scalar!(r#"select wall.contact_places() as "p!""#).fetch_one(scope.connection()).await?;
    let mut areas = store::all(scope).await?;
    areas.retain(|area| here.contains(&area.id));
    Ok(areas)
}

/// Where something is made, and what it bears there.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Areas to choose from.
    pub areas: Vec<Area>,
    /// Polls to choose from.
    pub polls: Vec<Poll>,
    /// The area chosen.
    pub area: i64,
    /// The same as a form has it.
    pub chosen: String,
    /// Its name.
    pub area_name: String,
    /// The poll chosen.
    pub poll: Option<Poll>,
    /// The imprint's lines; None: nothing may be made.
    pub imprint: Option<Vec<String>>,
    /// What it is dressed in.
    pub brand: Brand,
}

/// Reads the ground of what was chosen: an area's id and a poll's as typed, the area in use where the first is none of one's own.
///
/// # Errors
/// What the database says.
pub async fn ground(scope: &mut Scoped, in_use: i64, area: &str, poll: &str) -> Result<Ground, Error> {
    let areas = areas(scope).await?;
    let polls = polls(scope).await?;
    let chosen = areas.iter().find(|a| a.id.to_string() == area).or_else(|| areas.iter().find(|a| a.id == in_use));
    let (area, area_name) = chosen.map_or((in_use, String::new()), |a| (a.id, a.name.clone()));
    let poll = polls.iter().find(|p| p.id.to_string() == poll).cloned();
    let imprint = imprint::on_paper(scope, area, poll.as_ref().map(|p| p.kind.as_str())).await?;
    let brand = brand::store::of(scope, area).await?;
    Ok(Ground { areas, polls, area, chosen: area.to_string(), area_name, poll, imprint, brand })
}

impl Ground {
    /// Whether this poll is the one chosen.
    pub fn is_for(&self, poll: &Poll) -> bool {
        self.poll.as_ref().is_some_and(|chosen| chosen.id == poll.id)
    }

    /// What to look at where a candidate is named: whether the imprint that it bears is on their behalf.
    pub fn beside(&self, candidate: &str) -> Option<&'static str> {
        let candidate = fold(candidate);
        if candidate.is_empty() {
            return None;
        }
        let named = self.imprint.iter().flatten().any(|line| fold(line).contains(&candidate));
        match (&self.poll, &self.imprint) {
            (None, None) => {
                Some("Where it is for an election, choose that poll, so that the imprint names on whose behalf.")
            }
            (None, Some(_)) if named => Some(
                "For no poll it bears the usual imprint. Where it is for an election, choose that poll: its imprint may be \
                 another.",
            ),
            (None, Some(_)) => Some(
                "For no poll it bears the usual imprint, which does not name them. Where it is for an election, choose that poll, so \
                 that the imprint names on whose behalf.",
            ),
            (Some(_), Some(_)) if !named => Some(
                "The imprint for this poll does not name them. Where it is on their behalf, put a campaign of their own down under \
                 Imprint.",
            ),
            (Some(_), _) => None,
        }
    }

    /// The imprint's lines; none where there is no imprint, and then nothing is made.
    pub fn lines(&self) -> Vec<String> {
        self.imprint.clone().unwrap_or_default()
    }

    /// Says that nothing is made without an imprint.
    pub fn must_have_imprint(&self, errors: &mut FieldErrors) {
        if self.imprint.is_none() {
            errors.add("area", "There is no complete imprint for this, so nothing is made. Put it down under Imprint, with the printer");
        }
    }

    /// A run of something for the public that names nobody.
    pub fn run(&self, kind: Kind, title: String, items: i32, settings: serde_json::Value, work: Work) -> NewRun {
        NewRun {
            kind,
            title: shortened(&title),
            area: self.area,
            selection: None,
            template: None,
            list: None,
            settings,
            imprint: self.lines(),
            items,
            recipients: Vec::new(),
            helpers: Vec::new(),
            again_of: None,
            asked: None,
            work,
        }
    }
}

/// A run's title: at most 120 characters.
pub fn shortened(title: &str) -> String {
    title.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// Begins a run and ends the transaction, which showed nobody; the run's number.
///
/// # Errors
/// What the database says.
pub async fn begin(mut scope: Scoped, new: NewRun) -> Result<i64, Error> {
    let begun = runs::begin(&mut scope, new).await?;
    scope.commit().await?;
    Ok(begun.number)
}

/// Holds that what is made is what was tried: it was read anew since, and nothing goes out that the press has not had.
///
/// # Errors
/// [`Error::Conflict`] when somebody changed it meanwhile.
pub fn as_tried(tried: &Work, now: &Work) -> Result<(), Error> {
    if tried == now {
        return Ok(());
    }
    Err(Error::Conflict(
        "Something that this is made of was changed meanwhile, so nothing was made. Look at it again, then make it"
            .into(),
    ))
}

/// Work's pages as pictures that stand in the page itself: nothing is kept, and no address leads to them.
///
/// # Errors
/// As [`press::pictures`].
pub async fn pictures(work: Work) -> Result<Vec<String>, Error> {
    Ok(press::pictures(work, FINE).await?.iter().map(|png| data_url(true, png)).collect())
}

/// A picture as an address of its own.
pub fn data_url(png: bool, bytes: &[u8]) -> String {
    format!("data:image/{};base64,{}", if png { "png" } else { "jpeg" }, STANDARD.encode(bytes))
}

/// Whether two things are written alike: for choices in forms.
pub fn is(one: impl std::fmt::Display, other: impl std::fmt::Display) -> bool {
    one.to_string() == other.to_string()
}

/// Reads a whole number within bounds.
pub fn number(errors: &mut FieldErrors, field: &str, typed: &str, from: i32, to: i32) -> Option<i32> {
    let read = typed.trim().parse::<i32>().ok().filter(|n| (from..=to).contains(n));
    errors.take(read.ok_or_else(|| Error::field(field, format!("Give a whole number from {from} to {to}"))))
}

/// Reads words that may lack.
pub fn optional(errors: &mut FieldErrors, field: &str, typed: &str, longest: usize) -> Option<String> {
    if typed.trim().is_empty() {
        return Some(String::new());
    }
    errors.take(crate::access::text(field, typed, longest, ""))
}

/// Reads the address that a code leads to: http or https, and fit for a code that scans well on paper.
pub fn link(errors: &mut FieldErrors, field: &str, typed: &str) -> Option<String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Some(String::new());
    }
    let sound = typed.chars().count() <= 200
        && typed.split_once("://").is_some_and(|(scheme, rest)| {
            matches!(scheme, "http" | "https")
                && rest.chars().next().is_some_and(char::is_alphanumeric)
                && !rest.chars().any(|c| c.is_whitespace() || c.is_control())
        });
    let wrong = || {
        Error::field(field, "Give an address that begins with https://, of at most 200 characters, or leave it empty")
    };
    errors.take(if sound { Ok(typed.to_owned()) } else { Err(wrong()) })
}

/// A code to scan as sheets take it; none for no address.
pub fn code(link: &str) -> serde_json::Value {
    if link.is_empty() { serde_json::Value::Null } else { serde_json::json!({ "$qr": link }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_the_web_becomes_a_code() {
        let read = |typed: &str| link(&mut FieldErrors::default(), "link", typed);
        assert_eq!(read(" https://lantern.example/help ").as_deref(), Some("https://lantern.example/help"));
        assert_eq!(read("").as_deref(), Some(""));
        for wrong in [
            "lantern.example",
            "javascript://x",
            "https://",
            "https:// x",
            "ftp://x.example",
            &format!("https://{}", "x".repeat(300)),
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(code("").is_null());
    }

    #[test]
    fn a_number_is_read_within_its_bounds() {
        let mut errors = FieldErrors::default();
        assert_eq!(number(&mut errors, "count", " 12 ", 1, 20), Some(12));
        assert_eq!(number(&mut errors, "count", "21", 1, 20), None);
        assert_eq!(errors.of("count"), "Give a whole number from 1 to 20");
    }
}
