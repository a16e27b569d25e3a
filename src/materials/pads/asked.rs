//! Lifts and helpers of a committee room: whoever asked for a lift to the polling station, by street; whoever said that they would
//! help; and those who help already and drive, tell or come on the day. Organise's own are named as far as an organiser may see them.

use crate::canvass::lists::{door_label, street_words};
use crate::database::Scoped;
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;
use crate::materials::runs::{Accounts, Helper, Recipient};
use crate::selections::Channel;
use crate::volunteers::{SKILLS, chosen};
use serde_json::{Value, json};
use uuid::Uuid;

/// What is known of both.
#[derive(Default)]
pub(super) struct Asked {
    /// Lifts: streets, each with its lines.
    pub lifts: Vec<Value>,
    /// Who said that they would help and has not been asked since, likewise.
    pub offers: Vec<Value>,
    /// Who helps.
    pub helpers: Vec<Value>,
    /// Electors who are named.
    pub electors: Vec<Recipient>,
    /// People of Organise who are named, or whose telephone stands there.
    pub people: Vec<Helper>,
}

/// Somebody who asked for something, or a home where nobody said who they were.
struct Row {
    what: String,
    arranged: bool,
    holder: Option<Uuid>,
    partition: Option<i32>,
    elector: Option<i64>,
    area_no: Option<i32>,
    /// Where the line leads.
    household: Option<i64>,
    /// The elector's own home.
    home: Option<i64>,
    name: String,
    street: String,
    building: String,
    house: Option<i32>,
    suffix: String,
    flat: String,
    address: String,
    about: Option<Uuid>,
    reached: Option<Uuid>,
    number: String,
}

impl Row {
    fn recipient(&self) -> Option<Recipient> {
        let (partition, id, area_no) = (self.partition?, self.elector?, self.area_no?);
        let household = self.home.map(|id| HouseholdId { partition, id });
        Some(Recipient { item: 0, elector: ElectorId { partition, id }, household, area_no })
    }

    fn line(&self, holders: &Accounts) -> Value {
        let label = match self.household {
            Some(_) => door_label(&self.building, self.house, &self.suffix, &self.flat, &self.address),
            None => String::new(),
        };
        let who = self.holder.map(|account| holders.name(account)).unwrap_or_default();
        json!({ "label": label, "name": self.name, "number": self.number, "who": who, "arranged": self.arranged })
    }
}

/// Reads them. Whoever wants nobody at the door, no opinion kept or nothing of theirs used is on no page, nor a home where everybody
/// does; of whoever stopped the telephone no number is. Nobody of Organise while it is closed.
///
/// # Errors
/// What the database says.
pub(super) async fn read(scope: &mut Scoped, districts: &[i32], areas: &[i64]) -> Result<Asked, Error> {
    let rows = asks(scope, districts, areas).await?;
    let holders: Vec<Uuid> = rows.iter().filter_map(|r| r.holder).collect();
    let holders = Accounts::of(scope, &holders).await?;
    let mut asked = Asked::default();
    for row in &rows {
        let streets = if row.what == "lift" { &mut asked.lifts } else { &mut asked.offers };
        let street = if row.household.is_some() { street_words(&row.street) } else { "No address here" };
        match streets.last_mut().filter(|s| s["name"] == street).and_then(|s| s["lines"].as_array_mut()) {
            Some(lines) => lines.push(row.line(&holders)),
            None => streets.push(json!({ "name": street, "lines": [row.line(&holders)] })),
        }
        asked.electors.extend(row.recipient());
        asked.people.extend(row.about.map(|person| Helper { person, rung: false }));
        asked.people.extend(row.reached.map(|person| Helper { person, rung: true }));
    }
    // Whoever does it stands there by name alone.
    asked.people.extend(holders.helpers().map(|helper| Helper { rung: false, ..helper }));
    helpers(scope, areas, &mut asked).await?;
    Ok(asked)
}

