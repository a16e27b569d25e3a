//! What was recorded about a person or a home: who said what to whom and when, newest first. Nothing is overwritten: a
//! corrected answer stays and says so.

use super::{ElectorId, HouseholdId};
use crate::canvass::ListId;
use crate::canvass::results::{Ask, Outcome};
use crate::database::{Scoped, Seen};
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A result as history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The result's id, made on the device.
    pub id: Uuid,
    /// The person it is about; none when it is about the home.
    pub elector: Option<ElectorId>,
    /// The person's name, where it is about one.
    pub name: Option<String>,
    /// What happened at the door.
    pub outcome: String,
    /// The code of the intention.
    pub intention: Option<String>,
    /// The kind of election asked about.
    pub intention_kind: String,
    /// Issues, in words.
    pub issues: Vec<String>,
    /// What was asked for or offered.
    pub asks: Vec<String>,
    /// How they say they voted: only once the list's poll is over (Representation of the People Act 1983 s66A).
    pub voted: Option<String>,
    /// What was written down.
    pub note: Option<String>,
    /// When, as the device says.
    pub at: DateTime<Utc>,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// The name of the account that recorded it.
    pub by: String,
    /// The name of the organiser who accepted it after access had ended.
    pub accepted_by: Option<String>,
    /// How it came by way of paper, where it did.
    pub paper: Option<OnPaper>,
    /// The list it was recorded on.
    pub list: ListId,
    /// That list's name.
    pub list_name: String,
    /// The result it corrects.
    pub base: Option<Uuid>,
    /// Whether a later result corrects it.
    pub corrected: bool,
    /// Whether it only takes back what it corrects, and says nothing itself.
    pub void: bool,
}

/// An answer that was written on a card and entered afterwards: whoever recorded it is who entered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnPaper {
    /// Who canvassed; nothing where nobody said so.
    pub canvasser: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Everything recorded about a person, and about nobody in particular at their home. Newest first.
///
/// # Errors
/// What the database says.
pub async fn of_elector(scope: &mut Scoped, id: ElectorId) -> Result<Seen<Vec<Recorded>>, Error> {
    let rows = sqlx::query_file_as!(Row, "src/electors/sql/history.sql", id.partition, Some(id.id), None::<i64>)
        .fetch_all(scope.connection())
        .await?;
    seen(scope, rows).await
}

/// Everything recorded at a home, whoever it is about. Newest first.
///
/// # Errors
/// What the database says.
pub async fn of_home(scope: &mut Scoped, home: HouseholdId) -> Result<Seen<Vec<Recorded>>, Error> {
    let rows = sqlx::query_file_as!(Row, "src/electors/sql/history.sql", home.partition, None::<i64>, Some(home.id))
        .fetch_all(scope.connection())
        .await?;
    seen(scope, rows).await
}

struct Row {
    partition_id: i32,
    id: Uuid,
    list_id: i64,
    list_name: Option<String>,
    elector_id: Option<i64>,
    name: Option<String>,
    outcome: String,
    intention: Option<String>,
    intention_kind: String,
    issues: Vec<String>,
    asks: Vec<String>,
    voted: Option<String>,
    note: Option<String>,
    at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    account_id: Uuid,
    accepted_by: Option<Uuid>,
    base: Option<Uuid>,
    corrected: bool,
    void: bool,
    canvasser: Option<Uuid>,
    canvasser_name: Option<String>,
    canvassed_at: Option<DateTime<Utc>>,
}

impl Row {
    fn paper(&self, names: &Names) -> Option<OnPaper> {
        let named = self.canvasser_name.clone().unwrap_or_default();
        Some(OnPaper { at: self.canvassed_at?, canvasser: self.canvasser.map_or(named, |account| names.of(account)) })
    }
}

