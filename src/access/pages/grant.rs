//! Giving a grant, and ending one.

use crate::access::store::accounts::{self, Account};
use crate::access::store::ending;
use crate::access::store::grants::{self, Grant, NewGrant};
use crate::access::{PERMISSIONS, Role, default_end, grant_end, text};
use crate::areas::{self, Area};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// A new grant's answers, as typed.
#[derive(Deserialize, Default)]
pub struct GrantForm {
    #[serde(default)]
    role: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/grant-new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    account: Account,
    role: Role,
    areas: Vec<Area>,
    form: GrantForm,
}

impl NewPage {
    /// What the role may do, from the table that the guard asks.
    fn may(&self) -> impl Iterator<Item = &'static str> {
        let role = self.role;
        PERMISSIONS
            .iter()
            .filter(move |(.., roles)| roles.contains(&role) && roles.len() < Role::ALL.len())
            .map(|(_, words, _)| *words)
    }
}

/// Which role the form is for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    role: String,
}

/// `GET /access/accounts/{id}/grants/new`
pub async fn new(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let role = Role::parse(&asked.role).unwrap_or(Role::Volunteer);
    if role != Role::Volunteer {
        viewer.confirmed(5)?;
    }
    let form = GrantForm {
        role: role.as_str().into(),
        purpose: usual_purpose(role).into(),
        until: default_end(role).to_string(),
        ..GrantForm::default()
    };
    draw(viewer, layout, id, form, FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, id: Uuid, form: GrantForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let mut areas = areas::store::all(&mut scope).await?;
    scope.commit().await?;
    let role = Role::parse(&form.role).unwrap_or(Role::Volunteer);
    if role.everywhere_only() {
        areas.retain(|a| a.kind == "installation");
    }
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, NewPage { layout, errors, account, role, areas, form }).into_response())
}

/// What the role is usually given for; anything else may be typed.
pub(super) fn usual_purpose(role: Role) -> &'static str {
    match role {
        Role::Volunteer => "Canvassing",
        Role::Organiser => "Organising the local campaign",
        Role::MembershipSecretary => "Keeping members",
        Role::DataProtectionOfficer => "Data protection",
        Role::Administrator => "Giving and ending access",
    }
}

/// `POST /access/accounts/{id}/grants`
pub async fn give(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<GrantForm>) -> Answer {
    if !matches!(Role::parse(&form.role), Some(Role::Volunteer) | None) {
        viewer.confirmed(10)?;
    }
    let mut scope = viewer.scope().await?;
    accounts::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let given = match parse(&mut scope, id, &form, &mut errors).await? {
        Some(new) => errors.take_invalid(grants::give(&mut scope, &new).await)?,
        None => None,
    };
    if given.is_none() {
        drop(scope);
        return draw(viewer, layout, id, form, errors).await;
    }
    scope.commit().await?;
    Ok(see_other(&format!("/access/accounts/{id}")))
}

async fn parse(
    scope: &mut Scoped,
    account: Uuid,
    form: &GrantForm,
    errors: &mut FieldErrors,
) -> Result<Option<NewGrant>, Error> {
    let role = errors.take(Role::parse(&form.role).ok_or_else(|| Error::field("role", "Choose a role")));
    let area = errors.take_invalid(area(scope, &form.area).await)?;
    let purpose = errors.take(text("purpose", &form.purpose, 200, "Say what the access is for"));
    let until = errors.take(grant_end(&form.until));
    let reason = errors.take(text("reason", &form.reason, 500, "Say why, for the record"));
    Ok((|| Some(NewGrant { account, role: role?, area: area?, purpose: purpose?, reason: reason?, until: until? }))())
}

/// The select's own value is the area's id, since two wards may share a name; a code that a program sends is resolved.
async fn area(scope: &mut Scoped, value: &str) -> Result<i64, Error> {
    if value.trim().is_empty() {
        return Err(Error::field("area", "Choose an area"));
    }
    let all = areas::store::all(scope).await?;
    match all.iter().find(|a| a.id.to_string() == value) {
        Some(area) => Ok(area.id),
        None => Ok(areas::store::resolve(scope, value).await?.id),
    }
}

/// Why something ends, or comes back.
#[derive(Deserialize)]
pub struct Why {
    #[serde(default)]
    pub(super) reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/grant-end.html")]
struct EndPage {
    layout: Layout,
    errors: FieldErrors,
    grant: Grant,
    others: usize,
    reason: String,
}

/// `GET /access/grants/{id}/end`
pub async fn end_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    end_page(viewer, layout, id, FieldErrors::default(), String::new()).await
}

async fn end_page(viewer: Viewer, layout: Layout, id: Uuid, errors: FieldErrors, reason: String) -> Answer {
    let mut scope = viewer.scope().await?;
    let grant = grants::find_live(&mut scope, id).await?;
    let others = ending::consequences(&mut scope, grant.account).await?.grants.len().saturating_sub(1);
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, EndPage { layout, errors, grant, others, reason }).into_response())
}

/// `POST /access/grants/{id}/end`
pub async fn end(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 500, "Say why, for the record")) else {
        return end_page(viewer, layout, id, errors, form.reason).await;
    };
    let mut scope = viewer.scope().await?;
    let account = grants::find_live(&mut scope, id).await?.account;
    ending::end_grant(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/accounts/{account}")))
}
