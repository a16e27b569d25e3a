//! `/account/factors`: one's own second factors and recovery codes; setting the first one up on the way in.

use super::entering::{after_adding, wrong};
use super::own::Nothing;
use super::own_path;
use crate::access::Asks;
use crate::access::door::factors as held;
use crate::access::factors::{Factor, Proof, app, passkey};
use crate::electors::folding::clean;
use crate::error::Error;
use crate::keys::Kind as KeyKind;
use crate::web::qr::Code;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// What a factor is called: as typed, at most 60 characters, or what stands for it.
pub(super) fn name(typed: &str, usual: &str) -> String {
    let name: String = clean(typed).chars().take(60).collect();
    if name.is_empty() { usual.chars().take(60).collect() } else { name }
}

#[derive(Template, WebTemplate)]
#[template(path = "access/factors.html")]
struct FactorsPage {
    layout: Layout,
    viewer: Viewer,
    factors: Vec<Factor>,
    passkeys: bool,
    done: &'static str,
    needed: bool,
}

impl FactorsPage {
    fn codes_left(&self) -> i64 {
        self.factors.first().map_or(0, |f| f.codes_left)
    }
}

/// What was just done, to say so.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    needed: u8,
}

/// `GET /account/factors`
pub async fn show(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let factors = held::own(&app.database, viewer.credential()).await?;
    let done = match asked.done.as_str() {
        "removed" => "It proves nothing any more.",
        "added" => "It is asked for from now on when you sign in.",
        _ => "",
    };
    let passkeys = passkey::site(&app.config.base_url).is_some();
    Ok(FactorsPage { layout, viewer, factors, passkeys, done, needed: asked.needed > 0 }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "access/set-up-factor.html")]
