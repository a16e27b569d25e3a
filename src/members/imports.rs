//! Membership files in the database: staged, looked over, thrown away; and the receipts of those that were applied.

use super::columns::Columns;
use super::plan::{Entry, Ground, Plan, Refused, plan};
use super::{erased, today};
use crate::access::membership::{self, Outcome, Standing};
use crate::database::{Actor, Scoped};
use crate::electors::folding::fold;
use crate::error::Error;
use crate::incoming::{self, BATCH, Contents, LOOKED_THROUGH, Line, Sample, Stage, digest};
use crate::keys::Keys;
use crate::web::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// A file that was given, or its receipt.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: Uuid,
    /// The area it was given for.
    pub area: i64,
    /// The file's name.
    pub file_name: String,
    /// The file's encoding.
    pub encoding: String,
    /// What its first line says the columns are; none once it is over.
    pub headings: Vec<String>,
    /// Which column is what, once that is known.
    pub columns: Option<Json<Columns>>,
    /// `ready`, `applied`, `thrown-away`.
    pub state: String,
    /// Whether who is missing has lapsed.
    pub complete: bool,
    /// Why members who were erased are taken in again; None: they are left out.
    pub erased_reason: Option<String>,
    /// What it changed.
    pub counts: Option<Json<Counts>>,
    /// The lines that were not taken.
    pub refused: Json<Vec<Refused>>,
    /// When.
    pub begun_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The figures of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Lines taken.
    pub rows: usize,
    /// Members who are new.
    pub added: usize,
    /// Members who changed.
    pub changed: usize,
    /// Members who stay as they are.
    pub unchanged: usize,
    /// Current members whom the file does not have.
    pub missing: usize,
    /// Those of them who were marked lapsed.
    pub lapsed: usize,
    /// Email addresses that are none.
    pub odd_emails: usize,
    /// People in it who were erased.
    pub erased: usize,
    /// Branches whose members were left out, as somebody chose, with how many members each has.
    pub left_out: BTreeMap<String, usize>,
    /// Accesses that end.
    pub accesses: usize,
    /// Members found on the register without a doubt.
    pub linked: i32,
    /// Pairs that a person decides.
    pub doubtful: i32,
}

impl Counts {
    /// The figures of what a file would do.
    pub fn of(plan: &Plan, complete: bool, outcome: &Outcome) -> Self {
        Counts {
            rows: plan.rows(),
            added: plan.added.len(),
            changed: plan.changed.len(),
            unchanged: plan.unchanged.len(),
            missing: plan.missing.len(),
            lapsed: if complete { plan.missing.len() } else { 0 },
            odd_emails: plan.odd_emails,
            erased: plan.erased.len(),
            left_out: plan.left_out.clone(),
            accesses: outcome.ending(),
            ..Counts::default()
        }
    }

    /// How many members it adds or changes.
    pub fn to_do(&self) -> usize {
        self.added + self.changed + self.lapsed
    }

    /// "12 members of Leeds are left out, as you chose", of each such branch.
    pub fn left_out_words(&self) -> Vec<String> {
        let of = |(branch, n): (&String, &usize)| {
            let (one, many) = (format!("member of {branch} is"), format!("members of {branch} are"));
            format!("{} left out, as you chose", words::count(*n, one, many))
        };
        self.left_out.iter().map(of).collect()
    }

    /// What was looked over, for the button that applies it: another figure since means another look.
    pub fn expected(&self) -> String {
        format!("{}-{}-{}-{}", self.added, self.changed, self.lapsed, self.accesses)
    }
}

/// What a file was, besides what stands in it.
pub struct Given {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: i64,
    /// Its digest.
    pub sha256: Vec<u8>,
}

