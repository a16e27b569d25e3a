//! `/members/matches`: members beside the electors they may be.

use super::super::matches::{self, Decided, Pair, Verdict};
use crate::database::Seen;
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
    /// What was said a moment ago, and can be taken back.
    decided: Option<Decided>,
}

/// Which page of pairs, and whether one was decided just now: which one stands in no address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    page: String,
    decided: String,
}

/// `GET /members/matches`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let open = matches::open_count(&mut scope).await?;
    let paging = Paging::asked(&asked.page).within(open);
    let pairs = matches::pairs(&mut scope, paging).await?;
    let decided = match asked.decided.as_str() {
        "" => Seen::helpers(None, []),
        _ => matches::decided(&mut scope).await?,
    };
    let (pairs, decided) = scope.finish(pairs.and(decided)).await?;
    Ok(MatchesPage { layout, pairs, paging, decided }.into_response())
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
    let page = Paging::asked(&said.page).page();
    let told = if said.verdict == Verdict::Later { "" } else { "&decided=yes" };
    Ok(see_other(&format!("/members/matches?page={page}{told}")))
}

/// Which pair is a question again.
#[derive(Debug, Deserialize)]
pub struct Withdrawal {
    person: Uuid,
    elector: ElectorId,
    #[serde(default)]
    page: String,
}

/// `POST /members/matches/withdrawal`
pub async fn withdraw(viewer: Viewer, Form(said): Form<Withdrawal>) -> Answer {
    let mut scope = viewer.scope().await?;
    matches::undo(&mut scope, said.person, said.elector).await?;
    scope.commit().await?;
    let page = Paging::asked(&said.page).page();
    Ok(see_other(&format!("/members/matches?page={page}&said=match-open")))
}
