//! Whom a pile holds: an item by its number, its code or the elector's number, and what stands of it by now.

use super::entry::Which;
use crate::canvass::ListId;
use crate::canvass::codes::{self, Code as Intention};
use crate::canvass::results::{Ask, Outcome};
use crate::database::{Scoped, Seen};
use crate::electors::history;
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;
use crate::materials::code::run_code;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Somebody on a pile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The number on the card.
    pub item: i32,
    /// Who.
    pub elector: ElectorId,
    /// Their home as printed.
    pub household: HouseholdId,
    /// Whether the register still has them.
    pub here: bool,
}

struct Row {
    item: i32,
    partition_id: i32,
    elector_id: i64,
    household_id: Option<i64>,
    here: bool,
}

/// The one that was typed.
///
/// # Errors
/// [`Error::Invalid`] on `line` in plain words when it is nobody of this pile.
pub async fn find(scope: &mut Scoped, run: i64, which: &Which) -> Result<Item, Error> {
    let found = match which {
        Which::Item(item) => by_item(scope, run, *item).await?,
        Which::Code(code) if code.run == run => by_item(scope, run, code.item).await?,
        Which::Code(code) => return Err(Error::field("line", elsewhere(scope, code.run).await?)),
        Which::Number(number) => by_number(scope, run, number).await?,
    };
    let row = found.ok_or_else(|| Error::field("line", nobody(which)))?;
    let household = row.household_id.ok_or_else(|| {
        Error::field("line", "The register has no address for this person, so that nothing was asked at a door")
    })?;
    Ok(Item {
        item: row.item,
        elector: ElectorId { partition: row.partition_id, id: row.elector_id },
        household: HouseholdId { partition: row.partition_id, id: household },
        here: row.here,
    })
}

async fn by_item(scope: &mut Scoped, run: i64, item: i32) -> Result<Option<Row>, Error> {
    Ok(sqlx::query_as!(
        Row,
        r#"select i.item, i.partition_id, i.elector_id, i.household_id, e.left_at is null as "here!"
           from material_item i join elector e on e.partition_id = i.partition_id and e.elector_id = i.elector_id
           where i.run_no = $1 and i.item = $2 order by i.elector_id limit 1"#,
        run,
        item
    )
    .fetch_optional(scope.connection())
    .await?)
}

async fn by_number(scope: &mut Scoped, run: i64, number: &str) -> Result<Option<Row>, Error> {
    Ok(sqlx::query_as!(
        Row,
        r#"select i.item, i.partition_id, i.elector_id, i.household_id, e.left_at is null as "here!"
           from material_item i join elector e on e.partition_id = i.partition_id and e.elector_id = i.elector_id
           where i.run_no = $1 and e.number = $2 order by i.item limit 1"#,
        run,
        number
    )
    .fetch_optional(scope.connection())
    .await?)
}

fn nobody(which: &Which) -> &'static str {
    match which {
        Which::Number(_) => {
            "Nobody on this pile has this elector number now. Try the number beside the name on the card"
        }
        Which::Item(_) | Which::Code(_) => {
            "This pile has nobody under this number now. Look at the card once more; whoever was erased since is not kept"
        }
    }
}

/// A code of another pile: which, where it may be seen.
async fn elsewhere(scope: &mut Scoped, run: i64) -> Result<String, Error> {
    let found = match super::piles::find(scope, run).await {
        Err(Error::Conflict(why)) => return Ok(why),
        found => found?,
    };
    Ok(match found {
        Some(pile) => format!(
            "This code is of another pile, {} of “{}”. Open that one from Paper entry to put it in",
            run_code(run),
            pile.list_name
        ),
        None => "This code is of no pile of your area".into(),
    })
}

/// How many there are to enter, and how many are entered, not counting what was taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// On the cards.
    pub items: i64,
    /// Entered.
    pub entered: i64,
}

/// How far a pile is.
///
/// # Errors
/// What the database says.
pub async fn progress(scope: &mut Scoped, run: i64) -> Result<Progress, Error> {
    Ok(sqlx::query_as!(
        Progress,
        r#"select (select count(*) from material_item i where i.run_no = $1) as "items!",
             (select count(*) from paper_entered x where x.run_no = $1) as "entered!""#,
        run
    )
    .fetch_one(scope.connection())
    .await?)
}

/// What was kept of a pile, as the running list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The result.
    pub id: Uuid,
    /// The number that was typed.
    pub item: i32,
    /// The person; None for the home.
    pub elector: Option<ElectorId>,
    /// Their name, or the home's address.
    pub name: String,
    /// What happened.
    pub outcome: &'static str,
    /// The code.
    pub code: Option<Intention>,
    /// Issues and asks in words.
    pub more: String,
    /// Whether a note was kept.
    pub note: bool,
    /// Who heard it; empty where nobody is put down for it.
    pub heard: String,
    /// Who typed it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it stands: nothing corrects it.
    pub stands: bool,
    /// Whether it takes a slip back.
    pub taken_back: bool,
    /// Whether somebody else said otherwise of the same person on the same list since the cards were printed.
    pub differs: bool,
    /// Whether this person asked for nobody at their door.
    pub objects: bool,
    /// The line that would say the same once more, to be changed.
    pub line: String,
}

