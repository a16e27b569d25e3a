//! Looking somebody up in the database.
//!
//! The statements live in `sql/`, where a test reads them too and asks PostgreSQL how it would run them: only `=`, `^@`,
//! `>=` and `<` on keys under C collation let row security use the indexes.

use super::search::{Asked, Found, Group, Intention, Known, MOST, NameProbe, Order, Terms, arrange, below};
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

/// Everybody whom the words may mean.
async fn find(scope: &mut Scoped, districts: &[i32], terms: &Terms) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    if !terms.numbers.is_empty() {
        found.extend(by_number(scope, districts, terms).await?);
    }
    if !terms.surnames.is_empty() || !terms.forenames.is_empty() {
        found.extend(by_name(scope, districts, terms).await?);
    }
    if !terms.addresses.is_empty() || !terms.postcodes.is_empty() {
        found.extend(by_home(scope, districts, terms).await?);
    }
    let mut seen = HashSet::new();
    found.retain(|f| seen.insert((f.partition_id, f.elector_id)));
    Ok(found)
}

fn most() -> i64 {
    i64::try_from(MOST + 1).unwrap_or(i64::MAX)
}

async fn by_number(scope: &mut Scoped, districts: &[i32], terms: &Terms) -> Result<Vec<Found>, Error> {
    Ok(sqlx::query_file_as!(Found, "src/electors/sql/by_number.sql", districts, &terms.numbers, most())
        .fetch_all(scope.connection())
        .await?)
}

async fn by_name(scope: &mut Scoped, districts: &[i32], terms: &Terms) -> Result<Vec<Found>, Error> {
    let columns = |probes: &[NameProbe]| {
        let low: Vec<String> = probes.iter().map(|p| p.begins.clone()).collect();
        let high: Vec<String> = low.iter().map(|l| below(l)).collect();
        let other: Vec<String> = probes.iter().map(|p| p.other.clone()).collect();
        (low, high, other)
    };
    let (low, high, other) = columns(&terms.surnames);
    let (low2, high2, other2) = columns(&terms.forenames);
    Ok(sqlx::query_file_as!(
        Found,
        "src/electors/sql/by_name.sql",
        districts,
        &low,
        &high,
        &other,
        &low2,
        &high2,
        &other2,
        most()
    )
    .fetch_all(scope.connection())
    .await?)
}

async fn by_home(scope: &mut Scoped, districts: &[i32], terms: &Terms) -> Result<Vec<Found>, Error> {
    let ends = |begins: &[String]| begins.iter().map(|b| below(b)).collect::<Vec<_>>();
    let streets: Vec<String> = terms.streets.iter().map(|s| s.begins.clone()).collect();
    let numbers: Vec<i32> = terms.streets.iter().map(|s| s.number.unwrap_or(-1)).collect();
    let letters: Vec<String> = terms.streets.iter().map(|s| s.letter.clone()).collect();
    Ok(sqlx::query_file_as!(
        Found,
        "src/electors/sql/by_home.sql",
        districts,
        &terms.addresses,
        &ends(&terms.addresses),
        &streets,
        &ends(&streets),
        &numbers,
        &letters,
        &terms.postcodes,
        &ends(&terms.postcodes),
        terms.within.as_deref().unwrap_or_default(),
        most()
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Everybody on the register in these districts, when no words were typed.
async fn everybody(scope: &mut Scoped, districts: &[i32]) -> Result<Vec<Found>, Error> {
    Ok(sqlx::query_file_as!(Found, "src/electors/sql/by_district.sql", districts, most())
        .fetch_all(scope.connection())
        .await?)
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
