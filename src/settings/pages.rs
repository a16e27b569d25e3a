//! `/settings`: the administrator's pages.

use super::codes::{self, Codes, CodesForm};
use super::store::{self, Officer, Processor, Version};
use crate::access::{email_address, text};
use crate::database::Scoped;
use crate::error::Error;
use crate::protection::Bare;
use crate::setup::{GROUPS, Kind};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;

fn status(errors: &FieldErrors) -> StatusCode {
    if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// Controller, contact and notice, as typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct InstallationForm {
    controller: String,
    contact: String,
    privacy_notice: String,
    factors_for_all: Option<String>,
    message_limit: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "settings/installation.html")]
struct InstallationPage {
    layout: Layout,
    errors: FieldErrors,
    form: InstallationForm,
    kind: &'static str,
    versions: Vec<Version>,
}

/// `GET /settings`
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    installation_page(&mut scope, layout, None, FieldErrors::default()).await.map(IntoResponse::into_response)
}

async fn installation_page(
    scope: &mut Scoped,
    layout: Layout,
    form: Option<InstallationForm>,
    errors: FieldErrors,
) -> Result<(StatusCode, InstallationPage), Error> {
    let held = store::installation(scope).await?;
    let versions = store::versions(scope).await?;
    let kind = Kind::parse(&held.kind).map_or("", Kind::title);
    let form = form.unwrap_or(InstallationForm {
        controller: held.controller,
        contact: held.contact,
        privacy_notice: held.privacy_notice,
        factors_for_all: held.factors_for_all.then(|| "true".to_owned()),
        message_limit: held.message_limit.to_string(),
    });
    Ok((status(&errors), InstallationPage { layout, errors, form, kind, versions }))
}

fn limit(typed: &str) -> Result<i32, Error> {
    let number = typed.parse().ok().filter(|n| (1..=1_000_000).contains(n));
    number.ok_or_else(|| Error::field("message_limit", "Give a number from 1 to 1,000,000"))
}

/// `POST /settings`
pub async fn change(viewer: Viewer, layout: Layout, Form(form): Form<InstallationForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let controller = errors.take(text("controller", &form.controller, 200, "Say who answers for the data"));
    let contact = email_address(&form.contact)
        .map_err(|_| Error::field("contact", "Give an email address, like data@example.org"));
    let contact = errors.take(contact);
    let notice = form.privacy_notice.replace("\r\n", "\n");
    let notice = errors.take(text("privacy_notice", &notice, 5000, "Say what people are told about their data"));
    let mut scope = viewer.scope().await?;
    // A form that was opened before there was a number leaves it as it is.
    let held = store::installation(&mut scope).await?.message_limit;
    let limit = match form.message_limit.trim() {
        "" => Some(held),
        typed => errors.take(limit(typed)),
    };
    let (Some(controller), Some(contact), Some(notice), Some(message_limit)) = (controller, contact, notice, limit)
    else {
        return installation_page(&mut scope, layout, Some(form), errors).await.map(IntoResponse::into_response);
    };
    let factors_for_all = form.factors_for_all.is_some();
    let changed = store::Installation {
        controller,
        contact,
        privacy_notice: notice,
        factors_for_all,
        message_limit,
        ..Default::default()
    };
    store::change(&mut scope, &changed).await?;
    scope.commit().await?;
    Ok(see_other("/settings"))
}

#[derive(Template, WebTemplate)]
#[template(path = "settings/codes.html")]
struct CodesPage {
    layout: Layout,
    errors: FieldErrors,
    codes: Codes,
}

impl CodesPage {
    fn groups(&self) -> [(&'static str, &'static str); 6] {
        GROUPS
    }
}

/// `GET /settings/codes`
pub async fn codes(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let codes = codes::all(&mut scope).await?.with_new_rows();
    scope.commit().await?;
    Ok(CodesPage { layout, errors: FieldErrors::default(), codes }.into_response())
}

/// `POST /settings/codes`
pub async fn change_codes(viewer: Viewer, layout: Layout, Form(form): Form<CodesForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let held = codes::all(&mut scope).await?;
    let typed = Codes::typed(&held, &form);
    let mut errors = FieldErrors::default();
    let kept = typed.checked(&held, &mut errors);
    if errors.any() {
        scope.commit().await?;
        let codes = if typed.intentions.is_empty() { held.with_new_rows() } else { typed };
        return Ok((status(&errors), CodesPage { layout, errors, codes }).into_response());
    }
    codes::keep(&mut scope, &kept).await?;
    scope.commit().await?;
    Ok(see_other("/settings/codes"))
}

