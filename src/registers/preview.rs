//! What an import would change, counted before anything does, and what stops it by default.

use super::ground::{Ground, some};
use super::linking;
use super::staging::Facts;
use super::store::{self, NewImport};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::words::{count, figure, percent};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// The counts, warnings and stops of one import. Kept with it; the receipt shows the same figures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Preview {
    /// The format's name.
    pub format: String,
    /// The encoding's name.
    pub encoding: String,
    /// Whose register.
    pub authority: String,
    /// Its date.
    pub date: NaiveDate,
    /// Rows read, without the refused ones.
    pub rows: i64,
    /// Entries of nobody held. Anonymous entries count by number of entries in a district.
    pub added: i64,
    /// People held whose name, markers, home or 18th birthday changed.
    pub changed: i64,
    /// Entries as they were but perhaps for the number.
    pub unchanged: i64,
    /// Held and not in the file.
    pub removed: i64,
    /// Anonymous entries.
    pub anonymous: i64,
    /// Attainers.
    pub attainers: i64,
    /// Overseas electors.
    pub overseas: i64,
    /// What to look at before importing.
    pub warnings: Vec<String>,
    /// How many entries were held before.
    pub held: i64,
    /// What changed.
    pub changes: Changed,
    /// Pairs that a person must decide.
    pub doubtful: i64,
    /// By district.
    pub districts: Vec<DistrictChange>,
    /// Districts with new letters.
    pub renamed: HashMap<String, i32>,
    /// Whether more than 5% would be removed.
    pub large_removal: bool,
    /// Whether districts look like another council's.
    pub other_districts: bool,
    /// Whether the file is a further part of the authority, so that nobody of the other part is removed.
    pub part: bool,
}

/// What changed about people held, each counted by itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Changed {
    /// Names.
    pub name: i64,
    /// Markers.
    pub markers: i64,
    /// Homes.
    pub home: i64,
    /// 18th birthdays.
    pub attainment: i64,
    /// Numbers, which alone change nobody.
    pub number: i64,
}

/// A district before and after.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DistrictChange {
    /// Its letters.
    pub letters: String,
    /// Its name, when it has one.
    pub name: String,
    /// The district here, when it is known.
    pub area_no: Option<i32>,
    /// Whether it is new.
    pub new: bool,
    /// Electors held.
    pub held: i64,
    /// Entries of nobody held.
    pub added: i64,
    /// Held here and not in the file.
    pub removed: i64,
    /// Electors afterwards.
    pub after: i64,
}

impl DistrictChange {
    /// How much it grows or shrinks, for sorting.
    pub fn size(&self) -> i64 {
        self.added + self.removed
    }

    /// "24% fewer", where it loses a tenth or more.
    pub fn fewer(&self) -> String {
        let lost = self.held - self.after;
        if self.held > 0 && lost * 10 >= self.held {
            format!("{}% fewer", lost * 100 / self.held)
        } else {
            String::new()
        }
    }
}

impl Preview {
    /// How many entries the import would write or end.
    pub fn to_do(&self) -> i64 {
        self.added + self.changed + self.removed
    }

    /// Why the import stops, unless whoever runs it says to go on.
    pub fn stop(&self, allow_large_removal: bool, allow_other_districts: bool) -> Option<String> {
        if self.other_districts && !allow_other_districts {
            return Some(format!("{}. Nothing was changed", self.other_districts_text()));
        }
        if self.large_removal && !allow_large_removal {
            return Some(format!("{}. Nothing was changed", self.large_removal_text()));
        }
        None
    }

    /// The first warning that stops.
    pub fn large_removal_text(&self) -> String {
        format!(
            "More than 5% of the electors held would be removed: {} of {} ({})",
            figure(self.removed),
            figure(self.held),
            percent(self.removed, self.held)
        )
    }

    /// The second.
    pub fn other_districts_text(&self) -> String {
        let new: Vec<&str> = self.districts.iter().filter(|d| d.new).map(|d| d.letters.as_str()).collect();
        format!("These districts are not known in {} and may be another council’s: {}", self.authority, some(&new))
    }

    /// The contract's JSON, and nothing else.
    pub fn to_json(&self, refused: &[store::Refused]) -> serde_json::Value {
        let refused: Vec<_> = refused.iter().map(|r| serde_json::json!({"line": r.line, "reason": r.reason})).collect();
        serde_json::json!({
            "format": self.format, "encoding": self.encoding, "authority": self.authority, "date": self.date,
            "rows": self.rows, "added": self.added, "changed": self.changed, "unchanged": self.unchanged,
            "removed": self.removed, "anonymous": self.anonymous, "attainers": self.attainers,
            "overseas": self.overseas, "refused": refused, "warnings": self.warnings,
        })
    }
}

