//! Keeping what was typed: a result of the pile's list, by the same protocol as a phone's, with a note of who heard it and
//! who typed it, in one transaction. The id is made where it is typed, so that what is sent again is no second answer.

use super::entry::{Answer, Line, Said, Which, Words};
use super::items::{self, Item};
use super::piles::{self, Pile};
use super::walkers;
use crate::canvass::codes;
use crate::canvass::lists::store::objected;
use crate::canvass::results::store::{self, Ruling, Sent};
use crate::canvass::results::{Ask, DoorResult, Outcome};
use crate::database::Scoped;
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;
use crate::web::Viewer;
use chrono::{DateTime, Utc};
use std::time::Duration;
use uuid::Uuid;

/// How often a transaction that met another is tried again.
const TRIES: u32 = 8;

const CLOSED: &str =
    "This pile is put away. Say on its page that it is back on the table first, and then go on entering";
const ENTERED: &str = "This number was entered already, so nothing was kept. To put this in its place, write ! behind the \
                       number; z and the number takes the first one back";
const LEFT: &str = "This person has left the register since the cards were printed, so that nothing is kept of them";
const STOPPED: &str = "Nothing may be kept of this person now: they are no longer on the list or the register, or have asked us \
                       to keep nothing of what they say";
const OBJECTED: &str = "This person has asked for nobody at their door. Only what they said themselves is kept of them, so \
                        that nothing was kept of this";

/// A line as it came.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The id that its result will have.
    pub id: Uuid,
    /// When it was heard, as the page it was typed on said; None: as the pile says.
    pub at: Option<DateTime<Utc>>,
    /// What is done.
    pub what: What,
}

/// What is done with a pile's entries.
#[derive(Debug, Clone)]
pub enum What {
    /// A line was typed.
    Line(String),
    /// An entry of the running list is taken back.
    TakeBack(Uuid),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It is on record.
    Kept,
    /// It was on record already.
    Again,
    /// The last one is taken back.
    TakenBack,
    /// Another content is on record under its id; both are kept.
    Conflict,
    /// It was a number alone: whose it is.
    Whose(Item),
}

/// Keeps a line, or takes one back.
///
/// # Errors
/// [`Error::NotFound`] for a pile outside the area in use; [`Error::Invalid`] on `line` or `when` with what to do.
pub async fn keep(viewer: &Viewer, run: i64, typed: &Typed) -> Result<Done, Error> {
    let mut tried = 0;
    loop {
        tried += 1;
        match once(viewer, run, typed).await {
            Err(error) if error.is_retryable() && tried < TRIES => {
                let most = 10_u64 << tried;
                tokio::time::sleep(Duration::from_millis(rand::random_range(1..most))).await;
            }
            Err(error) if error.breaks_a_rule() => {
                return Err(Error::field(
                    "line",
                    "This answer could not be kept. Write it once more, without what is unusual in it",
                ));
            }
            done => return done,
        }
    }
}

async fn once(viewer: &Viewer, run: i64, typed: &Typed) -> Result<Done, Error> {
    let mut scope = viewer.scope().await?;
    let pile = piles::one(&mut scope, run).await?;
    let line = match &typed.what {
        What::Line(line) => words(&mut scope).await?.read(line).map_err(|why| Error::field("line", why))?,
        What::TakeBack(_) => Line::TakeBack(None),
    };
    let done = match line {
        Line::Whose(which) => Done::Whose(items::find(&mut scope, run, &which).await?),
        _ if !pile.state.is_open() => return Err(Error::field("line", CLOSED)),
        Line::Answer(answer) => keep_answer(&mut scope, &pile, typed, answer).await?,
        Line::TakeBack(which) => take_back(&mut scope, &pile, typed, which).await?,
    };
    scope.commit().await?;
    Ok(done)
}

/// The installation's own words, as lines are read by them.
///
/// # Errors
/// What the database says.
pub async fn words(scope: &mut Scoped) -> Result<Words, Error> {
    let mut intentions = codes::intentions(scope).await?;
    intentions.retain(|code| !code.retired);
    Ok(Words { intentions, issues: codes::issues(scope).await? })
}

/// Where an answer belongs.
struct Place {
    item: i32,
    household: HouseholdId,
    elector: Option<ElectorId>,
}

async fn keep_answer(scope: &mut Scoped, pile: &Pile, typed: &Typed, answer: Answer) -> Result<Done, Error> {
    let item = items::find(scope, pile.run, &answer.which).await?;
    if !answer.home {
        may_be_kept(scope, &item, answer.said.outcome).await?;
    }
    let place = Place { item: item.item, household: item.household, elector: (!answer.home).then_some(item.elector) };
    one_at_a_time(scope, &place).await?;
    let base = match before(scope, pile.run, typed.id).await? {
        // It came before: whatever it corrected then it corrects now, so that the same is the same.
        Some(base) => base,
        None => match standing(scope, pile, &place).await? {
            Some(_) if !answer.change => return Err(Error::field("line", ENTERED)),
            standing => standing,
        },
    };
    record(scope, pile, typed, &place, answer.said, base, As::Answer).await
}