/// Registration officers, as typed: a column is a repeated field.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct OfficersForm {
    authority: Vec<i32>,
    email: Vec<String>,
    address: Vec<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "settings/officers.html")]
struct OfficersPage {
    layout: Layout,
    errors: FieldErrors,
    officers: Vec<Officer>,
}

/// `GET /settings/officers`
pub async fn officers(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let officers = store::officers(&mut scope).await?;
    scope.commit().await?;
    Ok(OfficersPage { layout, errors: FieldErrors::default(), officers }.into_response())
}

/// `POST /settings/officers`
pub async fn change_officers(viewer: Viewer, layout: Layout, Form(form): Form<OfficersForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut officers = store::officers(&mut scope).await?;
    let mut errors = FieldErrors::default();
    for ((authority, email), address) in form.authority.iter().zip(&form.email).zip(&form.address) {
        let Some(officer) = officers.iter_mut().find(|o| o.authority == *authority) else { continue };
        (officer.email, officer.address) = (email.trim().to_owned(), address.trim().to_owned());
        let field = format!("email-{authority}");
        if !officer.email.is_empty() && email_address(&officer.email).is_err() {
            errors.add(&field, format!("{}: give an email address, or leave it empty", officer.name));
        }
        if officer.address.chars().count() > 500 {
            errors.add(&field, format!("{}: use at most 500 characters", officer.name));
        }
    }
    if form.authority.is_empty() {
        errors.add("officers", "There is nothing to keep: no authority is known yet");
    }
    if errors.any() {
        scope.commit().await?;
        return Ok((status(&errors), OfficersPage { layout, errors, officers }).into_response());
    }
    for officer in &officers {
        store::set_officer(&mut scope, officer.authority, &officer.email, &officer.address).await?;
    }
    scope.commit().await?;
    Ok(see_other("/settings/officers"))
}

/// A processor, as typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ProcessorForm {
    name: String,
    what_for: String,
    place: String,
    contract: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "settings/processors.html")]
struct ProcessorsPage {
    layout: Layout,
    errors: FieldErrors,
    form: ProcessorForm,
    processors: Vec<Processor>,
}

/// `GET /settings/processors`
pub async fn processors(viewer: Viewer, layout: Layout) -> Answer {
    processors_page(viewer, layout, ProcessorForm::default(), FieldErrors::default()).await
}

async fn processors_page(viewer: Viewer, layout: Layout, form: ProcessorForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let processors = store::processors(&mut scope).await?;
    scope.commit().await?;
    Ok((status(&errors), ProcessorsPage { layout, errors, form, processors }).into_response())
}

/// `POST /settings/processors`
pub async fn add_processor(viewer: Viewer, layout: Layout, Form(form): Form<ProcessorForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let name = errors.take(text("name", &form.name, 200, "Say who it is"));
    let what_for = errors.take(text("what_for", &form.what_for, 500, "Say what it does with which data"));
    let place = errors.take(text("place", &form.place, 200, "Say where: the country counts"));
    let contract = match form.contract.trim() {
        "" => Some(None),
        typed => {
            let day = typed.parse::<NaiveDate>().ok().filter(|d| (1990..9999).contains(&chrono::Datelike::year(d)));
            errors.take(
                day.map(Some).ok_or_else(|| Error::field("contract", "Give a day, like 2026-11-24, or leave it empty")),
            )
        }
    };
    let (Some(name), Some(what_for), Some(place), Some(contract)) = (name, what_for, place, contract) else {
        return processors_page(viewer, layout, form, errors).await;
    };
    let mut scope = viewer.scope().await?;
    store::add_processor(&mut scope, &name, &what_for, &place, contract).await?;
    scope.commit().await?;
    Ok(see_other("/settings/processors"))
}

/// `POST /settings/processors/{id}/end`
pub async fn end_processor(viewer: Viewer, Path(id): Path<i64>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::end_processor(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other("/settings/processors"))
}
