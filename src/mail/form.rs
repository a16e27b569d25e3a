//! The fixed forms of letters: what each says, and nothing else is ever sent.

use crate::access::Role;
use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A letter's form with what fills it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Form {
    /// To somebody whose access was ended.
    AccessEnded {
        /// When.
        at: DateTime<Utc>,
    },
    /// To whoever may approve access that takes two people; or, where it begins by itself, to everybody who may stop it.
    AccessAsked {
        /// For whom.
        name: String,
        /// As what.
        role: Role,
        /// Where.
        area: String,
        /// Who asked.
        asker: String,
        /// Why, in their words.
        reason: String,
        /// When it begins by itself; None: somebody must approve it.
        begins: Option<DateTime<Utc>>,
        /// Until when it can be approved.
        lapses: DateTime<Utc>,
    },
    /// To who asked for access, and to whom it is for.
    RequestDecided {
        /// For whom.
        name: String,
        /// As what.
        role: Role,
        /// Where.
        area: String,
        /// Who decided.
        by: String,
        /// Whether it was approved.
        approved: bool,
        /// Why, in their words.
        reason: String,
    },
    /// To the data protection officer: the operator gave alone what takes two.
    OperatorGave {
        /// To whom.
        name: String,
        /// As what.
        role: Role,
        /// Where.
        area: String,
        /// Why, in the operator's words.
        reason: String,
    },
    /// To everybody concerned: somebody took a role for an hour in an emergency.
    GlassBroken {
        /// Who.
        name: String,
        /// As what.
        role: Role,
        /// Where.
        area: String,
        /// Why, in their words.
        reason: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// To an organiser: access in their area ended with somebody's membership.
    MembershipEnded {
        /// Whose, as what, where; one a line.
        people: Vec<String>,
    },
    /// To whoever has something to answer: an access review opened by itself.
    ReviewOpened {
        /// Of which area.
        area: String,
        /// By when.
        due: DateTime<Utc>,
    },
    /// To the same a week before its day.
    ReviewDue {
        /// Of which area.
        area: String,
        /// By when.
        due: DateTime<Utc>,
    },
    /// To administrators and the data protection officer: a review's day has come.
    ReviewClosed {
        /// Of which area.
        area: String,
        /// Grants that ended since nobody answered for them.
        ended: i64,
        /// Grants that were left, since nobody else could give access.
        left: i64,
    },
}

/// A letter as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject line.
    pub subject: String,
    /// The text, in paragraphs.
    pub paragraphs: Vec<String>,
}

/// Whose installation a letter comes from.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// The data controller.
    pub controller: &'a str,
    /// Where to write to them.
    pub contact: &'a str,
    /// Where Hustings is, without a slash at the end.
    pub base_url: &'a str,
}

impl Form {
    /// The form's word in the queue.
    pub fn name(&self) -> &'static str {
        match self {
            Form::AccessEnded { .. } => "access-ended",
            Form::AccessAsked { .. } => "access-asked",
            Form::RequestDecided { .. } => "request-decided",
            Form::OperatorGave { .. } => "operator-gave",
            Form::GlassBroken { .. } => "glass-broken",
            Form::MembershipEnded { .. } => "membership-ended",
            Form::ReviewOpened { .. } => "review-opened",
            Form::ReviewDue { .. } => "review-due",
            Form::ReviewClosed { .. } => "review-closed",
        }
    }

    /// What fills it, for the queue.
    ///
    /// # Errors
    /// None that could happen: every field is text, a number or a time.
    pub fn fields(&self) -> Result<serde_json::Value, Error> {
        serde_json::to_value(self).map_err(Error::internal)
    }

    /// The letter to `name`.
    pub fn letter(&self, from: From<'_>) -> Letter {
        let From { controller, contact, base_url } = from;
        let letter = |subject: &str, paragraphs: Vec<String>| Letter { subject: subject.to_owned(), paragraphs };
        match self {
            Form::AccessEnded { at } => letter(
                "Your access has ended",
                vec![
                    format!("Your access to {controller}’s Hustings ended on {}.", words::moment(*at)),
                    "Nothing can be opened with it any more. Destroy or give back what you printed or kept: walk lists, canvass cards, notes.".into(),
                    format!("If you think this is a mistake, write to {contact}."),
                ],
            ),
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
        }
    }
}
