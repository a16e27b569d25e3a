//! `/protection/seal`: whether the record of looks is whole, since when, and how anybody verifies it.

use crate::audit::seal::sign::publics;
use crate::audit::seal::store::{self, PlaceStatus, Status};
use crate::web::{Answer, App, Layout, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse;

/// From here on a head that waits to be written is told in red.
const LATE: i64 = 120;

#[derive(Template, WebTemplate)]
#[template(path = "audit/seal.html")]
struct SealPage {
    layout: Layout,
    status: Status,
    places: Vec<PlaceStatus>,
    /// The public keys, the newest first.
    keys: Vec<String>,
    /// For how many days the log is kept.
    kept: i32,
}

impl SealPage {
    fn late(&self, place: &PlaceStatus) -> bool {
        place.delay().is_some_and(|delay| delay > LATE)
    }
}

/// `GET /protection/seal`
pub async fn show(State(app): State<App>, viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let status = store::status(&mut scope).await?;
    let places = store::places(&mut scope).await?;
    let kept = store::kept_days(&mut scope).await?;
    scope.commit().await?;
    // Without a key nothing was ever sealed here; the page must not make one. One that cannot be read is the sealer's to tell.
    let keys = match &status.head {
        Some(_) => publics(&app.keys).unwrap_or_default(),
        None => Vec::new(),
    };
    let keys = keys.iter().rev().map(|key| hex::encode(key.0)).collect();
    Ok(SealPage { layout, status, places, keys, kept }.into_response())
}