async fn asks(scope: &mut Scoped, districts: &[i32], areas: &[i64]) -> Result<Vec<Row>, Error> {
    let door = Channel::Door.stopped_by().map(str::to_owned).to_vec();
    Ok(sqlx::query_as!(
        Row,
        r#"select t.what as "what!", t.state <> 'open' as "arranged!", t.assigned_to as holder, e.partition_id as "partition?",
             e.elector_id as "elector?", e.area_no as "area_no?", h.household_id as "household?",
             e.household_id as "home?",
             coalesce(e.name, trim(p.forename || ' ' || p.surname), '') as "name!", coalesce(h.street, '') as "street!",
             coalesce(h.building, '') as "building!", h.number as "house?", coalesce(h.number_suffix, '') as "suffix!",
             coalesce(h.flat, '') as "flat!", coalesce(h.address, '') as "address!", p.person_id as "about?",
             coalesce(m.person_id, n.person_id) as "reached?", coalesce(m.number, n.number, '') as "number!"
           from task t
           left join elector e on e.partition_id = t.partition_id and e.elector_id = t.elector_id and e.left_at is null
           left join household h on h.partition_id = t.partition_id and h.household_id = coalesce(e.household_id, t.household_id)
           left join person p on p.person_id = t.person_id
           -- Their own number, or that of whoever of Organise is said to be this elector: each found by its own index.
           left join lateral (select p.person_id, wall.ring(p.person_id) as number) m on m.number <> ''
           left join lateral (
             select c.person_id, c.number
             from (select q.person_id, wall.ring(q.person_id) as number from person q
               where q.partition_id = e.partition_id and q.elector_id = e.elector_id) c
             where c.number <> '' order by c.person_id limit 1) n on true
           where t.what in ('lift', 'will-help')
             and (t.state = 'open' or (t.what = 'lift' and t.outcome = 'arranged' and t.closed_at > now() - interval '90 days'))
             and case
               when t.elector_id is not null then e.area_no = any ($1)
                 and e.elector_id not in (select o.elector_id from wall.stopped_here($1, $3) o)
               when t.household_id is not null then h.area_no = any ($1)
                 and not exists (select from elector x where x.partition_id = h.partition_id and x.household_id = h.household_id
                   and x.left_at is null
                   having count(*) > 0
                     and count(*) = count(*) filter (where x.elector_id in (select o.elector_id from wall.stopped_here($1, $3) o)))
               else p.person_id is not null and t.area_id = any ($2) and not wall.person_stopped(p.person_id, $3) end
           order by h.area_no nulls last, h.position, h.household_id, e.position, t.created_at, t.task_id"#,
        districts,
        areas,
        &door
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Who helps and drives, tells, or comes on polling day: drivers first. Nobody under 18.
async fn helpers(scope: &mut Scoped, areas: &[i64], asked: &mut Asked) -> Result<(), Error> {
    let rows = sqlx::query!(
        r#"select p.person_id as "person!", trim(p.forename || ' ' || p.surname) as "name!", v.skills as "skills!",
             'polling-day' = any (v.availability) as "on_the_day!", wall.ring(p.person_id) as "number!"
           from volunteer v join person p on p.person_id = v.person_id
           where v.state = 'active' and p.erased_at is null and v.area_id = any ($1)
             and ('polling-day' = any (v.availability) or v.skills && array['driving', 'telling'])
             and not wall.is_minor(p.person_id)
             and not wall.person_stopped(p.person_id, array['processing'])
           order by 'driving' = any (v.skills) desc, p.name_key, p.person_id"#,
        areas
    )
    .fetch_all(scope.connection())
    .await?;
    for r in rows {
        let what = chosen(&SKILLS, &r.skills).join(", ");
        asked.people.push(Helper { person: r.person, rung: !r.number.is_empty() });
        asked.helpers.push(json!({ "name": r.name, "number": r.number, "what": what, "on-the-day": r.on_the_day }));
    }
    Ok(())
}
