//! The search page. Words are posted, so that nobody's name stands in an address.

mod elector;
mod home;
mod objection;

pub use elector::elector;
pub use home::home;
pub use objection::{ask_stop, ask_withdraw, stop, withdraw};

use super::find::{self, Matches, Wanted};
use super::history::kind_title;
use super::search::{Asked, Group, HOMES, Intention, MOST, Order, Terms};
use super::store::{self, District, Home};
use super::{ElectorId, Resident};
use crate::canvass::codes::{self, Code};
use crate::database::{Looked, Scoped, Seen, What};
use crate::web::words::{self, count, day_of, figure, short_date};
use crate::web::{Answer, FieldErrors, Form, Layout, Viewer};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::collections::HashMap;

/// The form's fields, as they come back into the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SearchForm {
    q: String,
    district: String,
    intention: String,
    asked: Asked,
    order: Order,
    page: Option<usize>,
}

#[derive(Template, WebTemplate)]
#[template(path = "electors/search.html")]
struct SearchPage {
    layout: Layout,
    area: String,
    errors: FieldErrors,
    form: SearchForm,
    choices: Choices,
    found: Option<FoundPage>,
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
}

impl SearchPage {
    fn summary(&self) -> String {
        match &self.found {
            Some(found) => found.summary(),
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
}

/// One page of what was found.
struct FoundPage {
    electors: usize,
    homes: usize,
    more: bool,
    first: usize,
    page: usize,
    shown: Vec<Home>,
}

impl FoundPage {
    fn summary(&self) -> String {
        if self.electors == 0 {
            return "Nobody matches.".into();
        }
        if self.more {
            return format!(
                "More than {} match; the first of them are here. Type more, or choose a district.",
                count(MOST as i64, "elector", "electors")
            );
        }
        let verb = if self.electors == 1 { "matches" } else { "match" };
        format!(
            "{} in {} {verb}. Others at home are shown too.",
            count(self.electors as i64, "elector", "electors"),
            count(self.homes as i64, "home", "homes")
        )
    }

    fn last(&self) -> usize {
        self.first + self.shown.len()
    }

    fn range(&self) -> String {
        match (self.homes, self.shown.len()) {
            (homes, shown) if homes == shown => {
                format!("{} of {}", count(homes as i64, "home", "homes"), figure(homes as i64))
            }
            (homes, _) => format!(
                "Homes {} to {} of {}",
                figure(self.first as i64 + 1),
                figure(self.last() as i64),
                figure(homes as i64)
            ),
        }
    }
}

impl Home {
    fn heading(&self) -> String {
        if self.id.is_none() { "No address here".into() } else { self.address.clone() }
    }
}

impl Resident {
    fn asked_words(&self) -> String {
        self.asked.map(|at| format!("{}, door", short_date(day_of(at)))).unwrap_or_default()
    }
}

/// `GET /electors`
pub async fn search_form(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let choices = Choices::read(&mut scope).await?;
    scope.commit().await?;
    Ok(page(viewer, layout, SearchForm::default(), choices, FieldErrors::default(), None).into_response())
}

/// `POST /electors`
pub async fn search(viewer: Viewer, layout: Layout, Form(form): Form<SearchForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let choices = Choices::read(&mut scope).await?;
    let wanted = match wanted(&form, &choices) {
        Ok(wanted) => wanted,
        Err(errors) => {
            scope.commit().await?;
            let page = page(viewer, layout, form, choices, errors, None);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let matches = find::matches(&mut scope, &wanted, &choices.kind).await?;
    let seen = found_page(&mut scope, &matches, form.page.unwrap_or(1), &choices).await?;
    let found = scope.finish(seen).await?;
    Ok(page(viewer, layout, form, choices, FieldErrors::default(), Some(found)).into_response())
}

fn page(
    viewer: Viewer,
    layout: Layout,
    form: SearchForm,
    choices: Choices,
    errors: FieldErrors,
    found: Option<FoundPage>,
) -> SearchPage {
    SearchPage { layout, area: words::within(&viewer.area_name), errors, form, choices, found }
}

/// Reads the form: words, or filters enough to make a page of.
fn wanted(form: &SearchForm, choices: &Choices) -> Result<Wanted, FieldErrors> {
    let chosen = choices.districts.iter().find(|d| d.area_no.to_string() == form.district).map(|d| d.area_no);
    let intention = find::intention_filter(&form.intention, &choices.codes);
    let filtered = chosen.is_some() || matches!(intention, Intention::Codes(_));
    let terms = match Terms::read(&form.q) {
        Ok(terms) => Some(terms),
        Err(super::search::NoTerms::Empty) if filtered => None,
        Err(error) => {
            let mut errors = FieldErrors::default();
            errors.add("q", error.to_string());
            return Err(errors);
        }
    };
    let districts = match chosen {
        Some(area_no) => vec![area_no],
        None => choices.districts.iter().map(|d| d.area_no).collect(),
    };
    Ok(Wanted { terms, districts, intention, asked: form.asked, order: form.order })
}

/// The homes of one page with everybody in them, all of whom are on record as found by a search.
async fn found_page(scope: &mut Scoped, matches: &Matches, page: usize, choices: &Choices) -> Answer<Seen<FoundPage>> {
    let pages = matches.homes.len().div_ceil(HOMES).max(1);
    let page = page.clamp(1, pages);
    let first = (page - 1) * HOMES;
    let groups: Vec<Group> = matches.homes.iter().skip(first).take(HOMES).cloned().collect();
    let keys: Vec<_> = groups.iter().filter_map(|g| g.household_id.map(|h| (g.partition_id, h))).collect();
    let matched =
        groups.iter().flat_map(|g| g.electors.iter().map(|e| ElectorId { partition: g.partition_id, id: *e }));
    let matched: Vec<ElectorId> = matched.collect();
    let addresses = store::addresses(scope, &keys).await?;
    let residents = store::homes(scope, &keys, &matched, &choices.kind, &choices.codes).await?;
    let (electors, homes, more) = (matches.electors, matches.homes.len(), matches.more);
    let seen = residents.map(|residents| FoundPage {
        electors,
        homes,
        more,
        first,
        page,
        shown: put_together(&groups, addresses, residents),
    });
    Ok(Seen::new((), Looked { what: What::Search, ..Looked::default() }).and(seen).map(|((), page)| page))
}

fn put_together(groups: &[Group], addresses: Vec<Home>, residents: Vec<Resident>) -> Vec<Home> {
    let mut addresses: HashMap<_, _> =
        addresses.into_iter().filter_map(|h| h.id.map(|id| ((id.partition, id.id), h))).collect();
    let mut by_home: HashMap<_, Vec<Resident>> = HashMap::new();
    let mut alone: HashMap<_, Resident> = HashMap::new();
    for resident in residents {
        match resident.home {
            Some(home) => by_home.entry((home.partition, home.id)).or_default().push(resident),
            None => drop(alone.insert((resident.id.partition, resident.id.id), resident)),
        }
    }
    let mut home = |group: &Group| {
        let key = (group.partition_id, group.household_id?);
        let home = addresses.remove(&key)?;
        Some(Home { residents: by_home.remove(&key).unwrap_or_default(), ..home })
    };
    let mut shown = Vec::with_capacity(groups.len());
    for group in groups {
        let nowhere = || Home {
            id: None,
            address: String::new(),
            postcode: None,
            district: String::new(),
            residents: group.electors.iter().filter_map(|e| alone.get(&(group.partition_id, *e)).cloned()).collect(),
        };
        shown.push(home(group).unwrap_or_else(nowhere));
    }
    shown
}
