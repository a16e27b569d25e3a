//! Who of a new register is held already: loads both sides' names and homes, lets `super::matching` decide, and
//! notes its links beside the staged rows. Nobody is shown to anybody here.

use super::ground::Ground;
use super::matching::{Candidate, Doubt, Step, match_people};
use crate::database::Scoped;
use crate::electors::folding::fold;
use crate::error::Error;
use futures_util::TryStreamExt;
use std::collections::HashMap;
use uuid::Uuid;

/// The step of somebody who had left and whose very entry, number, name and home, is back.
pub const RETURNED: i16 = 4;

/// People of one side, each with the id or line that stands for them.
#[derive(Default)]
pub struct Side<K> {
    keys: Vec<K>,
    people: Vec<Candidate>,
}

impl<K> Side<K> {
    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// The links and doubts to note, by columns.
#[derive(Default)]
pub struct Links {
    lines: Vec<i32>,
    electors: Vec<i64>,
    steps: Vec<i16>,
    doubtful_lines: Vec<i32>,
    doubtful_electors: Vec<i64>,
    doubtful_why: Vec<String>,
}

/// The people of the authority who are on its register now, within reach.
///
/// # Errors
/// What the database says.
pub async fn held(scope: &mut Scoped, ground: &Ground) -> Result<Side<i64>, Error> {
    let mut side = Side::default();
    let mut rows = sqlx::query!(
        r#"select e.elector_id, coalesce(h.address_key, 'other ' || d.letters) as "home!", e.name_key, e.surname, e.forenames, e.name_suffix, e.number
           from elector e join district d using (area_no)
           left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           where e.partition_id = $1 and e.area_no = any($2) and e.left_at is null and not e.planted"#,
        ground.partition,
        &ground.reach
    )
    .fetch(scope.connection());
    while let Some(row) = rows.try_next().await? {
        side.keys.push(row.elector_id);
        side.people.push(candidate(row.home, row.name_key, &row.surname, &row.forenames, &row.name_suffix, row.number));
    }
    Ok(side)
}

/// The people of the file. Anonymous entries are nobody.
///
/// # Errors
/// What the database says.
pub async fn staged(scope: &mut Scoped, import: Uuid) -> Result<Side<i32>, Error> {
    let mut side = Side::default();
    let mut rows = sqlx::query!(
        r#"select line, case when address_key = '' then 'other ' || letters else address_key end as "home!", name_key, surname,
             forenames, name_suffix, letters || '-' || number || case when suffix > 0 then '/' || suffix else '' end as "number!"
           from import_row where import_id = $1 and kind <> 'anonymous' order by line"#,
        import
    )
    .fetch(scope.connection());
    while let Some(row) = rows.try_next().await? {
        side.keys.push(row.line);
        side.people.push(candidate(row.home, row.name_key, &row.surname, &row.forenames, &row.name_suffix, row.number));
    }
    Ok(side)
}

fn candidate(home: String, name: String, surname: &str, forenames: &str, suffix: &str, number: String) -> Candidate {
    Candidate { home, name, surname: fold(surname), forenames: fold(forenames), suffix: fold(suffix), number }
}

/// Decides, on a thread of its own: a million people take a second or two.
///
/// # Errors
/// A fault of ours.
pub async fn decide(held: Side<i64>, staged: Side<i32>) -> Result<Links, Error> {
    tokio::task::spawn_blocking(move || links(&held, &staged)).await.map_err(Error::internal)
}

fn links(held: &Side<i64>, staged: &Side<i32>) -> Links {
    let found = match_people(&held.people, &staged.people);
    let mut links = Links::default();
    for link in &found.links {
        links.lines.push(staged.keys[link.new]);
        links.electors.push(held.keys[link.held]);
        links.steps.push(match link.step {
            Step::SameHome => 1,
            Step::Moved => 2,
            Step::MiddleNames => 3,
        });
    }
    for doubt in &found.doubtful {
        links.doubtful_lines.push(staged.keys[doubt.new]);
        links.doubtful_electors.push(held.keys[doubt.held]);
        links.doubtful_why.push(why(doubt.why).to_owned());
    }
    links
}

/// The reason for a doubt, as it stands beside the pair.
fn why(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::SeveralOfTheName => "Several of this name live here: a father and son, perhaps",
        Doubt::ManyCameAndWent => "So many came and went here that two people may share the name",
        Doubt::PerhapsMoved => "The same name in another home, and nothing else to go by",
        Doubt::OtherMiddleNames => "The same home, forename and surname; the middle names differ",
        Doubt::OtherSurname => "The same home and forenames, another surname: a marriage, perhaps",
        Doubt::SwappedNames => "Forename and surname changed places",
        Doubt::NearName => "The same home and nearly the same name",
    }
}

