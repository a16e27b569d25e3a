//! Whom a message is for: rules that a person reads back in words, typed here and asked in the database as values.

use super::Channel;
use super::occasion::Occasion;
use crate::volunteers::{AVAILABILITY, SKILLS};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which members.
pub const MEMBERS: [(&str, &str); 4] = [
    ("current", "Current members"),
    ("joined", "Members who joined lately"),
    ("lapsing", "Members whose membership ends soon"),
    ("lapsed", "Members who lapsed"),
];
/// What only a membership secretary knows of members.
pub const SECRETARYS: [&str; 2] = ["joined", "lapsing"];
/// Which volunteers.
pub const VOLUNTEERS: [(&str, &str); 2] = [("active", "Volunteers who help now"), ("paused", "Volunteers who pause")];
/// Within how many days, unless somebody says another number.
pub const USUAL_DAYS: i32 = 60;

/// Whom a message is for. Somebody whom two rules mean gets it once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Audience {
    /// Which members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<String>,
    /// Within how many days they joined or lapse.
    pub days: i32,
    /// Which volunteers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volunteers: Option<String>,
    /// Of those, who offered this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<String>,
    /// Of those, who can then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Whoever signed up or said that they would help, and is neither.
    pub supporters: bool,
    /// Whoever is down for this event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Uuid>,
    /// Of those, who is down for this shift of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<Uuid>,
    /// And whoever waits for a place there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub waiting: bool,
}

fn known(choices: &[(&'static str, &'static str)], word: &str) -> Option<String> {
    choices.iter().find(|(w, _)| *w == word).map(|(w, _)| (*w).to_owned())
}

fn words_of<'a>(choices: &[(&'static str, &'a str)], word: Option<&str>) -> Option<&'a str> {
    choices.iter().find(|(w, _)| Some(*w) == word).map(|(_, words)| *words)
}

impl Audience {
    /// From a form's answers; what is no choice counts as none.
    pub fn typed(members: &str, days: &str, volunteers: &str, skill: &str, when: &str, supporters: bool) -> Self {
        let days = days.trim().parse().unwrap_or(USUAL_DAYS).clamp(1, 366);
        Audience {
            members: known(&MEMBERS, members),
            days,
            volunteers: known(&VOLUNTEERS, volunteers),
            skill: known(&SKILLS, skill),
            when: known(&AVAILABILITY, when),
            supporters,
            ..Audience::default()
        }
    }

    /// The same, and whoever is down for an event or a shift of it, with those who wait where that is said.
    pub fn and_event(self, event: Option<(Uuid, Option<Uuid>)>, waiting: bool) -> Self {
        let (event, shift) = event.unzip();
        Audience { event, shift: shift.flatten(), waiting: waiting && event.is_some(), ..self }
    }

    /// Whether it means nobody at all.
    pub fn nobody(&self) -> bool {
        self.members.is_none() && self.volunteers.is_none() && !self.supporters && self.event.is_none()
    }

    /// Whether it means those who come to an event, and nobody else.
    pub fn is_events_alone(&self) -> bool {
        self.event.is_some() && self.members.is_none() && self.volunteers.is_none() && !self.supporters
    }

    /// Whether a membership secretary alone may write to it.
    pub fn is_secretarys(&self) -> bool {
        self.members.as_deref().is_some_and(|m| SECRETARYS.contains(&m))
    }

    /// "Current members; Volunteers who help now (driving); Those who come to Saltern Saturday, 28 November 2026".
    pub fn words(&self, occasion: Option<&Occasion>) -> String {
        let members = words_of(&MEMBERS, self.members.as_deref()).map(|words| match self.members.as_deref() {
            Some("joined" | "lapsing") => format!("{words} ({} days)", self.days),
            _ => words.to_owned(),
        });
        let volunteers = words_of(&VOLUNTEERS, self.volunteers.as_deref()).map(|words| {
            let skill = words_of(&SKILLS, self.skill.as_deref());
            let when = words_of(&AVAILABILITY, self.when.as_deref());
            let only: Vec<String> = [skill, when].into_iter().flatten().map(str::to_lowercase).collect();
            if only.is_empty() { words.to_owned() } else { format!("{words} ({})", only.join(", ")) }
        });
        let supporters = self.supporters.then(|| "Supporters".to_owned());
        let event = self.event.map(|_| self.event_words(occasion));
        let all: Vec<String> = [members, volunteers, supporters, event].into_iter().flatten().collect();
        if all.is_empty() { "Nobody yet".into() } else { all.join("; ") }
    }

