//! What letters about giving, asking for and reviewing access say.

use super::form::{Form, From, Letter};
use crate::web::words;

/// The letter, of a form about somebody's access; None: it is about something else.
pub(super) fn letter(form: &Form, from: From<'_>) -> Option<Letter> {
    let From { controller: _, contact: _, base_url } = from;
    let letter = |subject: &str, paragraphs: Vec<String>| Letter { subject: subject.to_owned(), paragraphs };
    Some(match form {
        Form::AccessAsked { name, role, area, asker, reason, begins, lapses } => {
            let what = format!("{asker} asks that {name} become {} in {area}. Their reason: {reason}", role.with_article());
            match begins {
                Some(begins) => letter(
                    "Access begins tomorrow unless somebody stops it",
                    vec![
                        what,
                        format!(
                            "Nobody else could approve this, so it begins by itself on {}. If it should not, an administrator or \
                             the data protection officer can stop it before then.",
                            words::moment(*begins)
                        ),
                        format!("See it at {base_url}/access/requests"),
                    ],
                ),
                None => letter(
                    "Access waits for your approval",
                    vec![
                        what,
                        format!("Approve or refuse it by {}. After that it is over.", words::moment(*lapses)),
                        format!("Answer at {base_url}/access/requests"),
                    ],
                ),
            }
        }
        Form::RequestDecided { name, role, area, by, approved, reason } => {
            let done = if *approved { "approved" } else { "refused or stopped" };
            let mut said = vec![format!("Access of {name} as {} in {area} was {done} by {by}.", role.title().to_lowercase())];
            said.extend((!reason.is_empty()).then(|| format!("Their reason: {reason}")));
            said.push(format!("It is on record at {base_url}/access/requests"));
            letter(if *approved { "Access was approved" } else { "Access was not approved" }, said)
        }
        Form::AlertsRaised { raised, high } => letter(
            if *high > 0 { "An alert needs you now" } else { "Alerts wait for you" },
            vec![
                format!(
                    "Watching the record of looks raised {}{}.",
                    words::count(*raised, "alert", "alerts"),
                    match high {
                        0 => String::new(),
                        n if n == raised => ", to be looked at now".into(),
                        n => format!(", {} of them to be looked at now", words::figure(*n)),
                    }
                ),
                "What was found, and by whom, stands on the page only.".into(),
                format!("See them at {base_url}/protection/alerts"),
            ],
        ),
        Form::WatchRuleSet { by, rule, now, reason } => letter(
            "A rule that watches over looks was changed",
            vec![
                format!("{by} changed the rule “{rule}”. {now}. Their reason: {reason}"),
                "It is on record. If you do not agree, talk to them: data protection officers can set it back.".into(),
            ],
        ),
        Form::EndAccessAsked { alert, account, note } => letter(
            "A data protection officer asks you to end access",
            vec![
                format!("After alert No. {alert} the data protection officer asks that the access of one account be ended. Their reason: {note}"),
                format!("See what will stop, and end it, at {base_url}/access/accounts/{account}/end-access?alert={alert}"),
                "Ending is quick, and can be undone. Do not tell the person before it is done.".into(),
            ],
        ),
        Form::OperatorGave { name, role, area, reason } => letter(
            "The operator gave access alone",
            vec![
                format!("From the command line, {name} was made {} in {area}. The reason given: {reason}", role.with_article()),
                "On pages this takes two people. The operator can do it alone, for an installation that nobody can get into; \
                 so you are told."
                    .into(),
            ],
        ),
        Form::GlassBroken { name, role, area, reason, until } => letter(
            "Somebody broke the glass",
            vec![
                format!(
                    "{name} is {} in {area} for an hour, until {}. Their reason: {reason}",
                    role.with_article(),
                    words::moment(*until)
                ),
                "Everything they look at is on record. If this is no emergency that you know of, an administrator can end it at once."
                    .into(),
                format!("Every such hour stands at {base_url}/access/break-glass for administrators and the data protection officer."),
            ],
        ),
        Form::MembershipEnded { people } => letter(
            "Access in your area ended with membership",
            std::iter::once("The membership on which their access depends is no longer current, so it ended, and lists they held \
                 were taken back:".to_owned())
            .chain(people.iter().cloned())
            .chain(["Ask your membership secretary if you think that this is a mistake.".into()])
            .collect(),
        ),
        Form::ReviewOpened { area, due } => letter(
            "An access review has begun",
            vec![
                format!("Every access in {area} is to be kept or ended by {}. What nobody answers for ends then.", words::moment(*due)),
                format!("Answer at {base_url}/access/reviews"),
            ],
        ),
        Form::ReviewDue { area, due } => letter(
            "The access review ends in a week",
            vec![
                format!("Some access in {area} has not been kept or ended. What nobody answers for ends on {}.", words::moment(*due)),
                format!("Answer at {base_url}/access/reviews"),
            ],
        ),
        Form::ReviewClosed { area, ended, left } => {
            let mut said = vec![format!(
                "The access review of {area} is over. {} that nobody answered for.",
                words::count(*ended, "access ended", "accesses ended")
            )];
            said.extend((*left > 0).then(|| "One administrator’s access was left, since nobody else could give access.".to_owned()));
            said.push(format!("The record is at {base_url}/access/reviews"));
            letter("An access review is over", said)
        }
        _ => return None,
    })
}
