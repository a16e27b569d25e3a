//! The door's form as it comes back: for the home and for each person a hidden id and the contract's keys, those of a
//! person with `-` and the elector's id behind them.

use super::{Person, Said};
use crate::canvass::ListId;
use crate::canvass::results::parse;
use crate::canvass::results::{DoorResult, Incoming, Outcome, Refusal, Voted};
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

const NOTE_ALONE: &str = "Say what happened at this home, with “Not home” or a button above. The note alone does not";

/// What a form says about one person, or the home: as typed, so that it can come back into the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The id that the result will have.
    pub id: Uuid,
    /// The result that it changes.
    pub base: Option<Uuid>,
    /// A code, or nothing.
    pub intention: String,
    /// A word, or nothing: then it follows from the rest.
    pub outcome: String,
    /// Codes.
    pub issues: Vec<String>,
    /// Words.
    pub asks: Vec<String>,
    /// A word, or nothing.
    pub voted: String,
    /// Any text.
    pub note: String,
}

impl Draft {
    /// An empty one with an id of its own.
    pub fn fresh() -> Self {
        Draft { id: Uuid::now_v7(), ..Draft::default() }
    }

    /// One that starts from what stands, to change it.
    pub fn changing(said: &Said) -> Self {
        let result = &said.result;
        // Who gave an answer was spoken with: the select need not say so.
        let implied = result.outcome == Outcome::Spoke && result.intention.is_some();
        Draft {
            base: Some(said.id),
            intention: result.intention.clone().unwrap_or_default(),
            outcome: if implied || result.elector.is_none() { "" } else { result.outcome.as_str() }.to_owned(),
            issues: result.issues.clone(),
            asks: result.asks.iter().map(|a| a.as_str().to_owned()).collect(),
            voted: result.voted.map(Voted::as_str).unwrap_or_default().to_owned(),
            note: result.note.clone().unwrap_or_default(),
            ..Draft::fresh()
        }
    }

    /// Whether this issue is ticked.
    pub fn cares(&self, code: &str) -> bool {
        self.issues.iter().any(|i| i == code)
    }

    /// Whether this ask is ticked.
    pub fn wants(&self, word: &str) -> bool {
        self.asks.iter().any(|a| a == word)
    }

    /// Whether anything was said.
    pub fn says_something(&self) -> bool {
        self.says_more() || !self.intention.is_empty() || !self.outcome.is_empty()
    }

    /// Whether anything was said besides code and outcome.
    pub fn says_more(&self) -> bool {
        let note = !self.note.trim().is_empty();
        note || !self.issues.is_empty() || !self.asks.is_empty() || !self.voted.is_empty()
    }

    /// Why it cannot stand as what was said of a person.
    fn unclear(&self) -> Option<Refusal> {
        let gone = matches!(Outcome::parse(&self.outcome), Some(Outcome::Moved | Outcome::Deceased));
        if gone && !self.intention.is_empty() {
            return Some(Refusal::new(
                "outcome",
                "Somebody who has died or moved gives no answer. Choose one of the two",
            ));
        }
        self.is_note_alone().then(|| Refusal::new("outcome", "Say what happened: the note alone does not"))
    }

    /// Whether there is a note and nothing else.
    fn is_note_alone(&self) -> bool {
        let alone = Draft { note: String::new(), ..self.clone() };
        self.says_something() && !alone.says_something()
    }

    fn set(&mut self, key: &str, value: &str) {
        let uuid = || Uuid::parse_str(value).ok();
        match key {
            "id" => self.id = uuid().unwrap_or(self.id),
            "base" => self.base = uuid(),
            "intention" => self.intention = value.to_owned(),
            "outcome" => self.outcome = value.to_owned(),
            "voted" => self.voted = value.to_owned(),
            "note" => self.note = value.to_owned(),
            "issues" if !value.is_empty() => self.issues.push(value.to_owned()),
            "asks" if !value.is_empty() => self.asks.push(value.to_owned()),
            _ => {}
        }
    }

    /// The same answers as a form's fields, under a new id, changing `base`.
    pub fn fields(&self, elector: Option<ElectorId>, base: Uuid) -> Vec<(String, String)> {
        let key = |key: &str| elector.map_or_else(|| key.to_owned(), |e| format!("{key}-{e}"));
        let mut fields = vec![(key("id"), Uuid::now_v7().to_string()), (key("base"), base.to_string())];
        for (name, value) in
            [("intention", &self.intention), ("outcome", &self.outcome), ("voted", &self.voted), ("note", &self.note)]
        {
            if !value.is_empty() {
                fields.push((key(name), value.clone()));
            }
        }
        fields.extend(self.issues.iter().map(|i| (key("issues"), i.clone())));
        fields.extend(self.asks.iter().map(|a| (key("asks"), a.clone())));
        fields
    }

    fn result(
        &self,
        list: ListId,
        household: HouseholdId,
        elector: Option<ElectorId>,
        otherwise: Outcome,
    ) -> Result<DoorResult, Refusal> {
        let code = |code: &str| if code.is_empty() { Ok(None) } else { parse::code(code).map(Some) };
        let unknown = |field: &str| Refusal::new(field, "There is no such word for this");
        Ok(DoorResult {
            list,
            household,
            elector,
            outcome: match self.outcome.as_str() {
                "" => otherwise,
                word => Outcome::parse(word).ok_or_else(|| unknown("outcome"))?,
            },
            intention: code(&self.intention)?,
            issues: parse::issues(self.issues.iter().map(String::as_str))?,
            asks: parse::asks(self.asks.iter().map(String::as_str))?,
            voted: match self.voted.as_str() {
                "" => None,
                word => Some(Voted::parse(word).ok_or_else(|| unknown("voted"))?),
            },
            note: parse::note(&self.note)?,
            at: None,
            base: self.base,
        })
    }
}

