//! Rounds in the database: which there are, one round, its streets, making, changing, ending, whom to give it to. Streets show nobody;
//! who delivers comes as `Seen`.

use super::{Deliverer, Round, Side, Stretch};
use crate::database::{Scoped, Seen};
use crate::electors::history;
use crate::error::Error;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Which rounds a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// All that live.
    #[default]
    All,
    /// Those that nobody delivers.
    Without,
    /// Those whose leaflet should have been delivered by now.
    Overdue,
    /// Those that were ended.
    Ended,
}

impl Show {
    /// Each, in the order of the tabs.
    pub const ALL: [Show; 4] = [Show::All, Show::Without, Show::Overdue, Show::Ended];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Without => "without",
            Show::Overdue => "overdue",
            Show::Ended => "ended",
        }
    }

    /// The tab's words.
    pub fn title(self) -> &'static str {
        match self {
            Show::All => "All",
            Show::Without => "Without a deliverer",
            Show::Overdue => "Overdue",
            Show::Ended => "Ended",
        }
    }

    /// The one of this word; what is none is all.
    pub fn parse(word: &str) -> Show {
        Show::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or_default()
    }
}

struct Row {
    round_id: Uuid,
    area_id: i64,
    area_name: String,
    name: String,
    note: String,
    with_empty: bool,
    deliverer_person: Option<Uuid>,
    deliverer_account: Option<Uuid>,
    person_name: Option<String>,
    lost_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    last_title: Option<String>,
    last_at: Option<DateTime<Utc>>,
    overdue: bool,
}

impl Row {
    fn round(self, names: &history::Names) -> Round {
        let deliverer = match (self.deliverer_person, self.deliverer_account) {
            (None, None) => None,
            (person, Some(account)) => Some(Deliverer { person, account: Some(account), name: names.of(account) }),
            (person, None) => Some(Deliverer { person, account: None, name: self.person_name.unwrap_or_default() }),
        };
        Round {
            id: self.round_id,
            area: self.area_id,
            area_name: self.area_name,
            name: self.name,
            note: self.note,
            with_empty: self.with_empty,
            deliverer,
            lost: self.lost_at,
            ended: self.ended_at,
            last: self.last_title.zip(self.last_at),
            overdue: self.overdue,
        }
    }
}

/// Which rounds of the area in use a page shows, by area and name: those whose name or street holds `words`, where there are any.
///
/// # Errors
/// What the database says.
pub async fn which(scope: &mut Scoped, show: Show, words: &str) -> Result<Vec<Uuid>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select r.round_id from round r join area a on a.area_id = r.area_id
           where (r.ended_at is not null) = ($1 = 'ended')
             and ($1 <> 'without' or (r.deliverer_person is null and r.deliverer_account is null))
             and ($1 <> 'overdue' or exists (select from delivery y join leaflet f on f.leaflet_id = y.leaflet_id
               where y.round_id = r.round_id and y.state = 'handed' and f.ended_at is null
                 and f.due_on < (statement_timestamp() at time zone 'Europe/London')::date))
             and ($2 = '' or strpos(lower(r.name), lower($2)) > 0 or exists (select from round_street s
               where s.round_id = r.round_id and strpos(lower(s.street), lower($2)) > 0))
           order by a.kind = 'district', a.name, length(r.name), r.name, r.round_id"#,
        show.as_str(),
        words
    )
    .fetch_all(scope.connection())
    .await?)
}

