//! The form of a campaign's imprint: as it is typed, and what may be chosen in it.

use super::campaigns::Campaign;
use super::pages::places;
use super::rules::{self, NATIONS};
use crate::access::text;
use crate::areas::Area;
use crate::database::Scoped;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::polls::{self, Poll, PollKind};
use crate::web::FieldErrors;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// On whose behalf, by the word in forms and the database.
pub(super) const WHOSE: [(&str, &str); 3] =
    [("candidate", "A candidate"), ("candidates", "Several candidates"), ("party", "The party")];

/// The longest address.
const ADDRESS: usize = 250;

/// A campaign as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub(super) area: String,
    pub(super) name: String,
    /// `party`, a kind of poll, or `poll-` and a poll's number.
    pub(super) about: String,
    pub(super) nation: String,
    pub(super) promoter: String,
    pub(super) promoter_address: String,
    pub(super) agent: String,
    pub(super) agent_address: String,
    pub(super) whose: String,
    pub(super) behalf: String,
    pub(super) behalf_address: String,
    pub(super) printer: String,
    pub(super) printer_address: String,
    pub(super) welsh: String,
    pub(super) starts_on: String,
    pub(super) ends_on: String,
    pub(super) version: i32,
    /// `look`: to see how it reads, and nothing else.
    pub(super) act: String,
}

impl Typed {
    pub(super) fn new(area: i64, today: NaiveDate) -> Self {
        let (nation, whose) = ("england".into(), "candidate".into());
        Typed { area: area.to_string(), nation, whose, starts_on: today.to_string(), ..Typed::default() }
    }

    pub(super) fn of(c: &Campaign) -> Self {
        let about = c.poll.map(|poll| format!("poll-{poll}")).or_else(|| c.kind.clone());
        Typed {
            area: c.area.to_string(),
            name: c.name.clone(),
            about: about.unwrap_or_else(|| "party".into()),
            nation: c.nation.clone(),
            promoter: c.promoter.clone(),
            promoter_address: c.promoter_address.clone(),
            agent: c.agent.clone(),
            agent_address: c.agent_address.clone(),
            whose: c.whose.clone(),
            behalf: c.behalf.clone(),
            behalf_address: c.behalf_address.clone(),
            printer: c.printer.clone(),
            printer_address: c.printer_address.clone(),
            welsh: if c.welsh { "yes".into() } else { String::new() },
            starts_on: c.starts_on.to_string(),
            ends_on: c.ends_on.map(|day| day.to_string()).unwrap_or_default(),
            version: c.version,
            act: String::new(),
        }
    }

    pub(super) fn read(&self, errors: &mut FieldErrors, choices: &Choices, id: Uuid) -> Option<Campaign> {
        let area = choices.areas.iter().find(|a| a.id.to_string() == self.area);
        let area = errors.take(area.ok_or_else(|| Error::field("area", "Choose an area inside your own")));
        let name = line(errors, "name", &self.name, 120, "Give the campaign a name that you know it by");
        let about = self.about(errors, choices);
        let nation = one_of(errors, "nation", &self.nation, &NATIONS, "Choose the nation");
        if let (Some((kind, ..)), Some(nation)) = (&about, &nation)
            && let Some(wrong) = rules::misfit(kind.as_deref(), nation)
        {
            errors.add("nation", wrong);
        }
        let whose = one_of(errors, "whose", &self.whose, &WHOSE, "Choose on whose behalf it is");
        let [promoter, behalf] = [
            ("promoter", &self.promoter, "Give the promoter’s name: usually the agent or treasurer"),
            ("behalf", &self.behalf, "Give the candidate or the party that it is for"),
        ]
        .map(|(field, typed, missing)| line(errors, field, typed, 200, missing));
        let [promoter_address, behalf_address] = [
            ("promoter_address", &self.promoter_address, "Give an address at which the promoter can be reached"),
            ("behalf_address", &self.behalf_address, "Give the address of whom it is for"),
        ]
        .map(|(field, typed, missing)| line(errors, field, typed, ADDRESS, missing).map(|words| no_stop(&words)));
        let [agent, agent_address, printer, printer_address] = [
            ("agent", &self.agent, 200),
            ("agent_address", &self.agent_address, ADDRESS),
            ("printer", &self.printer, 200),
            ("printer_address", &self.printer_address, ADDRESS),
        ]
        .map(|(field, typed, most)| spare(errors, field, typed, most));
        for (field, address) in [
            ("promoter_address", &promoter_address),
            ("behalf_address", &behalf_address),
            ("printer_address", &printer_address),
        ] {
            if address.as_ref().is_some_and(|words| !words.is_empty() && !rules::is_address(words)) {
                errors.add(field, rules::whole_address(field));
            }
        }
        let welsh = self.welsh == "yes";
        if welsh && self.nation != "wales" {
            errors.add("welsh", "Welsh stands beside English in Wales: choose Wales, or take the tick out");
        }
        let (starts_on, ends_on) = self.days(errors, about.as_ref().and_then(|(_, _, day)| *day));
        let (area, (kind, poll, _)) = (area?, about?);
        Some(Campaign {
            id,
            area: area.id,
            area_name: area.name.clone(),
            name: name?,
            kind_name: choices.kinds.iter().find(|k| Some(&k.kind) == kind.as_ref()).map(|k| k.name.clone()),
            kind,
            poll,
            nation: nation?,
            promoter: promoter?,
            promoter_address: promoter_address?,
            agent: agent?,
            agent_address: agent_address?,
            whose: whose?,
            behalf: behalf?,
            behalf_address: behalf_address?,
            printer: printer?,
            printer_address: printer_address?,
            welsh,
            starts_on: starts_on?,
            ends_on,
            ended_at: None,
            version: self.version,
            changed_at: Utc::now(),
        })
    }