/// A form that came back.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The home.
    pub household: HouseholdId,
    /// What is said of the home.
    pub home: Draft,
    /// What is said of people.
    pub people: BTreeMap<ElectorId, Draft>,
    /// A whole block not home: its homes and their results' ids.
    pub block: Vec<(HouseholdId, Uuid)>,
}

impl Sheet {
    /// Reads a form's fields. Those that it does not know are other forms' business.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it names no home.
    pub fn read(fields: &[(String, String)]) -> Result<Self, Error> {
        let mut household = None;
        let (mut home, mut people, mut block) = (Draft::fresh(), BTreeMap::new(), Vec::new());
        for (key, value) in fields {
            match key.split_once('-') {
                None if key == "household" => household = value.parse().ok(),
                None => home.set(key, value),
                Some(("home", of)) => {
                    block.extend(of.parse().ok().zip(Uuid::parse_str(value).ok()));
                }
                Some((key, of)) => {
                    if let Ok(elector) = of.parse::<ElectorId>() {
                        people.entry(elector).or_insert_with(Draft::fresh).set(key, value);
                    }
                }
            }
        }
        let household = household.or_else(|| block.first().map(|(household, _)| *household));
        let household = household.ok_or_else(|| {
            Error::field("household", "This form names no home. Open the door again and send it once more")
        })?;
        Ok(Sheet { household, home, people, block })
    }

    /// Whether something on it changes an answer that stands.
    pub fn changes(&self) -> bool {
        self.home.base.is_some() || self.people.values().any(|d| d.base.is_some())
    }

    /// The results that it makes: one for the home when something is said of it, one for each person answered for. What
    /// is to change and stays as it was makes none.
    pub fn results(&self, list: ListId, said: &[Said]) -> Vec<Incoming> {
        if !self.block.is_empty() {
            let not_home = Draft { outcome: Outcome::NotHome.as_str().into(), ..Draft::default() };
            let make = |(household, id): &(HouseholdId, Uuid)| {
                incoming(*id, list, &not_home, not_home.result(list, *household, None, Outcome::NotHome))
            };
            return self.block.iter().map(make).collect();
        }
        let mut all: Vec<Incoming> = Vec::new();
        for (elector, draft) in &self.people {
            // Nothing is said any more of who was answered for: they were not seen.
            let otherwise = if draft.says_something() { Outcome::Spoke } else { Outcome::NotHome };
            if draft.says_something() || draft.base.is_some() {
                let result = draft.result(list, self.household, Some(*elector), otherwise);
                let result = draft.unclear().map_or(result, Err);
                all.extend(unless_the_same(said, draft, result).map(|r| incoming(draft.id, list, draft, r)));
            }
        }
        let spoke = |one: &Incoming| one.result.as_ref().is_ok_and(|r| r.outcome == Outcome::Spoke);
        if let Some(otherwise) = self.home_outcome(said, all.iter().any(spoke)) {
            let result = self.home.result(list, self.household, None, otherwise);
            let unclear = all.is_empty() && self.home.base.is_none() && self.home.is_note_alone();
            let result = if unclear { Err(Refusal::new("note", NOTE_ALONE)) } else { result };
            all.extend(unless_the_same(said, &self.home, result).map(|r| incoming(self.home.id, list, &self.home, r)));
        }
        all
    }

    /// What the home's outcome is when no button said it; None when nothing is said of the home. A home that was not
    /// home, and where now somebody answered after all, was spoken with.
    fn home_outcome(&self, said: &[Said], somebody_spoke: bool) -> Option<Outcome> {
        let before = self.home.base.and_then(|base| said.iter().find(|s| s.id == base)).map(|s| s.result.outcome);
        match (self.home.says_something(), before) {
            (_, Some(_)) if somebody_spoke => Some(Outcome::Spoke),
            (_, Some(before)) => Some(before),
            (true, None) => Some(Outcome::Spoke),
            (false, None) => None,
        }
    }

    /// Whether codes were chosen and *Not home* was tapped: both are kept.
    pub fn both(&self) -> bool {
        self.home.outcome == Outcome::NotHome.as_str() && self.people.values().any(Draft::says_something)
    }

    /// The draft of a result that it made.
    pub fn draft(&self, id: Uuid) -> Option<(Option<ElectorId>, &Draft)> {
        let person = self.people.iter().find(|(_, d)| d.id == id).map(|(e, d)| (Some(*e), d));
        person.or_else(|| (self.home.id == id).then_some((None, &self.home)))
    }

    /// What came back about a person, for the page drawn again.
    pub fn draft_of(&self, person: &Person) -> Draft {
        self.people.get(&person.id).cloned().unwrap_or_else(Draft::fresh)
    }
}

fn unless_the_same(
    said: &[Said],
    draft: &Draft,
    result: Result<DoorResult, Refusal>,
) -> Option<Result<DoorResult, Refusal>> {
    let before = draft.base.and_then(|base| said.iter().find(|s| s.id == base));
    match (&result, before) {
        (Ok(now), Some(before)) if now.says_the_same(&before.result) => None,
        _ => Some(result),
    }
}

fn incoming(id: Uuid, list: ListId, draft: &Draft, result: Result<DoorResult, Refusal>) -> Incoming {
    match result {
        Ok(result) => Incoming::parsed(id, result),
        Err(refusal) => {
            let answers = json!({"list": list, "outcome": draft.outcome, "intention": draft.intention,
                "issues": draft.issues, "asks": draft.asks, "voted": draft.voted, "note": draft.note});
            Incoming::refused(id, list, &answers, refusal)
        }
    }
}
