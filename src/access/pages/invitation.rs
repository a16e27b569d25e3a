//! Inviting somebody by email, and taking an invitation up.

use super::forgotten::by_account;
use super::leave;
use super::own::Nothing;
use crate::access::door::links::{self, About, State as Stands, TakeUp};
use crate::access::door::{self, Caller, Terms};
use crate::access::store::invitations::{self, New, Out};
use crate::access::{Role, email_address, grant_end, passwords, person_name, text, usual_end};
use crate::areas::Area;
use crate::database::Scoped;
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "access/invitations.html")]
struct ListPage {
    layout: Layout,
    out: Vec<Out>,
    done: String,
}

/// What was just done, to say so.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    role: String,
}

/// `GET /access/invitations`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let out = invitations::out(&mut scope, viewer.role).await?;
    scope.commit().await?;
    Ok(ListPage { layout, out, done: asked.done }.into_response())
}

/// An invitation's answers, as typed.
#[derive(Deserialize, Default)]
pub struct InviteForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
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
#[template(path = "access/invite.html")]
struct InvitePage {
    layout: Layout,
    errors: FieldErrors,
    role: Option<Role>,
    /// Roles that may be chosen: an organiser invites volunteers.
    roles: &'static [Role],
    areas: Vec<Area>,
    form: InviteForm,
}

/// What one pair of eyes may give; administrators and data protection officers are asked for once they have an account.
const ROLES: [Role; 3] = [Role::Volunteer, Role::Organiser, Role::MembershipSecretary];

fn roles(viewer: &Viewer) -> &'static [Role] {
    if viewer.role == Role::Organiser { &ROLES[..1] } else { &ROLES }
}

