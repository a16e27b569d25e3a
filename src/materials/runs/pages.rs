//! `/materials/runs`: what was made, how far what is being made is, and its file.

use super::{Run, store};
use crate::error::Error;
use crate::exports::Attachment;
use crate::materials::Kind;
use crate::web::paging::Paging;
use crate::web::{Answer, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

/// Which runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    page: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/runs/list.html")]
struct ListPage {
    layout: Layout,
    kind: Option<Kind>,
    rows: Vec<super::Row>,
    paging: Paging,
}

impl ListPage {
    fn href(&self) -> String {
        self.kind
            .map_or_else(|| "/materials/runs?".to_owned(), |kind| format!("/materials/runs?kind={}&", kind.as_str()))
    }

    /// Whether one of them is still to be made, or at work.
    fn moves(&self) -> bool {
        self.rows.iter().any(|row| row.state.is_open())
    }

    fn shows(&self, kind: &Kind) -> bool {
        self.kind == Some(*kind)
    }
}

/// `GET /materials/runs`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let kind = Kind::parse(&asked.kind);
    let paging = Paging::asked(&asked.page);
    let mut scope = viewer.scope().await?;
    let (rows, total) = store::page(&mut scope, kind, paging).await?;
    scope.commit().await?;
    paging.must_be_there(rows.len())?;
    Ok(ListPage { layout, kind, rows, paging: paging.of(total) }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/runs/one.html")]
struct OnePage {
    layout: Layout,
    run: Run,
}

/// `GET /materials/runs/{run}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, layout: Layout, Path(run): Path<i64>) -> Answer {
    let mut scope = viewer.scope().await?;
    let run = store::one(&mut scope, run).await?;
    scope.commit().await?;
    Ok(OnePage { layout, run }.into_response())
}

/// Nothing but the grant that the page was drawn under.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// `POST /materials/runs/{run}/stop`
///
/// # Errors
/// [`Error::Conflict`] when it is over already.
pub async fn stop(viewer: Viewer, Path(run): Path<i64>, Form(_): Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, run).await?;
    if !store::stop(&mut scope, run).await? {
        return Err(Error::Conflict("It was over already: it is made, or somebody else stopped it".into()));
    }
    scope.commit().await?;
    Ok(see_other(&format!("/materials/runs/{run}?said=run-stopped")))
}

/// `GET /materials/runs/{run}/file`
///
/// # Errors
/// [`Error::Conflict`] that says why there is no file any more.
pub async fn file(viewer: Viewer, Path(number): Path<i64>) -> Answer {
    let mut scope = viewer.scope().await?;
    let run = store::one(&mut scope, number).await?;
    let file = store::file(&mut scope, &run).await?;
    let bytes = scope.finish(file).await?;
    Ok(Attachment::pdf(format!("{}-{number}.pdf", run.row.kind.as_str()), bytes).into_response())
}
