//! Looks with names, for the data protection officer, whose own look at them is on record.

use super::PAGE;
use crate::audit::{Record, what};
use crate::database::{Looked, Scoped, Seen, What};
use crate::electors::ElectorId;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// One line of what an account saw or was refused: one person of one look, or one refused attempt.
#[derive(Debug, Clone)]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// How the person was seen; empty of a refused attempt.
    pub how: &'static str,
    /// What for.
    pub purpose: String,
    /// The list that was open.
    pub list: Option<String>,
    /// The person: record, name, and an elector's number in the register.
    pub person: Option<(Record, String, String)>,
    /// Of a refused attempt: what was tried.
    pub refused: Option<crate::audit::Refusal>,
}

/// One page of lines, and how many there are.
pub struct Looks {
    /// The page's lines.
    pub rows: Vec<Look>,
    /// All.
    pub total: i64,
}

/// Everything that one account saw and was refused, in order, one page of it.
///
/// # Errors
/// What the database says.
pub async fn looks(scope: &mut Scoped, account: Uuid, newest_first: bool, skip: i64) -> Result<Seen<Looks>, Error> {
    part(scope, account, newest_first, skip, PAGE).await
}

/// The same whole, oldest first, to take away as a file.
///
/// # Errors
/// What the database says.
pub async fn everything(scope: &mut Scoped, account: Uuid) -> Result<Seen<Vec<Look>>, Error> {
    Ok(part(scope, account, false, 0, i64::MAX).await?.map(|looks| looks.rows).for_export())
}

async fn part(
    scope: &mut Scoped,
    account: Uuid,
    newest_first: bool,
    skip: i64,
    take: i64,
) -> Result<Seen<Looks>, Error> {
    let rows = sqlx::query!(
        r#"with line as (
             select at, entry_id, what, purpose, partition_id, elector_id, person_id, list_id, by_list, '' as route,
               0::smallint as status
             from looked_at where account_id = $1
             union all
             select at, entry_id, what, purpose, null, null, null, null, false, route, coalesce(status, 0::smallint)
             from access_log where account_id = $1 and what = 'refused'
           ), page as (
             select line.*, count(*) over () as total from line
             order by case when $2 then at end desc, case when $2 then entry_id end desc, at, entry_id,
               partition_id, elector_id, person_id offset $3 limit $4
           )
           select p.at as "at!", p.what as "what!", p.purpose as "purpose!", p.partition_id as "partition?",
             p.elector_id as "elector?", p.person_id as "person?",
             coalesce(e.name, btrim(o.forename || ' ' || o.surname)) as "name?", e.number as "number?", w.name as "list?", p.by_list as "by_list!",
             p.route as "route!", p.status as "status!", p.total as "total!"
           from page p
           left join elector e on e.partition_id = p.partition_id and e.elector_id = p.elector_id
           left join person o on o.person_id = p.person_id
           left join walk_list w on w.partition_id = p.partition_id and w.list_id = p.list_id
           order by case when $2 then p.at end desc, case when $2 then p.entry_id end desc, p.at, p.entry_id,
             p.partition_id, p.elector_id, p.person_id"#,
        account,
        newest_first,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let rows: Vec<Look> = rows
        .into_iter()
        .map(|r| {
            let person = Record::of(r.partition, r.elector, r.person)
                .map(|record| (record, r.name.unwrap_or_default(), r.number.unwrap_or_default()));
            let refused =
                (r.what == "refused").then_some(crate::audit::Refusal { at: r.at, route: r.route, status: r.status });
            let how = if refused.is_some() { "" } else { what(&r.what, r.by_list) };
            Look { at: r.at, how, purpose: r.purpose, list: r.list, person, refused }
        })
        .collect();
    let (mut electors, mut people) = (Vec::new(), Vec::new());
    for look in &rows {
        match look.person {
            Some((Record::Elector(id), ..)) => electors.push((id.partition, id.id)),
            Some((Record::Person(id), ..)) => people.push(id),
            None => {}
        }
    }
    Ok(Seen::new(Looks { rows, total }, Looked { electors, people, ..Looked::default() }))
}

