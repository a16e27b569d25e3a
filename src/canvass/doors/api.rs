//! The doorstep over JSON: lists assigned now, and one list's doors in walking order.

use super::store::{self, ListedElector};
use crate::canvass::ListId;
use crate::canvass::codes::{Code, Issue};
use crate::database::{Scope, Seen};
use crate::electors::HouseholdId;
use crate::error::Error;
use crate::web::{Answer, Path, Viewer};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;

/// The lists assigned now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MyLists {
    lists: Vec<ListRow>,
}

/// A list assigned now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ListRow {
    #[schema(value_type = String)]
    id: ListId,
    name: String,
    ends: DateTime<Utc>,
    doors: i64,
    done: i64,
}

/// `GET /api/v1/canvass`
///
/// # Errors
/// [`Error::AccessEnded`] when access ended meanwhile.
#[utoipa::path(get, path = "/api/v1/canvass", responses((status = 200, body = MyLists)))]
pub async fn lists(viewer: Viewer) -> Answer<axum::Json<MyLists>> {
    let mut scope = viewer.scope().await?;
    let lists = store::my_lists(&mut scope).await?;
    scope.commit().await?;
    let row = |l: super::MyList| ListRow { id: l.id, name: l.name, ends: l.ends, doors: l.doors, done: l.done };
    Ok(axum::Json(MyLists { lists: lists.into_iter().map(row).collect() }))
}

/// A list with its doors in walking order, and what may be recorded there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OpenedList {
    #[schema(value_type = String)]
    id: ListId,
    name: String,
    ends: DateTime<Utc>,
    poll: Option<String>,
    doors: Vec<DoorRow>,
    codes: Vec<CodeRow>,
    issues: Vec<IssueRow>,
}

/// A voting intention that may be recorded.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CodeRow {
    code: String,
    label: String,
    group: String,
}

/// An issue that may be recorded.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IssueRow {
    code: String,
    label: String,
}

/// A door.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DoorRow {
    #[schema(value_type = String)]
    household: HouseholdId,
    address: String,
    done: bool,
    electors: Vec<ListedElector>,
}

/// `GET /api/v1/canvass/{list}`
///
/// # Errors
/// [`Error::NotFound`] for a list that is not assigned now.
#[utoipa::path(get, path = "/api/v1/canvass/{list}", responses((status = 200, body = OpenedList)))]
pub async fn list(viewer: Viewer, Path(list): Path<ListId>) -> Answer<axum::Json<OpenedList>> {
    let mut scope = viewer.scope_of(Scope { list: Some(list), area: None }).await?;
    let plan = store::way(&mut scope, list).await?.ok_or(Error::NotFound)?;
    let everybody: Seen<_> = store::everybody(&mut scope, &plan.list).await?;
    let codes = crate::canvass::codes::intentions(&mut scope).await?;
    let issues = crate::canvass::codes::issues(&mut scope).await?;
    let opened = everybody.map(|everybody| opened(plan, everybody, codes, issues));
    Ok(axum::Json(scope.finish(opened).await?))
}

fn opened(plan: super::plan::Plan, everybody: Vec<ListedElector>, codes: Vec<Code>, issues: Vec<Issue>) -> OpenedList {
    let mut homes: HashMap<HouseholdId, Vec<ListedElector>> = HashMap::new();
    for elector in everybody {
        homes.entry(elector.household()).or_default().push(elector);
    }
    let door = |door: &super::Door| DoorRow {
        household: door.household,
        address: door.address(),
        done: door.done,
        electors: homes.remove(&door.household).unwrap_or_default(),
    };
    OpenedList {
        id: plan.list.id,
        name: plan.list.name,
        ends: plan.list.ends,
        poll: plan.list.poll,
        doors: plan.doors.iter().map(door).collect(),
        codes: codes
            .into_iter()
            .filter(|c| !c.retired)
            .map(|c| CodeRow { code: c.code, label: c.label, group: c.group })
            .collect(),
        issues: issues.into_iter().map(|i| IssueRow { code: i.code, label: i.label }).collect(),
    }
}
