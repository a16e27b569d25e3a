//! `/members/new` and `/members/{id}/edit`: a member typed in or changed by hand.

use super::super::typed::{self, Typed};
use super::super::{one, typed::areas};
use crate::areas::Area;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "members/typed.html")]
struct TypedPage {
    layout: Layout,
    errors: FieldErrors,
    /// Whom it changes, with their name; None: somebody new.
    held: Option<(Uuid, String)>,
    typed: Typed,
    areas: Vec<Area>,
}

/// `GET /members/new`
pub async fn new(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = areas(&mut scope, viewer.area).await?;
    scope.commit().await?;
    let typed = Typed { area: viewer.area.to_string(), ..Typed::default() };
    Ok(TypedPage { layout, errors: FieldErrors::default(), held: None, typed, areas }.into_response())
}

/// `POST /members/new`
pub async fn add(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = areas(&mut scope, viewer.area).await?;
    let mut errors = FieldErrors::default();
    match typed.read(None, &areas) {
        Ok(entry) => {
            if errors.take_invalid(typed::add(&mut scope, &entry).await)?.is_some() {
                scope.commit().await?;
                return Ok(see_other(&format!("/members/{}?said=member-kept", entry.person_id)));
            }
        }
        Err(wrong) => errors = wrong,
    }
    scope.commit().await?;
    let page = TypedPage { layout, errors, held: None, typed, areas };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /members/{id}/edit`
pub async fn edit(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let member = one::kept(&mut scope, id).await?;
    let areas = areas(&mut scope, viewer.area).await?;
    let typed = member.kept.as_ref().map(Typed::of).unwrap_or_default();
    let page = TypedPage { layout, errors: FieldErrors::default(), held: Some((id, member.name())), typed, areas };
    Ok(scope.finish(crate::database::Seen::helpers(page, [id])).await?.into_response())
}

/// `POST /members/{id}/edit`
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let member = one::kept(&mut scope, id).await?;
    let areas = areas(&mut scope, viewer.area).await?;
    let mut errors = FieldErrors::default();
    match typed.read(member.kept.as_ref(), &areas) {
        Ok(entry) => {
            if errors.take_invalid(typed::change(&mut scope, &entry).await)?.is_some() {
                scope.commit().await?;
                return Ok(see_other(&format!("/members/{id}?said=member-kept")));
            }
        }
        Err(wrong) => errors = wrong,
    }
    let page = TypedPage { layout, errors, held: Some((id, member.name())), typed, areas };
    let page = scope.finish(crate::database::Seen::helpers(page, [id])).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
