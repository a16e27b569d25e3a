//! Who comes: places taken and given up, by the wall's functions alone; who came.

use super::Event;
use crate::database::{Scoped, Seen};
use crate::electors::folding::fold;
use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many people a search by name shows.
const FOUND: i64 = 20;

/// Somebody's place, as who runs the event sees it.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// Its id.
    pub id: Uuid,
    /// The shift; None: the event itself.
    pub shift: Option<Uuid>,
    /// Their name.
    pub name: String,
    /// The person of Organise, when it is no account's.
    pub person: Option<Uuid>,
    /// `coming`, `waiting`, `withdrawn`, `came` or `did-not-come`.
    pub state: String,
    /// When they were put down.
    pub signed: DateTime<Utc>,
    /// When they moved up from the waiting list.
    pub moved_up: Option<DateTime<Utc>>,
    /// Whether they put themselves down.
    pub themselves: bool,
    /// Whether it is the reader's own.
    pub own: bool,
    /// Whether it stands and no letter reaches them: they are to be rung.
    pub unreached: bool,
}

impl SignUp {
    /// The tag's colour and word.
    pub fn tag(&self) -> (&'static str, &'static str) {
        match self.state.as_str() {
            "coming" => ("good", "Coming"),
            "waiting" => ("warn", "Waiting"),
            "came" => ("good", "Came"),
            "did-not-come" => ("", "Did not come"),
            _ => ("", "Withdrew"),
        }
    }

    /// Whether they have a place, had one, or wait for one.
    pub fn stands(&self) -> bool {
        self.state != "withdrawn"
    }
}

/// Everybody who was ever put down for an event, those who wait in the order in which they move up.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, event: Uuid) -> Result<Seen<Vec<SignUp>>, Error> {
    put_down(scope, event, None).await
}

/// One of them, who has a place or waits for one; None: they gave it up meanwhile.
///
/// # Errors
/// [`Error::NotFound`] when it is not there.
pub async fn one(scope: &mut Scoped, event: Uuid, id: Uuid) -> Result<Seen<Option<SignUp>>, Error> {
    must_be_of(scope, event, id).await?;
    Ok(put_down(scope, event, Some(id)).await?.map(|found| found.into_iter().find(SignUp::stands)))
}

async fn put_down(scope: &mut Scoped, event: Uuid, only: Option<Uuid>) -> Result<Seen<Vec<SignUp>>, Error> {
    let reader = scope.account();
    let rows = sqlx::query!(
        r#"with put_down as materialized (
             select sign_up_id, shift_id, account_id, person_id, state, signed_at, moved_up_at, added_by
             from event_sign_up where event_id = $1 and ($2::uuid is null or sign_up_id = $2)),
           unreached as materialized (select u.id from wall.event_unreached($1) u (id))
           select s.sign_up_id, s.shift_id, s.person_id, s.state, s.signed_at, s.moved_up_at, s.added_by is null as "themselves!",
             coalesce(s.account_id = $3::uuid, false) as "own!",
             exists (select from unreached u where u.id = s.sign_up_id) as "unreached!",
             coalesce(n.name, nullif(trim(p.forename || ' ' || p.surname), ''), 'Somebody of another area') as "name!",
             p.person_id is not null as "person_seen!"
           from put_down s
           left join wall.names(array(select account_id from put_down where account_id is not null)) n on n.account_id = s.account_id
           left join person p on p.person_id = s.person_id
           order by array_position(array['coming', 'came', 'did-not-come', 'waiting', 'withdrawn'], s.state),
             case when s.state = 'waiting' then s.signed_at end, lower(coalesce(n.name, p.name_key)), s.sign_up_id"#,
        event,
        only,
        reader
    )
    .fetch_all(scope.connection())
    .await?;
    let shown: Vec<Uuid> = rows.iter().filter(|r| r.person_seen).filter_map(|r| r.person_id).collect();
    let sign_up = rows.into_iter().map(|r| SignUp {
        id: r.sign_up_id,
        shift: r.shift_id,
        name: r.name,
        person: r.person_id,
        state: r.state,
        signed: r.signed_at,
        moved_up: r.moved_up_at,
        themselves: r.themselves,
        own: r.own,
        unreached: r.unreached,
    });
    Ok(Seen::helpers(sign_up.collect(), shown))
}

/// How many of those who are down for something a letter reaches, and how many are to be rung.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Who get a letter.
    pub letters: i64,
    /// Whom no letter reaches.
    pub ring: i64,
}

