//! `/set-up`: one form, once, behind the code that stands where Hustings was started.

use super::codes::{self, CodeRow, ROWS};
use super::{FirstPoll, GROUPS, Kind, POLL_KINDS, SetUp, store, usual_codes, usual_notice};
use crate::access::{door, email_address, passwords, person_name, text};
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Layout, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;

/// The form as typed. The codes' columns are repeated fields, one a row.
#[derive(Deserialize, Default, Clone)]
pub struct SetUpForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    controller: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    privacy_notice: String,
    #[serde(default)]
    letters: Vec<String>,
    #[serde(default)]
    label: Vec<String>,
    #[serde(default)]
    group: Vec<String>,
    #[serde(default)]
    slot: Vec<String>,
    #[serde(default)]
    poll_name: String,
    #[serde(default)]
    poll_date: String,
    #[serde(default)]
    poll_kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "setup/set-up.html")]
struct SetUpPage {
    layout: Layout,
    errors: FieldErrors,
    form: SetUpForm,
    rows: Vec<CodeRow>,
}

impl SetUpPage {
    fn kinds(&self) -> [Kind; 3] {
        Kind::ALL
    }

    fn groups(&self) -> [(&'static str, &'static str); 6] {
        GROUPS
    }

    fn poll_kinds(&self) -> [(&'static str, &'static str); 9] {
        POLL_KINDS
    }
}

/// `GET /set-up`
pub async fn form(State(app): State<App>, layout: Layout) -> Answer {
    if door::about(&app.database).await?.set_up {
        return Ok(see_other("/sign-in"));
    }
    let form = SetUpForm {
        kind: Kind::Party.as_str().into(),
        privacy_notice: usual_notice("[Controller]", "[contact]"),
        ..SetUpForm::default()
    };
    Ok(SetUpPage { layout, errors: FieldErrors::default(), form, rows: padded(usual_codes()) }.into_response())
}

/// `POST /set-up`
pub async fn set_up(State(app): State<App>, layout: Layout, Form(form): Form<SetUpForm>) -> Answer {
    if door::about(&app.database).await?.set_up {
        return Err(Error::Conflict("Hustings is set up already. Sign in".into()));
    }
    let rows = form.rows();
    let done = match parse(&form, &rows) {
        Ok((parsed, password)) => complete(&app, &form.code, parsed, password).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(see_other("/sign-in?set_up=1")),
        Err(Error::Invalid(errors)) => {
            let form = SetUpForm { password: String::new(), ..form };
            let page = SetUpPage { layout, errors: FieldErrors(errors), form, rows: padded(rows) };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn complete(app: &App, code: &str, setup: SetUp, password: String) -> Result<(), Error> {
    // Hashing is costly on purpose, so it is done for nobody without the code. No connection is held meanwhile.
    store::check_code(&mut *door::connection(&app.database).await?, code).await?;
    let setup = SetUp { password_hash: passwords::hash(password).await?, ..setup };
    let mut connection = door::connection(&app.database).await?;
    store::complete(&mut connection, code, &setup).await?;
    Ok(())
}

impl SetUpForm {
    /// The codes' columns as rows; a column that is short leaves its cells empty.
    fn rows(&self) -> Vec<CodeRow> {
        let at = |column: &[String], n: usize| column.get(n).cloned().unwrap_or_default();
        let row = |n| CodeRow {
            code: at(&self.letters, n),
            label: at(&self.label, n),
            slot: at(&self.slot, n).parse().unwrap_or(0),
            group: at(&self.group, n),
        };
        (0..self.letters.len().min(ROWS)).map(row).collect()
    }
}

fn padded(mut rows: Vec<CodeRow>) -> Vec<CodeRow> {
    rows.resize(ROWS, CodeRow { code: String::new(), label: String::new(), slot: 3, group: "against".into() });
    rows
}

fn parse(form: &SetUpForm, rows: &[CodeRow]) -> Result<(SetUp, String), Error> {
    let mut errors = FieldErrors::default();
    errors.take(text("code", &form.code, 100, "Type the code that stands where Hustings was started"));
    let controller = errors.take(text("controller", &form.controller, 200, "Say who answers for the data"));
    let contact = errors.take(email_address(&form.contact).map_err(|e| on_field(e, "contact")));
    let kind = errors.take(Kind::parse(&form.kind).ok_or_else(|| Error::field("kind", "Choose one")));
    let notice = errors.take(notice(form));
    let codes = errors.take(codes::parse(rows));
    let poll = errors.take(first_poll(form));
    let name = errors.take(person_name(&form.name));
    let email = errors.take(email_address(&form.email));
    if let Some(weak) = passwords::weakness(&form.password, &[&form.name, &form.email, &form.controller]) {
        errors.add("password", weak);
    }
    let setup = || {
        Some(SetUp {
            controller: controller?,
            contact: contact?,
            kind: kind?,
            privacy_notice: notice?,
            codes: codes?,
            poll: poll?,
            admin_email: email?,
            admin_name: name?,
            password_hash: String::new(),
        })
    };
    match (setup(), errors.any()) {
        (Some(setup), false) => Ok((setup, form.password.clone())),
        _ => Err(Error::Invalid(errors.0)),
    }
}

/// The text begins with gaps for the controller and the contact; they are filled in with what stands above.
fn notice(form: &SetUpForm) -> Result<String, Error> {
    let written = form.privacy_notice.replace("\r\n", "\n");
    let filled = written.replace("[Controller]", form.controller.trim()).replace("[contact]", form.contact.trim());
    text("privacy_notice", &filled, 5000, "Say what people are told about their data")
}

fn on_field(error: Error, field: &str) -> Error {
    match error {
        Error::Invalid(fields) => fields.into_iter().next().map_or(Error::NotFound, |f| Error::field(field, f.message)),
        other => other,
    }
}

fn first_poll(form: &SetUpForm) -> Result<Option<FirstPoll>, Error> {
    if form.poll_name.trim().is_empty() && form.poll_date.trim().is_empty() {
        return Ok(None);
    }
    let name = text("poll_name", &form.poll_name, 200, "Give the poll a name, or leave its date out too")?;
    let date: NaiveDate =
        form.poll_date.trim().parse().map_err(|_| Error::field("poll_date", "Give the poll’s day"))?;
    if date < words::day_of(Utc::now()) {
        return Err(Error::field(
            "poll_date",
            "That day is past. Give the day of a poll to come, or leave the poll empty",
        ));
    }
    let known = POLL_KINDS.iter().any(|(kind, _)| *kind == form.poll_kind);
    if !known {
        return Err(Error::field("poll_kind", "Choose the kind of poll"));
    }
    Ok(Some(FirstPoll { name, date, kind: form.poll_kind.clone() }))
}
