//! What came back: letters that the post could not deliver, marked by their code. Whoever had one come back from their address gets none
//! there again (`recipients`), until it is undone or they move.

use crate::database::{Scoped, Seen};
use crate::electors::{ElectorId, history};
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::code::Code;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many of the last ones a page shows.
const SHOWN: i64 = 50;

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// It is down now.
    Now,
    /// It was on record already.
    Already,
}

/// Puts down that a letter came back.
///
/// # Errors
/// [`Error::Invalid`] on `code` when no letter of the area bears it.
pub async fn mark(scope: &mut Scoped, code: Code) -> Result<Marked, Error> {
    let (account, kinds) = (scope.account(), Kind::contacts());
    let done = sqlx::query!(
        "update material_item i set returned_at = statement_timestamp(), returned_by = $3
         where i.run_no = $1 and i.item = $2 and i.returned_at is null
           and exists (select from material_run r where r.run_no = i.run_no and r.state = 'done'
             and r.kind = any ($4))",
        code.run,
        code.item,
        account,
        &kinds
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() > 0 {
        return Ok(Marked::Now);
    }
    let there = sqlx::query_scalar!(
        r#"select exists (select from material_item i join material_run r using (run_no) where i.run_no = $1 and i.item = $2
             and i.returned_at is not null) as "there!""#,
        code.run,
        code.item
    )
    .fetch_one(scope.connection())
    .await?;
    if there { Ok(Marked::Already) } else { Err(Error::field("code", "No letter that was made here bears this code")) }
}

/// Takes that back. Whether it was down.
///
/// # Errors
/// What the database says.
pub async fn undo(scope: &mut Scoped, code: Code) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update material_item set returned_at = null, returned_by = null
         where run_no = $1 and item = $2 and returned_at is not null",
        code.run,
        code.item
    )
    .execute(scope.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A letter that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Its code.
    pub code: Code,
    /// What it was.
    pub title: String,
    /// Whom it was to.
    pub names: Vec<String>,
    /// Where it went.
    pub address: String,
    /// When it was put down.
    pub at: DateTime<Utc>,
}

/// The last ones that came back, the newest first.
///
/// # Errors
/// What the database says.
pub async fn last(scope: &mut Scoped) -> Result<Seen<Vec<Returned>>, Error> {
    let rows = sqlx::query!(
        r#"with last as (
             select i.run_no, i.item, max(i.returned_at) as at from material_item i
             where i.area_no = any ((select wall.areas())::integer[]) and i.returned_at is not null
             group by i.run_no, i.item order by 3 desc limit $1)
           select l.run_no, l.item, l.at as "at!", r.title, i.partition_id, i.elector_id, e.name, h.address as "address?"
           from last l join material_run r on r.run_no = l.run_no
           join material_item i on i.run_no = l.run_no and i.item = l.item
           join elector e on e.partition_id = i.partition_id and e.elector_id = i.elector_id
           left join household h on h.partition_id = i.partition_id and h.household_id = i.household_id
           order by l.at desc, l.run_no, l.item, e.position"#,
        SHOWN
    )
    .fetch_all(scope.connection())
    .await?;
    let shown: Vec<(i32, i64)> = rows.iter().map(|r| (r.partition_id, r.elector_id)).collect();
    let mut all: Vec<Returned> = Vec::new();
    for row in rows {
        let code = Code { run: row.run_no, item: row.item };
        match all.last_mut().filter(|before| before.code == code) {
            Some(before) => before.names.push(row.name),
            None => all.push(Returned {
                code,
                title: row.title,
                names: vec![row.name],
                address: row.address.unwrap_or_default(),
                at: row.at,
            }),
        }
    }
    Ok(Seen::people(all, shown))
}

/// Something that somebody was written, as their history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it was.
    pub kind: Option<Kind>,
    /// What it was called, the template's and the selection's names, of no person, and who had it made; None: another area
    /// than those in use had, one around them or where they lived before, and its runs are not read here.
    pub made: Option<(String, String)>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// When it came back.
    pub returned_at: Option<DateTime<Utc>>,
}

impl Written {
    /// One of them, in words.
    pub fn what(&self) -> &'static str {
        match self.kind {
            Some(Kind::Postcards) => "Postcard",
            Some(Kind::PollCards) => "Poll card",
            _ => "Letter",
        }
    }
}

/// What somebody was written, the newest first, whoever had it made. They are on record by their page's own look.
///
/// # Errors
/// What the database says.
pub async fn of_elector(scope: &mut Scoped, id: ElectorId) -> Result<Vec<Written>, Error> {
    let kinds = Kind::contacts();
    let rows = sqlx::query!(
        r#"select w.kind as "kind!", w.made_at as "made_at!", w.returned_at as "returned_at?", r.title as "title?",
             r.made_by as "made_by?"
           from wall.written_to($1, $2, $3) w left join material_run r on r.run_no = w.run_no
           order by w.run_no desc"#,
        id.partition,
        id.id,
        &kinds
    )
    .fetch_all(scope.connection())
    .await?;
    let makers: Vec<Uuid> = rows.iter().filter_map(|r| r.made_by).collect();
    let names = history::names(scope, &makers).await?;
    let written = rows.into_iter().map(|r| Written {
        kind: Kind::parse(&r.kind),
        made: r.title.zip(r.made_by).map(|(title, by)| (title, names.of(by))),
        made_at: r.made_at,
        returned_at: r.returned_at,
    });
    Ok(written.collect())
}
