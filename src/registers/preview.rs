//! What an import would change, counted before anything does, and what stops it by default.

use super::counts;
use super::ground::{Ground, some};
use super::linking;
use super::staging::Facts;
use super::store::{self, NewImport};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::words::{count, figure, percent, short_date};
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
    /// Those of them that are about the file itself, whatever it is compared with.
    #[serde(default)]
    pub odd: Vec<String>,
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

    /// Those removed, below nought.
    pub fn lost(&self) -> i64 {
        -self.removed
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

    /// Whether everybody, and every number and district, stands here as the file has them.
    pub fn changes_nothing(&self) -> bool {
        self.to_do() == 0 && self.changes.number == 0 && self.renamed.is_empty()
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
    counts::kinds(scope, import, &mut preview).await?;
    if preview.rows == 0 {
        return Err(Error::Refused("No row of this file can be imported; its lines and reasons are listed".into()));
    }
    ground.within_reach()?;
    preview.renamed = linking::renamed(scope, import, ground).await?;
    counts::changes(scope, import, ground, &mut preview).await?;
    counts::districts(scope, import, ground, &mut preview).await?;
    counts::total(&mut preview);
    weigh(&mut preview, ground)?;
    preview.warnings.extend(facts.warnings.iter().cloned());
    preview.odd.clone_from(&facts.warnings);
    Ok(preview)
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
    counts::join_renamed(&mut preview.districts, &known);
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

/// What to know when the file is older than the register in force.
async fn newer(scope: &mut Scoped, ground: &Ground, published: NaiveDate) -> Result<Option<String>, Error> {
    let newest = sqlx::query_scalar!("select max(published) from register where partition_id = $1", ground.partition)
        .fetch_one(scope.connection())
        .await?;
    Ok(newest.filter(|newest| *newest > published).map(|newest| {
        format!(
            "The register in force is newer: it is of {}, this file of {}. Importing it puts the older one in force",
            short_date(newest),
            short_date(published)
        )
    }))
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
    if held.is_empty() {
        linking::fresh(scope, import).await?;
    } else {
        let staged = linking::staged(scope, import).await?;
        let links = linking::decide(held, staged).await?;
        store::go_on(scope, import).await?;
        linking::note(scope, import, &links).await?;
        linking::note_movers(scope, import, &ground).await?;
    }
    linking::find_returned(scope, import, &ground).await?;
    let mut preview = count_changes(scope, import, new, facts, &ground).await?;
    if let Some(newer) = newer(scope, &ground, new.published).await? {
        preview.warnings.insert(0, newer);
    }
    Ok((ground, preview))
}
