//! `/protection/breaches`: the list, one breach with its clock, who is affected, letters to them.

use super::forms::{AccountForm, AssessmentForm, FactsForm, ReportForm, local};
use super::letters::{self, LetterForm, Letters, PART, Words};
use super::people::{self, Affected};
use super::{Breach, Decision, Event, Involved, KINDS, LIKELIHOOD, SEVERITY, store};
use crate::access::text;
use crate::database::What;
use crate::error::Error;
use crate::protection::Bare;
use crate::settings::store::{Installation, installation};
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Utc;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "protection/breaches.html")]
struct ListPage {
    layout: Layout,
    breaches: Vec<Breach>,
    paging: Paging,
}

/// Which page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// `GET /protection/breaches`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(&asked.page);
    let (breaches, total) = store::list(&mut scope, None, paging.skip(), SIZE).await?;
    scope.commit().await?;
    paging.must_be_there(breaches.len())?;
    Ok(ListPage { layout, breaches, paging: paging.of(total) }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/breach-facts.html")]
struct FactsPage {
    layout: Layout,
    errors: FieldErrors,
    form: FactsForm,
    /// The breach whose facts are changed; None: a new one.
    breach: Option<Breach>,
}

impl FactsPage {
    fn kinds(&self) -> [(&'static str, &'static str); 3] {
        KINDS
    }

    fn send_to(&self) -> String {
        match &self.breach {
            Some(b) => format!("/protection/breaches/{}/facts", b.id),
            None => "/protection/breaches".into(),
        }
    }
}

fn status(errors: &FieldErrors) -> StatusCode {
    if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// `GET /protection/breaches/new`
pub async fn new(layout: Layout) -> Answer {
    let form = FactsForm { aware_at: local(Utc::now()), ..FactsForm::default() };
    Ok(FactsPage { layout, errors: FieldErrors::default(), form, breach: None }.into_response())
}

/// `POST /protection/breaches`
pub async fn open(viewer: Viewer, layout: Layout, Form(form): Form<FactsForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(facts) = form.parse(&mut errors) else {
        return Ok((status(&errors), FactsPage { layout, errors, form, breach: None }).into_response());
    };
    let mut scope = viewer.scope().await?;
    let id = store::open(&mut scope, &facts).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/breaches/{id}")))
}

/// `GET /protection/breaches/{id}/facts`
pub async fn facts(viewer: Viewer, layout: Layout, Path(id): Path<i64>) -> Answer {
    let mut scope = viewer.scope().await?;
    let breach = store::find(&mut scope, id).await?;
    scope.commit().await?;
    let form = FactsForm::of(&breach);
    Ok(FactsPage { layout, errors: FieldErrors::default(), form, breach: Some(breach) }.into_response())
}

/// `POST /protection/breaches/{id}/facts`
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<FactsForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let breach = store::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    if let Some(facts) = form.parse(&mut errors)
        && errors.take_invalid(store::change(&mut scope, id, &facts).await)?.is_some()
    {
        scope.commit().await?;
        return Ok(see_other(&format!("/protection/breaches/{id}")));
    }
    Ok((status(&errors), FactsPage { layout, errors, form, breach: Some(breach) }).into_response())
}

/// All forms of the page, as typed; the others as the breach stands.
#[derive(Default)]
struct Forms {
    assessment: Option<AssessmentForm>,
    report: Option<ReportForm>,
    account: AccountForm,
    note: String,
    lessons: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/breach.html")]
struct BreachPage {
    layout: Layout,
    errors: FieldErrors,
    breach: Breach,
    involved: Vec<Involved>,
    people: i64,
    events: Vec<Event>,
    assessment: AssessmentForm,
    report: ReportForm,
    account: AccountForm,
    note: String,
    lessons: String,
}

impl BreachPage {
    fn kinds(&self) -> impl Iterator<Item = &'static str> {
        KINDS.iter().filter(|k| self.breach.kinds.iter().any(|b| b == k.0)).map(|k| k.1)
    }

    fn likelihoods(&self) -> [&'static str; 4] {
        LIKELIHOOD
    }

    fn severities(&self) -> [&'static str; 4] {
        SEVERITY
    }

    fn decisions(&self) -> [Decision; 3] {
        Decision::ALL
    }

    fn suggested(&self) -> Option<&'static str> {
        Some(Decision::suggested(self.breach.likelihood?, self.breach.severity?).title())
    }

    fn open(&self) -> bool {
        self.breach.closed_at.is_none()
    }

    fn clock_kind(&self) -> &'static str {
        match () {
            () if self.breach.is_overdue() => "bad",
            () if self.breach.clock_runs() => "warn",
            () => "good",
        }
    }
}

/// `GET /protection/breaches/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<i64>) -> Answer {
    page(viewer, layout, id, Forms::default(), FieldErrors::default()).await
}

async fn page(viewer: Viewer, layout: Layout, id: i64, forms: Forms, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let breach = store::find(&mut scope, id).await?;
    let involved = store::involved(&mut scope, id).await?;
    let people = people::count(&mut scope, id, None).await?;
    let events = store::events(&mut scope, id).await?;
    scope.commit().await?;
    let page = BreachPage {
        layout,
        assessment: forms.assessment.unwrap_or_else(|| AssessmentForm::of(&breach)),
        report: forms.report.unwrap_or_else(|| ReportForm::of(&breach)),
        account: forms.account,
        note: forms.note,
        lessons: forms.lessons,
        errors,
        breach,
        involved,
        people,
        events,
    };
    Ok((status(&page.errors), page).into_response())
}

fn back(id: i64) -> Answer {
    Ok(see_other(&format!("/protection/breaches/{id}")))
}

