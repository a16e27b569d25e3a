//! What is typed about a breach, read into values.

use super::{Breach, Decision, KINDS};
use crate::access::text;
use crate::error::Error;
use crate::web::FieldErrors;
use crate::web::words::parse_time;
use chrono::{DateTime, Utc};
use chrono_tz::Europe::London;
use serde::Deserialize;

/// The facts as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct FactsForm {
    pub(super) title: String,
    pub(super) happened: String,
    pub(super) happened_at: String,
    pub(super) aware_at: String,
    pub(super) found_by: String,
    pub(super) kind: Vec<String>,
    pub(super) data_kinds: String,
    pub(super) people_estimate: String,
    pub(super) consequences: String,
    pub(super) measures: String,
}

/// The facts.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What it is called.
    pub title: String,
    /// What happened.
    pub happened: String,
    /// When it happened.
    pub happened_at: Option<DateTime<Utc>>,
    /// When the controller became aware.
    pub aware_at: DateTime<Utc>,
    /// Who found it.
    pub found_by: String,
    /// Words of [`KINDS`].
    pub kinds: Vec<String>,
    /// Categories of data.
    pub data_kinds: String,
    /// How many people, where the log cannot tell.
    pub people_estimate: Option<i32>,
    /// Likely consequences.
    pub consequences: String,
    /// Measures.
    pub measures: String,
}

/// A moment as `datetime-local` fields take it.
pub fn local(at: DateTime<Utc>) -> String {
    at.with_timezone(&London).format("%Y-%m-%dT%H:%M").to_string()
}

fn past(field: &str, typed: &str, missing: &str) -> Result<DateTime<Utc>, Error> {
    if typed.trim().is_empty() {
        return Err(Error::field(field, missing));
    }
    let at = parse_time(typed).ok_or_else(|| Error::field(field, "Give a day and a time, like 2026-11-24 18:30"))?;
    if at > Utc::now() { Err(Error::field(field, "This is still to come: give a time that is past")) } else { Ok(at) }
}

fn up_to(field: &str, typed: &str, longest: usize) -> Result<String, Error> {
    match typed.trim() {
        "" => Ok(String::new()),
        some => text(field, some, longest, ""),
    }
}

impl FactsForm {
    /// As a breach stands.
    pub fn of(breach: &Breach) -> Self {
        FactsForm {
            title: breach.title.clone(),
            happened: breach.happened.clone(),
            happened_at: breach.happened_at.map(local).unwrap_or_default(),
            aware_at: local(breach.aware_at),
            found_by: breach.found_by.clone(),
            kind: breach.kinds.clone(),
            data_kinds: breach.data_kinds.clone(),
            people_estimate: breach.people_estimate.map(|n| n.to_string()).unwrap_or_default(),
            consequences: breach.consequences.clone(),
            measures: breach.measures.clone(),
        }
    }

    /// Whether a kind is ticked.
    pub fn has(&self, kind: &str) -> bool {
        self.kind.iter().any(|k| k == kind)
    }

    /// The values, or what cannot stand.
    pub fn parse(&self, errors: &mut FieldErrors) -> Option<Facts> {
        let title = errors.take(text("title", &self.title, 120, "Give it a short name"));
        let aware_at =
            errors.take(past("aware_at", &self.aware_at, "Say when you became aware: the 72 hours run from then"));
        let happened = errors.take(text("happened", &self.happened, 4000, "Say what happened, as far as you know"));
        let happened_at = match self.happened_at.trim() {
            "" => Some(None),
            typed => errors.take(past("happened_at", typed, "")).map(Some),
        };
        let found_by = errors.take(text("found_by", &self.found_by, 200, "Say who found it"));
        let kinds: Vec<String> = KINDS.iter().map(|k| k.0).filter(|k| self.has(k)).map(str::to_owned).collect();
        if kinds.is_empty() {
            errors.add("kind", "Tick at least one");
        }
        let people_estimate = match self.people_estimate.trim() {
            "" => Some(None),
            typed => {
                let number = typed.replace(',', "").parse::<i32>().ok().filter(|n| *n >= 0);
                errors.take(
                    number.map(Some).ok_or_else(|| Error::field("people_estimate", "Give a number, or leave it empty")),
                )
            }
        };
        let data_kinds = errors.take(up_to("data_kinds", &self.data_kinds, 1000));
        let consequences = errors.take(up_to("consequences", &self.consequences, 4000));
        let measures = errors.take(up_to("measures", &self.measures, 4000));
        if errors.any() {
            return None;
        }
        Some(Facts {
            title: title?,
            happened: happened?,
            happened_at: happened_at?,
            aware_at: aware_at?,
            found_by: found_by?,
            kinds,
            data_kinds: data_kinds?,
            people_estimate: people_estimate?,
            consequences: consequences?,
            measures: measures?,
        })
    }
}

