//! Leaflets and what became of each on every round. What is shown are rounds and figures; who delivers comes with the rounds.

use super::State;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Something that is delivered.
#[derive(Debug, Clone)]
pub struct Leaflet {
    /// Which.
    pub id: Uuid,
    /// Whose it is.
    pub area: i64,
    /// That area's name.
    pub area_name: String,
    /// What it is called.
    pub title: String,
    /// From when it can be fetched.
    pub ready: Option<NaiveDate>,
    /// By when it is to be delivered.
    pub due: Option<NaiveDate>,
    /// How many are printed.
    pub printed: Option<i32>,
    /// When it was put away.
    pub ended: Option<DateTime<Utc>>,
    /// Rounds that have it in hand.
    pub handed: i64,
    /// Rounds where it was delivered.
    pub done: i64,
    /// How many went out in all: those given back are not among them.
    pub out: i64,
}

impl Leaflet {
    /// Whether it should have been delivered before today.
    pub fn overdue(&self, today: NaiveDate) -> bool {
        self.ended.is_none() && self.due.is_some_and(|due| due < today)
    }
}

/// Leaflets of the area in use, the newest first, those put away last; one alone where its id is given.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped, id: Option<Uuid>) -> Result<Vec<Leaflet>, Error> {
    Ok(sqlx::query_as!(
        Leaflet,
        r#"select f.leaflet_id as id, f.area_id as area, coalesce(d.letters, a.name) as "area_name!", f.title, f.ready_on as ready,
             f.due_on as due, f.printed, f.ended_at as ended,
             (select count(*) from delivery y where y.leaflet_id = f.leaflet_id and y.state = 'handed') as "handed!",
             (select count(*) from delivery y where y.leaflet_id = f.leaflet_id and y.state = 'done') as "done!",
             (select coalesce(sum(y.bundle), 0)::bigint from delivery y where y.leaflet_id = f.leaflet_id
               and y.state in ('handed', 'done')) as "out!"
           from leaflet f join area a on a.area_id = f.area_id
           left join district d on a.kind = 'district' and d.area_no = a.area_no
           where $1::uuid is null or f.leaflet_id = $1
           order by f.ended_at is not null, f.made_at desc, f.leaflet_id limit 200"#,
        id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One leaflet.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn one(scope: &mut Scoped, id: Uuid) -> Result<Leaflet, Error> {
    all(scope, Some(id)).await?.pop().ok_or(Error::NotFound)
}

/// One that is not put away.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, [`Error::Conflict`] when it was put away.
pub async fn one_open(scope: &mut Scoped, id: Uuid) -> Result<Leaflet, Error> {
    let leaflet = one(scope, id).await?;
    match leaflet.ended {
        None => Ok(leaflet),
        Some(_) => Err(Error::Conflict("This leaflet was put away. Take it out again first".into())),
    }
}

/// A leaflet that can stand.
#[derive(Debug, Clone)]
pub struct NewLeaflet {
    /// What it is called.
    pub title: String,
    /// From when it can be fetched.
    pub ready: Option<NaiveDate>,
    /// By when it is to be delivered.
    pub due: Option<NaiveDate>,
    /// How many are printed.
    pub printed: Option<i32>,
}

/// Adds a leaflet; one that is there under this id already stays as it is.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, id: Uuid, area: i64, new: &NewLeaflet) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into leaflet (leaflet_id, area_id, title, ready_on, due_on, printed, made_by) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
        id,
        area,
        new.title,
        new.ready,
        new.due,
        new.printed,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Puts a leaflet away, or takes it out again.
///
/// # Errors
/// What the database says.
pub async fn put_away(scope: &mut Scoped, id: Uuid, away: bool) -> Result<(), Error> {
    sqlx::query!(
        "update leaflet set ended_at = case when $2 then coalesce(ended_at, statement_timestamp()) end where leaflet_id = $1",
        id,
        away
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// A leaflet on a round.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// Where it stands.
    pub state: State,
    /// How many were handed over.
    pub bundle: i32,
    /// When.
    pub handed: Option<DateTime<Utc>>,
    /// When it was delivered or came back.
    pub done: Option<DateTime<Utc>>,
    /// What was said then.
    pub note: String,
}

/// The rounds that a leaflet is for, with how it stands on each: those that nothing is known of wait for it.
///
/// # Errors
/// What the database says.
pub async fn deliveries(scope: &mut Scoped, leaflet: Uuid) -> Result<HashMap<Uuid, Delivery>, Error> {
    let rows = sqlx::query!(
        r#"select w.round_id as "round!", coalesce(y.state, 'planned') as "state!", coalesce(y.bundle, 0) as "bundle!",
             y.handed_at as "handed?", y.done_at as "done?", coalesce(y.note, '') as "note!"
           from unnest(wall.leaflet_rounds($1)) w (round_id)
           left join delivery y on y.round_id = w.round_id and y.leaflet_id = $1"#,
        leaflet
    )
    .fetch_all(scope.connection())
    .await?;
    let of = rows.into_iter().map(|r| {
        let state = State::parse(&r.state);
        (r.round, Delivery { state, bundle: r.bundle, handed: r.handed, done: r.done, note: r.note })
    });
    Ok(of.collect())
}

/// What was delivered on a round, the newest first.
#[derive(Debug, Clone)]
pub struct Past {
    /// The leaflet.
    pub leaflet: Uuid,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// How many were handed over.
    pub bundle: i32,
    /// When.
    pub handed: Option<DateTime<Utc>>,
    /// When it was delivered or came back.
    pub done: Option<DateTime<Utc>>,
    /// What was said then.
    pub note: String,
}

/// A round's history.
///
/// # Errors
/// What the database says.
pub async fn of_round(scope: &mut Scoped, round: Uuid) -> Result<Vec<Past>, Error> {
    let rows = sqlx::query!(
        "select y.leaflet_id, f.title, y.state, y.bundle, y.handed_at, y.done_at, y.note
         from delivery y join leaflet f on f.leaflet_id = y.leaflet_id
         where y.round_id = $1 and y.state <> 'planned' order by y.handed_at desc, y.leaflet_id limit 100",
        round
    )
    .fetch_all(scope.connection())
    .await?;
    let past = rows.into_iter().map(|r| Past {
        leaflet: r.leaflet_id,
        title: r.title,
        state: State::parse(&r.state),
        bundle: r.bundle,
        handed: r.handed_at,
        done: r.done_at,
        note: r.note,
    });
    Ok(past.collect())
}

/// Hands a leaflet over on rounds that live, each with its bundle, to whoever delivers them now. Rounds that have it stay as they
/// are; answers how many got it.
///
/// # Errors
/// What the database says.
pub async fn hand_over(scope: &mut Scoped, leaflet: Uuid, bundles: &[(Uuid, i32)]) -> Result<u64, Error> {
    let (rounds, bundles): (Vec<Uuid>, Vec<i32>) = bundles.iter().copied().unzip();
    let account = scope.account();
    let handed = sqlx::query!(
        "insert into delivery (leaflet_id, round_id, area_id, state, bundle, to_person, to_account, handed_at, changed_by)
         select $1, r.round_id, r.area_id, 'handed', w.bundle, r.deliverer_person, r.deliverer_account, statement_timestamp(), $4
         from unnest($2::uuid[], $3::integer[]) w (round_id, bundle) join round r on r.round_id = w.round_id
         where r.ended_at is null and r.round_id = any (wall.leaflet_rounds($1))
         on conflict (leaflet_id, round_id) do update set state = excluded.state, bundle = excluded.bundle,
           to_person = excluded.to_person, to_account = excluded.to_account, handed_at = excluded.handed_at, note = '',
           changed_by = excluded.changed_by where delivery.state = 'planned'",
        leaflet,
        &rounds,
        &bundles,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(handed.rows_affected())
}

/// Notes that it was delivered, or came back, on rounds that have it in hand; answers of how many.
///
/// # Errors
/// What the database says.
pub async fn close(scope: &mut Scoped, leaflet: Uuid, rounds: &[Uuid], to: State, note: &str) -> Result<u64, Error> {
    let account = scope.account();
    let closed = sqlx::query!(
        "update delivery set state = $3, done_at = statement_timestamp(), note = $4, changed_by = $5
         where leaflet_id = $1 and round_id = any ($2) and state = 'handed'",
        leaflet,
        rounds,
        to.as_str(),
        note,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(closed.rows_affected())
}

/// Takes the last step back on these rounds: what was delivered or came back is in hand again, what was handed over waits again.
///
/// # Errors
/// What the database says.
pub async fn undo(scope: &mut Scoped, leaflet: Uuid, rounds: &[Uuid]) -> Result<u64, Error> {
    let account = scope.account();
    let undone = sqlx::query!(
        "update delivery set state = case state when 'handed' then 'planned' else 'handed' end,
           handed_at = case state when 'handed' then null else handed_at end, done_at = null, note = '',
           bundle = case state when 'handed' then 0 else bundle end,
           to_person = case state when 'handed' then null else to_person end,
           to_account = case state when 'handed' then null else to_account end, changed_by = $3
         where leaflet_id = $1 and round_id = any ($2) and state <> 'planned'",
        leaflet,
        rounds,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(undone.rows_affected())
}
