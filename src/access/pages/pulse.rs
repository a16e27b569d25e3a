//! Whether the session that a page was drawn for still lives: asked by open pages every few seconds, so that they show
//! nobody any more once access has ended, another role was chosen, or their half was closed.

use crate::access::door::Phones;
use crate::error::Tool;
use crate::web::{Ended, Query, Viewer};
use serde::Serialize;
use uuid::Uuid;

/// Which half the page belongs to that asks; the role's own where it does not say.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    half: Option<Tool>,
}

/// What an open page is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Pulse {
    /// `live`, `ended` (the session is over), `nobody` (this browser has none), `closed` (its half is).
    state: &'static str,
    /// The grant in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<Uuid>,
    /// Of a closed half: `read-only` or `wipe`, for the lists on a phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    phones: Option<&'static str>,
    /// Of a closed half: what anybody may read.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

impl Pulse {
    fn of(state: &'static str) -> Self {
        Pulse { state, grant: None, phones: None, notice: None }
    }
}

/// `GET /api/v1/pulse`. Public, so that a page which asks by itself neither keeps its session awake nor stands on record as
/// somebody's attempt.
#[utoipa::path(get, path = "/api/v1/pulse", responses((status = 200, body = Pulse)))]
pub async fn pulse(viewer: Option<Viewer>, ended: Option<Ended>, Query(asked): Query<Asked>) -> axum::Json<Pulse> {
    let pulse = match (viewer, ended) {
        (Some(viewer), _) => {
            let closed = asked.half.or(viewer.role.tool()).and_then(|tool| viewer.notice(tool));
            let state = if closed.is_some() { "closed" } else { "live" };
            let (phones, notice) = (closed.map(|n| Phones::as_str(n.phones)), closed.map(|n| n.headline()));
            Pulse { grant: Some(viewer.grant), phones, notice, ..Pulse::of(state) }
        }
        (None, Some(_)) => Pulse::of("ended"),
        (None, None) => Pulse::of("nobody"),
    };
    axum::Json(pulse)
}