/// These rounds, as far as they are of the area in use, with who delivers them.
///
/// # Errors
/// What the database says.
pub async fn rounds(scope: &mut Scoped, ids: &[Uuid]) -> Result<Seen<Vec<Round>>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select r.round_id, r.area_id, coalesce(d.letters, a.name) as "area_name!", r.name, r.note, r.with_empty,
             r.deliverer_person, r.deliverer_account,
             (select trim(p.forename || ' ' || p.surname) from person p where p.person_id = r.deliverer_person) as person_name,
             r.lost_at, r.ended_at, l.title as "last_title?", l.done_at as "last_at?", coalesce(o.overdue, false) as "overdue!"
           from round r join area a on a.area_id = r.area_id
           left join district d on a.kind = 'district' and d.area_no = a.area_no
           left join lateral (select f.title, y.done_at from delivery y join leaflet f on f.leaflet_id = y.leaflet_id
             where y.round_id = r.round_id and y.state = 'done' order by y.done_at desc limit 1) l on true
           left join lateral (select true as overdue from delivery y join leaflet f on f.leaflet_id = y.leaflet_id
             where y.round_id = r.round_id and y.state = 'handed' and f.ended_at is null
               and f.due_on < (statement_timestamp() at time zone 'Europe/London')::date limit 1) o on true
           where r.round_id = any ($1)
           order by a.kind = 'district', a.name, length(r.name), r.name, r.round_id"#,
        ids
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().filter_map(|r| r.deliverer_account).collect();
    let names = history::names(scope, &accounts).await?;
    // Whoever has no name here was not shown.
    let shown: Vec<Uuid> = rows.iter().filter(|r| r.person_name.is_some()).filter_map(|r| r.deliverer_person).collect();
    Ok(Seen::helpers(rows.into_iter().map(|r| r.round(&names)).collect(), shown))
}

/// One round.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn one(scope: &mut Scoped, id: Uuid) -> Result<Seen<Round>, Error> {
    let found = rounds(scope, &[id]).await?.check(|all| all.first().map(|_| ()).ok_or(Error::NotFound))?;
    Ok(found.map(|mut all| all.swap_remove(0)))
}

/// One round that lives.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, [`Error::Conflict`] when it was ended.
pub async fn one_live(scope: &mut Scoped, id: Uuid) -> Result<Seen<Round>, Error> {
    one(scope, id).await?.check(|round| match round.ended {
        None => Ok(()),
        Some(_) => Err(ended()),
    })
}

fn ended() -> Error {
    Error::Conflict("This round was ended. Cut its streets into a new one".into())
}

/// The streets of rounds, by their place in each.
///
/// # Errors
/// What the database says.
pub async fn streets(scope: &mut Scoped, rounds: &[Uuid]) -> Result<HashMap<Uuid, Vec<(i32, Stretch)>>, Error> {
    let rows = sqlx::query!(
        "select round_id, place, area_no, street_key, street, side, from_number, to_number from round_street
         where round_id = any ($1) order by round_id, place",
        rounds
    )
    .fetch_all(scope.connection())
    .await?;
    let mut of = HashMap::<Uuid, Vec<(i32, Stretch)>>::new();
    for r in rows {
        let (side, from, to) = (Side::parse(&r.side), r.from_number, r.to_number);
        let stretch = Stretch { area_no: r.area_no, key: r.street_key, street: r.street, side, from, to };
        of.entry(r.round_id).or_default().push((r.place, stretch));
    }
    Ok(of)
}

/// The next name after those of this beginning: "Quillbrook 3".
///
/// # Errors
/// What the database says.
pub async fn next_name(scope: &mut Scoped, base: &str) -> Result<String, Error> {
    let next = sqlx::query_scalar!(
        r#"select coalesce(max(substring(name from length($1) + 2)::integer), 0) + 1 as "next!" from round
           where starts_with(name, $1 || ' ') and substring(name from length($1) + 2) ~ '^[0-9]{1,6}$'"#,
        base
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(format!("{base} {next}"))
}

/// A round to be made.
#[derive(Debug, Clone)]
pub struct NewRound<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether homes with nobody on the register get a leaflet.
    pub with_empty: bool,
    /// Its streets, in walk order.
    pub stretches: &'a [Stretch],
}

