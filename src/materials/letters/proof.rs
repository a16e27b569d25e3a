//! Proofs: the first letter, the longest and one at random as they will be printed, before anything is.

use super::make::Plan;
use crate::database::Seen;
use crate::materials::press::Work;

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
