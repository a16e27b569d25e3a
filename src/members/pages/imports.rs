//! `/members/imports`: the party's file: given, explained, looked over, applied or thrown away; its receipt.

use super::super::apply::{self, Said};
use super::super::columns::{Columns, FIELDS};
use super::super::imports::{self, Choice, Counts, Given, Import, Missing};
use super::super::plan::{Changed, Entry, Plan, Refused};
use super::super::reading::{self, LIMIT};
use super::super::typed::areas;
use crate::access::membership::Outcome;
use crate::access::text;
use crate::areas::Area;
use crate::database::{Scoped, Seen};
use crate::electors::folding::fold;
use crate::error::Error;
use crate::web::{
    Answer, App, FieldErrors, Form, Layout, Multipart, Path, Query, Viewer, drawn_under, see_other, words,
};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{State, multipart};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// One file at a time is read: each may take much memory.
static READING: Semaphore = Semaphore::const_new(1);

/// How many of those who change are named before the file is applied.
const NAMED: usize = 50;

#[derive(Template, WebTemplate)]
#[template(path = "members/imports.html")]
struct ListPage {
    layout: Layout,
    imports: Vec<Import>,
}

#[derive(Template, WebTemplate)]
#[template(path = "members/import-new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
}

#[derive(Template, WebTemplate)]
#[template(path = "members/import-columns.html")]
struct ColumnsPage {
    layout: Layout,
    errors: FieldErrors,
    import: Import,
    /// Each field's word, title and the column chosen, from 1; 0 for none.
    fields: Vec<(&'static str, &'static str, usize)>,
}

#[derive(Template, WebTemplate)]
#[template(path = "members/import-preview.html")]
struct PreviewPage {
    layout: Layout,
    errors: FieldErrors,
    import: Import,
    counts: Counts,
    refused: Vec<Refused>,
    /// The first who change, and how many more there are.
    changed: Vec<Changed>,
    more: usize,
    /// The first who would be added.
    added: Vec<Entry>,
    /// The first who would be marked lapsed, as the file is complete and does not have them.
    lapsed: Vec<Missing>,
    /// Branches' names that mean nothing yet, with how many have each.
    unknown: Vec<(String, usize)>,
    areas: Vec<Area>,
    outcome: Outcome,
    /// People in the file who were erased, and new ones who have the name of one.
    erased: Vec<Entry>,
    namesakes: Vec<Entry>,
    /// Why they are taken in again, as it was typed.
    erased_reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "members/import-receipt.html")]
struct ReceiptPage {
    layout: Layout,
    import: Import,
    counts: Counts,
}

impl PreviewPage {
    /// What becomes of people who were erased.
    fn erased_words(&self) -> &'static str {
        match self.import.erased_reason {
            Some(_) => "They would be recorded as members anew, and campaigning to them stays stopped.",
            None => "They are left out, unless you say below that their membership is live.",
        }
    }
}

/// `GET /members/imports`
pub async fn list(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let imports = imports::list(&mut scope, 50).await?;
    scope.commit().await?;
    Ok(ListPage { layout, imports }.into_response())
}

/// `GET /members/imports/new`
pub async fn new(layout: Layout) -> Answer {
    Ok(NewPage { layout, errors: FieldErrors::default() }.into_response())
}

/// `POST /members/imports`
pub async fn upload(viewer: Viewer, layout: Layout, Multipart(form): Multipart) -> Answer {
    let mut errors = FieldErrors::default();
    let taken = match errors.take_invalid(take(form, viewer.grant).await)? {
        Some((name, bytes)) => {
            let given = Given {
                name,
                bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                sha256: Sha256::digest(&bytes).to_vec(),
            };
            let _turn = READING.acquire().await.map_err(Error::internal)?;
            let read = tokio::task::spawn_blocking(move || reading::read(bytes)).await.map_err(Error::internal)?;
            errors.take_invalid(read)?.map(|contents| (given, contents))
        }
        None => None,
    };
    let Some((given, contents)) = taken else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, NewPage { layout, errors }).into_response());
    };
    let mut scope = viewer.scope().await?;
    let id = imports::add(&mut scope, viewer.area, &given, &contents).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/imports/{id}")))
}

/// The file that came with the form, and its name.
async fn take(mut form: multipart::Multipart, grant: Uuid) -> Result<(String, Vec<u8>), Error> {
    let broken =
        |_| Error::field("file", "The file did not come through whole, or is larger than 32 MB. Choose it again");
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_grant" => drawn_under(&field.text().await.map_err(broken)?, grant)?,
            "file" => {
                let name = words::file_name(field.file_name().unwrap_or_default());
                if !name.is_empty() {
                    file = Some((name, field.bytes().await.map_err(broken)?.to_vec()));
                }
            }
            _ => {}
        }
    }
    file.ok_or_else(|| Error::field("file", "Choose the file that the party sent"))
}

/// Whether the columns are to be said anew.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    columns: String,
}

