//! `/rounds`: all rounds, cutting streets into them, one round, what is on none, leaflets and what became of each, one's own.

pub mod cut;
pub mod gaps;
pub mod index;
pub mod leaflet;
pub mod leaflets;
pub mod mine;
pub mod one;

use crate::web::FieldErrors;
use axum::http::StatusCode;
use serde::Deserialize;

/// What the address says was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    said: String,
}

/// What the page says of it: the notice's kind and its words; empty words: nothing.
fn said(word: &str) -> (&'static str, &'static str) {
    match word {
        "cut" => ("good", "The rounds are made. Give each to whoever delivers it"),
        "changed" => ("good", "The round is changed"),
        "given" => ("good", "The round is theirs from now on"),
        "nobodys" => ("good", "The round is nobody’s now"),
        "marked" => ("good", "No leaflet goes there any more, and the bundle is one less"),
        "unmarked" => ("good", "The mark is taken back"),
        "ended" => ("good", "The round is ended, and its streets are free. What was delivered stays on record"),
        "put" => ("good", "The streets are on the round"),
        "leaflet" => ("good", "The leaflet is here. Print the sheets, then hand it over round by round"),
        "away" => ("good", "The leaflet is put away. What became of it stays here"),
        "out" => ("good", "The leaflet is out again"),
        "handed" => ("good", "Handed over"),
        "done" => ("good", "Delivered. Thank you"),
        "back" => ("good", "It came back, and that is on record"),
        "gave-back" => (
            "good",
            "It is on record that you give it back. Take the leaflets and the sheet to whoever handed them to you",
        ),
        "undone" => ("good", "The last step is taken back"),
        "nothing" => ("warn", "Nothing was to be done: these rounds stand somewhere else by now"),
        "tick" => ("warn", "Tick what you mean first, then press the button"),
        _ => ("", ""),
    }
}

fn status(errors: &FieldErrors) -> StatusCode {
    if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}
