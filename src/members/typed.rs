//! A member typed in or changed by hand.

use super::plan::Entry;
use super::row::{email, telephone};
use super::{apply, imports, matches, today};
use crate::areas::Area;
use crate::database::Scoped;
use crate::electors::address::Address;
use crate::electors::folding::clean;
use crate::electors::name::PersonName;
use crate::electors::postcode::Postcode;
use crate::error::Error;
use crate::web::FieldErrors;
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

/// The form's fields, as they come back into the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Membership number.
    pub number: String,
    /// Forenames.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// The area's id.
    pub area: String,
    /// Kind of membership.
    pub kind: String,
    /// Member since.
    pub joined: String,
    /// Paid until; only of a new member.
    pub paid_until: String,
    /// Address, a line each.
    pub address: String,
    /// Postcode.
    pub postcode: String,
    /// Email address.
    pub email: String,
    /// Mobile.
    pub mobile: String,
    /// Another telephone.
    pub phone: String,
    /// Date of birth.
    pub born: String,
}

impl Typed {
    /// The form filled in with somebody who is held.
    pub fn of(held: &Entry) -> Self {
        let day = |day: Option<NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
        Typed {
            number: held.number.clone(),
            forename: held.forename.clone(),
            surname: held.surname.clone(),
            area: held.area_id.to_string(),
            kind: held.kind.clone(),
            joined: day(held.joined_on),
            paid_until: day(held.paid_until),
            address: held.address.join("\n"),
            postcode: held.postcode.clone(),
            email: held.email.clone(),
            mobile: held.mobile.clone(),
            phone: held.phone.clone(),
            born: day(held.born_on),
        }
    }

    /// The member that was typed, or what of it cannot stand.
    pub fn read(&self, held: Option<&Entry>, areas: &[Area]) -> Result<Entry, FieldErrors> {
        let mut errors = FieldErrors::default();
        let old = held.cloned().unwrap_or_else(|| Entry { person_id: Uuid::now_v7(), ..Entry::default() });
        let text = |errors: &mut FieldErrors, field: &str, given: &str, most: usize| {
            let text = clean(given);
            if text.chars().count() > most {
                errors.add(field, format!("Write it in up to {most} letters"));
            }
            text
        };
        let area = areas.iter().find(|a| a.id.to_string() == self.area).map(|a| a.id);
        if area.is_none() {
            errors.add("area", "Choose the area that the member belongs to");
        }
        let lines: Vec<&str> = self.address.lines().collect();
        let address = Address::new(lines.iter().copied(), &self.postcode);
        if address.lines.len() > 8 || address.lines.join(" ").chars().count() > 400 {
            errors.add("address", "Write the address in up to 8 lines and 400 letters");
        }
        if !self.postcode.trim().is_empty() && Postcode::try_from(self.postcode.as_str()).is_err() {
            errors.add("postcode", "Write a whole postcode, for example AB1 2DE");
        }
        let given = clean(&self.email);
        let address_of = email(&given).unwrap_or_default();
        if address_of.is_empty() && !given.is_empty() {
            errors.add("email", "Write one whole email address, for example name@example.org");
        }
        for (field, number) in [("mobile", &self.mobile), ("phone", &self.phone)] {
            if !number.trim().is_empty() && telephone(number).is_empty() {
                errors.add(field, "Write the number in figures, for example 07700 900123");
            }
        }
        let entry = Entry {
            person_id: old.person_id,
            area_id: area.unwrap_or_default(),
            number: text(&mut errors, "number", &self.number, 40),
            forename: text(&mut errors, "forename", &self.forename, 100),
            surname: text(&mut errors, "surname", &self.surname, 100),
            kind: text(&mut errors, "kind", &self.kind, 60),
            joined_on: day(&mut errors, "joined", &self.joined, today()),
            paid_until: match held {
                Some(held) => held.paid_until,
                None => day(&mut errors, "paid_until", &self.paid_until, today() + chrono::TimeDelta::days(366 * 30)),
            },
            born_on: day(&mut errors, "born", &self.born, today()),
            postcode: address.postcode.as_ref().map(Postcode::to_string).unwrap_or_default(),
            address: address.lines,
            email: address_of,
            mobile: telephone(&self.mobile),
            phone: telephone(&self.phone),
            state: if old.state.is_empty() { "current".into() } else { old.state },
            standing: old.standing,
            branch: old.branch,
            ..Entry::default()
        };
        if entry.number.is_empty() {
            errors.add("number", "Write the membership number: members are known by it");
        }
        if entry.surname.is_empty() {
            errors.add("surname", "Write the surname");
        }
        let name =
            PersonName { forenames: entry.forename.clone(), surname: entry.surname.clone(), ..PersonName::default() };
        if errors.any() { Err(errors) } else { Ok(entry.with_keys(&name)) }
    }
}

fn day(errors: &mut FieldErrors, field: &str, given: &str, latest: NaiveDate) -> Option<NaiveDate> {
    if given.trim().is_empty() {
        return None;
    }
    let day = crate::registers::dates::parse_date(given, latest);
    let earliest = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default();
    if day.is_none_or(|d| d > latest || d < earliest) {
        errors.add(field, "Write a day, for example 24/11/2026");
    }
    day
}

/// The areas that a member may belong to here.
///
/// # Errors
/// What the database says.
pub async fn areas(scope: &mut Scoped, area: i64) -> Result<Vec<Area>, Error> {
    let places = imports::places(scope, area).await?;
    let mut all = crate::areas::store::all(scope).await?;
    all.retain(|a| places.contains(&a.id));
    Ok(all)
}

/// Adds a member, and looks for them on the register.
///
/// # Errors
/// [`Error::Invalid`] when the number is somebody's.
pub async fn add(scope: &mut Scoped, entry: &Entry) -> Result<(), Error> {
    check_number(scope, entry).await?;
    apply::because(scope, None, "").await?;
    apply::add(scope, &[entry], "typed").await?;
    matches::find(scope).await?;
    Ok(())
}

/// Writes a member as they are now, and looks for them on the register again.
///
/// # Errors
/// [`Error::Invalid`] when the number is somebody else's.
pub async fn change(scope: &mut Scoped, entry: &Entry) -> Result<(), Error> {
    check_number(scope, entry).await?;
    apply::because(scope, None, "").await?;
    apply::change(scope, &[entry]).await?;
    matches::find(scope).await?;
    Ok(())
}

async fn check_number(scope: &mut Scoped, entry: &Entry) -> Result<(), Error> {
    let taken = sqlx::query_scalar!(
        r#"select exists (select from member where number = $1 and person_id <> $2)
             or exists (select from wall.members_elsewhere(array[$1])) as "taken!""#,
        entry.number,
        entry.person_id
    )
    .fetch_one(scope.connection())
    .await?;
    match taken {
        true => Err(Error::field("number", "Another member has this number. Look them up by it, or mend the number")),
        false => Ok(()),
    }
}
