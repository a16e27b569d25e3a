//! `/materials/pads` and `/materials/night-pack`: which districts, for which poll, how many rounds; and printing them.

use super::read::{self, District, Wanted};
use super::room::{self, Pages};
use crate::database::Scoped;
use crate::materials::Kind;
use crate::materials::making::{optional, shortened};
use crate::materials::press::Work;
use crate::materials::runs::{self, NewRun};
use crate::polls;
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

/// The most rounds of knocking up: they go out three or four times.
const MOST_ROUNDS: u8 = 6;

/// The longest words for whom to ring.
const LONGEST_CONTACT: usize = 160;

/// So many days after a poll its pads are destroyed at the latest: time to enter what came back on them.
const DAYS_AFTER: i64 = 14;

/// The choices as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    poll: String,
    district: Vec<String>,
    group: Vec<String>,
    rounds: String,
    style: String,
    contact: String,
    /// Drawn with the form, so that one sent twice makes one run.
    #[serde(skip_serializing)]
    asked: String,
}

impl Default for Typed {
    fn default() -> Self {
        let nothing = String::new;
        Typed {
            poll: nothing(),
            district: Vec::new(),
            group: vec!["for".into()],
            rounds: "3".into(),
            style: "usual".into(),
            contact: nothing(),
            asked: nothing(),
        }
    }
}

impl Typed {
    fn chose(&self, district: &District) -> bool {
        self.district.contains(&district.area_no.to_string())
    }

    fn has(&self, group: &str) -> bool {
        self.group.iter().any(|g| g == group)
    }

    fn wanted(&self, districts: &[District], errors: &mut FieldErrors) -> Wanted {
        let chosen: Vec<i32> = districts.iter().filter(|d| self.chose(d)).map(|d| d.area_no).collect();
        if chosen.is_empty() {
            errors.add("district", "Tick at least one polling district");
        }
        let groups: Vec<&'static str> = ["for", "leaning"].into_iter().filter(|g| self.has(g)).collect();
        if groups.is_empty() {
            errors.add("group", "Tick who counts as a promise");
        }
        Wanted { districts: chosen, groups, poll: self.poll.parse().unwrap_or_default() }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/pads/new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    kind: Kind,
    polls: Vec<polls::Coming>,
    districts: Vec<District>,
    /// The poll that promises are counted for: the chosen one, or the next.
    counted: String,
    promises: HashMap<i32, i64>,
    typed: Typed,
}

impl NewPage {
    /// How many promises a district has.
    fn promised(&self, district: &District) -> i64 {
        self.promises.get(&district.area_no).copied().unwrap_or_default()
    }

    fn is_pack(&self) -> bool {
        self.kind == Kind::NightPack
    }
}

/// Which districts are ticked at first.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `yes` or `no`; otherwise as is usual.
    all: String,
}

/// `GET /materials/pads`
pub async fn pads(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    new(viewer, layout, Kind::Pads, &asked).await
}

/// `GET /materials/night-pack`
pub async fn pack(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    new(viewer, layout, Kind::NightPack, &asked).await
}

async fn new(viewer: Viewer, layout: Layout, kind: Kind, asked: &Asked) -> Answer {
    let mut scope = viewer.scope().await?;
    let districts = read::districts(&mut scope).await?;
    // Of a pack nothing is left out; a pad is usually one district's.
    let all = match asked.all.as_str() {
        "yes" => true,
        "no" => false,
        _ => kind == Kind::NightPack || districts.len() == 1,
    };
    let district = districts.iter().filter(|_| all).map(|d| d.area_no.to_string()).collect();
    let typed = Typed { district, contact: format!("{}, {}", viewer.name, viewer.email), ..Typed::default() };
    draw(scope, layout, kind, districts, typed, FieldErrors::default()).await
}

async fn draw(
    mut scope: Scoped,
    layout: Layout,
    kind: Kind,
    districts: Vec<District>,
    typed: Typed,
    errors: FieldErrors,
) -> Answer {
    let numbers: Vec<i32> = districts.iter().map(|d| d.area_no).collect();
    let polls = polls::to_come(&mut scope, Some(&numbers)).await?;
    let poll = polls.iter().find(|p| p.id.to_string() == typed.poll).or(polls.first());
    let promises = match poll {
        Some(poll) => read::promised(&mut scope, poll.id, &poll.intention_kind).await?,
        None => HashMap::new(),
    };
    let counted = poll.map(|p| p.name.clone()).unwrap_or_default();
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, NewPage { layout, errors, kind, polls, districts, counted, promises, typed }).into_response())
}

