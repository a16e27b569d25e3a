//! Homes as rounds count them: how many get a leaflet, which doors get none, what is on no round, marks. They show nobody.

use super::Tally;
use super::cut::Home;
use crate::canvass::lists::door_label;
use crate::database::Scoped;
use crate::electors::HouseholdId;
use crate::error::Error;
use crate::watching;
use std::collections::HashMap;
use uuid::Uuid;

/// The homes of rounds that live, by street and by why they are left out.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped, rounds: &[Uuid]) -> Result<HashMap<Uuid, HashMap<i32, Tally>>, Error> {
    let districts = districts_of(scope, rounds).await?;
    let invented = invented(scope, &districts).await?;
    let rows = sqlx::query!(
        r#"select h.round_id as "round!", h.stretch as "stretch!", h.why as "why!", count(*) as "homes!"
           from wall.round_homes($2) h
           where h.round_id = any ($1) and h.household_id <> all ($3) group by h.round_id, h.stretch, h.why"#,
        rounds,
        &districts,
        &invented
    )
    .fetch_all(scope.connection())
    .await?;
    let mut of = HashMap::<Uuid, HashMap<i32, Tally>>::new();
    for r in rows {
        of.entry(r.round).or_default().entry(r.stretch).or_default().add(&r.why, r.homes);
    }
    Ok(of)
}

/// The districts that rounds have streets in.
async fn districts_of(scope: &mut Scoped, rounds: &[Uuid]) -> Result<Vec<i32>, Error> {
    Ok(sqlx::query_scalar!("select distinct s.area_no from round_street s where s.round_id = any ($1)", rounds)
        .fetch_all(scope.connection())
        .await?)
}

/// The homes of districts in which nobody lives but somebody invented: no count and no sheet tells of one. The wall answers them like
/// any other, so that none is told by being missing.
async fn invented(scope: &mut Scoped, districts: &[i32]) -> Result<Vec<i64>, Error> {
    let people = watching::invented_in(scope, districts).await?;
    if people.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar!(
        r#"select distinct e.household_id as "home!" from elector e
           where e.area_no = any ($1) and e.elector_id = any ($2) and e.household_id is not null
             and not exists (select from elector o where o.partition_id = e.partition_id and o.household_id = e.household_id
               and o.left_at is null and o.elector_id <> all ($2))"#,
        districts,
        &people
    )
    .fetch_all(scope.connection())
    .await?)
}

/// All of a round's streets together.
pub fn whole(counts: &HashMap<Uuid, HashMap<i32, Tally>>, round: Uuid) -> Tally {
    let mut all = Tally::default();
    counts.get(&round).into_iter().flat_map(HashMap::values).for_each(|of| all.join(of));
    all
}

/// A home of a round, as what stands on its door.
#[derive(Debug, Clone)]
pub struct Door {
    /// The round.
    pub round: Uuid,
    /// The street, by its place in the round.
    pub stretch: i32,
    /// The home.
    pub home: HouseholdId,
    /// What stands on the door.
    pub label: String,
    /// Why it gets no leaflet; empty: it gets one.
    pub why: String,
    /// The mark that stands at it, if one does.
    pub marked: bool,
}

/// The homes of rounds in the order of their streets: all, or those that get no leaflet. No page and no sheet says of a home why,
/// but for a mark that somebody set at it.
///
/// # Errors
/// What the database says.
pub async fn doors(scope: &mut Scoped, rounds: &[Uuid], all: bool) -> Result<Vec<Door>, Error> {
    let districts = districts_of(scope, rounds).await?;
    let invented = invented(scope, &districts).await?;
    let rows = sqlx::query!(
        r#"select h.round_id as "round!", h.stretch as "stretch!", h.partition_id as "partition!", h.household_id as "home!",
             h.building as "building!", h.number, h.number_suffix as "suffix!", h.flat as "flat!", h.address as "address!",
             h.why as "why!",
             coalesce((select not m.withdrawn from no_mail m where m.partition_id = h.partition_id
               and m.household_id = h.household_id order by m.at desc, m.mark_id desc limit 1), false) as "marked!"
           from wall.round_homes($3) h
           where h.round_id = any ($1) and ($2 or h.why <> '') and h.household_id <> all ($4)
           order by h.round_id, h.stretch, h.number nulls last, h.place, h.household_id"#,
        rounds,
        all,
        &districts,
        &invented
    )
    .fetch_all(scope.connection())
    .await?;
    let doors = rows.into_iter().map(|r| Door {
        round: r.round,
        stretch: r.stretch,
        home: HouseholdId { partition: r.partition, id: r.home },
        label: door_label(&r.building, r.number, &r.suffix, &r.flat, &r.address),
        why: r.why,
        marked: r.marked,
    });
    Ok(doors.collect())
}