/// Makes a round; answers its id.
///
/// # Errors
/// [`Error::Invalid`] on `street` when somebody else has put one of its streets on a round.
pub async fn add(scope: &mut Scoped, new: &NewRound<'_>) -> Result<Uuid, Error> {
    let (id, account) = (Uuid::now_v7(), scope.account());
    let districts: Vec<i32> = new.stretches.iter().map(|s| s.area_no).collect();
    let area = sqlx::query_scalar!("select wall.round_area_of($1)", &districts)
        .fetch_one(scope.connection())
        .await?
        .ok_or(Error::NotFound)?;
    sqlx::query!(
        "insert into round (round_id, area_id, name, with_empty, made_by) values ($1, $2, $3, $4, $5)",
        id,
        area,
        new.name,
        new.with_empty,
        account
    )
    .execute(scope.connection())
    .await?;
    put_on(scope, id, 0, new.stretches).await?;
    Ok(id)
}

/// Puts streets on a round, after its place `after`.
///
/// # Errors
/// [`Error::Invalid`] on `street` when one is on another round.
pub async fn put_on(scope: &mut Scoped, round: Uuid, after: i32, stretches: &[Stretch]) -> Result<(), Error> {
    let places: Vec<i32> = (after + 1..).take(stretches.len()).collect();
    let areas: Vec<i32> = stretches.iter().map(|s| s.area_no).collect();
    let keys: Vec<String> = stretches.iter().map(|s| s.key.clone()).collect();
    let names: Vec<String> = stretches.iter().map(|s| s.street.clone()).collect();
    let sides: Vec<String> = stretches.iter().map(|s| s.side.as_str().to_owned()).collect();
    // No number is below 0, so that -1 stands for none.
    let from: Vec<i32> = stretches.iter().map(|s| s.from.unwrap_or(-1)).collect();
    let to: Vec<i32> = stretches.iter().map(|s| s.to.unwrap_or(-1)).collect();
    let put = sqlx::query!(
        "insert into round_street (round_id, place, partition_id, area_no, street_key, street, side, from_number, to_number)
         select $1, s.place, d.partition_id, s.area_no, s.key, s.street, s.side, nullif(s.first, -1), nullif(s.last, -1)
         from unnest($2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::integer[])
           s (place, area_no, key, street, side, first, last)
         join district d on d.area_no = s.area_no order by s.area_no, s.place",
        round,
        &places,
        &areas,
        &keys,
        &names,
        &sides,
        &from,
        &to
    )
    .execute(scope.connection())
    .await;
    put.map(|_| ()).map_err(taken)
}

/// Puts streets on a round that lives, after those that it has. Whoever does so at the same moment comes next: the row of the round is
/// taken first, so that no two count the same places.
///
/// # Errors
/// [`Error::Conflict`] when it was ended meanwhile; as [`put_on`].
pub async fn append(scope: &mut Scoped, round: Uuid, stretches: &[Stretch]) -> Result<(), Error> {
    let taken = sqlx::query_scalar!(
        "select round_id from round where round_id = $1 and ended_at is null for no key update",
        round
    )
    .fetch_optional(scope.connection())
    .await?;
    if taken.is_none() {
        return Err(ended());
    }
    let after = sqlx::query_scalar!(
        r#"select coalesce(max(place), 0) as "after!" from round_street where round_id = $1"#,
        round
    )
    .fetch_one(scope.connection())
    .await?;
    put_on(scope, round, after, stretches).await
}

/// Somebody was quicker: the database lets no stretch onto two rounds.
fn taken(error: sqlx::Error) -> Error {
    if error.as_database_error().and_then(|e| e.constraint()) == Some("street_of_round") {
        return Error::field(
            "street",
            "One of these streets lies outside the area that the round is of. Put them on a round of their own area, or cut a new one",
        );
    }
    let code = error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned());
    match code.as_deref() {
        Some("23P01") => Error::field(
            "street",
            "One of these streets was put on a round meanwhile, and nothing was done. Look at what is free now",
        ),
        _ => error.into(),
    }
}

/// What can be changed of a round.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// Words for whoever delivers.
    pub note: String,
    /// Whether homes with nobody on the register get a leaflet.
    pub with_empty: bool,
}

