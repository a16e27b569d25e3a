//! The list of voting intentions that an installation begins with, and how a row of it is typed.

use crate::error::{Error, FieldError};
use serde::Serialize;

/// One voting intention as it is typed and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeRow {
    /// One to three letters.
    pub code: String,
    /// The word beside it.
    pub label: String,
    /// The colour slot, 1 to 8.
    pub slot: i16,
    /// `for`, `leaning`, `undecided`, `against`, `non-voter` or `wont-say`: its shape.
    pub group: String,
}

/// The groups with their words, as the form's select has them.
pub const GROUPS: [(&str, &str); 6] = [
    ("for", "For us"),
    ("leaning", "Leaning to us"),
    ("undecided", "Undecided"),
    ("against", "Against us"),
    ("wont-say", "Won’t say"),
    ("non-voter", "Does not vote"),
];

/// How many rows the form has, and an installation may have.
pub const ROWS: usize = 14;

/// Nine codes without any party's name.
pub fn usual_codes() -> Vec<CodeRow> {
    [
        ("F", "Firm", 1, "for"),
        ("P", "Probable", 2, "leaning"),
        ("U", "Undecided", 3, "undecided"),
        ("X", "Main rival", 4, "against"),
        ("Y", "Second rival", 5, "against"),
        ("Z", "Third rival", 8, "against"),
        ("A", "Against", 3, "against"),
        ("W", "Won’t say", 6, "wont-say"),
        ("N", "Non-voter", 7, "non-voter"),
    ]
    .map(|(code, label, slot, group)| CodeRow { code: code.into(), label: label.into(), slot, group: group.into() })
    .into()
}

/// What people at doors care about, to begin with: short code and words.
pub fn usual_issues() -> [(&'static str, &'static str); 12] {
    [
        ("BUS", "Buses and trains"),
        ("COST", "Cost of living"),
        ("CRIME", "Crime and safety"),
        ("HEALTH", "Health and care"),
        ("HOUSING", "Housing"),
        ("JOBS", "Jobs and business"),
        ("PARKS", "Parks and nature"),
        ("PLANNING", "Planning and building"),
        ("ROADS", "Roads and parking"),
        ("SCHOOLS", "Schools"),
        ("TAX", "Council tax"),
        ("WASTE", "Bins and litter"),
    ]
}

/// The rows of the form: those without a letter and a word are left out.
///
/// # Errors
/// [`Error::Invalid`] on the row's field, `code-1` and so on.
pub fn parse(rows: &[CodeRow]) -> Result<Vec<CodeRow>, Error> {
    let mut codes: Vec<CodeRow> = Vec::new();
    let mut errors = Vec::new();
    let mut wrong = |n: usize, message: &str| {
        errors.push(FieldError { field: format!("code-{}", n + 1), message: format!("Code {}: {message}", n + 1) });
    };
    for (n, row) in rows.iter().enumerate().take(ROWS) {
        let (code, label) = (row.code.trim().to_uppercase(), row.label.trim());
        let letters = matches!(code.len(), 1..=3) && code.bytes().all(|b| b.is_ascii_uppercase());
        match () {
            () if code.is_empty() && label.is_empty() => {}
            () if !letters => wrong(n, "use one to three letters"),
            () if label.is_empty() || label.chars().count() > 40 => wrong(n, "give a word for it, up to 40 letters"),
            () if codes.iter().any(|c| c.code == code) => wrong(n, "these letters stand above already"),
            () if !(1..=8).contains(&row.slot) || !GROUPS.iter().any(|(g, _)| *g == row.group) => {
                wrong(n, "choose its group and colour");
            }
            () => codes.push(CodeRow { code, label: label.into(), ..row.clone() }),
        }
    }
    if codes.is_empty() && errors.is_empty() {
        errors.push(FieldError { field: "code-1".into(), message: "Keep at least one code".into() });
    }
    if errors.is_empty() { Ok(codes) } else { Err(Error::Invalid(errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_list_stands_and_doubled_letters_do_not() {
        assert_eq!(parse(&usual_codes()).unwrap().len(), 9);
        let mut doubled = usual_codes();
        doubled[1].code = "f ".into();
        let Err(Error::Invalid(fields)) = parse(&doubled) else { panic!("taken") };
        assert_eq!(fields[0].field, "code-2");
    }
}
