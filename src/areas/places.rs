//! Polling places: where each polling district votes. The usual place, and one poll's own where it differs. They hold no people, so
//! looks at them are not logged; an organiser writes those of districts in the area in use.
//!
//! What enters is a council's file or what somebody types; what leaves is a place by district, for poll cards, letters and pads.

pub mod file;
pub mod one;
pub mod pages;

use super::store;
use crate::access::text;
use crate::database::Scoped;
use crate::electors::folding::{clean, fold};
use crate::electors::postcode::Postcode;
use crate::error::{Error, FieldError};
use std::collections::HashMap;

/// Where a district votes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PollingPlace {
    /// Its name: Brackenstead Village Hall.
    pub name: String,
    /// Its address in one line, without the postcode; may be empty.
    pub address: String,
    /// Its postcode, where it is known.
    pub postcode: Option<String>,
}

impl PollingPlace {
    /// The place that somebody typed.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `name`, `address` or `postcode`.
    pub fn read(name: &str, address: &str, postcode: &str) -> Result<Self, Error> {
        let mut wrong: Vec<FieldError> = Vec::new();
        let name = text("name", name, 200, "Give the place’s name, for example Brackenstead Village Hall");
        let name = name.map(|name| clean(&name)).map_err(|error| wrong.extend(fields(error)));
        let address = clean(address);
        if address.chars().count() > 300 {
            wrong.extend(fields(Error::field("address", "Use at most 300 characters")));
        }
        let typed = clean(postcode);
        let postcode = Postcode::try_from(typed.as_str()).ok().map(|p| p.to_string());
        if postcode.is_none() && !typed.is_empty() {
            let message = "This is not a whole postcode: write it like AB1 4QX, or leave it empty";
            wrong.extend(fields(Error::field("postcode", message)));
        }
        match name {
            Ok(name) if wrong.is_empty() => Ok(PollingPlace { name, address, postcode }),
            _ => Err(Error::Invalid(wrong)),
        }
    }

