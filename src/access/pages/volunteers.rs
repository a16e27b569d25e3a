//! `/access/volunteers`: an organiser's own part of access, inside their own area and never longer than their own.

use super::grant::{Why, until_hint, usual_end_in, usual_purposes};
use crate::access::store::grants::{self, NewGrant, Terms};
use crate::access::store::volunteers::{self, Volunteer};
use crate::access::{Role, UsualEnd, email_address, grant_end, grant_start, text};
use crate::areas::Area;
use crate::database::Scoped;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// What the address may say; nothing personal.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    said: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/volunteers.html")]
struct ListPage {
    layout: Layout,
    area: String,
    over: bool,
    order: &'static str,
    said: &'static str,
    volunteers: Vec<Volunteer>,
}

impl ListPage {
    fn turn(&self, column: &str) -> String {
        if self.order == column { format!("-{column}") } else { column.to_owned() }
    }

    fn sorted(&self, column: &str) -> Option<&'static str> {
        match self.order.strip_prefix('-') {
            Some(turned) if turned == column => Some("descending"),
            None if self.order == column => Some("ascending"),
            _ => None,
        }
    }

    fn accounts(&self) -> usize {
        let mut accounts: Vec<Uuid> = self.volunteers.iter().map(|v| v.account).collect();
        accounts.sort();
        accounts.dedup();
        accounts.len()
    }
}

/// `GET /access/volunteers`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let (over, order) = (asked.tab == "ended", grants::order(&asked.sort));
    let said = match asked.said.as_str() {
        "given" => "Access was given. They can sign in with the password they have",
        "renewed" => "The access lasts longer now",
        "ended" => "The access ended, with its sessions and the lists that hung on it",
        _ => "",
    };
    let mut scope = viewer.scope().await?;
    let volunteers = volunteers::list(&mut scope, over, order).await?;
    scope.commit().await?;
    Ok(ListPage { layout, area: viewer.area_name, over, order, said, volunteers }.into_response())
}

/// When a grant ended and by whom, in words.
fn ended(v: &Volunteer) -> String {
    let at = words::moment(v.ended_at.unwrap_or(v.ends_at));
    format!("{at}, {}", super::account::ended_by_whom(v.ended_at, v.ended_by.as_deref(), v.ended_by_rule.as_deref()))
}

/// A new canvasser's answers, as typed.
#[derive(Deserialize, Default)]
pub struct NewForm {
    /// The grant's id, so that a form sent twice gives it once.
    id: Option<Uuid>,
    #[serde(default)]
    email: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    needs_membership: bool,
    #[serde(default)]
    show: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/volunteer-new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    id: Uuid,
    areas: Vec<Area>,
    form: NewForm,
    usual: Option<UsualEnd>,
    own_end: DateTime<Utc>,
}

impl NewPage {
    fn until_hint(&self) -> String {
        until_hint(Role::Volunteer, self.usual.as_ref())
    }
}

/// What the form begins with.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Again {
    /// A grant that ended, to be given once more.
    again: Option<Uuid>,
}

