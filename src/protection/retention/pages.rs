//! `/protection/retention`: how long what is kept, what is due, and its destruction with a certificate.

use super::store::{self, Bounds, Change};
use super::{By, KINDS, Kind, Run, Standing, by_person, job, of_key};
use crate::access::text;
use crate::error::Error;
use crate::exports::Attachment;
use crate::paper;
use crate::protection::{Bare, paper as on_paper};
use crate::web::paging::Paging;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "protection/retention.html")]
struct RetentionPage {
    layout: Layout,
    standing: Vec<Standing>,
    night: Vec<(&'static Kind, i64, DateTime<Utc>)>,
    runs: Vec<Run>,
    paging: Paging,
}

impl RetentionPage {
    fn of(&self, by: By) -> Vec<&Standing> {
        self.standing.iter().filter(|s| s.kind.by == by).collect()
    }

    /// Destroyed last night of a kind, and when.
    fn last(&self, kind: &Kind) -> Option<(i64, DateTime<Utc>)> {
        self.night.iter().find(|n| n.0 == kind).map(|n| (n.1, n.2))
    }

    fn due(&self) -> i64 {
        self.of(By::Person).iter().map(|s| s.due).sum()
    }

    fn running(&self) -> Option<&Run> {
        self.runs.iter().find(|r| r.is_running())
    }
}

/// Which page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// `GET /protection/retention`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(&asked.page);
    let standing = store::standing(&mut scope).await?;
    let night = store::last_night(&mut scope).await?;
    let (runs, total) = store::runs(&mut scope, None, paging.skip()).await?;
    scope.commit().await?;
    paging.must_be_there(runs.len())?;
    Ok(RetentionPage { layout, standing, night, runs, paging: paging.of(total) }.into_response())
}

/// A new period, as typed.
#[derive(Deserialize, Default)]
pub struct PeriodForm {
    #[serde(default)]
    days: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/kind.html")]
struct KindPage {
    layout: Layout,
    errors: FieldErrors,
    form: PeriodForm,
    standing: Standing,
    bounds: Bounds,
    changes: Vec<Change>,
}

/// `GET /protection/retention/kinds/{kind}`
pub async fn kind(viewer: Viewer, layout: Layout, Path(key): Path<String>) -> Answer {
    kind_page(viewer, layout, &key, None, FieldErrors::default()).await
}

async fn kind_page(viewer: Viewer, layout: Layout, key: &str, form: Option<PeriodForm>, errors: FieldErrors) -> Answer {
    let kind = of_key(key).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let standing = store::standing_of(&mut scope, kind).await?;
    let bounds = store::bounds(&mut scope, kind).await?;
    let changes = store::changes(&mut scope, kind).await?;
    scope.commit().await?;
    let form = form.unwrap_or(PeriodForm { days: standing.days.to_string(), reason: String::new() });
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, KindPage { layout, errors, form, standing, bounds, changes }).into_response())
}

/// `POST /protection/retention/kinds/{kind}`
pub async fn set_period(
    viewer: Viewer,
    layout: Layout,
    Path(key): Path<String>,
    Form(form): Form<PeriodForm>,
) -> Answer {
    let kind = of_key(&key).ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let days = form.days.trim().parse::<i32>().map_err(|_| Error::field("days", "Give a number of days"));
    let days = errors.take(days);
    let reason = errors.take(text("reason", &form.reason, 500, "Say why the period changes"));
    if let (Some(days), Some(reason)) = (days, reason) {
        let mut scope = viewer.scope().await?;
        if errors.take_invalid(store::set_period(&mut scope, kind, days, &reason).await)?.is_some() {
            scope.commit().await?;
            return Ok(see_other(&format!("/protection/retention/kinds/{key}")));
        }
    }
    kind_page(viewer, layout, &key, Some(form), errors).await
}

/// What is to be destroyed, and why.
#[derive(Deserialize, Default)]
pub struct RunForm {
    #[serde(default)]
    kind: Vec<String>,
    #[serde(default)]
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/destroy.html")]
struct DestroyPage {
    layout: Layout,
    errors: FieldErrors,
    standing: Vec<Standing>,
    chosen: Vec<String>,
    reason: String,
}

impl DestroyPage {
    fn due(&self) -> Vec<&Standing> {
        self.standing.iter().filter(|s| s.due > 0).collect()
    }

    fn is_chosen(&self, kind: &Kind) -> bool {
        self.chosen.iter().any(|c| c == kind.key)
    }
}

/// `GET /protection/retention/runs/new`: the dry run.
pub async fn ask(viewer: Viewer, layout: Layout) -> Answer {
    let all = KINDS.iter().map(|k| k.key.to_owned()).collect();
    destroy_page(viewer, layout, RunForm { kind: all, reason: String::new() }, FieldErrors::default()).await
}

async fn destroy_page(viewer: Viewer, layout: Layout, form: RunForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut standing = Vec::new();
    for kind in KINDS.iter().filter(|k| by_person(k)) {
        standing.push(store::standing_of(&mut scope, kind).await?);
    }
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (chosen, reason) = (form.kind, form.reason);
    Ok((status, DestroyPage { layout, errors, standing, chosen, reason }).into_response())
}

/// `POST /protection/retention/runs`
pub async fn begin(State(app): State<App>, viewer: Viewer, layout: Layout, Form(form): Form<RunForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let kinds: Vec<&'static Kind> = form.kind.iter().filter_map(|k| of_key(k)).filter(|k| by_person(k)).collect();
    if kinds.is_empty() {
        errors.add("kinds", "Tick at least one kind of data");
    }
    let reason = errors.take(text("reason", &form.reason, 500, "Say why it is destroyed now"));
    let (Some(reason), false) = (reason, errors.any()) else {
        return destroy_page(viewer, layout, form, errors).await;
    };
    let mut scope = viewer.scope().await?;
    let run = store::begin(&mut scope, &kinds, &reason, "").await?;
    scope.commit().await?;
    job::begin(&app, viewer, run);
    Ok(see_other(&format!("/protection/retention/runs/{run}")))
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/run.html")]
struct RunPage {
    layout: Layout,
    run: Run,
    controller: String,
    printed_by: String,
}

/// `GET /protection/retention/runs/{id}`: the progress, then the certificate.
pub async fn run(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let run = store::run(&mut scope, id).await?;
    let controller = crate::settings::store::installation(&mut scope).await?.controller;
    scope.commit().await?;
    Ok(RunPage { layout, run, controller, printed_by: viewer.name }.into_response())
}

/// `GET /protection/retention/runs/{id}/certificate.pdf`
pub async fn certificate(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let run = store::run(&mut scope, id).await?;
    let controller = crate::settings::store::installation(&mut scope).await?.controller;
    scope.commit().await?;
    let document = on_paper::certificate(&run, &controller, &viewer.name).ok_or(Error::NotFound)?;
    Ok(Attachment::pdf("certificate-of-destruction.pdf", paper::typeset(document).await?).into_response())
}

/// `POST /protection/retention/runs/{id}/stop`
pub async fn stop(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::run(&mut scope, id).await?;
    store::stop(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/retention/runs/{id}")))
}

impl KindPage {
    fn hint(&self) -> String {
        format!("Between {} and {}; {} at first.", self.bounds.least, self.bounds.most, self.bounds.usual)
    }
}
