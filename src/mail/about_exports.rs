//! What letters about exports say: never whom an export is about.

use super::form::{Form, From, Letter};
use crate::web::words;

/// The letter, of a form about an export; None: it is about something else.
pub(super) fn letter(form: &Form, from: From<'_>) -> Option<Letter> {
    let base_url = from.base_url;
    let letter = |subject: &str, paragraphs: Vec<String>| Letter { subject: subject.to_owned(), paragraphs };
    Some(match form {
        Form::ExportAsked { number, asker, about, people, purpose, reason, lapses } => letter(
            "An export waits for your approval",
            vec![
                format!(
                    "{asker} wants to take away {} as a file: {about}. What for: {purpose}. Their reason: {reason}",
                    words::count(*people, "person", "people")
                ),
                format!("Approve or refuse it by {}. After that it is over.", words::moment(*lapses)),
                format!("See what is in it and answer at {base_url}/exports/{number}"),
            ],
        ),
        Form::ExportDecided { number, about, by, approved, reason, until } => {
            let done = if *approved { "approved" } else { "refused" };
            let mut said = vec![format!("Your export {number} ({about}) was {done} by {by}.")];
            said.extend((!reason.is_empty()).then(|| format!("Their reason: {reason}")));
            said.extend(until.map(|at| format!("Fetch it by {} at {base_url}/exports/{number}", words::moment(at))));
            letter(if *approved { "Your export was approved" } else { "Your export was refused" }, said)
        }
        Form::ExportLimitSet { by, before, now, reason } => letter(
            if now > before { "Larger exports need no second person now" } else { "Smaller exports need a second person now" },
            vec![
                format!(
                    "{by} changed the number of people above which a second person approves an export: from {} to {}. Their reason: \
                     {reason}",
                    words::figure(*before),
                    words::figure(*now)
                ),
                "It is on record. If you do not agree, set it back: the data protection officer and administrators can.".into(),
            ],
        ),
        _ => return None,
    })
}
