//! Ending all access of an account: the page that says what will stop, the receipt of each end, giving it back, the letter.

use super::grant::Why;
use crate::access::door::{self, About};
use crate::access::store::accounts::{self, Account};
use crate::access::store::ending::{self, Consequences, Ending, Given, GivenAccount, Held};
use crate::access::text;
use crate::audit::store::{self as audit, Tried};
use crate::audit::{Day, Figures, PersonSeen};
use crate::database::Scoped;
use crate::error::Error;
use crate::exports::store::{self as exports, Fetched};
use crate::mail::{self, Form as Letter, To};
use crate::web::paging::Paging;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Utc;
use chrono_tz::Europe::London;
use serde::Deserialize;
use uuid::Uuid;

/// Why access ends, and what else ends with it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    pub(super) reason: String,
    /// Grants that they gave.
    grant: Vec<Uuid>,
    /// Accounts that came in by them.
    account: Vec<Uuid>,
}

/// What led here.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct From {
    alert: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/end-access.html")]
struct EndPage {
    layout: Layout,
    errors: FieldErrors,
    account: Account,
    stops: Consequences,
    hindrance: Option<&'static str>,
    given: Vec<Given>,
    came: Vec<GivenAccount>,
    form: EndForm,
}

/// `GET /access/accounts/{id}/end-access`
pub async fn form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(from): Query<From>) -> Answer {
    // Asked for by the data protection officer: the reason on record names the alert, and no more.
    let reason = from.alert.parse::<u32>().map(|n| format!("Asked for after alert No. {n}")).unwrap_or_default();
    page(viewer, layout, id, FieldErrors::default(), EndForm { reason, ..EndForm::default() }).await
}

async fn page(viewer: Viewer, layout: Layout, id: Uuid, errors: FieldErrors, form: EndForm) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let stops = ending::consequences(&mut scope, id).await?;
    let hindrance = ending::hindrance(&mut scope, id).await?;
    let (given, came) = ending::by_them(&mut scope, id).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, EndPage { layout, errors, account, stops, hindrance, given, came, form }).into_response())
}

/// `POST /access/accounts/{id}/end-access`
pub async fn end(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(form): Form<EndForm>,
) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 500, "Say why, for the record")) else {
        return page(viewer, layout, id, errors, form).await;
    };
    let mut scope = viewer.scope().await?;
    let name = accounts::find(&mut scope, id).await?.name;
    let stopped = ending::end_access(&mut scope, id, &reason).await?;
    ending::end_given(&mut scope, id, &name, (&form.grant, &form.account), &reason).await?;
    scope.commit().await?;
    sweep(&app);
    Ok(see_other(&match stopped.ending {
        Some(ending) => format!("/access/endings/{ending}"),
        None => format!("/access/accounts/{id}/receipt"),
    }))
}

/// What waits for nobody any more goes, after the answer: it may be a million staged rows.
pub(in crate::access) fn sweep(app: &App) {
    let database = app.database.clone();
    app.background.spawn(async move {
        if let Err(error) = door::sweep_imports(&database).await {
            tracing::warn!(%error, cause = error.cause(), "imports of who has no access any more are swept away later");
        }
    });
}

/// `POST /access/endings/{id}/given`: what they gave, ended afterwards.
pub async fn end_given(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Form(form): Form<EndForm>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let ending = ending::find(&mut scope, id).await?;
    let reason = if form.reason.trim().is_empty() { ending.reason.clone() } else { form.reason.trim().to_owned() };
    let reason = text("reason", &reason, 500, "Say why, for the record")?;
    let group =
        ending::end_given(&mut scope, ending.account, &ending.name, (&form.grant, &form.account), &reason).await?;
    scope.commit().await?;
    let Some(group) = group else {
        return Err(Error::Conflict("Nothing was ended. Tick what is to end first; your own access stays".into()));
    };
    sweep(&app);
    Ok(see_other(&format!("/access/endings/groups/{group}")))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/receipt.html")]
struct ReceiptPage {
    layout: Layout,
    account: Account,
    ending: Option<Ending>,
    lists: Vec<Held>,
    figures: Figures,
    files: Vec<Fetched>,
    people: Vec<PersonSeen>,
    paging: Paging,
    days: Vec<Day>,
    tried: Tried,
    given: Vec<Given>,
    came: Vec<GivenAccount>,
    written: bool,
    printed_by: String,
}

/// One bar of the fourteen days, in the drawing's own units.
struct Bar {
    x: usize,
    y: f64,
    height: f64,
}

impl ReceiptPage {
    fn here(&self) -> String {
        match &self.ending {
            Some(ending) => format!("/access/endings/{}", ending.id),
            None => format!("/access/accounts/{}/receipt", self.account.id),
        }
    }

    fn busiest(&self) -> Option<Day> {
        self.days.iter().copied().filter(|d| d.people > 0).max_by_key(|d| d.people)
    }

    /// Bars 16 wide, 20 apart, at most 38 high; a day without anybody is a hairline.
    fn bars(&self) -> Vec<Bar> {
        let most = self.days.iter().map(|d| d.people).max().unwrap_or(0).max(1);
        let bar = |(i, day): (usize, &Day)| {
            // A share of 38 units, to a tenth: small numbers.
            #[allow(clippy::cast_precision_loss)]
            let share = (380.0 * day.people as f64 / most as f64).round() / 10.0;
            let height = if day.people == 0 { 0.3 } else { share.max(1.0) };
            Bar { x: 2 + i * 20, y: 40.0 - height, height }
        };
        self.days.iter().enumerate().map(bar).collect()
    }
}

/// Which page of the people seen, and what was done just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    page: String,
    written: Option<u8>,
}

