//! `/members/matches`: members beside the electors they may be.

use super::super::matches::{self, Pair, Verdict};
use crate::electors::ElectorId;
use crate::web::paging::Paging;
use crate::web::{Answer, Form, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "members/matches.html")]
struct MatchesPage {
    layout: Layout,
    pairs: Vec<Pair>,
    paging: Paging,
}

/// Which page of pairs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    page: String,
}

/// `GET /members/matches`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let open = matches::open_count(&mut scope).await?;
    let paging = Paging::asked(&asked.page).within(open);
    let pairs = matches::pairs(&mut scope, paging).await?;
    let pairs = scope.finish(pairs).await?;
    Ok(MatchesPage { layout, pairs, paging }.into_response())
}

/// Which pair, and what of it.
#[derive(Debug, Deserialize)]
pub struct Decision {
    person: Uuid,
    elector: ElectorId,
    verdict: Verdict,
    #[serde(default)]
    page: String,
}

/// `POST /members/matches`
pub async fn decide(viewer: Viewer, Form(said): Form<Decision>) -> Answer {
    let mut scope = viewer.scope().await?;
    matches::decide(&mut scope, said.person, said.elector, said.verdict).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/matches?page={}", Paging::asked(&said.page).page())))
}
