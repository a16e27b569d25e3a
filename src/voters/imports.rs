//! Councils' lists in the database: staged, looked over, thrown away; and the receipts of those that were applied.

use super::columns::{Columns, digest};
use super::plan::{Counts, District, Ground, Held, Line, Plan, Refused, plan};
use super::{What, row};
use crate::database::{Actor, Scoped};
use crate::error::Error;
use crate::members::columns::{Sample, samples as samples_of};
use crate::members::reading::{Contents, Line as Read};
use crate::registers::ground::UNNAMED;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::types::Json;
use std::collections::HashMap;
use uuid::Uuid;

/// How many lines one statement stages.
const BATCH: usize = 5_000;

/// How many lines a column's first values are looked for in.
const LOOKED_THROUGH: i64 = 200;

/// A file that was given, or its receipt.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: Uuid,
    /// Whose list it is.
    pub partition: i32,
    /// The authority's name.
    pub authority: String,
    /// Which poll it is of.
    pub poll: i64,
    /// The poll's name.
    pub poll_name: String,
    /// Polling day.
    pub poll_date: NaiveDate,
    /// The word of [`What`].
    pub what: String,
    /// Its date.
    pub published: NaiveDate,
    /// The file's name.
    pub file_name: String,
    /// Its digest.
    pub sha256: Vec<u8>,
    /// The file's encoding.
    pub encoding: String,
    /// What its line of headings says; none once it is over.
    pub headings: Vec<String>,
    /// Which column is what, once that is known.
    pub columns: Option<Json<Columns>>,
    /// `ready`, `applied`, `thrown-away`.
    pub state: String,
    /// What it said.
    pub counts: Option<Json<Counts>>,
    /// The lines that were not taken.
    pub refused: Json<Vec<Refused>>,
    /// When.
    pub begun_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Import {
    /// What it is.
    pub fn what(&self) -> What {
        What::parse(&self.what).unwrap_or(What::Current)
    }

    /// "Local elections, 7 May 2026".
    pub fn poll_words(&self) -> String {
        format!("{}, {}", self.poll_name, crate::web::words::date(self.poll_date))
    }
}

/// What a file is, besides what stands in it.
#[derive(Debug, Clone)]
pub struct Given {
    /// What it is.
    pub what: What,
    /// Of which poll.
    pub poll: i64,
    /// Whose.
    pub partition: i32,
    /// Its date.
    pub published: NaiveDate,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: i64,
    /// Its digest.
    pub sha256: Vec<u8>,
}

/// Stages a file. Known headings, or headings that somebody explained before, are read by themselves.
///
/// # Errors
/// [`Error::Invalid`] when this very file was imported before, or its poll was so long ago that it would not be kept.
pub async fn add(scope: &mut Scoped, given: &Given, contents: &Contents) -> Result<Uuid, Error> {
    sqlx::query!("select wall.forget_voters_imports()").execute(scope.connection()).await?;
    refuse_the_same(scope, given).await?;
    refuse_the_old(scope, given).await?;
    let account = scope.account();
    let remembered = sqlx::query_scalar!(
        r#"select columns as "columns: Json<Columns>" from voters_import_form
           where headings = $1 and marked = $2 and ($3::uuid is null or set_by = $3) order by set_at desc limit 1"#,
        digest(&contents.headings),
        given.what.is_marked(),
        account
    )
    .fetch_optional(scope.connection())
    .await?;
    let guessed = Columns::guess(given.what, &contents.headings);
    let columns = remembered.or_else(|| guessed.suffice(given.what).then_some(Json(guessed)));
    let (id, operator) = (Uuid::now_v7(), scope.operator_id());
    if operator.is_some() {
        // Which of the operator's runs gave it is in no column that an organiser's connection may write.
        sqlx::query!(
            "insert into voters_import (import_id, partition_id, poll_id, what, published, given_by_operator, file_name, bytes, sha256,
               encoding, headings, columns)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            id,
            given.partition,
            given.poll,
            given.what.as_str(),
            given.published,
            operator,
            given.name,
            given.bytes,
            given.sha256,
            contents.encoding,
            &contents.headings,
            columns as Option<Json<Columns>>
        )
        .execute(scope.connection())
        .await?;
    } else {
        sqlx::query!(
            "insert into voters_import (import_id, partition_id, poll_id, what, published, given_by, file_name, bytes, sha256, encoding,
               headings, columns)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            id,
            given.partition,
            given.poll,
            given.what.as_str(),
            given.published,
            account,
            given.name,
            given.bytes,
            given.sha256,
            contents.encoding,
            &contents.headings,
            columns as Option<Json<Columns>>
        )
        .execute(scope.connection())
        .await?;
    }
    for lines in contents.lines.chunks(BATCH) {
        stage(scope, id, lines).await?;
    }
    Ok(id)
}

