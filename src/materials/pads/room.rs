//! The first pages of a night-before pack: what a committee room needs besides its promises. Its districts and where they vote, what
//! codes mean, who holds which walk list and round, who comes when; lifts and helpers are `asked`'s.

use super::asked::{self, Asked};
use super::read::{Poll, Wanted};
use crate::canvass::codes;
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::materials::canvass_cards;
use crate::materials::runs::{Accounts, Helper, Recipient, organise_is_open};
use crate::web::words;
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// The room's pages, and whom they name.
pub(super) struct Room {
    part: Value,
    asked: Vec<Recipient>,
    helpers: Vec<Helper>,
    organise: bool,
}

/// What the press is given.
#[derive(Default)]
pub(super) struct Pages {
    /// Its parts.
    pub parts: Vec<Value>,
    /// Whom of the register they are for.
    pub recipients: Vec<Recipient>,
    /// Who of Organise is named in them.
    pub helpers: Vec<Helper>,
    /// Whether they were read while Organise was open.
    pub organise: bool,
}

/// Reads them for these districts and this poll.
///
/// # Errors
/// What the database says.
pub(super) async fn read(scope: &mut Scoped, wanted: &Wanted, poll: &Poll) -> Result<Seen<Room>, Error> {
    let here = &wanted.districts;
    let areas = areas(scope, here).await?;
    let (lists, holders) = lists(scope, here).await?;
    let (rounds, deliverers) = rounds(scope, here).await?;
    let (teams, team) = teams(scope, &areas, poll.id).await?;
    let Asked { lifts, offers, helpers, electors, people } = asked::read(scope, here, &areas).await?;
    let mut codes = codes::intentions(scope).await?;
    codes.retain(|code| !code.retired);
    let codes: Vec<Value> = codes.iter().map(|c| json!({ "code": c.code, "label": c.label })).collect();
    let organise = organise_is_open(scope).await?;
    let part = json!({
        "room": true, "letters": "The room", "name": "", "organise": organise,
        "codes": codes, "outcomes": canvass_cards::outcomes(), "asks": canvass_cards::asks(),
        "lists": lists, "rounds": rounds, "teams": teams, "lifts": lifts, "offers": offers, "helpers": helpers,
    });
    let shown: Vec<(i32, i64)> = electors.iter().map(|r| (r.elector.partition, r.elector.id)).collect();
    let helpers: Vec<Helper> = [holders, deliverers, team, people].into_iter().flatten().collect();
    let seen: HashSet<Uuid> = helpers.iter().map(|h| h.person).collect();
    let room = Seen::people(Room { part, asked: electors, helpers, organise }, shown);
    Ok(room.and(Seen::helpers((), seen)).map(|(room, ())| room))
}

/// The room's pages before those of the districts, with a line for each of these; whoever stands on them alone is one of the run's too.
pub(super) fn put_first((pages, room): ((Vec<Value>, Vec<Recipient>), Room)) -> Pages {
    let (mut parts, mut recipients) = pages;
    let Room { mut part, asked, helpers, organise } = room;
    let district = |of: &Value| {
        json!({
            "letters": of["letters"], "name": of["name"], "place": of["place"],
            "promises": of["numbers"].as_array().map_or(0, Vec::len), "tellers": of["tellers"],
        })
    };
    part["districts"] = parts.iter().map(district).collect();
    parts.insert(0, part);
    let mut known: HashSet<ElectorId> = recipients.iter().map(|r| r.elector).collect();
    for somebody in asked {
        if known.insert(somebody.elector) {
            let item = i32::try_from(recipients.len() + 1).unwrap_or(i32::MAX);
            recipients.push(Recipient { item, ..somebody });
        }
    }
    Pages { parts, recipients, helpers, organise }
}

