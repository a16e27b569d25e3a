//! Paper: what leaves the house as a PDF. What enters is a [`Document`] of typed blocks, data and nothing else; what
//! leaves are the bytes of an A4 PDF with tags that a screen reader follows, in the house's look.
//!
//! Text is never markup: blocks reach the typesetter as values (`sys.inputs`), so that `#`, `$` or a backslash in a
//! name or a note is printed as it stands. Each page carries a [`Stamp`]: who had it made, when, and what for.
//!
//! ```ignore
//! let pdf = paper::typeset(Document::report("Who saw what", stamp).table(Table::new("Looks", ["When", "Role"], rows))).await?;
//! Ok(paper::Pdf::new("who-saw-what.pdf", pdf).into_response())
//! ```

mod blocks;
mod text;
mod typeset;

pub use blocks::{Block, Column, Document, Head, Stamp, Table};
pub use typeset::typeset;

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// A PDF as an answer: kept in no cache, saved under a name that says nothing about a person.
#[derive(Debug)]
pub struct Pdf {
    name: &'static str,
    bytes: Vec<u8>,
}

impl Pdf {
    /// The bytes, to be saved as `name` (fixed words, such as `receipt.pdf`: a file's name is no place for a person's).
    pub fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        Pdf { name, bytes }
    }
}

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.name)),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        (headers, self.bytes).into_response()
    }
}
