//! `/exports/new`: what, what for, why, for how long; then what it would be; then asking for it.

use super::super::file::{Whom, fits, whom};
use super::super::store::{self, NewExport, Room};
use super::super::{Choice, Column, DAYS, FETCHES, Format, Mark, Purpose, SHORTEST_REASON};
use crate::access::text;
use crate::canvass::ListId;
use crate::database::Scoped;
use crate::electors::store::{District, districts};
use crate::electors::{history::kind_title, kept};
use crate::error::Error;
use crate::selections;
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// What the forms send. Where it starts from stands in the address by ids that name nobody.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AskForm {
    search: String,
    list: String,
    selection: String,
    /// Of the selection; the newest where it is not said.
    version: String,
    /// `home`: a line a home; otherwise a line a person.
    per: String,
    kind: String,
    district: String,
    format: String,
    column: Vec<String>,
    purpose: String,
    reason: String,
    days: String,
    /// How many people the preview showed.
    expected: String,
    /// Back to the form, to change something.
    edit: String,
}

/// What is to be taken away, found from the form.
struct Chosen {
    choice: Choice,
    /// The districts that it may reach.
    within: Vec<i32>,
    /// What it is, in words.
    title: String,
    /// The districts to choose from; empty where the choice is made.
    districts: Vec<District>,
}

impl Chosen {
    async fn of(scope: &mut Scoped, viewer: &Viewer, form: &AskForm) -> Answer<Self> {
        let here = districts(scope).await?;
        let all: Vec<i32> = here.iter().map(|d| d.area_no).collect();
        let area = words::within(&viewer.area_name);
        if all.is_empty() {
            return Err(Error::Conflict("There are no electors here yet, so there is nothing to export".into()));
        }
        if let Ok(id) = form.search.parse::<Uuid>() {
            let search = kept::find(scope, id).await?.ok_or_else(|| {
                Error::Conflict("This search is not kept any more. Search again, then export what it finds".into())
            })?;
            let named = search.district.and_then(|d| here.iter().find(|one| one.area_no == d));
            let title = format!("Electors of your search in {}", named.map_or(area, |d| d.name.clone()));
            let within = search.district.map_or(all, |d| vec![d]);
            return Ok(Chosen { choice: Choice::of_search(&search), within, title, districts: Vec::new() });
        }
        if !form.list.is_empty() {
            return Chosen::of_list(scope, form.list.parse().map_err(|_| Error::NotFound)?).await;
        }
        if !form.selection.is_empty() {
            return Chosen::of_selection(scope, form, all).await;
        }
        if ["national", "devolved", "local"].contains(&form.kind.as_str()) {
            let title = format!("Figures by district in {area}, {} elections", kind_title(&form.kind).to_lowercase());
            let choice = Choice::Figures { kind: form.kind.clone() };
            return Ok(Chosen { choice, within: all, title, districts: Vec::new() });
        }
        let district = here.iter().find(|d| d.area_no.to_string() == form.district);
        if district.is_none() && !form.district.is_empty() {
            return Err(Error::NotFound);
        }
        let title = format!("Everybody in {}", district.map_or(area, |d| d.name.clone()));
        let district = district.map(|d| d.area_no);
        let within = district.map_or(all, |d| vec![d]);
        Ok(Chosen { choice: Choice::Districts { district }, within, title, districts: here })
    }

