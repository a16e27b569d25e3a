//! `/volunteers`: whoever helps in the area in use. A name is looked for by a form that is sent, never by the address.

use super::joined::{self, Joined};
use super::store::{self, Filter};
use super::{AVAILABILITY, Choice, SKILLS, State, Volunteer};
use crate::electors::folding::fold;
use crate::web::paging::Paging;
use crate::web::{Answer, Form, Layout, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

/// What the list is asked: by its address without words, by its form with them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    skill: String,
    when: String,
    sort: String,
    page: String,
    /// The beginning of a name.
    q: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/list.html")]
struct ListPage {
    layout: Layout,
    area: String,
    filter: Filter,
    counts: [i64; 4],
    rows: Vec<Volunteer>,
    paging: Paging,
    asked: Asked,
    /// Whether the reader organises, and may open a page that asks for help.
    organises: bool,
    /// Who canvasses here and is not on record, for organisers who look at the whole list.
    joined: Vec<Joined>,
}

/// `GET /volunteers`
///
/// # Errors
/// [`crate::error::Error::NotFound`] after the last page.
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    draw(viewer, layout, Asked { q: String::new(), ..asked }).await
}

/// `POST /volunteers`
///
/// # Errors
/// [`crate::error::Error::NotFound`] after the last page.
pub async fn search(viewer: Viewer, layout: Layout, Form(asked): Form<Asked>) -> Answer {
    draw(viewer, layout, asked).await
}

async fn draw(viewer: Viewer, layout: Layout, mut asked: Asked) -> Answer {
    let known = |choices: &[Choice], word: &str| {
        choices.iter().find(|(w, _)| *w == word).map(|(w, _)| (*w).to_owned()).unwrap_or_default()
    };
    asked.q = asked.q.chars().take(200).collect();
    let filter = Filter {
        state: State::parse(&asked.tab),
        skill: known(&SKILLS, &asked.skill),
        when: known(&AVAILABILITY, &asked.when),
        words: fold(&asked.q),
        sort: known(&[("since", ""), ("area", "")], &asked.sort),
    };
    let paging = Paging::asked(&asked.page);
    let mut scope = viewer.scope().await?;
    let organises = store::organises(&scope);
    let counts = store::counts(&mut scope, &filter).await?;
    let seen = store::page(&mut scope, &filter, paging).await?;
    let joined = if organises && filter.is_open() { joined::without_record(&mut scope).await? } else { Vec::new() };
    let rows = scope.finish(seen).await?;
    paging.must_be_there(rows.len())?;
    let paging = paging.of(counts[filter.state as usize]);
    Ok(ListPage { layout, area: viewer.area_name, filter, counts, rows, paging, asked, organises, joined }
        .into_response())
}

impl ListPage {
    fn count_of(&self, state: State) -> String {
        words::figure(self.counts[state as usize])
    }

    fn joined_title(&self) -> String {
        words::count(
            self.joined.len(),
            "person knocks on doors here without a record",
            "people knock on doors here without a record",
        )
    }

    fn joined_shown(&self) -> impl Iterator<Item = &Joined> {
        self.joined.iter().take(joined::SHOWN)
    }

    fn joined_more(&self) -> bool {
        self.joined.len() > joined::SHOWN
    }

    fn filtered(&self) -> bool {
        !(self.filter.skill.is_empty() && self.filter.when.is_empty() && self.filter.words.is_empty())
    }

    fn address(&self, state: State, sort: &str) -> String {
        let Filter { skill, when, .. } = &self.filter;
        format!("/volunteers?tab={}&skill={skill}&when={when}&sort={sort}&", state.as_str())
    }

    fn here(&self) -> String {
        self.address(self.filter.state, &self.filter.sort)
    }
}
