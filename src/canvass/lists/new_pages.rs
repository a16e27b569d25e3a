//! Making a list in three steps: districts, streets and options, preview. Each step is one post of one form that
//! carries everything chosen so far; a small module posts the same form to keep the counts current.

use super::choices::{Asked, Choices, NewForm};
use super::choose::{self, District, Place, Street};
use super::make;
use super::plan::{self, Plan};
use super::{MOST_DOORS, SideOrder};
use crate::database::Scoped;
use crate::error::Error;
use crate::polls::Coming;
use crate::web::{Answer, FieldErrors, Form, Layout, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Template, WebTemplate)]
#[template(path = "canvass/lists/new-districts.html")]
struct DistrictsPage {
    layout: Layout,
    errors: FieldErrors,
    form: NewForm,
    districts: Vec<District>,
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/lists/new-streets.html")]
struct StreetsPage {
    layout: Layout,
    errors: FieldErrors,
    form: NewForm,
    place: Place,
    streets: Vec<Street>,
    polls: Vec<Coming>,
    counted: Option<Counted>,
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/lists/new-preview.html")]
struct PreviewPage {
    layout: Layout,
    form: NewForm,
    counted: Counted,
    choices: Choices,
    asked: String,
    streets: usize,
    changed: bool,
}

/// The figures of a list to be.
struct Counted {
    plan: Plan,
    lists: usize,
    in_words: String,
    names: Vec<String>,
}

impl Counted {
    fn of(plan: Plan, choices: &Choices) -> Self {
        let cuts = plan::split(&plan.doors, choices.split);
        Counted {
            lists: cuts.len(),
            in_words: plan::lists_in_words(&cuts),
            names: plan::names(choices.name.as_str(), cuts.len()),
            plan,
        }
    }

    fn doors(&self) -> String {
        words::count(self.plan.doors.len(), "door", "doors")
    }

    fn electors(&self) -> String {
        words::count(self.plan.electors(), "elector", "electors")
    }

    /// What the form sends back, so that what was counted is what is made.
    fn expected(&self) -> String {
        format!("{}/{}/{}", self.lists, self.plan.doors.len(), self.plan.electors())
    }

    /// Who is left out and why, as counts in words; those who objected are always told.
    fn left_out(&self) -> Vec<(&'static str, String)> {
        let left = self.plan.left_out;
        let electors = |n| words::count(n, "elector", "electors");
        let mut rows = vec![("Want nobody at their door", electors(left.objected))];
        if left.moved > 0 {
            rows.push(("Recorded as moved or deceased", electors(left.moved)));
        }
        if left.asked > 0 {
            rows.push(("Asked lately", electors(left.asked)));
        }
        if left.on_paper > 0 {
            rows.push(("On printed cards that are out", electors(left.on_paper)));
        }
        if left.homes > 0 {
            rows.push(("Homes with nobody left to ask for", words::count(left.homes, "home", "homes")));
        }
        rows
    }
}

impl StreetsPage {
    /// Streets by district, in the order of the page.
    fn by_district(&self) -> impl Iterator<Item = (&str, &[Street])> {
        let letters =
            |s: &[Street]| s.first().and_then(|s| self.place.districts.get(&s.area_no)).map_or("", String::as_str);
        self.streets.chunk_by(|a, b| a.area_no == b.area_no).map(move |streets| (letters(streets), streets))
    }

    fn is_poll(&self, id: i64) -> bool {
        self.form.poll.parse() == Ok(id)
    }
}

/// `GET /walk-lists/new`
///
/// # Errors
/// What the database says.
pub async fn new(viewer: Viewer, layout: Layout) -> Answer {
    let scope = viewer.scope().await?;
    districts_page(scope, layout, NewForm::default(), FieldErrors::default()).await
}

/// `POST /walk-lists/new`: the next step, or the one before.
///
/// # Errors
/// [`Error::NotFound`] when a district is outside the area.
pub async fn step(viewer: Viewer, layout: Layout, Form(form): Form<NewForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    if form.step == "districts" {
        return districts_page(scope, layout, form, FieldErrors::default()).await;
    }
    let place = match choose::place(&mut scope, &form.district).await {
        Ok(place) => place,
        Err(error) => return districts_page(scope, layout, form, fields(error)?).await,
    };
    let preview = form.step == "preview";
    let mut draft = Draft::read(&mut scope, place, form).await?;
    draft.tick_as_asked();
    match draft.count(&mut scope).await {
        Ok((counted, choices)) if preview => preview_page(scope, layout, draft, counted, choices, false).await,
        Ok((counted, _)) => streets_page(scope, layout, draft, Some(counted), FieldErrors::default()).await,
        Err(error) => streets_page(scope, layout, draft, None, fields(error)?).await,
    }
}

/// `POST /walk-lists`: makes what the preview showed, or shows the preview again when it is no longer that.
///
/// # Errors
/// [`Error::NotFound`] when a district is outside the area.
pub async fn make(viewer: Viewer, layout: Layout, Form(form): Form<NewForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let place = choose::place(&mut scope, &form.district).await?;
    let draft = Draft::read(&mut scope, place, form).await?;
    let (counted, choices) = match draft.count(&mut scope).await {
        Ok(counted) => counted,
        Err(error) => return streets_page(scope, layout, draft, None, fields(error)?).await,
    };
    if draft.form.expected != counted.expected() {
        return preview_page(scope, layout, draft, counted, choices, true).await;
    }
    let made =
        make::make(&mut scope, &draft.place, &counted.plan, &choices, &draft.as_json(&choices), MOST_DOORS).await;
    match made {
        Ok(ids) => {
            scope.commit().await?;
            Ok(match ids.as_slice() {
                [one] => see_other(&format!("/walk-lists/{one}?said=made")),
                _ => see_other("/walk-lists?tab=drafts&said=made"),
            })
        }
        Err(error) => streets_page(scope, layout, draft, Some(counted), fields(error)?).await,
    }
}

/// A list on its way: the form with what it can choose from.
struct Draft {
    form: NewForm,
    place: Place,
    streets: Vec<Street>,
    polls: Vec<Coming>,
}

impl Draft {
    async fn read(scope: &mut Scoped, place: Place, form: NewForm) -> Result<Self, Error> {
        let mut form = form.with_usual_answers();
        let streets = choose::streets(scope, &place).await?;
        let polls = choose::polls(scope, &place).await?;
        if form.name.trim().is_empty() && form.shown.is_empty() {
            form.name = choose::next_name(scope, &place).await?;
        }
        if form.poll.is_empty() {
            form.poll = polls.first().map_or_else(|| "national".to_owned(), |p| p.id.to_string());
        }
        Ok(Draft { form, place, streets, polls })
    }

