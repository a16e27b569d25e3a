//! Finding somebody, their file, what they stop, and erasing them: by functions of the wall that ask who asks and put the
//! look on record in their own body. So a transaction with them ends with a plain commit.

use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::electors::folding::fold;
use crate::error::Error;
use crate::keys::Keys;
use crate::protection::file::File;
use crate::protection::values::value_words;
use crate::protection::{Subject, suppress};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// What to look for: a name or part of one, an email address, a number; and a postcode or its beginning.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// As typed.
    pub name: String,
    /// As typed.
    pub postcode: String,
}

impl Sought {
    /// Whether anything is asked for.
    pub fn is_empty(&self) -> bool {
        self.name.trim().is_empty() && self.postcode.trim().is_empty()
    }
}

/// Somebody found, or a place where they are named.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Found {
    /// `elector`, `person`, `offer`, `account`, `letter`, `request`, `mention`.
    pub kind: String,
    /// The elector, or of a mention whose answer it is in.
    pub elector: Option<ElectorId>,
    /// The account.
    pub account: Option<Uuid>,
    /// The person of Organise; of an offer to help that waits to be confirmed, the offer.
    pub person: Option<Uuid>,
    /// The request's number.
    pub request: Option<i64>,
    /// What they are called.
    pub name: String,
    /// Where they live, their email address, what it is about.
    pub detail: String,
    /// By what they were found.
    pub why: String,
}

impl Found {
    /// Whose file this leads to.
    pub fn subject(&self) -> Option<Subject> {
        let account = self.account.map(Subject::Account);
        let of_organise = if self.is_offer() { Subject::Offer } else { Subject::Person };
        self.elector.map(Subject::Elector).or(account).or(self.person.map(of_organise))
    }

    /// Whether it is an offer to help that nobody has confirmed.
    pub fn is_offer(&self) -> bool {
        self.kind == "offer"
    }

    /// Where it is or what it is about, in words.
    pub fn detail_words(&self) -> String {
        match self.kind.as_str() {
            "letter" => value_words("form", &self.detail).unwrap_or_else(|| self.detail.clone()),
            _ => self.detail.clone(),
        }
    }
}

/// Everybody of this name, across everything that is held.
///
/// # Errors
/// What the database says.
pub async fn find(scope: &mut Scoped, sought: &Sought) -> Result<Vec<Found>, Error> {
    let (name, operator) = (sought.name.trim(), scope.operator_id());
    let record = name.parse::<ElectorId>().ok();
    let plain: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
    let folded: Vec<String> = match name.contains('@') || record.is_some() {
        true => Vec::new(),
        false => fold(name).split_whitespace().map(str::to_owned).collect(),
    };
    let postcode: String = sought.postcode.to_lowercase().split_whitespace().collect();
    let rows = sqlx::query!(
        r#"select kind as "kind!", partition_id, elector_id, account_id, person_id, request_id, coalesce(name, '') as "name!",
             coalesce(detail, '') as "detail!", why as "why!"
           from wall.find_subjects($1, $2, $3, $4, $5, $6)"#,
        &folded,
        &plain,
        postcode,
        record.map(|r| r.partition),
        record.map(|r| r.id),
        operator
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Found {
            kind: r.kind,
            elector: r.partition_id.zip(r.elector_id).map(|(partition, id)| ElectorId { partition, id }),
            account: r.account_id,
            person: r.person_id,
            request: r.request_id,
            name: r.name,
            detail: r.detail,
            why: r.why,
        })
        .collect())
}

