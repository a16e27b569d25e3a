//! Giving a grant, and ending one.

use crate::access::store::accounts::{self, Account};
use crate::access::store::ending;
use crate::access::store::grants::{self, Grant, NewGrant, Terms};
use crate::access::store::{requests, volunteers};
use crate::access::{PERMISSIONS, Role, UsualEnd, grant_end, grant_start, text, usual_end};
use crate::areas::{self, Area};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// A new grant's answers, as typed.
#[derive(Deserialize, Default)]
pub struct GrantForm {
    #[serde(default)]
    role: String,
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
    /// Only to see when it would usually end there.
    #[serde(default)]
    show: bool,
}

/// Who decides on what the form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Whoever fills it in.
    Alone,
    /// Another administrator, who approves.
    FourEyes,
    /// Nobody else could approve: a day on record, everybody concerned being told.
    Announced,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/grant-new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    account: Account,
    own: bool,
    role: Role,
    areas: Vec<Area>,
    form: GrantForm,
    usual: Option<UsualEnd>,
    rule: Rule,
}

impl NewPage {
    /// What the role may do, from the table that the guard asks.
    fn may(&self) -> impl Iterator<Item = &'static str> {
        let role = self.role;
        PERMISSIONS
            .iter()
            .filter(move |(.., roles)| roles.contains(&role) && roles.len() < Role::ALL.len())
            .map(|(_, words, _)| *words)
    }

    /// What asking leads to.
    fn two(&self) -> &'static str {
        if self.own {
            "Nobody gives themselves access. You ask, and another administrator approves it or refuses it, within a week."
        } else {
            "You ask, and another administrator approves it or refuses it, within a week. Both stand on record."
        }
    }

    /// Why the last day that stands there is the usual one.
    fn until_hint(&self) -> String {
        super::grant::until_hint(self.role, self.usual.as_ref())
    }
}

/// Why the last day that stands there is the usual one.
pub(super) fn until_hint(role: Role, usual: Option<&UsualEnd>) -> String {
    let ends = "It ends by itself that night.";
    match usual {
        Some(usual) => format!("{ends} The usual last day is {}: {}.", words::date(usual.day), usual.why),
        None if role == Role::Volunteer => format!(
            "{ends} Left empty: the day after the next election there within four months, else 30 days. Two years are the most."
        ),
        None => format!("{ends} Two years are the most."),
    }
}

/// Which role the form is for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    role: String,
}

/// `GET /access/accounts/{id}/grants/new`
pub async fn new(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let role = Role::parse(&asked.role).unwrap_or(Role::Volunteer);
    if role != Role::Volunteer {
        viewer.confirmed(5)?;
    }
    let form =
        GrantForm { role: role.as_str().into(), purpose: usual_purposes(role)[0].into(), ..GrantForm::default() };
    draw(viewer, layout, id, form, FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, id: Uuid, mut form: GrantForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let mut areas = areas::store::all(&mut scope).await?;
    let role = Role::parse(&form.role).unwrap_or(Role::Volunteer);
    if role.everywhere_only() {
        areas.retain(|a| a.kind == "installation");
    }
    let chosen = areas.iter().find(|a| a.id.to_string() == form.area).map(|a| a.id);
    let usual = usual_end_in(&mut scope, role, chosen, None).await?;
    if let (true, Some(usual)) = (form.until.is_empty(), &usual) {
        form.until = usual.day.to_string();
    }
    let rule = match grants::takes_two(&scope, role, id) {
        false => Rule::Alone,
        true if requests::somebody_approves(&mut scope, id).await? => Rule::FourEyes,
        true => Rule::Announced,
    };
    scope.commit().await?;
    let own = viewer.account == id;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, NewPage { layout, errors, account, own, role, areas, form, usual, rule }).into_response())
}

/// The usual end there; None while the area that decides it is not chosen.
pub(super) async fn usual_end_in(
    scope: &mut Scoped,
    role: Role,
    area: Option<i64>,
    latest: Option<NaiveDate>,
) -> Result<Option<UsualEnd>, Error> {
    let today = words::day_of(Utc::now());
    let next = match (role, area) {
        (Role::Volunteer, None) => return Ok(None),
        (Role::Volunteer, Some(area)) => volunteers::polls_in(scope, area, today).await?.into_iter().next(),
        _ => None,
    };
    Ok(Some(usual_end(role, today, next.as_ref().map(|(name, day)| (name.as_str(), *day)), latest)))
}

