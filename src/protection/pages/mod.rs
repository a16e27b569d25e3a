//! The data protection officer's pages for people's rights.

pub mod answers;
pub mod erasure;
pub mod passages;
pub mod people;
pub mod requests;
pub mod stops;
pub mod subjects;
pub mod suppressed;

use crate::web::FieldErrors;

/// A text of so many letters at most, without what no text holds; else an error at its field.
fn text(errors: &mut FieldErrors, field: &'static str, given: &str, least: usize, most: usize, advice: &str) -> String {
    let text = given.trim().replace("\r\n", "\n");
    if !(least..=most).contains(&text.chars().count()) || text.contains('\0') {
        errors.add(field, advice);
    }
    text
}
