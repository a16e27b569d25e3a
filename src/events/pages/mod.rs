//! The pages of events: for whoever comes, for whoever runs them, for anybody, and calendars.

pub mod calendar;
pub mod edit;
pub mod here;
pub mod index;
pub mod one;
pub mod open;
pub mod people;
pub mod shifts;

/// A form that says only under which grant it was drawn.
#[derive(Debug, serde::Deserialize)]
pub struct Nothing {}

/// What the address says was just done.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Said {
    /// The word.
    pub said: String,
}

/// A notice after something was done: how it is drawn, and its words.
fn said(word: &str) -> Option<(&'static str, &'static str)> {
    match word {
        "made" => Some(("good", "The event is made. People of its area see it now.")),
        "changed" => Some(("good", "The event is changed.")),
        "told" => Some((
            "good",
            "The event is changed. Whoever is down for it and has an email address here gets one letter soon; ring the others.",
        )),
        "cancelled" => Some((
            "good",
            "The event is called off. Whoever was down for it and has an email address here gets a letter; ring the others.",
        )),
        "repeated" => Some(("good", "The repeats are made. Each can be changed by itself.")),
        "repeated-before" => Some(("warn", "Each of those weeks has it already.")),
        "coming" => Some(("good", "You are down for it. A letter reminds you the day before.")),
        "coming-soon" => Some(("good", "You are down for it.")),
        "waiting" => {
            Some(("warn", "It is full, so you are on the waiting list. You get a letter when a place is yours."))
        }
        "already" => Some(("warn", "You are down for it already.")),
        "withdrawn" => Some(("good", "Your place is given up.")),
        "here" => Some(("good", "You are ticked off. Good to see you.")),
        "added" => Some(("good", "They are down for it.")),
        "added-waiting" => Some(("warn", "It is full, so they are on the waiting list.")),
        "shift-given" => Some(("good", "They have the shift.")),
        "was-down" => Some(("warn", "They were down for it already.")),
        "removed" => Some(("good", "They are no longer down for it.")),
        "removed-moved" => Some(("good", "They are no longer down for it. Whoever waited longest has the place.")),
        "shift" => Some(("good", "The shift is kept.")),
        "shift-removed" => {
            Some(("good", "The shift is gone. Whoever was down for it and has an email address here gets a letter."))
        }
        "ticked" => Some(("good", "Who came is kept.")),
        "attached" => Some(("good", "The lists are attached.")),
        "detached" => Some(("good", "The list is taken off this event. Its assignments and answers stay.")),
        _ => None,
    }
}
