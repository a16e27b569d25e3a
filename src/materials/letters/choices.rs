//! How letters are made: for whom, in which envelope, in which order, how large.
//!
//! **Where the address stands.** A window of 35 × 90 mm lies 20 mm from the envelope's left edge. Paper slides in its envelope, so
//! that only what shows wherever it lies may be used:
//!
//! - DL (110 × 220 mm, window 18 mm from below), A4 folded at 105 mm and 210 mm, 105 mm high: the window shows 57 to 92 mm of the
//!   paper when it lies at the top and 52 to 87 mm when it lies at the bottom, so always 57 to 87 mm; across always 20 to 100 mm.
//!   The address has 60 to 85 mm, and 24 to 96 mm.
//! - C5 (162 × 229 mm, window 60 mm from below), A4 folded once, 148.5 mm high: 67 to 102 mm or 53.5 to 88.5 mm, so always 67 to
//!   88.5 mm; across, of 19 mm that the paper may slide, 20 to 91 mm. The address has 70 to 88 mm, and 24 to 88 mm.
//!
//! There stand who, where, the postcode, in 10 point or more (11 in large print) for all that people are called; nothing stands below
//! the postcode. In the 3 mm above is the item's code, for whoever holds what came back.

use super::recipients::{Per, Sorted};
use crate::error::Error;
use crate::web::FieldErrors;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// The envelope whose window the address is fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Envelope {
    /// A4 folded in three.
    #[default]
    Dl,
    /// A4 folded once.
    C5,
}

/// Where the address stands on the paper, in millimetres, and where it is folded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Across.
    pub width: f64,
    /// Down.
    pub height: f64,
    /// Lines at most.
    pub lines: usize,
    /// Folds, from the top.
    pub folds: &'static [f64],
}

/// What of the paper a window always shows, in millimetres: left, top, right, bottom.
pub type Shown = (f64, f64, f64, f64);

impl Envelope {
    /// Each.
    pub const ALL: [Envelope; 2] = [Envelope::Dl, Envelope::C5];

    /// The word in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Envelope::Dl => "dl",
            Envelope::C5 => "c5",
        }
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Envelope::Dl => "DL, the sheet folded in three (window 20 mm from the left, 18 mm from below)",
            Envelope::C5 => "C5, the sheet folded once (window 20 mm from the left, 60 mm from below)",
        }
    }

    /// Where the address stands.
    pub fn window(self) -> Window {
        match self {
            Envelope::Dl => Window { x: 24.0, y: 60.0, width: 72.0, height: 25.0, lines: 7, folds: &[105.0, 210.0] },
            Envelope::C5 => Window { x: 24.0, y: 70.0, width: 64.0, height: 18.0, lines: 5, folds: &[148.5] },
        }
    }

    /// What of the paper its window shows wherever the paper lies: of the envelope's height and width, the paper's, and the window's
    /// place from the left and from below.
    pub fn always_shown(self) -> Shown {
        let (envelope, paper, below) = match self {
            Envelope::Dl => ((220.0, 110.0), (210.0, 105.0), 18.0),
            Envelope::C5 => ((229.0, 162.0), (210.0, 148.5), 60.0),
        };
        let (left, right) = (20.0, 110.0);
        let (top, bottom) = (envelope.1 - below - 35.0, envelope.1 - below);
        let (across, down) = (envelope.0 - paper.0, envelope.1 - paper.1);
        (left, top, right - across, bottom - down)
    }
}

/// How it is set for whoever reads it.
pub const STYLES: [(&str, &str); 3] = [
    ("usual", "Usual"),
    ("large", "Large print: 16 point and more; the imprint and the address in 10 and more"),
    ("easy", "Dyslexia-friendly: a plain face, wider spaces, nothing slanted"),
];

/// As it is typed, in an address or a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The selection.
    pub selection: String,
    /// `person` or `household`.
    pub per: String,
    /// `dl` or `c5`.
    pub envelope: String,
    /// `walk` or `postcode`.
    pub order: String,
    /// One of [`STYLES`].
    pub style: String,
    /// Of postcards: `sheet` (four on an A4) or `single`.
    pub shape: String,
    /// The kind of poll that it is for; empty: none.
    pub poll: String,
    /// Only those who did not get it.
    pub only_new: bool,
    /// No covers for bundles.
    pub bare: bool,
    /// Printed on both sides.
    pub duplex: bool,
    /// To be kept for good.
    pub archive: bool,
}