/// Counts everything, people having been matched.
///
/// # Errors
/// [`Error::Refused`] when the file reaches beyond the importer's area or has no row that can be imported.
pub async fn count_changes(
    scope: &mut Scoped,
    import: Uuid,
    new: &NewImport,
    facts: &Facts,
    ground: &Ground,
) -> Result<Preview, Error> {
    let mut preview = Preview {
        format: facts.format.into(),
        encoding: facts.encoding.into(),
        authority: ground.authority.clone(),
        date: new.published,
        ..Preview::default()
    };
    kinds(scope, import, &mut preview).await?;
    if preview.rows == 0 {
        return Err(Error::Refused("No row of this file can be imported; its lines and reasons are listed".into()));
    }
    ground.within_reach()?;
    preview.renamed = linking::renamed(scope, import, ground).await?;
    changes(scope, import, ground, &mut preview).await?;
    districts(scope, import, ground, &mut preview).await?;
    total(&mut preview);
    weigh(&mut preview, ground)?;
    preview.warnings.extend(facts.warnings.iter().cloned());
    Ok(preview)
}

async fn kinds(scope: &mut Scoped, import: Uuid, preview: &mut Preview) -> Result<(), Error> {
    let row = sqlx::query!(
        r#"select count(*) as "rows!", count(*) filter (where kind = 'anonymous') as "anonymous!",
             count(*) filter (where kind = 'attainer') as "attainers!", count(*) filter (where kind = 'overseas') as "overseas!",
             (select count(distinct line) from import_doubtful d where d.import_id = $1) as "doubtful!"
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
async fn changes(scope: &mut Scoped, import: Uuid, ground: &Ground, preview: &mut Preview) -> Result<(), Error> {
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

async fn districts(scope: &mut Scoped, import: Uuid, ground: &Ground, preview: &mut Preview) -> Result<(), Error> {
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
             where e.partition_id = $2 and e.area_no = any($3) and e.left_at is null group by e.area_no
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

fn total(preview: &mut Preview) {
    if preview.part {
        for district in preview.districts.iter_mut().filter(|d| d.after == 0) {
            (district.removed, district.after) = (0, district.held);
        }
    }
    preview.held = preview.districts.iter().map(|d| d.held).sum();
    preview.added = preview.districts.iter().map(|d| d.added).sum();
    preview.removed = preview.districts.iter().map(|d| d.removed).sum();
    preview.districts.retain(|d| d.held + d.after > 0);
}

/// What stops, what warns.
fn weigh(preview: &mut Preview, ground: &Ground) -> Result<(), Error> {
    let known = preview.renamed.clone();
    let new: Vec<&str> = ground.unknown().into_iter().filter(|l| !known.contains_key(*l)).collect();
    if !new.is_empty() && !ground.may_bring {
        return Err(Error::Refused(format!(
            "These districts are not part of your area: {}. Ask an organiser of the whole authority to import this register",
            some(&new)
        )));
    }
    join_renamed(&mut preview.districts, &known);
    // A new district whose people were mostly held before is a boundary drawn anew, not another council.
    let foreign = |d: &&DistrictChange| d.new && d.added * 2 > d.after;
    preview.other_districts = ground.known_place && preview.districts.iter().any(|d| foreign(&d));
    preview.large_removal = preview.removed * 20 > preview.held;
    if preview.other_districts {
        preview.warnings.push(preview.other_districts_text());
    } else if ground.known_place && !new.is_empty() {
        preview.warnings.push(format!(
            "{} new here: {}",
            count(i64::try_from(new.len()).unwrap_or(0), "district is", "districts are"),
            some(&new)
        ));
    }
    if preview.large_removal {
        preview.warnings.push(preview.large_removal_text());
    }
    if preview.doubtful > 0 {
        preview.warnings.push(format!(
            "{} may be somebody held before; they come as new people, and you decide after the import",
            count(preview.doubtful, "person", "people")
        ));
    }
    if !preview.renamed.is_empty() {
        let letters: Vec<&str> = preview.renamed.keys().map(String::as_str).collect();
        preview.warnings.push(format!(
            "{} new letters: {}. Grants, lists and history follow",
            count(i64::try_from(letters.len()).unwrap_or(0), "district has", "districts have"),
            some(&letters)
        ));
    }
    Ok(())
}

/// A district under new letters is one row of the table.
fn join_renamed(districts: &mut Vec<DistrictChange>, renamed: &HashMap<String, i32>) {
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

/// The whole of it: ground, matching, counts.
///
/// # Errors
/// As [`count_changes`].
pub async fn match_and_count(
    scope: &mut Scoped,
    import: Uuid,
    new: &NewImport,
    facts: &Facts,
) -> Result<(Ground, Preview), Error> {
    super::apply::long_work(scope).await?;
    let ground = super::ground::find(scope, import, &new.authority).await?;
    ground.within_reach()?;
    let held = linking::held(scope, &ground).await?;
    if !held.is_empty() {
        let staged = linking::staged(scope, import).await?;
        let links = linking::decide(held, staged).await?;
        store::go_on(scope, import).await?;
        linking::note(scope, import, &links).await?;
        linking::note_movers(scope, import, &ground).await?;
    }
    linking::find_returned(scope, import, &ground).await?;
    let preview = count_changes(scope, import, new, facts, &ground).await?;
    Ok((ground, preview))
}
