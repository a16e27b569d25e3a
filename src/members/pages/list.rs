//! `/members`: the list, in tabs; words to search by are posted, so that nobody's name stands in an address.

use super::super::list::{self, Counts, Listed, Tab};
use super::super::{imports, matches};
use crate::access::Role;
use crate::web::paging::{self, Paging};
use crate::web::{Answer, Form, Layout, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "members/list.html")]
struct ListPage {
    layout: Layout,
    area: String,
    /// Whether the reader keeps members, or is an organiser.
    keeps: bool,
    tabs: &'static [Tab],
    tab: Tab,
    order: &'static str,
    /// What was searched for; None: a list.
    words: Option<String>,
    counts: Counts,
    pairs: i64,
    rows: Vec<Listed>,
    paging: Paging,
    /// Whether a file waits to be looked over.
    waiting: bool,
}

impl ListPage {
    /// The order that a column's link asks for: the other way round when it is the one in use.
    fn turn(&self, column: &str) -> String {
        if self.order == column { format!("-{column}") } else { column.to_owned() }
    }

    /// `aria-sort` of a column.
    fn sorted(&self, column: &str) -> Option<&'static str> {
        match self.order.strip_prefix('-') {
            _ if self.words.is_some() => None,
            Some(turned) if turned == column => Some("descending"),
            None if self.order == column => Some("ascending"),
            _ => None,
        }
    }

    fn is_here(&self, tab: &Tab) -> bool {
        self.words.is_none() && self.tab == *tab
    }

    fn count_of(&self, tab: &Tab) -> i64 {
        self.counts.of(*tab)
    }

    fn here(&self) -> String {
        format!("/members?tab={}&sort={}&", self.tab.as_str(), self.order)
    }

    fn more_than_shown(&self) -> bool {
        i64::try_from(self.rows.len()).unwrap_or(0) >= paging::SIZE
    }
}

/// Which list, in which order, which page: nothing personal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    sort: String,
    page: String,
}

/// `GET /members`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut page = empty(&viewer, layout, &asked).await?;
    let mut scope = viewer.scope().await?;
    let seen = match page.keeps {
        true => list::page(&mut scope, page.tab, page.order, page.paging).await?,
        false => list::page_for_organiser(&mut scope, page.tab, page.order, page.paging).await?,
    };
    page.rows = scope.finish(seen).await?;
    page.paging.must_be_there(page.rows.len())?;
    Ok(page.into_response())
}

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Words {
    q: String,
}

/// `POST /members`: whom words find.
pub async fn search(viewer: Viewer, layout: Layout, Form(words): Form<Words>) -> Answer {
    let mut page = empty(&viewer, layout, &Asked::default()).await?;
    let q: String = words.q.replace('\0', "").chars().take(200).collect();
    let mut scope = viewer.scope().await?;
    let seen = match page.keeps {
        true => list::search(&mut scope, &q).await?,
        false => list::search_for_organiser(&mut scope, &q).await?,
    };
    page.rows = scope.finish(seen).await?;
    page.words = Some(q);
    Ok(page.into_response())
}

/// The page without its rows: counts show nobody.
async fn empty(viewer: &Viewer, layout: Layout, asked: &Asked) -> Answer<ListPage> {
    let keeps = viewer.role == Role::MembershipSecretary;
    let tabs: &[Tab] = if keeps { &Tab::ALL } else { &Tab::ORGANISERS };
    let tab = Tab::asked(&asked.tab, tabs);
    let mut scope = viewer.scope().await?;
    let (counts, pairs, waiting) = if keeps {
        let waiting = imports::list(&mut scope, 1).await?.iter().any(|i| i.state == "ready");
        (list::counts(&mut scope).await?, matches::open_count(&mut scope).await?, waiting)
    } else {
        (list::counts_for_organiser(&mut scope).await?, 0, false)
    };
    scope.commit().await?;
    // An organiser has no column but the name to sort by.
    let order = list::order(&asked.sort);
    let order = if keeps || order.ends_with("name") { order } else { "name" };
    Ok(ListPage {
        layout,
        area: words::within(&viewer.area_name),
        keeps,
        tabs,
        tab,
        order,
        words: None,
        paging: Paging::asked(&asked.page).of(counts.of(tab)),
        counts,
        pairs,
        rows: Vec::new(),
        waiting,
    })
}
