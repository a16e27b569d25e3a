//! `/protection/subjects/{id}/erasure`: what goes and what stays, the reason, and the receipt.

use super::text;
use crate::access::Permission;
use crate::database::Scope;
use crate::protection::Subject;
use crate::protection::store::{self, Erasure, Other};
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// Figures of an erasure: its key, in words, and whether it goes.
const FIGURES: &[(&str, &str, bool)] = &[
    ("records", "Records, with name, number and address", true),
    ("entries", "Lines of registers, as the council wrote them", true),
    ("answers", "Answers from doors: intention, issues, wishes, note", true),
    ("intentions", "Intentions that stand, and count in tallies", true),
    ("waiting", "Answers that came late or could not stand", true),
    ("objections", "Words to stop", true),
    ("contacts", "How they are reached: email, telephone, address, date of birth", true),
    ("consents", "What they agreed to or took back", true),
    ("person_notes", "Notes about them", true),
    ("offers", "Offers to help that wait to be confirmed, with the letters that ask for it", true),
    ("sessions", "Sign-ins, with browser and network address", true),
    ("letters", "Letters by email", true),
    ("requests", "Requests: names and words go, that one came and what became of it stays", true),
    ("lists", "Walk lists out now that hold them: printed cards do not know", false),
    ("grants", "Grants: reasons go, that they were given stays", false),
    ("looks", "Lines of the access log: sealed, and about nobody from then on", false),
    (OTHERS[0], "Their account here, with name and email: erased by itself", false),
    (OTHERS[1], "Their record on the register, with name and address: erased by itself", false),
    (OTHERS[2], "Their record as a member, volunteer or supporter: erased by itself", false),
];

/// The keys of what is the same human's and is erased by itself.
const OTHERS: [&str; 3] = ["their_accounts", "their_electors", "their_people"];

#[derive(Template, WebTemplate)]
#[template(path = "protection/erasure.html")]
struct ErasurePage {
    layout: Layout,
    errors: FieldErrors,
    subject: Subject,
    name: String,
    counts: Value,
    /// The other records of the same human, which stay.
    others: Vec<Other>,
    reason: String,
    /// Requests of theirs that wait for an answer, and whether their identity is known.
    open: Vec<(i64, bool)>,
    sure: bool,
}

fn figures(counts: &Value, of: Subject, goes: bool) -> Vec<(&'static str, i64)> {
    // What an account recorded of others is theirs, not the account's: it stays as it is.
    let skip = |key: &str| of.account().is_some() && key == "answers";
    let figure = |(key, title, _): &(&'static str, &'static str, bool)| {
        Some((*title, counts.get(*key)?.as_i64().filter(|_| !skip(key))?))
    };
    FIGURES.iter().filter(|f| f.2 == goes).filter_map(figure).collect()
}

impl ErasurePage {
    fn goes(&self) -> Vec<(&'static str, i64)> {
        figures(&self.counts, self.subject, true)
    }

    fn stays(&self) -> Vec<(&'static str, i64)> {
        figures(&self.counts, self.subject, false)
    }

    /// Requests that wait for proof of identity.
    fn unproved(&self) -> Vec<i64> {
        self.open.iter().filter(|(_, known)| !known).map(|(number, _)| *number).collect()
    }

    fn has_access(&self) -> bool {
        self.counts.get("live_grants").and_then(Value::as_i64).is_some_and(|n| n > 0)
    }
}

async fn page(
    viewer: &Viewer,
    layout: Layout,
    subject: Subject,
    errors: FieldErrors,
    form: EraseForm,
) -> Answer<ErasurePage> {
    let mut scope = viewer.scope_as(Permission::HandleRequests, Scope::default()).await?;
    let file = store::file(&mut scope, subject, false).await?;
    let others = store::others(&mut scope, subject).await?;
    let mut counts = store::erasure_counts(&mut scope, subject).await?;
    scope.commit().await?;
    if file.offers() > 0 {
        counts["offers"] = file.offers().into();
    }
    let (name, open, sure) = (file.name().to_owned(), file.open_requests(), form.sure == "yes");
    Ok(ErasurePage { layout, errors, subject, name, counts, others, reason: form.reason, open, sure })
}

/// `GET /protection/subjects/{id}/erasure`
pub async fn ask(viewer: Viewer, layout: Layout, Path(subject): Path<Subject>) -> Answer {
    Ok(page(&viewer, layout, subject, FieldErrors::default(), EraseForm::default()).await?.into_response())
}

/// Why, and whether it is sure who asked.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct EraseForm {
    reason: String,
    sure: String,
}

/// `POST /protection/subjects/{id}/erasure`
pub async fn erase(
    viewer: Viewer,
    State(app): State<App>,
    layout: Layout,
    Path(subject): Path<Subject>,
    Form(form): Form<EraseForm>,
) -> Answer<Response> {
    let mut errors = FieldErrors::default();
    let reason = text(&mut errors, "reason", &form.reason, 1, 500, "Say why, in 1 to 500 letters");
    let before = page(&viewer, layout.clone(), subject, FieldErrors::default(), form).await?;
    if names(&reason, &before.name) {
        errors.add("reason", "Leave their name out: the reason stays after the erasure, and would name them");
    }
    if !before.sure && !before.unproved().is_empty() {
        errors.add("sure", "Somebody else may have asked. Tick that you are sure who it was, or wait for the proof");
    }
    if errors.any() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, ErasurePage { errors, ..before }).into_response());
    }
    let mut scope = viewer.scope().await?;
    let id = store::erase(&mut scope, &app.keys, subject, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/erasures/{id}")))
}

/// Whether a text holds a word of a name.
pub(crate) fn names(text: &str, name: &str) -> bool {
    let fold = crate::electors::folding::fold;
    let (text, name) = (fold(text), fold(name));
    name.split(' ').filter(|w| w.len() > 2).any(|word| text.split(' ').any(|t| t == word))
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/erased.html")]
struct ErasedPage {
    layout: Layout,
    erasure: Erasure,
}

impl ErasedPage {
    fn is_account(&self) -> bool {
        self.erasure.of_what == "account"
    }

    fn is_offer(&self) -> bool {
        self.erasure.of_what == "offer"
    }

    fn of(&self) -> Subject {
        if self.is_account() { Subject::Account(Uuid::nil()) } else { NOBODY }
    }

    fn went(&self) -> Vec<(&'static str, i64)> {
        figures(&self.erasure.counts, self.of(), true)
    }

    fn stayed(&self) -> Vec<(&'static str, i64)> {
        figures(&self.erasure.counts, self.of(), false)
    }

    /// Whether other records of the same human were there, which say who they are.
    fn others_stayed(&self) -> bool {
        OTHERS.iter().any(|key| self.erasure.counts.get(*key).is_some())
    }
}

const NOBODY: Subject = Subject::Elector(crate::electors::ElectorId { partition: 0, id: 0 });

/// `GET /protection/erasures/{id}`: the receipt, which names nobody.
pub async fn receipt(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let erasure = store::erasure(&mut scope, id).await?;
    scope.commit().await?;
    Ok(ErasedPage { layout, erasure }.into_response())
}
