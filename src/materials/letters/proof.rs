//! Proofs: the first letter, the longest and one at random as they will be printed, before anything is.

use super::make::Plan;
use crate::database::Seen;
use crate::error::{Error, FieldError};
use crate::materials::press::{self, Work};

/// Which letters a proof shows, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Each with what it is shown for.
    pub shown: Vec<(usize, &'static str)>,
}

impl Proof {
    /// The first, the longest and one at random; each once.
    pub fn of(plan: &Plan, random: usize) -> Proof {
        let letters = plan.found.letters.len();
        let wanted = [
            (0, "The first"),
            (plan.found.longest(), "The longest"),
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

    /// What is typeset of them, one after another, and whom it shows.
    pub fn work(&self, plan: &Plan) -> Seen<Work> {
        let places: Vec<usize> = self.shown.iter().map(|(place, _)| *place).collect();
        Seen::people(plan.work(&places, false), self.people(plan))
    }

    fn people(&self, plan: &Plan) -> Vec<(i32, i64)> {
        let letters = self.shown.iter().filter_map(|(place, _)| plan.found.letters.get(*place));
        letters.flat_map(|l| l.people.iter().map(|p| (p.id.partition, p.id.id))).collect()
    }
}

/// Sets the letter with the longest address and the one that says most before a run of all of them is begun: what is longer than its
/// room is so in one of these. Nothing of them is shown.
///
/// # Errors
/// [`Error::Invalid`] with what is too long: on `template` where that is typed there; [`Error::Busy`] while others' proofs are set.
pub async fn fits(plan: &Plan) -> Result<(), Error> {
    let mut places = vec![plan.found.longest(), plan.wordiest()];
    places.sort_unstable();
    places.dedup();
    match press::set(plan.work(&places, false)).await {
        Ok(_) => Ok(()),
        Err(Error::Invalid(wrong)) => Err(Error::Invalid(wrong.into_iter().map(where_it_stands).collect())),
        Err(other) => Err(other),
    }
}

/// What a sheet says of its fields, as the page of the choices has them: most of them are the template's.
fn where_it_stands(wrong: FieldError) -> FieldError {
    match wrong.field.as_str() {
        "selection" | "poll" => wrong,
        _ => FieldError { field: "template".into(), ..wrong },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_in_the_template_is_mended_there() {
        let field = |of: &str| where_it_stands(FieldError { field: of.into(), message: "It is too long".into() }).field;
        assert_eq!(["text", "sender", "name"].map(field), ["template"; 3]);
        assert_eq!(["selection", "poll"].map(field), ["selection", "poll"]);
    }
}
