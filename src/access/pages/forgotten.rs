//! Coming in by a link: a forgotten password, signing in without one, confirming another address. A letter's link only shows a page;
//! the button on it acts, since mail programs open links by themselves.

use super::{cookie, leave, onward};
use crate::access::door::links::{self, About, Confirmed, Kind, State as Stands};
use crate::access::door::{self, Caller, SignIn};
use crate::access::{email_address, passwords};
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Template, WebTemplate)]
#[template(path = "access/ask-link.html")]
struct AskPage {
    layout: Layout,
    errors: FieldErrors,
    /// To set a password, as against signing in without one.
    password: bool,
    email: String,
    sent: bool,
}

impl AskPage {
    fn action(&self) -> &'static str {
        if self.password { "/password/forgotten" } else { "/sign-in/link" }
    }
}

/// `GET /password/forgotten`
pub async fn password_form(layout: Layout) -> impl IntoResponse {
    ask_page(layout, true, String::new(), FieldErrors::default(), false)
}

/// `GET /sign-in/link`
pub async fn link_form(layout: Layout) -> impl IntoResponse {
    ask_page(layout, false, String::new(), FieldErrors::default(), false)
}

fn ask_page(
    layout: Layout,
    password: bool,
    email: String,
    errors: FieldErrors,
    sent: bool,
) -> axum::response::Response {
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, AskPage { layout: layout.without_head(), errors, password, email, sent }).into_response()
}

/// Where to send a link.
#[derive(Deserialize)]
pub struct Address {
    #[serde(default)]
    email: String,
}

/// `POST /password/forgotten`
pub async fn send_password(
    State(app): State<App>,
    layout: Layout,
    caller: Caller,
    Form(form): Form<Address>,
) -> Answer {
    send(app, layout, caller, form, Kind::Reset).await
}

/// `POST /sign-in/link`
pub async fn send_link(State(app): State<App>, layout: Layout, caller: Caller, Form(form): Form<Address>) -> Answer {
    send(app, layout, caller, form, Kind::SignIn).await
}

/// How long asking for a link takes at least: writing a letter takes longer than finding that there is none to write.
const AS_LONG: Duration = Duration::from_millis(400);

