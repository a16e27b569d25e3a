//! The pages of imports: list, upload, progress, preview, receipt, and the pairs to decide.

use super::doubtful::{self, Of, Pair, Verdict};
use super::in_force::{self, InForce};
use super::preview::{DistrictChange, Preview};
use super::store::{self, Import, Refused};
use super::upload::{self, Typed};
use super::{Basis, job, staging};
use crate::access::{Permission, door};
use crate::database::{Scope, Scoped};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::exports::{Attachment, Mark, Sheet};
use crate::web::paging::Paging;
use crate::web::words;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Multipart, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

/// How many districts the preview shows; the rest are in a closed part of the page.
const DISTRICTS: usize = 10;
/// Roughly how many rows are imported in a second, for saying how long it takes.
const PACE: i64 = 15_000;

#[derive(Template, WebTemplate)]
#[template(path = "registers/list.html")]
struct ListPage {
    layout: Layout,
    imports: Vec<Import>,
    in_force: Vec<InForce>,
    /// How many pairs wait to be decided.
    pairs: i64,
}

#[derive(Template, WebTemplate)]
#[template(path = "registers/new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    typed: Typed,
    authorities: Vec<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "registers/progress.html")]
struct ProgressPage {
    layout: Layout,
    import: Import,
    /// Whether another import goes first.
    waits: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "registers/preview.html")]
struct PreviewPage {
    layout: Layout,
    errors: FieldErrors,
    import: Import,
    preview: Preview,
    largest: Vec<DistrictChange>,
    refused: Vec<Refused>,
    /// Whose register it is said to be, as typed when that cannot stand.
    authority: String,
    authorities: Vec<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "registers/receipt.html")]
struct ReceiptPage {
    layout: Layout,
    import: Import,
    preview: Preview,
    refused: Vec<Refused>,
    open: i64,
}

#[derive(Template, WebTemplate)]
#[template(path = "registers/ended.html")]
struct EndedPage {
    layout: Layout,
    import: Import,
    refused: Vec<Refused>,
}

#[derive(Template, WebTemplate)]
#[template(path = "registers/matches.html")]
struct MatchesPage {
    layout: Layout,
    /// The import they came of; none on the page of the area's.
    import: Option<Import>,
    pairs: Vec<Pair>,
    paging: Paging,
}

/// `GET /imports`
pub async fn list(State(app): State<App>, viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut imports = store::list(&mut scope).await?;
    scope.commit().await?;
    for import in imports.iter_mut().filter(|i| i.silent) {
        end_silent(&app, &viewer, import).await?;
    }
    // Whoever came before imported for this area too: read as an organiser, not as whoever imports.
    let mut scope = viewer.scope_as(Permission::DecideMatches, Scope::default()).await?;
    let in_force = in_force::all(&mut scope).await?;
    let pairs = doubtful::open_count(&mut scope, Of::Area).await?;
    scope.commit().await?;
    Ok(ListPage { layout, imports, in_force, pairs }.into_response())
}

/// A worker that was silent for a minute went with its server.
async fn end_silent(app: &App, viewer: &Viewer, import: &mut Import) -> Result<(), Error> {
    let why = job::STOPPED;
    if door::fail_import(&app.database, viewer.credential(), import.import_id, why).await? {
        import.state = "failed".into();
        import.failure = Some(why.into());
    }
    Ok(())
}

/// `GET /imports/new`
pub async fn new(viewer: Viewer, layout: Layout) -> Answer {
    let typed = Typed {
        authority: String::new(),
        date: words::day_of(chrono::Utc::now()).to_string(),
        basis: Basis::Party.as_str().into(),
    };
    let mut page = form(&viewer, layout, FieldErrors::default(), typed).await?;
    if let [only] = page.authorities.as_slice() {
        page.typed.authority = only.clone();
    }
    Ok(page.into_response())
}

async fn form(viewer: &Viewer, layout: Layout, errors: FieldErrors, typed: Typed) -> Result<NewPage, Error> {
    let mut scope = viewer.scope().await?;
    let authorities = super::ground::authorities(&mut scope).await?;
    scope.commit().await?;
    Ok(NewPage { layout, errors, typed, authorities })
}