    async fn of_list(scope: &mut Scoped, list: ListId) -> Answer<Self> {
        let row = sqlx::query!(
            r#"select l.name, array(select distinct d.area_no from walk_list_door d where d.partition_id = l.partition_id
                 and d.list_id = l.list_id and d.version = l.version) as "within!"
               from walk_list l where l.partition_id = $1 and l.list_id = $2"#,
            list.partition,
            list.id
        )
        .fetch_optional(scope.connection())
        .await?
        .ok_or(Error::NotFound)?;
        let title = format!("Results of {}", row.name);
        Ok(Chosen { choice: Choice::List { list }, within: row.within, title, districts: Vec::new() })
    }

    async fn of_selection(scope: &mut Scoped, form: &AskForm, within: Vec<i32>) -> Answer<Self> {
        let id: Uuid = form.selection.parse().map_err(|_| Error::NotFound)?;
        let version: Option<i32> = match form.version.as_str() {
            "" => None,
            version => Some(version.parse().map_err(|_| Error::NotFound)?),
        };
        let (saved, _) = selections::store::one(scope, id, version).await?;
        let title = format!("Electors of the selection {}, version {}", saved.name, saved.version);
        let choice = Choice::Selection { selection: id, version: saved.version, homes: form.per == "home" };
        Ok(Chosen { choice, within, title, districts: Vec::new() })
    }

    /// Whether it is a selection's: then a line may be a home's.
    fn by_selection(&self) -> bool {
        matches!(self.choice, Choice::Selection { .. })
    }

    fn columns(&self) -> &'static [Column] {
        self.choice.exportable().frame().columns
    }

    fn purposes(&self, grant: &str) -> Vec<Purpose> {
        self.choice.exportable().frame().purposes.iter().copied().filter(|p| p.allowed_under(grant)).collect()
    }
}

/// What was typed, once it can stand.
struct Typed {
    format: Format,
    columns: Vec<&'static str>,
    purpose: Purpose,
    reason: String,
    days: i16,
}

impl Typed {
    fn read(form: &AskForm, chosen: &Chosen, purposes: &[Purpose], errors: &mut FieldErrors) -> Option<Self> {
        let all = chosen.columns();
        let columns: Vec<&'static str> =
            all.iter().map(|c| c.key).filter(|key| form.column.iter().any(|c| c == key)).collect();
        if columns.is_empty() {
            errors.add("column", "Tick at least one column");
        }
        let purpose = Purpose::parse(&form.purpose).filter(|p| purposes.contains(p));
        if purpose.is_none() {
            errors.add("purpose", "Choose what it is for");
        }
        let format = Format::parse(&form.format);
        if format.is_none() {
            errors.add("format", "Choose a spreadsheet or paper");
        }
        let reason = errors.take(text("reason", &form.reason, 500, "Say why, in a sentence")).filter(|reason| {
            let enough = reason.chars().count() >= SHORTEST_REASON;
            if !enough {
                errors.add("reason", format!("Say why in a sentence, of {SHORTEST_REASON} letters at least"));
            }
            enough
        });
        let days = form.days.trim().parse::<i16>().ok().filter(|d| (DAYS.0..=DAYS.2).contains(d));
        if days.is_none() {
            errors.add("days", format!("Give a number of days from {} to {}", DAYS.0, DAYS.2));
        }
        if errors.any() {
            return None;
        }
        Some(Typed { format: format?, columns, purpose: purpose?, reason: reason?, days: days? })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "exports/new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    chosen: Chosen,
    purposes: Vec<Purpose>,
    form: AskForm,
}

impl NewPage {
    fn is_ticked(&self, column: &Column) -> bool {
        self.form.column.iter().any(|c| c == column.key)
    }

    fn days_hint(&self) -> String {
        format!("From {} to {}. It can be fetched {FETCHES} times until then.", DAYS.0, DAYS.2)
    }
}

/// `GET /exports/new`
pub async fn new(viewer: Viewer, layout: Layout, Query(mut form): Query<AskForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let chosen = Chosen::of(&mut scope, &viewer, &form).await?;
    scope.commit().await?;
    let purposes = chosen.purposes(&viewer.purpose);
    form.column = chosen.columns().iter().filter(|c| c.usual).map(|c| c.key.to_owned()).collect();
    if let Choice::Selection { version, .. } = &chosen.choice {
        // What was looked over is what is asked for, whatever somebody keeps meanwhile.
        form.version = version.to_string();
    }
    form.days = DAYS.1.to_string();
    form.format = Format::Csv.as_str().into();
    form.purpose = if purposes.len() == 1 { purposes[0].as_str().into() } else { String::new() };
    Ok(NewPage { layout, errors: FieldErrors::default(), chosen, purposes, form }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "exports/preview.html")]
struct PreviewPage {
    layout: Layout,
    chosen: Chosen,
    form: AskForm,
    typed: Typed,
    whom: Whom,
    room: Room,
    mark: String,
    until: DateTime<Utc>,
    /// The numbers are others than the preview before showed.
    changed: bool,
}

impl PreviewPage {
    fn holds_people(&self) -> bool {
        self.chosen.choice.exportable().frame().holds_people
    }

