//! Promises of polling districts, in walk order and by number.

use crate::areas::places;
use crate::canvass::lists::choose::districts_of;
use crate::canvass::lists::{SideOrder, door_label, plan, street_words};
use crate::canvass::walk_order::{Door, natural};
use crate::database::{Scoped, Seen};
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;
use crate::materials::runs::Recipient;
use crate::selections::Channel;
use crate::watching;
use crate::web::FieldErrors;
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A district that pads are made for.
#[derive(Debug, Clone)]
pub(super) struct District {
    pub area_no: i32,
    pub letters: String,
    pub name: String,
}

/// What is asked of the register.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub districts: Vec<i32>,
    /// Groups of codes: `for`, and `leaning` where it is wanted.
    pub groups: Vec<&'static str>,
    /// The poll.
    pub poll: i64,
}

impl Wanted {
    /// Keeps to the districts where the poll is held: a by-election is not everybody's. Answers those that fell out.
    pub fn keep_to(&mut self, poll: &Poll, errors: &mut FieldErrors) -> Vec<i32> {
        let (held, elsewhere): (Vec<i32>, Vec<i32>) = self.districts.iter().partition(|d| poll.districts.contains(d));
        if held.is_empty() && !elsewhere.is_empty() {
            errors.add(
                "district",
                "This poll is not held in any of these districts. Tick others, or choose another poll",
            );
        }
        self.districts = held;
        elsewhere
    }
}

/// A poll that pads are made for.
#[derive(Debug, Clone)]
pub(super) struct Poll {
    pub id: i64,
    pub name: String,
    pub kind: String,
    /// Its day.
    pub day: NaiveDate,
    /// The districts where it is held.
    pub districts: Vec<i32>,
}

/// The poll of this id, still to come.
///
/// # Errors
/// [`Error::Invalid`] on `poll`.
pub(super) async fn poll(scope: &mut Scoped, id: i64) -> Result<Poll, Error> {
    let found = sqlx::query!(
        "select p.name, p.poll_date, p.area_id, k.intention_kind from poll p join poll_kind k using (kind) where p.poll_id = $1 and p.poll_date >= current_date",
        id
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or_else(|| Error::field("poll", "Choose a poll that is still to come"))?;
    let name = format!("{}, {}", found.name, crate::web::words::date(found.poll_date));
    let districts = districts_of(scope, found.area_id).await?;
    Ok(Poll { id, name, kind: found.intention_kind, day: found.poll_date, districts })
}

/// The districts of the area in use.
///
/// # Errors
/// What the database says.
pub(super) async fn districts(scope: &mut Scoped) -> Result<Vec<District>, Error> {
    let mut found = sqlx::query_as!(
        District,
        "select d.area_no, d.letters, d.name from district d where d.area_no = any ((select wall.areas())::integer[])"
    )
    .fetch_all(scope.connection())
    .await?;
    found.sort_by(|a, b| natural(&a.letters, &b.letters));
    Ok(found)
}

/// How many promises each district of the area in use has at a poll: electors on the register who have said that they will vote for us
/// at elections of its kind, and go to the polling station. Who wants nobody at the door, or is said to have moved or died, is among
/// them until pads are made. Nobody is shown by it.
///
/// # Errors
/// What the database says.
pub(super) async fn promised(scope: &mut Scoped, poll: i64, kind: &str) -> Result<HashMap<i32, i64>, Error> {
    let rows = sqlx::query!(
        r#"select e.area_no, count(*) as "n!"
           from intention_now i
           join intention_code c on c.code = i.code and c.code_group = 'for'
           join elector e on e.partition_id = i.partition_id and e.elector_id = i.elector_id and e.area_no = i.area_no
             and e.left_at is null
           where i.area_no = any ((select wall.areas())::integer[]) and i.intention_kind = $1
             and not exists (select from absent_vote_now v where v.partition_id = e.partition_id and v.elector_id = e.elector_id
               and v.poll_id = $2 and v.kind in ('post', 'postal-proxy'))
           group by e.area_no"#,
        kind,
        poll
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.area_no, r.n)).collect())
}

struct Promise {
    elector: i64,
    name: String,
    number: String,
}

/// What the press is given, and whom it is for: a part for each district that has been asked for.
///
/// # Errors
/// What the database says.
pub(super) async fn promises(
    scope: &mut Scoped,
    wanted: &Wanted,
    poll: &Poll,
) -> Result<Seen<(Vec<Value>, Vec<Recipient>)>, Error> {
    let places = places::of_poll(scope, &wanted.districts, Some(poll.id)).await?;
    let mut districts = districts(scope).await?;
    districts.retain(|d| wanted.districts.contains(&d.area_no));
    let (mut parts, mut recipients) = (Vec::new(), Vec::new());
    for district in &districts {
        let place = places.get(&district.area_no).map(|(p, _)| {
            let postcode = p.postcode.clone().unwrap_or_default();
            [p.name.clone(), p.address.clone(), postcode].into_iter().filter(|l| !l.is_empty()).collect::<Vec<_>>()
        });
        parts.push(part(scope, wanted, poll, district, place, &mut recipients).await?);
    }
    let people: Vec<(i32, i64)> = recipients.iter().map(|r| (r.elector.partition, r.elector.id)).collect();
    Ok(Seen::people((parts, recipients), people))
}

