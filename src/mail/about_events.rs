//! What letters about events say: service messages about a place that somebody has, which promote nothing. Whoever was put down by
//! name cannot sign in, and is sent to no page that asks for it.

use super::form::{Form, From, Letter, Occasion};
use crate::events::hours;
use chrono_tz::Europe::London;

impl Occasion {
    /// "Saltern Saturday (Board runner), Saturday 28 November, 10:00 am to 12:30 pm, the bandstand".
    fn words(&self) -> String {
        let shift = self.shift.as_ref().map(|s| format!(" ({s})")).unwrap_or_default();
        let day = self.starts.with_timezone(&London).format("%A %-d %B").to_string();
        format!("{}{shift}, {day}, {}, {}", self.title, hours(self.starts, self.ends), self.place)
    }

    fn name(&self) -> String {
        self.shift.as_ref().map_or_else(|| self.title.clone(), |shift| format!("{}: {shift}", self.title))
    }

    /// How to give the place up.
    fn way_out(&self, from: From<'_>) -> Vec<String> {
        if self.person.is_none() {
            let page = self.page(from);
            return vec![format!("If you cannot come, give your place to somebody else at {page}")];
        }
        let mut said =
            vec!["If you cannot come, write to or ring whoever asked you, so that somebody else can.".to_owned()];
        said.extend(self.public_page(from));
        said
    }

    /// Where to go from here, once the place is gone.
    fn way_on(&self, from: From<'_>, for_account: &str, for_others: &str) -> Vec<String> {
        if self.person.is_none() {
            return vec![format!("{for_account} {}", self.page(from))];
        }
        let mut said = vec![for_others.to_owned()];
        said.extend(self.public_page(from));
        said
    }

    /// Its page for whoever signs in.
    fn page(&self, from: From<'_>) -> String {
        format!("{}/events/{}", from.base_url, self.event)
    }

    fn public_page(&self, from: From<'_>) -> Option<String> {
        self.public.then(|| format!("What is on stands at {}/public/events/{}", from.base_url, self.event))
    }
}

/// The letter, of a form about an event; None: it is about something else.
pub(super) fn letter(form: &Form, from: From<'_>) -> Option<Letter> {
    let (subject, paragraphs) = match form {
        Form::EventMovedUp(about) => {
            let said = vec![format!("A place became free, and it is yours: {}.", about.words())];
            (format!("You have a place: {}", about.name()), [said, about.way_out(from)].concat())
        }
        Form::EventChanged(about) => {
            let words = about.words();
            let said =
                vec![format!("The time or the place of something that you are down for is another now: {words}.")];
            (format!("Changed: {}", about.name()), [said, about.way_out(from)].concat())
        }
        Form::EventReminder(about) => {
            let mut said = vec![format!("You are down for this: {}.", about.words())];
            said.extend((!about.bring.is_empty()).then(|| format!("Bring: {}", about.bring)));
            (format!("Coming up: {}", about.name()), [said, about.way_out(from)].concat())
        }
        Form::EventCancelled(about) => {
            let said = vec![format!("This was called off: {}.", about.words()), format!("Why: {}", about.reason)];
            (format!("Called off: {}", about.name()), said)
        }
        Form::ShiftRemoved(about) => {
            let said = vec![format!("This shift is no longer needed: {}.", about.words())];
            let ask = "If you would like to do something else, write to or ring whoever asked you.";
            let on = about.way_on(from, "See what else there is to do at", ask);
            (format!("No longer needed: {}", about.name()), [said, on].concat())
        }
        Form::PlaceEnded(about) => {
            let said = vec![format!("An organiser took you off this: {}.", about.words())];
            let ask = "If you think this is a mistake, write to or ring whoever asked you.";
            let on = about.way_on(from, "If you think this is a mistake, ask them. It stands at", ask);
            (format!("You are no longer down for {}", about.name()), [said, on].concat())
        }
        _ => return None,
    };
    Some(Letter { subject, paragraphs })
}