/// Stages a file for an area. Known headings, or headings that somebody explained before, are read by themselves.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, area: i64, given: &Given, contents: &Contents) -> Result<Uuid, Error> {
    sqlx::query!("select wall.forget_member_imports()").execute(scope.connection()).await?;
    let remembered = sqlx::query_scalar!(
        r#"select columns as "columns: Json<Columns>" from member_import_form where headings = $1 and area_id = $2"#,
        digest(&contents.headings),
        area
    )
    .fetch_optional(scope.connection())
    .await?;
    let guessed = Columns::guess(&contents.headings);
    let columns = remembered.or_else(|| guessed.suffice().then_some(Json(guessed)));
    let (id, account) = (Uuid::now_v7(), scope.account());
    sqlx::query!(
        "insert into member_import (import_id, area_id, account_id, file_name, bytes, sha256, encoding, headings, columns)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        area,
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
    for lines in contents.lines.chunks(BATCH) {
        stage(scope, id, area, lines).await?;
    }
    Ok(id)
}

async fn stage(scope: &mut Scoped, id: Uuid, area: i64, lines: &[Line]) -> Result<(), Error> {
    let Stage { numbers, cells, refusals } = Stage::of(lines);
    sqlx::query!(
        "insert into member_import_row (import_id, area_id, line, cells, refusal)
         select $1, $2, u.line, u.cells, u.refusal from unnest($3::int[], $4::jsonb[], $5::text[]) u (line, cells, refusal)",
        id,
        area,
        &numbers,
        &cells as &[Option<Json<&Vec<String>>>],
        &refusals
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// A file of one's areas.
///
/// # Errors
/// [`Error::NotFound`] when it is not there for this actor.
pub async fn open(scope: &mut Scoped, id: Uuid) -> Result<Import, Error> {
    sqlx::query_as!(
        Import,
        r#"select import_id as id, area_id as area, file_name, encoding, headings, columns as "columns: Json<Columns>", state,
             complete, erased_reason, counts as "counts: Json<Counts>", refused as "refused: Json<Vec<Refused>>", begun_at, ended_at
           from member_import where import_id = $1"#,
        id
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)
}

/// The newest files of one's areas.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, take: i64) -> Result<Vec<Import>, Error> {
    Ok(sqlx::query_as!(
        Import,
        r#"select import_id as id, area_id as area, file_name, encoding, headings, columns as "columns: Json<Columns>", state,
             complete, erased_reason, counts as "counts: Json<Counts>", refused as "refused: Json<Vec<Refused>>", begun_at, ended_at
           from member_import order by begun_at desc limit $1"#,
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
        r#"select cells as "cells!: Json<Vec<String>>" from member_import_row where import_id = $1 and cells is not null
           order by line limit $2"#,
        import.id,
        LOOKED_THROUGH
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(incoming::samples(&import.headings, &lines))
}

/// Says which column is what, and remembers it for these headings.
///
/// # Errors
/// [`Error::Conflict`] when the file is over.
pub async fn set_columns(scope: &mut Scoped, import: &Import, columns: &Columns) -> Result<(), Error> {
    must_be_ready(import)?;
    let account = scope.account();
    sqlx::query!(
        "insert into member_import_form as f (area_id, headings, columns, set_by) values ($4, $1, $2, $3)
         on conflict (area_id, headings) do update set columns = excluded.columns, set_by = excluded.set_by, set_at = now()",
        digest(&import.headings),
        Json(columns) as _,
        account,
        import.area
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("update member_import set columns = $2 where import_id = $1", import.id, Json(columns) as _)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// What a person says of a file before it is applied.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Whether it is complete: who is missing has lapsed.
    pub complete: bool,
    /// Why members who were erased are taken in again; None: they are left out.
    pub erased_reason: Option<String>,
    /// What branches' names mean: an area, or None, that its members are left out.
    pub branches: Vec<(String, Option<i64>)>,
}

/// Says whether the file is complete, what becomes of who was erased, and what branches' names mean; the names are remembered
/// for the area.
///
/// # Errors
/// [`Error::Conflict`] when the file is over, or an area is not one's own.
pub async fn choose(scope: &mut Scoped, import: &Import, choice: &Choice) -> Result<(), Error> {
    must_be_ready(import)?;
    sqlx::query!(
        "update member_import set complete = $2, erased_reason = $3 where import_id = $1",
        import.id,
        choice.complete,
        choice.erased_reason
    )
    .execute(scope.connection())
    .await?;
    let places: HashSet<i64> = places(scope, import.area).await?.into_iter().collect();
    let account = scope.account();
    for (branch, area) in choice.branches.iter().filter(|(branch, _)| !fold(branch).is_empty()) {
        if area.is_some_and(|area| !places.contains(&area)) {
            return Err(Error::Conflict("That area is not one of yours. Open the page again".into()));
        }
        sqlx::query!(
            "insert into member_branch as b (within_id, branch_key, area_id, set_by) values ($1, left($2, 100), $3, $4)
             on conflict (within_id, branch_key) do update set area_id = excluded.area_id, set_by = excluded.set_by, set_at = now()",
            import.area,
            fold(branch),
            *area,
            account
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(())
}

/// Refuses what was applied or thrown away already.
///
/// # Errors
/// [`Error::Conflict`].
pub fn must_be_ready(import: &Import) -> Result<(), Error> {
    incoming::must_be_ready(&import.state)
}

/// Throws a file away: nothing was changed.
///
/// # Errors
/// [`Error::Conflict`] when it is over.
pub async fn throw_away(scope: &mut Scoped, import: &Import) -> Result<(), Error> {
    must_be_ready(import)?;
    sqlx::query!(
        "update member_import set state = 'thrown-away', ended_at = now(), headings = '{}' where import_id = $1",
        import.id
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("select wall.clear_member_import($1)", import.id).execute(scope.connection()).await?;
    Ok(())
}

/// The areas whose members this actor keeps, from an area on inwards.
///
/// # Errors
/// What the database says.
pub async fn places(scope: &mut Scoped, area: i64) -> Result<Vec<i64>, Error> {
    let places = match scope.actor() {
        Actor::Session { .. } => {
            sqlx::query_scalar!(r#"select wall.member_places() as "p!""#).fetch_one(scope.connection()).await?
        }
        Actor::Operator { .. } => {
            sqlx::query_scalar!(r#"select wall.areas_inside($1) as "p!""#, area).fetch_one(scope.connection()).await?
        }
    };
    Ok(places)
}

/// Somebody held whom a file does not have.
#[derive(Debug, Clone)]
pub struct Missing {
    /// Who.
    pub person_id: Uuid,
    /// Forename.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// Membership number.
    pub number: String,
}

/// Who of these members it is, by name: so many at most.
///
/// # Errors
/// What the database says.
pub async fn named(scope: &mut Scoped, people: &[Uuid], at_most: i64) -> Result<Vec<Missing>, Error> {
    Ok(sqlx::query_as!(
        Missing,
        "select p.person_id, p.forename, p.surname, m.number from person p join member m using (person_id)
         where p.person_id = any ($1) order by p.name_key, p.person_id limit $2",
        people,
        at_most
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What a file would change, and which accesses would end with it; nothing is done.
///
/// # Errors
/// What the database says; [`Error::Conflict`] when nobody said yet which column is what.
pub async fn look_over(
    scope: &mut Scoped,
    keys: &Keys,
    import: &Import,
) -> Result<(Plan, Vec<(Uuid, Standing)>, Outcome), Error> {
    must_be_ready(import)?;
    let Some(Json(columns)) = &import.columns else {
        return Err(Error::Conflict("Say first which column is what".into()));
    };
    let lines = staged(scope, import.id).await?;
    let mut ground = ground(scope, import).await?;
    ground.erased = erased::all(scope, keys).await?;
    ground.again = import.erased_reason.is_some();
    let numbers: Vec<String> = lines
        .iter()
        .filter_map(|l| l.cells.as_ref().ok())
        .map(|cells| columns.of(super::columns::Field::Number, cells).to_owned())
        .collect();
    ground.elsewhere = sqlx::query_scalar!(r#"select n as "n!" from wall.members_elsewhere($1) n"#, &numbers)
        .fetch_all(scope.connection())
        .await?
        .into_iter()
        .filter(|n| !ground.held.contains_key(n))
        .collect();
    let plan = plan(&lines, columns, &ground);
    let standings = standings(scope, &plan, import.complete).await?;
    let outcome = membership::preview(scope, &standings).await?;
    Ok((plan, standings, outcome))
}

async fn staged(scope: &mut Scoped, id: Uuid) -> Result<Vec<Line>, Error> {
    let rows = sqlx::query!(
        r#"select line, cells as "cells: Json<Vec<String>>" from member_import_row where import_id = $1 order by line"#,
        id
    );
    let refusals: HashMap<i32, String> =
        sqlx::query!("select line, refusal from member_import_row where import_id = $1 and refusal <> ''", id)
            .fetch_all(scope.connection())
            .await?
            .into_iter()
            .map(|r| (r.line, r.refusal))
            .collect();
    let known = |line: i32| {
        let said = refusals.get(&line).map_or("", String::as_str);
        super::reading::REFUSALS.into_iter().find(|r| *r == said).unwrap_or("The line could not be read")
    };
    let rows = rows.fetch_all(scope.connection()).await?;
    Ok(rows
        .into_iter()
        .map(|r| Line { number: r.line, cells: r.cells.map(|c| c.0).ok_or_else(|| known(r.line)) })
        .collect())
}

async fn standings(scope: &mut Scoped, plan: &Plan, complete: bool) -> Result<Vec<(Uuid, Standing)>, Error> {
    let by_address = plan.standings_by_address(complete);
    let addresses: Vec<String> = by_address.keys().cloned().collect();
    let accounts = sqlx::query!(
        r#"select address as "address!", account_id as "account!" from wall.accounts_of_members($1)"#,
        &addresses
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(accounts.into_iter().filter_map(|a| Some((a.account, *by_address.get(&a.address)?))).collect())
}

async fn ground(scope: &mut Scoped, import: &Import) -> Result<Ground, Error> {
    let places = places(scope, import.area).await?;
    let mut ground = Ground { today: today(), area: import.area, ..Ground::default() };
    let areas = sqlx::query!("select area_id, kind, name, coalesce(short_name, '') as \"short!\" from area")
        .fetch_all(scope.connection())
        .await?;
    for a in areas {
        let rank =
            ["branch", "ward", "division", "constituency", "devolved", "authority"].iter().position(|k| *k == a.kind);
        let rank = rank.and_then(|r| u8::try_from(r).ok()).unwrap_or(9);
        for key in BTreeMap::from([(fold(&a.name), ()), (fold(&a.short), ())]).into_keys().filter(|k| !k.is_empty()) {
            ground.areas.entry(key).or_default().push((a.area_id, rank));
        }
        ground.names.insert(a.area_id, a.name);
    }
    let branches = sqlx::query!("select branch_key, area_id from member_branch where within_id = $1", import.area);
    let branches = branches.fetch_all(scope.connection()).await?;
    let ours = |area: Option<i64>| area.is_none_or(|area| places.contains(&area));
    ground.branches = branches.into_iter().filter(|b| ours(b.area_id)).map(|b| (b.branch_key, b.area_id)).collect();
    ground.held = held(scope, &places).await?.into_iter().map(|h| (h.number.clone(), h)).collect();
    ground.places = places.into_iter().collect();
    Ok(ground)
}

/// Everybody held in these places. Compared by the machine; nobody is shown.
async fn held(scope: &mut Scoped, places: &[i64]) -> Result<Vec<Entry>, Error> {
    Ok(sqlx::query_as!(
        Entry,
        r#"select p.person_id as "person_id!", p.area_id as "area_id!", p.forename as "forename!", p.surname as "surname!",
                 p.name_key as "name_key!", p.forename_key as "forename_key!", m.surname_key as "surname_key!",
                 m.first_key as "first_key!", m.home_key as "home_key!",
             coalesce(c.email, '') as "email!", coalesce(c.email_key, '') as "email_key!",
             coalesce(c.mobile, '') as "mobile!", coalesce(c.phone, '') as "phone!", coalesce(c.address, '{}') as "address!",
             coalesce(c.postcode, '') as "postcode!", coalesce(c.postcode_key, '') as "postcode_key!", c.born_on as "born_on?",
             m.number as "number!", m.kind as "kind!", m.joined_on as "joined_on?", m.paid_until as "paid_until?",
                 m.state as "state!", m.standing as "standing!", m.branch as "branch!"
           from member m join person p using (person_id) left join person_contact c using (person_id)
           where m.area_id = any ($1)"#,
        places
    )
    .fetch_all(scope.connection())
    .await?)
}
