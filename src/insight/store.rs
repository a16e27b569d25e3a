//! Figures by district, from the tallies, and the function that counts anew and compares.

use super::{DistrictFigures, Doors};
use crate::database::{Actor, Scoped};
use crate::error::Error;

/// The districts of the area in use; all of them for the operator.
async fn districts(scope: &mut Scoped) -> Result<Vec<DistrictFigures>, Error> {
    let everywhere = matches!(scope.actor(), Actor::Operator { .. });
    let rows = sqlx::query!(
        r#"select d.area_no, d.letters, d.name, coalesce(s.electors, 0)::bigint as "electors!"
           from district d left join district_size s using (area_no)
           where $1 or d.area_no = any ((select wall.areas())::integer[])
           order by d.letters, d.area_no"#,
        everywhere
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| DistrictFigures {
            area_no: r.area_no,
            letters: r.letters,
            name: r.name,
            electors: r.electors,
            ..DistrictFigures::default()
        })
        .collect())
}

/// The districts' numbers, by which queries find their index.
pub(super) async fn numbers(scope: &mut Scoped) -> Result<Vec<i32>, Error> {
    Ok(districts(scope).await?.iter().map(|d| d.area_no).collect())
}

/// The figures of each district of the area in use for one kind of election, in the order of their letters. They show
/// nobody.
///
/// # Errors
/// What the database says.
pub async fn by_district(scope: &mut Scoped, kind: &str) -> Result<Vec<DistrictFigures>, Error> {
    let mut districts = districts(scope).await?;
    let numbers: Vec<i32> = districts.iter().map(|d| d.area_no).collect();
    let tallies = sqlx::query!(
        r#"select area_no, code, sum(change)::bigint as "n!" from tally
           where area_no = any($1) and intention_kind = $2 group by area_no, code having sum(change) <> 0"#,
        &numbers,
        kind
    )
    .fetch_all(scope.connection())
    .await?;
    let doors = sqlx::query!(
        r#"select r.area_no as "area_no!", r.received_at < now() - interval '7 days' as "before!",
             count(distinct (r.list_id, r.household_id)) as "doors!",
             count(distinct r.elector_id) filter (where r.outcome = 'spoke') as "spoken!"
           from standing_result r
           where r.area_no = any($1) and r.received_at >= now() - interval '14 days'
           group by 1, 2"#,
        &numbers
    )
    .fetch_all(scope.connection())
    .await?;
    for district in &mut districts {
        for t in tallies.iter().filter(|t| t.area_no == district.area_no) {
            district.by_code.insert(t.code.clone(), t.n);
        }
        for d in doors.iter().filter(|d| d.area_no == district.area_no) {
            let week = if d.before { &mut district.week_before } else { &mut district.week };
            *week = Doors { doors: d.doors, spoken: d.spoken };
        }
    }
    Ok(districts)
}

/// The kinds of election under which anything was recorded in the area in use.
///
/// # Errors
/// What the database says.
pub async fn kinds(scope: &mut Scoped) -> Result<Vec<String>, Error> {
    let numbers = numbers(scope).await?;
    Ok(sqlx::query_scalar!("select distinct intention_kind from tally where area_no = any($1) order by 1", &numbers)
        .fetch_all(scope.connection())
        .await?)
}

/// Doors of each of the last 7 days in the area in use, oldest first.
///
/// # Errors
/// What the database says.
pub async fn doors_by_day(scope: &mut Scoped) -> Result<Vec<i64>, Error> {
    let numbers = numbers(scope).await?;
    Ok(sqlx::query_scalar!(
        r#"select count(distinct (r.list_id, r.household_id)) as "n!"
           from generate_series(0, 6) as day (back)
           left join standing_result r on r.area_no = any($1)
             and r.received_at >= now() - (7 - day.back) * interval '1 day'
             and r.received_at < now() - (6 - day.back) * interval '1 day'
           group by day.back order by day.back"#,
        &numbers
    )
    .fetch_all(scope.connection())
    .await?)
}

/// People who became promises in the last 7 days and still are.
///
/// # Errors
/// What the database says.
pub async fn new_promises(scope: &mut Scoped, kind: &str) -> Result<i64, Error> {
    let numbers = numbers(scope).await?;
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from result r
           join intention_now i on i.partition_id = r.partition_id and i.elector_id = r.elector_id
             and i.intention_kind = r.intention_kind and i.result_id = r.id
           join intention_code c on c.code = i.code and c.code_group in ('for', 'leaning')
           where r.area_no = any($1) and r.received_at >= now() - interval '7 days' and r.intention_kind = $2
             and not exists (select from standing_result e join intention_code ec on ec.code = e.intention
               where e.partition_id = r.partition_id and e.elector_id = r.elector_id
                 and e.intention_kind = r.intention_kind and e.received_at < now() - interval '7 days'
                 and ec.code_group in ('for', 'leaning'))"#,
        &numbers,
        kind
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Where a tally differs from the results.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The district.
    pub area_no: i32,
    /// The kind of election.
    pub kind: String,
    /// The code.
    pub code: String,
    /// What the tally says.
    pub tallied: i64,
    /// What the results say.
    pub counted: i64,
}

/// Counts every elector's newest standing intention anew, from the results, and says where the tallies differ. Nothing
/// is shown of anybody. Empty is as it should be.
///
/// # Errors
/// What the database says.
pub async fn compare(scope: &mut Scoped) -> Result<Vec<Difference>, Error> {
    Ok(sqlx::query_as!(
        Difference,
        r#"with newest as (
             select distinct on (r.partition_id, r.elector_id, r.intention_kind)
               r.partition_id, r.elector_id, r.intention_kind, r.intention
             from standing_result r
             where r.intention is not null
             order by r.partition_id, r.elector_id, r.intention_kind, r.received_at desc, r.id desc
           ), counted as (
             select e.area_no, n.intention_kind as kind, n.intention as code, count(*) as n
             from newest n join elector e using (partition_id, elector_id) where e.left_at is null group by 1, 2, 3
           ), tallied as (
             select area_no, intention_kind as kind, code, sum(change)::bigint as n from tally group by 1, 2, 3
           )
           select area_no as "area_no!", kind as "kind!", code as "code!",
             coalesce(t.n, 0) as "tallied!", coalesce(c.n, 0) as "counted!"
           from tallied t full join counted c using (area_no, kind, code)
           where coalesce(t.n, 0) <> coalesce(c.n, 0)
           order by 1, 2, 3"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Settles every person's current intention anew from the results and counts the tallies from those. Answers that come
/// meanwhile wait. For the operator.
///
/// # Errors
/// What the database says; a session may not do it.
pub async fn rebuild(scope: &mut Scoped) -> Result<(), Error> {
    // First of all, and for every authority: whoever settles an answer holds its person's row while they wait.
    sqlx::query!(
        "select count(wall.hold_answers(partition_id)) from (select partition_id from authority order by 1) a"
    )
    .fetch_one(scope.connection())
    .await?;
    // Settling leaves alone what names the right result already: so nothing may.
    sqlx::query!("update intention_now set code = null, result_id = null, received_at = null")
        .execute(scope.connection())
        .await?;
    sqlx::query!(
        "select wall.settle(p.partition_id, p.elector_id, p.intention_kind)
         from (select distinct partition_id, elector_id, intention_kind from result where elector_id is not null) p"
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("select wall.rebuild_tallies(partition_id) from (select partition_id from authority order by 1) a")
        .execute(scope.connection())
        .await?;
    Ok(())
}