/// The areas that hold some of these districts.
async fn areas(scope: &mut Scoped, districts: &[i32]) -> Result<Vec<i64>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select a.area_id from area a
           where a.kind = 'installation' or a.area_no = any ($1)
             or exists (select from district d where d.partition_id = a.partition_id and d.area_no = any ($1))
             or exists (select from area_district ad where ad.area_id = a.area_id and ad.area_no = any ($1)
               and ad.from_date <= current_date and ad.until_date > current_date)"#,
        districts
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Walk lists that somebody holds, now or later, and who of Organise they are.
async fn lists(scope: &mut Scoped, districts: &[i32]) -> Result<(Vec<Value>, Vec<Helper>), Error> {
    let rows = sqlx::query!(
        r#"select l.name as "name!", l.doors as "doors!", a.account_id as "account!", a.ends_at as "ends!" from walk_list l
           join assignment a on a.partition_id = l.partition_id and a.list_id = l.list_id
           where l.area_no = any ($1) and l.ended_at is null and a.ended_at is null and a.ends_at > now()
           order by length(l.name), l.name, l.list_id, a.assigned_at, a.assignment_id"#,
        districts
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().map(|r| r.account).collect();
    let accounts = Accounts::of(scope, &accounts).await?;
    let lines = rows.into_iter().map(|r| {
        json!({
            "name": r.name, "what": words::count(r.doors, "door", "doors"), "who": accounts.name(r.account),
            "number": accounts.number(r.account), "until": words::moment(r.ends),
        })
    });
    Ok((lines.collect(), accounts.helpers().collect()))
}

/// Delivery rounds that somebody delivers as a rule.
async fn rounds(scope: &mut Scoped, districts: &[i32]) -> Result<(Vec<Value>, Vec<Helper>), Error> {
    let rows = sqlx::query!(
        r#"select r.name as "name!", r.deliverer_account, p.person_id as "person?",
             coalesce(trim(p.forename || ' ' || p.surname), '') as "person_name!", wall.ring(p.person_id) as "number!"
           from round r
           left join person p on p.person_id = r.deliverer_person and not wall.person_stopped(p.person_id, array['processing'])
           where r.ended_at is null and (p.person_id is not null or r.deliverer_account is not null)
             and exists (select from round_street s where s.round_id = r.round_id and s.area_no = any ($1))
           order by length(r.name), r.name, r.round_id"#,
        districts
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().filter_map(|r| r.deliverer_account).collect();
    let accounts = Accounts::of(scope, &accounts).await?;
    let named = rows.iter().filter_map(|r| Some(Helper { person: r.person?, rung: !r.number.is_empty() }));
    let people = named.chain(accounts.helpers()).collect();
    let lines = rows.into_iter().map(|r| {
        let number = number(&accounts, r.deliverer_account, r.number);
        let who = r.deliverer_account.map_or(r.person_name, |a| accounts.name(a));
        json!({ "name": r.name, "who": who, "number": number })
    });
    Ok((lines.collect(), people))
}

/// Who comes to what there is on the poll's day, by shift.
async fn teams(scope: &mut Scoped, areas: &[i64], poll: i64) -> Result<(Vec<Value>, Vec<Helper>), Error> {
    let rows = sqlx::query!(
        r#"select v.title as "title!", v.place as "place!", coalesce(s.name, '') as "shift!", coalesce(s.starts_at, v.starts_at) as "begins!",
             coalesce(s.ends_at, v.ends_at) as "ends!", u.account_id, p.person_id as "person?",
             coalesce(trim(p.forename || ' ' || p.surname), '') as "person_name!", wall.ring(p.person_id) as "number!"
           from poll l
           join event v on (v.starts_at at time zone 'Europe/London')::date = l.poll_date
           join event_sign_up u on u.event_id = v.event_id and u.state = 'coming'
           left join shift s on s.shift_id = u.shift_id
           left join person p on p.person_id = u.person_id and not wall.person_stopped(p.person_id, array['processing'])
           where l.poll_id = $1 and v.kind = 'polling-day' and v.state = 'planned' and v.area_id = any ($2)
             and (p.person_id is not null or u.account_id is not null)
           order by 4, v.title, 3, u.signed_at, u.sign_up_id"#,
        poll,
        areas
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().filter_map(|r| r.account_id).collect();
    let accounts = Accounts::of(scope, &accounts).await?;
    let named = rows.iter().filter_map(|r| Some(Helper { person: r.person?, rung: !r.number.is_empty() }));
    let people = named.chain(accounts.helpers()).collect();
    let lines = rows.into_iter().map(|r| {
        let number = number(&accounts, r.account_id, r.number);
        let what = [r.title, r.shift].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(": ");
        let who = r.account_id.map_or(r.person_name, |a| accounts.name(a));
        json!({
            "name": what, "what": r.place, "who": who, "number": number,
            "when": format!("{} to {}", words::clock_time(r.begins), words::clock_time(r.ends)),
        })
    });
    Ok((lines.collect(), people))
}

/// The telephone of whoever has the account, else of the person chosen.
fn number(accounts: &Accounts, account: Option<Uuid>, of_person: String) -> String {
    let of_account = account.map(|a| accounts.number(a)).unwrap_or_default();
    if of_account.is_empty() { of_person } else { of_account.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(id: i64) -> Recipient {
        Recipient { item: 1, elector: ElectorId { partition: 1, id }, household: None, area_no: 3 }
    }

    #[test]
    fn the_room_stands_first_and_whoever_promised_and_asks_for_a_lift_is_counted_once() {
        let district = json!({
            "letters": "QB1", "name": "", "place": null, "streets": [], "numbers": [{ "number": "1", "name": "Ada Marlowe" }],
            "tellers": { "from": 1, "to": 9 },
        });
        let asked = vec![somebody(7), somebody(8), somebody(8)];
        let room = Room { part: json!({ "room": true }), asked, helpers: Vec::new(), organise: true };
        let Pages { parts, recipients, .. } = put_first(((vec![district], vec![somebody(7)]), room));
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0]["districts"][0]["promises"], 1);
        assert_eq!(parts[1]["letters"], "QB1");
        let items: Vec<(i32, i64)> = recipients.iter().map(|r| (r.item, r.elector.id)).collect();
        assert_eq!(items, [(1, 7), (2, 8)]);
    }
}
