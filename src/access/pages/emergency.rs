//! `/access/break-glass`: a role for an hour in an emergency.

use super::grant::area;
use crate::access::store::emergency::{self, Broken, ROLES};
use crate::access::{Role, door, text};
use crate::areas::{self, Area};
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum_extra::extract::CookieJar;
use serde::Deserialize;

/// The emergency, as typed.
#[derive(Deserialize, Default)]
pub struct BreakForm {
    #[serde(default)]
    role: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/break-glass.html")]
struct BreakPage {
    layout: Layout,
    errors: FieldErrors,
    areas: Vec<Area>,
    form: BreakForm,
    told: usize,
    before: Vec<Broken>,
}

/// `GET /access/break-glass`
pub async fn form(viewer: Viewer, layout: Layout) -> Answer {
    let form = BreakForm { role: Role::Organiser.as_str().into(), ..BreakForm::default() };
    draw(viewer, layout, form, FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, form: BreakForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = areas::store::all(&mut scope).await?;
    let told = emergency::told_at_least(&mut scope).await?;
    let before = emergency::list(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, BreakPage { layout, errors, areas, form, told, before }).into_response())
}

/// `POST /access/break-glass`: the role is in use at once.
pub async fn take(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    jar: CookieJar,
    Form(form): Form<BreakForm>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let role = Role::parse(&form.role).filter(|role| ROLES.contains(role));
    let role = errors.take(role.ok_or_else(|| Error::field("role", "Choose the role that the emergency calls for")));
    let area = errors.take_invalid(area(&mut scope, &form.area).await)?;
    let reason =
        errors.take(text("reason", &form.reason, 500, "Say what the emergency is: everybody concerned reads it"));
    let (Some(role), Some(area), Some(reason)) = (role, area, reason) else {
        drop(scope);
        return draw(viewer, layout, form, errors).await;
    };
    let grant = emergency::take(&mut scope, role, area, &reason).await?;
    scope.commit().await?;
    let token = door::switch(&app.database, viewer.credential(), grant, &viewer.caller).await?;
    let token = token.ok_or(Error::NotFound)?;
    Ok((jar.add(super::cookie(&app, &token)), see_other("/")).into_response())
}
