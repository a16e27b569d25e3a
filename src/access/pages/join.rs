//! Joining a walk list by a code that an organiser shows: name, telephone or email, terms; then the organiser says that they know
//! the person, and the browser that asked is in.

use super::invitation::accepted;
use super::{cookie, with_device};
use crate::access::door::join::{self, Asked, Invitation, Joiner, Request, State as Stands};
use crate::access::door::{self, Caller, Terms, links};
use crate::access::{contact, person_name};
use crate::database::Credential;
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum_extra::extract::CookieJar;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "access/join.html")]
struct JoinPage {
    layout: Layout,
    errors: FieldErrors,
    about: Invitation,
    terms: Option<Terms>,
    controller: String,
    notice: String,
    action: String,
    form: JoinForm,
    /// Who is signed in on this phone already.
    signed_in: Option<String>,
}

/// Who joins, as typed.
#[derive(Deserialize, Default)]
pub struct JoinForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    accept: String,
    version: Option<i32>,
}

/// `GET /join/{code}`; `/join/{area}` leads to the page on which anybody offers to help there. No code is made of figures alone.
pub async fn form(
    State(app): State<App>,
    viewer: Option<Viewer>,
    layout: Layout,
    caller: Caller,
    Path(code): Path<String>,
) -> Answer {
    if let Some(area) = code.parse::<i64>().ok().filter(|area| *area > 0 && code.len() < 19) {
        return Ok(see_other(&format!("/help/{area}")));
    }
    let about = join::about(&app.database, &links::credential(&code)?, &caller).await?;
    draw(&app, layout, (about, viewer), &code, (JoinForm::default(), FieldErrors::default())).await
}

async fn draw(
    app: &App,
    layout: Layout,
    (about, viewer): (Invitation, Option<Viewer>),
    code: &str,
    (form, errors): (JoinForm, FieldErrors),
) -> Answer {
    let terms = door::newest_terms(&app.database).await?;
    let installation = door::about(&app.database).await?;
    let status = match (about.open, errors.any()) {
        (false, _) => StatusCode::GONE,
        (true, true) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, false) => StatusCode::OK,
    };
    let page = JoinPage {
        layout: layout.without_head(),
        errors,
        about,
        terms,
        controller: installation.controller,
        notice: installation.contact,
        action: format!("/join/{code}"),
        form,
        signed_in: viewer.map(|v| v.name),
    };
    Ok((status, page).into_response())
}

/// `POST /join/{code}`
pub async fn ask(
    State(app): State<App>,
    viewer: Option<Viewer>,
    layout: Layout,
    caller: Caller,
    jar: CookieJar,
    Path(code): Path<String>,
    Form(form): Form<JoinForm>,
) -> Answer {
    let credential = links::credential(&code)?;
    let about = join::about(&app.database, &credential, &caller).await?;
    let terms = door::newest_terms(&app.database).await?;
    let mut errors = FieldErrors::default();
    let name = errors.take(person_name(&form.name));
    let contact = errors.take(contact(&form.contact));
    accepted(terms.as_ref(), &form.accept, form.version, &mut errors);
    // Whoever is signed in would lose that place, and what waits on the phone belongs to it.
    if viewer.is_some() {
        return draw(&app, layout, (about, viewer), &code, (form, errors)).await;
    }
    let (Some(name), Some(contact), false, true) = (name, contact, errors.any(), about.open) else {
        return draw(&app, layout, (about, None), &code, (form, errors)).await;
    };
    let joiner = Joiner { name, contact, terms: terms.map(|t| t.version) };
    let (caller, jar) = with_device(&app, caller, jar);
    match join::ask(&app.database, &credential, &joiner, &caller).await? {
        Asked::Waiting(token) => Ok((jar.add(cookie(&app, &token)), see_other("/join/waiting")).into_response()),
        Asked::Closed => draw(&app, layout, (Invitation { open: false, ..about }, None), &code, (form, errors)).await,
        Asked::TooMany => {
            errors.add("name", "Many people joined just now. Wait a few minutes, or tell the organiser");
            draw(&app, layout, (about, None), &code, (form, errors)).await
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "access/join-waiting.html")]
struct WaitingPage {
    layout: Layout,
    request: Request,
}

/// `GET /join/waiting`: loads itself anew every few seconds until the organiser has said.
pub async fn waiting(State(app): State<App>, layout: Layout, jar: CookieJar) -> Answer {
    let name = super::cookie_name(&app);
    let browser = jar.get(name).and_then(|c| Credential::from_token(c.value()));
    let request = match browser {
        Some(browser) => join::state(&app.database, &browser).await?,
        None => None,
    };
    let request = request.ok_or(Error::NotFound)?;
    if let (Stands::Admitted, Some(list)) = (request.state, &request.list) {
        return Ok(see_other(&format!("/canvass/{list}")));
    }
    Ok(WaitingPage { layout: layout.without_head(), request }.into_response())
}