/// Adds the names of those who recorded; the people whom the rows are about are shown.
async fn seen(scope: &mut Scoped, rows: Vec<Row>) -> Result<Seen<Vec<Recorded>>, Error> {
    let accounts: Vec<Uuid> =
        rows.iter().flat_map(|r| [Some(r.account_id), r.accepted_by, r.canvasser]).flatten().collect();
    let names = names(scope, &accounts).await?;
    let shown: Vec<_> = rows.iter().filter_map(|r| r.elector_id.map(|e| (r.partition_id, e))).collect();
    let recorded = rows.into_iter().map(|r| Recorded {
        paper: r.paper(&names),
        id: r.id,
        elector: r.elector_id.map(|id| ElectorId { partition: r.partition_id, id }),
        name: r.name,
        outcome: r.outcome,
        intention: r.intention,
        intention_kind: r.intention_kind,
        issues: r.issues,
        asks: r.asks,
        voted: r.voted,
        note: r.note,
        at: r.at,
        received_at: r.received_at,
        by: names.of(r.account_id),
        accepted_by: r.accepted_by.map(|a| names.of(a)),
        list: ListId { partition: r.partition_id, id: r.list_id },
        list_name: r.list_name.unwrap_or_default(),
        base: r.base,
        corrected: r.corrected,
        void: r.void,
    });
    Ok(Seen::people(recorded.collect(), shown))
}

/// The names of accounts.
#[derive(Debug, Default)]
pub struct Names(std::collections::HashMap<Uuid, String>);

impl Names {
    /// The account's name, or words for one whose name is not told.
    pub fn of(&self, account: Uuid) -> String {
        self.0.get(&account).cloned().unwrap_or_else(|| "somebody".into())
    }
}

/// Who recorded something: names and nothing else of the accounts.
///
/// # Errors
/// What the database says.
pub async fn names(scope: &mut Scoped, accounts: &[Uuid]) -> Result<Names, Error> {
    let mut wanted = accounts.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let rows = sqlx::query!(r#"select account_id as "account!", name as "name!" from wall.names($1)"#, &wanted)
        .fetch_all(scope.connection())
        .await?;
    Ok(Names(rows.into_iter().map(|r| (r.account, r.name)).collect()))
}

/// A person's line in one register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The authority's name.
    pub authority: String,
    /// The register's date.
    pub published: NaiveDate,
    /// The number in it.
    pub number: String,
}

/// The registers that held this person, newest first. The person is on record by their page's own look.
///
/// # Errors
/// What the database says.
pub async fn entries(scope: &mut Scoped, id: ElectorId) -> Result<Vec<Entry>, Error> {
    Ok(sqlx::query_as!(
        Entry,
        r#"select u.name as authority, r.published,
             d.letters || '-' || t.number || case when t.suffix > 0 then '/' || t.suffix else '' end as "number!"
           from register_entry t join register r using (partition_id, register_id)
           join authority u using (partition_id) join district d on d.area_no = t.area_no
           where t.partition_id = $1 and t.elector_id = $2
           order by r.published desc, r.register_id desc"#,
        id.partition,
        id.id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The current intention of a person at each kind of election, as (kind, code, since).
///
/// # Errors
/// What the database says.
pub async fn intentions(scope: &mut Scoped, id: ElectorId) -> Result<Vec<(String, String)>, Error> {
    let rows = sqlx::query!(
        r#"select intention_kind, code as "code!" from intention_now
           where partition_id = $1 and elector_id = $2 and code is not null order by intention_kind"#,
        id.partition,
        id.id
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.intention_kind, r.code)).collect())
}

/// What happened at the door, as a heading.
pub fn outcome_words(outcome: &str) -> &'static str {
    Outcome::parse(outcome).map_or("Called", Outcome::title)
}

/// What somebody asked for or offered, as a sentence without its stop.
pub fn ask_words(ask: &str) -> &'static str {
    Ask::parse(ask).map_or("Asked for something", Ask::title)
}

/// "a poster, to help and a lift on polling day".
pub fn listed(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A kind of election as a heading begins.
pub fn kind_title(kind: &str) -> &'static str {
    match kind {
        "national" => "National",
        "devolved" => "Devolved",
        _ => "Local",
    }
}
