//! `/`: the first page of the role in use.

mod volunteer;

use super::{Answer, Layout, Viewer, words};
use crate::access::Role;
use crate::access::store::ending::{self, EndedAccount};
use crate::access::store::grants::{self, Counts, Grant, Which};
use crate::access::store::requests::{self, Request};
use crate::access::store::reviews::{self, Review};
use crate::access::store::tools::{self, ToolState};
use crate::audit::Refusal;
use crate::audit::seal::store as seal;
use crate::audit::store::{self as audit, Busy, Week};
use crate::database::Scoped;
use crate::error::Error;
use crate::insight;
use crate::members;
use crate::protection as rights;
use crate::protection::breach::{self, Breach};
use crate::protection::retention;
use crate::watching::{self, Alert};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use uuid::Uuid;

/// `GET /`
pub async fn home(viewer: Viewer, layout: Layout) -> Answer {
    match viewer.role {
        Role::Volunteer => volunteer::home(viewer, layout).await,
        Role::Organiser => insight::home::home(viewer, layout).await,
        Role::MembershipSecretary => members::pages::home::home(viewer, layout).await,
        Role::DataProtectionOfficer => protection(viewer, layout).await,
        Role::Administrator => administrator(viewer, layout).await,
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "home/protection.html")]
struct ProtectionHome {
    layout: Layout,
    /// Open requests, and how many of them are overdue.
    rights: (i64, i64),
    /// Those of them whose clocks end first.
    clocks: Vec<rights::requests::Request>,
    today: NaiveDate,
    /// People who may be somebody erased or stopped, and wait for a word.
    doubts: i64,
    alarm: Option<String>,
    week: Week,
    busiest: Vec<Busy>,
    refused: Vec<(Uuid, String, i64, Refusal)>,
    ended: Vec<EndedAccount>,
    requests: Vec<Request>,
    reviews: Vec<Review>,
    /// The most urgent alerts that are open, and how many there are.
    alerts: (Vec<Alert>, i64),
    watching: Option<String>,
    /// Breaches that are open, the most urgent first.
    breaches: Vec<Breach>,
    /// Exports that wait for a second person.
    exports: i64,
    /// What is past its period and waits for a person.
    due: Vec<(&'static retention::Kind, i64)>,
}

async fn protection(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let alarm = seal::status(&mut scope).await?.alarm();
    let week = audit::week(&mut scope).await?;
    let busiest = audit::busiest(&mut scope).await?;
    let refused = audit::refused_lately(&mut scope).await?;
    let ended = ending::ended_lately(&mut scope).await?;
    let (requests, reviews) = open_matters(&mut scope).await?;
    let today = rights::letters::today();
    let rights = rights::store::counts(&mut scope, today).await?;
    let (clocks, _) = rights::store::list(&mut scope, rights::store::Queue::Open, 0, 3).await?;
    let doubts = rights::suppress::waiting(&mut scope).await?;
    let (mut breaches, _) = breach::store::list(&mut scope, None, 0, 5).await?;
    breaches.retain(|b| b.closed_at.is_none());
    let due = retention::store::waiting(&mut scope).await?;
    let alerts = watching::store::open_ones(&mut scope).await?;
    let watching = watching::store::status(&mut scope).await?.alarm();
    let exports = crate::exports::store::waiting(&mut scope).await?;
    scope.commit().await?;
    let page = ProtectionHome {
        layout,
        alarm,
        rights,
        clocks,
        today,
        doubts,
        week,
        busiest,
        refused,
        ended,
        requests,
        reviews,
        alerts,
        watching,
        breaches,
        exports,
        due,
    };
    Ok(page.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "home/administrator.html")]
struct AdministratorHome {
    layout: Layout,
    alarm: Option<String>,
    /// Alerts that no data protection officer could weigh.
    alerts: i64,
    counts: Counts,
    tools: Vec<ToolState>,
    soon: Vec<Grant>,
    refused: Vec<(Uuid, String, i64, Refusal)>,
    ended: Vec<EndedAccount>,
    requests: Vec<Request>,
    reviews: Vec<Review>,
}

async fn administrator(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let alarm = seal::status(&mut scope).await?.alarm();
    let (_, alerts) = watching::store::open_ones(&mut scope).await?;
    let counts = grants::counts(&mut scope).await?;
    let tools = tools::both(&mut scope).await?;
    let mut soon = grants::list(&mut scope, Which::EndingSoon, "", grants::order("until"), 0).await?;
    soon.truncate(5);
    let refused = audit::refused_lately(&mut scope).await?;
    let ended = ending::ended_lately(&mut scope).await?;
    let (requests, reviews) = open_matters(&mut scope).await?;
    scope.commit().await?;
    Ok(AdministratorHome { layout, alarm, alerts, counts, tools, soon, refused, ended, requests, reviews }
        .into_response())
}

/// Requests for access and access reviews that are open.
async fn open_matters(scope: &mut Scoped) -> Result<(Vec<Request>, Vec<Review>), Error> {
    let requests = requests::waiting(scope).await?;
    let mut reviews = reviews::list(scope).await?;
    reviews.retain(|r| r.closed_at.is_none());
    Ok((requests, reviews))
}