/// One person's whole file; `taken` when it leaves as PDF or JSON.
///
/// # Errors
/// [`Error::NotFound`] when there is nobody, or nobody any more.
pub async fn file(scope: &mut Scoped, subject: Subject, taken: bool) -> Result<File, Error> {
    let operator = scope.operator_id();
    if let Subject::Offer(offer) = subject {
        let held = sqlx::query_scalar!("select wall.offer_file($1, $2, $3)", offer, taken, operator)
            .fetch_one(scope.connection())
            .await?;
        return held.map(File::new).ok_or(Error::NotFound);
    }
    let held = sqlx::query_scalar!(
        "select wall.subject_file($1, $2, $3, $4, $5, $6)",
        subject.partition(),
        subject.number(),
        subject.account(),
        subject.person(),
        taken,
        operator
    )
    .fetch_one(scope.connection())
    .await?;
    held.map(File::new).ok_or(Error::NotFound)
}

/// The channels that somebody has stopped, of those in a file that was just read.
pub fn standing(file: &[crate::protection::file::Section], channel: &str) -> bool {
    let contact = file.iter().find(|s| s.holding.key == "contact");
    let rows = contact.into_iter().flat_map(|s| &s.grids).flat_map(|g| &g.rows);
    let title = crate::protection::channel_title(channel);
    rows.into_iter()
        .find(|r| r.get(1).is_some_and(|c| c == title))
        .is_some_and(|r| r.get(2).is_some_and(|s| s == "Yes"))
}

