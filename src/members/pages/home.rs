//! A membership secretary's first page: what to do now.

use super::super::imports::{self, Import};
use super::super::list::{self, Counts, Lately};
use super::super::{State, matches};
use crate::access::Permission;
use crate::database::Scope;
use crate::web::{Answer, Layout, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;

#[derive(Template, WebTemplate)]
#[template(path = "home/membership.html")]
struct MembershipHome {
    layout: Layout,
    viewer: Viewer,
    counts: Counts,
    pairs: i64,
    /// Messages that wait for a second person.
    messages: i64,
    /// The newest file, applied or waiting.
    newest: Option<Import>,
    lately: Vec<Lately>,
}

impl MembershipHome {
    fn what(&self, change: &Lately) -> String {
        match change.what.as_str() {
            "joined" => "Joined".into(),
            "moved-branch" => format!("Moved from {} to {}", change.was, change.becomes),
            state => State::parse(state).map_or_else(|| state.to_owned(), |s| s.title().into()),
        }
    }

    fn nothing_to_do(&self) -> bool {
        let waits = self.newest.as_ref().is_some_and(|i| i.state == "ready");
        !waits && self.messages == 0 && self.pairs == 0 && self.counts.late == 0 && self.counts.lapsing == 0
    }
}

/// `GET /` as a membership secretary.
pub async fn home(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope_as(Permission::ReadMembers, Scope::default()).await?;
    let counts = list::counts(&mut scope).await?;
    let pairs = matches::open_count(&mut scope).await?;
    let messages = crate::messages::store::to_approve(&mut scope).await?;
    let newest = imports::list(&mut scope, 1).await?.pop();
    let lately = list::lately(&mut scope, 8).await?;
    let lately = scope.finish(lately).await?;
    Ok(MembershipHome { layout, viewer, counts, pairs, messages, newest, lately }.into_response())
}
