//! What stands on a list's cards: read in one go, on record as a print of the list.

use super::{Breaks, Choices, ROW, asks, outcomes, side_words};
use crate::canvass::ListId;
use crate::canvass::codes::Code;
use crate::canvass::lists::{assign, live, store, street_words};
use crate::database::{Looked, Scoped, Seen, What};
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;
use crate::materials::runs::Recipient;
use crate::web::words;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A list as it is printed.
pub(super) struct Printed {
    pub name: String,
    pub version: i32,
    /// Its one district, when all doors are of it.
    pub district: Option<i32>,
    pub part: Value,
    pub recipients: Vec<Recipient>,
}

struct Person {
    home: Option<i64>,
    area_no: i32,
    name: String,
    number: String,
    last: String,
    marks: String,
}

/// The head of a list that can be printed.
///
/// # Errors
/// [`Error::NotFound`] outside the area; [`Error::Conflict`] for a list that has ended.
pub(super) async fn open(scope: &mut Scoped, id: ListId) -> Result<store::Head, Error> {
    let head = store::head(scope, id).await?;
    match head.ended_at {
        None => Ok(head),
        Some(_) => Err(Error::Conflict(format!("{} has ended, so it is not printed. Make a new list", head.name))),
    }
}

/// Whether anybody of a list is left to be printed; its name. Nobody is shown by it.
///
/// # Errors
/// As [`open`].
pub(super) async fn anybody(scope: &mut Scoped, id: ListId) -> Result<(String, bool), Error> {
    let head = open(scope, id).await?;
    let there = sqlx::query_scalar!(
        r#"select e.elector_id as "elector!" from walk_list_elector w
           join elector e on e.partition_id = w.partition_id and e.elector_id = w.elector_id and e.left_at is null
           where w.partition_id = $1 and w.list_id = $2 and w.version = $3"#,
        id.partition,
        id.id,
        head.version
    )
    .fetch_all(scope.connection())
    .await?;
    let objected = store::objected(scope, id.partition, &there).await?;
    Ok((head.name, there.iter().any(|elector| !objected.contains(elector))))
}

/// Reads a list. Whoever objected since it was made is not printed, nor who left the register.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] for a list that has ended.
pub(super) async fn list(
    scope: &mut Scoped,
    id: ListId,
    choices: &Choices,
    online: Option<String>,
) -> Result<Seen<Printed>, Error> {
    let head = open(scope, id).await?;
    let doors = live::doors(scope, id, head.version).await?;
    let everyone: Vec<i64> = doors.iter().flat_map(|d| d.electors.iter().copied()).collect();
    let mut people = people(scope, id, &everyone).await?;
    for objector in store::objected(scope, id.partition, &everyone).await? {
        people.remove(&objector);
    }
    let holders = assign::holders(scope, id).await?;
    let mut sheet = Sheet { breaks: choices.breaks, recipients: Vec::new(), groups: Vec::new() };
    for door in in_order(doors, choices.breaks) {
        sheet.add(id.partition, &door, &mut people);
    }
    let districts: Vec<i32> = sheet.recipients.iter().map(|r| r.area_no).collect();
    let first = districts.first().copied();
    let held = holders.iter().map(|h| h.name.clone()).collect::<Vec<_>>().join(", ");
    let facts = json!([
        ["Held by", if held.is_empty() { "Nobody yet" } else { &held }],
        ["Meet", if choices.meet.is_empty() { "Ask the organiser" } else { &choices.meet }],
        ["Asked about", head.asked],
        ["Organiser", choices.contact],
        ["Return or destroy by", words::date(words::day_of(choices.due_back))],
        ["Electors", words::figure(sheet.recipients.len())],
    ]);
    let area = format!("{}: {}", head.districts.join(", "), words::count(head.doors, "door", "doors"));
    let printed = Printed {
        part: json!({ "name": head.name, "area": area, "facts": facts, "groups": sheet.groups, "join": online.map(|to| json!({ "$qr": to })) }),
        name: head.name,
        version: head.version,
        district: first.filter(|one| districts.iter().all(|d| d == one)),
        recipients: sheet.recipients,
    };
    Ok(Seen::new(printed, Looked { what: What::Print, list: Some((id, head.version)), ..Looked::default() }))
}

/// Doors in walk order; by sides, each street's doors keep their order within a side.
fn in_order(mut doors: Vec<live::Door>, breaks: Breaks) -> Vec<live::Door> {
    if breaks == Breaks::Sides {
        let mut streets: HashMap<(String, String), usize> = HashMap::new();
        for door in &doors {
            let next = streets.len();
            streets.entry((door.letters.clone(), door.street.clone())).or_insert(next);
        }
        let side = |side: &str| ["odd", "even", "building", "other"].iter().position(|s| *s == side);
        doors.sort_by_key(|d| (streets.get(&(d.letters.clone(), d.street.clone())).copied(), side(&d.side)));
    }
    doors
}

