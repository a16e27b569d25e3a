//! Who is asking, as the guard found out in PostgreSQL for this very request.

use crate::access::door::{Caller, Notice};
use crate::access::{Asks, GrantKind, Permission, Role};
use crate::database::{Actor, Credential, Database, Scope, Scoped};
use crate::error::{Error, NOT_YOUR_ROLES, Tool};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A live grant of the viewer's own, for the switcher in the head.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct OwnGrant {
    /// The grant.
    pub grant_id: Uuid,
    /// Its role.
    pub role: Role,
    /// Its area's name.
    pub area: String,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// What for.
    pub purpose: String,
    /// How it came.
    pub kind: GrantKind,
}

/// A live session under one grant, and the permission of the route it came by.
#[derive(Clone)]
pub struct Viewer {
    pub(super) database: Database,
    pub(super) credential: Credential,
    pub(super) permission: Permission,
    /// Where from.
    pub caller: Caller,
    /// The session.
    pub session: Uuid,
    /// The account.
    pub account: Uuid,
    /// The account's name.
    pub name: String,
    /// The account's email address.
    pub email: String,
    /// The grant in use.
    pub grant: Uuid,
    /// Its role.
    pub role: Role,
    /// Its area.
    pub area: i64,
    /// Its area's name.
    pub area_name: String,
    /// Its purpose.
    pub purpose: String,
    /// When the grant ends.
    pub grant_ends: DateTime<Utc>,
    /// When the session ends at the latest.
    pub session_ends: DateTime<Utc>,
    /// Light or dark, when chosen.
    pub theme: Option<String>,
    /// Whether this is the demonstration.
    pub demonstration: bool,
    /// The account's live grants.
    pub grants: Vec<OwnGrant>,
    /// The halves that are closed.
    pub closed: Vec<Notice>,
    /// What stands between this session and the role's pages.
    pub asks: Option<Asks>,
    /// When a second factor was proved last.
    pub factor_at: Option<DateTime<Utc>>,
    pub(super) refreshed_at: DateTime<Utc>,
}

impl Viewer {
    /// Begins the scoped transaction of this request, in the grant's own area.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn scope(&self) -> Result<Scoped, Error> {
        self.scope_of(Scope::default()).await
    }

    /// Begins the scoped transaction with what is open on this page.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn scope_of(&self, scope: Scope) -> Result<Scoped, Error> {
        self.scope_as(self.permission, scope).await
    }

    /// Begins a scoped transaction for work that a permission of this role covers but the route does not name.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the role does not hold the permission.
    pub async fn scope_as(&self, permission: Permission, scope: Scope) -> Result<Scoped, Error> {
        if !permission.roles().contains(&self.role) {
            return Err(Error::Forbidden(NOT_YOUR_ROLES));
        }
        Scoped::begin(&self.database, &self.credential, self.actor(), permission, scope).await
    }

    fn actor(&self) -> Actor {
        Actor::Session {
            account: self.account,
            grant: self.grant,
            session: self.session,
            role: self.role,
            area: self.area,
            purpose: self.purpose.clone(),
        }
    }

    /// The session's credential, for the door.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Goes on only when a second factor was proved lately; a page that is drawn wants it half as long ago as what is sent from it,
    /// so that a form can be filled in.
    ///
    /// # Errors
    /// [`Error::ConfirmFirst`].
    pub fn confirmed(&self, minutes: i64) -> Result<(), Error> {
        let since = Utc::now() - chrono::TimeDelta::minutes(minutes);
        if self.factor_at.is_some_and(|at| at > since) { Ok(()) } else { Err(Error::ConfirmFirst) }
    }

    /// The notice of a half that is closed.
    pub fn notice(&self, tool: Tool) -> Option<&Notice> {
        self.closed.iter().find(|n| n.tool == tool)
    }
}

/// A session that is known but over: its late results are kept, everything else is refused.
#[derive(Clone)]
pub struct Ended {
    /// The session's credential, for the door.
    pub credential: Credential,
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Ended {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Error> {
        Ok(parts.extensions.get::<Ended>().cloned())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts.extensions.get::<Viewer>().cloned().ok_or(Error::SignedOut)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Viewer {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Error> {
        Ok(parts.extensions.get::<Viewer>().cloned())
    }
}

/// Who came, live or over: for the few routes that keep the answers of a session that has ended.
pub enum Visitor {
    /// A live session.
    Live(Box<Viewer>),
    /// A session that is over.
    Ended(Ended),
}

impl Visitor {
    /// The session's credential, for the door.
    pub fn credential(&self) -> &Credential {
        match self {
            Visitor::Live(viewer) => &viewer.credential,
            Visitor::Ended(ended) => &ended.credential,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        if let Some(viewer) = parts.extensions.get::<Viewer>() {
            return Ok(Visitor::Live(Box::new(viewer.clone())));
        }
        parts.extensions.get::<Ended>().cloned().map(Visitor::Ended).ok_or(Error::SignedOut)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Caller>().cloned().unwrap_or_default())
    }
}
