//! Exactly what one account saw, by day and line by line, by record number; the same as a file.

use crate::access::store::accounts::{self, Account};
use crate::audit::paper as on_paper;
use crate::audit::store::{self as audit, DayOf, Line};
use crate::error::Error;
use crate::exports::{Attachment, Mark, Sheet};
use crate::paper;
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, Layout, Path, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    page: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/days.html")]
struct DaysPage {
    layout: Layout,
    account: Account,
    days: Vec<DayOf>,
    paging: Paging,
}

impl DaysPage {
    fn here(&self) -> String {
        format!("/access/accounts/{}/days?", self.account.id)
    }
}

/// `GET /access/accounts/{id}/days`
pub async fn days(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let paging = Paging::asked(&asked.page);
    let (days, total) = audit::days_of(&mut scope, id, paging.skip(), SIZE).await?;
    scope.commit().await?;
    paging.must_be_there(days.len())?;
    Ok(DaysPage { layout, account, days, paging: paging.of(total) }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "access/day.html")]
struct DayPage {
    layout: Layout,
    account: Account,
    day: NaiveDate,
    lines: Vec<Line>,
    paging: Paging,
}

impl DayPage {
    fn here(&self) -> String {
        format!("/access/accounts/{}/days/{}?", self.account.id, self.day)
    }
}

/// `GET /access/accounts/{id}/days/{day}`
pub async fn day(
    viewer: Viewer,
    layout: Layout,
    Path((id, day)): Path<(Uuid, NaiveDate)>,
    Query(asked): Query<Asked>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let paging = Paging::asked(&asked.page);
    let (lines, total) = audit::lines(&mut scope, id, Some(day), paging.skip(), SIZE).await?;
    scope.commit().await?;
    if lines.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(DayPage { layout, account, day, lines, paging: paging.of(total) }.into_response())
}

/// `GET /access/accounts/{id}/seen.csv`: everything, by record number: no name stands in it.
pub async fn file(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    accounts::find(&mut scope, id).await?;
    let (lines, _) = audit::lines(&mut scope, id, None, 0, i64::MAX).await?;
    scope.commit().await?;
    let mark = Mark::now(viewer.name, "Checking access", "");
    let mut sheet = Sheet::new(&mark, ["day", "when", "how", "record", "list", "purpose", "refused"]);
    for line in lines {
        let day = words::day_of(line.at).to_string();
        let when = line.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let record = line.record.map(|id| id.to_string()).unwrap_or_default();
        let refused = line.refused.map(|r| r.what()).unwrap_or_default();
        let list = line.list.unwrap_or_default();
        sheet.row([day.as_str(), &when, line.how, &record, &list, &line.purpose, &refused]);
    }
    Ok(Attachment::csv("what-one-account-saw-by-record-number.csv", sheet).into_response())
}

/// `GET /access/accounts/{id}/seen.pdf`: the same on paper.
pub async fn paper(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let figures = audit::figures(&mut scope, id).await?;
    let (days, _) = audit::days_of(&mut scope, id, 0, 1000).await?;
    let most = i64::try_from(on_paper::MOST).unwrap_or(i64::MAX).saturating_add(1);
    let (lines, _) = audit::lines(&mut scope, id, None, 0, most).await?;
    scope.commit().await?;
    let stamp = Mark::now(viewer.name, "Checking access", "").stamp();
    let bytes = paper::typeset(on_paper::by_record(&account, &figures, &days, &lines, stamp)).await?;
    Ok(Attachment::pdf("what-one-account-saw-by-record-number.pdf", bytes).into_response())
}
