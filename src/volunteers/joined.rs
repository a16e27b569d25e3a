//! Whoever canvasses here with an account that is nobody's on record, since they joined by a code or an administrator invited them:
//! no hours, events or messages are theirs before they are written down, which one button does.

use super::store;
use crate::database::Scoped;
use crate::electors::folding::{clean, fold};
use crate::error::Error;
use crate::web::{Answer, Form, Viewer, see_other};
use serde::Deserialize;
use uuid::Uuid;

/// How many are shown at once: those who are added make room for the others.
pub const SHOWN: usize = 20;

/// One of them.
#[derive(Debug, Clone)]
pub struct Joined {
    /// Their account.
    pub account: Uuid,
    /// What they are called.
    pub name: String,
    /// Where their access is.
    pub area: String,
}

/// Everybody who canvasses in the area in use and is not on record, for whoever organises there: what the list of access shows too.
///
/// # Errors
/// What the database says.
pub async fn without_record(scope: &mut Scoped) -> Result<Vec<Joined>, Error> {
    Ok(sqlx::query_as!(
        Joined,
        r#"select account_id as "account!", name as "name!", area_name as "area!" from wall.helpers_without_record()
           order by lower(name), account_id"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What a button of theirs sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct JoinedForm {
    account: String,
}

/// `POST /volunteers/joined`: writes one of them down as a volunteer, once.
///
/// # Errors
/// [`Error::NotFound`] of whoever does not canvass in the area in use, and for whoever does not organise there.
pub async fn add(viewer: Viewer, Form(form): Form<JoinedForm>) -> Answer {
    let account: Uuid = form.account.parse().map_err(|_| Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    if !store::organises(&scope) {
        return Err(Error::NotFound);
    }
    let added = write_down(&mut scope, account).await?;
    let person = sqlx::query_scalar!("select person_id from person where account_id = $1", account)
        .fetch_optional(scope.connection())
        .await?
        .ok_or(Error::NotFound)?;
    scope.commit().await?;
    // Pressed once more, or linked meanwhile by their address, which may be a member's who is no volunteer.
    Ok(see_other(&if added { format!("/volunteers/{person}?said=joined") } else { "/volunteers".to_owned() }))
}

async fn write_down(scope: &mut Scoped, account: Uuid) -> Result<bool, Error> {
    let all = without_record(scope).await?;
    let Some(one) = all.into_iter().find(|one| one.account == account) else { return Ok(false) };
    let (forename, surname) = names(&one.name);
    Ok(sqlx::query_scalar!(
        r#"select wall.add_helper($1, $2, $3, $4, $5, $6) as "added!""#,
        account,
        Uuid::now_v7(),
        forename,
        surname,
        fold(&format!("{surname} {forename}")),
        fold(&format!("{forename} {surname}"))
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Forename and surname of a whole name, as a membership file's is split: the last word is the surname.
fn names(whole: &str) -> (String, String) {
    let whole = clean(whole);
    let (forename, surname) = whole.rsplit_once(' ').unwrap_or(("", &whole));
    let short = |name: &str| name.chars().take(100).collect::<String>();
    (short(forename), short(surname))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_name_is_the_surname() {
        let told = |whole| {
            let (forename, surname) = names(whole);
            format!("{forename}|{surname}")
        };
        assert_eq!(told(" Mary Ann  Thirlby "), "Mary Ann|Thirlby");
        assert_eq!(told("Thirlby"), "|Thirlby");
        assert_eq!(names(&"x".repeat(200)).1.len(), 100);
    }
}
