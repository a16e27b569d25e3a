//! Invitations that are out, and sending one.

use crate::access::{Role, Token};
use crate::areas::{self, Area};
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use crate::mail::{Form, Link};
use crate::web::Viewer;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long an invitation is good.
const GOOD_FOR: TimeDelta = TimeDelta::days(7);

/// An invitation that nobody has taken up yet.
#[derive(Debug, Clone)]
pub struct Out {
    /// Which.
    pub id: Uuid,
    /// To whom.
    pub name: String,
    /// At what address.
    pub email: String,
    /// The role; None: an account alone.
    pub role: Option<Role>,
    /// Where; None with no role.
    pub area: Option<String>,
    /// Until when it is good.
    pub ends_at: DateTime<Utc>,
    /// Who sent it; None: the operator.
    pub by: Option<String>,
}

/// What an administrator sees that is out, the newest first; an organiser, their own.
///
/// # Errors
/// What the database says.
pub async fn out(scope: &mut Scoped, role: Role) -> Result<Vec<Out>, Error> {
    if role == Role::Administrator {
        return Ok(sqlx::query_as!(
            Out,
            r#"select l.link_id as id, l.name as "name!", l.address as "email!", l.role as "role: _", ar.name as "area?", l.ends_at,
                 m.name as "by?"
               from link l left join area ar using (area_id) left join account m on m.account_id = l.made_by
               where l.used_at is null and l.ended_at is null and l.ends_at > now() order by l.made_at desc limit 500"#
        )
        .fetch_all(scope.connection())
        .await?);
    }
    let rows = sqlx::query!(
        r#"select link_id as "id!", name as "name!", email as "email!", area, ends_at as "ends_at!" from wall.own_invitations()"#
    )
    .fetch_all(scope.connection())
    .await?;
    let own = rows.into_iter().map(|r| Out {
        id: r.id,
        name: r.name,
        email: r.email,
        role: Some(Role::Volunteer),
        area: r.area,
        ends_at: r.ends_at,
        by: None,
    });
    Ok(own.collect())
}

/// Areas that somebody may invite to: all for an administrator, those inside their own for an organiser.
///
/// # Errors
/// What the database says.
pub async fn areas(scope: &mut Scoped, viewer: &Viewer) -> Result<Vec<Area>, Error> {
    let mut all = areas::store::all(scope).await?;
    if viewer.role == Role::Organiser {
        let inside = areas::store::inside(scope).await?;
        all.retain(|a| inside.contains(&a.id));
    }
    Ok(all)
}

/// What an invitation gives.
#[derive(Debug, Clone)]
pub struct Given {
    /// The role.
    pub role: Role,
    /// Where.
    pub area: Area,
    /// What for.
    pub purpose: String,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// An invitation about to be sent.
#[derive(Debug, Clone)]
pub struct New {
    /// To whom.
    pub name: String,
    /// At what address.
    pub email: String,
    /// Why, for the record.
    pub reason: String,
    /// What it gives; None: an account alone.
    pub given: Option<Given>,
}

/// Sends an invitation: the letter goes when the transaction has committed.
///
/// # Errors
/// [`Error::Invalid`] on `email` when the address has an account, on `area` when the inviter may not give that.
pub async fn send(scope: &mut Scoped, (keys, base_url): (&Keys, &str), by: &str, new: &New) -> Result<Uuid, Error> {
    let (id, token) = (Uuid::now_v7(), Token::new());
    let until = Utc::now() + GOOD_FOR;
    let letter = Form::Invitation {
        by: by.to_owned(),
        role: new.given.as_ref().map(|g| g.role),
        area: new.given.as_ref().map(|g| g.area.name.clone()).unwrap_or_default(),
        until,
        link: Link::seal(keys, &format!("{base_url}/invitation/{}", token.as_str()))?,
    };
    let given = new.given.as_ref();
    let answer = sqlx::query_scalar!(
        r#"select wall.invite($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as "answer!""#,
        id,
        token.key(),
        new.email,
        new.name,
        given.map(|g| g.role.as_str()),
        given.map(|g| g.area.id),
        given.map(|g| g.purpose.as_str()),
        new.reason,
        given.map(|g| g.until),
        until,
        letter.fields()?
    )
    .fetch_one(scope.connection())
    .await?;
    match answer.as_str() {
        "sent" => Ok(id),
        "known" => Err(Error::field("email", "This address has an account. Give it a grant instead")),
        _ => Err(Error::field(
            "area",
            "You may give this only inside your own area, and for no longer than your own access",
        )),
    }
}

/// Ends an invitation that nobody has taken up.
///
/// # Errors
/// [`Error::NotFound`] when it is none of the actor's to end.
pub async fn end(scope: &mut Scoped, id: Uuid) -> Result<(), Error> {
    let ended =
        sqlx::query_scalar!(r#"select wall.end_invitation($1) as "done!""#, id).fetch_one(scope.connection()).await?;
    if ended { Ok(()) } else { Err(Error::NotFound) }
}