/// What the role is usually given for, the commonest first; anything else may be typed.
pub(super) fn usual_purposes(role: Role) -> &'static [&'static str] {
    match role {
        Role::Volunteer => {
            &["Canvassing", "Canvassing by phone", "Delivering leaflets", "Getting out the vote on polling day"]
        }
        Role::Organiser => &["Organising the local campaign", "Keeping the register", "Running polling day"],
        Role::MembershipSecretary => &["Keeping members"],
        Role::DataProtectionOfficer => &["Data protection"],
        Role::Administrator => &["Giving and ending access"],
    }
}

/// `POST /access/accounts/{id}/grants`
pub async fn give(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<GrantForm>) -> Answer {
    if !matches!(Role::parse(&form.role), Some(Role::Volunteer) | None) {
        viewer.confirmed(10)?;
    }
    if form.show {
        return draw(viewer, layout, id, GrantForm { until: String::new(), ..form }, FieldErrors::default()).await;
    }
    let mut scope = viewer.scope().await?;
    accounts::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let leads = match parse(&mut scope, id, &form, &mut errors).await? {
        Some((new, _)) if grants::takes_two(&scope, new.role, id) => {
            let asked = errors.take_invalid(requests::ask(&mut scope, &new).await)?;
            asked.map(|asked| format!("/access/requests?said={}", super::requests::said(asked)))
        }
        Some((new, terms)) => {
            let given = errors.take_invalid(grants::give_on(&mut scope, &new, terms).await)?;
            given.map(|_| format!("/access/accounts/{id}"))
        }
        None => None,
    };
    let Some(leads) = leads else {
        drop(scope);
        return draw(viewer, layout, id, form, errors).await;
    };
    scope.commit().await?;
    Ok(see_other(&leads))
}

async fn parse(
    scope: &mut Scoped,
    account: Uuid,
    form: &GrantForm,
    errors: &mut FieldErrors,
) -> Result<Option<(NewGrant, Terms)>, Error> {
    let role = errors.take(Role::parse(&form.role).ok_or_else(|| Error::field("role", "Choose a role")));
    let area = errors.take_invalid(area(scope, &form.area).await)?;
    let purpose = errors.take(text("purpose", &form.purpose, 200, "Say what the access is for"));
    let usual = match role {
        Some(role) if form.until.trim().is_empty() => usual_end_in(scope, role, area, None).await?,
        _ => None,
    };
    let until = usual.map_or_else(|| form.until.clone(), |usual| usual.day.to_string());
    // The day that is usual there is not known before the area is: one thing to mend, not two.
    let until = if until.is_empty() && area.is_none() { None } else { errors.take(grant_end(&until)) };
    let from = errors.take(grant_start(&form.from, until));
    let reason = errors.take(text("reason", &form.reason, 500, "Say why, for the record"));
    let terms = || Some(Terms { from: from?, needs_membership: form.needs_membership });
    let new =
        || Some(NewGrant { account, role: role?, area: area?, purpose: purpose?, reason: reason?, until: until? });
    Ok(new().zip(terms()))
}

/// The select's own value is the area's id, since two wards may share a name; a code that a program sends is resolved.
pub(super) async fn area(scope: &mut Scoped, value: &str) -> Result<i64, Error> {
    if value.trim().is_empty() {
        return Err(Error::field("area", "Choose an area"));
    }
    let all = areas::store::all(scope).await?;
    match all.iter().find(|a| a.id.to_string() == value) {
        Some(area) => Ok(area.id),
        None => Ok(areas::store::resolve(scope, value).await?.id),
    }
}

/// Why something ends, or comes back.
#[derive(Deserialize)]
pub struct Why {
    #[serde(default)]
    pub(super) reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/grant-end.html")]
struct EndPage {
    layout: Layout,
    errors: FieldErrors,
    grant: Grant,
    others: usize,
    reason: String,
}

/// `GET /access/grants/{id}/end`
pub async fn end_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    end_page(viewer, layout, id, FieldErrors::default(), String::new()).await
}

async fn end_page(viewer: Viewer, layout: Layout, id: Uuid, errors: FieldErrors, reason: String) -> Answer {
    let mut scope = viewer.scope().await?;
    let grant = grants::find_live(&mut scope, id).await?;
    let others = ending::consequences(&mut scope, grant.account).await?.grants.len().saturating_sub(1);
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, EndPage { layout, errors, grant, others, reason }).into_response())
}

/// `POST /access/grants/{id}/end`
pub async fn end(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 500, "Say why, for the record")) else {
        return end_page(viewer, layout, id, errors, form.reason).await;
    };
    let mut scope = viewer.scope().await?;
    let account = grants::find_live(&mut scope, id).await?.account;
    ending::end_grant(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/accounts/{account}")))
}
