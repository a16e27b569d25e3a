//! `/members/{id}`: one member, and what is written down of them.

use super::super::one::{self, Consent, Page};
use super::super::{CHANNELS, State, matches, today};
use crate::access::Role;
use crate::database::Scoped;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::messages::silence::{self, Silence};
use crate::messages::store::{Had, of_person};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "members/one.html")]
struct OnePage {
    layout: Layout,
    errors: FieldErrors,
    /// Whether the reader keeps members, or is an organiser.
    keeps: bool,
    page: Page,
    typed: Typed,
    /// How many accesses ended with a change of state just made.
    ended: Option<usize>,
    /// Which of their addresses nothing is sent to.
    silences: Vec<Silence>,
    /// What they were sent.
    had: Vec<Had>,
}

impl OnePage {
    fn chose(&self, channel: &str) -> bool {
        self.typed.channel == channel
    }

    fn address_again(&self) -> String {
        format!("/members/{}/address", self.page.member.person)
    }

    fn agreed(&self, channel: &str) -> bool {
        self.page.member.channels.iter().any(|c| c == channel)
    }
}

/// What the forms of the page hold; each sends its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    state: String,
    reason: String,
    paid_until: String,
    how: String,
    channel: String,
    given: String,
    wording: String,
    source: String,
    said: String,
    note: String,
}

/// What was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    ended: String,
}

/// `GET /members/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(done): Query<Done>) -> Answer {
    let page = draw(&viewer, layout, id, FieldErrors::default(), Typed::default()).await?;
    Ok(OnePage { ended: done.ended.parse().ok(), ..page }.into_response())
}

async fn draw(viewer: &Viewer, layout: Layout, id: Uuid, errors: FieldErrors, typed: Typed) -> Answer<OnePage> {
    let keeps = keeps(viewer);
    let mut scope = viewer.scope().await?;
    let seen = match keeps {
        true => one::page(&mut scope, id).await?,
        false => one::page_for_organiser(&mut scope, id).await?,
    };
    let silences = silence::of(&mut scope, id).await?;
    let had = of_person(&mut scope, id).await?;
    let page = scope.finish(seen).await?;
    Ok(OnePage { layout, errors, keeps, page, typed, ended: None, silences, had })
}

fn keeps(viewer: &Viewer) -> bool {
    viewer.role == Role::MembershipSecretary
}

async fn refuse(viewer: &Viewer, layout: Layout, id: Uuid, errors: FieldErrors, typed: Typed) -> Answer {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(viewer, layout, id, errors, typed).await?).into_response())
}

fn reason(errors: &mut FieldErrors, field: &str, given: &str, needed: bool) -> String {
    let reason = clean(given);
    if reason.chars().count() > 500 {
        errors.add(field, "Write it in up to 500 letters");
    } else if needed && reason.is_empty() {
        errors.add(field, "Write why: it stands in the history");
    }
    reason
}

/// `POST /members/{id}/state`
pub async fn set_state(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let member = one::kept(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let state = State::ALL.into_iter().find(|s| s.as_str() == typed.state);
    match state {
        None => errors.add("state", "Choose how the membership stands now"),
        Some(state) if state == member.state => errors.add("state", "It stands like that already. Choose another one"),
        Some(_) => {}
    }
    let why = reason(&mut errors, "reason", &typed.reason, true);
    let (Some(state), false) = (state, errors.any()) else {
        scope.commit().await?;
        return refuse(&viewer, layout, id, errors, typed).await;
    };
    let ended = one::set_state(&mut scope, &member, state, &why).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/{id}?said=member-state&ended={ended}")))
}

/// `POST /members/{id}/payment`
pub async fn pay(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let member = one::kept(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let latest = today() + chrono::TimeDelta::days(366 * 30);
    let until = crate::registers::dates::parse_date(&typed.paid_until, latest)
        .filter(|d| *d <= latest && *d > NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default());
    if until.is_none() {
        errors.add("paid_until", "Write the day that is paid until, for example 31/12/2027");
    }
    let why = reason(&mut errors, "how", &typed.how, false);
    let (Some(until), false) = (until, errors.any()) else {
        scope.commit().await?;
        return refuse(&viewer, layout, id, errors, typed).await;
    };
    one::pay(&mut scope, &member, until, &why).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/{id}?said=member-paid")))
}

/// `POST /members/{id}/consents`
pub async fn record_consent(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let member = one::known(&mut scope, id).await?;
    let consent = match consent(&typed) {
        Ok(consent) => consent,
        Err(errors) => {
            scope.commit().await?;
            return refuse(&viewer, layout, id, errors, typed).await;
        }
    };
    one::record_consent(&mut scope, &member, &consent).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/{id}?said=consent-kept")))
}

fn consent(typed: &Typed) -> Result<Consent, FieldErrors> {
    let mut errors = FieldErrors::default();
    if !CHANNELS.iter().any(|(key, _)| *key == typed.channel) {
        errors.add("channel", "Choose the channel that it is about");
    }
    if !["yes", "no"].contains(&typed.given.as_str()) {
        errors.add("given", "Choose whether they agreed or took it back");
    }
    let (wording, source) = (clean(&typed.wording), clean(&typed.source));
    if wording.is_empty() || wording.chars().count() > 500 {
        errors.add("wording", "Write what they were asked, or said, in up to 500 letters");
    }
    if source.is_empty() || source.chars().count() > 100 {
        errors.add("source", "Write where they said it, in up to 100 letters: membership form, by telephone");
    }
    let day = if typed.said.is_empty() { Some(today()) } else { typed.said.parse::<NaiveDate>().ok() };
    let day = day.filter(|d| *d <= today() && *d > NaiveDate::from_ymd_opt(1990, 1, 1).unwrap_or_default());
    if day.is_none() {
        errors.add("said", "Write the day on which they said it, today or before");
    }
    // Of a day without a time, noon; of today, now.
    let said_at = match day {
        Some(day) if day < today() => {
            words::from_clock(day.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()))
        }
        _ => Utc::now(),
    };
    let (channel, given) = (typed.channel.clone(), typed.given == "yes");
    if errors.any() { Err(errors) } else { Ok(Consent { channel, given, wording, source, said_at }) }
}

/// `POST /members/{id}/notes`
pub async fn add_note(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope: Scoped = viewer.scope().await?;
    let member = one::known(&mut scope, id).await?;
    let note = typed.note.trim().replace('\0', "");
    if note.is_empty() || note.chars().count() > 1000 {
        scope.commit().await?;
        let mut errors = FieldErrors::default();
        errors.add("note", "Write the note in up to 1,000 letters");
        return refuse(&viewer, layout, id, errors, typed).await;
    }
    one::add_note(&mut scope, &member, if keeps(&viewer) { "membership" } else { "campaigning" }, &note).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/{id}?said=note-kept")))
}

/// `POST /members/{id}/elector/unlink`
pub async fn unlink(viewer: Viewer, Path(id): Path<Uuid>) -> Result<axum::response::Response, Error> {
    let mut scope = viewer.scope().await?;
    matches::unlink(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/{id}?said=unlinked")))
}
