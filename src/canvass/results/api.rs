//! Results over JSON: one under its id, or a phone's whole outbox.

use super::{Incoming, Judged, Verdict, receive, receive_one};
use crate::access::door::{self, Caller};
use crate::error::Error;
use crate::web::{Answer, App, Json, Path, Visitor};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// More than a session of two hours makes.
const OUTBOX: usize = 500;

/// `PUT /api/v1/results/{uuid}`: a result under the id made on the device. Sent again it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a list that never was the sender's; else as `receive`.
#[utoipa::path(put, path = "/api/v1/results/{uuid}", request_body = Value, responses(
    (status = 201, body = Judged, description = "stored"), (status = 200, body = Judged, description = "replayed"),
    (status = 202, body = Judged, description = "quarantined: access has ended"),
    (status = 409, body = Judged, description = "conflict: another content is on record under this id, both are kept"),
    (status = 422, body = Judged, description = "refused, with field and reason")))]
pub async fn put(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Uuid>,
    Json(body): Json<Value>,
) -> Answer<(StatusCode, axum::Json<Judged>)> {
    let judged = receive_one(&app, &visitor, Incoming::under_id(id, &body)).await?;
    if judged.never_theirs {
        return Err(Error::NotFound);
    }
    let status = match judged.verdict {
        Verdict::Stored => StatusCode::CREATED,
        Verdict::Replayed => StatusCode::OK,
        Verdict::Quarantined => StatusCode::ACCEPTED,
        Verdict::Conflict => StatusCode::CONFLICT,
        Verdict::Refused => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, axum::Json(judged)))
}

/// A phone's outbox: at most 500 results, each with its `id`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    results: Vec<Value>,
}

/// The verdict on each result of an outbox, in its order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Verdicts {
    verdicts: Vec<Judged>,
}

/// `POST /api/v1/results`: an outbox, also of a session that is over. Each result has its own verdict.
///
/// # Errors
/// [`Error::TooLarge`] past 500; else as `receive`.
#[utoipa::path(post, path = "/api/v1/results", request_body = Outbox, responses((status = 200, body = Verdicts)))]
pub async fn post(
    State(app): State<App>,
    visitor: Visitor,
    caller: Caller,
    Json(outbox): Json<Outbox>,
) -> Answer<axum::Json<Verdicts>> {
    if outbox.results.len() > OUTBOX {
        return Err(Error::TooLarge(format!("Send at most {OUTBOX} results at a time")));
    }
    let incoming: Vec<Incoming> = outbox.results.iter().map(Incoming::of_outbox).collect();
    let verdicts = receive(&app, &visitor, &incoming).await?;
    if verdicts.iter().any(|v| v.never_theirs) {
        // The answer is 200 for the others' sake; the attempt is on record all the same.
        door::note_refusal(&app.database, visitor.credential(), "POST /api/v1/results", 404, &caller.address).await?;
    }
    Ok(axum::Json(Verdicts { verdicts }))
}
