//! Changing what is on record of a volunteer or a supporter.

use super::add::{self, Offer};
use super::store;
use super::{State, Volunteer};
use crate::database::Scoped;
use crate::error::Error;
use uuid::Uuid;

/// Changes what somebody offers.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn offer(scope: &mut Scoped, person: Uuid, offer: &Offer) -> Result<(), Error> {
    let done = sqlx::query!(
        "update volunteer set skills = $2, availability = $3, how_far = $4, languages = $5, access_needs = $6 where person_id = $1",
        person,
        &offer.skills,
        &offer.availability,
        offer.how_far,
        offer.languages,
        offer.access_needs
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() > 0 { Ok(()) } else { Err(Error::NotFound) }
}

/// Changes how somebody is reached, as far as another way was typed than the one shown: what whoever writes does not see stays. And
/// whether they said that they are under 18.
///
/// # Errors
/// What the database says.
pub async fn reach(scope: &mut Scoped, person: Uuid, email: &str, mobile: &str, under_18: bool) -> Result<(), Error> {
    let shown = store::contact(scope, person).await?.unwrap_or_default();
    if email != shown.email {
        sqlx::query!(
            "update person_contact set email = $2, email_key = $3 where person_id = $1",
            person,
            email,
            email.to_lowercase()
        )
        .execute(scope.connection())
        .await?;
    }
    if mobile != shown.mobile {
        sqlx::query!("update person_contact set mobile = $2 where person_id = $1", person, mobile)
            .execute(scope.connection())
            .await?;
    }
    sqlx::query!("update person set under_18 = $2 where person_id = $1 and under_18 <> $2", person, under_18)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// Pauses, stops or starts somebody; a supporter who starts is a volunteer from then on.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, or where that is no next step.
pub async fn state(scope: &mut Scoped, person: &Volunteer, state: State) -> Result<(), Error> {
    let supports = person.supports();
    let person = person.person;
    match state {
        State::Active if supports => return add::volunteer(scope, person, &Offer::default()).await,
        State::Supporter => return Err(Error::NotFound),
        _ => {}
    }
    let done = sqlx::query!("update volunteer set state = $2 where person_id = $1", person, state.as_str())
        .execute(scope.connection())
        .await?;
    if done.rows_affected() > 0 { Ok(()) } else { Err(Error::NotFound) }
}

/// Adds a note of campaigning.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn note(scope: &mut Scoped, person: Uuid, words: &str) -> Result<(), Error> {
    let account = scope.account();
    let done = sqlx::query!(
        "insert into person_note (note_id, person_id, area_id, purpose, words, by_account)
         select $1, p.person_id, p.area_id, 'campaigning', $3, $4 from person p where p.person_id = $2",
        Uuid::now_v7(),
        person,
        words,
        account
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() > 0 { Ok(()) } else { Err(Error::NotFound) }
}

/// Remembers which invitation went to a volunteer: whoever takes it up is they.
///
/// # Errors
/// What the database says.
pub async fn invited(scope: &mut Scoped, person: Uuid, link: Uuid) -> Result<(), Error> {
    sqlx::query!("update volunteer set invitation = $2 where person_id = $1", person, link)
        .execute(scope.connection())
        .await?;
    Ok(())
}
