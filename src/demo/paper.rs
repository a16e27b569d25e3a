//! A walk list of the demonstration on paper: its cards are queued like any others, and the press sets them once the server runs.

use super::organiser::Organiser;
use crate::canvass::lists::{live, store, street_words};
use crate::canvass::{ListId, codes};
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::canvass_cards;
use crate::materials::press::Work;
use crate::web::words;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The list that nobody holds on a phone.
const LIST: &str = "Quillbrook 4";

/// Queues it, with the pile that it becomes.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, organiser: &Organiser) -> Result<(), Error> {
    let list = sqlx::query!(
        "select l.partition_id, l.list_id, l.version, a.area_id
         from walk_list l join area a on a.area_no = l.area_no where l.name = $1 and l.ended_at is null order by l.list_id limit 1",
        LIST
    )
    .fetch_one(scope.connection())
    .await?;
    let id = ListId { partition: list.partition_id, id: list.list_id };
    let (part, electors) = part(scope, id, list.version).await?;
    let people = i32::try_from(electors.len()).unwrap_or_default();
    let common = common(scope, organiser).await?;
    let work = Work { sheet: "cards", common, parts: vec![part], ..Work::default() }.lines()?;
    let settings = json!({ "size": "a4", "style": "usual", "breaks": "full", "columns": ["number", "code"], "cover": true,
        "meet": "", "contact": "" });
    let run = sqlx::query_scalar!(
        "insert into material_run (area_id, kind, title, purpose, made_by, grant_id, partition_id, list_id, list_version, settings,
           items, people)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) returning run_no",
        list.area_id,
        Kind::CanvassCards.as_str(),
        LIST,
        organiser.purpose,
        organiser.account,
        organiser.grant_id,
        id.partition,
        id.id,
        list.version,
        settings,
        people
    )
    .fetch_one(scope.connection())
    .await?;
    sqlx::query!(
        "insert into material_item (run_no, item, partition_id, elector_id, household_id, area_no)
         select $1::bigint, t.item::integer, e.partition_id, e.elector_id, e.household_id, e.area_no
         from unnest($3::bigint[]) with ordinality t (elector, item)
         join elector e on e.partition_id = $2 and e.elector_id = t.elector",
        run,
        id.partition,
        &electors
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("insert into material_work (run_no, work) values ($1, $2)", run, work)
        .execute(scope.connection())
        .await?;
    sqlx::query!(
        "insert into pile (run_no, partition_id, list_id, due_back, made_by) values ($1, $2, $3, $4, $5)",
        run,
        id.partition,
        id.id,
        due_back(),
        organiser.account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

fn due_back() -> chrono::DateTime<Utc> {
    Utc::now() + TimeDelta::days(3)
}

/// The cards of a list, and who stands on them in this order: nobody who objected or left.
async fn part(scope: &mut Scoped, id: ListId, version: i32) -> Result<(Value, Vec<i64>), Error> {
    let doors = live::doors(scope, id, version).await?;
    let everyone: Vec<i64> = doors.iter().flat_map(|d| d.electors.iter().copied()).collect();
    let objected = store::objected(scope, id.partition, &everyone).await?;
    let rows = sqlx::query!(
        "select elector_id, name, number from elector where partition_id = $1 and elector_id = any ($2) and left_at is null",
        id.partition,
        &everyone
    )
    .fetch_all(scope.connection())
    .await?;
    let mut names: HashMap<i64, (String, String)> =
        rows.into_iter().map(|r| (r.elector_id, (r.name, r.number))).collect();
    names.retain(|elector, _| !objected.contains(elector));
    let (mut electors, mut groups) = (Vec::new(), Vec::<Value>::new());
    for door in &doors {
        let mut lines = Vec::new();
        for elector in &door.electors {
            let Some((name, number)) = names.remove(elector) else { continue };
            electors.push(*elector);
            lines.push(json!({ "n": electors.len(), "name": name, "number": number, "last": "", "marks": "" }));
        }
        let heading = format!("{} ({})", street_words(&door.street), door.letters);
        let leave = lines.is_empty() && door.objected > 0;
        let home = json!({ "label": door.label, "leave": leave, "people": lines });
        if !groups.last().is_some_and(|g| g["heading"] == heading.as_str()) {
            groups.push(json!({ "heading": heading, "new-page": false, "homes": [] }));
        }
        if let Some(homes) = groups.last_mut().and_then(|g| g["homes"].as_array_mut()) {
            homes.push(home);
        }
    }
    let facts = json!([
        ["Held by", "Nobody yet"],
        ["Meet", "Ask the organiser"],
        ["Return or destroy by", words::date(words::day_of(due_back()))],
        ["Electors", words::figure(electors.len())],
    ]);
    let area = words::count(doors.len(), "door", "doors");
    Ok((json!({ "name": LIST, "area": area, "facts": facts, "groups": groups, "join": null }), electors))
}

/// What stands for the whole of it.
async fn common(scope: &mut Scoped, organiser: &Organiser) -> Result<Value, Error> {
    let codes = codes::intentions(scope).await?;
    let codes: Vec<Value> = codes.iter().map(|c| json!({ "code": c.code, "label": c.label })).collect();
    let controller = sqlx::query!("select controller, contact, privacy_notice from installation")
        .fetch_one(scope.connection())
        .await?;
    let name = sqlx::query_scalar!("select name from account where account_id = $1", organiser.account)
        .fetch_one(scope.connection())
        .await?;
    let foot = format!(
        "Printed by {name}, {}, for {}. Return or destroy by {}.",
        words::moment(Utc::now()),
        organiser.purpose,
        words::date(words::day_of(due_back()))
    );
    Ok(json!({
        "size": "a4", "style": "usual", "columns": ["number", "code"], "codes": codes, "outcomes": canvass_cards::outcomes(), "asks": canvass_cards::asks(), "row": canvass_cards::ROW, "foot": foot, "cover": true,
        "controller": { "name": controller.controller, "contact": controller.contact, "notice": controller.privacy_notice },
    }))
}
