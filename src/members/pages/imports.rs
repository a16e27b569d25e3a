//! `/members/imports`: the party's file: given, explained, looked over, applied or thrown away; its receipt.

use super::super::apply::{self, Said, WHICH_AREA};
use super::super::columns::{Columns, FIELDS};
use super::super::imports::{self, Choice, Counts, Given, Import, Missing};
use super::super::lapsing::{Lapsing, Meant};
use super::super::plan::{Changed, Entry, Plan, Refused};
use super::super::reading::{self, LIMIT};
use super::super::typed::areas;
use crate::access::membership::Outcome;
use crate::access::text;
use crate::areas::Area;
use crate::database::{Scoped, Seen};
use crate::electors::folding::fold;
use crate::error::Error;
use crate::incoming::Sample;
use crate::turns::in_turn;
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
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// One file at a time is read: each may take much memory.
static READING: Semaphore = Semaphore::const_new(1);
/// How long others wait for their turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// What stands for no area: the branch's members are left out.
const OUT: &str = "out";

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
    /// The file's columns, with what stands in them first.
    columns: Vec<Sample>,
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
    /// How many would be marked lapsed in all.
    lapsing: Lapsing,
    /// Branches' names that mean nothing yet, and after them those whose members are left out, which may be said otherwise.
    unknown: Vec<Unknown>,
    areas: Vec<Area>,
    outcome: Outcome,
    /// People in the file who were erased, and new ones who have the name of one.
    erased: Vec<Entry>,
    namesakes: Vec<Entry>,
    /// Why they are taken in again, as it was typed.
    erased_reason: String,
    typed: Typed,
}

/// A branch's name that means no area.
struct Unknown {
    name: String,
    /// How many members have it.
    members: usize,
    /// The area that was chosen, where the form comes back, or [`OUT`]; and what is wrong with it.
    chosen: String,
    error: String,
}

/// What the page's two forms held, where one of them cannot stand.
#[derive(Default)]
struct Typed {
    choices: Choices,
    go: Go,
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

    /// Whether there is a branch of which nobody said anything yet.
    fn unsaid(&self) -> bool {
        self.unknown.len() > self.counts.left_out.len()
    }

    /// Whether the box beside those who would lapse was ticked, for as many as there are now.
    fn lapse_ticked(&self) -> bool {
        self.typed.go.lapse.parse::<usize>().is_ok_and(|n| n == self.lapsing.all())
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
            let read = in_turn(&READING, PATIENCE, move || reading::read(bytes)).await?;
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
        let columns = imports::samples(&mut scope, &import).await?;
        scope.commit().await?;
        let known = import.columns.clone().map_or_else(|| Columns::guess(&import.headings), |c| c.0);
        let fields = FIELDS.iter().map(|(f, word, title, _)| (*word, *title, known.chosen(*f))).collect();
        return Ok(ColumnsPage { layout, errors: FieldErrors::default(), import, columns, fields }.into_response());
    }
    preview(scope, &app, &viewer, layout, import, FieldErrors::default(), Typed::default()).await
}

/// The page before anything is done. Who would change is named, so that is a look.
async fn preview(
    mut scope: Scoped,
    app: &App,
    viewer: &Viewer,
    layout: Layout,
    import: Import,
    errors: FieldErrors,
    typed: Typed,
) -> Answer {
    let (plan, _, outcome) = imports::look_over(&mut scope, &app.keys, &import).await?;
    let lapsing = Lapsing::of(&plan, import.complete);
    let areas = areas(&mut scope, viewer.area).await?;
    let counts = Counts::of(&plan, import.complete, &outcome);
    let Plan { mut changed, mut added, missing, unknown, left_out, refused, erased, namesakes, .. } = plan;
    added.truncate(NAMED);
    let missing: Vec<Uuid> = missing.into_iter().filter(|_| import.complete).map(|(person, _)| person).collect();
    let lapsed = imports::named(&mut scope, &missing, i64::try_from(NAMED).unwrap_or_default()).await?;
    let more = changed.len().saturating_sub(NAMED);
    changed.truncate(NAMED);
    let people: Vec<Uuid> =
        changed.iter().map(|c| c.entry.person_id).chain(lapsed.iter().map(|m| m.person_id)).collect();
    let changed = scope.finish(Seen::helpers(changed, people)).await?;
    let chosen: BTreeMap<&String, &String> = typed.choices.branch.iter().zip(&typed.choices.area).collect();
    let chosen = |name: &String, so_far: &str| chosen.get(name).map_or_else(|| so_far.into(), |area| (*area).clone());
    let error = |n: usize| errors.of(&format!("area-{n}")).to_owned();
    let branches = unknown.into_iter().map(|b| (b, "")).chain(left_out.into_iter().map(|b| (b, OUT)));
    let unknown: Vec<Unknown> = (1..)
        .zip(branches)
        .map(|(n, ((name, members), so_far))| Unknown { chosen: chosen(&name, so_far), error: error(n), name, members })
        .collect();
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
        lapsing,
        unknown,
        areas,
        outcome,
        erased,
        namesakes,
        erased_reason,
        typed,
    };
    Ok((status, page).into_response())
}

