//! Runs in the database.

use super::{Helper, Kind, NewRun, Recipient, Row, Run, State};
use crate::canvass::ListId;
use crate::database::{Actor, Scoped, Seen};
use crate::error::Error;
use crate::web::paging::{self, Paging};
use futures_util::TryStreamExt;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The most people or items of one run: a large constituency.
pub const MOST: usize = 120_000;
/// The most pages of one run of letters or postcards: they take the press some minutes, in which everybody else's wait.
pub const MOST_PAGES: usize = 20_000;
/// Where the settings of runs that one press of a button began together say which.
pub const PRESS: &str = "press";
/// How many presses of a button somebody may have open, waiting or on the press.
const MOST_OPEN: i64 = 5;
/// The longest imprint, in letters with a space between its lines; the table holds no more.
const LONGEST_IMPRINT: usize = 2_000;

/// A run that a press of a button began, or had begun before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "end the transaction with it"]
pub struct Begun {
    /// Its number.
    pub number: i64,
    /// Whether it is new: whoever adds something to a run adds it to a new one alone.
    pub anew: bool,
}

impl Begun {
    /// Ends the transaction; the run's number. The look is put on record as a print before anything of a new one is made. Of one that
    /// this press of the button made already it is on record, and nothing is shown now.
    ///
    /// # Errors
    /// As [`Scoped::finish`].
    pub async fn finish<T>(self, scope: Scoped, seen: Seen<T>) -> Result<i64, Error> {
        if self.anew {
            scope.finish(seen.for_print()).await?;
        } else {
            scope.commit().await?;
        }
        Ok(self.number)
    }
}

/// Queues a run in the caller's transaction: whom it is for is fixed with it. The caller finishes with what it read. What this press of
/// a button made already is not made again.
///
/// # Errors
/// [`Error::Conflict`] when there is nothing to make, too much of it, or no imprint on what the public gets; while as much of one's own
/// is open as may be.
pub async fn begin(scope: &mut Scoped, new: NewRun) -> Result<Begun, Error> {
    if new.items < 1 || new.work.parts.is_empty() {
        return Err(Error::Conflict("There is nothing to print. Choose other electors, or leave out fewer".into()));
    }
    if new.recipients.len() > MOST {
        return Err(Error::Conflict("That is more than one run may hold (120,000 people). Make it in parts".into()));
    }
    if new.kind.for_the_public() && new.imprint.is_empty() {
        return Err(Error::Conflict(
            "There is no complete imprint here, and nothing for the public is made without one".into(),
        ));
    }
    if new.imprint.join(" ").chars().count() > LONGEST_IMPRINT {
        return Err(Error::Conflict(
            "The imprint is longer than anything has room for. Shorten its names and addresses, under Imprint".into(),
        ));
    }
    let Actor::Session { account, grant, purpose, area, .. } = scope.actor().clone() else {
        return Err(Error::Forbidden("Nothing is printed from the command line"));
    };
    if let Some(number) = take_place(scope, account, &new).await? {
        return Ok(Begun { number, anew: false });
    }
    let new = NewRun { area: narrowest(scope, &new, area).await?, ..new };
    let again_of = match new.again_of {
        Some(run) => Some(run),
        None => before(scope, &new).await?,
    };
    let (selection, selection_version) = new.selection.unzip();
    let (template, template_version) = new.template.unzip();
    let (list, list_version) = new.list.unzip();
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let number = sqlx::query_scalar!(
        "insert into material_run (area_id, kind, title, purpose, made_by, grant_id, selection_id, selection_version, template_id,
           template_version, partition_id, list_id, list_version, settings, imprint, again_of, items, people, parts, asked)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         on conflict (asked) do nothing returning run_no",
        new.area,
        new.kind.as_str(),
        new.title,
        purpose,
        account,
        grant,
        selection,
        selection_version,
        template,
        template_version,
        list.map(|l| l.partition),
        list.map(|l| l.id),
        list_version,
        new.settings,
        &new.imprint,
        again_of,
        new.items,
        count(new.recipients.len()),
        count(new.work.parts.len()),
        new.asked
    )
    .fetch_optional(scope.connection())
    .await?;
    let Some(number) = number else {
        // The first of two presses was quicker.
        let first = already(scope, new.asked).await?;
        return first.map(|number| Begun { number, anew: false }).ok_or_else(|| {
            Error::Conflict("This form was sent before. Open the page again, and make it there".into())
        });
    };
    let helpers = once(&new.helpers);
    hold(scope, &new.recipients, &helpers).await?;
    for some in new.recipients.chunks(10_000) {
        add(scope, number, some).await?;
    }
    add_helpers(scope, number, &helpers).await?;
    let lines = new.work.lines()?;
    sqlx::query!("insert into material_work (run_no, work) values ($1, $2)", number, lines)
        .execute(scope.connection())
        .await?;
    Ok(Begun { number, anew: true })
}

