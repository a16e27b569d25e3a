//! Ending access of many at once: whom, what will happen, the act, what stopped.

use super::ending::sweep;
use crate::access::store::ending::{self, Candidate, Chosen, Ending, EndingGroup};
use crate::access::{Role, text};
use crate::areas::{self, Area};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

/// Five years hold any campaign.
const LONGEST: i32 = 1827;

/// Whom it is about, as typed, and who is ticked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ChosenForm {
    area: String,
    role: String,
    joined: String,
    unseen: String,
    account: Vec<Uuid>,
    reason: String,
    /// Whether the choice was sent, as against the page just opened.
    asked: u8,
    /// Whether the ticks are somebody's own: the first preview ticks all.
    ticked: Option<u8>,
}

impl ChosenForm {
    fn blank(&self) -> bool {
        [&self.area, &self.role, &self.joined, &self.unseen].iter().all(|f| f.trim().is_empty())
    }

    fn parse(&self, areas: &[Area]) -> Result<Chosen, FieldErrors> {
        let mut errors = FieldErrors::default();
        let area = optional(&self.area, |a| a.parse().ok().filter(|id| areas.iter().any(|x| x.id == *id)));
        let role = optional(&self.role, Role::parse);
        let joined =
            optional(&self.joined, |d| d.parse::<NaiveDate>().ok().filter(|d| *d <= words::day_of(chrono::Utc::now())));
        let unseen = optional(&self.unseen, |n| n.parse::<i32>().ok().filter(|n| (1..=LONGEST).contains(n)));
        for (field, wrong, message) in [
            ("area", area.is_none(), "Choose an area of the list"),
            ("role", role.is_none(), "Choose a role of the list"),
            ("joined", joined.is_none(), "Give a day that is past, for example 2026-11-01"),
            ("unseen", unseen.is_none(), "Give a number of days, from 1 to five years"),
        ] {
            if wrong {
                errors.add(field, message);
            }
        }
        match (area, role, joined, unseen) {
            (Some(area), Some(role), Some(joined), Some(unseen)) => Ok(Chosen { area, role, joined, unseen }),
            _ => Err(errors),
        }
    }
}

/// Nothing typed is Some(None); what cannot be read is None.
fn optional<T>(typed: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    let typed = typed.trim();
    if typed.is_empty() { Some(None) } else { read(typed).map(Some) }
}

/// Whom a choice is about, in words: "Volunteers in Quillbrook, not seen for 60 days".
pub fn in_words(chosen: Chosen, area: Option<&str>) -> String {
    let mut parts = Vec::new();
    parts.push(match (chosen.role, area) {
        (Some(role), Some(area)) => format!("{} in {area}", role.title()),
        (Some(role), None) => role.title().to_owned(),
        (None, Some(area)) => format!("Everybody in {area}"),
        (None, None) => "Everybody".to_owned(),
    });
    parts.extend(chosen.joined.map(|day| format!("who joined on {} or later", words::date(day))));
    parts.extend(chosen.unseen.map(|days| format!("not seen for {}", words::count(days, "day", "days"))));
    parts.join(", ")
}

#[derive(Template, WebTemplate)]
#[template(path = "access/end-many.html")]
struct ChoosePage {
    layout: Layout,
    errors: FieldErrors,
    form: ChosenForm,
    areas: Vec<Area>,
    /// Whom the choice names, in words and one by one; None: nothing was chosen yet.
    found: Option<(String, Vec<Candidate>)>,
}

impl ChoosePage {
    fn roles(&self) -> [Role; 5] {
        Role::ALL
    }

    fn is_ticked(&self, candidate: &Candidate) -> bool {
        candidate.stays.is_none() && (self.form.ticked.is_none() || self.form.account.contains(&candidate.account))
    }

    fn may_end(&self) -> usize {
        self.found.as_ref().map_or(0, |(_, all)| all.iter().filter(|c| c.stays.is_none()).count())
    }

    fn sessions(&self) -> i64 {
        self.sum(|c| c.sessions)
    }

    fn lists(&self) -> i64 {
        self.sum(|c| c.lists)
    }

    fn sum(&self, of: impl Fn(&Candidate) -> i64) -> i64 {
        self.found.as_ref().map_or(0, |(_, all)| all.iter().filter(|c| c.stays.is_none()).map(of).sum())
    }
}

/// `GET /access/end-access`
pub async fn form(viewer: Viewer, layout: Layout, Query(form): Query<ChosenForm>) -> Answer {
    let mut errors = FieldErrors::default();
    if form.asked == 1 && form.blank() {
        errors.add(
            "area",
            "Choose at least one: an area, a role, since when they joined, or for how long they were not seen",
        );
    }
    page(viewer.scope().await?, layout, form, errors).await
}

async fn page(mut scope: Scoped, layout: Layout, form: ChosenForm, mut errors: FieldErrors) -> Answer {
    let areas = areas::store::all(&mut scope).await?;
    let mut found = None;
    if !form.blank() {
        match form.parse(&areas) {
            Ok(chosen) => {
                let words = in_words(chosen, name_of(&areas, chosen));
                found = Some((words, ending::candidates(&mut scope, chosen).await?));
            }
            Err(wrong) => errors.0.extend(wrong.0),
        }
    }
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ChoosePage { layout, errors, form, areas, found }).into_response())
}

fn name_of(areas: &[Area], chosen: Chosen) -> Option<&str> {
    areas.iter().find(|a| Some(a.id) == chosen.area).map(|a| a.name.as_str())
}

/// `POST /access/end-access`
pub async fn end(State(app): State<App>, viewer: Viewer, layout: Layout, Form(form): Form<ChosenForm>) -> Answer {
    let form = ChosenForm { ticked: Some(1), ..form };
    let mut scope = viewer.scope().await?;
    let areas = areas::store::all(&mut scope).await?;
    let mut errors = FieldErrors::default();
    let reason = errors.take(text("reason", &form.reason, 500, "Say why, for the record"));
    let chosen = form.parse(&areas).ok().filter(|c| c.any());
    if chosen.is_none() {
        errors.add("role", "Say whom it is about first");
    } else if form.account.is_empty() {
        errors.add("account", "Tick at least one account");
    }
    let (Some(reason), Some(chosen), false) = (reason, chosen, errors.any()) else {
        return page(scope, layout, form, errors).await;
    };
    let about = in_words(chosen, name_of(&areas, chosen));
    let (group, _) = ending::end_chosen(&mut scope, chosen, &form.account, &about, &reason).await?;
    scope.commit().await?;
    sweep(&app);
    Ok(see_other(&format!("/access/endings/groups/{group}")))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/ending-group.html")]
struct GroupPage {
    layout: Layout,
    group: EndingGroup,
    endings: Vec<Ending>,
    printed_by: String,
}

impl GroupPage {
    fn devices(&self) -> i32 {
        self.endings.iter().map(|e| e.sessions).sum()
    }

    fn grants(&self) -> usize {
        self.endings.iter().map(|e| e.grants.len()).sum()
    }

    fn lists(&self) -> i32 {
        self.endings.iter().map(|e| e.lists).sum()
    }
}

/// `GET /access/endings/groups/{id}`
pub async fn group(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let group = ending::group(&mut scope, id).await?;
    let endings = ending::of_group(&mut scope, id).await?;
    scope.commit().await?;
    if endings.is_empty() {
        return Err(Error::NotFound);
    }
    let printed_by = format!("{}, {}", viewer.name, words::moment(chrono::Utc::now()));
    Ok(GroupPage { layout, group, endings, printed_by }.into_response())
}
