//! Everything that one account saw and was refused, in order; by name, and as a file.

use crate::access::store::accounts::{self, Account};
use crate::audit::store::{self, Looks};
use crate::audit::{Figures, paper as on_paper};
use crate::exports::{Attachment, Mark, Sheet};
use crate::paper;
use crate::web::paging::Paging;
use crate::web::{Answer, Form, Layout, Path, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "audit/account.html")]
struct AccountPage {
    layout: Layout,
    account: Account,
    password: Option<accounts::PasswordSet>,
    figures: Figures,
    refused: i64,
    looks: Looks,
    newest_first: bool,
    paging: Paging,
}

impl AccountPage {
    fn here(&self) -> String {
        let order = if self.newest_first { "" } else { "order=oldest&" };
        format!("/protection/accounts/{}?{order}", self.account.id)
    }
}

/// Which page, in which order.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
    #[serde(default)]
    order: String,
}

/// `GET /protection/accounts/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let password = accounts::password_set(&mut scope, id).await?;
    let figures = store::figures(&mut scope, id).await?;
    let (_, refused) = store::refusals(&mut scope, id, None, 1).await?;
    let paging = Paging::asked(&asked.page);
    let newest_first = asked.order != "oldest";
    let looks = store::looks(&mut scope, id, newest_first, paging.skip()).await?;
    let looks = scope.finish(looks).await?;
    paging.must_be_there(looks.rows.len())?;
    let paging = paging.of(looks.total);
    Ok(AccountPage { layout, account, password, figures, refused, looks, newest_first, paging }.into_response())
}

/// As what the file is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    format: String,
}

/// `POST /protection/accounts/{id}/file`: the same whole, as CSV or PDF. A post, since it takes names away and is on record so.
pub async fn file(viewer: Viewer, Path(id): Path<Uuid>, Form(wanted): Form<Wanted>) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let figures = store::figures(&mut scope, id).await?;
    let (days, _) = store::days_of(&mut scope, id, 0, 1000).await?;
    let everything = store::everything(&mut scope, id).await?;
    let everything = scope.finish(everything).await?;
    let mark = Mark::now(viewer.name, "Who saw what", "");
    if wanted.format == "pdf" {
        let bytes = paper::typeset(on_paper::by_name(&account, &figures, &days, &everything, mark.stamp())).await?;
        return Ok(Attachment::pdf("what-one-account-saw.pdf", bytes).into_response());
    }
    let mut sheet = Sheet::new(&mark, ["when", "how", "record", "name", "number", "list", "purpose", "refused"]);
    for look in everything {
        let (record, name, number) = look.person.map(|(id, n, no)| (id.to_string(), n, no)).unwrap_or_default();
        let when = look.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let refused = look.refused.map(|r| r.what()).unwrap_or_default();
        let list = look.list.unwrap_or_default();
        sheet.row([when.as_str(), look.how, &record, &name, &number, &list, &look.purpose, &refused]);
    }
    Ok(Attachment::csv("what-one-account-saw.csv", sheet).into_response())
}
