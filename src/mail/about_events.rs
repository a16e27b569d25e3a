//! What letters about events say: service messages about a place that somebody has, which promote nothing.

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
}

/// The letter, of a form about an event; None: it is about something else.
pub(super) fn letter(form: &Form, from: From<'_>) -> Option<Letter> {
    let (subject, mut paragraphs, about) = match form {
        Form::EventMovedUp(about) => (
            format!("You have a place: {}", about.name()),
            vec![format!("A place became free, and it is yours: {}.", about.words())],
            about,
        ),
        Form::EventChanged(about) => (
            format!("Changed: {}", about.name()),
            vec![format!(
                "The time or the place of something that you are down for is another now: {}.",
                about.words()
            )],
            about,
        ),
        Form::EventReminder(about) => {
            let mut said = vec![format!("You are down for this: {}.", about.words())];
            said.extend((!about.bring.is_empty()).then(|| format!("Bring: {}", about.bring)));
            (format!("Coming up: {}", about.name()), said, about)
        }
        Form::EventCancelled(about) => {
            let said = vec![format!("This was called off: {}.", about.words()), format!("Why: {}", about.reason)];
            return Some(Letter { subject: format!("Called off: {}", about.name()), paragraphs: said });
        }
        Form::ShiftRemoved(about) => {
            let said = vec![
                format!("This shift is no longer needed: {}.", about.words()),
                format!("See what else there is to do at {}/events/{}", from.base_url, about.event),
            ];
            return Some(Letter { subject: format!("No longer needed: {}", about.name()), paragraphs: said });
        }
        _ => return None,
    };
    paragraphs.push(format!(
        "If you cannot come, give your place to somebody else at {}/events/{}",
        from.base_url, about.event
    ));
    Some(Letter { subject, paragraphs })
}
