//! The watermark: who took something away, when, what for and why, and by which export.

use crate::paper::Stamp;
use crate::web::words;
use chrono::{DateTime, Utc};

/// So much of the reason stands on every row of a spreadsheet; on paper it stands whole.
const REASON: usize = 80;

/// What stands on every page and every row of what leaves the house.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Who: a name, or a role where the reader may not know the name.
    pub who: String,
    /// When.
    pub when: DateTime<Utc>,
    /// What for.
    pub purpose: String,
    /// Why, in their words; may be empty.
    pub reason: String,
    /// The export's number and which copy this is.
    pub export: Option<(i64, i16)>,
}

impl Mark {
    /// Taken now, by no export that was asked for.
    pub fn now(who: impl Into<String>, purpose: impl Into<String>, reason: impl Into<String>) -> Self {
        Mark { who: who.into(), when: Utc::now(), purpose: purpose.into(), reason: reason.into(), export: None }
    }

    /// Of this export's copy.
    #[must_use]
    pub fn of_export(self, number: i64, copy: i16) -> Self {
        Mark { export: Some((number, copy)), ..self }
    }

    /// "Bo Ferreday on 24 November 2026, 8:30 pm, for Canvassing: the flats. Export 12, copy 1".
    pub fn short(&self) -> String {
        let mut reason: String = self.reason.chars().take(REASON).collect();
        if reason.len() < self.reason.len() {
            reason.push('…');
        }
        self.line(&reason)
    }

    /// The same with the whole reason.
    pub fn whole(&self) -> String {
        self.line(&self.reason)
    }

    fn line(&self, reason: &str) -> String {
        let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let export = self.export.map(|(number, copy)| format!(". Export {number}, copy {copy}")).unwrap_or_default();
        let at = words::clock_time(self.when);
        format!("{} on {}, {at}, for {}{reason}{export}", self.who, words::date(words::day_of(self.when)), self.purpose)
    }

    /// The foot of every page of a PDF.
    pub fn stamp(&self) -> Stamp {
        let export = self.export.map(|(number, copy)| format!(". Export {number}, copy {copy}")).unwrap_or_default();
        let reason = if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        Stamp { who: self.who.clone(), when: self.when, why: format!("{}{reason}{export}", self.purpose) }
    }

    /// What stands faintly across every page.
    pub fn across(&self) -> String {
        match self.export {
            Some((number, copy)) => format!("{} · export {number}.{copy}", self.who),
            None => self.who.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mark;

    #[test]
    fn a_mark_says_who_when_what_for_why_and_which() {
        let long = "x".repeat(200);
        let mark = Mark::now("Bo", "Canvassing at doors", long.clone()).of_export(12, 2);
        assert!(
            mark.short().ends_with("…. Export 12, copy 2") && mark.short().chars().count() < 180,
            "{}",
            mark.short()
        );
        assert!(mark.whole().contains(&long));
        assert!(mark.stamp().why.contains("Canvassing at doors") && mark.stamp().why.ends_with("Export 12, copy 2"));
        assert_eq!(mark.across(), "Bo · export 12.2");
    }
}