/// As it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// The selection.
    pub selection: Uuid,
    /// One for whom.
    pub per: Per,
    /// Which window.
    pub envelope: Envelope,
    /// In which order.
    pub sorted: Sorted,
    /// One of [`STYLES`].
    pub style: &'static str,
    /// Postcards, four on an A4.
    pub four: bool,
    /// The kind of poll that it is for.
    pub poll: Option<String>,
    /// Only those who did not get it.
    pub only_new: bool,
    /// Covers between bundles.
    pub covers: bool,
    /// Printed on both sides.
    pub duplex: bool,
    /// To be kept for good.
    pub archive: bool,
}

impl Typed {
    /// Reads them; what was left out is as it usually is.
    pub fn read(&self, errors: &mut FieldErrors) -> Option<Choices> {
        let selection = errors
            .take(self.selection.parse::<Uuid>().map_err(|_| Error::field("selection", "Choose a kept selection")));
        let mut one = |field: &str, typed: &str, known: &[&'static str]| {
            let found =
                known.iter().copied().find(|word| *word == typed || (typed.is_empty() && Some(word) == known.first()));
            errors.take(found.ok_or_else(|| Error::field(field, "Choose one of these")))
        };
        let per = one("per", &self.per, &["person", "household"]);
        let envelope = one("envelope", &self.envelope, &["dl", "c5"]);
        let order = one("order", &self.order, &["walk", "postcode"]);
        let style = one("style", &self.style, &["usual", "large", "easy"]);
        let shape = one("shape", &self.shape, &["sheet", "single"]);
        let sorted = if order? == "walk" { Sorted::Walk } else { Sorted::Postcode };
        Some(Choices {
            selection: selection?,
            per: if per? == "household" { Per::Household } else { Per::Person },
            envelope: if envelope? == "c5" { Envelope::C5 } else { Envelope::Dl },
            sorted,
            style: style?,
            four: shape? == "sheet",
            poll: Some(self.poll.clone()).filter(|p| !p.is_empty()),
            only_new: self.only_new,
            covers: !self.bare && sorted == Sorted::Walk,
            duplex: self.duplex,
            archive: self.archive,
        })
    }

    /// As an address carries them: ids and fixed words.
    pub fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }

    /// As a run keeps them.
    pub fn settings(&self) -> Value {
        json!(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_lies_where_the_window_shows_it_wherever_the_paper_lies() {
        for envelope in Envelope::ALL {
            let (left, top, right, bottom) = envelope.always_shown();
            let w = envelope.window();
            assert!(w.x >= left + 3.0 && w.y >= top + 3.0, "{envelope:?}: {left} {top}");
            assert!(w.x + w.width <= right - 3.0 && w.y + w.height <= bottom, "{envelope:?}: {right} {bottom}");
            assert!(w.folds.iter().all(|fold| *fold > w.y + w.height || *fold < w.y));
        }
        assert_eq!(Envelope::Dl.always_shown(), (20.0, 57.0, 100.0, 87.0));
        assert_eq!(Envelope::C5.always_shown(), (20.0, 67.0, 91.0, 88.5));
    }

    #[test]
    fn what_is_not_said_is_as_usual_and_what_is_unknown_is_refused() {
        let mut errors = FieldErrors::default();
        let typed = Typed { selection: Uuid::nil().to_string(), ..Typed::default() };
        let choices = typed.read(&mut errors).unwrap();
        assert_eq!((choices.per, choices.envelope, choices.sorted), (Per::Person, Envelope::Dl, Sorted::Walk));
        assert!(choices.covers && choices.four && !errors.any());
        let wrong = Typed { per: "street".into(), selection: "x".into(), ..Typed::default() };
        assert!(wrong.read(&mut errors).is_none());
        assert!(!errors.of("per").is_empty() && !errors.of("selection").is_empty());
        let bare = Typed { bare: true, ..typed };
        assert!(!bare.read(&mut FieldErrors::default()).unwrap().covers);
        assert!(bare.query().contains("bare=true"));
    }
}
