//! Signing in and out, and changing between one's own grants; the Guard's pages in files of their own.

pub mod account;
pub mod choosing;
pub mod emergency;
pub mod ending;
pub mod entering;
pub mod factors;
pub mod forgotten;
pub mod grant;
pub mod invitation;
pub mod join;
pub mod list;
pub mod own;
pub mod public;
pub mod pulse;
pub mod requests;
pub mod reset;
pub mod reviews;
pub mod seen;
pub mod terms;
pub mod tools;
pub mod volunteers;

use super::Token;
use super::door::{self, Caller, Device, SignIn, Wanted};
use super::factors::passkey;
use crate::error::Error;
use crate::web::{Answer, App, Ended, FieldErrors, Form, Json, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use std::time::Duration;
use uuid::Uuid;

const HOST_COOKIE: &str = "__Host-hustings";
const PLAIN_COOKIE: &str = "hustings";

#[derive(Template, WebTemplate)]
#[template(path = "access/sign-in.html")]
struct SignInPage {
    layout: Layout,
    errors: FieldErrors,
    email: String,
    next: String,
    told: Option<Told>,
    /// Whether browsers know passkeys here.
    passkeys: bool,
}

/// What stands above the form: why one is here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// The first evening is done.
    SetUp,
    /// The session is over, and another may be opened.
    SignedOut,
    /// The same, and answers came after it.
    Kept,
    /// There is nothing to sign in to any more, as far as this browser's last session goes.
    Over,
    /// The same, and answers came after it.
    OverKept,
    /// The password is another.
    Reset,
    /// An invitation was taken up that gives an account alone.
    Added,
}

impl Told {
    fn of(asked: &Asked, over: bool) -> Option<Self> {
        match (over, asked.kept.is_some()) {
            (true, true) => Some(Told::OverKept),
            (true, false) => Some(Told::Over),
            (false, true) => Some(Told::Kept),
            (false, false) if asked.ended.is_some() => Some(Told::SignedOut),
            (false, false) if asked.reset.is_some() => Some(Told::Reset),
            (false, false) if asked.added.is_some() => Some(Told::Added),
            (false, false) => asked.set_up.map(|_| Told::SetUp),
        }
    }
}

/// What the address of the sign-in page may say: where to go then, and why one is here.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    next: String,
    ended: Option<u8>,
    kept: Option<u8>,
    set_up: Option<u8>,
    reset: Option<u8>,
    added: Option<u8>,
}

/// The form's fields.
#[derive(Deserialize)]
pub struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub async fn sign_in_form(
    State(app): State<App>,
    viewer: Option<Viewer>,
    before: Option<Ended>,
    layout: Layout,
    Query(asked): Query<Asked>,
) -> Answer {
    if viewer.is_some() && asked.ended.is_none() {
        return Ok(see_other(own_path(&asked.next)));
    }
    // Every page leads here while nobody is signed in, and from here to the first evening's page while nobody can.
    if !door::about(&app.database).await?.set_up {
        return Ok(see_other("/set-up"));
    }
    let over = match before {
        Some(Ended { credential }) if asked.ended.is_some() => door::access_over(&app.database, &credential).await?,
        _ => false,
    };
    let layout = layout.without_head();
    let told = Told::of(&asked, over);
    let passkeys = passkey::site(&app.config.base_url).is_some();
    let page =
        SignInPage { layout, errors: FieldErrors::default(), email: String::new(), next: asked.next, told, passkeys };
    Ok(page.into_response())
}

/// `POST /sign-in`
pub async fn sign_in(
    State(app): State<App>,
    viewer: Option<Viewer>,
    layout: Layout,
    caller: Caller,
    jar: CookieJar,
    Form(form): Form<SignInForm>,
) -> Answer {
    let layout = layout.without_head();
    let (caller, jar) = with_device(&app, caller, jar);
    let mut errors = FieldErrors::default();
    let mut wait = None;
    let status = match door::sign_in(&app.database, form.email.trim(), form.password, Wanted::First, &caller).await {
        Ok(SignIn::Opened { token, .. }) => {
            leave(&app, viewer.as_ref()).await?;
            return Ok((jar.add(cookie(&app, &token)), see_other(own_path(&form.next))).into_response());
        }
        Ok(SignIn::Refused | SignIn::Choose(_)) => {
            errors.add("email", "That email address and password do not open anything. Check both, or ask the person who gave you access");
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(error @ (Error::TooMany(_) | Error::Busy)) => {
            errors.add("email", error.to_string());
            wait = Some(error.retry_after().unwrap_or(5));
            if matches!(error, Error::Busy) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::TOO_MANY_REQUESTS }
        }
        Err(error) => return Err(error),
    };
    let (email, next) = (form.email, form.next);
    let passkeys = passkey::site(&app.config.base_url).is_some();
    let page = SignInPage { layout, errors, email, next, told: None, passkeys };
    Ok((status, wait.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]), page).into_response())
}

