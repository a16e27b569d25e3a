//! `/access`: every live grant, those that are over, every account.

use crate::access::GrantKind;
use crate::access::store::accounts::{self, Account};
use crate::access::store::grants::{self, Counts, Grant, Which};
use crate::web::paging::Paging;
use crate::web::{Answer, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// What the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Live,
    Soon,
    Ended,
    Accounts,
}

impl Tab {
    fn asked(word: &str) -> Self {
        match word {
            "soon" => Tab::Soon,
            "ended" => Tab::Ended,
            "accounts" => Tab::Accounts,
            _ => Tab::Live,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Tab::Live => "live",
            Tab::Soon => "soon",
            Tab::Ended => "ended",
            Tab::Accounts => "accounts",
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "access/list.html")]
struct ListPage {
    layout: Layout,
    /// The viewer's own account, which another administrator must end.
    me: Uuid,
    tab: Tab,
    words: String,
    order: &'static str,
    counts: Counts,
    grants: Vec<Grant>,
    accounts: Vec<Account>,
    paging: Paging,
}

impl ListPage {
    /// The order that this column's link asks for: the other way round when it is the one in use.
    fn turn(&self, column: &str) -> String {
        if self.order == column { format!("-{column}") } else { column.to_owned() }
    }

    /// This list's address, for its other pages.
    fn here(&self) -> String {
        format!("/access?tab={}&sort={}&", self.tab.as_str(), self.order)
    }

    /// `aria-sort` of a column.
    fn sorted(&self, column: &str) -> Option<&'static str> {
        match self.order.strip_prefix('-') {
            Some(turned) if turned == column => Some("descending"),
            None if self.order == column => Some("ascending"),
            _ => None,
        }
    }
}

/// What the address may say; nothing personal.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: String,
}

/// Words to find: posted, so that no name stands in an address.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    tab: String,
    #[serde(default)]
    page: String,
}

/// `GET /access`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    draw(viewer, layout, Tab::asked(&asked.tab), String::new(), grants::order(&asked.sort), &asked.page).await
}

/// `GET /access/accounts`: where a form posts to; the accounts themselves are a part of the list.
pub async fn accounts_by_address(_: Viewer) -> Response {
    see_other("/access?tab=accounts")
}

/// `POST /access`
pub async fn search(viewer: Viewer, layout: Layout, Form(form): Form<Search>) -> Answer {
    draw(viewer, layout, Tab::asked(&form.tab), form.q.trim().to_owned(), grants::order(""), &form.page).await
}

async fn draw(viewer: Viewer, layout: Layout, tab: Tab, words: String, order: &'static str, page: &str) -> Answer {
    let mut scope = viewer.scope().await?;
    let counts = grants::counts(&mut scope).await?;
    let paging = Paging::asked(page);
    let (mut list, mut accounts, mut total) = (Vec::new(), Vec::new(), 0);
    let which = match tab {
        Tab::Live => Some(Which::Live),
        Tab::Soon => Some(Which::EndingSoon),
        Tab::Ended => Some(Which::Ended),
        Tab::Accounts => None,
    };
    if let Some(which) = which {
        list = grants::list(&mut scope, which, &words, order, paging.skip()).await?;
        total = list.first().map_or(0, |g| g.total);
    } else {
        let found = accounts::list(&mut scope, &words, paging.skip()).await?;
        (accounts, total) = (found.rows, found.total.max(total));
    }
    scope.commit().await?;
    let paging = paging.of(total);
    let page = ListPage { layout, me: viewer.account, tab, words, order, counts, grants: list, accounts, paging };
    Ok(axum::response::IntoResponse::into_response(page))
}

/// "now" within the five minutes that a session's use is known to, else how long ago.
pub(super) fn seen(at: &Option<DateTime<Utc>>) -> String {
    match at {
        None => "never".into(),
        Some(at) if *at > Utc::now() - TimeDelta::minutes(6) => "now".into(),
        Some(at) => words::ago(*at),
    }
}
