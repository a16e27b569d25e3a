//! The fixed forms of letters: what each says, and nothing else is ever sent.

use super::Link;
use crate::access::Role;
use crate::error::Error;
use crate::keys::Keys;
use crate::web::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A letter's form with what fills it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Form {
    /// To somebody who is to have access.
    Invitation {
        /// Who invites.
        by: String,
        /// The role; None: an account, and access later.
        role: Option<Role>,
        /// The area's name.
        area: String,
        /// Until when the link is good.
        until: DateTime<Utc>,
        /// Where it is taken up.
        link: Link,
    },
    /// To somebody who cannot sign in.
    PasswordReset {
        /// Where another password is set.
        link: Link,
    },
    /// To somebody who signs in without a password.
    SignInLink {
        /// Where.
        link: Link,
    },
    /// The password is another.
    PasswordChanged {
        /// When.
        at: DateTime<Utc>,
    },
    /// A second factor came or went.
    FactorChanged {
        /// When.
        at: DateTime<Utc>,
        /// Whether it came.
        added: bool,
        /// What it is called.
        name: String,
    },
    /// Somebody else took all second factors off.
    FactorsReset {
        /// When.
        at: DateTime<Utc>,
    },
    /// Ten wrong codes were given after the right password.
    CodesTried {
        /// When.
        at: DateTime<Utc>,
    },
    /// A recovery code was used.
    RecoveryUsed {
        /// When.
        at: DateTime<Utc>,
    },
    /// Signed in with a browser that the account has not used before.
    NewDevice {
        /// When.
        at: DateTime<Utc>,
        /// "Firefox on Android".
        browser: String,
        /// The network address.
        address: String,
    },
    /// To the address that an account is to leave.
    AddressLeaves {
        /// Where to, masked.
        to: String,
        /// Where to say yes or no.
        link: Link,
    },
    /// To the address that an account is to get.
    AddressComes {
        /// Where to say yes or no.
        link: Link,
    },
    /// The address is another, to the new one.
    EmailChanged {
        /// When.
        at: DateTime<Utc>,
    },
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
    /// To whoever weighs alerts: rules of watching raised some. Says nothing of whom they are about.
    AlertsRaised {
        /// How many since the last letter.
        raised: i64,
        /// How many of them are grave.
        high: i64,
    },
    /// To administrators: a data protection officer asks that access be ended.
    EndAccessAsked {
        /// The alert's number.
        alert: i64,
        /// Whose access.
        account: uuid::Uuid,
        /// Why, in the officer's words.
        note: String,
    },
    /// To everybody who guards: a rule of watching was changed.
    WatchRuleSet {
        /// By whom.
        by: String,
        /// The rule, as its page calls it.
        rule: String,
        /// How it stands now.
        now: String,
        /// Why, in their words.
        reason: String,
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
    /// To whoever may approve an export: never what it was looking for.
    ExportAsked {
        /// Its number.
        number: i64,
        /// Who asked.
        asker: String,
        /// What of, in words that name nobody.
        about: String,
        /// How many people.
        people: i64,
        /// What for.
        purpose: String,
        /// Why, in their words.
        reason: String,
        /// Until when it can be decided.
        lapses: DateTime<Utc>,
    },
    /// To who asked for an export.
    ExportDecided {
        /// Its number.
        number: i64,
        /// What of.
        about: String,
        /// Who decided.
        by: String,
        /// Whether it was approved.
        approved: bool,
        /// Why, in their words.
        reason: String,
        /// Until when it can be fetched.
        until: Option<DateTime<Utc>>,
    },
    /// To everybody who guards: two people decide about exports above another size now.
    ExportLimitSet {
        /// By whom.
        by: String,
        /// Above so many people before.
        before: i32,
        /// And from now on.
        now: i32,
        /// Why, in their words.
        reason: String,
    },
    /// To an address that somebody gave who offered to help.
    HelpOffered {
        /// Where.
        area: String,
        /// Where to confirm it.
        link: Link,
    },
    /// To somebody who waited for a place: it is theirs.
    EventMovedUp(Occasion),
    /// To whoever is down for an event: its time or place is another.
    EventChanged(Occasion),
    /// To the same the day before.
    EventReminder(Occasion),
    /// To the same: it was called off.
    EventCancelled(Occasion),
    /// To whoever is down for a shift: it is no longer needed.
    ShiftRemoved(Occasion),
    /// To whoever was down for an event: an organiser took them off.
    PlaceEnded(Occasion),
}