/// `POST /imports`
pub async fn upload(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    headers: HeaderMap,
    Multipart(sent): Multipart,
) -> Answer {
    upload::check_length(&headers)?;
    let folder = app.config.data.join("uploads");
    let (typed, received) = upload::take(sent, viewer.grant, &folder).await?;
    let new = match upload::read(&typed, received.as_ref()) {
        Ok(new) => new,
        Err(errors) => return refuse(&viewer, layout, FieldErrors(errors), typed).await,
    };
    let Some(file) = received else { return Err(Error::NotFound) };
    if let Err(Error::Refused(why)) = staging::check(file.path.to_path_buf(), new.published).await {
        let mut errors = FieldErrors::default();
        errors.add("file", why);
        return refuse(&viewer, layout, errors, typed).await;
    }
    let mut scope = viewer.scope().await?;
    let import = store::add(&mut scope, &new).await?;
    scope.commit().await?;
    job::begin_reading(&app, viewer, import, new, file.path);
    Ok(see_other(&format!("/imports/{import}")))
}

async fn refuse(viewer: &Viewer, layout: Layout, errors: FieldErrors, typed: Typed) -> Answer {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form(viewer, layout, errors, typed).await?).into_response())
}

/// `GET /imports/{id}`
pub async fn show(State(app): State<App>, viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut import = store::open(&mut scope, id).await?;
    // Asked for each second meanwhile: what nobody is shown yet is not read.
    let beside = if import.at_work() { Beside::default() } else { Beside::read(&mut scope, id).await? };
    let open = match (import.partition_id, import.register_id) {
        (Some(partition), Some(register)) => {
            doubtful::open_count(&mut scope, Of::Register(partition, register)).await?
        }
        _ => 0,
    };
    scope.commit().await?;
    if import.silent {
        end_silent(&app, &viewer, &mut import).await?;
    }
    if import.at_work() {
        let waits = app.imports.waits(id);
        return Ok(ProgressPage { layout, import, waits }.into_response());
    }
    Ok(draw(layout, import, beside, open, FieldErrors::default()))
}

/// What an import's page shows beside the import.
#[derive(Default)]
struct Beside {
    refused: Vec<Refused>,
    authorities: Vec<String>,
    /// The authority as somebody typed it, when that cannot stand.
    typed: Option<String>,
}

impl Beside {
    async fn read(scope: &mut Scoped, import: Uuid) -> Result<Self, Error> {
        let refused = store::refused(scope, import).await?;
        Ok(Beside { refused, authorities: super::ground::authorities(scope).await?, typed: None })
    }
}

/// The page of an import that nobody works on.
fn draw(layout: Layout, import: Import, beside: Beside, open: i64, errors: FieldErrors) -> Response {
    let Beside { refused, authorities, typed } = beside;
    let preview = import.preview.clone().map(|p| p.0).unwrap_or_default();
    match import.state.as_str() {
        "applied" => ReceiptPage { layout, import, preview, refused, open }.into_response(),
        "ready" => {
            let mut largest = preview.districts.clone();
            largest.sort_by_key(|d| (-d.size(), d.letters.clone()));
            let authority = typed.unwrap_or_else(|| import.authority.clone());
            let page = PreviewPage { layout, errors, import, preview, largest, refused, authority, authorities };
            let status = if page.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            (status, page).into_response()
        }
        _ => EndedPage { layout, import, refused }.into_response(),
    }
}

/// `GET /imports/{id}/refused`: the refused rows as a spreadsheet, by line and number; nobody's name is in it.
pub async fn refused(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::open(&mut scope, id).await?;
    let refused = store::refused(&mut scope, id).await?;
    scope.commit().await?;
    let mark = Mark::now(viewer.name, "Mending a register", "");
    let mut sheet = Sheet::new(&mark, ["Line", "Number", "Reason", "What to do"]);
    for row in &refused {
        sheet.row([&row.line.to_string(), row.number.as_deref().unwrap_or_default(), &row.reason, &row.advice]);
    }
    Ok(Attachment::csv("refused-rows.csv", sheet).into_response())
}

/// Whose register it is after all.
#[derive(Deserialize)]
pub struct Authority {
    authority: String,
}

/// `POST /imports/{id}/authority`: compares the file with another authority's electors, or with none.
pub async fn change_authority(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(form): Form<Authority>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut import = store::open(&mut scope, id).await?;
    let name = form.authority.split_whitespace().collect::<Vec<_>>().join(" ");
    if import.state == "ready" && (name.is_empty() || name.chars().count() > 200) {
        let mut errors = FieldErrors::default();
        errors.add("authority", "Write the authority’s name in up to 200 letters");
        let beside = Beside { typed: Some(form.authority), ..Beside::read(&mut scope, id).await? };
        scope.commit().await?;
        return Ok(draw(layout, import, beside, 0, errors));
    }
    store::set_comparing(&mut scope, id).await?;
    scope.commit().await?;
    import.authority = name;
    job::begin_looking_over(&app, viewer, import);
    Ok(see_other(&format!("/imports/{id}")))
}

