//! The shifts of an event: added, changed, taken away.

use super::Nothing;
use crate::error::Error;
use crate::events::form::ShiftForm;
use crate::events::sign_ups::{self, Reach};
use crate::events::slots::{self, Slot};
use crate::events::{Event, store};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "events/shift.html")]
struct ShiftPage {
    layout: Layout,
    errors: FieldErrors,
    event: Event,
    /// The shift that is changed; None: a new one.
    shift: Option<Slot>,
    /// How those who are down for it are told.
    reach: Reach,
    form: ShiftForm,
}

impl ShiftPage {
    fn action(&self) -> String {
        let shift = self.shift.as_ref().map(|s| format!("/{}", s.key())).unwrap_or_default();
        format!("/events/{}/shifts{shift}", self.event.id)
    }

    /// Who would lose a place.
    fn down(&self) -> i64 {
        self.shift.as_ref().map_or(0, |s| s.coming + s.waiting)
    }
}

fn page(layout: Layout, errors: FieldErrors, event: Event, shift: Option<(Slot, Reach)>, form: ShiftForm) -> Answer {
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (shift, reach) = shift.map_or((None, Reach::default()), |(slot, reach)| (Some(slot), reach));
    Ok((status, ShiftPage { layout, errors, event, shift, reach, form }).into_response())
}

/// `GET /events/{id}/shifts/new`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when the event is over.
pub async fn new(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    scope.commit().await?;
    let form = ShiftForm::usual(&event);
    page(layout, FieldErrors::default(), event, None, form)
}

/// `POST /events/{id}/shifts`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when the event is over.
pub async fn add(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<ShiftForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let Some(new) = form.read(&mut errors, &event) else {
        scope.commit().await?;
        return page(layout, errors, event, None, form);
    };
    store::add_shift(&mut scope, form.id.unwrap_or_else(Uuid::now_v7), id, event.area, &new).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said=shift")))
}

/// `GET /events/{id}/shifts/{shift}`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when the event is over.
pub async fn show(viewer: Viewer, layout: Layout, Path((id, shift)): Path<(Uuid, Uuid)>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    let form =
        store::shifts(&mut scope, id).await?.into_iter().find(|(s, _)| *s == shift).map(|(_, s)| ShiftForm::of(&s));
    let form = form.ok_or(Error::NotFound)?;
    let slots = slots::of(&mut scope, std::slice::from_ref(&event)).await?.remove(&id).unwrap_or_default();
    let reach = sign_ups::reach(&mut scope, id, Some(shift)).await?;
    scope.commit().await?;
    let slot = slots.into_iter().find(|s| s.shift == Some(shift));
    page(layout, FieldErrors::default(), event, slot.map(|slot| (slot, reach)), form)
}

/// `POST /events/{id}/shifts/{shift}`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when the event is over.
pub async fn change(
    viewer: Viewer,
    layout: Layout,
    Path((id, shift)): Path<(Uuid, Uuid)>,
    Form(form): Form<ShiftForm>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    let mut slots = slots::of(&mut scope, std::slice::from_ref(&event)).await?.remove(&id).unwrap_or_default();
    let at = slots.iter().position(|s| s.shift == Some(shift)).ok_or(Error::NotFound)?;
    let before = slots.swap_remove(at);
    let mut errors = FieldErrors::default();
    let Some(new) = form.read(&mut errors, &event) else {
        let reach = sign_ups::reach(&mut scope, id, Some(shift)).await?;
        scope.commit().await?;
        return page(layout, errors, event, Some((before, reach)), form);
    };
    store::change_shift(&mut scope, id, shift, &new).await?;
    if (before.starts, before.ends) != (new.starts, new.ends) {
        store::tell_shift_changed(&mut scope, id, shift, store::at_once(before.starts, new.starts)).await?;
    }
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said=shift")))
}

/// `POST /events/{id}/shifts/{shift}/removal`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when the event is over.
pub async fn remove(viewer: Viewer, Path((id, shift)): Path<(Uuid, Uuid)>, _: Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::find_open(&mut scope, id).await?;
    if !store::shifts(&mut scope, id).await?.iter().any(|(s, _)| *s == shift) {
        return Err(Error::NotFound);
    }
    store::remove_shift(&mut scope, shift).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said=shift-removed")))
}