    fn event_words(&self, occasion: Option<&Occasion>) -> String {
        let Some(occasion) = occasion else { return "Those who come to an event that is not to be seen here".into() };
        let shift = match (self.shift, &occasion.shift) {
            (None, _) => String::new(),
            (Some(_), Some(name)) => format!(" ({name})"),
            (Some(_), None) => " (a shift that is gone)".into(),
        };
        let waiting = if self.waiting { ", and who waits for a place" } else { "" };
        let over = if occasion.over() { ", which is over" } else { "" };
        format!("Those who come to {}{shift}{over}{waiting}", occasion.name())
    }
}

/// Why somebody is left out, or a message did not go: the database's word and ours.
pub const WHY: [(&str, &str); 14] = [
    ("no-consent", "Did not agree to email"),
    ("withdrew", "Took back that they agreed to it"),
    ("no-address", "No email address"),
    ("objected", "Objected, or processing is stopped"),
    ("came-back", "Their address came back, or they complained"),
    ("under-18", "Under 18: no campaign messages"),
    ("erased", "Erased meanwhile"),
    ("not-coming", "No longer down for it, or it was over"),
    ("stopped", "Stopped before it went"),
    ("late", "It could not go for two days, and was stopped"),
    ("access-ended", "The sender’s access ended"),
    ("refused", "The address or number is refused where it goes"),
    ("not-now", "It is not taken just now"),
    ("unsure", "Cut off while it was sent: it may have gone, and is not sent again"),
];

/// A reason in words, by the way that a message goes.
pub fn why_words(why: &str, channel: Channel) -> &'static str {
    match (channel, why) {
        (Channel::Text, "no-consent") => return "Did not agree to text messages",
        (Channel::Text, "no-address") => return "No mobile number",
        _ => {}
    }
    WHY.iter().find(|(w, _)| *w == why).map_or("Another reason", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_reads_back_in_words_and_takes_no_word_that_is_not_a_choice() {
        let all = Audience::typed("lapsing", "30", "active", "driving", "x'; drop", true);
        assert_eq!(
            all.words(None),
            "Members whose membership ends soon (30 days); Volunteers who help now (driving); Supporters"
        );
        assert!(all.is_secretarys() && !all.nobody());
        let none = Audience::typed("everybody", "many", "", "driving", "", false);
        assert!(none.nobody() && none.days == USUAL_DAYS && none.words(None) == "Nobody yet");
        let shift = all.clone().and_event(Some((Uuid::now_v7(), Some(Uuid::now_v7()))), true);
        for audience in [all, shift] {
            let kept: Audience = serde_json::from_value(serde_json::to_value(&audience).unwrap()).unwrap();
            assert_eq!(kept, audience);
        }
    }

    #[test]
    fn those_who_come_are_said_by_what_the_event_is_called_now() {
        let starts = crate::web::words::parse_time("2099-11-28 10:00").unwrap();
        let mut occasion =
            Occasion { title: "Saltern Saturday".into(), starts, ends: starts, shift: Some("Board runner".into()) };
        let event = Uuid::now_v7();
        let whole = Audience::default().and_event(Some((event, None)), false);
        assert_eq!(whole.words(Some(&occasion)), "Those who come to Saltern Saturday, 28 November 2099");
        let shift = Audience::default().and_event(Some((event, Some(Uuid::now_v7()))), true);
        assert_eq!(
            shift.words(Some(&occasion)),
            "Those who come to Saltern Saturday, 28 November 2099 (Board runner), and who waits for a place"
        );
        occasion.shift = None;
        assert!(shift.words(Some(&occasion)).contains("a shift that is gone"));
        assert!(!whole.nobody() && Audience::default().and_event(None, true).nobody());
    }
}
