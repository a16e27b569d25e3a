//! A council's list made so: everything in one transaction, or nothing.

use super::imports::{self, Import};
use super::plan::{Counts, Plan};
use super::{Vote, What};
use crate::database::Scoped;
use crate::error::Error;
use crate::incoming;
use crate::web::words;
use chrono::NaiveDate;
use sqlx::types::Json;

/// How many people one statement writes.
const BATCH: usize = 10_000;

/// What was said before a list is applied.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The figures that were looked over; None: whatever they are.
    pub expected: Option<String>,
    /// Whether so many numbers may be strangers', or so many are meant to have voted or to be on no list any more.
    pub allow_many: bool,
    /// Whether a marked register takes the place of what is held of its districts; else it is added.
    pub instead: bool,
}

/// Applies a list: how people vote at its poll, or who voted.
///
/// # Errors
/// [`Error::Conflict`] when something changed since it was looked over, [`Error::Invalid`] on `allow_many` when so much is odd that a
/// person must say it is meant, [`Error::Refused`] when nobody was found, a final list stands already, or this one cannot be final yet. Nothing
/// is done then.
pub async fn apply(scope: &mut Scoped, import: &Import, said: &Said) -> Result<Counts, Error> {
    // Two who press at once: the second waits here and finds it applied.
    let taken = sqlx::query!(
        "update voters_import set state = 'applied', ended_at = statement_timestamp(), headings = '{}'
         where import_id = $1 and state = 'ready'",
        import.id
    )
    .execute(scope.connection())
    .await?;
    if taken.rows_affected() != 1 {
        return Err(incoming::over());
    }
    let before = imports::look_over(scope, import).await?;
    must_be_meant(scope, import, &before, said).await?;
    let takes_the_place = said.instead || !import.what().is_marked();
    let displaced = if takes_the_place { imports::held_before(scope, import, &before).await? } else { 0 };
    begin(scope, import, &before, said.instead).await?;
    // Whoever was being moved or erased meanwhile has been by now: who they are is asked again.
    let plan = imports::look_over(scope, import).await?;
    if plan.districts != before.districts || said.expected.as_ref().is_some_and(|e| *e != before.counts.expected()) {
        return Err(Error::Conflict("The register changed since you looked this over. Look at it once more".into()));
    }
    let mut counts = plan.counts.clone();
    (counts.new, counts.gone, counts.displaced) = (before.counts.new, before.counts.gone, displaced);
    if import.what().is_marked() {
        write_turnout(scope, import, &plan).await?
    } else {
        write_list(scope, import, &plan, &counts).await?
    }
    sqlx::query!(
        "update voters_import set counts = $2, refused = $3 where import_id = $1",
        import.id,
        Json(&counts) as _,
        Json(&plan.refused) as _
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("select wall.clear_voters_import($1)", import.id).execute(scope.connection()).await?;
    Ok(counts)
}

/// Stops what is likelier a mistake, until somebody says that it is meant.
async fn must_be_meant(scope: &mut Scoped, import: &Import, plan: &Plan, said: &Said) -> Result<(), Error> {
    let what = import.what();
    if plan.counts.found() == 0 {
        return Err(Error::Refused(nobody(plan)));
    }
    if what == What::Current
        && let Some(day) = imports::final_stands(scope, import, plan).await?
    {
        return Err(final_stands(day));
    }
    // The poll may have been put off since the file was given.
    if import.is_too_early() {
        return Err(Error::Refused(imports::too_early(import.published, import.poll_date)));
    }
    let odd = plan.counts.too_many() || plan.counts.all_voted(what) || plan.counts.drops_many();
    if odd && !said.allow_many {
        return Err(Error::field("allow_many", "Look at this first, and say that it is meant, or throw the file away"));
    }
    Ok(())
}

/// Why a current list cannot be applied.
fn final_stands(day: NaiveDate) -> Error {
    Error::Refused(format!(
        "The final list of {} stands already, and a current one does not take its place. Nothing was changed",
        words::date(day)
    ))
}

/// Why a list of which nobody was found cannot be applied.
fn nobody(plan: &Plan) -> String {
    match plan.counts.reasons_words().first() {
        Some((reason, n)) => format!(
            "Nobody in this file could be found. {reason}: {}. Nothing was changed",
            words::count(*n, "line", "lines")
        ),
        None => {
            "This file says of nobody that they vote by post or proxy, or that they voted. Nothing was changed".into()
        }
    }
}

async fn begin(scope: &mut Scoped, import: &Import, plan: &Plan, instead: bool) -> Result<(), Error> {
    let districts: Vec<i32> = plan.districts.keys().copied().collect();
    if import.what().is_marked() {
        sqlx::query!("select wall.begin_turnout($1, $2, $3, $4)", import.partition, import.poll, &districts, instead)
            .execute(scope.connection())
            .await?;
    } else {
        // Asked again under the lock: a final list that was applied at the same moment stands by now.
        let stands = sqlx::query_scalar!(
            "select wall.begin_absent_list($1, $2, $3, $4)",
            import.partition,
            import.poll,
            &districts,
            import.what() == What::Final
        )
        .fetch_one(scope.connection())
        .await?;
        if let Some(day) = stands {
            return Err(final_stands(day));
        }
    }
    Ok(())
}

/// The list, and how everybody on it votes.
async fn write_list(scope: &mut Scoped, import: &Import, plan: &Plan, counts: &Counts) -> Result<(), Error> {
    let districts: Vec<i32> = plan.districts.keys().copied().collect();
    let account = scope.account();
    let list = sqlx::query_scalar!(
        "insert into absent_list (partition_id, poll_id, final, published, districts, file_name, sha256, counts, imported_by, import_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning list_no",
        import.partition,
        import.poll,
        import.what() == What::Final,
        import.published,
        &districts,
        import.file_name,
        import.sha256,
        Json(counts) as _,
        account,
        import.id
    )
    .fetch_one(scope.connection())
    .await?;
    if let Some(operator) = scope.operator_id() {
        sqlx::query!(
            "update absent_list set imported_by_operator = $3 where partition_id = $1 and list_no = $2",
            import.partition,
            list,
            operator
        )
        .execute(scope.connection())
        .await?;
    }
    for entries in plan.entries.chunks(BATCH) {
        let electors: Vec<i64> = entries.iter().map(|e| e.elector).collect();
        let areas: Vec<i32> = entries.iter().map(|e| e.area_no).collect();
        let kinds: Vec<String> = entries.iter().map(|e| e.vote.as_str().to_owned()).collect();
        sqlx::query!(
            "insert into absent_vote (partition_id, poll_id, elector_id, area_no, list_no, kind)
             select $1, $2, u.elector, u.area, $3, u.kind from unnest($4::bigint[], $5::integer[], $6::text[]) u (elector, area, kind)
             on conflict (partition_id, poll_id, elector_id) do update
               set area_no = excluded.area_no, list_no = excluded.list_no, kind = excluded.kind",
            import.partition,
            import.poll,
            list,
            &electors,
            &areas,
            &kinds
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(())
}

/// That a marked register of these districts came, and who voted by it. One that says how says more than one that does not.
async fn write_turnout(scope: &mut Scoped, import: &Import, plan: &Plan) -> Result<(), Error> {
    let (districts, registers): (Vec<i32>, Vec<Option<i64>>) = plan.districts.iter().map(|(d, r)| (*d, *r)).unzip();
    let account = scope.account();
    sqlx::query!(
        "insert into turnout_register as g (partition_id, poll_id, area_no, register_id, imported_by, files, registers)
         select $1, $2, u.area, u.register, $5, array[$6::uuid], array[u.register] from unnest($3::integer[], $4::bigint[]) u (area, register)
         on conflict (partition_id, poll_id, area_no) do update
           set register_id = excluded.register_id, imported_at = statement_timestamp(), imported_by = excluded.imported_by,
             files = case when cardinality(g.files) = 0 then g.files else g.files || excluded.files end,
             registers = case when cardinality(g.files) = 0 then g.registers else g.registers || excluded.registers end",
        import.partition,
        import.poll,
        &districts,
        &registers as &[Option<i64>],
        account,
        import.id
    )
    .execute(scope.connection())
    .await?;
    if let Some(operator) = scope.operator_id() {
        sqlx::query!(
            "update turnout_register set imported_by_operator = $4 where partition_id = $1 and poll_id = $2 and area_no = any ($3)",
            import.partition,
            import.poll,
            &districts,
            operator
        )
        .execute(scope.connection())
        .await?;
    }
    for entries in plan.entries.chunks(BATCH) {
        let electors: Vec<i64> = entries.iter().map(|e| e.elector).collect();
        let areas: Vec<i32> = entries.iter().map(|e| e.area_no).collect();
        let hows: Vec<String> = entries.iter().map(|e| how(e.vote).to_owned()).collect();
        sqlx::query!(
            "insert into turnout as t (partition_id, poll_id, elector_id, area_no, how, files, hows)
             select $1, $2, u.elector, u.area, u.how, array[$6::uuid], array[u.how]
             from unnest($3::bigint[], $4::integer[], $5::text[]) u (elector, area, how)
             on conflict (partition_id, poll_id, elector_id) do update
               set area_no = excluded.area_no, how = case when excluded.how = 'voted' then t.how else excluded.how end,
                 files = case when cardinality(t.files) = 0 then t.files else t.files || excluded.files end,
                 hows = case when cardinality(t.files) = 0 then t.hows else t.hows || excluded.hows end",
            import.partition,
            import.poll,
            &electors,
            &areas,
            &hows,
            import.id
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(())
}

/// The word of `turnout.how`.
fn how(vote: Vote) -> &'static str {
    match vote {
        Vote::PostalProxy => Vote::Proxy.as_str(),
        other => other.as_str(),
    }
}
