//! Between a right password and the first page: proving a second factor, setting one up, accepting the terms. And confirming
//! later that it is still the same person.

use super::own_path;
use crate::access::Asks;
use crate::access::door::{self, Caller, factors as held, links};
use crate::access::factors::{self, Factor, Kind, Proof, passkey};
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Json, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Where to go afterwards.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    next: String,
    /// A form was sent that did nothing: it waits to be sent again.
    #[serde(default)]
    again: u8,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/prove.html")]
struct ProvePage {
    layout: Layout,
    errors: FieldErrors,
    /// On the way in, as against confirming later.
    entering: bool,
    next: String,
    again: bool,
    /// Whether the account has an authenticator app, and whether a passkey of its own can be used here.
    app: bool,
    passkey: bool,
}

impl ProvePage {
    fn action(&self) -> &'static str {
        if self.entering { "/sign-in/factor" } else { "/account/confirm" }
    }
}

/// `GET /sign-in/factor`
pub async fn factor_form(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    if viewer.asks.is_none() {
        return Ok(see_other(own_path(&asked.next)));
    }
    prove_page(&app, &viewer, layout, asked, FieldErrors::default()).await
}

/// `GET /account/confirm`
pub async fn confirm_form(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Query(asked): Query<Asked>,
) -> Answer {
    if viewer.confirmed(5).is_ok() && asked.again == 0 {
        return Ok(see_other(own_path(&asked.next)));
    }
    prove_page(&app, &viewer, layout, asked, FieldErrors::default()).await
}

async fn prove_page(app: &App, viewer: &Viewer, layout: Layout, asked: Asked, errors: FieldErrors) -> Answer {
    let own = held::own(&app.database, viewer.credential()).await?;
    if own.is_empty() {
        return Ok(see_other("/account/factors?needed=1"));
    }
    let entering = viewer.asks.is_some();
    let has = |kind: Kind| own.iter().any(|f| f.kind == kind);
    let page = ProvePage {
        layout: if entering { layout.without_head() } else { layout },
        entering,
        next: asked.next,
        again: asked.again > 0,
        app: has(Kind::App),
        passkey: has(Kind::Passkey) && passkey::site(&app.config.base_url).is_some(),
        errors,
    };
    let status = if page.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page).into_response())
}

/// A code, as typed.
#[derive(Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/factor` and `POST /account/confirm`
pub async fn prove(State(app): State<App>, viewer: Viewer, layout: Layout, Form(form): Form<Code>) -> Answer {
    let proof =
        factors::prove_code(&app.database, &app.keys, viewer.credential(), form.code.trim(), &viewer.caller).await;
    let why = match proof {
        Ok(Proof::Right) => return Ok(see_other(own_path(&form.next))),
        // Ten letters and more are no app's six digits.
        Ok(_) if form.code.chars().filter(|c| c.is_alphanumeric()).count() > 8 => {
            "This recovery code is not right, was used already, or was replaced by newer ones".into()
        }
        Ok(proof) => wrong(proof),
        Err(error @ Error::TooMany(_)) => {
            let seconds = error.retry_after().unwrap_or(60).to_string();
            let mut errors = FieldErrors::default();
            errors.add("code", error.to_string());
            let asked = Asked { next: form.next, again: 0 };
            let page = prove_page(&app, &viewer, layout, asked, errors).await?;
            return Ok((StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds)], page).into_response());
        }
        Err(error) => return Err(error),
    };
    let mut errors = FieldErrors::default();
    errors.add("code", why);
    prove_page(&app, &viewer, layout, Asked { next: form.next, again: 0 }, errors).await
}

/// What to do about a code that was not taken.
pub(super) fn wrong(proof: Proof) -> String {
    match proof {
        Proof::ClockOff(minutes) => format!(
            "The clock of your telephone is about {} {}. Set it to the time by itself, and give the next code",
            words::count(minutes.abs(), "minute", "minutes"),
            if minutes < 0 { "slow" } else { "fast" }
        ),
        _ => "This code is not right, or it was used already. Wait for the next one and give that".into(),
    }
}

/// `POST /sign-in/passkey`: what the browser asks a passkey, for signing in by it alone.
pub async fn begin_passkey_sign_in(State(app): State<App>, caller: Caller) -> Answer {
    // Two thousand may wait at once, whoever began them: nobody takes all the places from one address.
    links::count(&app.database, &caller).await?;
    let ceremony = passkey::begin_sign_in(&app.database, &app.config.base_url).await?;
    Ok(axum::Json(ceremony).into_response())
}