/// `POST /materials/pads`
pub async fn make_pads(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    make(viewer, layout, Kind::Pads, typed).await
}

/// `POST /materials/night-pack`
pub async fn make_pack(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    make(viewer, layout, Kind::NightPack, typed).await
}

async fn make(viewer: Viewer, layout: Layout, kind: Kind, typed: Typed) -> Answer {
    let mut scope = viewer.scope().await?;
    let districts = read::districts(&mut scope).await?;
    let mut errors = FieldErrors::default();
    let mut wanted = typed.wanted(&districts, &mut errors);
    let rounds = typed.rounds.parse::<u8>().ok().filter(|n| (1..=MOST_ROUNDS).contains(n));
    if rounds.is_none() {
        errors.add("rounds", "Give a number of rounds from 1 to 6");
    }
    let contact = optional(&mut errors, "contact", &typed.contact, LONGEST_CONTACT);
    let poll = errors.take(read::poll(&mut scope, wanted.poll).await);
    let elsewhere = poll.as_ref().map(|poll| wanted.keep_to(poll, &mut errors)).unwrap_or_default();
    let (Some(poll), Some(rounds), Some(contact), false) = (poll, rounds, contact, errors.any()) else {
        return draw(scope, layout, kind, districts, typed, errors).await;
    };
    let seen = read::promises(&mut scope, &wanted, &poll).await?;
    let seen = match kind {
        Kind::NightPack => seen.and(room::read(&mut scope, &wanted, &poll).await?).map(room::put_first),
        _ => seen.map(|(parts, recipients)| Pages { parts, recipients, ..Pages::default() }),
    };
    let (Pages { parts, recipients, helpers, organise }, seen) = seen.for_the_press();
    if recipients.is_empty() && kind == Kind::Pads {
        errors.add("district", "Nobody there has said that they will vote for us and goes to the polling station");
        return draw(scope, layout, kind, districts, typed, errors).await;
    }
    // It is used until the poll closes, however early it is printed, and for nothing afterwards.
    let destroy = words::date(poll.day + TimeDelta::days(DAYS_AFTER));
    let foot = format!(
        "Printed by {}, {}, for {}. Destroy it once the poll is over, by {destroy} at the latest.",
        viewer.name,
        words::moment(Utc::now()),
        viewer.purpose
    );
    let style = crate::materials::canvass_cards::Style::parse(&typed.style);
    let common = json!({
        "style": style, "poll": poll.name, "foot": foot, "rounds": rounds, "night": kind == Kind::NightPack,
        "contact": crate::electors::folding::clean(&contact),
    });
    let letters = |of: &[i32]| -> Vec<&str> {
        districts.iter().filter(|d| of.contains(&d.area_no)).map(|d| d.letters.as_str()).collect()
    };
    let new = NewRun {
        kind,
        title: title(kind, &letters(&wanted.districts), &letters(&elsewhere)),
        area: viewer.area,
        selection: None,
        template: None,
        list: None,
        settings: json!({
            "poll": poll.id, "districts": wanted.districts, "groups": wanted.groups, "rounds": rounds, "organise": organise,
        }),
        imprint: Vec::new(),
        items: i32::try_from(recipients.len().max(1)).unwrap_or(i32::MAX),
        recipients,
        helpers,
        again_of: None,
        asked: runs::pressed(&typed.asked, kind, &typed),
        work: Work { sheet: "pads", common, parts, ..Work::default() },
    };
    let number = runs::begin(&mut scope, new).await?.finish(scope, seen).await?;
    Ok(see_other(&format!("/materials/runs/{number}")))
}

/// What the run is called: its districts, and those that were ticked and are not in it, since the poll is not held there.
fn title(kind: Kind, letters: &[&str], elsewhere: &[&str]) -> String {
    let named = |of: &[&str]| match of.len() {
        0..=6 => of.join(", "),
        many => words::count(many, "district", "districts"),
    };
    let what = if kind == Kind::NightPack { "Night-before pack" } else { "Knocking-up pads" };
    let left_out = match elsewhere {
        [] => String::new(),
        some => format!(". Not at this poll: {}", named(some)),
    };
    shortened(&format!("{what}: {}{left_out}", named(letters)))
}
