//! Letters and postcards: by name, from a template of one's own, to the people of a kept selection. What enters is a text with
//! fields and conditions, and a selection; what leaves is a run whose PDF goes to a printer, bundled for walking or sorted for the
//! post, and afterwards which of them came back.
//!
//! A template is read into a tree (`text`), what somebody's letter says is put into that tree (`merge`) and typeset as data: nothing
//! that a register holds can become part of the text's form. Who gets one is read in the transaction that makes the run
//! (`recipients`), whoever objected left out.

pub mod choices;
pub mod homes;
pub mod make;
pub mod merge;
pub mod pages;
pub mod pictures;
pub mod proof;
pub mod reading;
pub mod recipients;
pub mod returned;
pub mod salutation;
pub mod store;
pub mod text;

/// The most letters of one run.
pub const MOST: usize = 20_000;

use crate::materials::Kind;
use serde::{Deserialize, Serialize};

/// What a template of letters or postcards holds, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// The text, in the forms of [`text`].
    pub text: String,
    /// Who signs: a candidate or organiser.
    pub signer: String,
    /// What they are.
    pub signer_role: String,
    /// The picture of their signature.
    pub signature: Option<i16>,
    /// Who writes, and where to answer: the lines at a letter's head.
    pub sender: String,
    /// The picture on the front of a postcard.
    pub front: Option<i16>,
}

/// Letters that a template's text may hold.
pub fn longest(kind: Kind) -> usize {
    if kind == Kind::Postcards { 700 } else { 12_000 }
}

/// Whether this room makes that kind.
pub fn makes(kind: Kind) -> bool {
    matches!(kind, Kind::Letters | Kind::Postcards)
}
