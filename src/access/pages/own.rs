//! `/account`: one's own name, grants, places where one is signed in, password, light or dark.

use crate::access::door::links::{self, Asked as EmailAsked};
use crate::access::door::{self, OwnSession, PasswordChange, factors as held};
use crate::access::factors::Factor;
use crate::access::{Permission, email_address, passwords};
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "access/own.html")]
struct OwnPage {
    layout: Layout,
    errors: FieldErrors,
    viewer: Viewer,
    sessions: Vec<OwnSession>,
    factors: Vec<Factor>,
    typed_email: String,
    done: &'static str,
}

impl OwnPage {
    fn theme(&self) -> &str {
        self.viewer.theme.as_deref().unwrap_or_default()
    }

    /// Whether the role in use has events to put in a calendar.
    fn has_calendar(&self) -> bool {
        Permission::JoinEvents.roles().contains(&self.viewer.role)
    }

    fn elsewhere(&self) -> i64 {
        i64::try_from(self.sessions.iter().filter(|s| !s.here).count()).unwrap_or_default()
    }
}

/// What was just done, to say so.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

/// `GET /account`
pub async fn show(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let done = match asked.done.as_str() {
        "password" => "Your password is changed. Every other place was signed out.",
        "there" => "You are signed out there.",
        "email" => "Letters are on their way to both addresses. Nothing changes before both say yes.",
        "elsewhere" => "You are signed out everywhere else.",
        _ => "",
    };
    draw(&app, viewer, layout, (FieldErrors::default(), String::new()), done).await
}

async fn draw(
    app: &App,
    viewer: Viewer,
    layout: Layout,
    (errors, typed_email): (FieldErrors, String),
    done: &'static str,
) -> Answer {
    let sessions = door::own_sessions(&app.database, viewer.credential()).await?;
    let factors = held::own(&app.database, viewer.credential()).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, OwnPage { layout, errors, viewer, sessions, factors, typed_email, done }).into_response())
}

/// Another address.
#[derive(Deserialize)]
pub struct NewAddress {
    #[serde(default)]
    email: String,
}

/// `POST /account/email`: a letter to either end.
pub async fn change_email(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Form(form): Form<NewAddress>,
) -> Answer {
    let mut errors = FieldErrors::default();
    let email = errors.take(email_address(&form.email)).filter(|email| {
        let other = *email != viewer.email;
        if !other {
            errors.add("email", "This is the address that your account has");
        }
        other
    });
    if let Some(email) = email {
        let place = (&app.keys, app.config.base_url.as_str());
        match links::ask_email_change(&app.database, place, viewer.credential(), &email, &viewer.caller).await? {
            EmailAsked::Sent => return Ok(see_other("/account?done=email")),
            EmailAsked::TooMany => errors.add("email", "Letters were sent three times within the hour. Wait a while"),
        }
    }
    draw(&app, viewer, layout, (errors, form.email), "").await
}

/// `POST /account/sessions/{id}/end`
pub async fn sign_out_there(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Form(_): Form<Nothing>,
) -> Answer {
    match door::sign_out_there(&app.database, viewer.credential(), id).await? {
        true => Ok(see_other("/account?done=there")),
        false => Err(Error::NotFound),
    }
}

/// The old and the new password.
#[derive(Deserialize)]
pub struct Passwords {
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
}

/// `POST /account/password`
pub async fn change_password(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Form(form): Form<Passwords>,
) -> Answer {
    let mut errors = FieldErrors::default();
    if let Some(weak) = passwords::weakness(&form.new, &[&viewer.name, &viewer.email]) {
        errors.add("new", weak);
        return draw(&app, viewer, layout, (errors, String::new()), "").await;
    }
    let pair = (form.old, form.new);
    let changed = door::change_password(&app.database, viewer.credential(), &viewer.email, pair, &viewer.caller).await;
    match changed {
        Ok(PasswordChange::Done) => return Ok(see_other("/account?done=password")),
        Ok(PasswordChange::WrongOld) => errors.add("old", "This is not your password now"),
        Err(Error::TooMany(at)) => errors.add("old", Error::TooMany(at).to_string()),
        Err(error) => return Err(error),
    }
    draw(&app, viewer, layout, (errors, String::new()), "").await
}

/// `POST /account/sessions/end`
pub async fn sign_out_elsewhere(State(app): State<App>, viewer: Viewer, Form(_): Form<Nothing>) -> Answer {
    door::sign_out_elsewhere(&app.database, viewer.credential()).await?;
    Ok(see_other("/account?done=elsewhere"))
}

/// A form that asks nothing but the button; its grant is still checked.
#[derive(Deserialize)]
pub struct Nothing {}

/// Light, dark, or nothing for what the machine prefers.
#[derive(Deserialize)]
pub struct Theme {
    #[serde(default)]
    theme: String,
}

/// `POST /account/theme`
pub async fn choose_theme(State(app): State<App>, viewer: Viewer, Form(form): Form<Theme>) -> Answer {
    if !["", "light", "dark"].contains(&form.theme.as_str()) {
        return Err(Error::field("theme", "Choose light, dark or automatic"));
    }
    door::choose_theme(&app.database, viewer.credential(), &form.theme).await?;
    Ok(see_other("/account"))
}
