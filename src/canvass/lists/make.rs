//! Making walk lists: the homes behind a choice, and the lists made of them in one transaction. They are counted and
//! made by the same functions, so that what was counted is what is made.

use super::MOST_DOORS_AT_ONCE;
use super::choices::{Asked, Choices};
use super::choose::Place;
use super::plan::{self, Home, Person, Plan, Why};
use crate::canvass::ListId;
use crate::canvass::walk_order::Door;
use crate::database::Scoped;
use crate::error::Error;
use crate::watching;
use std::collections::{HashMap, HashSet};

/// The doors of these streets in walk order, and who is left out and why.
///
/// # Errors
/// [`Error::Invalid`] on `street` when there are more doors than are made into lists in one go.
pub async fn plan(
    scope: &mut Scoped,
    place: &Place,
    streets: &[(i32, String)],
    choices: &Choices,
) -> Result<Plan, Error> {
    let homes = homes(scope, place, streets).await?;
    if homes.len() > MOST_DOORS_AT_ONCE {
        return Err(Error::field("street", "Tick fewer streets: at most 10,000 homes are made into lists in one go"));
    }
    let homes = with_people(scope, place.partition, homes, choices).await?;
    Ok(plan::plan(homes, choices.order, !choices.empty))
}

async fn homes(scope: &mut Scoped, place: &Place, streets: &[(i32, String)]) -> Result<Vec<Home>, Error> {
    let (areas, keys): (Vec<i32>, Vec<String>) = streets.iter().cloned().unzip();
    let found = sqlx::query_as!(
        Registered,
        r#"select h.household_id, h.area_no, h.street, h.street_key, h.building, h.number, h.number_suffix, h.flat, h.position
           from unnest($2::integer[], $3::text[]) s (area_no, key)
           join household h on h.area_no = s.area_no and h.street_key = s.key collate "C" and h.partition_id = $1
           order by h.area_no, h.position, h.household_id limit $4"#,
        place.partition,
        &areas,
        &keys,
        i64::try_from(MOST_DOORS_AT_ONCE + 1).unwrap_or(i64::MAX)
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(as_homes(place, found))
}

/// A home as the register has it.
pub struct Registered {
    /// The household within the partition.
    pub household_id: i64,
    /// Its district.
    pub area_no: i32,
    /// Its street as its address writes it.
    pub street: String,
    /// The same folded.
    pub street_key: String,
    /// Its building; empty: none.
    pub building: String,
    /// Its number in the street.
    pub number: Option<i32>,
    /// What follows the number: `a`.
    pub number_suffix: String,
    /// Its flat; empty: none.
    pub flat: String,
    /// Where the council's file has it.
    pub position: i32,
}

/// They as homes of lists, with nobody to ask for yet.
pub fn as_homes(place: &Place, registered: Vec<Registered>) -> Vec<Home> {
    let mut names = HashMap::<(i32, String), String>::new();
    let homes = registered.into_iter().map(|h| Home {
        household: h.household_id,
        area_no: h.area_no,
        letters: place.districts.get(&h.area_no).cloned().unwrap_or_default(),
        door: Door {
            // One street has one name on a list, however its homes' addresses write it.
            street: names.entry((h.area_no, h.street_key)).or_insert(h.street).clone(),
            building: h.building,
            number: h.number.and_then(|n| u32::try_from(n).ok()),
            suffix: h.number_suffix,
            flat: h.flat,
            council_position: u64::try_from(h.position).ok().filter(|p| *p > 0),
        },
        people: Vec::new(),
    });
    homes.collect()
}

async fn with_people(
    scope: &mut Scoped,
    partition: i32,
    mut homes: Vec<Home>,
    choices: &Choices,
) -> Result<Vec<Home>, Error> {
    let ids: Vec<i64> = homes.iter().map(|h| h.household).collect();
    let people = sqlx::query!(
        r#"select e.household_id as "household!", e.elector_id,
             coalesce($3 and (select r.outcome in ('moved', 'deceased') from standing_result r
               where r.partition_id = e.partition_id and r.elector_id = e.elector_id
                 and r.outcome in ('moved', 'deceased', 'spoke')
               order by r.received_at desc, r.id desc limit 1), false) as "moved!",
             $4::integer is not null and (
               exists (select from standing_result r where r.partition_id = e.partition_id and r.elector_id = e.elector_id
                 and (r.outcome in ('spoke', 'refused') or r.intention is not null)
                 and r.received_at > now() - make_interval(days => $4))
               or exists (select from standing_result r where r.partition_id = e.partition_id and r.household_id = e.household_id
                 and r.elector_id is null and r.outcome in ('spoke', 'refused')
                 and r.received_at > now() - make_interval(days => $4))
             ) as "asked!"
           from elector e
           where e.partition_id = $1 and e.household_id = any ($2) and e.left_at is null
           order by e.household_id, e.position, e.elector_id"#,
        partition,
        &ids,
        choices.moved,
        choices.asked_days
    )
    .fetch_all(scope.connection())
    .await?;
    let everyone: Vec<i64> = people.iter().map(|p| p.elector_id).collect();
    let out = if choices.on_paper { on_paper(scope, partition, &everyone).await? } else { HashSet::new() };
    let objected = super::store::objected(scope, partition, &everyone).await?;
    let invented = watching::invented_among(scope, partition, &everyone).await?;
    // No list leads to somebody invented, nor to a home of nobody else, and no count tells of them.
    let real: HashSet<i64> = people.iter().filter(|p| !invented.contains(&p.elector_id)).map(|p| p.household).collect();
    let only: HashSet<i64> =
        people.iter().map(|p| p.household).filter(|home| !invented.is_empty() && !real.contains(home)).collect();
    homes.retain(|home| !only.contains(&home.household));
    let index: HashMap<i64, usize> = homes.iter().enumerate().map(|(i, h)| (h.household, i)).collect();
    for person in people.into_iter().filter(|p| !invented.contains(&p.elector_id)) {
        let why = match () {
            () if objected.contains(&person.elector_id) => Some(Why::Objected),
            () if person.moved => Some(Why::Moved),
            () if person.asked => Some(Why::Asked),
            () if out.contains(&person.elector_id) => Some(Why::OnPaper),
            () => None,
        };
        if let Some(home) = index.get(&person.household).and_then(|i| homes.get_mut(*i)) {
            home.people.push(Person { elector: person.elector_id, why });
        }
    }
    Ok(homes)
}

/// Of these people, those on printed cards that are out: while a pile lies there nobody is asked twice.
async fn on_paper(scope: &mut Scoped, partition: i32, electors: &[i64]) -> Result<HashSet<i64>, Error> {
    let found = sqlx::query_scalar!(
        r#"select o.elector_id as "elector_id!" from on_paper o where o.partition_id = $1 and o.elector_id = any ($2)"#,
        partition,
        electors
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(found.into_iter().collect())
}

/// Makes the lists of a plan, all or none; answers their ids in walk order. `from` is what they were made from, kept
/// with each list; `most` is how many doors one may have.
///
/// # Errors
/// [`Error::Invalid`] when there is no door, or more than one list holds.
pub async fn make(
    scope: &mut Scoped,
    place: &Place,
    plan: &Plan,
    choices: &Choices,
    from: &serde_json::Value,
    most: usize,
) -> Result<Vec<ListId>, Error> {
    let cuts = plan::split(&plan.doors, choices.split);
    if cuts.is_empty() {
        return Err(Error::field(
            "street",
            "There is no door left to knock on. Tick other streets, or leave out fewer people",
        ));
    }
    if cuts.iter().any(|c| c.len() > most) {
        return Err(Error::field(
            "split_size",
            "A list holds at most 1,000 doors. Cut it into several, or tick fewer streets",
        ));
    }
    let asked = asked(scope, choices.poll).await?;
    let names = plan::names(choices.name.as_str(), cuts.len());
    let mut made = Vec::with_capacity(cuts.len());
    for (name, cut) in names.iter().zip(cuts) {
        let list = NewList { partition: place.partition, name, asked: &asked, choices, from, doors: &plan.doors[cut] };
        made.push(list.insert(scope).await?);
    }
    Ok(made)
}

struct AskedAbout {
    poll: Option<i64>,
    kind: String,
}

async fn asked(scope: &mut Scoped, asked: Asked) -> Result<AskedAbout, Error> {
    let id = match asked {
        Asked::Kind(kind) => return Ok(AskedAbout { poll: None, kind: kind.to_owned() }),
        Asked::Poll(id) => id,
    };
    let kind = sqlx::query_scalar!(
        "select k.intention_kind from poll p join poll_kind k using (kind) where p.poll_id = $1",
        id
    )
    .fetch_optional(scope.connection())
    .await?;
    let kind = kind.ok_or_else(|| Error::field("poll", "Choose which election is asked about"))?;
    Ok(AskedAbout { poll: Some(id), kind })
}

struct NewList<'a> {
    partition: i32,
    name: &'a str,
    asked: &'a AskedAbout,
    choices: &'a Choices,
    from: &'a serde_json::Value,
    doors: &'a [plan::PlannedDoor],
}

impl NewList<'_> {
    async fn insert(&self, scope: &mut Scoped) -> Result<ListId, Error> {
        let id = ListId { partition: self.partition, id: self.insert_list(scope).await? };
        self.insert_doors(scope, id).await?;
        self.insert_electors(scope, id).await?;
        Ok(id)
    }

    async fn insert_list(&self, scope: &mut Scoped) -> Result<i64, Error> {
        let area_no = self.doors.first().map_or(0, |d| d.area_no);
        let doors = i32::try_from(self.doors.len()).unwrap_or(i32::MAX);
        let electors = self.doors.iter().map(|d| d.electors.len()).sum::<usize>();
        let electors = i32::try_from(electors).unwrap_or(i32::MAX);
        let order = self.choices.order.as_str();
        let (poll, kind, show) = (self.asked.poll, &self.asked.kind, self.choices.show_last);
        // Two statements: an organiser's role may not name the operator's column.
        let id = match scope.operator_id() {
            Some(operator) => {
                sqlx::query_scalar!(
                    "insert into walk_list (partition_id, name, area_no, poll_id, intention_kind, side_order, show_last, doors,
                       electors, choices, made_by_operator)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning list_id",
                    self.partition, self.name, area_no, poll, kind, order, show, doors, electors, self.from, operator
                )
                .fetch_one(scope.connection())
                .await?
            }
            None => {
                let account = scope.account();
                sqlx::query_scalar!(
                    "insert into walk_list (partition_id, name, area_no, poll_id, intention_kind, side_order, show_last, doors,
                       electors, choices, made_by)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning list_id",
                    self.partition, self.name, area_no, poll, kind, order, show, doors, electors, self.from, account
                )
                .fetch_one(scope.connection())
                .await?
            }
        };
        Ok(id)
    }

    async fn insert_doors(&self, scope: &mut Scoped, id: ListId) -> Result<(), Error> {
        let places: Vec<i32> = (1..).take(self.doors.len()).collect();
        let households: Vec<i64> = self.doors.iter().map(|d| d.household).collect();
        let areas: Vec<i32> = self.doors.iter().map(|d| d.area_no).collect();
        let streets: Vec<String> = self.doors.iter().map(|d| d.street.clone()).collect();
        let sides: Vec<String> = self.doors.iter().map(|d| d.side.to_owned()).collect();
        sqlx::query!(
            "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
             select $1, $2, 1, d.* from unnest($3::integer[], $4::bigint[], $5::integer[], $6::text[], $7::text[]) d",
            id.partition,
            id.id,
            &places,
            &households,
            &areas,
            &streets,
            &sides
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }

    async fn insert_electors(&self, scope: &mut Scoped, id: ListId) -> Result<(), Error> {
        let each = || self.doors.iter().flat_map(|d| d.electors.iter().map(move |e| (d, *e)));
        let electors: Vec<i64> = each().map(|(_, e)| e).collect();
        let households: Vec<i64> = each().map(|(d, _)| d.household).collect();
        let areas: Vec<i32> = each().map(|(d, _)| d.area_no).collect();
        let places: Vec<i32> = (1..).take(electors.len()).collect();
        sqlx::query!(
            "insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
             select $1, $2, 1, e.* from unnest($3::bigint[], $4::bigint[], $5::integer[], $6::integer[]) e",
            id.partition,
            id.id,
            &households,
            &electors,
            &places,
            &areas
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }
}
