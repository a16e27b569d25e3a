//! Ending all access of an account: the page that says what will stop, the receipt, giving it back.

use super::grant::Why;
use crate::access::store::accounts::{self, Account};
use crate::access::store::ending::{self, Consequences, Ending};
use crate::access::text;
use crate::audit::{self, Day, Figures, PersonSeen, Refusal};
use crate::error::Error;
use crate::web::paging::Paging;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Utc;
use chrono_tz::Europe::London;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "access/end-access.html")]
struct EndPage {
    layout: Layout,
    errors: FieldErrors,
    account: Account,
    stops: Consequences,
    hindrance: Option<&'static str>,
    reason: String,
}

/// `GET /access/accounts/{id}/end-access`
pub async fn form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    page(viewer, layout, id, FieldErrors::default(), String::new()).await
}

async fn page(viewer: Viewer, layout: Layout, id: Uuid, errors: FieldErrors, reason: String) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let stops = ending::consequences(&mut scope, id).await?;
    let hindrance = ending::hindrance(&mut scope, id).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, EndPage { layout, errors, account, stops, hindrance, reason }).into_response())
}

/// `POST /access/accounts/{id}/end-access`
pub async fn end(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 500, "Say why, for the record")) else {
        return page(viewer, layout, id, errors, form.reason).await;
    };
    let mut scope = viewer.scope().await?;
    ending::end_access(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/accounts/{id}/receipt")))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/receipt.html")]
struct ReceiptPage {
    layout: Layout,
    account: Account,
    ending: Option<Ending>,
    figures: Figures,
    people: Vec<PersonSeen>,
    paging: Paging,
    days: Vec<Day>,
    tried: Vec<Refusal>,
    tried_total: i64,
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
        format!("/access/accounts/{}/receipt?", self.account.id)
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

/// Which page of the people seen.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// `GET /access/accounts/{id}/receipt`
pub async fn receipt(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let ending = ending::last_ending(&mut scope, id).await?;
    let figures = audit::store::figures(&mut scope, id).await?;
    let paging = Paging::asked(&asked.page);
    let (people, total) = audit::store::people(&mut scope, id, paging.skip(), crate::web::paging::SIZE).await?;
    let until = ending.as_ref().map_or_else(Utc::now, |e| e.at);
    let days = audit::store::days(&mut scope, id, until).await?;
    let (tried, tried_total) = match &ending {
        Some(ending) => audit::store::refusals(&mut scope, id, Some(ending.at), 50).await?,
        None => (Vec::new(), 0),
    };
    scope.commit().await?;
    let paging = paging.of(total);
    let printed_by = format!("{}, {}", viewer.name, words::moment(Utc::now()));
    let page = ReceiptPage { layout, account, ending, figures, people, paging, days, tried, tried_total, printed_by };
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
    account: Account,
    ending: Ending,
    reason: String,
}

/// `GET /access/accounts/{id}/give-back`
pub async fn give_back_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    give_back_page(viewer, layout, id, FieldErrors::default(), String::new()).await
}

async fn give_back_page(viewer: Viewer, layout: Layout, id: Uuid, errors: FieldErrors, reason: String) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let ending = ending::last_ending(&mut scope, id).await?;
    scope.commit().await?;
    let Some(ending) = ending.filter(|e| e.unspent > 0) else {
        return Err(Error::Conflict("There is nothing to give back: access lives, or every grant has run out".into()));
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, GiveBackPage { layout, errors, account, ending, reason }).into_response())
}

/// `POST /access/accounts/{id}/give-back`
pub async fn give_back(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 400, "Say why, for the record")) else {
        return give_back_page(viewer, layout, id, errors, form.reason).await;
    };
    let mut scope = viewer.scope().await?;
    ending::give_back(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/accounts/{id}")))
}