/// The same file again would change nothing: it is likelier that another was meant.
async fn refuse_the_same(scope: &mut Scoped, given: &Given) -> Result<(), Error> {
    let before = sqlx::query_scalar!(
        r#"select ended_at as "at!" from voters_import
           where sha256 = $1 and poll_id = $2 and partition_id = $3 and what = $4 and state = 'applied' order by ended_at desc limit 1"#,
        given.sha256,
        given.poll,
        given.partition,
        given.what.as_str()
    )
    .fetch_optional(scope.connection())
    .await?;
    let standing = sqlx::query_scalar!(
        r#"select imported_at from absent_list
           where sha256 = $1 and poll_id = $2 and partition_id = $3 and final = $4 and replaced_at is null and $5
           order by imported_at desc limit 1"#,
        given.sha256,
        given.poll,
        given.partition,
        given.what == What::Final,
        !given.what.is_marked()
    )
    .fetch_optional(scope.connection())
    .await?;
    match before.or(standing) {
        Some(at) => Err(Error::field(
            "file",
            format!(
                "This very file was imported for this poll on {}. Choose the council’s newer one",
                crate::web::words::moment(at)
            ),
        )),
        None => Ok(()),
    }
}

/// What would be destroyed by the next night is not brought in.
async fn refuse_the_old(scope: &mut Scoped, given: &Given) -> Result<(), Error> {
    let poll = sqlx::query_scalar!("select poll_date from poll where poll_id = $1", given.poll)
        .fetch_optional(scope.connection())
        .await?
        .ok_or_else(|| Error::field("poll", "Choose the poll that the list is of"))?;
    let today = crate::web::words::day_of(Utc::now());
    match given.what {
        What::Marked if poll > today => {
            Err(Error::field("poll", "This poll is still to come: its marked register says who voted, afterwards"))
        }
        What::Marked if poll < today - TimeDelta::days(365) => {
            Err(Error::field("poll", "This poll was more than a year ago: its marked register is not kept any more"))
        }
        What::Current | What::Final if poll < today - TimeDelta::days(28) => Err(Error::field(
            "poll",
            "This poll is over: absent voters’ lists are destroyed four weeks after it, as the law asks",
        )),
        _ => Ok(()),
    }
}