    /// Address and postcode in one line.
    pub fn whole_address(&self) -> String {
        let parts = [self.address.as_str(), self.postcode.as_deref().unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// What two spellings of one place have in common.
    fn key(&self) -> (String, String, Option<String>) {
        (fold(&self.name), fold(&self.address), self.postcode.clone())
    }

    /// Whether both mean one place.
    pub fn is_same(&self, other: &PollingPlace) -> bool {
        self.key() == other.key()
    }
}

fn fields(error: Error) -> Vec<FieldError> {
    match error {
        Error::Invalid(fields) => fields,
        other => vec![FieldError { field: "form".into(), message: other.to_string() }],
    }
}

/// The places of these districts at a poll, and whether each is that poll's own; the usual ones, for none.
///
/// # Errors
/// What the database says.
pub async fn of_poll(
    scope: &mut Scoped,
    districts: &[i32],
    poll: Option<i64>,
) -> Result<HashMap<i32, (PollingPlace, bool)>, Error> {
    let rows = sqlx::query!(
        r#"select distinct on (area_no) area_no, name, address, postcode, poll_id is not null as "own!" from polling_place
           where area_no = any ($1) and (poll_id is null or poll_id = $2) order by area_no, poll_id is null"#,
        districts,
        poll
    )
    .fetch_all(scope.connection())
    .await?;
    let place = |name, address, postcode| PollingPlace { name, address, postcode };
    Ok(rows.into_iter().map(|r| (r.area_no, (place(r.name, r.address, r.postcode), r.own))).collect())
}

/// A poll's own place of a district.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Which poll's.
    pub poll: i64,
    /// That poll's name.
    pub poll_name: String,
    /// Where.
    pub place: PollingPlace,
}

/// The places of a district that are one poll's own, the newest poll first.
///
/// # Errors
/// What the database says.
pub async fn exceptions(scope: &mut Scoped, district: i32) -> Result<Vec<Exception>, Error> {
    let rows = sqlx::query!(
        r#"select l.poll_id as poll, l.name as poll_name, p.name, p.address, p.postcode
           from polling_place p join poll l using (poll_id) where p.area_no = $1 order by l.poll_date desc, l.poll_id"#,
        district
    )
    .fetch_all(scope.connection())
    .await?;
    let place = |name, address, postcode| PollingPlace { name, address, postcode };
    let exception = |poll, poll_name, place| Exception { poll, poll_name, place };
    Ok(rows.into_iter().map(|r| exception(r.poll, r.poll_name, place(r.name, r.address, r.postcode))).collect())
}

/// Puts districts' places down: the usual ones, or those of one poll.
///
/// # Errors
/// [`Error::Forbidden`] outside one's own districts.
pub async fn keep(scope: &mut Scoped, poll: Option<i64>, places: &[(i32, PollingPlace)]) -> Result<(), Error> {
    let of = |part: fn(&PollingPlace) -> &str| places.iter().map(|(_, p)| part(p).to_owned()).collect::<Vec<_>>();
    let districts: Vec<i32> = places.iter().map(|(number, _)| *number).collect();
    let (names, addresses) = (of(|p| p.name.as_str()), of(|p| p.address.as_str()));
    let postcodes = of(|p| p.postcode.as_deref().unwrap_or_default());
    sqlx::query!(
        "insert into polling_place (area_no, poll_id, name, address, postcode)
         select n.area_no, $1::bigint, n.name, n.address, nullif(n.postcode, '')
         from unnest($2::integer[], $3::text[], $4::text[], $5::text[]) n (area_no, name, address, postcode)
         on conflict (area_no, poll_id) do update set name = excluded.name, address = excluded.address,
           postcode = excluded.postcode, changed_at = statement_timestamp()",
        poll,
        &districts,
        &names,
        &addresses,
        &postcodes
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Takes a district's place away. Whether there was one of one's own.
///
/// # Errors
/// What the database says.
pub async fn forget(scope: &mut Scoped, district: i32, poll: Option<i64>) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.forget_place($1, $2) as "gone!""#, district, poll)
        .fetch_one(scope.connection())
        .await?)
}

/// A district that whoever acts may know, as lists of places show it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its number here.
    pub area_no: i32,
    /// Its authority's name.
    pub authority: String,
    /// Its letters.
    pub letters: String,
    /// Its name, where it has one.
    pub name: String,
    /// Electors on the register in force.
    pub electors: i32,
    /// Where it votes.
    pub place: Option<PollingPlace>,
    /// Whether that is the poll's own.
    pub own: bool,
}

/// The districts that whoever acts may know, with their places at a poll; the usual ones, for none.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, poll: Option<i64>) -> Result<Vec<Row>, Error> {
    let districts = store::districts(scope).await?;
    let numbers: Vec<i32> = districts.iter().map(|d| d.area_no).collect();
    let mut places = of_poll(scope, &numbers, poll).await?;
    let row = |d: store::District| {
        let (place, own) = places.remove(&d.area_no).map_or((None, false), |(place, own)| (Some(place), own));
        let store::District { area_no, authority, letters, name, electors, .. } = d;
        Row { area_no, authority, letters, name, electors, place, own }
    };
    Ok(districts.into_iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_clean_and_refused_with_what_to_do() {
        let hall = PollingPlace::read(" Village\u{a0}Hall ", "Hall Lane,  Brackenstead,", "ab14qx").unwrap();
        assert_eq!((hall.name.as_str(), hall.address.as_str()), ("Village Hall", "Hall Lane, Brackenstead"));
        assert_eq!(hall.whole_address(), "Hall Lane, Brackenstead, AB1 4QX");
        assert!(hall.is_same(&PollingPlace::read("VILLAGE HALL", "Hall Lane Brackenstead", "AB1 4QX").unwrap()));
        let Err(Error::Invalid(wrong)) = PollingPlace::read("", &"x".repeat(301), "ZZ1") else { panic!() };
        assert_eq!(wrong.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["name", "address", "postcode"]);
        assert_eq!(PollingPlace::read("Hall", "", "").unwrap().postcode, None);
    }
}
