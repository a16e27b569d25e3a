//! `/selections/{id}/walk-lists`: walk lists of a selection's electors. The page shows the lists that would be made; what is made is
//! what it showed. On the way to canvass cards, which are printed of walk lists, it leads on to them.

use crate::canvass::ListId;
use crate::canvass::lists::choices::{Asked, Choices, NewForm};
use crate::canvass::lists::{ListName, MOST_DOORS, SideOrder, USUAL_DOORS};
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::canvass_cards::MOST_LISTS;
use crate::polls::{self, Coming};
use crate::selections::from::{Lists, NO_DOOR, Planned};
use crate::selections::{Selection, store};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// The most lists that the preview names one by one.
const MOST_NAMED: usize = 40;

/// What the lists are for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Then {
    then: String,
}

impl Then {
    /// Whether canvass cards are printed of them next.
    fn cards(&self) -> bool {
        self.then == "cards"
    }
}

/// Why the lists are not those that the page showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changed {
    /// Whoever makes them chose otherwise since.
    Choices,
    /// Somebody answered, or the selection is newer.
    Electors,
}

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
    changed: Option<Changed>,
    /// Whether canvass cards come next.
    cards: bool,
}

impl WalkPage {
    fn is_poll(&self, id: i64) -> bool {
        self.form.poll.parse() == Ok(id)
    }

    fn chosen_otherwise(&self) -> bool {
        self.changed == Some(Changed::Choices)
    }

    fn action(&self) -> String {
        format!("/selections/{}/walk-lists{}", self.id, if self.cards { "?then=cards" } else { "" })
    }

    /// What the form sends back, so that what was shown is what is made.
    fn expected(&self) -> String {
        self.preview.as_ref().map_or_else(String::new, |p| format!("{}{}", p.figures(), cut(&self.form)))
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

    /// What must not be otherwise when it is made.
    fn figures(&self) -> String {
        format!("{}/{}/{}/", self.lists.len(), self.doors, self.electors)
    }

    /// Why this is not what the form was drawn with, where it is not.
    fn changed(&self, form: &NewForm) -> Option<Changed> {
        match form.expected.as_str() {
            shown if shown.starts_with(&self.figures()) => None,
            shown if shown.ends_with(&format!("/{}", cut(form))) => Some(Changed::Electors),
            _ => Some(Changed::Choices),
        }
    }
}

/// The choices that say how many lists there are.
fn cut(form: &NewForm) -> String {
    let size = if form.split.is_some() { form.split_size.trim() } else { "whole" };
    format!("{}-{size}", form.order)
}

/// A kept selection with what is chosen for its lists.
struct Draft {
    id: Uuid,
    name: String,
    version: i32,
    selection: Selection,
    form: NewForm,
    polls: Vec<Coming>,
    cards: bool,
}

impl Draft {
    async fn read(scope: &mut Scoped, id: Uuid, form: Option<NewForm>, then: &Then) -> Result<Draft, Error> {
        let (saved, selection) = store::one(scope, id, None).await?;
        let here = sqlx::query_scalar!("select wall.areas()").fetch_one(scope.connection()).await?;
        let polls = polls::to_come(scope, here.as_deref()).await?;
        let form = form.unwrap_or_else(|| usual(&saved.name, &polls));
        Ok(Draft { id, name: saved.name, version: saved.version, selection, form, polls, cards: then.cards() })
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

    async fn page(
        self,
        scope: Scoped,
        layout: Layout,
        preview: Result<Preview, Error>,
        changed: Option<Changed>,
    ) -> Answer {
        let mut errors = FieldErrors::default();
        let preview = errors.take_invalid(preview)?;
        scope.commit().await?;
        let status = match () {
            () if errors.any() => StatusCode::UNPROCESSABLE_ENTITY,
            () if changed.is_some() => StatusCode::CONFLICT,
            () => StatusCode::OK,
        };
        let Draft { id, name, version, form, polls, cards, .. } = self;
        let page = WalkPage { layout, errors, id, name, version, form, polls, preview, changed, cards };
        Ok((status, page).into_response())
    }

    /// Where whoever made these lists goes on.
    fn next(&self, made: &[ListId]) -> String {
        match made {
            _ if self.cards => {
                let ticked: Vec<String> = made.iter().take(MOST_LISTS).map(|list| format!("list={list}&")).collect();
                format!("/materials/canvass-cards?{}said=lists-for-cards", ticked.concat())
            }
            [one] => format!("/walk-lists/{one}?said=made"),
            _ => "/walk-lists?tab=drafts&said=made".into(),
        }
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
pub async fn form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(then): Query<Then>) -> Answer {
    let mut scope = viewer.scope().await?;
    let draft = Draft::read(&mut scope, id, None, &then).await?;
    let choices = draft.choices()?;
    let preview = draft.preview(&mut scope, &choices).await.map(|(_, preview)| preview);
    draft.page(scope, layout, preview, None).await
}

/// `POST /selections/{id}/walk-lists`: shows what these choices make, or makes it.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn make(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Query(then): Query<Then>,
    Form(form): Form<NewForm>,
) -> Answer {
    let wanted = form.step == "make";
    let mut scope = viewer.scope().await?;
    let draft = Draft::read(&mut scope, id, Some(form), &then).await?;
    let choices = match draft.choices() {
        Ok(choices) => choices,
        Err(wrong) => return draft.page(scope, layout, Err(wrong), None).await,
    };
    let (lists, preview) = match draft.preview(&mut scope, &choices).await {
        Ok(previewed) => previewed,
        Err(wrong) => return draft.page(scope, layout, Err(wrong), None).await,
    };
    let changed = if wanted { preview.changed(&draft.form) } else { None };
    if !wanted || changed.is_some() {
        return draft.page(scope, layout, Ok(preview), changed).await;
    }
    let made = lists.make(&mut scope, &choices, (id, draft.version), &draft.selection.leave_out).await;
    match made {
        Ok(ids) => {
            scope.commit().await?;
            Ok(see_other(&draft.next(&ids)))
        }
        Err(wrong) => draft.page(scope, layout, Err(wrong), None).await,
    }
}
