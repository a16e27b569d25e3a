//! `POST /api/v1/returns`: what a mail service reports by itself, as JSON of a general shape or as the report's own letter. Closed
//! unless a secret is set; whoever has that is believed about the address too, as mail services do not all send ids back.

use super::{Counts, of_report, report};
use crate::access::door::Caller;
use crate::access::door::messages::{Return, begin_returns, note_return};
use crate::error::Error;
use crate::messages::silence::Why;
use crate::web::{Answer, App};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use ring::hmac;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest body that is taken.
pub const LARGEST: usize = 2 * 1024 * 1024;
/// The most events of one body.
const MOST: usize = 1000;

/// One thing that came back.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// `bounce`, `delay` or `complaint`.
    kind: String,
    /// The message's id, as its header has it.
    #[serde(default)]
    message_id: Option<String>,
    /// To whom it went; needed where the service sends no message id back.
    #[serde(default)]
    recipient: Option<String>,
    /// `email` (the default) or `text`.
    #[serde(default)]
    channel: Option<String>,
    /// The other side's status (RFC 3463), such as 5.1.1.
    #[serde(default)]
    status: Option<String>,
    /// When.
    #[serde(default)]
    at: Option<DateTime<Utc>>,
}

/// One, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Many(Vec<Event>),
    One(Event),
}

#[utoipa::path(
    post,
    path = "/api/v1/returns",
    request_body = Vec<Event>,
    responses((status = 200, body = Counts), (status = 403, description = "The secret is not right"),
        (status = 404, description = "No secret is set: closed"), (status = 422), (status = 429))
)]
/// What came back of messages.
pub async fn take(State(app): State<App>, caller: Caller, headers: HeaderMap, body: Bytes) -> Answer {
    let secret = app.config.messages.returns_secret.as_deref().ok_or(Error::NotFound)?;
    if !proves(secret, &headers, &body) {
        return Err(Error::Forbidden("The secret is not right"));
    }
    begin_returns(&app.database, &caller).await?;
    let mut counts = Counts::default();
    let mut connection = app.database.door().acquire().await?;
    if is_letter(&headers) {
        let report = report::parse(&body).ok_or_else(|| Error::field("body", "This is no report that can be read"))?;
        counts.add(&note_return(&mut connection, &of_report(&body, &report, "webhook")).await?);
        return Ok(Json(counts).into_response());
    }
    let wrong = || Error::field("body", "Send events as JSON: kind, message_id or recipient, status, at");
    let events = match serde_json::from_slice(&body).map_err(|_| wrong())? {
        Body::One(event) => vec![event],
        Body::Many(events) if events.len() <= MOST => events,
        Body::Many(_) => return Err(Error::field("body", format!("Send at most {MOST} at once"))),
    };
    for event in &events {
        check(event)?;
    }
    for event in &events {
        counts.add(&note_return(&mut connection, &of_event(event)?).await?);
    }
    Ok(Json(counts).into_response())
}

fn is_letter(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().starts_with("message/rfc822")
}

/// The secret itself as a bearer token, or an HMAC-SHA-256 of the body by it; compared in the same time either way.
fn proves(secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    if let Some(given) = text("x-hustings-signature").strip_prefix("sha256=") {
        return hex::decode(given).is_ok_and(|mac| hmac::verify(&key, body, &mac).is_ok());
    }
    let own = hmac::sign(&key, secret.as_bytes());
    text("authorization")
        .strip_prefix("Bearer ")
        .is_some_and(|given| hmac::verify(&key, given.as_bytes(), own.as_ref()).is_ok())
}

fn check(event: &Event) -> Result<(), Error> {
    let known = matches!(event.kind.as_str(), "bounce" | "delay" | "complaint");
    let channel = matches!(event.channel.as_deref(), None | Some("email" | "text"));
    let status = event.status.as_deref().unwrap_or_default();
    let plain = status.len() <= 12 && status.chars().all(|c| c.is_ascii_digit() || c == '.');
    let whom = event.message_id.is_some() || event.recipient.as_ref().is_some_and(|r| r.len() <= 254);
    match (known, channel, plain, whom) {
        (false, ..) => Err(Error::field("kind", "Say bounce, delay or complaint")),
        (_, false, ..) => Err(Error::field("channel", "Say email or text")),
        (_, _, false, _) => Err(Error::field("status", "Give a status such as 5.1.1, or none")),
        (.., false) => Err(Error::field("message_id", "Give the message’s id, or the recipient")),
        _ => Ok(()),
    }
}

/// By what an event is known when it comes again. One that does not say when is known for the day that it came on: the same words
/// on another day are another event.
fn digest(event: &Event, now: DateTime<Utc>) -> Result<Vec<u8>, Error> {
    let mut all = Sha256::new_with_prefix(serde_json::to_vec(event).map_err(Error::internal)?);
    if event.at.is_none() {
        all.update(crate::web::words::day_of(now).to_string());
    }
    Ok(all.finalize().to_vec())
}

fn of_event(event: &Event) -> Result<Return<'_>, Error> {
    let status = event.status.as_deref().unwrap_or_default();
    let why = if event.kind == "complaint" { Why::Complaint } else { Why::of_status(status) };
    Ok(Return {
        digest: digest(event, Utc::now())?,
        sent: event.message_id.as_deref().and_then(report::ours),
        channel: if event.channel.as_deref() == Some("text") { "text" } else { "email" },
        address: event.recipient.as_deref(),
        kind: &event.kind,
        why: why.as_str(),
        status,
        at: event.at,
        came_by: "webhook",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn an_event_without_its_time_is_another_one_on_another_day() {
        let event = |at| Event {
            kind: "delay".into(),
            message_id: None,
            recipient: Some("bo@lantern.example".into()),
            channel: None,
            status: None,
            at,
        };
        let now = DateTime::from_timestamp(1_796_000_000, 0).unwrap();
        let of = |at, days| digest(&event(at), now + TimeDelta::days(days)).unwrap();
        assert_eq!(of(None, 0), of(None, 0));
        assert_ne!(of(None, 0), of(None, 1));
        assert_eq!(of(Some(now), 0), of(Some(now), 1));
        assert_ne!(of(Some(now), 0), of(None, 0));
    }
}
