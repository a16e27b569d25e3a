//! The door's form sent without JavaScript: makes results, then leads to the next door.

use super::form::Sheet;
use super::pages;
use super::{DoorStep, Said, store};
use crate::access::Permission;
use crate::canvass::ListId;
use crate::canvass::results::store::Sent;
use crate::canvass::results::{self, Incoming, Judged, Verdict};
use crate::database::Scope;
use crate::electors::ElectorId;
use crate::error::Error;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Viewer, Visitor, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

const NOTHING: &str = "Choose an answer for somebody, or tap Not home";

/// `POST /canvass/{list}/results`
///
/// # Errors
/// As [`results::receive`].
pub async fn record(
    State(app): State<App>,
    visitor: Visitor,
    Path(list): Path<ListId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let sheet = Sheet::read(&fields)?;
    match &visitor {
        Visitor::Ended(_) => keep(&app, &visitor, list, &sheet).await,
        Visitor::Live(viewer) => take(&app, &visitor, viewer, list, sheet).await,
    }
}

/// The session is over: answers wait for an organiser, and one may sign in and go on at this door.
async fn keep(app: &App, visitor: &Visitor, list: ListId, sheet: &Sheet) -> Answer {
    let said = sheet.results(list, &[]);
    let judged = results::receive(app, visitor, &said).await?;
    if judged.iter().any(|j| j.never_theirs) {
        return Err(Error::NotFound);
    }
    // An empty form leaves nothing to keep.
    let kept = if said.is_empty() { "" } else { "&kept=1" };
    Ok(see_other(&format!("/sign-in?next=/canvass/{list}/doors/{}&ended=1{kept}", sheet.household)))
}

async fn take(app: &App, visitor: &Visitor, viewer: &Viewer, list: ListId, sheet: Sheet) -> Answer {
    let (said, incoming, changing) = weigh(viewer, list, &sheet).await?;
    if incoming.is_empty() && !sheet.changes() {
        let errors = vec![(None, NOTHING.to_owned())];
        return match again(app, viewer, list, &sheet, errors).await? {
            Some(page) => Ok(page),
            None => Ok(see_other("/canvass")),
        };
    }
    let wrong: Vec<_> = incoming.iter().filter_map(|i| Some((i.id, i.result.as_ref().err()?))).collect();
    if !wrong.is_empty() {
        let errors = wrong.into_iter().map(|(id, r)| (Some((id, r.field.clone())), r.reason.clone())).collect();
        return match again(app, viewer, list, &sheet, errors).await? {
            Some(page) => Ok(page),
            None => keep_unshown(app, visitor, &incoming).await,
        };
    }
    let (change, new): (Vec<_>, Vec<_>) = incoming.into_iter().partition(|i| changing.contains(&i.id));
    let judged = results::receive(app, visitor, &new).await?;
    if judged.iter().any(|j| j.never_theirs) {
        return Err(Error::NotFound);
    }
    let refused: Vec<_> = judged.iter().filter(|j| j.verdict == Verdict::Refused).collect();
    if !refused.is_empty() {
        let errors = refused.iter().map(|j| refusal(j)).collect();
        // What was refused is kept already.
        return Ok(again(app, viewer, list, &sheet, errors).await?.unwrap_or_else(kept));
    }
    if !change.is_empty() {
        return match ask(app, viewer, list, &sheet, &said, &change).await? {
            Some(page) => Ok(page),
            None => keep_unshown(app, visitor, &change).await,
        };
    }
    onward(viewer, list, &sheet, &judged).await
}

/// Nothing more can be shown of a list that is over, so that nobody can be asked to look again: what was said is kept as it
/// is, and what cannot stand waits for an organiser.
async fn keep_unshown(app: &App, visitor: &Visitor, said: &[Incoming]) -> Answer {
    let judged = results::receive(app, visitor, said).await?;
    if judged.iter().any(|j| j.never_theirs) {
        return Err(Error::NotFound);
    }
    Ok(kept())
}

fn kept() -> Response {
    see_other("/canvass?kept=1")
}

fn refusal(judged: &Judged) -> (Option<(Uuid, String)>, String) {
    let at = Uuid::parse_str(&judged.id).ok().zip(judged.field.clone());
    let reason = judged.reason.as_deref().unwrap_or_default();
    (at, format!("{reason}. What you sent is kept for an organiser"))
}

/// The results that a form makes, what stands at the door, and which of the results would change what is on record.
async fn weigh(viewer: &Viewer, list: ListId, sheet: &Sheet) -> Answer<(Vec<Said>, Vec<Incoming>, Vec<Uuid>)> {
    let mut scope = viewer.scope_of(Scope { list: Some(list), area: None }).await?;
    let said = store::recorded(&mut scope, list, sheet.household).await?;
    let incoming = sheet.results(list, &said);
    let sent: Vec<Sent<'_>> = incoming
        .iter()
        .filter_map(|i| Some(Sent { id: i.id, digest: &i.digest, result: i.result.as_ref().ok()?, late: None }))
        .collect();
    let changing = results::store::changing(&mut scope, &sent).await?;
    scope.commit().await?;
    Ok((said, incoming, changing))
}