/// Two who type at the same moment come one after the other at a home, so that the second sees what the first kept.
async fn one_at_a_time(scope: &mut Scoped, place: &Place) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock(4871033, hashtext($1))", place.household.to_string())
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// Whether anything may be kept of somebody since the cards were printed.
async fn may_be_kept(scope: &mut Scoped, item: &Item, outcome: Outcome) -> Result<(), Error> {
    if !item.here {
        return Err(Error::field("line", LEFT));
    }
    let objects = objected(scope, item.elector.partition, &[item.elector.id]).await?.contains(&item.elector.id);
    if objects && outcome != Outcome::Spoke {
        return Err(Error::field("line", OBJECTED));
    }
    Ok(())
}

/// What an entry of this id corrects, if it is one of this pile already.
async fn before(scope: &mut Scoped, run: i64, id: Uuid) -> Result<Option<Option<Uuid>>, Error> {
    let row = sqlx::query!(
        r#"select r.base as "base?" from paper_entry p join result r on r.partition_id = p.partition_id and r.id = p.result_id
           where p.run_no = $1 and p.result_id = $2"#,
        run,
        id
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(|row| row.base))
}

/// What stands from this pile about a person or a home.
async fn standing(scope: &mut Scoped, pile: &Pile, place: &Place) -> Result<Option<Uuid>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select s.id as "id!" from paper_entry p join standing_result s on s.partition_id = p.partition_id and s.id = p.result_id
           where p.run_no = $1 and p.partition_id = $2 and s.household_id = $3 and s.elector_id is not distinct from $4
           order by p.entered_at desc, p.result_id desc limit 1"#,
        pile.run,
        pile.list.partition,
        place.household.id,
        place.elector.map(|e| e.id)
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// As what something is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum As {
    /// An answer that was typed.
    Answer,
    /// An answer of this id that stands again, since what had taken its place was a slip.
    Again(Uuid),
    /// A slip taken back where nothing had stood before: it says nothing itself.
    Void,
}

async fn record(
    scope: &mut Scoped,
    pile: &Pile,
    typed: &Typed,
    place: &Place,
    said: Said,
    base: Option<Uuid>,
    kept_as: As,
) -> Result<Done, Error> {
    let at = typed.at.unwrap_or_else(|| pile.at());
    if at > Utc::now() {
        return Err(Error::field("when", "The time at the top lies ahead. Put in when they were canvassed"));
    }
    let result = DoorResult {
        list: pile.list,
        household: place.household,
        elector: place.elector,
        outcome: said.outcome,
        intention: said.intention,
        issues: said.issues,
        asks: said.asks,
        voted: None,
        note: said.note,
        at: Some(at),
        base,
    };
    let digest = result.digest();
    let sent = Sent { id: typed.id, digest: &digest, result: &result, late: None };
    let ruling = match kept_as {
        As::Void => store::take_back(scope, sent).await?.pop(),
        As::Answer | As::Again(_) => store::store(scope, &[sent]).await?.pop(),
    };
    match ruling {
        Some(Ruling::Stored) => {
            note(scope, pile, typed.id, place.item, at, kept_as).await?;
            Ok(if kept_as == As::Answer { Done::Kept } else { Done::TakenBack })
        }
        Some(Ruling::Replayed) => Ok(if kept_as == As::Answer { Done::Again } else { Done::TakenBack }),
        Some(Ruling::Conflict) => Ok(Done::Conflict),
        // Whether they left was asked before: most often they want nothing kept.
        Some(Ruling::Refused(refusal)) if refusal.field == "elector" => Err(Error::field("line", STOPPED)),
        Some(Ruling::Refused(refusal)) => Err(Error::field("line", format!("{}. Nothing was kept", refusal.reason))),
        Some(Ruling::SaidWhileClosed) => {
            Err(Error::field("when", "Contact was closed there at this time. Put in when they were really canvassed"))
        }
        Some(Ruling::NeverTheirs | Ruling::OutOfReach) | None => {
            Err(Error::field("line", "This door is outside your area, so that nothing was kept"))
        }
    }
}

