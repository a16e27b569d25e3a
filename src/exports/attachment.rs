//! A file as an answer. Nothing else of the service sends one (`exports::no_room_sends_a_file_by_itself`), so that no file
//! leaves without a mark: a sheet is made with one, a document is typeset with one.

use super::csv::Sheet;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// A file to take away: kept in no cache, saved under a name that says nothing about a person.
#[derive(Debug)]
pub struct Attachment {
    name: String,
    kind: &'static str,
    body: Vec<u8>,
}

impl Attachment {
    /// A spreadsheet, saved as `name` (fixed words, or an export's number: a file's name is no place for a person's).
    pub fn csv(name: impl Into<String>, sheet: Sheet) -> Self {
        Attachment { name: name.into(), kind: "text/csv; charset=utf-8", body: sheet.into_bytes() }
    }

    /// A typeset document, which bears its stamp on every page.
    pub fn pdf(name: impl Into<String>, typeset: Vec<u8>) -> Self {
        Attachment { name: name.into(), kind: "application/pdf", body: typeset }
    }

    /// What a person is given of their own data for other programs; the stamp is its first key.
    pub fn json(name: impl Into<String>, text: String) -> Self {
        Attachment { name: name.into(), kind: "application/json", body: text.into_bytes() }
    }
}

impl IntoResponse for Attachment {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, self.kind.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.name)),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        (headers, self.body).into_response()
    }
}
