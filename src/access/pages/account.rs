//! `/access/accounts/…`: adding an account, its page, another password for it.

use crate::access::store::accounts::{self, Account, HeldFactor, PasswordSet, Session};
use crate::access::store::ending::{self, Ending};
use crate::access::store::grants::{self, Grant, Which};
use crate::access::{GrantKind, Role, email_address, passwords, person_name};
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// A new account's answers.
#[derive(Deserialize, Default)]
pub struct NewAccount {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/account-new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    form: NewAccount,
}

/// A password is shown once, on the page that answers the post: nothing else keeps it.
#[derive(Template, WebTemplate)]
#[template(path = "access/account-password.html")]
struct PasswordPage {
    layout: Layout,
    id: Uuid,
    name: String,
    email: String,
    /// None: it was typed, so whoever typed it knows it.
    made: Option<String>,
    /// Whether the account is new; else how many sessions ended.
    signed_out: Option<i64>,
}

/// `GET /access/accounts/new`
pub async fn new(layout: Layout) -> impl IntoResponse {
    NewPage { layout, errors: FieldErrors::default(), form: NewAccount::default() }
}

/// `POST /access/accounts`
pub async fn add(viewer: Viewer, layout: Layout, Form(form): Form<NewAccount>) -> Answer {
    match added(&viewer, &form).await {
        Ok((id, email, made)) => {
            Ok(PasswordPage { layout, id, name: form.name, email, made, signed_out: None }.into_response())
        }
        Err(Error::Invalid(errors)) => {
            let form = NewAccount { password: String::new(), ..form };
            let page = NewPage { layout, errors: FieldErrors(errors), form };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn added(viewer: &Viewer, form: &NewAccount) -> Result<(Uuid, String, Option<String>), Error> {
    let mut errors = FieldErrors::default();
    let name = errors.take(person_name(&form.name));
    let email = errors.take(email_address(&form.email));
    let typed = form.password.as_str();
    if let (false, Some(weak)) = (typed.is_empty(), passwords::weakness(typed, &[&form.name, &form.email])) {
        errors.add("password", weak);
    }
    let (Some(name), Some(email), false) = (name, email, errors.any()) else {
        return Err(Error::Invalid(errors.0));
    };
    let made = typed.is_empty().then(passwords::make);
    let hash = passwords::hash(made.clone().unwrap_or_else(|| typed.to_owned())).await?;
    let mut scope = viewer.scope().await?;
    let id = accounts::add(&mut scope, &email, &name, &hash).await?;
    scope.commit().await?;
    Ok((id, email, made))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/account.html")]
struct AccountPage {
    layout: Layout,
    account: Account,
    own: bool,
    live: Vec<Grant>,
    over: Vec<Grant>,
    sessions: Vec<Session>,
    /// The end that stands: nothing lives now.
    ending: Option<Ending>,
    /// Every end, the newest first.
    endings: Vec<Ending>,
    password: Option<PasswordSet>,
    factors: Vec<HeldFactor>,
}

/// `GET /access/accounts/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let grants = grants::list(&mut scope, Which::Of(id), "", "account", 0).await?;
    let sessions = accounts::sessions(&mut scope, id).await?;
    let endings = ending::of_account(&mut scope, id).await?;
    let password = accounts::password_set(&mut scope, id).await?;
    let factors = accounts::factors(&mut scope, id).await?;
    scope.commit().await?;
    let lives = |g: &Grant| g.ended_at.is_none() && g.ends_at > Utc::now();
    let (live, over) = grants.into_iter().partition(lives);
    let own = viewer.account == id;
    let live: Vec<Grant> = live;
    let ending = endings.first().filter(|_| live.is_empty()).cloned();
    Ok(AccountPage { layout, account, own, live, over, sessions, ending, endings, password, factors }.into_response())
}

/// Another password for somebody.
#[derive(Deserialize)]
pub struct NewPassword {
    #[serde(default)]
    password: String,
    /// Whether somebody who read what follows wants one made.
    #[serde(default)]
    make: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/account-password-make.html")]
struct MakePasswordPage {
    layout: Layout,
    account: Account,
    sessions: usize,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/account-password-new.html")]
struct NewPasswordPage {
    layout: Layout,
    errors: FieldErrors,
    account: Account,
    sessions: usize,
}

/// `GET /access/accounts/{id}/password`
pub async fn password_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    password_page(viewer, layout, id, FieldErrors::default()).await
}

async fn password_page(viewer: Viewer, layout: Layout, id: Uuid, errors: FieldErrors) -> Answer {
    let (account, sessions) = find_signed_in(&viewer, id).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, NewPasswordPage { layout, errors, account, sessions }).into_response())
}

/// An account, and in how many places it is signed in.
async fn find_signed_in(viewer: &Viewer, id: Uuid) -> Result<(Account, usize), Error> {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let sessions = accounts::sessions(&mut scope, id).await?.len();
    scope.commit().await?;
    Ok((account, sessions))
}

/// Whether an account reaches further than a canvasser's lists.
async fn beyond_canvassing(viewer: &Viewer, id: Uuid) -> Result<bool, Error> {
    let mut scope = viewer.scope().await?;
    let grants = grants::list(&mut scope, Which::Of(id), "", "account", 0).await?;
    scope.commit().await?;
    Ok(grants.iter().any(|g| g.ended_at.is_none() && g.ends_at > Utc::now() && g.role != Role::Volunteer))
}

/// `POST /access/accounts/{id}/password`: with nothing typed it asks first.
pub async fn set_password(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(form): Form<NewPassword>,
) -> Answer {
    if id == viewer.account {
        return Err(Error::Conflict("This is your own account. Change your password under My account".into()));
    }
    // Whoever sets somebody's password could come in as them.
    if beyond_canvassing(&viewer, id).await? {
        viewer.confirmed(10)?;
    }
    let (account, sessions) = find_signed_in(&viewer, id).await?;
    if form.password.is_empty() && !form.make {
        return Ok(MakePasswordPage { layout, account, sessions }.into_response());
    }
    let mut errors = FieldErrors::default();
    if let (false, Some(weak)) =
        (form.password.is_empty(), passwords::weakness(&form.password, &[&account.name, &account.email]))
    {
        errors.add("password", weak);
        return password_page(viewer, layout, id, errors).await;
    }
    let made = form.password.is_empty().then(passwords::make);
    let hash = passwords::hash(made.clone().unwrap_or(form.password)).await?;
    let mut scope = viewer.scope().await?;
    let signed_out = accounts::set_password(&mut scope, id, &hash).await?;
    scope.commit().await?;
    let (name, email) = (account.name, account.email);
    Ok(PasswordPage { layout, id, name, email, made, signed_out: Some(signed_out) }.into_response())
}

/// When a grant ended, or will.
pub(super) fn end_of(grant: &Grant) -> DateTime<Utc> {
    grant.ended_at.unwrap_or(grant.ends_at)
}

/// "by Ruth Calloway-Finch", "by the operator", "by itself", "by the access review".
pub(super) fn ended_by(grant: &Grant) -> String {
    ended_by_whom(grant.ended_at, grant.ended_by.as_deref(), grant.ended_by_rule.as_deref())
}

/// The same of what was read otherwise.
pub(super) fn ended_by_whom(at: Option<DateTime<Utc>>, by: Option<&str>, rule: Option<&str>) -> String {
    match (at, rule, by) {
        (None, ..) => "by itself".into(),
        (_, Some("review"), _) => "by the access review".into(),
        (_, Some("membership"), _) => "with membership".into(),
        (.., Some(name)) => format!("by {name}"),
        (.., None) => "by the operator".into(),
    }
}