impl Reach {
    /// "12 people get a letter"; with nobody to write to, "Nobody gets a letter".
    pub fn told(&self) -> String {
        if self.letters == 0 {
            return "Nobody gets a letter".into();
        }
        words::count(self.letters, "person gets a letter", "people get a letter")
    }

    /// Whom to ring besides, as a sentence; empty where a letter reaches everybody.
    pub fn to_ring(&self) -> String {
        match self.ring {
            0 => String::new(),
            1 => "1 of those who come has no email address here that letters may go to: ring them.".into(),
            n => format!(
                "{} of those who come have no email address here that letters may go to: ring them.",
                words::figure(n)
            ),
        }
    }
}

/// How those who are down for an event are told of it, or for one shift of it.
///
/// # Errors
/// What the database says.
pub async fn reach(scope: &mut Scoped, event: Uuid, shift: Option<Uuid>) -> Result<Reach, Error> {
    Ok(sqlx::query_as!(
        Reach,
        r#"with unreached as materialized (select u.id from wall.event_unreached($1) u (id))
           select count(*) filter (where u.id is null) as "letters!", count(u.id) as "ring!"
           from event_sign_up s left join unreached u on u.id = s.sign_up_id
           where s.event_id = $1 and s.state in ('coming', 'waiting') and ($2::uuid is null or s.shift_id = $2)"#,
        event,
        shift
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Whose place is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// One's own.
    Myself,
    /// Another account's.
    Account(Uuid),
    /// Of a person who has no account.
    Person(Uuid),
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// There was a place.
    Coming,
    /// It was full: they wait.
    Waiting,
    /// Put down after the end: they came.
    Came,
    /// They were down already.
    Already,
}

/// Takes a place.
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when there is nothing to be put down for any more.
pub async fn take(scope: &mut Scoped, event: Uuid, shift: Option<Uuid>, who: Who) -> Result<Taken, Error> {
    let (account, person) = match who {
        Who::Myself => (None, None),
        Who::Account(account) => (Some(account), None),
        Who::Person(person) => (None, Some(person)),
    };
    let done = sqlx::query_scalar!(
        r#"select wall.take_place($1, $2, $3, $4, $5) as "done!""#,
        Uuid::now_v7(),
        event,
        shift,
        account,
        person
    )
    .fetch_one(scope.connection())
    .await?;
    match done.as_str() {
        "coming" => Ok(Taken::Coming),
        "waiting" => Ok(Taken::Waiting),
        "came" => Ok(Taken::Came),
        "already" => Ok(Taken::Already),
        "over" => Err(Error::Conflict("This is over. Look at what is coming instead".into())),
        "cancelled" => Err(Error::Conflict("This event was called off".into())),
        "pick" => Err(Error::Conflict("This event has shifts. Open it again and choose one".into())),
        _ => Err(Error::NotFound),
    }
}

/// Gives a place up, one's own or as who runs the event, which is told to whoever had it; the next who waits has it. Answers
/// whether somebody moved up.
///
/// # Errors
/// [`Error::NotFound`] when it is not there or another's, [`Error::Conflict`] when it is over.
pub async fn give_up(scope: &mut Scoped, event: Uuid, id: Uuid) -> Result<bool, Error> {
    must_be_of(scope, event, id).await?;
    let done =
        sqlx::query_scalar!(r#"select wall.give_up_place($1) as "done!""#, id).fetch_one(scope.connection()).await?;
    match done.as_str() {
        "withdrawn" => Ok(false),
        "moved-up" => Ok(true),
        "over" => Err(Error::Conflict("This is over: who came is kept as it is".into())),
        _ => Err(Error::NotFound),
    }
}

async fn must_be_of(scope: &mut Scoped, event: Uuid, id: Uuid) -> Result<(), Error> {
    let here = sqlx::query_scalar!(
        r#"select exists (select from event_sign_up where event_id = $1 and sign_up_id = $2) as "here!""#,
        event,
        id
    )
    .fetch_one(scope.connection())
    .await?;
    if here { Ok(()) } else { Err(Error::NotFound) }
}

/// Gives a shift to somebody who was down before the event had any.
///
/// # Errors
/// [`Error::NotFound`] when they or the shift are not there, [`Error::Conflict`] when the event was called off or the shift
/// is full.
pub async fn choose_shift(scope: &mut Scoped, event: Uuid, id: Uuid, shift: Uuid) -> Result<Taken, Error> {
    must_be_of(scope, event, id).await?;
    let done = sqlx::query_scalar!(r#"select wall.choose_shift($1, $2) as "done!""#, id, shift)
        .fetch_one(scope.connection())
        .await?;
    match done.as_str() {
        "coming" => Ok(Taken::Coming),
        "waiting" => Ok(Taken::Waiting),
        "came" | "did-not-come" => Ok(Taken::Came),
        "already" => Ok(Taken::Already),
        "full" => Err(Error::Conflict(
            "That shift is full, and they keep the place that they have. Choose another, or make it larger".into(),
        )),
        "cancelled" => Err(Error::Conflict("This event was called off".into())),
        _ => Err(Error::NotFound),
    }
}

/// What one is down for at the same time, by name.
///
/// # Errors
/// What the database says.
pub async fn overlapping(
    scope: &mut Scoped,
    except: (Uuid, Option<Uuid>),
    starts: DateTime<Utc>,
    ends: DateTime<Utc>,
) -> Result<Vec<String>, Error> {
    let account = scope.account();
    let rows = sqlx::query_scalar!(
        r#"select e.title || coalesce(': ' || s.name, '') as "name!"
           from event_sign_up p join event e using (event_id) left join shift s on s.shift_id = p.shift_id
           where p.account_id = $1 and p.state in ('coming', 'waiting') and e.state = 'planned'
             and not (p.event_id = $2 and p.shift_id is not distinct from $3)
             and coalesce(s.starts_at, e.starts_at) < $5 and coalesce(s.ends_at, e.ends_at) > $4
           order by coalesce(s.starts_at, e.starts_at), 1"#,
        account,
        except.0,
        except.1,
        starts,
        ends
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows)
}

/// An account that can be put down.
#[derive(Debug, Clone)]
pub struct Helper {
    /// Which.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// One of its roles, which may tell namesakes apart: its address is not everybody's to read.
    pub role: String,
}

/// Whoever works wholly inside one's area, by name.
///
/// # Errors
/// What the database says.
pub async fn team(scope: &mut Scoped, event: Uuid) -> Result<Vec<Helper>, Error> {
    Ok(sqlx::query_as!(
        Helper,
        r#"select account_id as "account!", name as "name!", role as "role!" from wall.event_team($1) order by lower(name), account_id"#,
        event
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A person of Organise found by name.
#[derive(Debug, Clone)]
pub struct FoundPerson {
    /// Which.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// The area that their record belongs to.
    pub area: String,
}

/// People whose name begins so, surname or forename first.
///
/// # Errors
/// What the database says.
pub async fn find_people(scope: &mut Scoped, typed: &str) -> Result<Seen<Vec<FoundPerson>>, Error> {
    let begins = fold(typed);
    if begins.is_empty() {
        return Ok(Seen::helpers(Vec::new(), []));
    }
    let found = sqlx::query_as!(
        FoundPerson,
        r#"select p.person_id as id, trim(p.forename || ' ' || p.surname) as "name!", a.name as area
           from person p join area a using (area_id)
           where p.area_id = any ((select wall.places())::bigint[]) and (p.name_key ^@ $1 or p.forename_key ^@ $1)
           order by p.name_key, p.person_id limit $2"#,
        begins,
        FOUND
    )
    .fetch_all(scope.connection())
    .await?;
    let ids: Vec<Uuid> = found.iter().map(|p| p.id).collect();
    Ok(Seen::helpers(found, ids))
}

/// Ticks off who came to a shift, or to the event itself; whoever had a place there and is not ticked did not. Answers how many
/// came to the event so far.
///
/// # Errors
/// [`Error::Conflict`] before it began.
pub async fn mark_came(scope: &mut Scoped, event: &Event, shift: Option<Uuid>, came: &[Uuid]) -> Result<i32, Error> {
    sqlx::query_scalar!("select wall.mark_came($1, $2, $3)", event.id, shift, came)
        .fetch_one(scope.connection())
        .await?
        .ok_or_else(too_early)
}

/// What is said to who would tick people off before anybody can have come.
pub fn too_early() -> Error {
    Error::Conflict("People are ticked off once it has begun, shift by shift".into())
}

/// "I am here", by the code that is shown there. Answers the event.
///
/// # Errors
/// [`Error::Invalid`] on `code` when nothing with it is on today.
pub async fn check_in(scope: &mut Scoped, typed: &str) -> Result<Uuid, Error> {
    let code: String = typed.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect();
    sqlx::query_scalar!("select wall.check_in($1, $2)", code, Uuid::now_v7())
        .fetch_one(scope.connection())
        .await?
        .ok_or_else(|| {
            Error::field(
                "code",
                "Nothing that is on today has this code. Ask whoever runs it, and type the six letters",
            )
        })
}
