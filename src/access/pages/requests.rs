//! `/access/requests`: what two people decide.

use super::grant::Why;
use crate::access::store::requests::{self, Asked, Request, State};
use crate::access::{Permission, text};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// The word in the address for what came of asking.
pub(super) fn said(asked: Asked) -> &'static str {
    match asked {
        Asked::Waits => "asked",
        Asked::Announced => "announced",
        Asked::WaitedBefore => "waits",
    }
}

/// What the address may say; nothing personal.
#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    said: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/requests.html")]
struct ListPage {
    layout: Layout,
    me: Uuid,
    administrator: bool,
    /// Whether somebody else could approve what the viewer asks for.
    four_eyes: bool,
    said: &'static str,
    open: Vec<Request>,
    over: Vec<Request>,
}

/// `GET /access/requests`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Said>) -> Answer {
    let said = match asked.said.as_str() {
        "asked" => "Another administrator must approve it now. They were told by email",
        "announced" => {
            "Nobody else could approve it, so it begins by itself in 24 hours. Everybody concerned was told by email"
        }
        "waits" => "The same was asked for before, and waits still",
        "approved" => "Approved. The access began at once",
        "refused" => "Refused. Who asked was told by email",
        "stopped" => "Stopped. It will not begin, and who asked was told by email",
        _ => "",
    };
    let administrator = Permission::DecideRequests.roles().contains(&viewer.role);
    let mut scope = viewer.scope().await?;
    let all = requests::list(&mut scope).await?;
    let four_eyes = administrator && requests::somebody_approves(&mut scope, viewer.account).await?;
    scope.commit().await?;
    let (open, over) = all.into_iter().partition(Request::open);
    let page = ListPage { layout, me: viewer.account, administrator, four_eyes, said, open, over };
    Ok(page.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "access/request.html")]
struct RequestPage {
    layout: Layout,
    errors: FieldErrors,
    request: Request,
    /// Whether the viewer may approve it: an administrator who neither asked nor gets it.
    approves: bool,
    reason: String,
}

/// `GET /access/requests/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    draw(viewer, layout, id, String::new(), FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, id: Uuid, reason: String, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope_as(Permission::StopRequests, Default::default()).await?;
    let request = requests::find(&mut scope, id).await?;
    scope.commit().await?;
    let neither = ![request.asked_by, request.account].contains(&viewer.account);
    let approves = Permission::DecideRequests.roles().contains(&viewer.role) && neither;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, RequestPage { layout, errors, request, approves, reason }).into_response())
}

/// `POST /access/requests/{id}/approval`
pub async fn approve(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    decide(viewer, layout, id, form.reason, true).await
}

/// `POST /access/requests/{id}/refusal`
pub async fn refuse(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    decide(viewer, layout, id, form.reason, false).await
}

async fn decide(viewer: Viewer, layout: Layout, id: Uuid, typed: String, approve: bool) -> Answer {
    let mut scope = viewer.scope().await?;
    requests::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &typed, 500, "Say why, for the record")) else {
        drop(scope);
        return draw(viewer, layout, id, typed, errors).await;
    };
    requests::decide(&mut scope, id, approve, &reason).await?;
    scope.commit().await?;
    Ok(see_other(if approve { "/access/requests?said=approved" } else { "/access/requests?said=refused" }))
}

/// `POST /access/requests/{id}/stop`
pub async fn stop(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    let mut scope = viewer.scope().await?;
    requests::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 500, "Say why, for the record")) else {
        drop(scope);
        return draw(viewer, layout, id, form.reason, errors).await;
    };
    requests::stop(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other("/access/requests?said=stopped"))
}
