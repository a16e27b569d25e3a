//! `/protection`: who saw what. The pages of the data protection officer, each look at a name on record.

pub mod account;
pub mod elector;
pub mod person;
pub mod seal;

use crate::access::store::accounts::{self, Accounts};
use crate::audit::store::{self, Busy};
use crate::web::paging::Paging;
use crate::web::{Answer, Form, Layout, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "audit/protection.html")]
struct ProtectionPage {
    layout: Layout,
    words: String,
    /// Accounts that the words find; None: nothing was asked.
    found: Option<Accounts>,
    paging: Paging,
    busiest: Vec<Busy>,
}

/// `GET /protection`
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let busiest = store::busiest(&mut scope).await?;
    scope.commit().await?;
    let paging = Paging::asked("");
    Ok(ProtectionPage { layout, words: String::new(), found: None, paging, busiest }.into_response())
}

/// Words to find, posted.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    pub(super) q: String,
    #[serde(default)]
    page: String,
}

/// `POST /protection/accounts`
pub async fn find_account(viewer: Viewer, layout: Layout, Form(form): Form<Search>) -> Answer {
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(&form.page);
    let found = accounts::list(&mut scope, form.q.trim(), paging.skip()).await?;
    scope.commit().await?;
    let paging = paging.of(found.total);
    let words = form.q.trim().to_owned();
    Ok(ProtectionPage { layout, words, found: Some(found), paging, busiest: Vec::new() }.into_response())
}