/// The browser forgets the session that it had before, so nobody else should have it either.
async fn leave(app: &App, before: Option<&Viewer>) -> Result<(), Error> {
    match before {
        Some(viewer) => door::sign_out(&app.database, viewer.credential()).await,
        None => Ok(()),
    }
}

/// `POST /sign-out`. The cookie stays, although nothing opens by it any more: a door's answers that another tab still
/// sends are then known by whom they are, and kept.
pub async fn sign_out(State(app): State<App>, viewer: Viewer) -> Answer {
    door::sign_out(&app.database, viewer.credential()).await?;
    Ok(see_other("/sign-in"))
}

/// Which of one's own grants to use now.
#[derive(Deserialize)]
pub struct Switch {
    wanted: Uuid,
}

/// `POST /account/grant`
pub async fn switch(State(app): State<App>, viewer: Viewer, jar: CookieJar, Form(form): Form<Switch>) -> Answer {
    let token = door::switch(&app.database, viewer.credential(), form.wanted, &viewer.caller).await?;
    let token = token.ok_or(Error::NotFound)?;
    Ok((jar.add(cookie(&app, &token)), see_other("/")).into_response())
}

/// `POST /sign-in/passkey/answer`: in by a passkey alone, which is both factors.
pub async fn passkey_sign_in(
    State(app): State<App>,
    viewer: Option<Viewer>,
    caller: Caller,
    jar: CookieJar,
    Json(sent): Json<entering::PasskeyAnswer>,
) -> Answer {
    door::links::count(&app.database, &caller).await?;
    let account = passkey::finish_sign_in(&app.database, &app.config.base_url, sent.ceremony(), sent.answer()).await?;
    let (caller, jar) = with_device(&app, caller, jar);
    match door::sign_in_proved(&app.database, account, true, &caller).await? {
        SignIn::Opened { token, .. } => {
            leave(&app, viewer.as_ref()).await?;
            let next = serde_json::json!({ "next": own_path(sent.next()) });
            Ok((jar.add(cookie(&app, &token)), axum::Json(next)).into_response())
        }
        SignIn::Refused | SignIn::Choose(_) => {
            Err(Error::Conflict("Your access has ended. Ask the person who gave you access".into()))
        }
    }
}

/// The caller with the mark of their browser, which gets one now if it has none.
fn with_device(app: &App, caller: Caller, jar: CookieJar) -> (Caller, CookieJar) {
    if caller.device.is_some() {
        return (caller, jar);
    }
    let device = Device::new();
    let mark = lasting(app, door::device_cookie(app.secure()), device.as_str());
    (Caller { device: Some(device), ..caller }, jar.add(mark))
}

/// A path of ours, never another site's.
fn own_path(next: &str) -> &str {
    let ours =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\']) && !next.contains(char::is_control);
    if ours { next } else { "/" }
}

/// How long a browser keeps the cookie: as long as browsers keep any. The session itself ends much earlier, and only
/// the server knows when: an assignment given later makes it longer, and for 30 days after its end answers that waited
/// on the phone are still kept. A cookie that went with the browser's window, or at the hour that sign-in knew of,
/// would lose them.
const COOKIE_AGE: Duration = Duration::from_hours(400 * 24);

fn cookie_name(app: &App) -> &'static str {
    if app.secure() { HOST_COOKIE } else { PLAIN_COOKIE }
}

fn cookie(app: &App, token: &Token) -> Cookie<'static> {
    lasting(app, cookie_name(app), token.as_str())
}

fn lasting(app: &App, name: &'static str, value: &str) -> Cookie<'static> {
    let age = COOKIE_AGE.try_into().unwrap_or_default();
    Cookie::build((name, value.to_owned()))
        .path("/")
        .max_age(age)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.secure())
        .build()
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn signing_in_never_leads_to_another_site() {
        assert_eq!(own_path("/electors"), "/electors");
        for bad in [
            "//evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "javascript:x",
        ] {
            assert_eq!(own_path(bad), "/");
        }
    }
}