/// Waits for whatever else this account begins at this moment, then answers the run that this press of a button began already, or
/// refuses another beside too many, wherever they were begun. The lists of one press of a button for canvass cards count as one.
async fn take_place(scope: &mut Scoped, account: Uuid, new: &NewRun) -> Result<Option<i64>, Error> {
    sqlx::query!("select pg_advisory_xact_lock(4871042, hashtext($1))", account.to_string())
        .execute(scope.connection())
        .await?;
    if let Some(number) = already(scope, new.asked).await? {
        return Ok(Some(number));
    }
    let press = new.settings.get(PRESS).and_then(|press| press.as_str());
    let open =
        sqlx::query_scalar!(r#"select wall.open_presses($1) as "open!""#, press).fetch_one(scope.connection()).await?;
    if open >= MOST_OPEN {
        return Err(Error::Conflict(
            "Five that you asked for still wait or are on the press. Wait until one of them is made, or stop one"
                .into(),
        ));
    }
    Ok(None)
}

/// The area that it is for, where everybody in it lives there; else the area in use. A selection kept for a ward, used by somebody who
/// works in the whole constituency, finds people whom the ward's organisers may not see.
async fn narrowest(scope: &mut Scoped, new: &NewRun, in_use: i64) -> Result<i64, Error> {
    let districts = crate::canvass::lists::choose::districts_of(scope, new.area).await?;
    let inside = new.recipients.iter().all(|r| districts.contains(&r.area_no));
    Ok(if inside { new.area } else { in_use })
}

/// Whoever is named, once, with whether they are rung anywhere in it.
fn once(helpers: &[Helper]) -> BTreeMap<Uuid, bool> {
    let mut once = BTreeMap::new();
    for helper in helpers {
        *once.entry(helper.person).or_insert(false) |= helper.rung;
    }
    once
}

/// Erasures wait until the run is kept with everybody in it, and find it then.
async fn hold(scope: &mut Scoped, recipients: &[Recipient], helpers: &BTreeMap<Uuid, bool>) -> Result<(), Error> {
    let persons: Vec<Uuid> = helpers.keys().copied().collect();
    let (partitions, electors): (Vec<i32>, Vec<i64>) =
        recipients.iter().map(|r| (r.elector.partition, r.elector.id)).unzip();
    let there =
        sqlx::query_scalar!(r#"select wall.hold_for_run($1, $2, $3) as "there!""#, &partitions, &electors, &persons)
            .fetch_one(scope.connection())
            .await?;
    match there {
        true => Ok(()),
        false => Err(Error::Conflict("Somebody was erased while this was read. Make it again".into())),
    }
}

/// Whether Organise is open to whoever acts. What names whoever helps keeps it as `organise` in its settings: made while it was closed
/// it names none of them, and is given out all the same.
///
/// # Errors
/// What the database says.
pub async fn organise_is_open(scope: &mut Scoped) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.open('organise') as "open!""#).fetch_one(scope.connection()).await?)
}

/// The run that this press of a button made already, if it made one.
///
/// # Errors
/// What the database says.
pub async fn already(scope: &mut Scoped, asked: Option<Uuid>) -> Result<Option<i64>, Error> {
    let Some(asked) = asked else { return Ok(None) };
    let account = scope.account();
    Ok(sqlx::query_scalar!("select run_no from material_run where asked = $1 and made_by = $2", asked, account)
        .fetch_optional(scope.connection())
        .await?)
}

/// The newest run of the same thing before this one: of its kind and area, its selection, template and list, or, where it has none of
/// them, its districts, or all that was chosen where it has none of those either; for the same poll. Nothing comes of one that failed
/// or was stopped.
async fn before(scope: &mut Scoped, new: &NewRun) -> Result<Option<i64>, Error> {
    let (selection, template) = (new.selection.map(|(id, _)| id), new.template.map(|(id, _)| id));
    let (partition, list) = new.list.map(|(list, _)| (list.partition, list.id)).unzip();
    Ok(sqlx::query_scalar!(
        "select r.run_no from material_run r
         where r.area_id = $1 and r.kind = $2 and r.state in ('queued', 'working', 'done')
           and r.selection_id is not distinct from $3::uuid and r.template_id is not distinct from $4::uuid
           and r.partition_id is not distinct from $5::integer and r.list_id is not distinct from $6::bigint
           and (num_nonnulls($3::uuid, $4::uuid, $6::bigint) > 0
             or case when $7::jsonb -> 'districts' is null then (r.settings - 'organise') = ($7::jsonb - 'organise')
               else (r.settings -> 'districts') = ($7::jsonb -> 'districts') end)
           and (r.settings -> 'poll') is not distinct from ($7::jsonb -> 'poll')
         order by r.run_no desc limit 1",
        new.area,
        new.kind.as_str(),
        selection,
        template,
        partition,
        list,
        new.settings
    )
    .fetch_optional(scope.connection())
    .await?)
}

async fn add(scope: &mut Scoped, run: i64, some: &[Recipient]) -> Result<(), Error> {
    let items: Vec<i32> = some.iter().map(|r| r.item).collect();
    let partitions: Vec<i32> = some.iter().map(|r| r.elector.partition).collect();
    let electors: Vec<i64> = some.iter().map(|r| r.elector.id).collect();
    let households: Vec<Option<i64>> = some.iter().map(|r| r.household.map(|h| h.id)).collect();
    let areas: Vec<i32> = some.iter().map(|r| r.area_no).collect();
    sqlx::query!(
        "insert into material_item (run_no, item, partition_id, elector_id, household_id, area_no)
         select $1, t.item, t.partition_id, t.elector_id, t.household_id, t.area_no
         from unnest($2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::integer[])
           t (item, partition_id, elector_id, household_id, area_no)",
        run,
        &items,
        &partitions,
        &electors,
        &households as &[Option<i64>],
        &areas
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

async fn add_helpers(scope: &mut Scoped, run: i64, helpers: &BTreeMap<Uuid, bool>) -> Result<(), Error> {
    let (persons, rung): (Vec<Uuid>, Vec<bool>) = helpers.iter().map(|(person, rung)| (*person, *rung)).unzip();
    sqlx::query!(
        "insert into material_person (run_no, person_id, rung)
         select $1, t.person_id, t.rung from unnest($2::uuid[], $3::boolean[]) t (person_id, rung)",
        run,
        &persons,
        &rung
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Runs of the area in use, newest first; of one kind where one is given. Of no person.
///
/// # Errors
/// What the database says.
pub async fn page(scope: &mut Scoped, kind: Option<Kind>, paging: Paging) -> Result<(Vec<Row>, i64), Error> {
    let kind = kind.map(Kind::as_str);
    let total = sqlx::query_scalar!(
        r#"select count(*) as "n!" from material_run r
           where r.area_id = any ((select wall.contact_places())::bigint[]) and ($1::text is null or r.kind = $1)"#,
        kind
    )
    .fetch_one(scope.connection())
    .await?;
    Ok((rows(scope, kind, paging::SIZE, paging.skip()).await?, total))
}

/// The newest runs of the area in use.
///
/// # Errors
/// What the database says.
pub async fn recent(scope: &mut Scoped, limit: i64) -> Result<Vec<Row>, Error> {
    rows(scope, None, limit, 0).await
}

async fn rows(scope: &mut Scoped, kind: Option<&str>, limit: i64, skip: i64) -> Result<Vec<Row>, Error> {
    let found = sqlx::query!(
        r#"select r.run_no, r.kind, r.title, r.state, r.items, r.made_at,
             coalesce(r.state = 'done' and r.file_gone = '' and r.file_until > now(), false) as "has_file!",
             coalesce((select n.name from wall.names(array[r.made_by]) n), '') as "made_name!"
           from material_run r
           where r.area_id = any ((select wall.contact_places())::bigint[]) and ($1::text is null or r.kind = $1)
           order by r.made_at desc, r.run_no desc limit $2 offset $3"#,
        kind,
        limit,
        skip
    )
    .fetch_all(scope.connection())
    .await?;
    let row = found.into_iter().map(|r| Row {
        number: r.run_no,
        kind: Kind::parse(&r.kind).unwrap_or(Kind::Letters),
        title: r.title,
        state: State::parse(&r.state),
        items: r.items,
        made_name: r.made_name,
        made_at: r.made_at,
        has_file: r.has_file,
    });
    Ok(row.collect())
}

/// One run with all that is on record of it. Of no person.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn one(scope: &mut Scoped, number: i64) -> Result<Run, Error> {
    let r = sqlx::query!(
        r#"select r.run_no, r.kind, r.title, r.state, r.items, r.made_at, a.name as area_name, r.purpose, r.selection_id,
             r.selection_version, r.template_version, r.partition_id, r.list_id, r.list_version, r.imprint, r.again_of, r.people,
             r.parts, r.done, r.ended_at, r.failure, r.pages, r.bytes, encode(r.sha256, 'hex') as sha256, r.file_until, r.fetched,
             wall.why_no_file(r.run_no) as "no_file!",
             (select s.name from selection s where s.selection_id = r.selection_id) as "selection_name?",
             (select t.name from material_template t where t.template_id = r.template_id) as "template_name?",
             (select l.name from walk_list l where l.partition_id = r.partition_id and l.list_id = r.list_id) as "list_name?",
             (select count(distinct i.item) from material_item i where i.run_no = r.run_no and i.returned_at is not null) as "returned!",
             coalesce((select n.name from wall.names(array[r.made_by]) n), '') as "made_name!",
             (select n.name from wall.names(array[r.stopped_by]) n) as "stopped_name?"
           from material_run r join area a using (area_id)
           where r.run_no = $1 and r.area_id = any ((select wall.contact_places())::bigint[])"#,
        number
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)?;
    let row = Row {
        number: r.run_no,
        kind: Kind::parse(&r.kind).unwrap_or(Kind::Letters),
        title: r.title,
        state: State::parse(&r.state),
        items: r.items,
        made_name: r.made_name,
        made_at: r.made_at,
        has_file: r.no_file.is_empty(),
    };
    let list = r.partition_id.zip(r.list_id).map(|(partition, id)| ListId { partition, id });
    Ok(Run {
        row,
        area_name: r.area_name,
        purpose: r.purpose,
        selection: r.selection_id.zip(r.selection_version).map(|(id, v)| (r.selection_name.unwrap_or_default(), id, v)),
        template: r.template_name.zip(r.template_version),
        list: list.zip(r.list_version).map(|(id, v)| (r.list_name.unwrap_or_default(), id, v)),
        imprint: r.imprint,
        again_of: r.again_of,
        people: r.people,
        progress: (r.done, r.parts),
        ended_at: r.ended_at,
        stopped_name: r.stopped_name,
        failure: r.failure,
        file: r.pages.zip(r.bytes).zip(r.sha256).map(|((pages, bytes), sha)| (pages, bytes, sha)),
        file_until: r.file_until,
        fetched: r.fetched,
        no_file: r.no_file,
        returned: r.returned,
    })
}

/// Stops a run. Whether it was still open.
///
/// # Errors
/// What the database says.
pub async fn stop(scope: &mut Scoped, number: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.stop_run($1) as "stopped!""#, number).fetch_one(scope.connection()).await?)
}

/// The file, whole; whoever takes it away looked at everybody whom it is for or names.
///
/// # Errors
/// [`Error::Conflict`] that says why it may not be fetched.
pub async fn file(scope: &mut Scoped, run: &Run) -> Result<Seen<Vec<u8>>, Error> {
    let bytes = run.file.as_ref().and_then(|(_, bytes, _)| usize::try_from(*bytes).ok());
    let mut whole = Vec::with_capacity(bytes.unwrap_or_default());
    // Each piece goes as it came, so that the file is held once.
    let mut pieces =
        sqlx::query!(r#"select piece as "piece!", bytes as "bytes!" from wall.fetch_file($1)"#, run.row.number)
            .fetch(scope.connection());
    while let Some(piece) = pieces.try_next().await? {
        whole.extend_from_slice(&piece.bytes);
    }
    drop(pieces);
    if whole.is_empty() {
        return Err(Error::Conflict(run.no_file_words().into()));
    }
    let people = sqlx::query!(
        "select i.partition_id, i.elector_id from material_item i join elector e using (partition_id, elector_id) where i.run_no = $1",
        run.row.number
    )
    .fetch_all(scope.connection())
    .await?;
    let helpers = sqlx::query_scalar!("select person_id from material_person where run_no = $1", run.row.number)
        .fetch_all(scope.connection())
        .await?;
    let file = Seen::people(whole, people.into_iter().map(|p| (p.partition_id, p.elector_id)));
    Ok(file.and(Seen::helpers((), helpers)).map(|(whole, ())| whole).for_print())
}
