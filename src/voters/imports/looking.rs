//! What a council's file would do, compared with the register. Nothing is changed, and nobody is shown.

use super::{Import, reach};
use crate::database::Scoped;
use crate::error::Error;
use crate::voters::plan::{District, Ground, Held, Line, Plan, plan};
use crate::voters::row;
use chrono::NaiveDate;
use sqlx::types::Json;
use std::collections::HashMap;

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
    let mine = reach(scope).await?;
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

/// Of how many of these districts' people something stands of this poll already: how they vote, or, for a marked register, that they
/// voted.
///
/// # Errors
/// What the database says.
pub async fn held_before(scope: &mut Scoped, import: &Import, plan: &Plan) -> Result<i64, Error> {
    let districts: Vec<i32> = plan.districts.keys().copied().collect();
    Ok(sqlx::query_scalar!(
        r#"select case when $4 then
             (select count(*) from turnout t where t.partition_id = $1 and t.poll_id = $2 and t.area_no = any ($3))
           else (select count(*) from absent_vote v where v.partition_id = $1 and v.poll_id = $2 and v.area_no = any ($3)) end as "n!""#,
        import.partition,
        import.poll,
        &districts,
        import.what().is_marked()
    )
    .fetch_one(scope.connection())
    .await?)
}