/// To the next door, or to the list's end; to one's lists when this one is over.
async fn onward(viewer: &Viewer, list: ListId, sheet: &Sheet, judged: &[Judged]) -> Answer {
    let mut scope = viewer.scope_as(Permission::Canvass, Scope { list: Some(list), area: None }).await?;
    let plan = store::way(&mut scope, list).await?;
    scope.commit().await?;
    let Some(plan) = plan else {
        return Ok(kept());
    };
    let waits = if judged.iter().any(|j| j.verdict == Verdict::Quarantined) { "&waits=1" } else { "" };
    if !sheet.block.is_empty() {
        return Ok(see_other(&format!("/canvass/{list}?block={}{waits}", judged.len())));
    }
    let both = if sheet.both() { format!("&both={}", sheet.home.id) } else { String::new() };
    let after = sheet.household;
    let next = plan.place(after).and_then(|at| plan.next_after(at));
    Ok(see_other(&match next {
        Some(door) => format!("/canvass/{list}/doors/{}?after={after}{both}{waits}", door.household),
        None => format!("/canvass/{list}/done?after={after}{both}{waits}"),
    }))
}

/// The door again with what was typed, and what needs another look. None when the list is over.
async fn again(
    app: &App,
    viewer: &Viewer,
    list: ListId,
    sheet: &Sheet,
    wrong: Vec<(Option<(Uuid, String)>, String)>,
) -> Answer<Option<Response>> {
    let mut scope = viewer.scope_as(Permission::Canvass, Scope { list: Some(list), area: None }).await?;
    let Some(step) = store::doorstep(&mut scope, list, sheet.household).await? else { return Ok(None) };
    let step = scope.finish(step).await?;
    let mut errors = FieldErrors::default();
    for (at, reason) in wrong {
        let about = at.as_ref().and_then(|(id, field)| Some((sheet.draft(*id)?.0, field)));
        match about {
            Some((Some(elector), field)) => errors.add(&format!("{field}-{elector}"), named(&step, elector, &reason)),
            Some((None, field)) => errors.add(field, reason),
            None => errors.add("door", reason),
        }
    }
    let layout = Layout::of(app, viewer, &format!("/canvass/{list}"));
    let page = pages::DoorPage::sent_back(app, viewer, layout, step, sheet, errors);
    Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, page).into_response()))
}

/// "Edith Harcourt: This code is not on the list".
fn named(step: &DoorStep, elector: ElectorId, reason: &str) -> String {
    match step.people.iter().find(|p| p.id == elector) {
        Some(person) => format!("{}: {reason}", person.name),
        None => reason.to_owned(),
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/doors/change.html")]
struct ChangePage {
    layout: Layout,
    who: Uuid,
    list: ListId,
    step: DoorStep,
    changes: Vec<Change>,
}

struct Change {
    name: String,
    before: String,
    now: String,
    fields: Vec<(String, String)>,
}

/// The same form came again with other answers: did they mean to change them? None when the list is over.
async fn ask(
    app: &App,
    viewer: &Viewer,
    list: ListId,
    sheet: &Sheet,
    said: &[Said],
    change: &[Incoming],
) -> Answer<Option<Response>> {
    let mut scope = viewer.scope_as(Permission::Canvass, Scope { list: Some(list), area: None }).await?;
    let Some(step) = store::doorstep(&mut scope, list, sheet.household).await? else { return Ok(None) };
    let step = scope.finish(step).await?;
    let changes = change.iter().filter_map(|one| {
        let (elector, draft) = sheet.draft(one.id)?;
        let now = one.result.as_ref().ok()?;
        let before = said.iter().find(|s| s.stands && s.result.elector == elector);
        let person = elector.and_then(|e| step.people.iter().find(|p| p.id == e));
        Some(Change {
            name: person.map_or_else(|| step.door().title(), |p| p.name.clone()),
            before: before.map(|s| pages::in_words(&s.result, &step.codes)).unwrap_or_default(),
            now: pages::in_words(now, &step.codes),
            fields: draft.fields(elector, before.map_or(one.id, |s| s.id)),
        })
    });
    let changes: Vec<Change> = changes.collect();
    let layout = Layout::of(app, viewer, &format!("/canvass/{list}"));
    let page = ChangePage { layout, who: viewer.account, list, step, changes };
    Ok(Some((StatusCode::CONFLICT, page).into_response()))
}