/// Records that somebody stops channels, or takes that back.
///
/// # Errors
/// [`Error::NotFound`] when there is no such elector; [`Error::Refused`] when the key of suppressions cannot be read.
pub async fn stop(
    scope: &mut Scoped,
    keys: &Keys,
    id: ElectorId,
    channels: &[String],
    taken_back: bool,
    how: &str,
) -> Result<(), Error> {
    let operator = scope.operator_id();
    let (key, hashes) = suppress::of_elector(scope, keys, id).await?;
    sqlx::query!(
        "select wall.record_stop($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id.partition,
        id.id,
        channels,
        taken_back,
        how,
        key,
        hashes.exact,
        hashes.loose,
        operator
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Strikes a passage of a note. False: the note has no such passage.
///
/// # Errors
/// What the database says.
pub async fn strike(
    scope: &mut Scoped,
    partition: i32,
    result: Uuid,
    begins: usize,
    letters: usize,
) -> Result<bool, Error> {
    let small = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    Ok(sqlx::query_scalar!(
        r#"select wall.strike($1, $2, $3, $4, $5) as "struck!""#,
        Uuid::now_v7(),
        partition,
        result,
        small(begins),
        small(letters)
    )
    .fetch_one(scope.connection())
    .await?)
}

/// What became of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    /// It stands.
    Done,
    /// A later answer stands in that place already.
    Already,
    /// The person has no such answer.
    NotFound,
}

/// Puts another intention and note in the place of an answer; the old one stays as history.
///
/// # Errors
/// [`Error::Invalid`] for a code that there is not; what the database says.
pub async fn correct_answer(
    scope: &mut Scoped,
    person: ElectorId,
    result: Uuid,
    intention: Option<&str>,
    note: Option<&str>,
) -> Result<Corrected, Error> {
    let word = sqlx::query_scalar!(
        r#"select wall.correct_answer($1, $2, $3, $4, $5, $6) as "word!""#,
        person.partition,
        person.id,
        result,
        Uuid::now_v7(),
        intention,
        note
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(match word.as_str() {
        "done" => Corrected::Done,
        "corrected" => Corrected::Already,
        _ => Corrected::NotFound,
    })
}

/// Lifts a strike again.
///
/// # Errors
/// What the database says.
pub async fn lift_strike(scope: &mut Scoped, strike: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.lift_strike($1) as "lifted!""#, strike).fetch_one(scope.connection()).await?)
}

/// Another record of the same human: an account, an elector, somebody of Organise.
#[derive(Debug, Clone)]
pub struct Other {
    /// Whose file it is.
    pub subject: Subject,
    /// What they are called there.
    pub name: String,
}

/// The other records of the same human, as far as they are said to be: erasing one leaves them. The wall puts the look on record.
///
/// # Errors
/// What the database says.
pub async fn others(scope: &mut Scoped, subject: Subject) -> Result<Vec<Other>, Error> {
    let operator = scope.operator_id();
    let rows = sqlx::query!(
        r#"select partition_id, elector_id, account_id, person_id, name as "name!" from wall.other_records($1, $2, $3, $4, $5)"#,
        subject.partition(),
        subject.number(),
        subject.account(),
        subject.person(),
        operator
    )
    .fetch_all(scope.connection())
    .await?;
    let others = rows.into_iter().filter_map(|r| {
        let subject = Subject::of(r.partition_id, r.elector_id, r.account_id, r.person_id)?;
        Some(Other { subject, name: r.name })
    });
    Ok(others.collect())
}

/// What erasing somebody takes away, as figures.
///
/// # Errors
/// What the database says.
pub async fn erasure_counts(scope: &mut Scoped, subject: Subject) -> Result<Value, Error> {
    if subject.offer().is_some() {
        // Its file, which is read beside these, says that it is there.
        return Ok(serde_json::json!({}));
    }
    Ok(sqlx::query_scalar!(
        r#"select wall.erasure_counts($1, $2, $3, $4) as "counts!""#,
        subject.partition(),
        subject.number(),
        subject.account(),
        subject.person()
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Erases somebody for good; answers the erasure's id.
///
/// # Errors
/// [`Error::NotFound`] when there is nobody, or nobody any more; [`Error::Refused`] for an account that still has access.
pub async fn erase(scope: &mut Scoped, keys: &Keys, subject: Subject, reason: &str) -> Result<Uuid, Error> {
    let operator = scope.operator_id();
    let erased = match subject {
        Subject::Elector(id) => {
            let (key, hashes) = suppress::of_elector(scope, keys, id).await?;
            sqlx::query_scalar!(
                "select wall.erase_elector($1, $2, $3, $4, $5, $6, $7)",
                id.partition,
                id.id,
                reason,
                key,
                hashes.exact,
                hashes.loose,
                operator
            )
            .fetch_one(scope.connection())
            .await?
        }
        Subject::Account(account) => {
            sqlx::query_scalar!("select wall.erase_account($1, $2, $3)", account, reason, operator)
                .fetch_one(scope.connection())
                .await
                .map_err(still_has_access)?
        }
        Subject::Person(person) => {
            let hashed = suppress::of_person(scope, keys, person).await?;
            let (key, hashes) = hashed.map(|(key, hashes)| (Some(key), Some(hashes))).unwrap_or_default();
            let (exact, loose) = hashes.map(|h| (h.exact, Some(h.loose))).unwrap_or_default();
            sqlx::query_scalar!(
                "select wall.erase_person($1, $2, $3, $4, $5, $6)",
                person,
                reason,
                key,
                exact,
                loose,
                operator
            )
            .fetch_one(scope.connection())
            .await?
        }
        Subject::Offer(offer) => {
            sqlx::query_scalar!("select wall.erase_offer($1, $2, $3)", offer, reason, operator)
                .fetch_one(scope.connection())
                .await?
        }
    };
    erased.ok_or(Error::NotFound)
}

fn still_has_access(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|e| e.constraint()) {
        Some("erase_account_live") => Error::Refused(
            "This account still has access. An administrator ends it first, then it can be erased".into(),
        ),
        _ => error.into(),
    }
}

/// An erasure on record: never who.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// `elector`, `account`, `person` or `offer`.
    pub of_what: String,
    /// Why.
    pub reason: String,
    /// What went.
    pub counts: Value,
    /// When.
    pub erased_at: DateTime<Utc>,
}

/// The record of an erasure.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn erasure(scope: &mut Scoped, id: Uuid) -> Result<Erasure, Error> {
    Ok(sqlx::query_as!(Erasure, "select of_what, reason, counts, erased_at from erasure where erasure_id = $1", id)
        .fetch_one(scope.connection())
        .await?)
}
