//! A list as it goes: what was said at each door so far, read in two queries and put together here.
//!
//! How a door stands and whether it is done, the database says (`home_on_list`); an answer that a later one corrects
//! does not stand.

use super::{door_label, store};
use crate::canvass::ListId;
use crate::canvass::results::Outcome;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// How far a phone's clock may run ahead before it is flagged.
const AHEAD: TimeDelta = TimeDelta::minutes(15);
/// How late an answer may come before its time is doubted: phones keep answers for a day without signal.
const LATE: TimeDelta = TimeDelta::hours(24);

/// A door of the list.
#[derive(Debug, Clone, Default)]
pub struct Door {
    /// The household within the partition.
    pub household: i64,
    /// The district's letters.
    pub letters: String,
    /// Its street.
    pub street: String,
    /// `odd`, `even`, `building` or `other`.
    pub side: String,
    /// A building's or house's name.
    pub building: String,
    /// What stands on the door, within its street.
    pub label: String,
    /// People on the list there.
    pub electors: Vec<i64>,
    /// Of them, those who by now want nobody at their door.
    pub objected: usize,
    /// The outcome that is shown, as the contract spells it: that somebody spoke, else the last; None while nobody has
    /// been.
    pub outcome: Option<String>,
    /// Whether it counts as done.
    pub done: bool,
}

/// An answer of this list that stands.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The result.
    pub id: Uuid,
    /// The household within the partition.
    pub household: i64,
    /// The elector within the partition, or the home as a whole.
    pub elector: Option<i64>,
    /// What happened.
    pub outcome: String,
    /// The code given.
    pub intention: Option<String>,
    /// What the device's clock said.
    pub at: DateTime<Utc>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Who recorded it.
    pub account: Uuid,
    /// Whether an organiser accepted it.
    pub accepted: bool,
}

/// The doors of a list's version that stands, in walk order.
///
/// # Errors
/// What the database says.
pub async fn doors(scope: &mut Scoped, id: ListId, version: i32) -> Result<Vec<Door>, Error> {
    let rows = sqlx::query!(
        r#"select w.household_id, d.letters, w.street, w.side, h.building, h.number, h.number_suffix, h.flat, h.address,
             array(select e.elector_id from walk_list_elector e where e.partition_id = w.partition_id
               and e.list_id = w.list_id and e.version = w.version and e.household_id = w.household_id
               order by e.place) as "electors!",
             case when s.spoke then 'spoke' else s.latest end as outcome, coalesce(s.done, false) as "done!"
           from walk_list_door w
           join district d using (area_no)
           join household h on h.partition_id = w.partition_id and h.household_id = w.household_id
           left join (select household_id, spoke, latest, done from home_on_list
                      where partition_id = $1 and list_id = $2 and version = $3) s on s.household_id = w.household_id
           where w.partition_id = $1 and w.list_id = $2 and w.version = $3
           order by w.place"#,
        id.partition,
        id.id,
        version
    )
    .fetch_all(scope.connection())
    .await?;
    let everyone: Vec<i64> = rows.iter().flat_map(|r| r.electors.iter().copied()).collect();
    let objected = store::objected(scope, id.partition, &everyone).await?;
    let door = rows.into_iter().map(|r| Door {
        household: r.household_id,
        letters: r.letters,
        street: r.street,
        side: r.side,
        label: door_label(&r.building, r.number, &r.number_suffix, &r.flat, &r.address),
        building: r.building,
        objected: r.electors.iter().filter(|e| objected.contains(e)).count(),
        electors: r.electors,
        outcome: r.outcome,
        done: r.done,
    });
    Ok(door.collect())
}

