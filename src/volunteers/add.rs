//! Writing a volunteer down: the person, unless they are here already, how they are reached, what they agreed to.

use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::electors::folding::fold;
use crate::error::Error;
use crate::tasks;
use uuid::Uuid;

/// What somebody offers.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// What they can do.
    pub skills: Vec<String>,
    /// When they can.
    pub availability: Vec<String>,
    /// How far they go.
    pub how_far: String,
    /// Languages besides English.
    pub languages: String,
    /// What they chose to tell so that they can take part.
    pub access_needs: String,
}

/// Whoever is to be a volunteer, or a supporter.
#[derive(Debug, Clone)]
pub struct Who {
    /// Forename.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// Where they belong.
    pub area: i64,
    /// Whether they are under 18.
    pub under_18: bool,
    /// Email address, or nothing.
    pub email: String,
    /// Mobile telephone, or nothing.
    pub mobile: String,
    /// `door` or `typed`.
    pub source: &'static str,
}

impl Who {
    /// The name folded surname first, as the database keeps it.
    pub fn name_key(&self) -> String {
        fold(&format!("{} {}", self.surname, self.forename))
    }

    fn forename_key(&self) -> String {
        fold(&format!("{} {}", self.forename, self.surname))
    }
}

/// Makes a person of Organise, with how they are reached for whoever organises.
///
/// # Errors
/// What the database says.
pub async fn person(scope: &mut Scoped, id: Uuid, who: &Who) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into person (person_id, area_id, forename, surname, name_key, forename_key, source, under_18, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        id,
        who.area,
        who.forename,
        who.surname,
        who.name_key(),
        who.forename_key(),
        who.source,
        who.under_18,
        account
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into person_contact (person_id, area_id, email, email_key, mobile, for_organisers)
         values ($1, $2, $3, $4, $5, true) on conflict do nothing",
        id,
        who.area,
        who.email,
        who.email.to_lowercase(),
        who.mobile
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Keeps that somebody who is here said that they are under 18.
///
/// # Errors
/// What the database says.
pub async fn said_under_18(scope: &mut Scoped, person: Uuid) -> Result<(), Error> {
    sqlx::query!("update person set under_18 = true where person_id = $1 and not under_18", person)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// Makes somebody who is here a volunteer. Whoever stopped helps again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such person in the area in use.
pub async fn volunteer(scope: &mut Scoped, person: Uuid, offer: &Offer) -> Result<(), Error> {
    let done = sqlx::query!(
        "insert into volunteer (person_id, area_id, skills, availability, how_far, languages, access_needs)
         select p.person_id, p.area_id, $2, $3, $4, $5, $6 from person p where p.person_id = $1
         on conflict (person_id) do update set skills = excluded.skills, availability = excluded.availability,
           how_far = excluded.how_far, languages = excluded.languages, access_needs = excluded.access_needs, state = 'active'",
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

/// A word about a channel.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// `email`, `text`, `phone` or `post`.
    pub channel: &'a str,
    /// Yes or no.
    pub given: bool,
    /// What they were asked, or said.
    pub wording: &'a str,
    /// Where.
    pub source: &'a str,
}

/// Puts on record what somebody agreed to, or took back.
///
/// # Errors
/// [`Error::NotFound`] when there is no such person in the area in use.
pub async fn consent(scope: &mut Scoped, person: Uuid, said: Said<'_>) -> Result<(), Error> {
    let account = scope.account();
    let done = sqlx::query!(
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source, recorded_by)
         select $1, p.person_id, p.area_id, $3, $4, $5, $6, $7 from person p where p.person_id = $2",
        Uuid::now_v7(),
        person,
        said.channel,
        said.given,
        said.wording,
        said.source,
        account
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() > 0 { Ok(()) } else { Err(Error::NotFound) }
}

/// Says that a person is the elector whom a task is about, and closes the task with what came of it, where it asked for that.
///
/// # Errors
/// What the database says.
pub async fn from_door(
    scope: &mut Scoped,
    person: Uuid,
    task: Uuid,
    elector: Option<ElectorId>,
    outcome: Option<&str>,
) -> Result<(), Error> {
    if let Some(elector) = elector {
        sqlx::query_scalar!("select wall.link_helper($1, $2, $3)", person, elector.partition, elector.id)
            .fetch_one(scope.connection())
            .await?;
    }
    if let Some(outcome) = outcome {
        tasks::act::done(scope, task, outcome, "").await?;
    }
    Ok(())
}