/// One time that somebody saw a person.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Sight {
    /// When.
    pub at: DateTime<Utc>,
    /// The account; None: the operator.
    pub account: Option<Uuid>,
    /// Its name, or the operator's on the machine.
    pub name: String,
    /// Its address; empty for the operator.
    pub email: String,
    /// The role it worked in; empty for the operator.
    pub role: String,
    /// How.
    pub how: &'static str,
    /// What for.
    pub purpose: String,
    /// The list that was open.
    pub list: Option<String>,
}

impl Sight {
    /// The role's words; empty for the operator.
    pub fn role_title(&self) -> &'static str {
        crate::access::Role::parse(&self.role).map_or("", crate::access::Role::title)
    }
}

/// One page of sights, and how many there are.
pub struct Sights {
    /// The page's rows.
    pub rows: Vec<Sight>,
    /// All.
    pub total: i64,
}

/// Everyone who saw a person, newest first, looks through lists included. Shows accounts, so nobody's look is logged.
///
/// # Errors
/// What the database says.
pub async fn who_saw(scope: &mut Scoped, elector: ElectorId, skip: i64, take: i64) -> Result<Sights, Error> {
    let rows = sqlx::query!(
        r#"select total as "total!", at as "at!", what as "what!", purpose as "purpose!", account_id, name, email, role,
             operator, command, why, list, permission as "permission!"
           from wall.who_saw($1, $2, $3, $4)"#,
        elector.partition,
        elector.id,
        i32::try_from(skip).unwrap_or(i32::MAX),
        i32::try_from(take).unwrap_or(i32::MAX)
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let rows = rows
        .into_iter()
        .map(|r| Sight {
            at: r.at,
            account: r.account_id,
            name: sighted_by(r.name, r.operator),
            email: r.email.unwrap_or_default(),
            role: r.role.unwrap_or_default(),
            how: what(&r.what, r.list.is_some()),
            purpose: purpose_of(r.purpose, r.command, r.why),
            list: r.list,
        })
        .collect();
    Ok(Sights { rows, total })
}

/// Everyone who saw somebody of Organise, newest first. Shows accounts, so nobody's look is logged.
///
/// # Errors
/// What the database says.
pub async fn who_saw_person(scope: &mut Scoped, person: Uuid, skip: i64, take: i64) -> Result<Sights, Error> {
    let rows = sqlx::query!(
        r#"select total as "total!", at as "at!", what as "what!", purpose as "purpose!", account_id, name, email, role,
             operator, command, why
           from wall.who_saw_person($1, $2, $3)"#,
        person,
        i32::try_from(skip).unwrap_or(i32::MAX),
        i32::try_from(take).unwrap_or(i32::MAX)
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let rows = rows.into_iter().map(|r| Sight {
        at: r.at,
        account: r.account_id,
        name: sighted_by(r.name, r.operator),
        email: r.email.unwrap_or_default(),
        role: r.role.unwrap_or_default(),
        how: what(&r.what, false),
        purpose: purpose_of(r.purpose, r.command, r.why),
        list: None,
    });
    Ok(Sights { rows: rows.collect(), total })
}

fn sighted_by(name: Option<String>, operator: Option<String>) -> String {
    name.or_else(|| operator.map(|o| format!("The operator ({o})"))).unwrap_or_default()
}

fn purpose_of(purpose: String, command: Option<String>, why: Option<String>) -> String {
    match (command, why) {
        (Some(command), Some(why)) if !why.is_empty() => format!("{command}: {why}"),
        (Some(command), _) => command,
        (None, _) => purpose,
    }
}

/// What somebody of Organise is called, and the area that they belong to, to stand above who saw them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn helper(scope: &mut Scoped, person: Uuid) -> Result<Seen<(String, String)>, Error> {
    let row = sqlx::query!(
        r#"select btrim(p.forename || ' ' || p.surname) as "name!", a.name as area
           from person p join area a using (area_id) where p.person_id = $1"#,
        person
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(Seen::helpers((row.name, row.area), [person]))
}

/// Whether there is such a person, or was one whom a look still names. Shows nobody.
///
/// # Errors
/// What the database says.
pub async fn was_held(scope: &mut Scoped, elector: ElectorId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from elector e where e.partition_id = $1 and e.elector_id = $2)
             or exists (select from subject s where s.partition_id = $1 and s.elector_id = $2) as "held!""#,
        elector.partition,
        elector.id
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A person as the finder shows them.
#[derive(Debug, Clone)]
pub struct Found {
    /// The record.
    pub elector: ElectorId,
    /// The name.
    pub name: String,
    /// The number in the register in force; empty once off it.
    pub number: String,
    /// The home.
    pub address: String,
}

/// One person's name, to stand above who saw them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn name_of(scope: &mut Scoped, elector: ElectorId) -> Result<Seen<Found>, Error> {
    let row = sqlx::query!(
        r#"select e.name, e.number, coalesce(h.address, '') as "address!"
           from elector e left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           where e.partition_id = $1 and e.elector_id = $2"#,
        elector.partition,
        elector.id
    )
    .fetch_one(scope.connection())
    .await?;
    let found = Found { elector, name: row.name, number: row.number, address: row.address };
    Ok(Seen::people(found, [(elector.partition, elector.id)]))
}

/// The first fifty people in all areas whose name, or a later word of whose surname, begins with the words, or whose number or record number it is.
///
/// # Errors
/// What the database says.
pub async fn find(scope: &mut Scoped, words: &str) -> Result<Seen<Vec<Found>>, Error> {
    let record = words.trim().parse::<ElectorId>().ok();
    // Keys under C collation and every district by number: the only way by which row security leaves indexes usable.
    let rows = sqlx::query!(
        r#"with place as materialized (select coalesce(array_agg(area_no), '{}') as numbers from district)
           select e.partition_id as "partition!", e.elector_id as "elector!", e.name as "name!", e.number as "number!",
             coalesce(h.address, '') as "address!"
           from (
             select * from (select partition_id, elector_id, household_id, name, number from elector
               where area_no = any ((select numbers from place)::integer[]) and $1 <> '' and name_key ^@ $1 limit 50) a
             union
             select * from (select partition_id, elector_id, household_id, name, number from elector
               where area_no = any ((select numbers from place)::integer[]) and $1 <> '' and forename_key ^@ $1 limit 50) b
             union
             select * from (select partition_id, elector_id, household_id, name, number from elector
               where area_no = any ((select numbers from place)::integer[]) and $1 <> '' and later_key <> '' and later_key ^@ $1
               limit 50) d
             union
             select * from (select partition_id, elector_id, household_id, name, number from elector
               where area_no = any ((select numbers from place)::integer[]) and $1 <> '' and last_key <> '' and last_key ^@ $1
               limit 50) f
             union
             select * from (select partition_id, elector_id, household_id, name, number from elector
               where area_no = any ((select numbers from place)::integer[]) and number = upper($2) and $2 <> '' limit 50) c
             union
             select partition_id, elector_id, household_id, name, number from elector
               where partition_id = $3 and elector_id = $4) e
           left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           order by e.name, e.number limit 50"#,
        crate::electors::folding::fold(words),
        words.trim(),
        record.map(|r| r.partition),
        record.map(|r| r.id)
    )
    .fetch_all(scope.connection())
    .await?;
    let found: Vec<Found> = rows
        .into_iter()
        .map(|r| Found {
            elector: ElectorId { partition: r.partition, id: r.elector },
            name: r.name,
            number: r.number,
            address: r.address,
        })
        .collect();
    let electors = found.iter().map(|f| (f.elector.partition, f.elector.id)).collect();
    Ok(Seen::new(found, Looked { what: What::Search, electors, ..Looked::default() }))
}