/// A passkey's answer.
#[derive(Deserialize)]
pub struct PasskeyAnswer {
    ceremony: Uuid,
    answer: Value,
    #[serde(default)]
    next: String,
    /// Of a new one: what its owner calls it.
    #[serde(default)]
    name: String,
}

impl PasskeyAnswer {
    pub(super) fn ceremony(&self) -> Uuid {
        self.ceremony
    }

    pub(super) fn answer(&self) -> Value {
        self.answer.clone()
    }

    pub(super) fn next(&self) -> &str {
        &self.next
    }
}

/// `POST /account/passkeys/prove`
pub async fn begin_passkey_proof(State(app): State<App>, viewer: Viewer) -> Answer {
    let ceremony = passkey::begin_proving(&app.database, &app.config.base_url, viewer.credential()).await?;
    Ok(axum::Json(ceremony).into_response())
}

/// `POST /account/passkeys/proof`
pub async fn passkey_proof(State(app): State<App>, viewer: Viewer, Json(sent): Json<PasskeyAnswer>) -> Answer {
    let (database, base_url) = (&app.database, &app.config.base_url);
    passkey::finish_proving(database, base_url, viewer.credential(), sent.ceremony, sent.answer).await?;
    Ok(axum::Json(json!({ "next": own_path(&sent.next) })).into_response())
}

/// `POST /account/passkeys`: what the browser asks a new passkey.
pub async fn begin_passkey(State(app): State<App>, viewer: Viewer) -> Answer {
    if let Some(asks @ Asks::Factor) = viewer.asks {
        return Err(Error::Asks(asks));
    }
    let whose = (viewer.account, viewer.email.as_str(), viewer.name.as_str());
    let ceremony = passkey::begin_making(&app.database, &app.config.base_url, viewer.credential(), whose).await?;
    Ok(axum::Json(ceremony).into_response())
}

/// `POST /account/passkeys/answer`
pub async fn add_passkey(State(app): State<App>, viewer: Viewer, Json(sent): Json<PasskeyAnswer>) -> Answer {
    let name = super::factors::name(&sent.name, &crate::access::browser(&viewer.caller.agent));
    let made = (sent.ceremony, name.as_str());
    passkey::finish_making(&app.database, &app.config.base_url, viewer.credential(), made, sent.answer).await?;
    let next = after_adding(&app, &viewer, &sent.next).await?;
    Ok(axum::Json(json!({ "next": next })).into_response())
}

/// Where to go once a factor is there: to recovery codes while there are none.
pub(super) async fn after_adding(app: &App, viewer: &Viewer, next: &str) -> Result<String, Error> {
    let own: Vec<Factor> = held::own(&app.database, viewer.credential()).await?;
    let next = if next.is_empty() && viewer.asks.is_none() { "/account/factors" } else { own_path(next) };
    Ok(match own.first() {
        Some(f) if f.codes_left == 0 => {
            format!("/account/recovery-codes?next={}", next.replace('?', "%3F").replace('&', "%26"))
        }
        _ => next.to_owned(),
    })
}

#[derive(Template, WebTemplate)]
#[template(path = "access/terms.html")]
struct TermsPage {
    layout: Layout,
    errors: FieldErrors,
    terms: door::Terms,
    next: String,
}

/// `GET /sign-in/terms`
pub async fn terms_form(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    terms_page(&app, &viewer, layout, asked.next, FieldErrors::default()).await
}

async fn terms_page(app: &App, viewer: &Viewer, layout: Layout, next: String, errors: FieldErrors) -> Answer {
    let terms = door::newest_terms(&app.database).await?;
    let (Some(terms), Some(_)) = (terms, viewer.asks) else {
        return Ok(see_other(own_path(&next)));
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = TermsPage { layout: layout.without_head(), errors, terms, next };
    Ok((status, page).into_response())
}

/// What was read and accepted.
#[derive(Deserialize)]
pub struct Accepted {
    version: i32,
    #[serde(default)]
    accept: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/terms`
pub async fn accept_terms(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Form(form): Form<Accepted>,
) -> Answer {
    let newest = door::newest_terms(&app.database).await?;
    let mut errors = FieldErrors::default();
    if form.accept.is_empty() {
        errors.add("accept", "Tick that you accept the terms, or sign out");
    } else if newest.is_some_and(|t| t.version != form.version) {
        errors.add("accept", "The terms were changed while you read them. Read these, and tick again");
    }
    if errors.any() {
        return terms_page(&app, &viewer, layout, form.next, errors).await;
    }
    door::accept_terms(&app.database, viewer.credential(), form.version).await?;
    Ok(see_other(own_path(&form.next)))
}