/// The answers of a list that stand, in the order they came.
///
/// # Errors
/// What the database says.
pub async fn answers(scope: &mut Scoped, id: ListId) -> Result<Vec<Answer>, Error> {
    Ok(sqlx::query_as!(
        Answer,
        r#"select id as "id!", household_id as "household!", elector_id as elector, outcome as "outcome!", intention, at as "at!",
             received_at as "received_at!", account_id as "account!", accepted_by is not null as "accepted!"
           from standing_result
           where partition_id = $1 and list_id = $2
           order by received_at, id"#,
        id.partition,
        id.id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// How many answers of a list came twice under one id with different content; both are kept.
///
/// # Errors
/// What the database says.
pub async fn conflicts(scope: &mut Scoped, id: ListId) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from result_conflict where partition_id = $1 and list_id = $2"#,
        id.partition,
        id.id
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The names of accounts that recorded something.
///
/// # Errors
/// What the database says.
pub async fn names(scope: &mut Scoped, accounts: &[Uuid]) -> Result<HashMap<Uuid, String>, Error> {
    let rows = sqlx::query!(r#"select account_id as "id!", name as "name!" from wall.names($1)"#, accounts)
        .fetch_all(scope.connection())
        .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// The names of a few people, for what needs a person's eye. Whoever shows them puts them on record.
///
/// # Errors
/// What the database says.
pub async fn people(scope: &mut Scoped, partition: i32, electors: &[i64]) -> Result<HashMap<i64, String>, Error> {
    let rows = sqlx::query!(
        "select elector_id, name from elector where partition_id = $1 and elector_id = any ($2)",
        partition,
        electors
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.elector_id, r.name)).collect())
}

/// Where a door stands: how it is drawn on the street plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has been.
    ToDo,
    /// Somebody spoke.
    Spoke,
    /// Somebody was there and nobody spoke.
    Out,
    /// Nobody left who may be called on.
    Leave,
}

/// What happened at one door so far.
#[derive(Debug, Clone)]
pub struct DoorState {
    /// Where it stands.
    pub standing: Standing,
    /// Whether it counts as done.
    pub done: bool,
    /// The outcome that is shown, as the contract spells it; nothing while nobody has been.
    pub outcome: Option<String>,
    /// The codes given there, one for each person who gave one, in the list's order.
    pub codes: Vec<String>,
}

/// How a list goes.
#[derive(Debug, Default)]
pub struct Progress {
    /// Each door's state, in walk order.
    pub doors: Vec<DoorState>,
    /// Each person's last code.
    pub intentions: HashMap<i64, String>,
    /// People with an answer of their own who spoke.
    pub people_spoken: usize,
    /// Answers that two canvassers gave differently, latest last.
    pub differing: Vec<i64>,
    /// Answers whose phone's clock cannot have been right, by who recorded them.
    pub skewed: BTreeMap<Uuid, usize>,
}

impl Progress {
    /// Puts the answers to the doors.
    pub fn of(doors: &[Door], answers: &[Answer]) -> Self {
        let mut progress = Progress::default();
        let mut spoken = HashSet::new();
        let mut said = HashMap::<i64, Vec<(Uuid, &str)>>::new();
        for answer in answers {
            if let (Some(elector), Some(code)) = (answer.elector, &answer.intention) {
                progress.intentions.insert(elector, code.clone());
                said.entry(elector).or_default().push((answer.account, code));
            }
            if let (Some(elector), "spoke") = (answer.elector, answer.outcome.as_str()) {
                spoken.insert(elector);
            }
            if is_skewed(answer) {
                *progress.skewed.entry(answer.account).or_default() += 1;
            }
        }
        progress.people_spoken = spoken.len();
        progress.differing = differing(&said);
        progress.doors = doors.iter().map(|d| state(d, &progress.intentions)).collect();
        progress
    }

    /// Doors in a state.
    pub fn count(&self, is: impl Fn(&DoorState) -> bool) -> usize {
        self.doors.iter().filter(|d| is(d)).count()
    }
}

/// Sent late is no fault, so only a time still to come, or more than a day old, is one.
fn is_skewed(answer: &Answer) -> bool {
    answer.at > answer.received_at + AHEAD || answer.at < answer.received_at - LATE
}

/// People of whom different canvassers' standing answers say different things.
fn differing(said: &HashMap<i64, Vec<(Uuid, &str)>>) -> Vec<i64> {
    let differ = |answers: &[(Uuid, &str)]| {
        let latest: HashMap<Uuid, &str> = answers.iter().copied().collect();
        latest.values().collect::<HashSet<_>>().len() > 1
    };
    let mut electors: Vec<i64> = said.iter().filter(|(_, a)| differ(a)).map(|(e, _)| *e).collect();
    electors.sort_unstable();
    electors
}

fn state(door: &Door, intentions: &HashMap<i64, String>) -> DoorState {
    let leave = !door.electors.is_empty() && door.objected == door.electors.len();
    let standing = match door.outcome.as_deref() {
        _ if leave => Standing::Leave,
        None => Standing::ToDo,
        Some("spoke") => Standing::Spoke,
        Some(_) => Standing::Out,
    };
    DoorState {
        standing,
        done: door.done,
        outcome: door.outcome.clone(),
        codes: door.electors.iter().filter_map(|e| intentions.get(e).cloned()).collect(),
    }
}

/// An outcome in words.
pub fn outcome_words(outcome: &str) -> &'static str {
    Outcome::parse(outcome).map_or("", Outcome::title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(household: i64, elector: Option<i64>, outcome: &str, code: Option<&str>, who: u128) -> Answer {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        Answer {
            id: Uuid::nil(),
            household,
            elector,
            outcome: outcome.into(),
            intention: code.map(Into::into),
            at: now,
            received_at: now,
            account: Uuid::from_u128(who),
            accepted: false,
        }
    }

    fn door(household: i64, electors: &[i64]) -> Door {
        Door { household, electors: electors.to_vec(), ..Door::default() }
    }

    #[test]
    fn a_door_where_everybody_wants_no_calls_is_left_alone() {
        let mut doors = [door(1, &[11]), door(2, &[21, 22]), door(3, &[31])];
        for door in &mut doors {
            door.objected = 1;
        }
        doors[2].electors.clear();
        let standing: Vec<_> = Progress::of(&doors, &[]).doors.iter().map(|d| d.standing).collect();
        assert_eq!(standing, [Standing::Leave, Standing::ToDo, Standing::ToDo]);
    }

    #[test]
    fn the_latest_code_of_each_person_is_shown() {
        let doors = [door(1, &[11, 12])];
        let said = [
            answer(1, Some(12), "spoke", Some("U"), 1),
            answer(1, Some(12), "spoke", Some("F"), 2),
            answer(1, None, "not-home", None, 2),
        ];
        let progress = Progress::of(&doors, &said);
        assert_eq!(progress.doors[0].codes, ["F"]);
        assert_eq!(progress.differing, [12]);
        assert_eq!(progress.people_spoken, 1);
    }

    #[test]
    fn one_canvasser_who_asks_again_does_not_differ_from_themselves() {
        let said = [answer(1, Some(11), "spoke", Some("U"), 1), answer(1, Some(11), "spoke", Some("F"), 1)];
        assert!(Progress::of(&[door(1, &[11])], &said).differing.is_empty());
    }

    #[test]
    fn sent_late_is_no_wrong_clock() {
        let mut late = answer(1, None, "not-home", None, 1);
        late.at = late.received_at - TimeDelta::hours(9);
        let mut ahead = answer(1, None, "not-home", None, 2);
        ahead.at = ahead.received_at + TimeDelta::minutes(16);
        let mut old = answer(1, None, "not-home", None, 3);
        old.at = old.received_at - TimeDelta::hours(25);
        let skewed = Progress::of(&[], &[late, ahead, old]).skewed;
        assert_eq!(skewed.keys().map(|k| k.as_u128()).collect::<Vec<_>>(), [2, 3]);
    }
}