    fn waits(&self) -> bool {
        self.holds_people() && self.room.needs_approval(self.whom.people.len())
    }

    fn heads(&self) -> String {
        let ticked = self.chosen.columns().iter().filter(|c| self.typed.columns.contains(&c.key));
        ticked.map(|c| c.head).collect::<Vec<_>>().join(", ")
    }

    fn opinions(&self) -> bool {
        self.chosen.columns().iter().any(|c| c.opinion && self.typed.columns.contains(&c.key))
    }
}

/// `POST /exports/new`: what it would be; nothing is done yet.
pub async fn preview(viewer: Viewer, layout: Layout, Form(form): Form<AskForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let chosen = Chosen::of(&mut scope, &viewer, &form).await?;
    let purposes = chosen.purposes(&viewer.purpose);
    let mut errors = FieldErrors::default();
    if !form.edit.is_empty() {
        scope.commit().await?;
        return Ok(NewPage { layout, errors, chosen, purposes, form }.into_response());
    }
    let typed = Typed::read(&form, &chosen, &purposes, &mut errors);
    let found = match &typed {
        Some(typed) => Some(measure(&mut scope, &chosen, typed).await?),
        None => None,
    };
    let room = store::room(&mut scope).await?;
    scope.commit().await?;
    if let (Some(typed), Some(whom)) = (&typed, &found) {
        errors.take(fits(typed.format, whom.people.len()));
        if chosen.choice.exportable().frame().holds_people && whom.people.is_empty() {
            errors.add(
                "purpose",
                "Nobody would be in this file: whoever matches is left out for this purpose, or nobody does",
            );
        }
    }
    match (typed, found) {
        (Some(typed), Some(whom)) if !errors.any() => {
            Ok(drawn(&viewer, layout, chosen, form, typed, whom, room, false).into_response())
        }
        _ => Ok((StatusCode::UNPROCESSABLE_ENTITY, NewPage { layout, errors, chosen, purposes, form }).into_response()),
    }
}

async fn measure(scope: &mut Scoped, chosen: &Chosen, typed: &Typed) -> Answer<Whom> {
    whom(scope, &chosen.choice, &chosen.within, typed.purpose).await
}

#[allow(clippy::too_many_arguments)] // what a page shows
fn drawn(
    viewer: &Viewer,
    layout: Layout,
    chosen: Chosen,
    form: AskForm,
    typed: Typed,
    whom: Whom,
    room: Room,
    changed: bool,
) -> PreviewPage {
    let mark = Mark::now(&viewer.name, typed.purpose.title(), &typed.reason).short();
    let until = Utc::now() + TimeDelta::days(i64::from(typed.days));
    PreviewPage { layout, chosen, form, typed, whom, room, mark, until, changed }
}

/// `POST /exports`: asks for what the preview showed.
pub async fn ask(viewer: Viewer, layout: Layout, Form(form): Form<AskForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let chosen = Chosen::of(&mut scope, &viewer, &form).await?;
    let purposes = chosen.purposes(&viewer.purpose);
    let mut errors = FieldErrors::default();
    let Some(typed) = Typed::read(&form, &chosen, &purposes, &mut errors) else {
        scope.commit().await?;
        return Ok(
            (StatusCode::UNPROCESSABLE_ENTITY, NewPage { layout, errors, chosen, purposes, form }).into_response()
        );
    };
    let whom = measure(&mut scope, &chosen, &typed).await?;
    fits(typed.format, whom.people.len())?;
    if form.expected != whom.people.len().to_string() {
        let room = store::room(&mut scope).await?;
        scope.commit().await?;
        let page = drawn(&viewer, layout, chosen, form, typed, whom, room, true);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let new = NewExport {
        choice: chosen.choice,
        districts: chosen.within,
        columns: typed.columns,
        format: typed.format,
        purpose: typed.purpose,
        reason: typed.reason,
        days: typed.days,
        people: whom.people.len(),
    };
    let asked = store::ask(&mut scope, &new).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/exports/{}?said={}", asked.number, if asked.waits { "waits" } else { "ready" })))
}
