//! Letters to the people affected (Art 34): what happened in plain words, what may follow, what is done, whom to ask. The list
//! of names and addresses leaves the house, so it is on record as taken away.

use super::Breach;
use super::people::{self, Affected};
use crate::access::text;
use crate::database::{Scoped, Seen, What};
use crate::error::Error;
use crate::web::FieldErrors;
use serde::Deserialize;

/// How many letters a part holds: what a printer and a browser take at once.
pub const PART: i64 = 200;

/// The words as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct LetterForm {
    pub(super) happened: String,
    pub(super) consequences: String,
    pub(super) measures: String,
    pub(super) part: String,
}

/// The words of a letter.
#[derive(Debug, Clone)]
pub struct Words {
    /// What happened.
    pub happened: String,
    /// What may follow.
    pub consequences: String,
    /// What was done, and what they can do.
    pub measures: String,
}

impl LetterForm {
    /// A beginning, from what is known: the officer puts it in plain words.
    pub fn of(breach: &Breach) -> Self {
        LetterForm {
            happened: breach.happened.chars().take(2000).collect(),
            consequences: breach.consequences.chars().take(2000).collect(),
            measures: breach.measures.chars().take(2000).collect(),
            part: String::new(),
        }
    }

    /// The words, or what cannot stand.
    pub fn parse(&self, errors: &mut FieldErrors) -> Option<Words> {
        let happened = errors.take(text("happened", &self.happened, 2000, "Say in plain words what happened"));
        let consequences = errors.take(text("consequences", &self.consequences, 2000, "Say what may follow for them"));
        let measures = errors.take(text("measures", &self.measures, 2000, "Say what you did, and what they can do"));
        Some(Words { happened: happened?, consequences: consequences?, measures: measures? })
    }

    /// Which part is asked for, from 1; None: a first one, which is written down.
    pub fn part(&self) -> Option<i64> {
        self.part.parse().ok().filter(|n| (1..=100_000).contains(n))
    }
}

/// One part of the letters: those with an address, and how many have none.
pub struct Letters {
    /// Whom they go to.
    pub to: Vec<Affected>,
    /// Who has no address here.
    pub without: usize,
}

/// Reads a part, on record as taken away.
///
/// # Errors
/// What the database says.
pub async fn part(scope: &mut Scoped, breach: i64, part: i64) -> Result<Seen<Letters>, Error> {
    let people = people::list(scope, breach, What::Export, (part - 1) * PART, PART).await?;
    Ok(people.map(|all| {
        let (to, without): (Vec<_>, Vec<_>) = all.into_iter().partition(Affected::has_address);
        Letters { to, without: without.len() }
    }))
}

/// Writes down what was said and to how many; the table's history says so, too.
///
/// # Errors
/// What the database says.
pub async fn keep(scope: &mut Scoped, breach: i64, words: &Words, people: i64) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into breach_letter (breach_id, account_id, happened, consequences, measures, people) values ($1, $2, $3, $4, $5, $6)",
        breach,
        account,
        words.happened,
        words.consequences,
        words.measures,
        i32::try_from(people).unwrap_or(i32::MAX)
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
