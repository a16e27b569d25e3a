//! The search page. Words are posted and kept, so that nobody's name stands in an address; the results are an ordinary
//! page, to which Back leads without a question.

use super::super::arrange::{Asked, Intention, Order};
use super::super::find::{self, Wanted};
use super::super::history::kind_title;
use super::super::kept::{self, Search};
use super::super::store::{self, District};
use super::found::Found;
use crate::canvass::codes::{self, Code};
use crate::database::Scoped;
use crate::web::words::{self, count};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// The form's fields, as they come back into the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SearchForm {
    q: String,
    district: String,
    intention: String,
    asked: String,
    order: String,
}

/// Which kept search, and which page of what it finds. Read as text: what is no id is nobody's search.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Address {
    search: String,
    page: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "electors/search.html")]
struct SearchPage {
    layout: Layout,
    area: String,
    errors: FieldErrors,
    search: Search,
    choices: Choices,
    results: Option<Results>,
}

/// What a kept search finds now.
struct Results {
    id: Uuid,
    found: Found,
}

impl SearchPage {
    fn new(viewer: &Viewer, layout: Layout, search: Search, choices: Choices) -> Self {
        let area = words::within(&viewer.area_name);
        SearchPage { layout, area, errors: FieldErrors::default(), search, choices, results: None }
    }

    fn summary(&self) -> String {
        match &self.results {
            Some(results) => results.found.summary(),
            None => format!(
                "{} in {} of {}.",
                count(self.choices.electors(), "elector", "electors"),
                count(self.choices.districts.len() as i64, "district", "districts"),
                self.area
            ),
        }
    }

    fn kind_title(&self) -> String {
        format!("{} intention", kind_title(&self.choices.kind))
    }

    fn is_chosen(&self, district: &District) -> bool {
        self.search.district == Some(district.area_no)
    }

    /// Whether more than words narrowed what was looked for, so that there is something to take back.
    fn filtered(&self) -> bool {
        self.search.district.is_some() || !self.search.intention.is_empty() || self.search.asked != Asked::Any
    }
}

/// What the filters offer.
struct Choices {
    kind: String,
    districts: Vec<District>,
    codes: Vec<Code>,
}

impl Choices {
    async fn read(scope: &mut Scoped) -> Answer<Self> {
        Ok(Choices {
            kind: store::next_kind(scope).await?,
            districts: store::districts(scope).await?,
            codes: codes::intentions(scope).await?,
        })
    }

    fn electors(&self) -> i64 {
        self.districts.iter().map(|d| d.electors).sum()
    }

    /// The groups that the installation's codes fall into.
    fn groups(&self) -> Vec<(&'static str, &'static str)> {
        let all = [
            ("for", "For us"),
            ("leaning", "Leaning to us"),
            ("undecided", "Undecided"),
            ("against", "Against"),
            ("wont-say", "Won’t say"),
            ("non-voter", "Non-voter"),
        ];
        all.into_iter().filter(|(group, _)| self.codes.iter().any(|c| c.group == *group)).collect()
    }

    /// Reads the form. A filter that is not among what is offered is none.
    fn read_form(&self, form: SearchForm) -> Search {
        let chosen = self.districts.iter().find(|d| d.area_no.to_string() == form.district);
        let known = find::intention_filter(&form.intention, &self.codes) != Intention::Any;
        Search {
            // PostgreSQL's text takes every character but this one.
            words: form.q.replace('\0', ""),
            district: chosen.map(|d| d.area_no),
            intention: if known { form.intention } else { String::new() },
            asked: Asked::parse(&form.asked),
            order: Order::parse(&form.order),
        }
    }

    /// What to look for: words, or filters enough to make a page of.
    fn wanted(&self, search: &Search) -> Result<Wanted, FieldErrors> {
        let here: Vec<i32> = self.districts.iter().map(|d| d.area_no).collect();
        Wanted::of(search, &here, &self.codes).map_err(|error| {
            let mut errors = FieldErrors::default();
            errors.add("q", error.to_string());
            errors
        })
    }
}

/// `GET /electors`: the empty form, or a page of what a kept search finds now.
pub async fn show(viewer: Viewer, layout: Layout, Query(address): Query<Address>) -> Answer {
    let mut scope = viewer.scope().await?;
    let choices = Choices::read(&mut scope).await?;
    let kept = match address.search.parse() {
        Ok(id) => kept::find(&mut scope, id).await?.map(|search| (id, search)),
        Err(_) => None,
    };
    let wanted = kept.map(|(id, search)| (id, choices.wanted(&search), search));
    let Some((id, Ok(wanted), search)) = wanted else {
        scope.commit().await?;
        return Ok(SearchPage::new(&viewer, layout, Search::default(), choices).into_response());
    };
    let matches = find::matches(&mut scope, &wanted, &choices.kind).await?;
    let page = address.page.parse().unwrap_or(1);
    let seen = Found::read(&mut scope, &matches, page, &choices.kind, &choices.codes).await?;
    let results = Some(Results { id, found: scope.finish(seen).await? });
    Ok(SearchPage { results, ..SearchPage::new(&viewer, layout, search, choices) }.into_response())
}

/// `POST /electors`: keeps the search and leads to its results.
pub async fn keep(viewer: Viewer, layout: Layout, Form(form): Form<SearchForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let choices = Choices::read(&mut scope).await?;
    let search = choices.read_form(form);
    if let Err(errors) = choices.wanted(&search) {
        scope.commit().await?;
        let page = SearchPage { errors, ..SearchPage::new(&viewer, layout, search, choices) };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let id = kept::keep(&mut scope, &search).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/electors?search={id}")))
}
