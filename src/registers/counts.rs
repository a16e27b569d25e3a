//! The figures of a preview, counted by PostgreSQL from what is staged and what is held.

use super::ground::Ground;
use super::preview::{Changed, DistrictChange, Preview};
use crate::database::Scoped;
use crate::error::Error;
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn kinds(scope: &mut Scoped, import: Uuid, preview: &mut Preview) -> Result<(), Error> {
    let row = sqlx::query!(
        r#"select count(*) as "rows!", count(*) filter (where kind = 'anonymous') as "anonymous!",
             count(*) filter (where kind = 'attainer') as "attainers!", count(*) filter (where kind = 'overseas') as "overseas!",
             (select count(distinct line) from import_doubtful d join import_row o using (import_id, line)
                where d.import_id = $1 and o.step is null) as "doubtful!"
           from import_row where import_id = $1"#,
        import
    )
    .fetch_one(scope.connection())
    .await?;
    preview.rows = row.rows;
    preview.anonymous = row.anonymous;
    preview.attainers = row.attainers;
    preview.overseas = row.overseas;
    preview.doubtful = row.doubtful;
    Ok(())
}

/// What is different about those found again. Another spelling of the same folded name is no change.
pub(super) async fn changes(
    scope: &mut Scoped,
    import: Uuid,
    ground: &Ground,
    preview: &mut Preview,
) -> Result<(), Error> {
    let row = sqlx::query!(
        r#"select count(*) filter (where name) as "name!", count(*) filter (where markers) as "markers!",
             count(*) filter (where home) as "home!", count(*) filter (where attainment) as "attainment!",
             count(*) filter (where number) as "number!",
             count(*) filter (where name or markers or home or attainment) as "changed!", count(*) as "linked!"
           from (select e.name_key <> r.name_key as name, e.markers <> r.markers as markers, r.moved as home,
               r.attains_on is not null and r.attains_on is distinct from e.attains_on as attainment,
               e.number <> r.letters || '-' || r.number || case when r.suffix > 0 then '/' || r.suffix else '' end as number
             from import_row r join elector e on e.partition_id = $2 and e.elector_id = r.elector_id
             where r.import_id = $1 and r.step between 1 and 3) both_sides"#,
        import,
        ground.partition
    )
    .fetch_one(scope.connection())
    .await?;
    preview.changed = row.changed;
    preview.unchanged = row.linked - row.changed;
    preview.changes = Changed {
        name: row.name,
        markers: row.markers,
        home: row.home,
        attainment: row.attainment,
        number: row.number,
    };
    Ok(())
}

pub(super) async fn districts(
    scope: &mut Scoped,
    import: Uuid,
    ground: &Ground,
    preview: &mut Preview,
) -> Result<(), Error> {
    let rows = sqlx::query!(
        r#"with file as (
             select letters, count(*) filter (where kind <> 'anonymous') as after, count(*) filter (where kind = 'anonymous') as hidden,
               count(*) filter (where kind <> 'anonymous' and (step is null or step = 4)) as added,
               count(*) filter (where step between 1 and 3) as linked
             from import_row where import_id = $1 group by letters
           ), held as (
             select e.area_no, count(*) as held,
               count(*) filter (where r.elector_id is null) as removed
             from elector e left join import_row r on r.import_id = $1 and r.elector_id = e.elector_id and r.step is not null
             where e.partition_id = $2 and e.area_no = any($3) and e.left_at is null and not e.planted group by e.area_no
           )
           select coalesce(f.letters, d.letters) as "letters!", coalesce(d.name, '') as "name!", d.area_no is null as "new!",
             d.area_no as "area_no?", coalesce(h.held, 0) as "held!", coalesce(f.added, 0) as "added!",
             coalesce(h.removed, 0) as "removed!", coalesce(f.after, 0) as "after!", coalesce(f.hidden, 0) as "hidden!",
             coalesce(f.linked, 0) as "linked!", coalesce(s.anonymous, 0) as "hidden_held!"
           from (select * from district where partition_id = $2 and area_no = any($3)) d full join file f on f.letters = d.letters
           left join held h on h.area_no = d.area_no left join district_size s on s.area_no = d.area_no
           order by 1"#,
        import,
        ground.partition,
        &ground.reach
    )
    .fetch_all(scope.connection())
    .await?;
    let mut linked = 0;
    for row in rows {
        linked += row.linked;
        let (hidden_new, hidden_gone) =
            ((row.hidden - i64::from(row.hidden_held)).max(0), (i64::from(row.hidden_held) - row.hidden).max(0));
        preview.unchanged += row.hidden - hidden_new;
        preview.districts.push(DistrictChange {
            letters: row.letters,
            name: row.name,
            area_no: row.area_no,
            new: row.new,
            held: row.held + i64::from(row.hidden_held),
            added: row.added + hidden_new,
            removed: row.removed + hidden_gone,
            after: row.after + row.hidden,
        });
    }
    preview.part = is_part(preview, linked);
    Ok(())
}

/// A file that shares no district with those that hold people, and hardly anybody with them, is a further part of the
/// authority (another constituency's): it says nothing about the people held.
fn is_part(preview: &Preview, linked: i64) -> bool {
    let held: i64 = preview.districts.iter().map(|d| d.held).sum();
    let shared = preview.districts.iter().any(|d| d.held > 0 && d.after > 0);
    held > 0 && !shared && linked * 10 < held
}

pub(super) fn total(preview: &mut Preview) {
    if preview.part {
        // Nobody held has left by it, so that nobody of it can be one of them under another name.
        preview.doubtful = 0;
        for district in preview.districts.iter_mut().filter(|d| d.after == 0) {
            (district.removed, district.after) = (0, district.held);
        }
    }
    preview.held = preview.districts.iter().map(|d| d.held).sum();
    preview.added = preview.districts.iter().map(|d| d.added).sum();
    preview.removed = preview.districts.iter().map(|d| d.removed).sum();
    preview.districts.retain(|d| d.held + d.after > 0);
}

/// A district under new letters is one row of the table.
pub(super) fn join_renamed(districts: &mut Vec<DistrictChange>, renamed: &HashMap<String, i32>) {
    for (letters, area) in renamed {
        let Some(old) = districts.iter().position(|d| d.area_no == Some(*area)) else { continue };
        let old = districts.remove(old);
        if let Some(new) = districts.iter_mut().find(|d| d.letters == *letters) {
            new.new = false;
            new.area_no = old.area_no;
            new.name = old.name;
            new.held = old.held;
            new.removed = old.removed;
        }
    }
}