/// The ticks beside what stops an import.
#[derive(Deserialize)]
pub struct Ticks {
    #[serde(default)]
    allow_large_removal: bool,
    #[serde(default)]
    allow_other_districts: bool,
}

/// `POST /imports/{id}/apply`
pub async fn apply(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(ticks): Form<Ticks>,
) -> Answer {
    let (large, other) = (ticks.allow_large_removal, ticks.allow_other_districts);
    let mut scope = viewer.scope().await?;
    let import = store::open(&mut scope, id).await?;
    let errors = unticked(import.preview.as_ref().map(|p| &p.0), large, other);
    if import.state == "ready" && errors.any() {
        let beside = Beside::read(&mut scope, id).await?;
        scope.commit().await?;
        return Ok(draw(layout, import, beside, 0, errors));
    }
    store::set_applying(&mut scope, id, large, other).await?;
    scope.commit().await?;
    job::begin_applying(&app, viewer, id, large, other);
    Ok(see_other(&format!("/imports/{id}")))
}

fn unticked(preview: Option<&Preview>, large: bool, other: bool) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let Some(preview) = preview else { return errors };
    if preview.other_districts && !other {
        errors.add("allow_other_districts", "Say that these districts belong here, or throw the file away");
    }
    if preview.large_removal && !large {
        errors.add("allow_large_removal", "Say that so many may be removed, or throw the file away");
    }
    errors
}

/// `POST /imports/{id}/stop`
pub async fn stop(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::ask_to_stop(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/imports/{id}")))
}

/// `POST /imports/{id}/throw-away`
pub async fn throw_away(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::open(&mut scope, id).await?;
    store::throw_away(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other("/imports"))
}

/// Which page of pairs.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// `GET /imports/{id}/matches`: pairs that may be one person, both sides on record as seen.
pub async fn matches(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = store::open(&mut scope, id).await?;
    let (Some(partition), Some(register)) = (import.partition_id, import.register_id) else {
        return Err(Error::NotFound);
    };
    show_pairs(scope, layout, Some(import), Of::Register(partition, register), &asked).await
}

/// `GET /imports/matches`: the area's open pairs, also those of imports by the command line or of somebody who is gone.
pub async fn open_matches(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    show_pairs(viewer.scope().await?, layout, None, Of::Area, &asked).await
}

async fn show_pairs(mut scope: Scoped, layout: Layout, import: Option<Import>, of: Of, asked: &Asked) -> Answer {
    let open = doubtful::open_count(&mut scope, of).await?;
    // The pairs of the last page may have been decided meanwhile.
    let paging = Paging::asked(&asked.page).within(open);
    let pairs = doubtful::open_pairs(&mut scope, of, paging).await?;
    let pairs = scope.finish(pairs).await?;
    Ok(MatchesPage { layout, import, pairs, paging }.into_response())
}

/// Which pair of which register, what of it, and the page it stood on.
#[derive(Deserialize)]
pub struct Decision {
    #[serde(default)]
    register: i64,
    new: ElectorId,
    old: ElectorId,
    verdict: Verdict,
    #[serde(default)]
    page: String,
}

impl Decision {
    async fn make(self, mut scope: Scoped, register: i64, back: &str) -> Answer {
        doubtful::decide(&mut scope, register, self.new, self.old, self.verdict).await?;
        scope.commit().await?;
        Ok(see_other(&format!("{back}?page={}", Paging::asked(&self.page).page())))
    }
}

/// `POST /imports/{id}/matches`
pub async fn decide(viewer: Viewer, Path(id): Path<Uuid>, Form(decision): Form<Decision>) -> Answer {
    let mut scope = viewer.scope().await?;
    let register = store::open(&mut scope, id).await?.register_id.ok_or(Error::NotFound)?;
    decision.make(scope, register, &format!("/imports/{id}/matches")).await
}

/// `POST /imports/matches`
pub async fn decide_open(viewer: Viewer, Form(decision): Form<Decision>) -> Answer {
    let register = decision.register;
    decision.make(viewer.scope().await?, register, "/imports/matches").await
}

impl ListPage {
    fn nothing(&self) -> bool {
        self.imports.is_empty() && self.in_force.is_empty()
    }
}

impl PreviewPage {
    fn first_districts(&self) -> &[DistrictChange] {
        &self.largest[..self.largest.len().min(DISTRICTS)]
    }

    fn other_districts(&self) -> &[DistrictChange] {
        &self.largest[self.largest.len().min(DISTRICTS)..]
    }

    fn seconds(&self) -> String {
        let seconds = self.preview.rows / PACE + 2;
        if seconds < 90 { format!("{seconds} seconds") } else { words::count(seconds / 60 + 1, "minute", "minutes") }
    }
}