/// `GET /access/invitations/new`
pub async fn form(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let role = match asked.role.as_str() {
        "none" => None,
        word => Some(Role::parse(word).filter(|r| roles(&viewer).contains(r)).unwrap_or(Role::Volunteer)),
    };
    if role.is_some_and(|r| r != Role::Volunteer) {
        viewer.confirmed(5)?;
    }
    let form = InviteForm {
        role: role.map_or("none", Role::as_str).into(),
        purpose: role.map_or("", |r| super::grant::usual_purposes(r)[0]).into(),
        until: role
            .map(|r| usual_end(r, words::day_of(chrono::Utc::now()), None, None).day.to_string())
            .unwrap_or_default(),
        ..InviteForm::default()
    };
    draw(viewer, layout, form, FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, form: InviteForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = invitations::areas(&mut scope, &viewer).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (role, roles) = (Role::parse(&form.role), roles(&viewer));
    Ok((status, InvitePage { layout, errors, role, roles, areas, form }).into_response())
}

/// `POST /access/invitations`
pub async fn invite(State(app): State<App>, viewer: Viewer, layout: Layout, Form(form): Form<InviteForm>) -> Answer {
    if !matches!(Role::parse(&form.role), Some(Role::Volunteer) | None) {
        viewer.confirmed(10)?;
    }
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    if let Some(new) = parse(&mut scope, &viewer, &form, &mut errors).await? {
        let sent = invitations::send(&mut scope, (&app.keys, &app.config.base_url), &viewer.name, &new).await;
        if errors.take_invalid(sent)?.is_some() {
            scope.commit().await?;
            return Ok(see_other("/access/invitations?done=sent"));
        }
    }
    drop(scope);
    draw(viewer, layout, form, errors).await
}

async fn parse(
    scope: &mut Scoped,
    viewer: &Viewer,
    form: &InviteForm,
    errors: &mut FieldErrors,
) -> Result<Option<New>, Error> {
    let name = errors.take(person_name(&form.name));
    let email = errors.take(email_address(&form.email));
    let reason = errors.take(text("reason", &form.reason, 500, "Say why, for the record"));
    let grant = if form.role == "none" {
        Some(None)
    } else {
        let role = Role::parse(&form.role).filter(|r| roles(viewer).contains(r));
        let role = errors.take(role.ok_or_else(|| Error::field("role", "Choose a role")));
        let areas = invitations::areas(scope, viewer).await?;
        let area = areas.into_iter().find(|a| a.id.to_string() == form.area);
        let area = errors.take(area.ok_or_else(|| Error::field("area", "Choose an area")));
        let purpose = errors.take(text("purpose", &form.purpose, 200, "Say what the access is for"));
        let until = errors.take(grant_end(&form.until));
        (|| Some(Some(invitations::Given { role: role?, area: area?, purpose: purpose?, until: until? })))()
    };
    Ok((|| Some(New { name: name?, email: email?, reason: reason?, given: grant? }))().filter(|_| !errors.any()))
}

/// `POST /access/invitations/{id}/end`
pub async fn end(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    invitations::end(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other("/access/invitations?done=ended"))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/invitation.html")]
struct InvitationPage {
    layout: Layout,
    errors: FieldErrors,
    about: About,
    terms: Option<Terms>,
    action: String,
    typed_name: String,
    controller: String,
}

async fn invitation_page(
    app: &App,
    layout: Layout,
    caller: &Caller,
    token: &str,
    (name, errors): (Option<String>, FieldErrors),
) -> Answer {
    let about = links::about(&app.database, "invitation", &links::credential(token)?, caller).await?;
    let terms = door::newest_terms(&app.database).await?;
    let controller = door::about(&app.database).await?.controller;
    let status = match (about.state, errors.any()) {
        (Stands::Good, true) => StatusCode::UNPROCESSABLE_ENTITY,
        (Stands::Good, false) => StatusCode::OK,
        _ => StatusCode::GONE,
    };
    let typed_name = name.unwrap_or_else(|| about.name.clone());
    let action = format!("/invitation/{token}");
    let page = InvitationPage { layout: layout.without_head(), errors, about, terms, action, typed_name, controller };
    Ok((status, page).into_response())
}

/// `GET /invitation/{token}`
pub async fn show(State(app): State<App>, layout: Layout, caller: Caller, Path(token): Path<String>) -> Answer {
    invitation_page(&app, layout, &caller, &token, (None, FieldErrors::default())).await
}

/// What somebody invited answers.
#[derive(Deserialize)]
pub struct TakeUpForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    accept: String,
    version: Option<i32>,
}

/// `POST /invitation/{token}`: the account, and in.
pub async fn take_up(
    State(app): State<App>,
    viewer: Option<Viewer>,
    layout: Layout,
    caller: Caller,
    jar: CookieJar,
    Path(token): Path<String>,
    Form(form): Form<TakeUpForm>,
) -> Answer {
    let link = links::credential(&token)?;
    let about = links::about(&app.database, "invitation", &link, &caller).await?;
    if about.state != Stands::Good {
        return invitation_page(&app, layout, &caller, &token, (None, FieldErrors::default())).await;
    }
    let terms = door::newest_terms(&app.database).await?;
    let mut errors = FieldErrors::default();
    let name = errors.take(person_name(&form.name));
    if let Some(weak) = passwords::weakness(&form.password, &[&form.name, &about.email]) {
        errors.add("password", weak);
    }
    accepted(terms.as_ref(), &form.accept, form.version, &mut errors);
    let (Some(name), false) = (name, errors.any()) else {
        return invitation_page(&app, layout, &caller, &token, (Some(form.name), errors)).await;
    };
    let hash = passwords::hash(form.password).await?;
    let answer = TakeUp { name, password_hash: Some(hash), terms: terms.map(|t| t.version) };
    match links::take_up(&app.database, &link, &answer).await? {
        Some(_) if about.role.is_none() => Ok(see_other("/sign-in?added=1")),
        Some(account) => {
            leave(&app, viewer.as_ref()).await?;
            by_account(&app, jar, caller, account, false, "/").await
        }
        None => invitation_page(&app, layout, &caller, &token, (None, FieldErrors::default())).await,
    }
}

/// Whether the newest terms were accepted, as they were shown.
pub(super) fn accepted(terms: Option<&Terms>, accept: &str, version: Option<i32>, errors: &mut FieldErrors) {
    match terms {
        Some(_) if accept.is_empty() => errors.add("accept", "Tick that you accept the terms of use"),
        Some(terms) if version != Some(terms.version) => {
            errors.add("accept", "The terms were changed while you read them. Read these, and tick again");
        }
        _ => {}
    }
}