/// `GET /access/accounts/{id}/receipt`: of the newest end, or of what was seen until now.
pub async fn newest_receipt(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let ending = ending::latest(&mut scope, id).await?;
    draw_receipt(scope, viewer, layout, id, ending, asked).await
}

/// `GET /access/endings/{id}`
pub async fn receipt(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let ending = ending::find(&mut scope, id).await?;
    draw_receipt(scope, viewer, layout, ending.account, Some(ending), asked).await
}

async fn draw_receipt(
    mut scope: Scoped,
    viewer: Viewer,
    layout: Layout,
    id: Uuid,
    ending: Option<Ending>,
    asked: Asked,
) -> Answer {
    let account = accounts::find(&mut scope, id).await?;
    let figures = audit::figures(&mut scope, id).await?;
    let paging = Paging::asked(&asked.page);
    let (people, total) = audit::people(&mut scope, id, paging.skip(), crate::web::paging::SIZE).await?;
    let until = ending.as_ref().map_or_else(Utc::now, |e| e.at);
    let days = audit::days(&mut scope, id, until).await?;
    let files = exports::fetched_by(&mut scope, id).await?;
    let (given, came) = ending::by_them(&mut scope, id).await?;
    let (lists, tried) = match &ending {
        Some(e) => {
            (ending::held_then(&mut scope, e).await?, audit::tried(&mut scope, id, e.at, e.given_back_at, 50).await?)
        }
        None => (Vec::new(), Tried::default()),
    };
    scope.commit().await?;
    paging.must_be_there(people.len())?;
    let paging = paging.of(total);
    let printed_by = format!("{}, {}", viewer.name, words::moment(Utc::now()));
    let written = asked.written.is_some();
    let page = ReceiptPage {
        layout,
        account,
        ending,
        lists,
        figures,
        files,
        people,
        paging,
        days,
        tried,
        given,
        came,
        written,
        printed_by,
    };
    Ok(page.into_response())
}

/// 7:12:04.318 pm: an ending is told to the millisecond.
pub(super) fn to_the_millisecond(at: impl words::When) -> String {
    let local = at.when().with_timezone(&London);
    local.format("%-I:%M:%S%.3f").to_string() + &format!("\u{a0}{}", local.format("%P"))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/give-back.html")]
struct GiveBackPage {
    layout: Layout,
    errors: FieldErrors,
    ending: Ending,
    reason: String,
}

const NOTHING: &str = "There is nothing to give back: access lives, or every grant has run out";

/// `GET /access/accounts/{id}/give-back`: of the newest end with something to give back.
pub async fn give_back_newest_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let ending = newest_unspent(&viewer, id).await?;
    give_back_page(viewer, layout, ending, FieldErrors::default(), String::new()).await
}

/// `POST /access/accounts/{id}/give-back`
pub async fn give_back_newest(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, form: Form<Why>) -> Answer {
    let ending = newest_unspent(&viewer, id).await?;
    give_back(viewer, layout, Path(ending), form).await
}

async fn newest_unspent(viewer: &Viewer, account: Uuid) -> Result<Uuid, Error> {
    let mut scope = viewer.scope().await?;
    accounts::find(&mut scope, account).await?;
    let ending = ending::unspent(&mut scope, account).await?;
    scope.commit().await?;
    Ok(ending.ok_or_else(|| Error::Conflict(NOTHING.into()))?.id)
}

/// `GET /access/endings/{id}/give-back`
pub async fn give_back_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    give_back_page(viewer, layout, id, FieldErrors::default(), String::new()).await
}

async fn give_back_page(viewer: Viewer, layout: Layout, id: Uuid, errors: FieldErrors, reason: String) -> Answer {
    let mut scope = viewer.scope().await?;
    let ending = ending::find(&mut scope, id).await?;
    scope.commit().await?;
    if ending.unspent == 0 {
        return Err(Error::Conflict(NOTHING.into()));
    }
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, GiveBackPage { layout, errors, ending, reason }).into_response())
}

/// `POST /access/endings/{id}/give-back`
pub async fn give_back(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 400, "Say why, for the record")) else {
        return give_back_page(viewer, layout, id, errors, form.reason).await;
    };
    let mut scope = viewer.scope().await?;
    let account = ending::find(&mut scope, id).await?.account;
    ending::give_back(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/accounts/{account}?said=access-back")))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/letter.html")]
struct LetterPage {
    layout: Layout,
    about: About,
    account: Account,
    ending: Ending,
    lists: Vec<Held>,
    figures: Figures,
    today: String,
}

/// `GET /access/endings/{id}/letter`: asks for the return of what no server can take back; for paper.
pub async fn letter(State(app): State<App>, viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let about = door::about(&app.database).await?;
    let mut scope = viewer.scope().await?;
    let ending = ending::find(&mut scope, id).await?;
    let account = accounts::find(&mut scope, ending.account).await?;
    let lists = ending::held_then(&mut scope, &ending).await?;
    let figures = audit::figures(&mut scope, ending.account).await?;
    scope.commit().await?;
    let today = words::date(words::day_of(Utc::now()));
    Ok(LetterPage { layout, about, account, ending, lists, figures, today }.into_response())
}

/// `POST /access/endings/{id}/letter`: the same by email.
pub async fn send_letter(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let ending = ending::find(&mut scope, id).await?;
    mail::store::queue(&mut scope, To::Account(ending.account), &Letter::AccessEnded { at: ending.at }).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/endings/{id}?written=1")))
}
