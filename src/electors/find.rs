//! Looking somebody up in the database.
//!
//! The statements live in `sql/`, where a test reads them too and asks PostgreSQL how it would run them: only `=`, `^@`,
//! `>=` and `<` on keys under C collation let row security use the indexes.

use super::search::{
    Asked, Found, Group, Intention, Known, MOST, NameProbe, Order, StreetProbe, Terms, arrange, below,
};
use crate::canvass::codes::Code;
use crate::database::Scoped;
use crate::error::Error;
use std::collections::{HashMap, HashSet};

/// What an organiser looks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The words, read; none when only filters were chosen.
    pub terms: Option<Terms>,
    /// Only these districts of the area in use.
    pub districts: Vec<i32>,
    /// Only these intentions.
    pub intention: Intention,
    /// Only those asked then.
    pub asked: Asked,
    /// How homes stand.
    pub order: Order,
}

/// What was found, home by home. Nobody is shown by it: [`super::store::homes`] shows a page of it.
#[derive(Debug, Clone, Default)]
pub struct Matches {
    /// The homes in order.
    pub homes: Vec<Group>,
    /// How many people matched.
    pub electors: usize,
    /// Whether there are more than are counted.
    pub more: bool,
}

/// Looks somebody up; `kind` is the kind of election whose intentions the filter means.
///
/// # Errors
/// What the database says.
pub async fn matches(scope: &mut Scoped, wanted: &Wanted, kind: &str) -> Result<Matches, Error> {
    let mut found = match (&wanted.terms, &wanted.intention) {
        (Some(terms), _) => find(scope, &wanted.districts, terms).await?,
        (None, Intention::Codes(codes)) => intending(scope, &wanted.districts, kind, codes).await?,
        (None, _) => everybody(scope, &wanted.districts).await?,
    };
    let more = found.len() > MOST;
    found.truncate(MOST);
    let filtered = wanted.intention != Intention::Any || wanted.asked != Asked::Any || wanted.order == Order::LastAsked;
    let known = if filtered { known(scope, &found, kind).await? } else { HashMap::new() };
    let homes = arrange(found, &known, &wanted.intention, wanted.asked, wanted.order);
    Ok(Matches { electors: homes.iter().map(|g| g.electors.len()).sum(), homes, more })
}

/// Everybody whom the words may mean: each meaning by its own index, one after the other.
async fn find(scope: &mut Scoped, districts: &[i32], terms: &Terms) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    if !terms.numbers.is_empty() {
        found.extend(by_number(scope, districts, &terms.numbers).await?);
    }
    for probe in &terms.surnames {
        found.extend(by_name(scope, districts, probe).await?);
    }
    for probe in &terms.forenames {
        found.extend(by_forename(scope, districts, probe).await?);
    }
    let within = terms.within.as_deref().unwrap_or_default();
    for begins in &terms.addresses {
        found.extend(by_address(scope, districts, begins, within).await?);
    }
    for probe in &terms.streets {
        found.extend(by_street(scope, districts, probe, within).await?);
    }
    for begins in &terms.postcodes {
        found.extend(by_postcode(scope, districts, begins).await?);
    }
    let mut seen = HashSet::new();
    found.retain(|f| seen.insert((f.partition_id, f.elector_id)));
    Ok(found)
}

fn most() -> i64 {
    i64::try_from(MOST + 1).unwrap_or(i64::MAX)
}

async fn by_number(scope: &mut Scoped, districts: &[i32], numbers: &[String]) -> Result<Vec<Found>, Error> {
    Ok(sqlx::query_file_as!(Found, "src/electors/sql/by_number.sql", districts, numbers, most())
        .fetch_all(scope.connection())
        .await?)
}

async fn by_name(scope: &mut Scoped, districts: &[i32], probe: &NameProbe) -> Result<Vec<Found>, Error> {
    let NameProbe { begins, other } = probe;
    Ok(sqlx::query_file_as!(Found, "src/electors/sql/by_name.sql", districts, begins, below(begins), other, most())
        .fetch_all(scope.connection())
        .await?)
}

