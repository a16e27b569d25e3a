//! Closing Contact, Organise or both with a public notice, everywhere or in an area; the permissions' table.

use crate::access::door::Phones;
use crate::access::store::tools::{self, Close, Closure, Reach, ToolState};
use crate::access::{PERMISSIONS, Role, local_time, text};
use crate::areas::{self, Area};
use crate::database::Scoped;
use crate::error::{Error, Tool};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono_tz::Europe::London;
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
        self.tools.iter().all(|t| t.closures.is_empty())
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
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CloseForm {
    tool: String,
    /// An area's id; empty: everywhere.
    area: String,
    notice: String,
    own: String,
    opens_day: String,
    opens_time: String,
    stay: Vec<String>,
    phones: String,
    keep_telling: Option<u8>,
    polling_day: Option<u8>,
}

impl CloseForm {
    fn stays_in(&self) -> Vec<Role> {
        staying(&self.tool).filter(|r| self.stay.iter().any(|s| s == r.as_str())).collect()
    }

    /// As a closure that stands was made, so that changing its words changes nothing else.
    fn like(self, closure: &Closure) -> Self {
        let notice = &closure.notice;
        let own = !NOTICES.contains(&notice.notice.as_str());
        let local = notice.opens_at.map(|at| at.with_timezone(&London));
        CloseForm {
            notice: if own { "own".into() } else { notice.notice.clone() },
            own: if own { notice.notice.clone() } else { String::new() },
            opens_day: local.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default(),
            opens_time: local.map(|at| at.format("%H:%M").to_string()).unwrap_or_default(),
            stay: closure.stays_in.iter().map(|r| r.as_str().to_owned()).collect(),
            phones: notice.phones.as_str().into(),
            keep_telling: closure.keep_telling.then_some(1),
            ..self
        }
    }
}

/// Roles that may stay while this is closed.
fn staying(tool: &str) -> impl Iterator<Item = Role> {
    let halves = halves(tool).unwrap_or_default();
    Role::ALL.into_iter().filter(move |r| r.tool().is_some_and(|t| halves.contains(&t)))
}

#[derive(Template, WebTemplate)]
#[template(path = "access/tools-close.html")]
struct ClosePage {
    layout: Layout,
    errors: FieldErrors,
    form: CloseForm,
    areas: Vec<Area>,
    reach: Reach,
    polls: Vec<(String, bool)>,
}

impl ClosePage {
    /// "Contact", "Organise" or "Contact and Organise".
    fn what(&self) -> &'static str {
        what(&self.form.tool)
    }

    /// "for everybody", or "in Quillbrook".
    fn whom(&self) -> String {
        match self.areas.iter().find(|a| a.id.to_string() == self.form.area) {
            Some(area) => format!("in {}", area.name),
            None => "for everybody".into(),
        }
    }

    fn notices(&self) -> [&'static str; 3] {
        NOTICES
    }

    fn own_words(&self) -> bool {
        self.form.notice == "own"
    }

    fn may_stay(&self) -> Vec<Role> {
        staying(&self.form.tool).collect()
    }

    fn stays(&self, role: &Role) -> bool {
        self.form.stay.iter().any(|s| s == role.as_str())
    }

    fn wipes(&self) -> bool {
        self.form.phones == Phones::Wipe.as_str()
    }

    /// The polls of today, in words; empty when nobody votes.
    fn today(&self) -> String {
        self.polls.iter().filter(|(_, today)| *today).map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The polls of the two days to come.
    fn soon(&self) -> String {
        self.polls.iter().filter(|(_, today)| !*today).map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
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

/// The area's id; none typed, or the installation itself, means everywhere.
fn area_of(areas: &[Area], typed: &str) -> Result<Option<i64>, Error> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let area = typed.trim().parse().ok().and_then(|id: i64| areas.iter().find(|a| a.id == id));
    let area = area.ok_or_else(|| Error::field("area", "Choose an area of the list"))?;
    Ok((area.kind != "installation").then_some(area.id))
}

/// `GET /access/tools/close`: also to count anew whom it closes.
pub async fn close_form(viewer: Viewer, layout: Layout, Query(form): Query<CloseForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut form = form;
    if form.notice.is_empty() {
        let areas = areas::store::all(&mut scope).await?;
        let area = area_of(&areas, &form.area).unwrap_or_default();
        let halves = halves(&form.tool)?;
        let states = tools::both(&mut scope).await?;
        let stands = states.iter().filter(|s| halves.contains(&s.tool)).flat_map(|s| &s.closures);
        form = match stands.into_iter().find(|c| c.area == area) {
            Some(closure) => form.like(closure),
            None => CloseForm { notice: NOTICES[0].into(), ..form },
        };
    }
    close_page(scope, layout, form, FieldErrors::default()).await
}

async fn close_page(mut scope: Scoped, layout: Layout, form: CloseForm, mut errors: FieldErrors) -> Answer {
    let areas = areas::store::all(&mut scope).await?;
    let area = match area_of(&areas, &form.area) {
        Ok(area) => area,
        Err(_) => {
            if errors.of("area").is_empty() {
                errors.add("area", "Choose an area of the list");
            }
            None
        }
    };
    let (stays_in, mut reach, mut polls) = (form.stays_in(), Reach::default(), Vec::new());
    for tool in halves(&form.tool)? {
        let of = tools::reach(&mut scope, tool, area, &stays_in).await?;
        reach = Reach {
            accounts: reach.accounts + of.accounts,
            sessions: reach.sessions + of.sessions,
            lists: reach.lists + of.lists,
            grants: reach.grants + of.grants,
        };
        if tool == Tool::Contact {
            polls = tools::polls_near(&mut scope, area).await?;
        }
    }
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ClosePage { layout, errors, form, areas, reach, polls }).into_response())
}

