//! The rules, as one readable table. What each counts is a branch of `wall.watch`; thresholds, windows and whether a rule is on
//! may be changed here by the data protection officer, with a reason, and every change stays on record.
//!
//! Two decisions stand behind the table. *One surname everywhere* goes by whom somebody opened, not by what they typed: what was
//! typed is kept nowhere, an honest search shows every bearer in an area at once, and it is opening one after the other that
//! singles a name out. And *two networks at once* asks for another browser too: a phone changes networks on every bus, but it does
//! not become another phone and back.

use super::Severity;
use crate::access::Role::{self, Administrator, DataProtectionOfficer, MembershipSecretary, Organiser, Volunteer};
use crate::access::door::{Asked, Changed};
use crate::web::words;

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name in addresses, on the command line and in the database.
    pub key: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it looks for and why, in plain words.
    pub what: &'static str,
    /// What an honest reason may be.
    pub honest: &'static str,
    /// What is counted: one and many.
    pub unit: (&'static str, &'static str),
    /// What it looks at: a branch of `wall.watch`.
    pub looks_at: &'static str,
    /// How grave what it finds is.
    pub severity: Severity,
    /// Whose looks.
    pub roles: &'static [Role],
    /// More than this is too many, unless `at_least`.
    pub threshold: i32,
    /// Within so many minutes.
    pub minutes: i32,
    /// Whether the threshold itself is too many.
    pub at_least: bool,
}

const DAY: i32 = 24 * 60;
const ANYBODY: &[Role] = &Role::ALL;
const FIELD: &[Role] = &[Volunteer, Organiser, MembershipSecretary];

/// Every rule.
pub const RULES: [Rule; 15] = [
    Rule {
        key: "canary",
        title: "A canary was seen",
        what: "Somebody opened, found, printed or took away an invented elector. No list leads to them, so somebody looked where they had no reason to.",
        honest: "Reading down a street or a page of results that happens to hold one. Found among many others in a search, it is less grave.",
        unit: ("look at an invented elector", "looks at an invented elector"),
        looks_at: "canary",
        severity: Severity::High,
        roles: ANYBODY,
        threshold: 1,
        minutes: DAY,
        at_least: true,
    },
    Rule {
        key: "sweep-volunteers",
        title: "A volunteer opens many people",
        what: "Electors opened one by one, without those on lists that the volunteer holds or held.",
        honest: "None that we know of: a volunteer works from lists.",
        unit: ("person opened one by one", "people opened one by one"),
        looks_at: "opened",
        severity: Severity::High,
        roles: &[Volunteer],
        threshold: 60,
        minutes: 10,
        at_least: false,
    },
    Rule {
        key: "sweep-organisers",
        title: "An organiser opens many people",
        what: "Electors opened one by one faster than anybody reads. Those who live in the same home count, as the page shows them.",
        honest: "Putting a street right after a canvass, home by home.",
        unit: ("person opened one by one", "people opened one by one"),
        looks_at: "opened",
        severity: Severity::Medium,
        roles: &[Organiser],
        threshold: 150,
        minutes: 10,
        at_least: false,
    },
    Rule {
        key: "sweep-officers",
        title: "An officer opens many people",
        what: "People opened one by one from the pages of data protection. Who watches is watched.",
        honest: "Answering for a breach that touched many.",
        unit: ("person opened one by one", "people opened one by one"),
        looks_at: "opened",
        severity: Severity::Medium,
        roles: &[DataProtectionOfficer],
        threshold: 100,
        minutes: 10,
        at_least: false,
    },
    Rule {
        key: "slow-sweep",
        title: "Many people over a day",
        what: "Electors opened one by one, slowly enough to go unnoticed, all day long.",
        honest: "A long day of data entry.",
        unit: ("person opened one by one", "people opened one by one"),
        looks_at: "opened",
        severity: Severity::Medium,
        roles: FIELD,
        threshold: 400,
        minutes: DAY,
        at_least: false,
    },
    Rule {
        key: "page-after-page",
        title: "Page after page of searches",
        what: "People shown as answers to searches, each counted once: reading the register through by its pages.",
        honest: "Looking for somebody by a common name in a large area.",
        unit: ("person shown in searches", "people shown in searches"),
        looks_at: "found",
        severity: Severity::Medium,
        roles: FIELD,
        threshold: 1000,
        minutes: 10,
        at_least: false,
    },
    Rule {
        key: "pages-of-a-day",
        title: "Many people shown in a day",
        what: "The same over a day: reading the register through in slices.",
        honest: "A day of answering letters, one search after the other.",
        unit: ("person shown in searches", "people shown in searches"),
        looks_at: "found",
        severity: Severity::Medium,
        roles: FIELD,
        threshold: 5000,
        minutes: DAY,
        at_least: false,
    },
    Rule {
        key: "prints",
        title: "Many people printed in a day",
        what: "People on walk lists printed within a day, each counted once.",
        honest: "The cards for a whole constituency, printed in one go.",
        unit: ("person printed", "people printed"),
        looks_at: "printed",
        severity: Severity::Medium,
        roles: FIELD,
        threshold: 10_000,
        minutes: DAY,
        at_least: false,
    },
    Rule {
        key: "night",
        title: "Searches in the night",
        what: "Searches, prints and files between 11 pm and 6 am. Not from the eve of a poll to the night after it.",
        honest: "A late evening before leaflets go out.",
        unit: ("search or print in the night", "searches and prints in the night"),
        looks_at: "night",
        severity: Severity::Low,
        roles: FIELD,
        threshold: 20,
        minutes: 7 * 60,
        at_least: false,
    },
    Rule {
        key: "surname",
        title: "One surname everywhere",
        what: "People of one surname opened in many polling districts, half of all who bear it there, or half of all that were opened: somebody is being looked for.",
        honest: "Putting one large family’s records right.",
        unit: ("polling district with the same surname opened", "polling districts with the same surname opened"),
        looks_at: "surname",
        severity: Severity::High,
        roles: FIELD,
        threshold: 3,
        minutes: DAY,
        at_least: false,
    },
    Rule {
        key: "surname-together",
        title: "One surname, several accounts",
        what: "The same, by several accounts together.",
        honest: "A family in the news, on every list.",
        unit: ("polling district with the same surname opened", "polling districts with the same surname opened"),
        looks_at: "surname-together",
        severity: Severity::Medium,
        roles: FIELD,
        threshold: 5,
        minutes: DAY,
        at_least: false,
    },
    Rule {
        key: "crowd",
        title: "One home, many accounts",
        what: "One home opened by many accounts within a day, no list of theirs leading there: somebody known, or a grudge.",
        honest: "A record that several organisers put right together.",
        unit: ("account opened the same home", "accounts opened the same home"),
        looks_at: "crowd",
        severity: Severity::Medium,
        roles: FIELD,
        threshold: 5,
        minutes: DAY,
        at_least: false,
    },
    Rule {
        key: "two-networks",
        title: "Two networks at once",
        what: "One account used from two networks by two browsers in turn, within ten minutes of each other: two people with one sign-in.",
        honest: "A laptop at home beside a phone that is not on the same network.",
        unit: ("change from network to network and back", "changes from network to network and back"),
        looks_at: "places",
        severity: Severity::Medium,
        roles: ANYBODY,
        threshold: 2,
        minutes: 30,
        at_least: false,
    },
    Rule {
        key: "refused",
        title: "Refused often",
        what: "Pages that are not the role’s, and records of other areas, tried again and again.",
        honest: "Old bookmarks after a change of area.",
        unit: ("refused attempt", "refused attempts"),
        looks_at: "refused",
        severity: Severity::Medium,
        roles: ANYBODY,
        threshold: 20,
        minutes: 10,
        at_least: false,
    },
    Rule {
        key: "after-ending",
        title: "Tries after access ended",
        what: "An account whose access was ended keeps trying to come in.",
        honest: "They have not read the letter yet.",
        unit: ("attempt after access ended", "attempts after access ended"),
        looks_at: "ended",
        severity: Severity::Low,
        roles: &[Volunteer, Organiser, MembershipSecretary, DataProtectionOfficer, Administrator],
        threshold: 5,
        minutes: DAY,
        at_least: false,
    },
];

