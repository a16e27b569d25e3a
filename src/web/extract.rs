//! axum's extractors with our own errors, so that a rejection is a page or a problem like any other.

// The one place where axum's own are named.
#![allow(clippy::disallowed_types)]

use crate::error::Error;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A path's ids; one that cannot be an id is a thing that is not there.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Error))]
pub struct Path<T>(pub T);

impl From<PathRejection> for Error {
    fn from(_: PathRejection) -> Self {
        Error::NotFound
    }
}

/// What an address says after its question mark, a key perhaps several times; what cannot be read there leads nowhere.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let asked = serde_html_form::from_str(parts.uri.query().unwrap_or_default());
        asked.map(Query).map_err(|_| Error::NotFound)
    }
}

/// A JSON body; what is wrong is said with the field, without its value.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Error))]
pub struct Json<T>(pub T);

impl From<JsonRejection> for Error {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::BytesRejection(e) if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
                Error::TooLarge("More was sent than is taken in one request".into())
            }
            JsonRejection::MissingJsonContentType(_) => {
                Error::field("content-type", "Send JSON, with the content type application/json")
            }
            _ => Error::field("body", "This is not the JSON that was expected here"),
        }
    }
}

/// A form, repeated keys included. One with a `grant` field drawn under another grant does nothing and says so.
pub struct Form<T>(pub T);

/// What to say when a page was drawn under another grant than the one in use now.
const OTHER_GRANT: &str =
    "You changed role since this page was opened, so nothing was done. Open the page again in the role you want";

impl<S, T> FromRequest<S> for Form<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let viewer = request.extensions().get::<super::Viewer>().map(|v| v.grant);
        let body = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|_| Error::TooLarge("More was sent than a form takes".into()))?;
        check_grant(&body, viewer)?;
        Ok(Form(read(&body)?))
    }
}

/// A form names the grant it was drawn under; one that names none (sign-in, a program's) is not held against it.
/// The same of the `_grant` field of a form that uploads.
///
/// # Errors
/// [`Error::Conflict`] when the page was drawn under another grant than this one.
pub fn drawn_under(typed: &str, grant: Uuid) -> Result<(), Error> {
    let other = typed.parse::<Uuid>().is_ok_and(|drawn| drawn != grant);
    if other { Err(Error::Conflict(OTHER_GRANT.into())) } else { Ok(()) }
}

fn check_grant(body: &[u8], viewer: Option<Uuid>) -> Result<(), Error> {
    #[derive(serde::Deserialize)]
    struct Drawn {
        #[serde(default)]
        _grant: Vec<String>,
    }
    let Some(viewer) = viewer else { return Ok(()) };
    let drawn: Drawn = read(body)?;
    let other = |grant: &String| grant.parse::<Uuid>().is_ok_and(|g| g != viewer);
    if drawn._grant.iter().any(other) { Err(Error::Conflict(OTHER_GRANT.into())) } else { Ok(()) }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_html_form::from_bytes(body).map_err(|_| {
        Error::field("form", "Some answers could not be read. Go back, open the page again and send it once more")
    })
}

/// Files and fields of a form that uploads.
pub struct Multipart(pub axum::extract::Multipart);

impl<S: Send + Sync> FromRequest<S> for Multipart {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        axum::extract::Multipart::from_request(request, state)
            .await
            .map(Multipart)
            .map_err(|_| Error::field("file", "Choose a file and send the form again"))
    }
}
