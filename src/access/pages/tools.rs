//! Closing Contact, Organise or both with a public notice; the permissions' table.

use crate::access::store::tools::{self, ToolState};
use crate::access::{PERMISSIONS, Role, local_time, text};
use crate::error::{Error, Tool};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// Notices that usually fit.
const NOTICES: [&str; 3] = ["Closed while we check access", "Offline for maintenance", "Closed for technical reasons"];

#[derive(Template, WebTemplate)]
#[template(path = "access/tools.html")]
struct ToolsPage {
    layout: Layout,
    tools: Vec<ToolState>,
}

impl ToolsPage {
    fn all_open(&self) -> bool {
        self.tools.iter().all(|t| t.closed.is_none())
    }
}

/// `GET /access/tools`
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let tools = tools::both(&mut scope).await?;
    scope.commit().await?;
    Ok(ToolsPage { layout, tools }.into_response())
}

/// What is to be closed, as typed.
#[derive(Deserialize, Default)]
pub struct CloseForm {
    #[serde(default)]
    tool: String,
    #[serde(default)]
    notice: String,
    #[serde(default)]
    own: String,
    #[serde(default)]
    opens_day: String,
    #[serde(default)]
    opens_time: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/tools-close.html")]
struct ClosePage {
    layout: Layout,
    errors: FieldErrors,
    form: CloseForm,
    tools: Vec<ToolState>,
}

impl ClosePage {
    /// "Contact", "Organise" or "Contact and Organise".
    fn what(&self) -> &'static str {
        what(&self.form.tool)
    }

    fn notices(&self) -> [&'static str; 3] {
        NOTICES
    }

    fn own_words(&self) -> bool {
        self.form.notice == "own"
    }

    fn accounts(&self) -> i64 {
        self.tools.iter().map(|t| t.accounts).sum()
    }

    fn lists(&self) -> i64 {
        self.tools.iter().map(|t| t.lists).sum()
    }
}

fn what(tool: &str) -> &'static str {
    match tool {
        "contact" => "Contact",
        "organise" => "Organise",
        _ => "Contact and Organise",
    }
}

/// `contact`, `organise`, or `all` for both.
fn halves(tool: &str) -> Result<Vec<Tool>, Error> {
    match tool {
        "contact" => Ok(vec![Tool::Contact]),
        "organise" => Ok(vec![Tool::Organise]),
        "all" => Ok(vec![Tool::Contact, Tool::Organise]),
        _ => Err(Error::NotFound),
    }
}

/// Which half the page is about.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    tool: String,
}

/// `GET /access/tools/close`
pub async fn close_form(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let form = CloseForm { tool: asked.tool, notice: NOTICES[0].into(), ..CloseForm::default() };
    close_page(viewer, layout, form, FieldErrors::default()).await
}

async fn close_page(viewer: Viewer, layout: Layout, form: CloseForm, errors: FieldErrors) -> Answer {
    let mut states = Vec::new();
    let mut scope = viewer.scope().await?;
    for tool in halves(&form.tool)? {
        states.push(tools::state(&mut scope, tool).await?);
    }
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ClosePage { layout, errors, form, tools: states }).into_response())
}

/// `POST /access/tools/close`
pub async fn close(viewer: Viewer, layout: Layout, Form(form): Form<CloseForm>) -> Answer {
    let halves = halves(&form.tool)?;
    let mut errors = FieldErrors::default();
    let words = if form.notice == "own" { &form.own } else { &form.notice };
    let notice = errors.take(text("own", words, 500, "Say what people will read"));
    let opens = errors.take(local_time("opens_day", &form.opens_day, &form.opens_time));
    let (Some(notice), Some(opens)) = (notice, opens) else {
        return close_page(viewer, layout, form, errors).await;
    };
    let mut scope = viewer.scope().await?;
    for tool in halves {
        tools::close(&mut scope, tool, &notice, opens).await?;
    }
    scope.commit().await?;
    Ok(see_other("/access/tools"))
}

/// `POST /access/tools/open`
pub async fn open(viewer: Viewer, Form(form): Form<Asked>) -> Answer {
    let halves = halves(&form.tool)?;
    let mut scope = viewer.scope().await?;
    for tool in halves {
        tools::open(&mut scope, tool).await?;
    }
    scope.commit().await?;
    Ok(see_other("/access/tools"))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/permissions.html")]
struct PermissionsPage {
    layout: Layout,
    rows: Vec<(&'static str, Vec<bool>)>,
    roles: [Role; 5],
}

/// `GET /access/permissions`
pub async fn permissions(layout: Layout) -> impl IntoResponse {
    let holds = |roles: &[Role]| Role::ALL.iter().map(|r| roles.contains(r)).collect();
    let rows = PERMISSIONS.iter().map(|(_, words, roles)| (*words, holds(roles))).collect();
    PermissionsPage { layout, rows, roles: Role::ALL }
}