/// "10 minutes", "a day", "7 hours".
pub fn window(minutes: i32) -> String {
    match minutes {
        DAY => "a day".into(),
        m if m % DAY == 0 => words::count(m / DAY, "day", "days"),
        60 => "an hour".into(),
        m if m % 60 == 0 => words::count(m / 60, "hour", "hours"),
        m => words::count(m, "minute", "minutes"),
    }
}

impl Rule {
    /// The rule of this name.
    pub fn named(key: &str) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.key == key)
    }

    /// As the database is asked it, with what was changed here; None when it is off.
    pub fn asked(&self, changed: &[Changed]) -> Option<Asked> {
        let (on, threshold, minutes) =
            changed.iter().find(|c| c.0 == self.key).map_or((true, self.threshold, self.minutes), |c| (c.1, c.2, c.3));
        on.then(|| Asked {
            looks_at: self.looks_at,
            rule: self.key,
            severity: self.severity.as_str(),
            roles: self.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            threshold,
            minutes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{RULES, window};

    #[test]
    fn every_rule_has_a_name_of_its_own_and_says_what_it_is() {
        for (i, rule) in RULES.iter().enumerate() {
            assert!(RULES.iter().skip(i + 1).all(|other| other.key != rule.key), "{}", rule.key);
            assert!(
                !rule.roles.is_empty() && rule.threshold > 0 && rule.what.ends_with('.') && rule.honest.ends_with('.')
            );
        }
    }

    #[test]
    fn windows_are_said_as_people_say_them() {
        assert_eq!([10, 60, 420, 1440, 2880].map(window), ["10 minutes", "an hour", "7 hours", "a day", "2 days"]);
    }
}