/// A street that is on no round, or in part.
#[derive(Debug, Clone)]
pub struct Free {
    /// The district.
    pub area_no: i32,
    /// The folded name.
    pub key: String,
    /// The name.
    pub name: String,
    /// Homes on no round that get a leaflet.
    pub homes: i64,
    /// Homes on no round in all.
    pub all: i64,
    /// Homes that are on rounds.
    pub taken: i64,
}

/// The streets of districts with homes on no round, in the council's order.
///
/// # Errors
/// What the database says.
pub async fn free(scope: &mut Scoped, districts: &[i32]) -> Result<Vec<Free>, Error> {
    let invented = invented(scope, districts).await?;
    Ok(sqlx::query_as!(
        Free,
        r#"select h.area_no as "area_no!", h.street_key as "key!",
             (array_agg(h.street order by h.place, h.household_id))[1] as "name!",
             count(*) filter (where h.round_id is null and h.why = '') as "homes!",
             count(*) filter (where h.round_id is null) as "all!", count(*) filter (where h.round_id is not null) as "taken!"
           from wall.round_homes($1) h where h.household_id <> all ($2) group by h.area_no, h.street_key
           having count(*) filter (where h.round_id is null) > 0
           order by h.area_no, min(h.place), h.street_key"#,
        districts,
        &invented
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The homes of streets, in walk order of the streets, as far as cutting goes; with the streets of which rounds hold a part.
///
/// # Errors
/// [`Error::Invalid`] on `street` when there are too many at once.
pub async fn homes(
    scope: &mut Scoped,
    streets: &[(i32, String)],
    with_empty: bool,
) -> Result<(Vec<Home>, Vec<(i32, String)>), Error> {
    let (areas, keys): (Vec<i32>, Vec<String>) = streets.iter().cloned().unzip();
    let invented = invented(scope, &areas).await?;
    let rows = sqlx::query!(
        r#"select h.area_no as "area_no!", h.street_key as "key!", first_value(h.street) over w as "street!", h.number,
             h.why as "why!", h.round_id is not null as "taken!"
           from unnest($1::integer[], $2::text[]) with ordinality s (area_no, key, n)
           join wall.round_homes($1) h on h.area_no = s.area_no and h.street_key = s.key collate "C" and h.household_id <> all ($3)
           window w as (partition by h.area_no, h.street_key order by h.place, h.household_id)
           order by s.n, h.place, h.household_id"#,
        &areas,
        &keys,
        &invented
    )
    .fetch_all(scope.connection())
    .await?;
    if rows.len() > super::MOST_HOMES {
        return Err(Error::field("street", "Tick fewer streets: at most 20,000 homes are cut into rounds in one go"));
    }
    let homes = rows.into_iter().map(|r| Home {
        area_no: r.area_no,
        key: r.key,
        street: r.street,
        number: r.number,
        counts: r.why.is_empty() || (with_empty && r.why == "empty"),
        taken: r.taken,
    });
    let homes: Vec<Home> = homes.collect();
    let shared = sqlx::query!(
        "select distinct s.area_no, s.street_key from round_street s join round r on r.round_id = s.round_id
         where r.ended_at is null and s.area_no = any ($1)",
        &areas
    )
    .fetch_all(scope.connection())
    .await?;
    Ok((homes, shared.into_iter().map(|r| (r.area_no, r.street_key)).collect()))
}

/// Marks a home as one that gets no leaflet, or takes the mark back.
///
/// # Errors
/// [`Error::NotFound`] when it is no home of the area in use.
pub async fn mark(scope: &mut Scoped, home: HouseholdId, why: &str, withdrawn: bool) -> Result<(), Error> {
    let account = scope.account();
    let marked = sqlx::query!(
        "insert into no_mail (partition_id, household_id, mark_id, area_no, why, withdrawn, account_id)
         select h.partition_id, h.household_id, $3, h.area_no, $4, $5, $6 from household h
         where h.partition_id = $1 and h.household_id = $2",
        home.partition,
        home.id,
        Uuid::now_v7(),
        why,
        withdrawn,
        account
    )
    .execute(scope.connection())
    .await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound) }
}