/// `GET /members/imports/{id}`: whatever the file's next step is.
pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    if import.state != "ready" {
        scope.commit().await?;
        let counts = import.counts.clone().map(|c| c.0).unwrap_or_default();
        return Ok(ReceiptPage { layout, import, counts }.into_response());
    }
    if import.columns.is_none() || !asked.columns.is_empty() {
        scope.commit().await?;
        let columns = import.columns.clone().map_or_else(|| Columns::guess(&import.headings), |c| c.0);
        let fields = FIELDS.iter().map(|(f, word, title, _)| (*word, *title, columns.chosen(*f))).collect();
        return Ok(ColumnsPage { layout, errors: FieldErrors::default(), import, fields }.into_response());
    }
    preview(scope, &app, &viewer, layout, import, FieldErrors::default()).await
}

/// The page before anything is done. Who would change is named, so that is a look.
async fn preview(
    mut scope: Scoped,
    app: &App,
    viewer: &Viewer,
    layout: Layout,
    import: Import,
    errors: FieldErrors,
) -> Answer {
    let (plan, _, outcome) = imports::look_over(&mut scope, &app.keys, &import).await?;
    let areas = areas(&mut scope, viewer.area).await?;
    let counts = Counts::of(&plan, import.complete, &outcome);
    let Plan { mut changed, mut added, missing, unknown, refused, erased, namesakes, .. } = plan;
    added.truncate(NAMED);
    let missing: Vec<Uuid> = missing.into_iter().filter(|_| import.complete).map(|(person, _)| person).collect();
    let lapsed = imports::named(&mut scope, &missing, i64::try_from(NAMED).unwrap_or_default()).await?;
    let more = changed.len().saturating_sub(NAMED);
    changed.truncate(NAMED);
    let people: Vec<Uuid> =
        changed.iter().map(|c| c.entry.person_id).chain(lapsed.iter().map(|m| m.person_id)).collect();
    let changed = scope.finish(Seen::helpers(changed, people)).await?;
    let unknown = unknown.into_iter().collect();
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let erased_reason = import.erased_reason.clone().unwrap_or_default();
    let page = PreviewPage {
        layout,
        errors,
        import,
        counts,
        refused,
        changed,
        more,
        added,
        lapsed,
        unknown,
        areas,
        outcome,
        erased,
        namesakes,
        erased_reason,
    };
    Ok((status, page).into_response())
}

/// `POST /members/imports/{id}/columns`
pub async fn set_columns(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(chosen): Form<BTreeMap<String, String>>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    imports::must_be_ready(&import)?;
    match Columns::read(&chosen, import.headings.len()) {
        Ok(columns) => imports::set_columns(&mut scope, &import, &columns).await?,
        Err(error) => {
            scope.commit().await?;
            let at = |word: &str| chosen.get(word).and_then(|c| c.parse().ok()).unwrap_or(0);
            let fields = FIELDS.iter().map(|(_, word, title, _)| (*word, *title, at(word))).collect();
            let page = ColumnsPage { layout, errors: FieldErrors(vec![error]), import, fields };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    }
    scope.commit().await?;
    Ok(see_other(&format!("/members/imports/{id}")))
}

/// Whether the file is complete, what becomes of who was erased, and where branches lie.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choices {
    complete: bool,
    erased: String,
    erased_reason: String,
    branch: Vec<String>,
    area: Vec<i64>,
}

/// `POST /members/imports/{id}/choices`
pub async fn choose(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(choices): Form<Choices>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let why = "Say why they are taken in again: the member’s history keeps it";
    let again = choices.erased == "again";
    let erased_reason = if again { errors.take(text("erased_reason", &choices.erased_reason, 300, why)) } else { None };
    if choices.complete {
        let (plan, ..) = imports::look_over(&mut scope, &app.keys, &import).await?;
        if let Some(why) = plan.not_complete() {
            errors.add("complete", why);
        }
    }
    if errors.any() {
        return preview(scope, &app, &viewer, layout, import, errors).await;
    }
    let branches: Vec<(String, i64)> =
        choices.branch.into_iter().zip(choices.area).filter(|(branch, _)| !fold(branch).is_empty()).collect();
    imports::choose(&mut scope, &import, &Choice { complete: choices.complete, erased_reason, branches }).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/imports/{id}#go")))
}

/// What was looked over, and the tick beside what stops an import.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Go {
    expected: String,
    allow_many: bool,
}

/// `POST /members/imports/{id}/apply`
pub async fn apply(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(go): Form<Go>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    imports::must_be_ready(&import)?;
    let said = Said { expected: Some(go.expected), allow_many: go.allow_many };
    match apply::apply(&mut scope, &app.keys, &import, &said).await {
        Ok(_) => scope.commit().await?,
        Err(Error::Refused(_)) => {
            drop(scope);
            let mut errors = FieldErrors::default();
            errors.add(
                "allow_many",
                "Look at which access would end, and say that so many are meant, or throw the file away",
            );
            return preview(viewer.scope().await?, &app, &viewer, layout, import, errors).await;
        }
        Err(other) => return Err(other),
    }
    Ok(see_other(&format!("/members/imports/{id}")))
}

/// `POST /members/imports/{id}/throw-away`
pub async fn throw_away(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    imports::throw_away(&mut scope, &import).await?;
    scope.commit().await?;
    Ok(see_other("/members/imports"))
}

/// The largest form that brings a file.
pub const LARGEST: usize = LIMIT + 64 * 1024;