/// `GET /members/imports/{id}/columns`, `/choices`, `/apply`: a page that refused a form, loaded again, leads back to the file.
pub async fn again(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/imports/{}", import.id)))
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
            let columns = imports::samples(&mut scope, &import).await?;
            scope.commit().await?;
            let at = |word: &str| chosen.get(word).and_then(|c| c.parse().ok()).unwrap_or(0);
            let fields = FIELDS.iter().map(|(_, word, title, _)| (*word, *title, at(word))).collect();
            let page = ColumnsPage { layout, errors: FieldErrors(vec![error]), import, columns, fields };
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
    area: Vec<String>,
}

impl Choices {
    /// What the branches' names mean, None where their members are left out; a name without either is one that nobody chose for.
    fn branches(&self, errors: &mut FieldErrors) -> Vec<(String, Option<i64>)> {
        let mut said = Vec::new();
        for (n, (branch, area)) in (1..).zip(self.branch.iter().zip(&self.area)) {
            match area.parse::<i64>() {
                _ if fold(branch).is_empty() => {}
                _ if area == OUT => said.push((branch.clone(), None)),
                Ok(area) => said.push((branch.clone(), Some(area))),
                Err(_) => errors.add(&format!("area-{n}"), WHICH_AREA),
            }
        }
        said
    }
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
    let branches = choices.branches(&mut errors);
    if choices.complete {
        let (plan, ..) = imports::look_over(&mut scope, &app.keys, &import).await?;
        if let Some(why) = plan.not_complete() {
            errors.add("complete", why);
        }
    }
    if errors.any() {
        let typed = Typed { choices, go: Go::default() };
        return preview(scope, &app, &viewer, layout, import, errors, typed).await;
    }
    imports::choose(&mut scope, &import, &Choice { complete: choices.complete, erased_reason, branches }).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/members/imports/{id}#go")))
}

/// What was looked over, and the ticks beside what stops an import.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Go {
    expected: String,
    allow_many: bool,
    /// How many are meant to lapse, by the box that names them; empty when it is not ticked.
    lapse: String,
}

impl Go {
    fn said(&self) -> Said {
        Said {
            expected: Some(self.expected.clone()),
            allow_many: self.allow_many,
            lapse: self.lapse.parse::<usize>().map_or(Meant::Unsaid, Meant::Exactly),
            unknown_stay: false,
        }
    }
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
    let mut errors = FieldErrors::default();
    match apply::apply(&mut scope, &app.keys, &import, &go.said()).await {
        Ok(_) => {
            scope.commit().await?;
            return Ok(see_other(&format!("/members/imports/{id}")));
        }
        Err(Error::Invalid(fields)) => errors.0.extend(fields),
        Err(Error::Refused(_)) => errors.add(
            "allow_many",
            "Look at which access would end, and say that so many are meant, or throw the file away",
        ),
        Err(other) => return Err(other),
    }
    // What was begun is undone; the page is drawn anew, and keeps what was ticked.
    drop(scope);
    let typed = Typed { choices: Choices::default(), go };
    preview(viewer.scope().await?, &app, &viewer, layout, import, errors, typed).await
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