struct SetUpPage {
    layout: Layout,
    passkeys: bool,
    next: String,
    role: String,
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in/set-up-factor`
pub async fn set_up(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Next>) -> Answer {
    if viewer.asks != Some(Asks::Enrol) {
        return Ok(see_other(own_path(&asked.next)));
    }
    let passkeys = passkey::site(&app.config.base_url).is_some();
    let role = viewer.role.with_article();
    Ok(SetUpPage { layout: layout.without_head(), passkeys, next: asked.next, role }.into_response())
}

/// A new app's secret between its two pages, encrypted.
#[derive(Serialize, Deserialize)]
struct Pending {
    factor: Uuid,
    key: String,
    sealed: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/app-new.html")]
struct AppPage {
    layout: Layout,
    errors: FieldErrors,
    ceremony: Uuid,
    code: Code,
    typed: String,
    url: String,
    next: String,
    entering: bool,
}

/// `POST /account/apps`: a new secret, to scan or to type.
pub async fn begin_app(State(app): State<App>, viewer: Viewer, layout: Layout, Form(form): Form<Next>) -> Answer {
    if viewer.asks.is_none() && !held::own(&app.database, viewer.credential()).await?.is_empty() {
        viewer.confirmed(5)?;
    }
    let secret = app::new_secret();
    let factor = Uuid::now_v7();
    let sealed = app::Held::new(&app.keys, factor, &secret)?;
    let pending = Pending { factor, key: sealed.key_id, sealed: hex::encode(sealed.sealed) };
    app_page(&app, &viewer, layout, (&pending, &secret), form.next, FieldErrors::default()).await
}

async fn app_page(
    app: &App,
    viewer: &Viewer,
    layout: Layout,
    (pending, secret): (&Pending, &[u8]),
    next: String,
    errors: FieldErrors,
) -> Answer {
    let ceremony = Uuid::new_v4();
    held::keep_ceremony(&app.database, ceremony, Some(viewer.credential()), "app", json!(pending)).await?;
    let entering = viewer.asks.is_some();
    let url = app::url(secret, &viewer.email, "Hustings")?;
    let layout = if entering { layout.without_head() } else { layout };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (code, typed) = (Code::of(&url)?, app::typed(secret));
    Ok((status, AppPage { layout, errors, ceremony, code, typed, url, next, entering }).into_response())
}

/// The app's first code.
#[derive(Deserialize)]
pub struct FirstCode {
    ceremony: Uuid,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /account/apps/confirm`
pub async fn add_app(State(app): State<App>, viewer: Viewer, layout: Layout, Form(form): Form<FirstCode>) -> Answer {
    let credential = viewer.credential();
    if let Some(at) = held::begin_proof(&app.database, credential, &viewer.caller.address).await? {
        return Err(Error::TooMany(at));
    }
    let kept = held::take_ceremony(&app.database, form.ceremony, Some(credential), "app").await?;
    let kept = kept.ok_or_else(|| Error::Conflict("That took longer than five minutes. Begin again".into()))?;
    let pending: Pending = serde_json::from_value(kept).map_err(Error::internal)?;
    let sealed = hex::decode(&pending.sealed).map_err(Error::internal)?;
    let secret = app.keys.decrypt(KeyKind::Factors, &pending.key, &sealed, pending.factor.as_bytes())?;
    let typed: String = form.code.chars().filter(char::is_ascii_digit).collect();
    let step = match app::check(&secret, &typed, Utc::now().timestamp()) {
        app::Checked::Right(step) => step,
        other => {
            let proof =
                if let app::Checked::ClockOff(minutes) = other { Proof::ClockOff(minutes) } else { Proof::Wrong };
            let mut errors = FieldErrors::default();
            errors.add("code", wrong(proof));
            return app_page(&app, &viewer, layout, (&pending, &secret), form.next, errors).await;
        }
    };
    let held_app = app::Held { id: pending.factor, key_id: pending.key, sealed };
    held::add_app(&app.database, credential, "Authenticator app", &held_app, step).await?;
    Ok(see_other(&after_adding(&app, &viewer, &form.next).await?))
}

/// `POST /account/factors/{id}/remove`
pub async fn remove(State(app): State<App>, viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Nothing>) -> Answer {
    held::remove(&app.database, viewer.credential(), id).await?;
    Ok(see_other("/account/factors?done=removed"))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/recovery-codes.html")]
struct CodesPage {
    layout: Layout,
    codes: Vec<String>,
    next: String,
    /// Whether codes that were made before are good no more.
    had: bool,
    /// The newest codes that the form knows of, so that a reload makes no others.
    since: i64,
    /// Whether a form was sent again after its codes had been shown.
    again: bool,
    controller: String,
}

/// When an account's newest recovery codes were made, in microseconds since 1970; 0: it has none.
fn made(own: &[crate::access::factors::Factor]) -> i64 {
    own.first().and_then(|factor| factor.codes_made).map_or(0, |at| at.timestamp_micros())
}

/// What the form of recovery codes says besides where to go on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct CodesForm {
    next: String,
    since: Option<i64>,
    again: u8,
}

/// Where the page leads on: one of ours, or nothing for the usual.
fn onward(next: &str) -> String {
    if next.is_empty() { String::new() } else { own_path(next).to_owned() }
}

/// `GET /account/recovery-codes`
pub async fn codes_form(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Query(asked): Query<CodesForm>,
) -> Answer {
    let own = held::own(&app.database, viewer.credential()).await?;
    let Some(first) = own.first() else { return Ok(see_other("/account/factors")) };
    let layout = if viewer.asks.is_some() { layout.without_head() } else { layout };
    let had = first.codes_left > 0;
    let (since, again, controller) = (made(&own), asked.again == 1, String::new());
    Ok(CodesPage { layout, codes: Vec::new(), next: onward(&asked.next), had, since, again, controller }
        .into_response())
}

/// `POST /account/recovery-codes`: ten new ones, shown this once.
pub async fn new_codes(State(app): State<App>, viewer: Viewer, layout: Layout, Form(form): Form<CodesForm>) -> Answer {
    // A phone loads a page again by itself: what was written down a minute ago must stay good.
    let since = made(&held::own(&app.database, viewer.credential()).await?);
    if form.since.is_some_and(|known| known != since) {
        return Ok(see_other(&format!("/account/recovery-codes?again=1&next={}", onward(&form.next))));
    }
    let codes = held::new_recovery_codes(&app.database, viewer.credential()).await?;
    let controller = crate::access::door::about(&app.database).await?.controller;
    let layout = if viewer.asks.is_some() { layout.without_head() } else { layout };
    let next = onward(&form.next);
    Ok(CodesPage { layout, codes, next, had: false, since: 0, again: false, controller }.into_response())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_factor_has_a_name_whatever_is_typed() {
        assert_eq!(name("  My \u{202e}phone ", "x"), "My phone");
        assert_eq!(name("", "Firefox on Android"), "Firefox on Android");
        assert_eq!(name(&"a".repeat(99), "x").len(), 60);
    }
}
