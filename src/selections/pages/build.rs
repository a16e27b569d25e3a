//! `/selections/new` and `/selections/{id}/edit`: the builder. Each button posts the whole form and draws it again, so that it works
//! without script; with it the rows alone are swapped, and the counts follow what is chosen.

use super::choices::{CHANNELS, Choices, next_election};
use super::counts::{Counted, sentence, split};
use super::draft::{Act, Draft};
use super::rows::{Opt, Part, Row, options, rows};
use super::unfinished::{Unfinished, unfinished};
use super::{STARTS, read, show, start};
use crate::database::Scoped;
use crate::error::Error;
use crate::selections::{Selection, store};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// What to begin with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    start: String,
}

/// What somebody else made of it meanwhile.
struct Other {
    id: Uuid,
    version: i32,
    who: String,
    at: DateTime<Utc>,
    sentence: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "selections/build.html")]
struct BuildPage {
    layout: Layout,
    errors: FieldErrors,
    /// None: it is new.
    id: Option<Uuid>,
    area: String,
    draft: Draft,
    rows: Vec<Row>,
    channels: Vec<Opt>,
    /// The name of the field to go on with.
    focus: String,
    counted: Option<Counted>,
    /// Why nothing is counted.
    refused: String,
    /// What has to be finished before anything is.
    unfinished: Vec<Unfinished>,
    other: Option<Other>,
}

impl BuildPage {
    fn action(&self) -> String {
        self.id.map_or_else(|| "/selections/new".into(), |id| format!("/selections/{id}/edit"))
    }
}

/// A builder on its way to its page.
struct Step<'a> {
    viewer: &'a Viewer,
    layout: Layout,
    id: Option<Uuid>,
    draft: Draft,
    act: Act,
    focus: String,
    errors: FieldErrors,
    other: Option<Other>,
}

/// `GET /selections/new`
///
/// # Errors
/// What the database says.
pub async fn new(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let selection = start(&asked.start, next_election(&mut scope).await?);
    let name = STARTS.iter().find(|s| s.word == asked.start).map_or("", |s| s.title);
    let draft = show::draft_of(&selection, name, 0);
    Step::of(&viewer, layout, None, draft, Act::Draw).page(scope).await
}

/// `POST /selections/new`: the next step, or keeping it.
///
/// # Errors
/// [`Error::Invalid`] for a form that is none of ours.
pub async fn make(viewer: Viewer, layout: Layout, Form(pairs): Form<Vec<(String, String)>>) -> Answer {
    let (draft, act) = Draft::read(pairs)?;
    let scope = viewer.scope().await?;
    Step::of(&viewer, layout, None, draft, act).take(scope).await
}

/// `GET /selections/{id}/edit`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn open(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let (saved, selection) = store::one(&mut scope, id, None).await?;
    let draft = show::draft_of(&selection, &saved.name, saved.version);
    Step::of(&viewer, layout, Some(id), draft, Act::Draw).page(scope).await
}

/// `POST /selections/{id}/edit`: the next step, or keeping it as the next version.
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Invalid`] for a form that is none of ours.
pub async fn change(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, id, None).await?;
    let (draft, act) = Draft::read(pairs)?;
    Step::of(&viewer, layout, Some(id), draft, act).take(scope).await
}

impl<'a> Step<'a> {
    fn of(viewer: &'a Viewer, layout: Layout, id: Option<Uuid>, draft: Draft, act: Act) -> Self {
        let (focus, errors) = (String::new(), FieldErrors::default());
        Step { viewer, layout, id, draft, act, focus, errors, other: None }
    }

    /// Does what the button asks, and draws the page again unless it was kept.
    async fn take(mut self, mut scope: Scoped) -> Answer {
        let applied = self.draft.apply(&self.act);
        self.focus = self.errors.take(applied).flatten().unwrap_or_default();
        if !self.keeps() {
            return self.page(scope).await;
        }
        let choices = Choices::read(&mut scope, &self.draft.root).await?;
        let (Ok(selection), Ok(_)) = (read::selection(&self.draft, &choices), store::readable(&self.draft.name)) else {
            return self.page(scope).await;
        };
        match self.keep(&mut scope, &selection).await {
            Ok(id) => {
                scope.commit().await?;
                Ok(see_other(&format!("/selections/{id}?said=selection-kept")))
            }
            Err(error) => {
                // What failed in this transaction may have ended it.
                drop(scope);
                self.not_kept(error).await
            }
        }
    }

    fn keeps(&self) -> bool {
        matches!(self.act, Act::Keep | Act::KeepNew)
    }

    async fn keep(&self, scope: &mut Scoped, selection: &Selection) -> Result<Uuid, Error> {
        match self.id {
            Some(id) if self.act == Act::Keep => {
                store::change(scope, id, self.draft.version, &self.draft.name, selection).await?;
                Ok(id)
            }
            _ => store::keep(scope, self.viewer.area, &self.draft.name, selection).await,
        }
    }

    async fn not_kept(mut self, error: Error) -> Answer {
        let mut scope = self.viewer.scope().await?;
        match error {
            Error::Invalid(fields) => self.errors.0.extend(fields),
            Error::Conflict(why) => match self.theirs(&mut scope).await? {
                Some(theirs) => {
                    // Whoever keeps theirs now does it knowingly.
                    self.draft.version = theirs.version;
                    self.other = Some(theirs);
                }
                None => self.errors.add("rules", why),
            },
            other => return Err(other),
        }
        self.page(scope).await
    }

    /// The version that stands now, where it is not the one that this was drawn of.
    async fn theirs(&self, scope: &mut Scoped) -> Result<Option<Other>, Error> {
        let Some(id) = self.id else { return Ok(None) };
        let (saved, selection) = store::one(scope, id, None).await?;
        if saved.version == self.draft.version {
            return Ok(None);
        }
        let sentence = sentence(scope, &selection).await?;
        Ok(Some(Other { id, version: saved.version, who: saved.made_name, at: saved.changed_at, sentence }))
    }

    async fn page(mut self, mut scope: Scoped) -> Answer {
        let choices = Choices::read(&mut scope, &self.draft.root).await?;
        let ((counted, refused), unfinished) = match read::selection(&self.draft, &choices) {
            Ok(selection) => (split(Counted::of(&mut scope, &selection).await?), Vec::new()),
            Err(wrong) => {
                let unfinished = unfinished(&self.draft, &wrong);
                // A row that was added a moment ago is not wrong yet.
                if self.keeps() || self.act == Act::Count {
                    self.errors.0.extend(wrong.0);
                }
                ((None, String::new()), unfinished)
            }
        };
        scope.commit().await?;
        // All that is wrong is told at once, the name with the conditions.
        if self.keeps() {
            let name = store::readable(&self.draft.name);
            self.errors.take(name);
        }
        let Step { viewer, layout, id, draft, focus, errors, other, .. } = self;
        let status = match () {
            () if errors.any() => StatusCode::UNPROCESSABLE_ENTITY,
            () if other.is_some() => StatusCode::CONFLICT,
            () => StatusCode::OK,
        };
        let rows = rows(&draft.root, &choices, &errors);
        let channels = options(CHANNELS, &draft.channel);
        let area = viewer.area_name.clone();
        let page =
            BuildPage { layout, errors, id, area, draft, rows, channels, focus, counted, refused, unfinished, other };
        Ok((status, page).into_response())
    }
}