async fn stage(scope: &mut Scoped, id: Uuid, lines: &[Read]) -> Result<(), Error> {
    let numbers: Vec<i32> = lines.iter().map(|l| l.number).collect();
    let cells: Vec<Option<Json<&Vec<String>>>> = lines.iter().map(|l| l.cells.as_ref().ok().map(Json)).collect();
    let refusals: Vec<String> = lines.iter().map(|l| l.cells.as_ref().err().unwrap_or(&"").to_string()).collect();
    sqlx::query!(
        "insert into voters_import_row (import_id, line, cells, refusal)
         select $1, u.line, u.cells, u.refusal from unnest($2::int[], $3::jsonb[], $4::text[]) u (line, cells, refusal)",
        id,
        &numbers,
        &cells as &[Option<Json<&Vec<String>>>],
        &refusals
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// One's own file.
///
/// # Errors
/// [`Error::NotFound`] when it is not there for this actor.
pub async fn open(scope: &mut Scoped, id: Uuid) -> Result<Import, Error> {
    sqlx::query_as!(
        Import,
        r#"select i.import_id as id, i.partition_id as partition, a.name as authority, i.poll_id as poll, p.name as poll_name, p.poll_date,
             i.what, i.published, i.file_name, i.sha256, i.encoding, i.headings, i.columns as "columns: Json<Columns>", i.state,
             i.counts as "counts: Json<Counts>", i.refused as "refused: Json<Vec<Refused>>", i.begun_at, i.ended_at
           from voters_import i join poll p using (poll_id) join authority a using (partition_id) where i.import_id = $1"#,
        id
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)
}

/// One's own newest files.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, take: i64) -> Result<Vec<Import>, Error> {
    Ok(sqlx::query_as!(
        Import,
        r#"select i.import_id as id, i.partition_id as partition, a.name as authority, i.poll_id as poll, p.name as poll_name, p.poll_date,
             i.what, i.published, i.file_name, i.sha256, i.encoding, i.headings, i.columns as "columns: Json<Columns>", i.state,
             i.counts as "counts: Json<Counts>", i.refused as "refused: Json<Vec<Refused>>", i.begun_at, i.ended_at
           from voters_import i join poll p using (poll_id) join authority a using (partition_id)
           order by i.begun_at desc limit $1"#,
        take
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The columns of a file that waits, with what stands in them first.
///
/// # Errors
/// What the database says.
pub async fn samples(scope: &mut Scoped, import: &Import) -> Result<Vec<Sample>, Error> {
    let lines = sqlx::query_scalar!(
        r#"select cells as "cells!: Json<Vec<String>>" from voters_import_row where import_id = $1 and cells is not null
           order by line limit $2"#,
        import.id,
        LOOKED_THROUGH
    )
    .fetch_all(scope.connection())
    .await?;
    let lines: Vec<Vec<String>> = lines.into_iter().map(|cells| cells.0).collect();
    Ok(samples_of(&import.headings, &lines))
}

/// Says which column is what, and remembers it for these headings.
///
/// # Errors
/// [`Error::Conflict`] when the file is over.
pub async fn set_columns(scope: &mut Scoped, import: &Import, columns: &Columns) -> Result<(), Error> {
    must_be_ready(import)?;
    let account = scope.account();
    sqlx::query!(
        "insert into voters_import_form as f (set_by, marked, headings, columns) values ($1, $2, $3, $4)
         on conflict on constraint voters_import_form_once do update set columns = excluded.columns, set_at = statement_timestamp()",
        account,
        import.what().is_marked(),
        digest(&import.headings),
        Json(columns) as _
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("update voters_import set columns = $2 where import_id = $1", import.id, Json(columns) as _)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// Refuses what was applied or thrown away already.
///
/// # Errors
/// [`Error::Conflict`].
pub fn must_be_ready(import: &Import) -> Result<(), Error> {
    match import.state.as_str() {
        "ready" => Ok(()),
        _ => Err(Error::Conflict("This file was applied or thrown away already. Open its page again".into())),
    }
}

/// Throws a file away: nothing was changed.
///
/// # Errors
/// [`Error::Conflict`] when it is over.
pub async fn throw_away(scope: &mut Scoped, import: &Import) -> Result<(), Error> {
    must_be_ready(import)?;
    sqlx::query!(
        "update voters_import set state = 'thrown-away', ended_at = statement_timestamp(), headings = '{}' where import_id = $1",
        import.id
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("select wall.clear_voters_import($1)", import.id).execute(scope.connection()).await?;
    Ok(())
}

/// What a file would do. Nothing is changed, and nobody is shown.
///
/// # Errors
/// [`Error::Conflict`] when nobody has said yet which column is what.
pub async fn look_over(scope: &mut Scoped, import: &Import) -> Result<Plan, Error> {
    let Some(columns) = import.columns.as_ref().map(|c| &c.0) else {
        return Err(Error::Conflict("Say first which column is what".into()));
    };
    let what = import.what();
    let lines = sqlx::query!(
        r#"select line, cells as "cells: Json<Vec<String>>", refusal from voters_import_row where import_id = $1 order by line"#,
        import.id
    )
    .fetch_all(scope.connection())
    .await?;
    let lines: Vec<Line> = lines.into_iter().map(|l| (l.line, l.cells.map(|c| c.0).ok_or(l.refusal))).collect();
    let mut ground = Ground { districts: districts(scope, import).await?, held: HashMap::new() };
    let named: Vec<i32> = {
        let read = lines.iter().filter_map(|(_, cells)| row::read(what, columns, cells.as_ref().ok()?).ok());
        let mut named: Vec<i32> = read
            .filter_map(|r| ground.districts.get(r.number.district.as_str()))
            .filter(|d| d.reach && d.votes)
            .map(|d| d.area_no)
            .collect();
        named.sort_unstable();
        named.dedup();
        named
    };
    held(scope, import, &named, &mut ground).await?;
    let mut plan = plan(what, columns, &ground, &lines);
    if !what.is_marked() {
        compare(scope, import, &mut plan).await?;
    }
    Ok(plan)
}

/// The authority's districts: which vote at the poll, and which the importer may touch. The operator reaches all.
async fn districts(scope: &mut Scoped, import: &Import) -> Result<HashMap<String, District>, Error> {
    let mine = match scope.actor() {
        Actor::Operator { .. } => None,
        Actor::Session { .. } => Some(
            sqlx::query_scalar!(r#"select wall.areas() as "areas!: Vec<i32>""#).fetch_one(scope.connection()).await?,
        ),
    };
    let rows = sqlx::query!(
        r#"select d.area_no as "area_no!", d.letters as "letters!",
             coalesce(a.kind = 'installation' or a.area_no = d.area_no or a.partition_id = d.partition_id
               or exists (select from area_district ad where ad.area_id = a.area_id and ad.area_no = d.area_no
                 and ad.from_date <= p.poll_date and ad.until_date > p.poll_date), false) as "votes!"
           from district d cross join poll p join area a on a.area_id = p.area_id
           where d.partition_id = $1 and p.poll_id = $2"#,
        import.partition,
        import.poll
    )
    .fetch_all(scope.connection())
    .await?;
    let district = |area_no: i32, votes: bool| District {
        area_no,
        votes,
        reach: mine.as_ref().is_none_or(|mine| mine.contains(&area_no)),
        register: None,
    };
    Ok(rows.into_iter().map(|d| (d.letters, district(d.area_no, d.votes))).collect())
}

/// Who has which number in these districts: by the newest register that was out on polling day, else by the newest there is. Councils
/// number people anew each year, and a marked register often comes after that.
async fn held(scope: &mut Scoped, import: &Import, named: &[i32], ground: &mut Ground) -> Result<(), Error> {
    let rows = sqlx::query!(
        r#"select d.area_no as "area_no!", n.register_id as "register_id!", t.number as "number!", t.suffix as "suffix!",
             t.elector_id as "elector?", e.area_no as "lives?", e.name_key as "name?"
           from district d
           cross join lateral (
             select g.register_id from register g
             where g.partition_id = d.partition_id and exists (
               select from register_entry x
               where x.partition_id = g.partition_id and x.register_id = g.register_id and x.area_no = d.area_no)
             order by (g.published <= $3) desc, g.published desc, g.register_id desc limit 1) n
           join register_entry t on t.partition_id = d.partition_id and t.register_id = n.register_id and t.area_no = d.area_no
           left join elector e on e.partition_id = t.partition_id and e.elector_id = t.elector_id
             and e.erased_at is null and e.destroyed_at is null
           where d.partition_id = $1 and d.area_no = any ($2)"#,
        import.partition,
        named,
        import.poll_date
    )
    .fetch_all(scope.connection())
    .await?;
    let mut registers = HashMap::new();
    for row in rows {
        registers.insert(row.area_no, row.register_id);
        let (Ok(number), Ok(suffix)) = (u32::try_from(row.number), u32::try_from(row.suffix)) else { continue };
        let here = row.lives.zip(row.name);
        ground.held.insert((row.area_no, number, suffix), Held { elector: row.elector, here });
    }
    for district in ground.districts.values_mut() {
        district.register = registers.get(&district.area_no).copied();
    }
    Ok(())
}

/// Who stood on no list of this poll before, and who stands on none any more.
async fn compare(scope: &mut Scoped, import: &Import, plan: &mut Plan) -> Result<(), Error> {
    let electors: Vec<i64> = plan.entries.iter().map(|e| e.elector).collect();
    let districts: Vec<i32> = plan.districts.keys().copied().collect();
    let found = sqlx::query!(
        r#"select count(*) filter (where v.elector_id is null) as "new!", count(*) filter (where u.elector is null) as "gone!"
           from unnest($1::bigint[]) u (elector)
           full join (select elector_id from absent_vote where partition_id = $2 and poll_id = $3 and area_no = any ($4)) v
             on v.elector_id = u.elector"#,
        &electors,
        import.partition,
        import.poll,
        &districts
    )
    .fetch_one(scope.connection())
    .await?;
    (plan.counts.new, plan.counts.gone) = (found.new, found.gone);
    Ok(())
}

/// The final list of this poll that stands in one of these districts already, by its date.
///
/// # Errors
/// What the database says.
pub async fn final_stands(scope: &mut Scoped, import: &Import, plan: &Plan) -> Result<Option<NaiveDate>, Error> {
    let districts: Vec<i32> = plan.districts.keys().copied().collect();
    Ok(sqlx::query_scalar!(
        "select published from absent_list
         where partition_id = $1 and poll_id = $2 and final and replaced_at is null and districts && $3
         order by published desc limit 1",
        import.partition,
        import.poll,
        &districts
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// How many of these districts' people a marked register of this poll says already that they voted.
///
/// # Errors
/// What the database says.
pub async fn voted_before(scope: &mut Scoped, import: &Import, plan: &Plan) -> Result<i64, Error> {
    let districts: Vec<i32> = plan.districts.keys().copied().collect();
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from turnout where partition_id = $1 and poll_id = $2 and area_no = any ($3)"#,
        import.partition,
        import.poll,
        &districts
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The authorities of which somebody may give a list: those with a district in the area in use; all, for the operator.
///
/// # Errors
/// What the database says.
pub async fn authorities(scope: &mut Scoped) -> Result<Vec<(i32, String)>, Error> {
    let mine = match scope.actor() {
        Actor::Operator { .. } => None,
        Actor::Session { .. } => Some(
            sqlx::query_scalar!(r#"select wall.areas() as "areas!: Vec<i32>""#).fetch_one(scope.connection()).await?,
        ),
    };
    let rows = sqlx::query!(
        "select a.partition_id, a.name from authority a
         where exists (select from district d where d.partition_id = a.partition_id and ($1::integer[] is null or d.area_no = any ($1)))
         order by a.name",
        mine.as_deref()
    )
    .fetch_all(scope.connection())
    .await?;
    let name = |name: String| if name == UNNAMED { "The authority without a name".to_owned() } else { name };
    Ok(rows.into_iter().map(|r| (r.partition_id, name(r.name))).collect())
}