    /// The kind of poll, the poll and its day.
    fn about(&self, errors: &mut FieldErrors, choices: &Choices) -> Option<About> {
        if self.about == "party" {
            return Some((None, None, None));
        }
        let poll = self.about.strip_prefix("poll-");
        let poll = poll.and_then(|number| choices.polls.iter().find(|p| p.id.to_string() == number));
        if let Some(poll) = poll {
            return Some((Some(poll.kind.clone()), Some(poll.id), Some(poll.date)));
        }
        let kind = choices.kinds.iter().find(|k| k.kind == self.about).map(|k| (Some(k.kind.clone()), None, None));
        if kind.is_none() {
            errors.add("about", "Choose what it campaigns for");
        }
        kind
    }

    /// The first and the last day; the last is polling day where none is typed.
    fn days(&self, errors: &mut FieldErrors, polling: Option<NaiveDate>) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let starts_on = self.starts_on.trim().parse::<NaiveDate>().ok();
        if starts_on.is_none() {
            errors.add("starts_on", "Give the first day, for example 2027-03-01");
        }
        if self.ends_on.trim().is_empty() {
            return (starts_on, polling);
        }
        let ends_on = self.ends_on.trim().parse::<NaiveDate>().ok();
        match (starts_on, ends_on) {
            (_, None) => errors.add("ends_on", "Give the last day, for example 2027-05-06, or leave it empty"),
            (Some(first), Some(last)) if last < first => errors.add("ends_on", "The last day is before the first"),
            _ => {}
        }
        (starts_on, ends_on)
    }
}

type About = (Option<String>, Option<i64>, Option<NaiveDate>);

fn line(errors: &mut FieldErrors, field: &str, typed: &str, most: usize, missing: &str) -> Option<String> {
    errors.take(text(field, typed, most, missing)).map(|words| clean(&words))
}

/// One that may be left empty.
fn spare(errors: &mut FieldErrors, field: &str, typed: &str, most: usize) -> Option<String> {
    let words = no_stop(&clean(typed));
    if words.chars().count() > most {
        errors.add(field, format!("Use at most {most} characters"));
        return None;
    }
    Some(words)
}

/// The sentence brings its own full stop.
fn no_stop(words: &str) -> String {
    words.trim_end_matches(['.', ' ']).to_owned()
}

fn one_of(errors: &mut FieldErrors, field: &str, typed: &str, of: &[(&str, &str)], missing: &str) -> Option<String> {
    let found = of.iter().find(|(word, _)| *word == typed).map(|(word, _)| (*word).to_owned());
    if found.is_none() {
        errors.add(field, missing);
    }
    found
}

/// What there is to choose from.
pub(super) struct Choices {
    pub(super) areas: Vec<Area>,
    pub(super) kinds: Vec<PollKind>,
    pub(super) polls: Vec<Poll>,
}

impl Choices {
    pub(super) async fn of(scope: &mut Scoped) -> Result<Self, Error> {
        let areas = places(scope).await?;
        let (kinds, polls) = (polls::store::kinds(scope).await?, polls::store::list(scope).await?);
        Ok(Choices { areas, kinds, polls })
    }
}