async fn by_forename(scope: &mut Scoped, districts: &[i32], probe: &NameProbe) -> Result<Vec<Found>, Error> {
    let NameProbe { begins, other } = probe;
    Ok(sqlx::query_file_as!(Found, "src/electors/sql/by_forename.sql", districts, begins, below(begins), other, most())
        .fetch_all(scope.connection())
        .await?)
}

async fn by_address(scope: &mut Scoped, districts: &[i32], begins: &str, within: &str) -> Result<Vec<Found>, Error> {
    Ok(sqlx::query_file_as!(Found, "src/electors/sql/by_address.sql", districts, begins, below(begins), within, most())
        .fetch_all(scope.connection())
        .await?)
}

async fn by_street(
    scope: &mut Scoped,
    districts: &[i32],
    probe: &StreetProbe,
    within: &str,
) -> Result<Vec<Found>, Error> {
    let StreetProbe { begins, number, letter } = probe;
    Ok(sqlx::query_file_as!(
        Found,
        "src/electors/sql/by_street.sql",
        districts,
        begins,
        below(begins),
        number.unwrap_or(-1),
        letter,
        within,
        most()
    )
    .fetch_all(scope.connection())
    .await?)
}

async fn by_postcode(scope: &mut Scoped, districts: &[i32], begins: &str) -> Result<Vec<Found>, Error> {
    Ok(sqlx::query_file_as!(Found, "src/electors/sql/by_postcode.sql", districts, begins, below(begins), most())
        .fetch_all(scope.connection())
        .await?)
}

/// Everybody on the register in these districts, when no words were typed.
async fn everybody(scope: &mut Scoped, districts: &[i32]) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    for district in districts {
        let there = sqlx::query_file_as!(Found, "src/electors/sql/by_district.sql", district, most());
        found.extend(there.fetch_all(scope.connection()).await?);
        if found.len() > MOST {
            break;
        }
    }
    Ok(found)
}

/// Everybody with one of these intentions, when no words were typed.
async fn intending(scope: &mut Scoped, districts: &[i32], kind: &str, codes: &[String]) -> Result<Vec<Found>, Error> {
    Ok(sqlx::query_file_as!(Found, "src/electors/sql/by_intention.sql", districts, kind, codes, most())
        .fetch_all(scope.connection())
        .await?)
}

/// What filters and the order by last asked need to know. Empty where neither was chosen.
async fn known(scope: &mut Scoped, found: &[Found], kind: &str) -> Result<HashMap<(i32, i64), Known>, Error> {
    let (partitions, electors): (Vec<i32>, Vec<i64>) = found.iter().map(|f| (f.partition_id, f.elector_id)).unzip();
    let rows = sqlx::query!(
        r#"select w.partition as "partition!", w.elector as "elector!", i.code, a.at as "asked?"
           from unnest($1::integer[], $2::bigint[]) w (partition, elector)
           left join intention_now i on i.partition_id = w.partition and i.elector_id = w.elector and i.intention_kind = $3
           left join lateral (
             select r.at from result r
             where r.partition_id = w.partition and r.elector_id = w.elector and r.outcome in ('spoke', 'refused')
             order by r.received_at desc limit 1) a on true
           where i.code is not null or a.at is not null"#,
        &partitions,
        &electors,
        kind
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ((r.partition, r.elector), Known { code: r.code, asked: r.asked })).collect())
}

/// Which intentions a filter's value means: a group, a code, none known. Anything else: any.
pub fn intention_filter(value: &str, codes: &[Code]) -> Intention {
    let of = |wanted: &dyn Fn(&Code) -> bool| {
        Intention::Codes(codes.iter().filter(|c| wanted(c)).map(|c| c.code.clone()).collect())
    };
    match value.split_once(':') {
        Some(("group", "promises")) => of(&|c| c.group == "for" || c.group == "leaning"),
        Some(("group", group)) => of(&|c| c.group == group),
        Some(("code", code)) => of(&|c| c.code == code),
        _ if value == "unknown" => Intention::Unknown,
        _ => Intention::Any,
    }
}