/// Puts down that a result came by way of paper.
async fn note(
    scope: &mut Scoped,
    pile: &Pile,
    id: Uuid,
    item: i32,
    at: DateTime<Utc>,
    kept_as: As,
) -> Result<(), Error> {
    let (canvasser, name) = walkers::canvasser(scope, pile).await?;
    let by = scope.account();
    let again = match kept_as {
        As::Again(id) => Some(id),
        As::Answer | As::Void => None,
    };
    sqlx::query!(
        "insert into paper_entry (partition_id, result_id, run_no, item, canvasser, canvasser_name, canvassed_at, entered_by, again)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        pile.list.partition,
        id,
        pile.run,
        item,
        canvasser,
        name,
        at,
        by,
        again
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// An entry that is to be taken back, and what it had taken the place of. One that stands again is the entry that it was
/// when it was typed.
struct Slip {
    id: Uuid,
    item: i32,
    partition_id: i32,
    household_id: i64,
    elector_id: Option<i64>,
    outcome: String,
    /// An earlier entry of this pile that it corrected.
    earlier: Option<Uuid>,
    /// As what that one was typed, where it stood again itself.
    typed: Option<Uuid>,
}

/// Takes an entry back by a correction: what it had taken the place of stands again; where there was nothing, nothing stands.
async fn take_back(scope: &mut Scoped, pile: &Pile, typed: &Typed, which: Option<Which>) -> Result<Done, Error> {
    if before(scope, pile.run, typed.id).await?.is_some() {
        return Ok(Done::TakenBack);
    }
    let slip = slip(scope, pile, typed, which).await?;
    let place = Place {
        item: slip.item,
        household: HouseholdId { partition: slip.partition_id, id: slip.household_id },
        elector: slip.elector_id.map(|id| ElectorId { partition: slip.partition_id, id }),
    };
    let (said, kept_as) = match slip.earlier {
        Some(earlier) => (said(scope, pile, earlier).await?, As::Again(slip.typed.unwrap_or(earlier))),
        None => (nothing(&slip.outcome)?, As::Void),
    };
    record(scope, pile, typed, &place, said, Some(slip.id), kept_as).await
}

/// What somebody says who says nothing: at a door where this happened.
fn nothing(outcome: &str) -> Result<Said, Error> {
    let outcome = Outcome::parse(outcome).ok_or(Error::NotFound)?;
    Ok(Said { outcome, intention: None, issues: Vec::new(), asks: Vec::new(), note: None })
}

/// The entry of the running list that was named, what stands of a number, or one's own last: in the order in which they were
/// typed, so that one after the other is taken back.
async fn slip(scope: &mut Scoped, pile: &Pile, typed: &Typed, which: Option<Which>) -> Result<Slip, Error> {
    let entry = match typed.what {
        What::TakeBack(entry) => Some(entry),
        What::Line(_) => None,
    };
    let item = match which {
        Some(which) => Some(items::find(scope, pile.run, &which).await?.item),
        None => None,
    };
    let own = if entry.is_none() && item.is_none() { scope.account() } else { None };
    sqlx::query_as!(
        Slip,
        r#"select s.id as "id!", p.item, s.partition_id as "partition_id!", s.household_id as "household_id!",
             s.elector_id as "elector_id?", s.outcome as "outcome!", b.result_id as "earlier?", b.again as "typed?"
           from paper_entry p
           join standing_result s on s.partition_id = p.partition_id and s.id = p.result_id
           left join paper_entry o on o.partition_id = p.partition_id and o.result_id = p.again
           left join result t on t.partition_id = p.partition_id and t.id = coalesce(p.again, p.result_id)
           left join paper_entry b on b.partition_id = t.partition_id and b.result_id = t.base and b.run_no = p.run_no
           where p.run_no = $1 and ($2::uuid is null or p.result_id = $2)
             and ($3::integer is null or p.item = $3) and ($4::uuid is null or p.entered_by = $4)
           order by coalesce(o.entered_at, p.entered_at) desc, p.result_id desc limit 1"#,
        pile.run,
        entry,
        item,
        own
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or_else(|| Error::field("line", nothing_of(item, own.is_some())))
}

/// Why nothing is taken back: of the number that was named, of what one typed oneself, or of a line that is gone.
fn nothing_of(item: Option<i32>, own: bool) -> String {
    match (item, own) {
        (Some(item), _) => format!("There is nothing of number {item} that could be taken back"),
        (None, true) => {
            "You typed nothing of this pile that could be taken back. With its number z takes back anybody’s, as in \
             z14"
            .into()
        }
        (None, false) => "There is nothing of this pile that could be taken back".into(),
    }
}

/// What a result says.
async fn said(scope: &mut Scoped, pile: &Pile, id: Uuid) -> Result<Said, Error> {
    let row = sqlx::query!(
        "select outcome, intention, issues, asks, note from result where partition_id = $1 and id = $2",
        pile.list.partition,
        id
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(Said {
        intention: row.intention,
        issues: row.issues,
        asks: row.asks.iter().filter_map(|ask| Ask::parse(ask)).collect(),
        note: row.note,
        ..nothing(&row.outcome)?
    })
}
