//! Links by email: to set another password, to sign in, to take up an invitation, to confirm another address. Each is good
//! once, for a while, and for the address that it was sent to; opening one changes nothing, only the button on its page does.

use super::Caller;
use crate::access::{Role, Token};
use crate::database::{Credential, Database};
use crate::error::Error;
use crate::keys::Keys;
use crate::mail::{Form, Link};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To set another password.
    Reset,
    /// To sign in.
    SignIn,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Reset => "reset",
            Kind::SignIn => "sign-in",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Kind::Reset => "/password/reset/",
            Kind::SignIn => "/sign-in/link/",
        }
    }

    fn form(self, link: Link) -> Form {
        match self {
            Kind::Reset => Form::PasswordReset { link },
            Kind::SignIn => Form::SignInLink { link },
        }
    }
}

/// A token in an address, as it may be looked up.
///
/// # Errors
/// [`Error::NotFound`] when it has not the shape of one.
pub fn credential(token: &str) -> Result<Credential, Error> {
    Credential::from_token(token).ok_or(Error::NotFound)
}

/// Sends a link to an address, if an account with access has it; says the same to whoever asks either way.
///
/// # Errors
/// [`Error::TooMany`] after three letters to one address, or 30 asked for from one place, in an hour.
pub async fn send(
    database: &Database,
    (keys, base_url): (&Keys, &str),
    kind: Kind,
    email: &str,
    caller: &Caller,
) -> Result<(), Error> {
    let token = Token::new();
    let link = Link::seal(keys, &format!("{base_url}{}{}", kind.path(), token.as_str()))?;
    let again: Option<DateTime<Utc>> = sqlx::query_scalar!(
        "select wall.ask_link($1, $2, $3, $4, $5, $6)",
        kind.as_str(),
        Uuid::now_v7(),
        token.key(),
        email,
        caller.address,
        kind.form(link).fields()?
    )
    .fetch_one(database.door())
    .await?;
    again.map_or(Ok(()), |at| Err(Error::TooMany(at)))
}

/// Counts an opening of a link or a code by where from, so that nobody tries them through.
///
/// # Errors
/// [`Error::TooMany`].
pub async fn count(database: &Database, caller: &Caller) -> Result<(), Error> {
    let again: Option<DateTime<Utc>> =
        sqlx::query_scalar!("select wall.begin_link($1)", caller.address).fetch_one(database.door()).await?;
    again.map_or(Ok(()), |at| Err(Error::TooMany(at)))
}

/// How a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It opens what it is for.
    Good,
    /// It was used.
    Used,
    /// Its time is over.
    Expired,
    /// It was ended: by a newer one, a changed password, or the end of somebody's access.
    Ended,
}

/// What a link's page may say to whoever holds it.
#[derive(Debug, Clone)]
pub struct About {
    /// How it stands.
    pub state: State,
    /// To whom it was sent.
    pub name: String,
    /// To what address.
    pub email: String,
    /// An invitation's role.
    pub role: Option<Role>,
    /// Its area.
    pub area: String,
    /// What for.
    pub purpose: String,
    /// When the grant ends.
    pub until: Option<DateTime<Utc>>,
    /// Who sent it; empty: the operator, or the account itself.
    pub made_by: String,
    /// Of a change of address: whether this is the new one's.
    pub to_new: bool,
}

/// A link of this kind (`invitation`, `reset`, `sign-in`, `email`).
///
/// # Errors
/// [`Error::NotFound`] when there is none such; [`Error::TooMany`] when too many were opened from here.
pub async fn about(database: &Database, kind: &str, link: &Credential, caller: &Caller) -> Result<About, Error> {
    count(database, caller).await?;
    let row = sqlx::query!(
        r#"select kind as "kind!", state as "state!", name, email, role, area, purpose, until, made_by, to_new
           from wall.link_state($1)"#,
        link.as_hex()
    )
    .fetch_optional(database.door())
    .await?;
    let row = row.filter(|r| r.kind == kind).ok_or(Error::NotFound)?;
    Ok(About {
        state: match row.state.as_str() {
            "good" => State::Good,
            "used" => State::Used,
            "expired" => State::Expired,
            _ => State::Ended,
        },
        name: row.name.unwrap_or_default(),
        email: row.email.unwrap_or_default(),
        role: row.role.as_deref().and_then(Role::parse),
        area: row.area.unwrap_or_default(),
        purpose: row.purpose.unwrap_or_default(),
        until: row.until,
        made_by: row.made_by.unwrap_or_default(),
        to_new: row.to_new.unwrap_or_default(),
    })
}