/// Changes a round, and takes streets off it.
///
/// # Errors
/// [`Error::Conflict`] when it was ended meanwhile; what the database says.
pub async fn change(scope: &mut Scoped, round: Uuid, to: &Changed, off: &[i32]) -> Result<(), Error> {
    let done = sqlx::query!(
        "update round set name = $2, note = $3, with_empty = $4 where round_id = $1 and ended_at is null",
        round,
        to.name,
        to.note,
        to.with_empty
    )
    .execute(scope.connection())
    .await?;
    was_live(done.rows_affected())?;
    if !off.is_empty() {
        sqlx::query!("select wall.take_off_round($1, $2)", round, off).execute(scope.connection()).await?;
    }
    Ok(())
}

/// Gives a round to somebody, or to nobody.
///
/// # Errors
/// [`Error::Conflict`] when it was ended meanwhile; what the database says.
pub async fn give(scope: &mut Scoped, round: Uuid, person: Option<Uuid>, account: Option<Uuid>) -> Result<(), Error> {
    let done = sqlx::query!(
        "update round set deliverer_person = $2, deliverer_account = $3 where round_id = $1 and ended_at is null",
        round,
        person,
        account
    )
    .execute(scope.connection())
    .await?;
    was_live(done.rows_affected())
}

/// Ends a round: its streets are free again, what was delivered stays.
///
/// # Errors
/// [`Error::Conflict`] when it was ended meanwhile; what the database says.
pub async fn end(scope: &mut Scoped, round: Uuid) -> Result<(), Error> {
    let done = sqlx::query!(
        "update round set ended_at = statement_timestamp(), deliverer_person = null, deliverer_account = null
         where round_id = $1 and ended_at is null",
        round
    )
    .execute(scope.connection())
    .await?;
    was_live(done.rows_affected())
}

/// That a round was there to be changed: somebody else may have ended it since the page was drawn.
fn was_live(changed: u64) -> Result<(), Error> {
    if changed == 1 { Ok(()) } else { Err(ended()) }
}

/// Somebody who may deliver a round.
#[derive(Debug, Clone)]
pub struct Hand {
    /// The word in the form: `p` or `a` and an id.
    pub key: String,
    /// Their name.
    pub name: String,
    /// Whether they said that they deliver leaflets.
    pub leafleting: bool,
}

/// Whom rounds of these areas may be given to: whoever helps here, and accounts that work in all of them. Those who said that they
/// deliver leaflets come first. Nobody while Organise is closed.
///
/// # Errors
/// What the database says.
pub async fn hands(scope: &mut Scoped, areas: &[i64]) -> Result<Seen<Vec<Hand>>, Error> {
    let people = sqlx::query!(
        r#"select v.person_id, p.account_id, trim(p.forename || ' ' || p.surname) as "name!", 'leafleting' = any (v.skills) as "leafleting!"
           from volunteer v join person p on p.person_id = v.person_id
           where v.state <> 'stopped' and p.erased_at is null
           order by 'leafleting' = any (v.skills) desc, p.name_key, v.person_id"#
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts = sqlx::query!(
        r#"select account_id as "account!", name as "name!" from wall.task_hands($1) order by lower(name), account_id"#,
        areas
    )
    .fetch_all(scope.connection())
    .await?;
    let shown: Vec<Uuid> = people.iter().map(|p| p.person_id).collect();
    let known: Vec<Uuid> = people.iter().filter_map(|p| p.account_id).collect();
    let helpers =
        people.into_iter().map(|p| Hand { key: format!("p{}", p.person_id), name: p.name, leafleting: p.leafleting });
    let others = accounts.into_iter().filter(|a| !known.contains(&a.account));
    let others = others.map(|a| Hand { key: format!("a{}", a.account), name: a.name, leafleting: false });
    Ok(Seen::helpers(helpers.chain(others).collect(), shown))
}
