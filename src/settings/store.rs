//! The installation in the database. Its table writes its own versions.

use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

/// Whose installation this is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installation {
    /// The data controller.
    pub controller: String,
    /// Where to write to about data.
    pub contact: String,
    /// `party`, `representative` or `candidate`.
    pub kind: String,
    /// What people are told.
    pub privacy_notice: String,
    /// Whether volunteers need a second factor too.
    pub factors_for_all: bool,
    /// Above how many people a second person lets a message go.
    pub message_limit: i32,
}

/// Whose installation this is; empty before set-up.
///
/// # Errors
/// What the database says.
pub async fn installation(scope: &mut Scoped) -> Result<Installation, Error> {
    let found = sqlx::query_as!(
        Installation,
        "select controller, contact, kind, privacy_notice, factors_for_all, message_limit from installation"
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(found.unwrap_or_default())
}

/// Changes everything but the kind from now on.
///
/// # Errors
/// What the database says.
pub async fn change(scope: &mut Scoped, to: &Installation) -> Result<(), Error> {
    sqlx::query!(
        "update installation set controller = $1, contact = $2, privacy_notice = $3, factors_for_all = $4, message_limit = $5",
        to.controller,
        to.contact,
        to.privacy_notice,
        to.factors_for_all,
        to.message_limit
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// The installation as it stood from a time on.
#[derive(Debug, Clone)]
pub struct Version {
    /// Which.
    pub version: i32,
    /// From when.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// The controller then.
    pub controller: String,
    /// The contact then.
    pub contact: String,
    /// The notice then.
    pub privacy_notice: String,
    /// Whether volunteers needed a second factor then.
    pub factors_for_all: bool,
}

/// Every version, newest first.
///
/// # Errors
/// What the database says.
pub async fn versions(scope: &mut Scoped) -> Result<Vec<Version>, Error> {
    Ok(sqlx::query_as!(
        Version,
        r#"select v.version, v.at, coalesce(a.name, case when v.by_operator then 'The operator' else 'Set-up' end) as "by!",
             v.controller, v.contact, v.privacy_notice, v.factors_for_all
           from installation_version v left join account a using (account_id) order by v.version desc"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A registration authority and whom to ask there about the register.
#[derive(Debug, Clone)]
pub struct Officer {
    /// The authority.
    pub authority: i32,
    /// Its name.
    pub name: String,
    /// The officer's email address; empty: not known.
    pub email: String,
    /// The officer's postal address; empty: not known.
    pub address: String,
}

/// Every authority, by name.
///
/// # Errors
/// What the database says.
pub async fn officers(scope: &mut Scoped) -> Result<Vec<Officer>, Error> {
    Ok(sqlx::query_as!(
        Officer,
        r#"select partition_id as authority, name, coalesce(officer_email, '') as "email!", coalesce(officer_address, '') as "address!"
           from authority order by name"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Keeps where one authority's registration officer is reached.
///
/// # Errors
/// [`Error::NotFound`] when there is no such authority.
pub async fn set_officer(scope: &mut Scoped, authority: i32, email: &str, address: &str) -> Result<(), Error> {
    let done = sqlx::query!(
        "update authority set officer_email = nullif($2, ''), officer_address = nullif($3, '') where partition_id = $1",
        authority,
        email,
        address
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Who processes data for the controller, or receives it.
#[derive(Debug, Clone, Serialize)]
pub struct Processor {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it does with which data.
    pub what_for: String,
    /// Where: country, or the controller's own rooms.
    pub place: String,
    /// The date of the contract (Art 28(3)); None: there is none.
    pub contract: Option<NaiveDate>,
    /// Since when it is on record.
    pub added: DateTime<Utc>,
    /// Until when.
    pub ended: Option<DateTime<Utc>>,
}

/// Processors and recipients, those of now first.
///
/// # Errors
/// What the database says.
pub async fn processors(scope: &mut Scoped) -> Result<Vec<Processor>, Error> {
    Ok(sqlx::query_as!(
        Processor,
        "select processor_id as id, name, what_for, place, contract_date as contract, added_at as added, ended_at as ended
         from processor order by ended_at is not null, lower(name), processor_id"
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Adds one.
///
/// # Errors
/// What the database says.
pub async fn add_processor(
    scope: &mut Scoped,
    name: &str,
    what_for: &str,
    place: &str,
    contract: Option<NaiveDate>,
) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into processor (name, what_for, place, contract_date, added_by) values ($1, $2, $3, $4, $5)",
        name,
        what_for,
        place,
        contract,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Ends one; that it was there stays on record.
///
/// # Errors
/// [`Error::NotFound`] when it is not there, or over.
pub async fn end_processor(scope: &mut Scoped, id: i64) -> Result<(), Error> {
    let account = scope.account();
    let done = sqlx::query!(
        "update processor set ended_at = now(), ended_by = $2 where processor_id = $1 and ended_at is null",
        id,
        account
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}
