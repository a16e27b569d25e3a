//! Paper: what leaves the house as a PDF. What enters is a `Document` of typed blocks, data and nothing else; what
//! leaves are the bytes of an A4 PDF with tags that a screen reader follows, in the house's look.
//!
//! Text is never markup: blocks reach the typesetter as values (`sys.inputs`), so that `#`, `$` or a backslash in a
//! name or a note is printed as it stands. Each page carries a `Stamp`: who had it made, when, and what for.
//!
//! ```ignore
//! let pdf = paper::typeset(Document::report("Who saw what", stamp).table(Table::new("Looks", ["When", "Role"], rows))).await?;
//! // What sends it as a file is exports::Attachment.
//! ```

mod blocks;
mod letters;
mod text;
mod typeset;

pub use blocks::{Block, Column, Document, Head, Stamp, Table};
pub(crate) use letters::PLAIN;
pub(crate) use text::clean_for_sheets;
pub(crate) use typeset::FONTS;
pub use typeset::typeset;
