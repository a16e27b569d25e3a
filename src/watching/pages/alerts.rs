//! `/protection/alerts`: the queue, one alert, what is done about it.

use crate::access::{Role, text};
use crate::error::Error;
use crate::protection::breach;
use crate::watching::store::{self, Order, Shown};
use crate::watching::{Alert, Concerned, Event, Rule, Severity, State, Status};
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{TimeDelta, Utc};
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "watching/alerts.html")]
struct ListPage {
    layout: Layout,
    alerts: Vec<Alert>,
    shown: Shown,
    severity: Option<Severity>,
    order: Order,
    paging: Paging,
    status: Status,
    officer: bool,
}

impl ListPage {
    fn here(&self) -> String {
        let severity = self.severity.map_or("", Severity::as_str);
        format!("/protection/alerts?show={}&severity={severity}&sort={}&", self.shown.as_str(), self.order.as_str())
    }

    fn shown_choices(&self) -> [(Shown, &'static str); 3] {
        Shown::ALL
    }

    fn severities(&self) -> [Severity; 3] {
        Severity::ALL
    }

    fn orders(&self) -> [(Order, &'static str); 3] {
        Order::ALL
    }

    fn narrowed(&self) -> bool {
        self.severity.is_some() || self.shown != Shown::All
    }
}

/// Which alerts.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    show: String,
    severity: String,
    sort: String,
    page: String,
}

/// `GET /protection/alerts`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let (shown, order) = (Shown::asked(&asked.show), Order::asked(&asked.sort));
    let severity = Severity::parse(&asked.severity);
    let paging = Paging::asked(&asked.page);
    let mut scope = viewer.scope().await?;
    let (alerts, total) = store::list(&mut scope, shown, severity, order, (paging.skip(), SIZE)).await?;
    let status = store::status(&mut scope).await?;
    scope.commit().await?;
    paging.must_be_there(alerts.len())?;
    let officer = viewer.role == Role::DataProtectionOfficer;
    Ok(ListPage { layout, alerts, shown, severity, order, paging: paging.of(total), status, officer }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "watching/alert.html")]
struct AlertPage {
    layout: Layout,
    errors: FieldErrors,
    alert: Alert,
    concerned: Vec<Concerned>,
    events: Vec<Event>,
    officer: bool,
    form: ActForm,
}

impl AlertPage {
    fn rule(&self) -> Option<&'static Rule> {
        Rule::named(&self.alert.rule)
    }

    fn open(&self) -> bool {
        self.alert.state.is_open()
    }

    fn all_ended(&self) -> bool {
        self.concerned.iter().all(|c| !c.live)
    }

    fn typed(&self, what: &str) -> &str {
        if self.form.what == what { &self.form.words } else { "" }
    }

    fn error_of(&self, what: &str) -> &str {
        if self.form.what == what { self.errors.of("words") } else { "" }
    }
}

/// What is done about an alert, as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ActForm {
    what: String,
    words: String,
}

/// `GET /protection/alerts/{number}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<i64>) -> Answer {
    page(viewer, layout, id, ActForm::default(), FieldErrors::default()).await
}

async fn page(viewer: Viewer, layout: Layout, id: i64, form: ActForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut alert = store::find(&mut scope, id).await?;
    if alert.state == State::New {
        store::seen(&mut scope, id).await?;
        alert.state = State::Seen;
    }
    let concerned = store::concerned(&mut scope, id).await?;
    let events = store::history(&mut scope, id).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let officer = viewer.role == Role::DataProtectionOfficer;
    Ok((status, AlertPage { layout, errors, alert, concerned, events, officer, form }).into_response())
}

/// `POST /protection/alerts/{number}`: explain it, ask for the end of access, close it since access has ended, add a note.
pub async fn act(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<ActForm>) -> Answer {
    let missing = match form.what.as_str() {
        "explained" => "Say what the good reason is: it is kept",
        "asked" => "Say why: administrators read it, and you are named",
        "ended" | "note" => "Say what was done",
        _ => return Err(Error::Conflict("Choose what to do about it first".into())),
    };
    let mut errors = FieldErrors::default();
    let Some(said) = errors.take(text("words", &form.words, 500, missing)) else {
        return page(viewer, layout, id, form, errors).await;
    };
    let mut scope = viewer.scope().await?;
    store::find(&mut scope, id).await?;
    match form.what.as_str() {
        "explained" => store::explain(&mut scope, id, &said).await?,
        "asked" => store::ask_to_end(&mut scope, id, &said).await?,
        "ended" => store::close_ended(&mut scope, id, &said).await?,
        _ => store::note(&mut scope, id, &said).await?,
    }
    scope.commit().await?;
    let said = if form.what == "asked" { "?said=end-asked" } else { "" };
    Ok(see_other(&format!("/protection/alerts/{id}{said}")))
}

/// `POST /protection/alerts/{number}/breach`: a breach record from what is known, with the accounts and their time named.
pub async fn open_breach(viewer: Viewer, Path(id): Path<i64>, Form(_): Form<crate::protection::Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    let alert = store::find(&mut scope, id).await?;
    let span = (alert.first - TimeDelta::minutes(1), alert.last + TimeDelta::minutes(1));
    let facts = breach::forms::Facts {
        title: format!("Alert No. {id}: {}", alert.title()),
        happened: format!("Watching found: {}.", alert.happened()),
        happened_at: Some(alert.first),
        aware_at: Utc::now(),
        found_by: format!("A rule of Hustings, alert No. {id}"),
        kinds: vec!["confidentiality".into()],
        data_kinds: "Names and addresses on the electoral register".into(),
        people_estimate: None,
        consequences: String::new(),
        measures: String::new(),
    };
    let record = breach::store::open(&mut scope, &facts).await?;
    for account in &alert.accounts {
        breach::store::involve_account(&mut scope, record, *account, span).await?;
    }
    store::lead_to_breach(&mut scope, id, record).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/breaches/{record}")))
}
