//! What each form of a letter is, for whoever reads that one went and not what it said: a person's file, a search.

use super::Form;
use serde::Deserialize;

/// A form without what fills it, read from its word in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // Each as the form of the same name.
pub enum Kind {
    Invitation,
    PasswordReset,
    SignInLink,
    PasswordChanged,
    FactorChanged,
    FactorsReset,
    CodesTried,
    RecoveryUsed,
    NewDevice,
    AddressLeaves,
    AddressComes,
    EmailChanged,
    AccessEnded,
    AccessAsked,
    RequestDecided,
    OperatorGave,
    GlassBroken,
    MembershipEnded,
    ReviewOpened,
    ReviewDue,
    AlertsRaised,
    EndAccessAsked,
    WatchRuleSet,
    ReviewClosed,
    ExportAsked,
    ExportDecided,
    ExportLimitSet,
    HelpOffered,
    EventMovedUp,
    EventChanged,
    EventReminder,
    EventCancelled,
    ShiftRemoved,
    PlaceEnded,
}

impl Kind {
    /// The one of this word in the queue.
    pub fn parse(word: &str) -> Option<Kind> {
        serde_json::from_value(word.into()).ok()
    }

    /// What such a letter is about.
    pub fn about(self) -> &'static str {
        match self {
            Kind::Invitation => "Invitation to an account",
            Kind::PasswordReset => "A link to set another password",
            Kind::SignInLink => "A link to sign in",
            Kind::PasswordChanged => "The password was changed",
            Kind::FactorChanged => "A second factor came or went",
            Kind::FactorsReset => "All second factors were taken off",
            Kind::CodesTried => "Wrong codes were given",
            Kind::RecoveryUsed => "A recovery code was used",
            Kind::NewDevice => "Signed in with a new browser",
            Kind::AddressLeaves | Kind::AddressComes => "Asks whether an account is to have another address",
            Kind::EmailChanged => "An account’s address was changed",
            Kind::AccessEnded => "Access has ended",
            Kind::AccessAsked => "Somebody asked for access",
            Kind::RequestDecided => "A request for access was decided",
            Kind::OperatorGave => "The operator gave access alone",
            Kind::GlassBroken => "Somebody took access in an emergency",
            Kind::MembershipEnded => "Access ended with somebody’s membership",
            Kind::ReviewOpened => "An access review opened",
            Kind::ReviewDue => "An access review is due",
            Kind::ReviewClosed => "An access review closed",
            Kind::AlertsRaised => "Alerts were raised",
            Kind::EndAccessAsked => "The data protection officer asks that access be ended",
            Kind::WatchRuleSet => "A rule of watching was changed",
            Kind::ExportAsked => "Somebody asked for an export",
            Kind::ExportDecided => "An export was decided",
            Kind::ExportLimitSet => "Two people decide about exports of another size",
            Kind::HelpOffered => "Asks them to confirm that they offered to help",
            Kind::EventMovedUp => "A place at an event became theirs",
            Kind::EventChanged => "An event has another time or place",
            Kind::EventReminder => "Reminder of an event",
            Kind::EventCancelled => "An event was called off",
            Kind::ShiftRemoved => "A shift was taken away",
            Kind::PlaceEnded => "Somebody was taken off an event",
        }
    }
}

impl Form {
    /// Which it is: a new form is given its words above before this compiles.
    pub fn kind(&self) -> Kind {
        match self {
            Form::Invitation { .. } => Kind::Invitation,
            Form::PasswordReset { .. } => Kind::PasswordReset,
            Form::SignInLink { .. } => Kind::SignInLink,
            Form::PasswordChanged { .. } => Kind::PasswordChanged,
            Form::FactorChanged { .. } => Kind::FactorChanged,
            Form::FactorsReset { .. } => Kind::FactorsReset,
            Form::CodesTried { .. } => Kind::CodesTried,
            Form::RecoveryUsed { .. } => Kind::RecoveryUsed,
            Form::NewDevice { .. } => Kind::NewDevice,
            Form::AddressLeaves { .. } => Kind::AddressLeaves,
            Form::AddressComes { .. } => Kind::AddressComes,
            Form::EmailChanged { .. } => Kind::EmailChanged,
            Form::AccessEnded { .. } => Kind::AccessEnded,
            Form::AccessAsked { .. } => Kind::AccessAsked,
            Form::RequestDecided { .. } => Kind::RequestDecided,
            Form::OperatorGave { .. } => Kind::OperatorGave,
            Form::GlassBroken { .. } => Kind::GlassBroken,
            Form::MembershipEnded { .. } => Kind::MembershipEnded,
            Form::ReviewOpened { .. } => Kind::ReviewOpened,
            Form::ReviewDue { .. } => Kind::ReviewDue,
            Form::AlertsRaised { .. } => Kind::AlertsRaised,
            Form::EndAccessAsked { .. } => Kind::EndAccessAsked,
            Form::WatchRuleSet { .. } => Kind::WatchRuleSet,
            Form::ReviewClosed { .. } => Kind::ReviewClosed,
            Form::ExportAsked { .. } => Kind::ExportAsked,
            Form::ExportDecided { .. } => Kind::ExportDecided,
            Form::ExportLimitSet { .. } => Kind::ExportLimitSet,
            Form::HelpOffered { .. } => Kind::HelpOffered,
            Form::EventMovedUp(_) => Kind::EventMovedUp,
            Form::EventChanged(_) => Kind::EventChanged,
            Form::EventReminder(_) => Kind::EventReminder,
            Form::EventCancelled(_) => Kind::EventCancelled,
            Form::ShiftRemoved(_) => Kind::ShiftRemoved,
            Form::PlaceEnded(_) => Kind::PlaceEnded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;

    #[test]
    fn a_word_of_the_queue_is_the_form_that_it_was_sent_as() {
        let at = Utc::now();
        let removed = Form::FactorChanged { at, added: false, name: "Phone".into() };
        for form in [removed, Form::AccessEnded { at }, Form::AlertsRaised { raised: 2, high: 1 }] {
            assert_eq!(Kind::parse(form.name()), Some(form.kind()));
        }
        assert_eq!(
            Kind::parse("help-offered").map(Kind::about),
            Some("Asks them to confirm that they offered to help")
        );
        assert_eq!(Kind::parse("a letter by hand"), None);
    }
}