struct Sheet {
    breaks: Breaks,
    recipients: Vec<Recipient>,
    groups: Vec<Value>,
}

impl Sheet {
    fn add(&mut self, partition: i32, door: &live::Door, people: &mut HashMap<i64, Person>) {
        let heading = match self.breaks {
            Breaks::Sides => format!("{}{}", street_words(&door.street), side_words(&door.side)),
            _ => street_words(&door.street).to_owned(),
        };
        let heading = format!("{heading} ({})", door.letters);
        let mut lines = Vec::new();
        for elector in &door.electors {
            let Some(person) = people.remove(elector) else { continue };
            let item = i32::try_from(self.recipients.len() + 1).unwrap_or(i32::MAX);
            self.recipients.push(Recipient {
                item,
                elector: ElectorId { partition, id: *elector },
                household: person.home.map(|id| HouseholdId { partition, id }),
                area_no: person.area_no,
            });
            lines.push(json!({ "n": item, "name": person.name, "number": person.number, "last": person.last, "marks": person.marks }));
        }
        let leave = lines.is_empty() && door.objected > 0;
        let home = json!({ "label": door.label, "leave": leave, "people": lines });
        let goes_on = self.groups.last().is_some_and(|g| g["heading"] == heading.as_str());
        if !goes_on {
            self.groups.push(json!({ "heading": heading, "new-page": self.breaks != Breaks::Full, "homes": [] }));
        }
        if let Some(homes) = self.groups.last_mut().and_then(|g| g["homes"].as_array_mut()) {
            homes.push(home);
        }
    }
}

async fn people(scope: &mut Scoped, list: ListId, electors: &[i64]) -> Result<HashMap<i64, Person>, Error> {
    let rows = sqlx::query!(
        r#"select e.elector_id, e.household_id, e.area_no, e.name, e.number, e.kind, e.attains_on, i.code, i.received_at,
             (select v.kind from absent_vote_now v join poll p using (poll_id) where v.partition_id = e.partition_id
                and v.elector_id = e.elector_id and p.poll_date >= current_date order by p.poll_date limit 1) as "absent?"
           from elector e
           left join intention_now i on i.partition_id = e.partition_id and i.elector_id = e.elector_id
             and i.intention_kind = (select l.intention_kind from walk_list l where l.partition_id = $1 and l.list_id = $3)
           where e.partition_id = $1 and e.elector_id = any ($2) and e.left_at is null"#,
        list.partition,
        electors,
        list.id
    )
    .fetch_all(scope.connection())
    .await?;
    let person = rows.into_iter().map(|r| {
        let mut marks = Vec::new();
        match r.absent.as_deref() {
            Some("post") => marks.push("Votes by post".to_owned()),
            Some("proxy") => marks.push("Votes by proxy".to_owned()),
            Some(_) => marks.push("Proxy votes by post".to_owned()),
            None => {}
        }
        if let Some(day) = r.attains_on.filter(|_| r.kind == "attainer") {
            marks.push(format!("18 on {}", words::short_date(day)));
        }
        let person = Person {
            home: r.household_id,
            area_no: r.area_no,
            name: r.name,
            number: r.number,
            last: match (r.code, r.received_at) {
                (Some(code), Some(at)) => format!("{code}, {}", words::short_date(words::day_of(at))),
                _ => String::new(),
            },
            marks: marks.join(", "),
        };
        (r.elector_id, person)
    });
    Ok(person.collect())
}

/// What stands for all lists: the codes to mark, what happened, the notice, the foot.
pub(super) fn common(choices: &Choices, codes: &[Code], controller: &Controller, foot: &str) -> Value {
    let codes: Vec<Value> = codes.iter().map(|c| json!({ "code": c.code, "label": c.label })).collect();
    json!({
        "size": choices.size,
        "style": choices.style,
        "columns": choices.columns,
        "codes": codes,
        // What is typed afterwards, so that every answer of the entry page can be marked.
        "outcomes": outcomes(),
        "asks": asks(),
        "row": ROW,
        "controller": { "name": controller.name, "contact": controller.contact, "notice": controller.notice },
        "foot": foot,
        "cover": choices.cover,
    })
}

/// Whose data it is, and what is read out.
#[derive(Debug, Default)]
pub(super) struct Controller {
    pub name: String,
    pub contact: String,
    pub notice: String,
}

/// Who stands behind this installation.
///
/// # Errors
/// What the database says.
pub(super) async fn controller(scope: &mut Scoped) -> Result<Controller, Error> {
    let found =
        sqlx::query_as!(Controller, "select controller as name, contact, privacy_notice as notice from installation")
            .fetch_optional(scope.connection())
            .await?;
    Ok(found.unwrap_or_default())
}
