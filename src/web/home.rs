//! `/`: the first page of the role in use.

use super::{Answer, Layout, Viewer, see_other, words};
use crate::access::Role;
use crate::access::store::ending::{self, EndedAccount};
use crate::access::store::grants::{self, Counts, Grant, Which};
use crate::access::store::tools::{self, ToolState};
use crate::audit::Refusal;
use crate::audit::store::{self as audit, Busy, Week};
use crate::insight;
use crate::protection::breach::{self, Breach};
use crate::protection::retention;
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use uuid::Uuid;

/// `GET /`
pub async fn home(viewer: Viewer, layout: Layout) -> Answer {
    match viewer.role {
        Role::Volunteer => Ok(see_other("/canvass")),
        Role::Organiser => insight::pages::home(viewer, layout).await,
        Role::MembershipSecretary => Ok(MembershipHome { layout, viewer }.into_response()),
        Role::DataProtectionOfficer => protection(viewer, layout).await,
        Role::Administrator => administrator(viewer, layout).await,
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "home/membership.html")]
struct MembershipHome {
    layout: Layout,
    viewer: Viewer,
}

#[derive(Template, WebTemplate)]
#[template(path = "home/protection.html")]
struct ProtectionHome {
    layout: Layout,
    week: Week,
    busiest: Vec<Busy>,
    refused: Vec<(Uuid, String, i64, Refusal)>,
    ended: Vec<EndedAccount>,
    /// Breaches that are open, the most urgent first.
    breaches: Vec<Breach>,
    /// What is past its period and waits for a person.
    due: Vec<(&'static retention::Kind, i64)>,
}

async fn protection(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let week = audit::week(&mut scope).await?;
    let busiest = audit::busiest(&mut scope).await?;
    let refused = audit::refused_lately(&mut scope).await?;
    let ended = ending::ended_lately(&mut scope).await?;
    let (mut breaches, _) = breach::store::list(&mut scope, None, 0, 5).await?;
    breaches.retain(|b| b.closed_at.is_none());
    let due = retention::store::waiting(&mut scope).await?;
    scope.commit().await?;
    Ok(ProtectionHome { layout, week, busiest, refused, ended, breaches, due }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "home/administrator.html")]
struct AdministratorHome {
    layout: Layout,
    counts: Counts,
    tools: Vec<ToolState>,
    soon: Vec<Grant>,
    refused: Vec<(Uuid, String, i64, Refusal)>,
    ended: Vec<EndedAccount>,
}

async fn administrator(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let counts = grants::counts(&mut scope).await?;
    let tools = tools::both(&mut scope).await?;
    let mut soon = grants::list(&mut scope, Which::EndingSoon, "", grants::order("until"), 0).await?;
    soon.truncate(5);
    let refused = audit::refused_lately(&mut scope).await?;
    let ended = ending::ended_lately(&mut scope).await?;
    scope.commit().await?;
    Ok(AdministratorHome { layout, counts, tools, soon, refused, ended }.into_response())
}