/// An event, or a shift of one, as letters tell of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Occasion {
    /// The event.
    pub event: uuid::Uuid,
    /// What it is called.
    pub title: String,
    /// Where to meet.
    pub place: String,
    /// When the event or the shift begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// The shift's name.
    pub shift: Option<String>,
    /// Why it was called off, in the organiser's words.
    #[serde(default)]
    pub reason: String,
    /// What to bring.
    #[serde(default)]
    pub bring: String,
    /// Whom it is to, where they were put down by name: they cannot sign in. None: to an account.
    #[serde(default)]
    pub person: Option<uuid::Uuid>,
    /// Whether the event has a page that anybody may open.
    #[serde(default)]
    pub public: bool,
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
            Form::Invitation { .. } => "invitation",
            Form::HelpOffered { .. } => "help-offered",
            Form::PasswordReset { .. } => "password-reset",
            Form::SignInLink { .. } => "sign-in-link",
            Form::PasswordChanged { .. } => "password-changed",
            Form::FactorChanged { .. } => "factor-changed",
            Form::FactorsReset { .. } => "factors-reset",
            Form::CodesTried { .. } => "codes-tried",
            Form::RecoveryUsed { .. } => "recovery-used",
            Form::NewDevice { .. } => "new-device",
            Form::AddressLeaves { .. } => "address-leaves",
            Form::AddressComes { .. } => "address-comes",
            Form::EmailChanged { .. } => "email-changed",
            Form::AccessEnded { .. } => "access-ended",
            Form::AccessAsked { .. } => "access-asked",
            Form::RequestDecided { .. } => "request-decided",
            Form::OperatorGave { .. } => "operator-gave",
            Form::GlassBroken { .. } => "glass-broken",
            Form::MembershipEnded { .. } => "membership-ended",
            Form::AlertsRaised { .. } => "alerts-raised",
            Form::EndAccessAsked { .. } => "end-access-asked",
            Form::WatchRuleSet { .. } => "watch-rule-set",
            Form::ReviewOpened { .. } => "review-opened",
            Form::ReviewDue { .. } => "review-due",
            Form::ReviewClosed { .. } => "review-closed",
            Form::ExportAsked { .. } => "export-asked",
            Form::ExportDecided { .. } => "export-decided",
            Form::ExportLimitSet { .. } => "export-limit-set",
            Form::EventMovedUp(_) => "event-moved-up",
            Form::EventChanged(_) => "event-changed",
            Form::EventReminder(_) => "event-reminder",
            Form::EventCancelled(_) => "event-cancelled",
            Form::ShiftRemoved(_) => "shift-removed",
            Form::PlaceEnded(_) => "place-ended",
        }
    }

    /// What fills it, for the queue.
    ///
    /// # Errors
    /// None that could happen: every field is text, a number or a time.
    pub fn fields(&self) -> Result<serde_json::Value, Error> {
        serde_json::to_value(self).map_err(Error::internal)
    }

    /// The letter, its links opened.
    ///
    /// # Errors
    /// [`Error::Refused`] when the key to a link is missing.
    pub fn letter(&self, keys: &Keys, from: From<'_>) -> Result<Letter, Error> {
        if let Some(letter) = super::about_access::letter(self, from) {
            return Ok(letter);
        }
        if let Some(letter) = super::about_exports::letter(self, from) {
            return Ok(letter);
        }
        if let Some(letter) = super::about_events::letter(self, from) {
            return Ok(letter);
        }
        let subject = self.subject(from.controller);
        Ok(Letter { subject, paragraphs: self.paragraphs(keys, from)? })
    }

    fn subject(&self, controller: &str) -> String {
        match self {
            Form::Invitation { .. } => format!("{controller} invites you to Hustings"),
            Form::PasswordReset { .. } => "Set another password".into(),
            Form::SignInLink { .. } => "Your link to sign in".into(),
            Form::PasswordChanged { .. } => "Your password was changed".into(),
            Form::FactorChanged { added: true, .. } => "A way to prove that it is you was added".into(),
            Form::FactorChanged { .. } => "A way to prove that it is you was taken off".into(),
            Form::FactorsReset { .. } => "Your second factors were taken off".into(),
            Form::CodesTried { .. } => "Wrong codes were given for your account".into(),
            Form::RecoveryUsed { .. } => "A recovery code was used".into(),
            Form::NewDevice { .. } => "Signed in with a browser that is new to your account".into(),
            Form::AddressLeaves { .. } | Form::AddressComes { .. } => "Another address for your account?".into(),
            Form::EmailChanged { .. } => "Your address was changed".into(),
            Form::HelpOffered { .. } => "Confirm that you want to help".into(),
            Form::AccessEnded { .. } => "Your access has ended".into(),
            _ => String::new(),
        }
    }

    fn paragraphs(&self, keys: &Keys, from: From<'_>) -> Result<Vec<String>, Error> {
        let From { controller, contact, base_url } = from;
        let not_you = format!(
            "If this was not you, sign in at {base_url} and change your password, and write to {contact} at once."
        );
        let once = "The link is good once. Do not pass it on: whoever opens it comes in as you.";
        Ok(match self {
            Form::Invitation { by, role, area, until, link } => vec![
                match role {
                    Some(role) => format!("{by} invites you to work in {controller}’s Hustings as {} in {area}.", role.with_article()),
                    None => format!("{by} invites you to an account in {controller}’s Hustings."),
                },
                "Open this link, say who you are and accept the terms of use:".into(),
                link.open(keys)?,
                format!("The link is good once, for this address, until {}. {}", words::moment(*until), "If you do not know what this is about, leave it: nothing happens."),
            ],
            Form::PasswordReset { link } => vec![
                "Somebody, you it is hoped, asked to set another password for your account. Open this link within an hour:".into(),
                link.open(keys)?,
                format!("{once} If you did not ask for it, leave it: nothing changes."),
            ],
            Form::SignInLink { link } => vec![
                "Open this link within ten minutes to sign in:".into(),
                link.open(keys)?,
                format!("{once} If you did not ask for it, leave it: nothing happens."),
            ],
            Form::PasswordChanged { at } => vec![
                format!("The password of your account was changed on {}. Every other place was signed out.", words::moment(*at)),
                not_you,
            ],
            Form::FactorChanged { at, added, name } => vec![
                format!(
                    "“{name}” was {} on {}.",
                    if *added { "added to your account as a way to prove that it is you" } else { "taken off your account" },
                    words::moment(*at)
                ),
                not_you,
            ],
            Form::FactorsReset { at } => vec![
                format!("All second factors were taken off your account on {}, because you, or somebody for you, said that they are lost. You were signed out. Set a new one up when you sign in next.", words::moment(*at)),
                not_you,
            ],
            Form::CodesTried { at } => vec![
                format!("On {} somebody gave your password and ten wrong codes. Nothing was opened.", words::moment(*at)),
                format!("If it was not you, somebody knows your password: set another one at {base_url}/password/forgotten, and write to {contact}."),
            ],
            Form::RecoveryUsed { at } => vec![
                format!("One of your recovery codes was used on {}. It is good no more.", words::moment(*at)),
                not_you,
            ],
            Form::NewDevice { at, browser, address } => vec![
                format!("On {} your account was signed in to with {browser}, from the network address {address}. It has not been used there before.", words::moment(*at)),
                format!("If it was you, there is nothing to do. Under {base_url}/account you see every place where you are signed in. {not_you}"),
            ],
            Form::AddressLeaves { to, link } => vec![
                format!("Somebody who is signed in to your account wants it to have another address: {to}. It changes only when both addresses say yes."),
                "Open this link within a day to say yes or no:".into(),
                link.open(keys)?,
                not_you,
            ],
            Form::AddressComes { link } => vec![
                format!("Somebody wants this to be the address of their account in {controller}’s Hustings. It changes only when both addresses say yes."),
                "Open this link within a day to say yes or no:".into(),
                link.open(keys)?,
                "If you do not know what this is about, leave it: nothing happens.".into(),
            ],
            Form::HelpOffered { area, link } => vec![
                format!("Somebody, you it is hoped, offered to help {controller} in {area} and gave this address."),
                "Open this link within two days and press the button. Only then do the organisers there learn of it:".into(),
                link.open(keys)?,
                "If it was not you, leave it: nothing is kept.".into(),
            ],
            Form::EmailChanged { at } => vec![
                format!("Since {} this is the address that you sign in with.", words::moment(*at)),
                not_you,
            ],
            Form::AccessEnded { at } => vec![
                format!("Your access to {controller}’s Hustings ended on {}.", words::moment(*at)),
                "Nothing can be opened with it any more. Destroy or give back what you printed or kept: walk lists, canvass cards, notes.".into(),
                format!("If you think this is a mistake, write to {contact}."),
            ],
            _ => Vec::new(),
        })
    }
}