/// `POST /protection/breaches/{id}/assessment`
pub async fn assess(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<AssessmentForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let Some(assessment) = form.parse(&mut errors) else {
        return page(viewer, layout, id, Forms { assessment: Some(form), ..Forms::default() }, errors).await;
    };
    store::assess(&mut scope, id, &assessment).await?;
    scope.commit().await?;
    back(id)
}

/// `POST /protection/breaches/{id}/report`
pub async fn report(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<ReportForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let breach = store::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let Some(report) = form.parse(&breach, &mut errors) else {
        return page(viewer, layout, id, Forms { report: Some(form), ..Forms::default() }, errors).await;
    };
    store::report(&mut scope, id, &report).await?;
    scope.commit().await?;
    back(id)
}

/// `POST /protection/breaches/{id}/accounts`
pub async fn involve(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<AccountForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let breach = store::find(&mut scope, id).await?;
    if breach.closed_at.is_some() {
        return Err(Error::Conflict("This record is closed, and stays as it was closed".into()));
    }
    let mut errors = FieldErrors::default();
    if let Some((from, until)) = form.parse(&mut errors)
        && errors.take_invalid(store::involve(&mut scope, id, &form.email, from, until).await)?.is_some()
    {
        scope.commit().await?;
        return back(id);
    }
    drop(scope);
    page(viewer, layout, id, Forms { account: form, ..Forms::default() }, errors).await
}

/// `POST /protection/breaches/{id}/accounts/{account}/take-out`
pub async fn take_out(viewer: Viewer, Path((id, account)): Path<(i64, Uuid)>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::take_out(&mut scope, id, account).await?;
    scope.commit().await?;
    back(id)
}

/// A note, as typed.
#[derive(Deserialize)]
pub struct NoteForm {
    #[serde(default)]
    note: String,
}

/// `POST /protection/breaches/{id}/notes`
pub async fn note(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<NoteForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let Some(note) = errors.take(text("note", &form.note, 4000, "Write the note")) else {
        return page(viewer, layout, id, Forms { note: form.note, ..Forms::default() }, errors).await;
    };
    store::note(&mut scope, id, &note).await?;
    scope.commit().await?;
    back(id)
}

/// The end, as typed.
#[derive(Deserialize)]
pub struct CloseForm {
    #[serde(default)]
    lessons: String,
}

/// `POST /protection/breaches/{id}/close`
pub async fn close(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<CloseForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let Some(lessons) = errors.take(text("lessons", &form.lessons, 4000, "Say what was learnt")) else {
        return page(viewer, layout, id, Forms { lessons: form.lessons, ..Forms::default() }, errors).await;
    };
    store::close(&mut scope, id, &lessons).await?;
    scope.commit().await?;
    back(id)
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/affected.html")]
struct AffectedPage {
    layout: Layout,
    breach: Breach,
    people: Vec<Affected>,
    paging: Paging,
}

/// `GET /protection/breaches/{id}/people`
pub async fn affected(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(&asked.page);
    let breach = store::find(&mut scope, id).await?;
    let total = people::count(&mut scope, id, None).await?;
    let people = people::list(&mut scope, id, What::Look, paging.skip(), SIZE).await?;
    let people = scope.finish(people).await?;
    paging.must_be_there(people.len())?;
    Ok(AffectedPage { layout, breach, people, paging: paging.of(total) }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/letters.html")]
struct LettersPage {
    layout: Layout,
    errors: FieldErrors,
    breach: Breach,
    form: LetterForm,
    people: i64,
}

/// `GET /protection/breaches/{id}/letters`
pub async fn ask_letters(viewer: Viewer, layout: Layout, Path(id): Path<i64>) -> Answer {
    letters_page(viewer, layout, id, None, FieldErrors::default()).await
}

async fn letters_page(
    viewer: Viewer,
    layout: Layout,
    id: i64,
    form: Option<LetterForm>,
    errors: FieldErrors,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let breach = store::find(&mut scope, id).await?;
    let people = people::count(&mut scope, id, None).await?;
    scope.commit().await?;
    let form = form.unwrap_or_else(|| LetterForm::of(&breach));
    Ok((status(&errors), LettersPage { layout, errors, breach, form, people }).into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/letters-print.html")]
struct PrintPage {
    layout: Layout,
    breach: Breach,
    from: Installation,
    words: Words,
    letters: Letters,
    part: i64,
    parts: i64,
    today: String,
    printed_by: String,
}

/// `POST /protection/breaches/{id}/letters`: a part of the letters, to be printed.
pub async fn make_letters(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<LetterForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let mut scope = viewer.scope().await?;
    let breach = store::find(&mut scope, id).await?;
    let people = people::count(&mut scope, id, None).await?;
    let Some(words) = form.parse(&mut errors) else {
        drop(scope);
        return letters_page(viewer, layout, id, Some(form), errors).await;
    };
    if people == 0 {
        return Err(Error::Conflict(
            "Nobody is affected as far as the access log knows: name the accounts involved first".into(),
        ));
    }
    let parts = (people - 1) / PART + 1;
    let part = form.part().unwrap_or(1).min(parts);
    if form.part().is_none() {
        letters::keep(&mut scope, id, &words, people).await?;
    }
    let from = installation(&mut scope).await?;
    let letters = letters::part(&mut scope, id, part).await?;
    let letters = scope.finish(letters).await?;
    let today = words::date(words::day_of(Utc::now()));
    let printed_by = viewer.name;
    Ok(PrintPage { layout, breach, from, words, letters, part, parts, today, printed_by }.into_response())
}

impl AffectedPage {
    fn here(&self) -> String {
        format!("/protection/breaches/{}/people?", self.breach.id)
    }
}
