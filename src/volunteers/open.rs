//! `/help/{area}`: where anybody may offer to help, once the organisers of the area ask for it. Nothing is kept for good before
//! the address was confirmed by its own letter, and nobody learns whether somebody is here already.

use super::new::VolunteerForm;
use super::{AVAILABILITY, SKILLS};
use crate::access::door::help::{self, Asks, Offered, State as Stands};
use crate::access::door::{self, About, Caller, links};
use crate::access::{contact, email_address, text};
use crate::electors::folding::{clean, fold};
use crate::error::Error;
use crate::messages::imprint::Imprint;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// What is asked about each way of reaching them: channel, the form's field, the words.
const ASKED: [(&str, &str, &str); 3] = [
    ("email", "write", "You may write to me by email about helping and about your campaigns here"),
    ("phone", "ring", "You may ring me about helping and about your campaigns here"),
    ("text", "text", "You may send me text messages about helping and about your campaigns here"),
];

/// How far somebody would go, as they say it of themselves; the codes are those of [`super::HOW_FAR`].
const MY_HOW_FAR: [super::Choice; 5] = [
    ("", "As you need me"),
    ("street", "My own street"),
    ("ward", "My ward"),
    ("constituency", "The constituency"),
    ("anywhere", "Anywhere"),
];

/// An offer as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OfferForm {
    forename: String,
    surname: String,
    email: String,
    mobile: String,
    skill: Vec<String>,
    when: Vec<String>,
    how_far: String,
    languages: String,
    wishes: String,
    access_needs: String,
    agreed: Vec<String>,
    under_18: String,
    /// Not shown to people: a program that fills every field fills this one.
    website: String,
}

