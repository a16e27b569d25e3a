//! Proofs: the first letter, the longest and one at random as they will be printed, before anything is.

use super::make::{Outline, Plan};
use crate::database::Seen;
use crate::error::{Error, FieldError};
use crate::materials::Kind;
use crate::materials::press::{self, Work};
use crate::materials::runs::store::MOST_PAGES;
use crate::web::words;
use serde_json::json;

/// Which letters a proof shows, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Each with what it is shown for.
    pub shown: Vec<(usize, &'static str)>,
}

impl Proof {
    /// The first, the longest and one at random; each once.
    pub fn of(outline: &Outline, random: usize) -> Proof {
        let letters = outline.homes.letters();
        let wanted = [
            (0, "The first"),
            (outline.homes.longest(), "The longest"),
            (random.min(letters.saturating_sub(1)), "One at random"),
        ];
        let mut shown: Vec<(usize, &'static str)> = Vec::new();
        for (place, words) in wanted.into_iter().filter(|(place, _)| *place < letters) {
            if shown.iter().all(|(other, _)| *other != place) {
                shown.push((place, words));
            }
        }
        Proof { shown }
    }

    /// Where they stand among all, counted from 0.
    pub fn places(&self) -> Vec<usize> {
        self.shown.iter().map(|(place, _)| *place).collect()
    }

    /// What is typeset of them, one after another, and whom it shows. The plan is of these alone ([`Outline::only`]).
    pub fn work(&self, plan: &Plan) -> Seen<Work> {
        let places: Vec<usize> = (0..plan.found.letters.len()).collect();
        let mut work = plan.work(&places, false);
        let letters = work.parts.iter_mut().filter_map(|part| part.get_mut("letters")?.as_array_mut()).flatten();
        for (at, letter) in letters.enumerate() {
            // Whoever is not there any more has none: the others' words stay theirs.
            if let Some((_, words)) = self.shown.iter().find(|(place, _)| *place == plan.place(at)) {
                letter["shown"] = json!(words);
            }
        }
        Seen::people(work, plan.found.ids().map(|id| (id.partition, id.id)))
    }
}

/// Sets the letter with the longest address and the one that says most before a run of all of them is begun: what is longer than its
/// room is so in one of these, and so many pages all of them have at most. What was set, to be held against what is made; nothing of it
/// is shown.
///
/// # Errors
/// [`Error::Invalid`] with what is too long: on `template` where that is typed there, on `selection` where all of them together are;
/// [`Error::Busy`] while others' proofs are set.
pub async fn fits(plan: &Plan) -> Result<Work, Error> {
    let places = tried(plan);
    let work = plan.work(&places, false);
    match press::pages(work.clone()).await {
        Ok(pages) => {
            let most = most_pages(plan, places.len(), usize::try_from(pages).unwrap_or(usize::MAX));
            not_too_many(most).map(|()| work)
        }
        Err(Error::Invalid(wrong)) => Err(Error::Invalid(wrong.into_iter().map(where_it_stands).collect())),
        Err(other) => Err(other),
    }
}

/// What is set of a plan before a run of it is begun.
pub fn trial(plan: &Plan) -> Work {
    plan.work(&tried(plan), false)
}

/// The places of the letters that are set.
fn tried(plan: &Plan) -> Vec<usize> {
    let mut places = vec![plan.found.longest(), plan.wordiest()];
    places.sort_unstable();
    places.dedup();
    places
}

/// The most pages that all of them have with their covers, by those that were set.
fn most_pages(plan: &Plan, set: usize, pages: usize) -> usize {
    let (letters, choices) = (plan.found.letters.len(), &plan.basis.choices);
    match plan.basis.template.kind {
        // A sheet of four has two sides.
        Kind::Postcards if choices.four => letters.div_ceil(4) * 2,
        Kind::Postcards => letters * 2,
        _ => {
            let fewest = if choices.duplex { 2 } else { 1 };
            // A cover is a page, or a sheet of its own.
            let covers = if plan.covers() { plan.found.bundles.len() * fewest } else { 0 };
            pages_of_all(letters, set, pages, fewest, covers)
        }
    }
}

/// As if each were as long as the longest: that is what these pages are without the fewest that the others set with it can have. With
/// so many pages of covers.
fn pages_of_all(letters: usize, set: usize, pages: usize, fewest: usize, covers: usize) -> usize {
    let longest = pages.saturating_sub(set.saturating_sub(1) * fewest).max(fewest);
    letters.saturating_mul(longest).saturating_add(covers)
}

fn not_too_many(pages: usize) -> Result<(), Error> {
    if pages <= MOST_PAGES {
        return Ok(());
    }
    let (pages, most) = (words::figure(pages), words::figure(MOST_PAGES));
    let what = format!("That is up to {pages} pages, and one run has {most} at most");
    Err(Error::field("selection", what + ". Make fewer at a time, or a shorter letter"))
}

/// What a sheet says of its fields, as the page of the choices has them: most of them are the template's.
pub fn where_it_stands(wrong: FieldError) -> FieldError {
    match wrong.field.as_str() {
        "selection" | "poll" => wrong,
        _ => FieldError { field: "template".into(), ..wrong },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_would_keep_everybodys_press_busy_is_refused_in_words() {
        // Two were set: one of a page, one of 29.
        assert_eq!(pages_of_all(1_000, 2, 30, 1, 0), 29_000);
        assert_eq!(pages_of_all(1_000, 1, 2, 1, 0), 2_000);
        assert_eq!(pages_of_all(1_000, 2, 4, 2, 0), 2_000, "printed on both sides");
        assert!(not_too_many(pages_of_all(20_000, 2, 2, 1, 0)).is_ok(), "20,000 letters of a page");
        assert!(not_too_many(pages_of_all(20_000, 2, 2, 1, 500)).is_err(), "and a cover for each bundle");
        let Err(Error::Invalid(refused)) = not_too_many(pages_of_all(1_000, 2, 30, 1, 0)) else { panic!("taken") };
        assert_eq!(refused[0].field, "selection");
        assert!(refused[0].message.contains("29,000 pages") && refused[0].message.contains("shorter letter"));
    }

    #[test]
    fn what_is_typed_in_the_template_is_mended_there() {
        let field = |of: &str| where_it_stands(FieldError { field: of.into(), message: "It is too long".into() }).field;
        assert_eq!(["text", "sender", "name"].map(field), ["template"; 3]);
        assert_eq!(["selection", "poll"].map(field), ["selection", "poll"]);
    }
}