struct Kept {
    id: Uuid,
    item: i32,
    partition_id: i32,
    elector_id: Option<i64>,
    name: Option<String>,
    address: Option<String>,
    outcome: String,
    intention: Option<String>,
    issues: Vec<String>,
    asks: Vec<String>,
    note: Option<String>,
    canvasser: Option<Uuid>,
    canvasser_name: String,
    entered_by: Uuid,
    entered_at: DateTime<Utc>,
    taken_back: bool,
    stands: bool,
    differs: bool,
}

/// The latest entries of a pile, newest first. Their people are shown.
///
/// # Errors
/// What the database says.
pub async fn latest(scope: &mut Scoped, run: i64, list: ListId, most: i64) -> Result<Seen<Vec<Entry>>, Error> {
    let rows = sqlx::query_as!(
        Kept,
        r#"select r.id, p.item, r.partition_id, r.elector_id, e.name as "name?", h.address as "address?", r.outcome, r.intention,
             r.issues, r.asks, r.note, p.canvasser, p.canvasser_name, p.entered_by, p.entered_at, r.void as taken_back,
             exists (select from standing_result s where s.partition_id = r.partition_id and s.id = r.id) as "stands!",
             exists (select from standing_result s
               where s.partition_id = r.partition_id and s.list_id = $3 and s.household_id = r.household_id
                 and s.elector_id is not distinct from r.elector_id and s.id <> r.id and not r.void
                 and s.received_at >= q.printed_at
                 and (s.outcome, coalesce(s.intention, '')) <> (r.outcome, coalesce(r.intention, ''))) as "differs!"
           from paper_entry p
           join pile q on q.run_no = p.run_no
           join result r on r.partition_id = p.partition_id and r.id = p.result_id
           left join elector e on e.partition_id = r.partition_id and e.elector_id = r.elector_id
           left join household h on h.partition_id = r.partition_id and h.household_id = r.household_id
           where p.run_no = $1 and p.partition_id = $2
           order by p.entered_at desc, p.result_id desc limit $4"#,
        run,
        list.partition,
        list.id,
        most
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().flat_map(|r| r.canvasser.into_iter().chain([r.entered_by])).collect();
    let names = history::names(scope, &accounts).await?;
    let intentions = codes::intentions(scope).await?;
    let issues = codes::issues(scope).await?;
    let people: Vec<i64> = rows.iter().filter_map(|r| r.elector_id).collect();
    let objected = crate::canvass::lists::store::objected(scope, list.partition, &people).await?;
    let shown: Vec<(i32, i64)> = rows.iter().filter_map(|r| Some((r.partition_id, r.elector_id?))).collect();
    let entries = rows.into_iter().map(|row| {
        let by = names.of(row.entered_by);
        let heard = row.canvasser.map_or_else(|| row.canvasser_name.clone(), |account| names.of(account));
        let objects = row.elector_id.is_some_and(|e| objected.contains(&e));
        row.entry(&intentions, &issues, (heard, by), objects)
    });
    Ok(Seen::people(entries.collect(), shown))
}

impl Kept {
    fn entry(
        self,
        intentions: &[Intention],
        issues: &[codes::Issue],
        (heard, by): (String, String),
        objects: bool,
    ) -> Entry {
        let more: Vec<String> = self
            .issues
            .iter()
            .map(|i| {
                issues.iter().find(|known| known.code == *i).map_or_else(|| i.clone(), |known| known.label.clone())
            })
            .chain(self.asks.iter().map(|a| Ask::parse(a).map_or("", Ask::title).to_lowercase()))
            .collect();
        let line = self.line();
        Entry {
            id: self.id,
            item: self.item,
            elector: self.elector_id.map(|id| ElectorId { partition: self.partition_id, id }),
            name: match self.elector_id {
                Some(_) => self.name.filter(|n| !n.is_empty()).unwrap_or_else(|| "Somebody who was erased".into()),
                None => format!("The home {}", self.address.unwrap_or_default()),
            },
            outcome: Outcome::parse(&self.outcome).map_or("Called", Outcome::title),
            code: self.intention.and_then(|code| intentions.iter().find(|i| i.code == code).cloned()),
            more: more.join(", "),
            note: self.note.is_some(),
            heard,
            by,
            at: self.entered_at,
            stands: self.stands,
            taken_back: self.taken_back,
            differs: self.differs,
            objects,
            line,
        }
    }

    /// `14! F pv`: what would say the same in place of what stands.
    fn line(&self) -> String {
        let home = if self.elector_id.is_none() { "h" } else { "" };
        let mut words = vec![format!("{home}{}!", self.item)];
        words.extend(self.intention.clone());
        // Who gave an answer was spoken with, so that the line need not say it.
        if self.outcome != "spoke" || (self.intention.is_none() && self.issues.is_empty() && self.asks.is_empty()) {
            let letter = super::entry::OUTCOMES.iter().find(|(_, o)| o.as_str() == self.outcome);
            words.push(letter.map_or_else(|| self.outcome.clone(), |(letter, _)| (*letter).to_owned()));
        }
        words.extend(self.issues.iter().cloned());
        let short = |ask: &String| super::entry::ASKS.iter().find(|(_, a)| a.as_str() == ask).map_or("", |(s, _)| *s);
        words.extend(self.asks.iter().map(|ask| short(ask).to_owned()));
        let line = words.join(" ");
        match &self.note {
            Some(note) => format!("{line} \"{}", note.replace('\n', " ")),
            None => line,
        }
    }
}
