//! `/selections/{id}/walk-lists`: walk lists of a selection's electors. The page shows the lists that would be made; what is made is
//! what it showed.

use crate::canvass::lists::choices::{Asked, Choices, NewForm};
use crate::canvass::lists::{ListName, MOST_DOORS, SideOrder, USUAL_DOORS};
use crate::database::Scoped;
use crate::error::Error;
use crate::polls::{self, Coming};
use crate::selections::from::{Lists, NO_DOOR, Planned};
use crate::selections::{Selection, store};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use uuid::Uuid;

/// The most lists that the preview names one by one.
const MOST_NAMED: usize = 40;

#[derive(Template, WebTemplate)]
#[template(path = "selections/walk-lists.html")]
struct WalkPage {
    layout: Layout,
    errors: FieldErrors,
    id: Uuid,
    name: String,
    version: i32,
    form: NewForm,
    polls: Vec<Coming>,
    preview: Option<Preview>,
    changed: bool,
}

impl WalkPage {
    fn is_poll(&self, id: i64) -> bool {
        self.form.poll.parse() == Ok(id)
    }
}

/// The lists to be.
struct Preview {
    lists: Vec<Planned>,
    doors: usize,
    electors: usize,
    objected: usize,
}

impl Preview {
    /// The lists that are named.
    fn named(&self) -> &[Planned] {
        &self.lists[..self.lists.len().min(MOST_NAMED)]
    }

    fn further(&self) -> usize {
        self.lists.len().saturating_sub(MOST_NAMED)
    }

    fn in_words(&self) -> String {
        let lists = words::count(self.lists.len(), "list", "lists");
        let doors = words::count(self.doors, "door", "doors");
        format!("{lists}: {doors}, {}", words::count(self.electors, "elector", "electors"))
    }

    /// What the form sends back, so that what was shown is what is made.
    fn expected(&self) -> String {
        format!("{}/{}/{}", self.lists.len(), self.doors, self.electors)
    }
}

/// A kept selection with what is chosen for its lists.
struct Draft {
    id: Uuid,
    name: String,
    version: i32,
    selection: Selection,
    form: NewForm,
    polls: Vec<Coming>,
}

impl Draft {
    async fn read(scope: &mut Scoped, id: Uuid, form: Option<NewForm>) -> Result<Draft, Error> {
        let (saved, selection) = store::one(scope, id, None).await?;
        let here = sqlx::query_scalar!("select wall.areas()").fetch_one(scope.connection()).await?;
        let polls = polls::to_come(scope, here.as_deref()).await?;
        let form = form.unwrap_or_else(|| usual(&saved.name, &polls));
        Ok(Draft { id, name: saved.name, version: saved.version, selection, form, polls })
    }

    fn choices(&self) -> Result<Choices, Error> {
        self.form.choices().map_err(|errors| Error::Invalid(errors.0))
    }

    async fn preview(&self, scope: &mut Scoped, choices: &Choices) -> Result<(Lists, Preview), Error> {
        let lists = Lists::plan(scope, &self.selection, choices).await?;
        let planned = lists.planned(choices);
        if planned.is_empty() {
            return Err(Error::field("form", NO_DOOR));
        }
        if planned.iter().any(|list| list.doors > MOST_DOORS) {
            let message = "A list holds at most 1,000 doors. Cut it into several";
            return Err(Error::field("split_size", message));
        }
        let preview =
            Preview { doors: lists.doors(), electors: lists.electors(), objected: lists.objected(), lists: planned };
        Ok((lists, preview))
    }

    async fn page(self, scope: Scoped, layout: Layout, preview: Result<Preview, Error>, changed: bool) -> Answer {
        let mut errors = FieldErrors::default();
        let preview = errors.take_invalid(preview)?;
        scope.commit().await?;
        let status = match () {
            () if errors.any() => StatusCode::UNPROCESSABLE_ENTITY,
            () if changed => StatusCode::CONFLICT,
            () => StatusCode::OK,
        };
        let Draft { id, name, version, form, polls, .. } = self;
        Ok((status, WalkPage { layout, errors, id, name, version, form, polls, preview, changed }).into_response())
    }
}

fn usual(name: &str, polls: &[Coming]) -> NewForm {
    NewForm {
        name: name.chars().take(ListName::LENGTH).collect(),
        order: SideOrder::default().as_str().into(),
        poll: polls.first().map_or_else(|| "national".to_owned(), |poll| poll.id.to_string()),
        split: Some("on".into()),
        split_size: USUAL_DOORS.to_string(),
        ..NewForm::default()
    }
}

/// `GET /selections/{id}/walk-lists`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let draft = Draft::read(&mut scope, id, None).await?;
    let choices = draft.choices()?;
    let preview = draft.preview(&mut scope, &choices).await.map(|(_, preview)| preview);
    draft.page(scope, layout, preview, false).await
}

/// `POST /selections/{id}/walk-lists`: shows what these choices make, or makes it.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn make(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<NewForm>) -> Answer {
    let wanted = form.step == "make";
    let mut scope = viewer.scope().await?;
    let draft = Draft::read(&mut scope, id, Some(form)).await?;
    let choices = match draft.choices() {
        Ok(choices) => choices,
        Err(wrong) => return draft.page(scope, layout, Err(wrong), false).await,
    };
    let (lists, preview) = match draft.preview(&mut scope, &choices).await {
        Ok(previewed) => previewed,
        Err(wrong) => return draft.page(scope, layout, Err(wrong), false).await,
    };
    let changed = wanted && draft.form.expected != preview.expected();
    if !wanted || changed {
        return draft.page(scope, layout, Ok(preview), changed).await;
    }
    let made = lists.make(&mut scope, &choices, (id, draft.version), &draft.selection.leave_out).await;
    match made {
        Ok(ids) => {
            scope.commit().await?;
            Ok(match ids.as_slice() {
                [one] => see_other(&format!("/walk-lists/{one}?said=made")),
                _ => see_other("/walk-lists?tab=drafts&said=made"),
            })
        }
        Err(wrong) => draft.page(scope, layout, Err(wrong), false).await,
    }
}
