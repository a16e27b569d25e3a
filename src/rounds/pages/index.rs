//! `/rounds`: the rounds of the area, with bundle, deliverer and what was delivered last.

use super::{Said, said};
use crate::rounds::store::{self, Show};
use crate::rounds::{Round, homes};
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, Layout, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

/// Which rounds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
    q: String,
    page: String,
}

/// A round with its figures.
struct Row {
    round: Round,
    bundle: i64,
    left_out: i64,
    streets: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/index.html")]
struct IndexPage {
    layout: Layout,
    area: String,
    show: Show,
    q: String,
    rows: Vec<Row>,
    paging: Paging,
    said: (&'static str, &'static str),
}

impl IndexPage {
    /// The address of the same rounds, for another page of them.
    fn here(&self) -> String {
        let asked =
            serde_html_form::to_string([("show", self.show.as_str()), ("q", self.q.as_str())]).unwrap_or_default();
        format!("/rounds?{asked}&")
    }
}

/// `GET /rounds`
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>, Query(done): Query<Said>) -> Answer {
    let show = Show::parse(&asked.show);
    let q: String = asked.q.trim().chars().filter(|c| !c.is_control()).take(60).collect();
    let mut scope = viewer.scope().await?;
    let ids = store::which(&mut scope, show, &q).await?;
    let paging = Paging::asked(&asked.page).within(i64::try_from(ids.len()).unwrap_or(i64::MAX));
    let skip = usize::try_from(paging.skip()).unwrap_or(usize::MAX);
    let size = usize::try_from(SIZE).unwrap_or(usize::MAX);
    let ids: Vec<_> = ids.into_iter().skip(skip).take(size).collect();
    let streets = store::streets(&mut scope, &ids).await?;
    let counts = homes::counts(&mut scope, &ids).await?;
    let rounds = store::rounds(&mut scope, &ids).await?;
    let rounds = scope.finish(rounds).await?;
    let rows = rounds.into_iter().map(|round| {
        let all = homes::whole(&counts, round.id);
        let bundle = all.bundle(round.with_empty);
        let of = streets.get(&round.id).map(Vec::as_slice).unwrap_or_default();
        let mut names: Vec<&str> = of.iter().map(|(_, s)| crate::canvass::lists::street_words(&s.street)).collect();
        names.dedup();
        Row { bundle, left_out: all.homes() - bundle, streets: names.join(", "), round }
    });
    let rows = rows.collect();
    let said = said(&done.said);
    Ok(IndexPage { layout, area: viewer.area_name, show, q, rows, paging, said }.into_response())
}
