//! What there is to choose from for a new list: districts, streets, polls, and a name that makes sense.

use crate::canvass::walk_order::natural;
use crate::database::Scoped;
use crate::error::Error;
use crate::polls::Coming;
use crate::watching;
use std::collections::HashMap;

/// A district that lists may be made from.
pub struct District {
    /// Its number.
    pub area_no: i32,
    /// Its authority.
    pub partition: i32,
    /// Its letters.
    pub letters: String,
    /// Its name, where it has one.
    pub name: String,
    /// The ward it is in, where one is known.
    pub ward: String,
    /// Electors on the register.
    pub electors: i64,
    /// Homes.
    pub homes: i64,
}

/// The districts of one's area, with their sizes.
///
/// # Errors
/// What the database says.
pub async fn districts(scope: &mut Scoped) -> Result<Vec<District>, Error> {
    let mut found = sqlx::query_as!(
        District,
        r#"select d.area_no, d.partition_id as partition, d.letters, d.name,
             coalesce((select min(a.name) from area_district ad join area a using (area_id)
               where ad.area_no = d.area_no and a.kind = 'ward' and ad.from_date <= current_date
                 and ad.until_date > current_date), '') as "ward!",
             coalesce(s.electors, (select count(*) from elector e where e.area_no = d.area_no and e.left_at is null)) as "electors!",
             coalesce(s.households, (select count(*) from household h where h.area_no = d.area_no)) as "homes!"
           from district d left join district_size s using (area_no)
           where d.area_no = any ((select wall.areas())::integer[])"#
    )
    .fetch_all(scope.connection())
    .await?;
    found.sort_by(|a, b| a.ward.cmp(&b.ward).then_with(|| natural(&a.letters, &b.letters)));
    Ok(found)
}

/// The districts that an area is made of today, for the operator, who has no area in use.
///
/// # Errors
/// What the database says.
pub async fn districts_of(scope: &mut Scoped, area: i64) -> Result<Vec<i32>, Error> {
    Ok(sqlx::query_scalar!(
        "select d.area_no from area a join district d on a.kind = 'installation' or d.partition_id = a.partition_id
           or d.area_no = a.area_no
           or exists (select from area_district ad where ad.area_id = a.area_id and ad.area_no = d.area_no
             and ad.from_date <= current_date and ad.until_date > current_date)
         where a.area_id = $1 order by d.area_no",
        area
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What is known of the districts chosen.
pub struct Place {
    /// The authority that all of them belong to.
    pub partition: i32,
    /// Each district's number and letters.
    pub districts: HashMap<i32, String>,
}

/// The districts chosen, when all of them may be used.
///
/// # Errors
/// [`Error::NotFound`] when one is outside the area; [`Error::Invalid`] when none is chosen or two authorities' are.
pub async fn place(scope: &mut Scoped, districts: &[i32]) -> Result<Place, Error> {
    let operator = scope.operator_id().is_some();
    let found = sqlx::query!(
        "select area_no, partition_id, letters from district
         where area_no = any ($1) and ($2 or area_no = any ((select wall.areas())::integer[]))",
        districts,
        operator
    )
    .fetch_all(scope.connection())
    .await?;
    if districts.iter().any(|wanted| found.iter().all(|d| d.area_no != *wanted)) {
        return Err(Error::NotFound);
    }
    let Some(first) = found.first() else {
        return Err(Error::field("district", "Tick at least one polling district"));
    };
    let partition = first.partition_id;
    if found.iter().any(|d| d.partition_id != partition) {
        return Err(Error::field(
            "district",
            "These districts belong to two registration authorities. Make a list for each authority",
        ));
    }
    Ok(Place { partition, districts: found.into_iter().map(|d| (d.area_no, d.letters)).collect() })
}

/// A street of a district, as it is chosen.
#[derive(Debug, Clone)]
pub struct Street {
    /// The district.
    pub area_no: i32,
    /// The folded name, by which it is found.
    pub key: String,
    /// The name as the council writes it.
    pub name: String,
    /// Homes with somebody on the register.
    pub homes: i64,
    /// Electors on the register.
    pub electors: i64,
}

/// The streets of districts with their homes and electors, in the council's order, without anybody invented. Names of streets are of no
/// person.
///
/// # Errors
/// What the database says.
pub async fn streets(scope: &mut Scoped, place: &Place) -> Result<Vec<Street>, Error> {
    let districts: Vec<i32> = place.districts.keys().copied().collect();
    let invented = watching::invented_in(scope, &districts).await?;
    let mut found = sqlx::query_as!(
        Street,
        r#"select h.area_no, h.street_key as key, (array_agg(h.street order by h.position, h.household_id))[1] as "name!",
             count(*) filter (where e.n > 0) as "homes!", coalesce(sum(e.n), 0)::bigint as "electors!"
           from household h
           left join (select e.household_id, count(*) as n from elector e
                      where e.area_no = any ($2) and e.partition_id = $1 and e.left_at is null
                        and e.elector_id <> all ($3) group by 1) e using (household_id)
           where h.area_no = any ($2) and h.partition_id = $1
           group by h.area_no, h.street_key
           having count(e.n) > 0
           order by h.area_no, min(h.position), h.street_key"#,
        place.partition,
        &districts,
        &invented
    )
    .fetch_all(scope.connection())
    .await?;
    let letters = |s: &Street| place.districts.get(&s.area_no).map_or("", String::as_str);
    found.sort_by(|a, b| natural(letters(a), letters(b)));
    Ok(found)
}

/// The polls to come where any of these districts vote, the next one first.
///
/// # Errors
/// What the database says.
pub async fn polls(scope: &mut Scoped, place: &Place) -> Result<Vec<Coming>, Error> {
    let districts: Vec<i32> = place.districts.keys().copied().collect();
    crate::polls::to_come(scope, Some(&districts)).await
}

/// A name that makes sense for a list of these districts: their ward, name or letters, and the next number.
///
/// # Errors
/// What the database says.
pub async fn next_name(scope: &mut Scoped, place: &Place) -> Result<String, Error> {
    let districts: Vec<i32> = place.districts.keys().copied().collect();
    let ward = sqlx::query_scalar!(
        "select a.name from area a join area_district ad using (area_id)
         where a.kind = 'ward' and ad.area_no = any ($1) and cardinality($1) > 1
           and ad.from_date <= current_date and ad.until_date > current_date
         group by a.area_id having count(*) = cardinality($1) order by a.area_id limit 1",
        &districts
    )
    .fetch_optional(scope.connection())
    .await?;
    let base = match ward {
        Some(ward) => ward,
        None => {
            sqlx::query_scalar!(
                r#"select coalesce(nullif(name, ''), letters) as "base!" from district where area_no = any ($1)
                   order by letters limit 1"#,
                &districts
            )
            .fetch_one(scope.connection())
            .await?
        }
    };
    let next = sqlx::query_scalar!(
        r#"select coalesce(max(substring(name from length($2) + 2)::integer), 0) + 1 as "next!" from walk_list
           where partition_id = $1 and starts_with(name, $2 || ' ')
             and substring(name from length($2) + 2) ~ '^[0-9]{1,6}$'"#,
        place.partition,
        base
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(format!("{base} {next}"))
}
