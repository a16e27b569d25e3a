//! `/paper/scan`: a card is found by its code, on a photo or typed. Nobody is shown: what is found is a pile and a number.

use super::entry::NO_DASH;
use super::piles;
use super::scan::{self, LIMIT};
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::code::Code;
use crate::web::{Answer, FieldErrors, Layout, Multipart, Query, Viewer, drawn_under, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::multipart;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// Bytes of a form with a photo.
pub const LARGEST: usize = LIMIT + 64 * 1024;

const NOT_HERE: &str = "This code is of no pile of your area. Look whether the card belongs to somebody else’s";

#[derive(Template, WebTemplate)]
#[template(path = "canvass/paper/scan.html")]
struct ScanPage {
    layout: Layout,
    errors: FieldErrors,
    code: String,
    found: Vec<Found>,
}

/// A code of a pile of the area.
struct Found {
    code: String,
    run: i64,
    item: i32,
    list_name: String,
}

/// What the address may say: a code, which names nobody.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// None: nothing was asked yet. An empty one was sent, and is told apart by that.
    code: Vec<String>,
}

/// Why something that was typed is no code.
fn no_code(typed: &str) -> &'static str {
    match typed.trim() {
        "" => "Type the code that stands below the bars, such as 4K-127R",
        typed if !typed.contains('-') => NO_DASH,
        _ => "This is no code of a card. Write it as it stands below the bars, such as 4K-127R",
    }
}

/// `GET /paper/scan`: with a code, leads to its pile.
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut errors = FieldErrors::default();
    if let Some(typed) = asked.code.first() {
        match Code::parse(typed) {
            Some(code) => {
                let mut scope = viewer.scope().await?;
                let found = here(&mut scope, &[code]).await?;
                scope.commit().await?;
                if let [one] = found.as_slice() {
                    return Ok(lead(one));
                }
                errors.add("code", NOT_HERE);
            }
            None => errors.add("code", no_code(typed)),
        }
    }
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((
        status,
        ScanPage { layout, errors, code: asked.code.into_iter().next().unwrap_or_default(), found: Vec::new() },
    )
        .into_response())
}

/// `POST /paper/scan`: a photo. One code leads to its pile, several are shown to choose from.
///
/// # Errors
/// [`Error::Conflict`] when the reader changed role meanwhile.
pub async fn read(viewer: Viewer, layout: Layout, form: Result<Multipart, Error>) -> Answer {
    let mut errors = FieldErrors::default();
    let file = match errors.take_invalid(form.map_err(on_photo))? {
        Some(Multipart(form)) => errors.take_invalid(take(form, viewer.grant).await)?,
        None => None,
    };
    let codes = match file {
        Some(file) => errors.take_invalid(scan::codes(file).await)?.unwrap_or_default(),
        None => Vec::new(),
    };
    let mut scope = viewer.scope().await?;
    let found = here(&mut scope, &codes).await?;
    scope.commit().await?;
    if let [one] = found.as_slice() {
        return Ok(lead(one));
    }
    if found.is_empty() && !errors.any() {
        errors.add("photo", NOT_HERE);
    }
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ScanPage { layout, errors, code: String::new(), found }).into_response())
}

/// A form that could not be read at all is a photo that is missing.
fn on_photo(error: Error) -> Error {
    match error {
        Error::Invalid(_) => Error::field("photo", "Choose a photo and send the form again"),
        other => other,
    }
}

async fn take(mut form: multipart::Multipart, grant: Uuid) -> Result<Vec<u8>, Error> {
    let broken =
        |_| Error::field("photo", "The photo did not come through whole, or is larger than 10 MB. Take it once more");
    let mut file = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_grant" => drawn_under(&field.text().await.map_err(broken)?, grant)?,
            "photo" => file = field.bytes().await.map_err(broken)?.to_vec(),
            _ => {}
        }
    }
    if file.is_empty() || file.len() > LIMIT {
        return Err(Error::field("photo", "Choose a photo of at most 10 MB"));
    }
    Ok(file)
}

/// Those of the codes whose pile is in the area in use.
async fn here(scope: &mut Scoped, codes: &[Code]) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    for code in codes {
        if let Some(pile) = piles::find(scope, code.run).await? {
            found.push(Found { code: code.to_string(), run: code.run, item: code.item, list_name: pile.list_name });
        }
    }
    Ok(found)
}

fn lead(one: &Found) -> axum::response::Response {
    see_other(&format!("/paper/{}?item={}", one.run, one.item))
}
