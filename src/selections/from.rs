//! Walk lists from a selection: its electors' homes in walk order, one registration authority after the other, and the lists made of
//! them in one transaction. Previewed and made by the same functions, so that what was shown is what is made.

use super::find::{self, Found};
use super::{Selection, rule::LeaveOut};
use crate::canvass::ListId;
use crate::canvass::lists::choices::Choices;
use crate::canvass::lists::choose::{self, Place};
use crate::canvass::lists::plan::{self, Home, LeftOut, Person, Plan, Why};
use crate::canvass::lists::{ListName, MOST_DOORS, MOST_DOORS_AT_ONCE, make, store};
use crate::database::Scoped;
use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use uuid::Uuid;

/// The doors of one registration authority, in walk order.
pub struct Part {
    place: Place,
    /// The doors, and who of the selection is left out.
    pub plan: Plan,
}

/// Lists to be, in walk order.
pub struct Lists {
    /// Authority by authority: a list lies in one.
    pub parts: Vec<Part>,
}

/// What is known of a list before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// Its doors.
    pub doors: usize,
    /// Its electors.
    pub electors: usize,
    /// Its first and last street.
    pub streets: (String, String),
}

impl Lists {
    /// Plans lists of a selection's electors at their doors. Whoever stopped the door is on none, whatever the selection is for.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `form` when there are more doors than are made into lists in one go.
    pub async fn plan(scope: &mut Scoped, selection: &Selection, choices: &Choices) -> Result<Lists, Error> {
        let found = find::electors_with_homes(scope, selection).await?;
        let mut by_partition = BTreeMap::<i32, BTreeMap<i64, Vec<i64>>>::new();
        let mut districts = BTreeMap::<i32, BTreeSet<i32>>::new();
        for Found { id, household, area_no } in found {
            // Somebody without a home here has no door.
            let Some(household) = household else { continue };
            by_partition.entry(id.partition).or_default().entry(household.id).or_default().push(id.id);
            districts.entry(id.partition).or_default().insert(area_no);
        }
        if by_partition.values().map(BTreeMap::len).sum::<usize>() > MOST_DOORS_AT_ONCE {
            return Err(Error::field(
                "form",
                "These are more than 10,000 doors. Narrow the selection to a ward or some streets, and make its lists first",
            ));
        }
        let mut parts = Vec::with_capacity(by_partition.len());
        for (partition, homes) in by_partition {
            let districts: Vec<i32> = districts.remove(&partition).unwrap_or_default().into_iter().collect();
            let place = choose::place(scope, &districts).await?;
            let homes = homes_of(scope, &place, homes).await?;
            parts.push(Part { plan: plan::plan(homes, choices.order, false), place });
        }
        Ok(Lists { parts })
    }

    /// All doors.
    pub fn doors(&self) -> usize {
        self.parts.iter().map(|part| part.plan.doors.len()).sum()
    }

    /// All electors on them.
    pub fn electors(&self) -> usize {
        self.parts.iter().map(|part| part.plan.electors()).sum()
    }

    /// Electors of the selection who want nobody at their door.
    pub fn objected(&self) -> usize {
        self.parts.iter().map(|part| part.plan.left_out).map(|LeftOut { objected, .. }| objected).sum()
    }