/// The assessment as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct AssessmentForm {
    pub(super) likelihood: String,
    pub(super) severity: String,
    pub(super) decision: String,
    pub(super) decision_reason: String,
}

/// The assessment.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// From 1.
    pub likelihood: i16,
    /// From 1.
    pub severity: i16,
    /// What is decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
}

impl AssessmentForm {
    /// As a breach stands.
    pub fn of(breach: &Breach) -> Self {
        let number = |n: Option<i16>| n.map(|n| n.to_string()).unwrap_or_default();
        AssessmentForm {
            likelihood: number(breach.likelihood),
            severity: number(breach.severity),
            decision: breach.decision.map(|d| d.as_str().to_owned()).unwrap_or_default(),
            decision_reason: breach.decision_reason.clone().unwrap_or_default(),
        }
    }

    /// The values, or what cannot stand.
    pub fn parse(&self, errors: &mut FieldErrors) -> Option<Assessment> {
        let from_1_to_4 = |field: &str, typed: &str, missing: &str| {
            let number = typed.parse::<i16>().ok().filter(|n| (1..=4).contains(n));
            number.ok_or_else(|| Error::field(field, missing))
        };
        let likelihood = errors.take(from_1_to_4("likelihood", &self.likelihood, "Say how likely harm is"));
        let severity = errors.take(from_1_to_4("severity", &self.severity, "Say how grave it would be"));
        let decision = Decision::parse(&self.decision).ok_or_else(|| Error::field("decision", "Decide on one"));
        let decision = errors.take(decision);
        let reason = errors.take(text(
            "decision_reason",
            &self.decision_reason,
            2000,
            "Give the reason: it is kept, and may be asked for",
        ));
        Some(Assessment { likelihood: likelihood?, severity: severity?, decision: decision?, reason: reason? })
    }
}

/// A report as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ReportForm {
    pub(super) reported_at: String,
    pub(super) report_reference: String,
    pub(super) late_reason: String,
}

/// A report to the Commissioner.
#[derive(Debug, Clone)]
pub struct Report {
    /// When.
    pub at: DateTime<Utc>,
    /// Under which reference.
    pub reference: String,
    /// Why so late.
    pub late_reason: Option<String>,
}

impl ReportForm {
    /// As a breach stands.
    pub fn of(breach: &Breach) -> Self {
        ReportForm {
            reported_at: breach.reported_at.map(local).unwrap_or_default(),
            report_reference: breach.report_reference.clone().unwrap_or_default(),
            late_reason: breach.late_reason.clone().unwrap_or_default(),
        }
    }

    /// The values, or what cannot stand.
    pub fn parse(&self, breach: &Breach, errors: &mut FieldErrors) -> Option<Report> {
        let at = errors.take(past("reported_at", &self.reported_at, "Say when it was reported"));
        let reference = errors.take(text(
            "report_reference",
            &self.report_reference,
            100,
            "Give the reference that the ICO gave you",
        ));
        let late_reason = errors.take(up_to("late_reason", &self.late_reason, 2000));
        let late_reason = late_reason.filter(|r| !r.is_empty());
        let at = at?;
        if at < breach.aware_at {
            errors.add("reported_at", "This is before you became aware of it");
        }
        if at > breach.due() && late_reason.is_none() {
            errors.add("late_reason", "It was reported later than 72 hours after becoming aware: say why");
        }
        if errors.any() {
            return None;
        }
        Some(Report { at, reference: reference?, late_reason })
    }
}

/// An account involved, as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct AccountForm {
    pub(super) email: String,
    pub(super) from: String,
    pub(super) until: String,
}

impl AccountForm {
    /// The span, or what cannot stand.
    pub fn parse(&self, errors: &mut FieldErrors) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let from = errors.take(past("from", &self.from, "Say from when its access was misused"));
        let until = match self.until.trim() {
            "" => Some(Utc::now()),
            typed => errors.take(past("until", typed, "")),
        };
        let (from, until) = (from?, until?);
        if from >= until {
            errors.add("until", "This is not after the beginning");
            return None;
        }
        Some((from, until))
    }
}