impl OfferForm {
    fn read(&self, errors: &mut FieldErrors) -> Option<Offered> {
        let forename = errors.take(text("forename", &self.forename, 100, "Give your forename")).map(|n| clean(&n));
        let surname = errors.take(text("surname", &self.surname, 100, "Give your surname")).map(|n| clean(&n));
        let email = errors.take(email_address(&self.email));
        let mobile =
            match self.mobile.trim() {
                "" => Some(String::new()),
                typed => errors.take(contact(typed).ok().filter(|c| !c.contains('@')).ok_or_else(|| {
                    Error::field("mobile", "Give a mobile number, like 07700 900123, or leave it empty")
                })),
            };
        let maybe = |field: &str, typed: &str, most: usize| match typed.trim() {
            "" => Ok(String::new()),
            typed => text(field, typed, most, ""),
        };
        let wishes = errors.take(maybe("wishes", &self.wishes, 400));
        let languages = errors.take(maybe("languages", &self.languages, 100));
        let how_far = MY_HOW_FAR.iter().find(|(c, _)| *c == self.how_far).map_or("", |(c, _)| c);
        let access_needs = errors.take(maybe("access_needs", &self.access_needs, 300));
        let ticked = |field: &str| self.agreed.iter().any(|a| a == field);
        if mobile.as_deref() == Some("") && (ticked("ring") || ticked("text")) {
            errors.add("mobile", "Give the number on which we may ring or text you");
        }
        let under_18 = match self.under_18.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => errors.take(Err(Error::field("under_18", "Say whether you are under 18"))),
        };
        let known = |choices: &[super::Choice], held: &[String]| -> Vec<String> {
            choices.iter().filter(|(c, _)| VolunteerForm::ticked(held, c)).map(|(c, _)| (*c).to_owned()).collect()
        };
        let (forename, surname) = (forename?, surname?);
        Some(Offered {
            name_key: fold(&format!("{surname} {forename}")),
            forename_key: fold(&format!("{forename} {surname}")),
            forename,
            surname,
            email: email?,
            mobile: mobile?,
            skills: known(&SKILLS, &self.skill),
            availability: known(&AVAILABILITY, &self.when),
            how_far: how_far.to_owned(),
            languages: languages?,
            wishes: wishes?,
            access_needs: access_needs?,
            under_18: under_18?,
            agreed: ASKED.iter().filter(|(_, f, _)| ticked(f)).map(|(channel, _, words)| (*channel, *words)).collect(),
        })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/open.html")]
struct OpenPage {
    layout: Layout,
    errors: FieldErrors,
    area: i64,
    asks: Asks,
    imprint: Imprint,
    about: About,
    form: OfferForm,
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/offered.html")]
struct OfferedPage {
    layout: Layout,
    asks: Asks,
    imprint: Imprint,
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/no-page.html")]
struct NoPage {
    layout: Layout,
    about: About,
}

async fn asks(app: &App, area: &str) -> Result<Option<(i64, Asks, Imprint)>, Error> {
    let Ok(area) = area.parse::<i64>() else { return Ok(None) };
    let asks = help::page(&app.database, area).await?;
    let imprint = door::messages::imprint_of(&app.database, area).await?;
    Ok(asks.zip(imprint).map(|(asks, imprint)| (area, asks, imprint)))
}

async fn no_page(app: &App, layout: Layout) -> Answer {
    let about = door::about(&app.database).await?;
    Ok((StatusCode::NOT_FOUND, NoPage { layout: layout.without_head(), about }).into_response())
}

async fn draw(
    app: &App,
    layout: Layout,
    (area, asks, imprint): (i64, Asks, Imprint),
    form: OfferForm,
    errors: FieldErrors,
) -> Answer {
    let about = door::about(&app.database).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = OpenPage { layout: layout.without_head(), errors, area, asks, imprint, about, form };
    Ok((status, page).into_response())
}

/// `GET /help/{area}`
pub async fn form(State(app): State<App>, layout: Layout, Path(area): Path<String>) -> Answer {
    match asks(&app, &area).await? {
        Some(found) => draw(&app, layout, found, OfferForm::default(), FieldErrors::default()).await,
        None => no_page(&app, layout).await,
    }
}

/// `POST /help/{area}`
pub async fn offer(
    State(app): State<App>,
    layout: Layout,
    caller: Caller,
    Path(area): Path<String>,
    Form(form): Form<OfferForm>,
) -> Answer {
    let Some(found) = asks(&app, &area).await? else { return no_page(&app, layout).await };
    let mut errors = FieldErrors::default();
    let read = form.read(&mut errors);
    let (Some(offered), false) = (read, errors.any()) else { return draw(&app, layout, found, form, errors).await };
    // Whoever fills what nobody sees is a program: it is told the same as everybody.
    if form.website.is_empty() {
        let place = (found.0, found.1.area.as_str());
        match help::offer(&app.database, (&app.keys, &app.config.base_url), place, &offered, &caller).await {
            Err(Error::TooMany(at)) => {
                errors.add("email", Error::TooMany(at).to_string());
                return draw(&app, layout, found, form, errors).await;
            }
            other => other?,
        }
    }
    let (_, asks, imprint) = found;
    Ok(OfferedPage { layout: layout.without_head(), asks, imprint }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/confirm.html")]
struct ConfirmPage {
    layout: Layout,
    area: String,
    action: String,
    state: Stands,
    about: About,
}

async fn confirm_page(app: &App, layout: Layout, token: &str, (state, area): (Stands, String)) -> Answer {
    let about = door::about(&app.database).await?;
    let status = if state == Stands::Over { StatusCode::GONE } else { StatusCode::OK };
    let action = format!("/help/confirm/{token}");
    Ok((status, ConfirmPage { layout: layout.without_head(), area, action, state, about }).into_response())
}

/// `GET /help/confirm/{token}`: looks, and changes nothing: mail programs open links by themselves.
///
/// # Errors
/// [`Error::NotFound`] for what is no token, [`Error::TooMany`] when too many were opened from here.
pub async fn confirm_form(State(app): State<App>, layout: Layout, caller: Caller, Path(token): Path<String>) -> Answer {
    let stands = help::state(&app.database, &links::credential(&token)?, &caller).await?;
    confirm_page(&app, layout, &token, stands).await
}

/// `POST /help/confirm/{token}`
///
/// # Errors
/// [`Error::NotFound`] for what is no token, [`Error::TooMany`] when too many were opened from here.
pub async fn confirm(State(app): State<App>, layout: Layout, caller: Caller, Path(token): Path<String>) -> Answer {
    let link = links::credential(&token)?;
    help::confirm(&app.database, &link).await?;
    let stands = help::state(&app.database, &link, &caller).await?;
    confirm_page(&app, layout, &token, stands).await
}