/// `POST /access/tools/close`
pub async fn close(viewer: Viewer, layout: Layout, Form(form): Form<CloseForm>) -> Answer {
    let halves = halves(&form.tool)?;
    let mut scope = viewer.scope().await?;
    let areas = areas::store::all(&mut scope).await?;
    let mut errors = FieldErrors::default();
    let words = if form.notice == "own" { &form.own } else { &form.notice };
    let notice = errors.take(text("own", words, 500, "Say what people will read"));
    let opens = errors.take(local_time("opens_day", &form.opens_day, &form.opens_time));
    let area = errors.take(area_of(&areas, &form.area));
    let (Some(notice), Some(opens_at), Some(area)) = (notice, opens, area) else {
        return close_page(scope, layout, form, errors).await;
    };
    let stays_in = form.stays_in();
    // Letting more roles in where it is closed already is opening, for them.
    let states = tools::both(&mut scope).await?;
    if lets_in(&states, &halves, area, &stays_in) {
        viewer.confirmed(10)?;
    }
    for tool in halves {
        let stays_in: Vec<Role> = stays_in.iter().copied().filter(|r| r.tool() == Some(tool)).collect();
        let close = Close {
            tool,
            area,
            notice: &notice,
            opens_at,
            stays_in: &stays_in,
            phones: Phones::parse(&form.phones).unwrap_or_default(),
            keep_telling: form.keep_telling.is_some(),
            polling_day: form.polling_day.is_some(),
        };
        if errors.take_invalid(tools::close(&mut scope, &close).await)?.is_none() {
            return close_page(viewer.scope().await?, layout, form, errors).await;
        }
    }
    scope.commit().await?;
    Ok(see_other("/access/tools"))
}

/// Whether somebody would be let in whom a closure that stands shuts out.
fn lets_in(states: &[ToolState], halves: &[Tool], area: Option<i64>, stays_in: &[Role]) -> bool {
    let stands = states.iter().flat_map(|s| &s.closures).filter(|c| halves.contains(&c.notice.tool) && c.area == area);
    stands.into_iter().any(|c| stays_in.iter().any(|r| r.tool() == Some(c.notice.tool) && !c.stays_in.contains(r)))
}

/// Which half opens, and where.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OpenForm {
    tool: String,
    area: String,
}

/// `POST /access/tools/open`
pub async fn open(viewer: Viewer, Form(form): Form<OpenForm>) -> Answer {
    let halves = halves(&form.tool)?;
    let mut scope = viewer.scope().await?;
    let areas = areas::store::all(&mut scope).await?;
    let area = area_of(&areas, &form.area)?;
    for tool in halves {
        tools::open(&mut scope, tool, area).await?;
    }
    scope.commit().await?;
    Ok(see_other("/access/tools?said=tool-opened"))
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
