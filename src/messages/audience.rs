//! Whom a message is for: rules that a person reads back in words, typed here and asked in the database as values.

use super::Channel;
use crate::volunteers::{AVAILABILITY, SKILLS};
use serde::{Deserialize, Serialize};

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
        }
    }

    /// Whether it means nobody at all.
    pub fn nobody(&self) -> bool {
        self.members.is_none() && self.volunteers.is_none() && !self.supporters
    }

    /// Whether a membership secretary alone may write to it.
    pub fn is_secretarys(&self) -> bool {
        self.members.as_deref().is_some_and(|m| SECRETARYS.contains(&m))
    }

    /// "Current members; Volunteers who help now (driving)".
    pub fn words(&self) -> String {
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
        let all: Vec<String> = [members, volunteers, supporters].into_iter().flatten().collect();
        if all.is_empty() { "Nobody yet".into() } else { all.join("; ") }
    }
}

/// Why somebody is left out, or a message did not go: the database's word and ours.
pub const WHY: [(&str, &str); 13] = [
    ("no-consent", "Did not agree to email"),
    ("withdrew", "Took back that they agreed to it"),
    ("no-address", "No email address"),
    ("objected", "Objected, or processing is stopped"),
    ("came-back", "Their address came back, or they complained"),
    ("under-18", "Under 18: no campaign messages"),
    ("erased", "Erased meanwhile"),
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
            all.words(),
            "Members whose membership ends soon (30 days); Volunteers who help now (driving); Supporters"
        );
        assert!(all.is_secretarys() && !all.nobody());
        let none = Audience::typed("everybody", "many", "", "driving", "", false);
        assert!(none.nobody() && none.days == USUAL_DAYS && none.words() == "Nobody yet");
        let kept: Audience = serde_json::from_value(serde_json::to_value(&all).unwrap()).unwrap();
        assert_eq!(kept, all);
    }
}