/// `GET /access/volunteers/new`
pub async fn new(viewer: Viewer, layout: Layout, Query(asked): Query<Again>) -> Answer {
    let purpose = usual_purposes(Role::Volunteer)[0].into();
    let mut form = NewForm { purpose, area: viewer.area.to_string(), ..NewForm::default() };
    if let Some(id) = asked.again {
        let mut scope = viewer.scope().await?;
        let ended = volunteers::list(&mut scope, true, grants::order("")).await?;
        let areas = volunteers::areas(&mut scope).await?;
        scope.commit().await?;
        if let Some(old) = ended.into_iter().find(|v| v.id == id) {
            let area = areas.iter().find(|a| a.name == old.area).map_or(form.area, |a| a.id.to_string());
            form = NewForm { email: old.email, purpose: old.purpose, area, ..form };
        }
    }
    draw(viewer, layout, form, FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, mut form: NewForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = volunteers::areas(&mut scope).await?;
    let chosen = areas.iter().find(|a| a.id.to_string() == form.area).map(|a| a.id);
    let latest = Some(words::day_of(viewer.grant_ends));
    let usual = usual_end_in(&mut scope, Role::Volunteer, chosen, latest).await?;
    scope.commit().await?;
    if let (true, Some(usual)) = (form.until.is_empty(), &usual) {
        form.until = usual.day.to_string();
    }
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (id, own_end) = (form.id.unwrap_or_else(Uuid::now_v7), viewer.grant_ends);
    Ok((status, NewPage { layout, errors, id, areas, form, usual, own_end }).into_response())
}

/// `POST /access/volunteers`
pub async fn give(viewer: Viewer, layout: Layout, Form(form): Form<NewForm>) -> Answer {
    if form.show {
        return draw(viewer, layout, NewForm { until: String::new(), ..form }, FieldErrors::default()).await;
    }
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let Some((new, terms)) = parse(&mut scope, &viewer, &form, &mut errors).await? else {
        drop(scope);
        return draw(viewer, layout, form, errors).await;
    };
    volunteers::give(&mut scope, form.id.unwrap_or_else(Uuid::now_v7), &new, terms).await?;
    scope.commit().await?;
    Ok(see_other("/access/volunteers?said=given"))
}

async fn parse(
    scope: &mut Scoped,
    viewer: &Viewer,
    form: &NewForm,
    errors: &mut FieldErrors,
) -> Result<Option<(NewGrant, Terms)>, Error> {
    let account = match errors.take(email_address(&form.email)) {
        Some(email) => errors.take_invalid(volunteers::account_of(scope, &email).await)?,
        None => None,
    };
    if account == Some(viewer.account) {
        errors.add("email", "This is your own account. Somebody else must give you access");
    }
    let areas = volunteers::areas(scope).await?;
    let area = areas.iter().find(|a| a.id.to_string() == form.area).map(|a| a.id);
    let area = errors.take(area.ok_or_else(|| Error::field("area", "Choose an area inside your own")));
    let purpose = errors.take(text("purpose", &form.purpose, 200, "Say what the access is for"));
    let latest = Some(words::day_of(viewer.grant_ends));
    let usual = match form.until.trim().is_empty() {
        true => usual_end_in(scope, Role::Volunteer, area, latest).await?,
        false => None,
    };
    let until = usual.map_or_else(|| form.until.clone(), |usual| usual.day.to_string());
    let until = if until.is_empty() && area.is_none() { None } else { errors.take(within_own(&until, viewer)) };
    let from = errors.take(grant_start(&form.from, until));
    let reason = errors.take(text("reason", &form.reason, 500, "Say why, for the record"));
    if errors.any() {
        return Ok(None);
    }
    let role = Role::Volunteer;
    let terms = || Some(Terms { from: from?, needs_membership: form.needs_membership });
    let new =
        || Some(NewGrant { account: account?, role, area: area?, purpose: purpose?, reason: reason?, until: until? });
    Ok(new().zip(terms()))
}

/// An end as it was typed, which is not after one's own: on one's own last day, the very moment.
fn within_own(typed: &str, viewer: &Viewer) -> Result<DateTime<Utc>, Error> {
    let until = grant_end(typed)?;
    let own = viewer.grant_ends;
    if words::day_of(until) > words::day_of(own) {
        let last = words::date(words::day_of(own));
        return Err(Error::field("until", format!("Your own access ends on {last}: choose a day up to then")));
    }
    Ok(until.min(own))
}

/// A later end and why.
#[derive(Deserialize, Default)]
pub struct Renewal {
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/volunteer-renew.html")]
struct RenewPage {
    layout: Layout,
    errors: FieldErrors,
    held: Volunteer,
    form: Renewal,
    own_end: DateTime<Utc>,
}

/// `GET /access/volunteers/{id}/renew`
pub async fn renew_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    renew_page(viewer, layout, id, Renewal::default(), FieldErrors::default()).await
}

async fn renew_page(viewer: Viewer, layout: Layout, id: Uuid, form: Renewal, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let held = volunteers::find(&mut scope, id).await?;
    scope.commit().await?;
    let own_end = viewer.grant_ends;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, RenewPage { layout, errors, held, form, own_end }).into_response())
}

/// `POST /access/volunteers/{id}/renew`
pub async fn renew(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Renewal>) -> Answer {
    let mut scope = viewer.scope().await?;
    volunteers::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let until = errors.take(within_own(&form.until, &viewer));
    let reason = errors.take(text("reason", &form.reason, 500, "Say why, for the record"));
    let done = match until.zip(reason) {
        Some((until, reason)) => errors.take_invalid(volunteers::renew(&mut scope, id, until, &reason).await)?,
        None => None,
    };
    if done.is_none() {
        drop(scope);
        return renew_page(viewer, layout, id, form, errors).await;
    }
    scope.commit().await?;
    Ok(see_other("/access/volunteers?said=renewed"))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/volunteer-end.html")]
struct EndPage {
    layout: Layout,
    errors: FieldErrors,
    held: Volunteer,
    reason: String,
}

/// `GET /access/volunteers/{id}/end`
pub async fn end_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    end_page(viewer, layout, id, String::new(), FieldErrors::default()).await
}

async fn end_page(viewer: Viewer, layout: Layout, id: Uuid, reason: String, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let held = volunteers::find(&mut scope, id).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, EndPage { layout, errors, held, reason }).into_response())
}

/// `POST /access/volunteers/{id}/end`
pub async fn end(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 500, "Say why, for the record")) else {
        return end_page(viewer, layout, id, form.reason, errors).await;
    };
    let mut scope = viewer.scope().await?;
    volunteers::end(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other("/access/volunteers?said=ended"))
}