/// Uses a link to sign in up; answers whose it was. None: it is not good any more.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn sign_in(database: &Database, link: &Credential) -> Result<Option<Uuid>, Error> {
    Ok(sqlx::query_scalar!("select wall.sign_in_by_link($1)", link.as_hex()).fetch_one(database.door()).await?)
}

/// Sets the password by a link: signed out everywhere, every other link ended. False: it is not good any more.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn reset_password(database: &Database, link: &Credential, password_hash: &str) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.reset_password($1, $2) as "done!""#, link.as_hex(), password_hash)
        .fetch_one(database.door())
        .await?)
}

/// What somebody invited answers.
#[derive(Debug, Clone)]
pub struct TakeUp {
    /// Their name.
    pub name: String,
    /// Their password, hashed; None: they will use a passkey.
    pub password_hash: Option<String>,
    /// The version of the terms that they accept.
    pub terms: Option<i32>,
}

/// Takes an invitation up: account, acceptance and grant at once. Answers the account; None: the link is not good any more.
///
/// # Errors
/// [`Error::Conflict`] when the address has got an account meanwhile.
pub async fn take_up(database: &Database, link: &Credential, answer: &TakeUp) -> Result<Option<Uuid>, Error> {
    let account = Uuid::now_v7();
    let done = sqlx::query_scalar!(
        "select wall.take_up($1, $2, $3, $4, $5, $6)",
        link.as_hex(),
        account,
        Uuid::now_v7(),
        answer.name,
        answer.password_hash,
        answer.terms
    )
    .fetch_one(database.door())
    .await?;
    match done.as_deref() {
        Some("done") => Ok(Some(account)),
        Some(_) => Err(Error::Conflict("This address has an account by now. Sign in with it".into())),
        None => Ok(None),
    }
}

/// What came of asking for another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Letters are on their way to both.
    Sent,
    /// Too many in an hour.
    TooMany,
}

/// Asks for another address: a letter to either end, and both must say yes.
///
/// # Errors
/// [`Error::ConfirmFirst`] when the account has a factor that was not proved lately.
pub async fn ask_email_change(
    database: &Database,
    (keys, base_url): (&Keys, &str),
    credential: &Credential,
    email: &str,
    caller: &Caller,
) -> Result<Asked, Error> {
    let (old, new) = (Token::new(), Token::new());
    let link = |token: &Token| Link::seal(keys, &format!("{base_url}/account/email/{}", token.as_str()));
    let answer = sqlx::query_scalar!(
        r#"select wall.ask_email_change($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as "answer!""#,
        credential.as_hex(),
        email,
        Uuid::now_v7(),
        Uuid::now_v7(),
        old.key(),
        Uuid::now_v7(),
        new.key(),
        Form::AddressLeaves { to: masked(email), link: link(&old)? }.fields()?,
        Form::AddressComes { link: link(&new)? }.fields()?,
        caller.address
    )
    .fetch_one(database.door())
    .await?;
    match answer.as_str() {
        "sent" => Ok(Asked::Sent),
        "too-many" => Ok(Asked::TooMany),
        "stale" => Err(Error::ConfirmFirst),
        _ => Err(Error::AccessEnded),
    }
}

/// "a…@lantern.example": enough to know one's own again.
fn masked(email: &str) -> String {
    let (who, host) = email.split_once('@').unwrap_or((email, ""));
    format!("{}…@{host}", who.chars().take(1).collect::<String>())
}

/// What came of a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The other end's is missing.
    Waiting,
    /// The address has changed.
    Done,
    /// Another account has it by now.
    Taken,
    /// The link is not good any more.
    NotGood,
}

/// One end says yes to another address.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn confirm_email(database: &Database, link: &Credential) -> Result<Confirmed, Error> {
    let answer = sqlx::query_scalar!("select wall.confirm_email($1)", link.as_hex()).fetch_one(database.door()).await?;
    Ok(match answer.as_deref() {
        Some("waiting") => Confirmed::Waiting,
        Some("done") => Confirmed::Done,
        Some(_) => Confirmed::Taken,
        None => Confirmed::NotGood,
    })
}

/// Either end says no.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn refuse_email(database: &Database, link: &Credential) -> Result<(), Error> {
    sqlx::query_scalar!("select wall.refuse_email($1)", link.as_hex()).fetch_one(database.door()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn an_address_is_told_to_its_owner_alone() {
        assert_eq!(masked("ann.bell@lantern.example"), "a…@lantern.example");
        assert_eq!(masked("@x"), "…@x");
    }
}