/// Notes the links beside the staged rows.
///
/// # Errors
/// What the database says.
pub async fn note(scope: &mut Scoped, import: Uuid, links: &Links) -> Result<(), Error> {
    fresh(scope, import).await?;
    sqlx::query!(
        "update import_row r set elector_id = l.elector_id, step = l.step
         from unnest($2::int[], $3::bigint[], $4::smallint[]) l (line, elector_id, step)
         where r.import_id = $1 and r.line = l.line",
        import,
        &links.lines,
        &links.electors,
        &links.steps
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into import_doubtful (import_id, line, candidate_id, why)
         select $1, * from unnest($2::int[], $3::bigint[], $4::text[])",
        import,
        &links.doubtful_lines,
        &links.doubtful_electors,
        &links.doubtful_why
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Forgets an earlier matching of the same rows, when the register in force or the authority changed since.
///
/// # Errors
/// What the database says.
pub async fn fresh(scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
    sqlx::query!(
        "update import_row set elector_id = nextval('elector_elector_id_seq'), step = null, moved = false
         where import_id = $1 and step is not null",
        import
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("select wall.forget_import($1, false)", import).execute(scope.connection()).await?;
    Ok(())
}

/// Finds again those who had left and whose very entry is back: number, name and home as they were. A number alone,
/// or a name alone, is never enough.
///
/// # Errors
/// What the database says.
pub async fn find_returned(scope: &mut Scoped, import: Uuid, ground: &Ground) -> Result<(), Error> {
    sqlx::query!(
        "with gone as (
           select distinct on (e.elector_id) e.elector_id, e.name_key, coalesce(h.address_key, '') as address_key,
             d.letters, t.number, t.suffix
           from elector e
           join register_entry t on t.partition_id = e.partition_id and t.elector_id = e.elector_id
           join district d on d.area_no = t.area_no
           left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           where e.partition_id = $2 and e.area_no = any($3) and e.left_at is not null and e.erased_at is null and not e.planted
           order by e.elector_id, t.register_id desc)
         update import_row r set elector_id = g.elector_id, step = $4
         from gone g
         where r.import_id = $1 and r.step is null and r.kind <> 'anonymous' and r.name_key <> ''
           and r.letters = g.letters and r.number = g.number and r.suffix = g.suffix
           and r.name_key = g.name_key and r.address_key = g.address_key",
        import,
        ground.partition,
        &ground.reach,
        RETURNED
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Notes who of those found lives in another home than before.
///
/// # Errors
/// What the database says.
pub async fn note_movers(scope: &mut Scoped, import: Uuid, ground: &Ground) -> Result<(), Error> {
    sqlx::query!(
        "update import_row r set moved = true
         from elector e left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
         where r.import_id = $1 and r.step between 1 and 3 and e.partition_id = $2 and e.elector_id = r.elector_id
           and coalesce(h.address_key, '') <> r.address_key",
        import,
        ground.partition
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Districts whose letters are new and whose people are those of one district that is gone from the file: the same
/// district under new letters, as (district, letters). Each old district is taken once.
///
/// # Errors
/// What the database says.
pub async fn renamed(scope: &mut Scoped, import: Uuid, ground: &Ground) -> Result<HashMap<String, i32>, Error> {
    let unknown: Vec<String> = ground.unknown().into_iter().map(str::to_owned).collect();
    let (Some(partition), false) = (ground.partition, unknown.is_empty()) else {
        return Ok(HashMap::new());
    };
    let rows = sqlx::query!(
        r#"select r.letters, e.area_no, count(*) as "people!" from import_row r
           join elector e on e.partition_id = $2 and e.elector_id = r.elector_id
           where r.import_id = $1 and r.step between 1 and 3 and r.letters = any($3)
             and not exists (select from import_row o join district d on d.letters = o.letters and d.partition_id = $2
               where o.import_id = $1 and d.area_no = e.area_no)
           group by 1, 2 order by 3 desc"#,
        import,
        partition,
        &unknown
    )
    .fetch_all(scope.connection())
    .await?;
    let mut renamed = HashMap::<String, i32>::new();
    for row in rows {
        let of = ground.districts.iter().find(|d| d.letters == row.letters).map_or(0, |d| d.rows);
        let most = row.people * 2 > of;
        if most && !renamed.contains_key(&row.letters) && !renamed.values().any(|a| *a == row.area_no) {
            renamed.insert(row.letters, row.area_no);
        }
    }
    Ok(renamed)
}