async fn part(
    scope: &mut Scoped,
    wanted: &Wanted,
    poll: &Poll,
    district: &District,
    place: Option<Vec<String>>,
    recipients: &mut Vec<Recipient>,
) -> Result<Value, Error> {
    let groups: Vec<String> = wanted.groups.iter().map(|g| (*g).to_owned()).collect();
    // Of nobody who wants no opinion kept either: the file would not be given out.
    let stopped = Channel::Door.stopped_by().map(str::to_owned).to_vec();
    let rows = sqlx::query!(
        r#"select e.partition_id, e.elector_id, e.name, e.number, h.household_id, h.street, h.building, h.number as house, h.number_suffix,
             h.flat, h.position, h.address
           from intention_now i
           join intention_code c on c.code = i.code and c.code_group = any ($3)
           join elector e on e.partition_id = i.partition_id and e.elector_id = i.elector_id and e.left_at is null
           join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           where i.area_no = $1 and e.area_no = $1 and i.intention_kind = $2
             and not exists (select from absent_vote_now v where v.partition_id = e.partition_id and v.elector_id = e.elector_id
               and v.poll_id = $4 and v.kind in ('post', 'postal-proxy'))
             and not exists (select from standing_result r where r.partition_id = e.partition_id and r.elector_id = e.elector_id
               and r.outcome in ('moved', 'deceased') and r.received_at >= i.received_at)
             and e.elector_id not in (select o.elector_id from wall.stopped_here(array[$1::integer], $5) o)
           order by h.position, h.household_id, e.position, e.elector_id"#,
        district.area_no,
        poll.kind,
        &groups,
        poll.id,
        &stopped
    )
    .fetch_all(scope.connection())
    .await?;
    let Some(partition) = rows.first().map(|r| r.partition_id) else {
        let last = last_number(scope, district.area_no).await?;
        return Ok(empty(district, place, last));
    };
    let mut homes: Vec<plan::Home> = Vec::new();
    let mut labels: HashMap<i64, String> = HashMap::new();
    let mut people: HashMap<i64, Promise> = HashMap::new();
    for r in rows {
        labels
            .entry(r.household_id)
            .or_insert_with(|| door_label(&r.building, r.house, &r.number_suffix, &r.flat, &r.address));
        people.insert(r.elector_id, Promise { elector: r.elector_id, name: r.name, number: short(&r.number) });
        let person = plan::Person { elector: r.elector_id, why: None };
        match homes.last_mut().filter(|h| h.household == r.household_id) {
            Some(home) => home.people.push(person),
            None => homes.push(plan::Home {
                household: r.household_id,
                area_no: district.area_no,
                letters: district.letters.clone(),
                door: Door {
                    street: r.street,
                    building: r.building,
                    number: r.house.and_then(|n| u32::try_from(n).ok()),
                    suffix: r.number_suffix,
                    flat: r.flat,
                    council_position: u64::try_from(r.position).ok().filter(|p| *p > 0),
                },
                people: vec![person],
            }),
        }
    }
    let doors = plan::plan(homes, SideOrder::Council, false).doors;
    let mut streets: Vec<Value> = Vec::new();
    for door in &doors {
        let label = labels.get(&door.household).cloned().unwrap_or_default();
        let lines = door.electors.iter().filter_map(|e| people.get(e)).map(|p| {
            recipients.push(Recipient {
                item: i32::try_from(recipients.len() + 1).unwrap_or(i32::MAX),
                elector: ElectorId { partition, id: p.elector },
                household: Some(HouseholdId { partition, id: door.household }),
                area_no: district.area_no,
            });
            json!({ "label": label, "name": p.name, "number": p.number })
        });
        let lines: Vec<Value> = lines.collect();
        let name = street_words(&door.street);
        match streets.last_mut().filter(|s| s["name"] == name).and_then(|s| s["lines"].as_array_mut()) {
            Some(all) => all.extend(lines),
            None => streets.push(json!({ "name": name, "lines": lines })),
        }
    }
    let mut numbers: Vec<&Promise> = people.values().collect();
    numbers.sort_by(|a, b| natural(&a.number, &b.number));
    let numbers: Vec<Value> = numbers.into_iter().map(|p| json!({ "number": p.number, "name": p.name })).collect();
    let last = last_number(scope, district.area_no).await?;
    Ok(json!({
        "letters": district.letters, "name": district.name, "place": place, "streets": streets, "numbers": numbers,
        "tellers": { "from": 1, "to": last },
    }))
}

fn empty(district: &District, place: Option<Vec<String>>, last: i64) -> Value {
    json!({
        "letters": district.letters, "name": district.name, "place": place, "streets": [], "numbers": [],
        "tellers": { "from": 1, "to": last },
    })
}

/// The number without the district's letters, as tellers write it: `124/1`.
fn short(number: &str) -> String {
    number.rsplit_once('-').map_or_else(|| number.to_owned(), |(_, short)| short.to_owned())
}

/// The highest number of a district's register in force. Nobody invented is asked: theirs may be one that no register has.
async fn last_number(scope: &mut Scoped, area_no: i32) -> Result<i64, Error> {
    let invented = watching::invented_in(scope, &[area_no]).await?;
    Ok(sqlx::query_scalar!(
        r#"select coalesce(max(substring(e.number from '-([0-9]+)(/[0-9]+)?$')::bigint), 0) as "n!"
           from elector e
           where e.area_no = $1 and e.left_at is null and e.number <> '' and e.elector_id <> all ($2)"#,
        area_no,
        &invented
    )
    .fetch_one(scope.connection())
    .await?)
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn tellers_write_numbers_without_letters() {
        assert_eq!(short("QB1-124/1"), "124/1");
        assert_eq!(short("KD-2/2-289"), "289");
        assert_eq!(short("12"), "12");
    }
}