/// Says the same whether there is such an account or not, and takes as long.
async fn send(app: App, layout: Layout, caller: Caller, form: Address, kind: Kind) -> Answer {
    let mut errors = FieldErrors::default();
    let password = kind == Kind::Reset;
    let answer_at = Instant::now() + AS_LONG;
    if let Some(email) = errors.take(email_address(&form.email)) {
        match links::send(&app.database, (&app.keys, &app.config.base_url), kind, &email, &caller).await {
            Ok(()) => {
                tokio::time::sleep_until(answer_at).await;
                return Ok(ask_page(layout, password, email, errors, true));
            }
            Err(error @ Error::TooMany(_)) => errors.add("email", error.to_string()),
            Err(error) => return Err(error),
        }
    }
    Ok(ask_page(layout, password, form.email, errors, false))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/link.html")]
struct LinkPage {
    layout: Layout,
    errors: FieldErrors,
    about: About,
    kind: Kind,
    action: String,
}

async fn link_page(app: &App, layout: Layout, caller: &Caller, kind: Kind, token: &str, errors: FieldErrors) -> Answer {
    let (word, path) = match kind {
        Kind::Reset => ("reset", "/password/reset/"),
        Kind::SignIn => ("sign-in", "/sign-in/link/"),
    };
    let about = links::about(&app.database, word, &links::credential(token)?, caller).await?;
    let status = match (about.state, errors.any()) {
        (Stands::Good, true) => StatusCode::UNPROCESSABLE_ENTITY,
        (Stands::Good, false) => StatusCode::OK,
        _ => StatusCode::GONE,
    };
    let page = LinkPage { layout: layout.without_head(), errors, about, kind, action: format!("{path}{token}") };
    Ok((status, page).into_response())
}

/// `GET /password/reset/{token}`
pub async fn reset_form(State(app): State<App>, layout: Layout, caller: Caller, Path(token): Path<String>) -> Answer {
    link_page(&app, layout, &caller, Kind::Reset, &token, FieldErrors::default()).await
}

/// `GET /sign-in/link/{token}`
pub async fn sign_in_form(State(app): State<App>, layout: Layout, caller: Caller, Path(token): Path<String>) -> Answer {
    link_page(&app, layout, &caller, Kind::SignIn, &token, FieldErrors::default()).await
}

/// The new password.
#[derive(Deserialize)]
pub struct NewPassword {
    #[serde(default)]
    password: String,
}

/// `POST /password/reset/{token}`
pub async fn reset(
    State(app): State<App>,
    layout: Layout,
    caller: Caller,
    Path(token): Path<String>,
    Form(form): Form<NewPassword>,
) -> Answer {
    let link = links::credential(&token)?;
    let about = links::about(&app.database, "reset", &link, &caller).await?;
    let mut errors = FieldErrors::default();
    if let Some(weak) = passwords::weakness(&form.password, &[&about.name, &about.email]) {
        errors.add("password", weak);
        return link_page(&app, layout, &caller, Kind::Reset, &token, errors).await;
    }
    let hash = passwords::hash(form.password).await?;
    if links::reset_password(&app.database, &link, &hash).await? {
        return Ok(see_other("/sign-in?reset=1"));
    }
    link_page(&app, layout, &caller, Kind::Reset, &token, errors).await
}

/// A form that asks nothing but the button.
#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /sign-in/link/{token}`
pub async fn sign_in(
    State(app): State<App>,
    viewer: Option<Viewer>,
    layout: Layout,
    caller: Caller,
    jar: CookieJar,
    Path(token): Path<String>,
    Form(_): Form<Nothing>,
) -> Answer {
    let Some(account) = links::sign_in(&app.database, &links::credential(&token)?).await? else {
        return link_page(&app, layout, &caller, Kind::SignIn, &token, FieldErrors::default()).await;
    };
    by_account(&app, viewer, (caller, jar), account, "/").await
}

/// Signs an account in that proved itself by a link, and goes on to `next`.
pub(super) async fn by_account(
    app: &App,
    before: Option<Viewer>,
    (caller, jar): (Caller, CookieJar),
    account: uuid::Uuid,
    next: &str,
) -> Answer {
    let (caller, jar) = super::with_device(app, caller, jar);
    match door::sign_in_proved(&app.database, account, false, &caller).await? {
        SignIn::Opened { token, asks, .. } => {
            leave(app, before).await?;
            Ok((jar.add(cookie(app, &token)), see_other(&onward(asks, next))).into_response())
        }
        SignIn::Refused | SignIn::Choose(_) => Ok(see_other("/sign-in?ended=1")),
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "access/email-change.html")]
struct EmailPage {
    layout: Layout,
    about: About,
    action: String,
    said: Option<Confirmed>,
    refused: bool,
}

/// `GET /account/email/{token}`
pub async fn email_form(State(app): State<App>, layout: Layout, caller: Caller, Path(token): Path<String>) -> Answer {
    email_page(&app, layout, &caller, &token, None, false).await
}

async fn email_page(
    app: &App,
    layout: Layout,
    caller: &Caller,
    token: &str,
    said: Option<Confirmed>,
    refused: bool,
) -> Answer {
    let about = links::about(&app.database, "email", &links::credential(token)?, caller).await?;
    let gone = about.state != Stands::Good && said.is_none() && !refused;
    let status = match said {
        Some(Confirmed::Taken) => StatusCode::CONFLICT,
        _ if gone => StatusCode::GONE,
        _ => StatusCode::OK,
    };
    let action = format!("/account/email/{token}");
    Ok((status, EmailPage { layout: layout.without_head(), about, action, said, refused }).into_response())
}

/// Yes or no.
#[derive(Deserialize)]
pub struct YesOrNo {
    #[serde(default)]
    answer: String,
}

/// `POST /account/email/{token}`
pub async fn answer_email(
    State(app): State<App>,
    layout: Layout,
    caller: Caller,
    Path(token): Path<String>,
    Form(form): Form<YesOrNo>,
) -> Answer {
    let link = links::credential(&token)?;
    if form.answer != "yes" {
        links::refuse_email(&app.database, &link).await?;
        return email_page(&app, layout, &caller, &token, None, true).await;
    }
    let said = links::confirm_email(&app.database, &link).await?;
    let said = Some(said).filter(|s| *s != Confirmed::NotGood);
    email_page(&app, layout, &caller, &token, said, false).await
}