    fn cuts<'a>(&'a self, choices: &Choices) -> Vec<(&'a Part, Vec<Range<usize>>)> {
        self.parts.iter().map(|part| (part, plan::split(&part.plan.doors, choices.split))).collect()
    }

    /// The lists that these choices make, in order.
    pub fn planned(&self, choices: &Choices) -> Vec<Planned> {
        let cuts = self.cuts(choices);
        let names = plan::names(choices.name.as_str(), cuts.iter().map(|(_, cuts)| cuts.len()).sum());
        let ranges = cuts.iter().flat_map(|(part, cuts)| cuts.iter().map(move |cut| &part.plan.doors[cut.clone()]));
        let planned = names.into_iter().zip(ranges).map(|(name, doors)| {
            let street = |door: Option<&plan::PlannedDoor>| door.map_or_else(String::new, |d| d.street.clone());
            Planned {
                name,
                doors: doors.len(),
                electors: doors.iter().map(|d| d.electors.len()).sum(),
                streets: (street(doors.first()), street(doors.last())),
            }
        });
        planned.collect()
    }

    /// Makes the lists, all or none; each says which selection it came from, and in which version.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no door, or more than one list holds.
    pub async fn make(
        &self,
        scope: &mut Scoped,
        choices: &Choices,
        selection: (Uuid, i32),
        left_out: &LeaveOut,
    ) -> Result<Vec<ListId>, Error> {
        let cuts = self.cuts(choices);
        let names = plan::names(choices.name.as_str(), cuts.iter().map(|(_, cuts)| cuts.len()).sum());
        let from = serde_json::json!({
            "selection": selection.0,
            "version": selection.1,
            "about": choices.split,
            "asked_days": left_out.asked_days,
            "without_moved": left_out.moved,
        });
        let (mut made, mut names) = (Vec::with_capacity(names.len()), names.into_iter());
        let alone = self.parts.len() == 1;
        for (part, cuts) in cuts.into_iter().filter(|(_, cuts)| !cuts.is_empty()) {
            // An authority's lists go on counting where the one before it ended.
            let next: Vec<String> = names.by_ref().take(cuts.len()).collect();
            let name = match next.first() {
                Some(name) if !alone => name.parse::<ListName>().map_err(|wrong| Error::field("name", wrong))?,
                _ => choices.name.clone(),
            };
            let choices = Choices { name, ..choices.clone() };
            made.extend(make::make(scope, &part.place, &part.plan, &choices, &from, MOST_DOORS).await?);
        }
        if made.is_empty() { Err(Error::field("form", NO_DOOR)) } else { Ok(made) }
    }
}

/// What to say of a selection that leads to no door.
pub const NO_DOOR: &str =
    "There is no door in this selection now. Change it so that it fits more people, or leave out fewer";

/// The homes with who is to be asked for there.
async fn homes_of(scope: &mut Scoped, place: &Place, people: BTreeMap<i64, Vec<i64>>) -> Result<Vec<Home>, Error> {
    let ids: Vec<i64> = people.keys().copied().collect();
    let registered = sqlx::query_as!(
        make::Registered,
        r#"select h.household_id, h.area_no, h.street, h.street_key, h.building, h.number, h.number_suffix, h.flat, h.position
           from household h where h.partition_id = $1 and h.household_id = any ($2)
           order by h.area_no, h.position, h.household_id"#,
        place.partition,
        &ids
    )
    .fetch_all(scope.connection())
    .await?;
    let everyone: Vec<i64> = people.values().flatten().copied().collect();
    let everyone = in_order(scope, place.partition, &everyone).await?;
    let objected =
        store::objected(scope, place.partition, &everyone.iter().map(|(_, e)| *e).collect::<Vec<_>>()).await?;
    let mut at_home = HashMap::<i64, Vec<Person>>::new();
    for (household, elector) in everyone {
        let why = objected.contains(&elector).then_some(Why::Objected);
        at_home.entry(household).or_default().push(Person { elector, why });
    }
    let mut homes = make::as_homes(place, registered);
    for home in &mut homes {
        home.people = at_home.remove(&home.household).unwrap_or_default();
    }
    Ok(homes)
}

/// The electors with their homes, at each in the register's order.
async fn in_order(scope: &mut Scoped, partition: i32, electors: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select e.household_id as "household!", e.elector_id from elector e
           where e.partition_id = $1 and e.elector_id = any ($2) and e.household_id is not null
           order by e.household_id, e.position, e.elector_id"#,
        partition,
        electors
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.household, r.elector_id)).collect())
}