    /// Ticks every street, or none, when the button pressed says so.
    fn tick_as_asked(&mut self) {
        let all = self.streets.iter().map(|s| format!("{}:{}", s.area_no, s.key));
        match self.form.step.as_str() {
            "all-streets" => self.form.street = all.collect(),
            "no-streets" => self.form.street = Vec::new(),
            _ => {}
        }
    }

    /// The streets ticked, of those that there are.
    fn ticked(&self) -> Vec<(i32, String)> {
        let ticked = self.streets.iter().filter(|s| self.form.is_ticked(s.area_no, &s.key));
        ticked.map(|s| (s.area_no, s.key.clone())).collect()
    }

    async fn count(&self, scope: &mut Scoped) -> Result<(Counted, Choices), Error> {
        let choices = self.form.choices().map_err(|errors| Error::Invalid(errors.0))?;
        let plan = make::plan(scope, &self.place, &self.ticked(), &choices).await?;
        Ok((Counted::of(plan, &choices), choices))
    }

    /// What the lists were made from, kept with them.
    fn as_json(&self, choices: &Choices) -> serde_json::Value {
        let letters = |area_no: &i32| self.place.districts.get(area_no);
        json!({
            "districts": self.form.district.iter().filter_map(letters).collect::<Vec<_>>(),
            "streets": self.ticked().iter().map(|(area_no, key)| (letters(area_no), key)).collect::<Vec<_>>(),
            "asked_days": choices.asked_days,
            "without_moved": choices.moved,
            "without_on_paper": choices.on_paper,
            "without_empty_homes": choices.empty,
            "about": choices.split,
        })
    }

    fn asked(&self, choices: &Choices) -> String {
        match choices.poll {
            Asked::Poll(id) => {
                let poll = self.polls.iter().find(|p| p.id == id);
                poll.map_or_else(|| "Another poll".to_owned(), |p| format!("{}, {}", p.name, words::date(p.date)))
            }
            Asked::Kind(kind) => Asked::KINDS.into_iter().find(|(k, _)| *k == kind).map_or("", |(_, w)| w).to_owned(),
        }
    }
}

/// A form's errors; anything else stays what it is.
fn fields(error: Error) -> Result<FieldErrors, Error> {
    match error {
        Error::Invalid(fields) => Ok(FieldErrors(fields)),
        other => Err(other),
    }
}

fn status(errors: &FieldErrors) -> StatusCode {
    if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

async fn districts_page(mut scope: Scoped, layout: Layout, form: NewForm, errors: FieldErrors) -> Answer {
    let districts = choose::districts(&mut scope).await?;
    scope.commit().await?;
    let page = DistrictsPage { layout, form, districts, errors };
    Ok((status(&page.errors), page).into_response())
}

async fn streets_page(
    scope: Scoped,
    layout: Layout,
    draft: Draft,
    counted: Option<Counted>,
    errors: FieldErrors,
) -> Answer {
    scope.commit().await?;
    let Draft { form, place, streets, polls } = draft;
    let page = StreetsPage { layout, errors, form, place, streets, polls, counted };
    Ok((status(&page.errors), page).into_response())
}

async fn preview_page(
    scope: Scoped,
    layout: Layout,
    draft: Draft,
    counted: Counted,
    choices: Choices,
    changed: bool,
) -> Answer<Response> {
    if counted.lists == 0 || counted.plan.doors.len() > counted.lists * MOST_DOORS {
        let mut errors = FieldErrors::default();
        match counted.lists {
            0 => {
                errors.add("street", "There is no door left to knock on. Tick other streets, or leave out fewer people")
            }
            _ => {
                errors.add("split_size", "A list holds at most 1,000 doors. Cut it into several, or tick fewer streets")
            }
        }
        return streets_page(scope, layout, draft, Some(counted), errors).await;
    }
    scope.commit().await?;
    let (asked, streets) = (draft.asked(&choices), draft.ticked().len());
    let status = if changed { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = PreviewPage { layout, form: draft.form, counted, choices, asked, streets, changed };
    Ok((status, page).into_response())
}
