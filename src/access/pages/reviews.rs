//! `/access/reviews`: every grant that lives in an area, to be kept or ended by a day.

use super::grant::area;
use crate::access::store::reviews::{self, Preview, Review, UnderReview};
use crate::access::{Permission, text};
use crate::areas::{self, Area};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "access/reviews.html")]
struct ListPage {
    layout: Layout,
    opens: bool,
    open: Vec<Review>,
    over: Vec<Review>,
}

/// `GET /access/reviews`
pub async fn list(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let all = reviews::list(&mut scope).await?;
    scope.commit().await?;
    let opens = Permission::OpenReviews.roles().contains(&viewer.role);
    let (open, over) = all.into_iter().partition(|r| r.closed_at.is_none());
    Ok(ListPage { layout, opens, open, over }.into_response())
}

/// The area of a new review, and whether it is only to be looked at first.
#[derive(Deserialize, Default)]
pub struct NewForm {
    #[serde(default)]
    area: String,
    #[serde(default)]
    open: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/review-new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    areas: Vec<Area>,
    form: NewForm,
    name: String,
    preview: Option<Preview>,
}

/// `GET /access/reviews/new`
pub async fn new(viewer: Viewer, layout: Layout) -> Answer {
    draw(viewer, layout, NewForm::default(), FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, form: NewForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = areas::store::all(&mut scope).await?;
    let chosen = areas.iter().find(|a| a.id.to_string() == form.area);
    let name = chosen.map(|a| a.name.clone()).unwrap_or_default();
    let preview = match chosen.map(|a| a.id) {
        Some(area) if !errors.any() => Some(reviews::preview(&mut scope, area).await?),
        _ => None,
    };
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, NewPage { layout, errors, areas, form, name, preview }).into_response())
}

/// `POST /access/reviews`: first what it would hold, then the review itself.
pub async fn open(viewer: Viewer, layout: Layout, Form(form): Form<NewForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let area = errors.take_invalid(area(&mut scope, &form.area).await)?;
    let Some(area) = area.filter(|_| form.open) else {
        drop(scope);
        return draw(viewer, layout, form, errors).await;
    };
    let review = reviews::open(&mut scope, area).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/reviews/{review}")))
}

/// What the address may say; nothing personal.
#[derive(Deserialize)]
pub struct Said {
    done: Option<i64>,
}

#[derive(Template, WebTemplate)]
#[template(path = "access/review.html")]
struct ReviewPage {
    layout: Layout,
    errors: FieldErrors,
    review: Review,
    answers: bool,
    done: Option<i64>,
    open: Vec<UnderReview>,
    over: Vec<UnderReview>,
    ticked: Vec<Uuid>,
    reason: String,
}

/// `GET /access/reviews/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(said): Query<Said>) -> Answer {
    page(viewer, layout, id, said.done, AnswerForm::default(), FieldErrors::default()).await
}

async fn page(
    viewer: Viewer,
    layout: Layout,
    id: Uuid,
    done: Option<i64>,
    form: AnswerForm,
    errors: FieldErrors,
) -> Answer {
    let mut scope = viewer.scope_as(Permission::ReadReviews, Default::default()).await?;
    let review = reviews::find(&mut scope, id).await?;
    let grants = reviews::grants(&mut scope, id).await?;
    scope.commit().await?;
    let answers = review.closed_at.is_none() && Permission::AnswerReviews.roles().contains(&viewer.role);
    let (open, over) = grants.into_iter().partition(UnderReview::open);
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (ticked, reason) = (form.grant, form.reason);
    let page = ReviewPage { layout, errors, review, answers, done, open, over, ticked, reason };
    Ok((status, page).into_response())
}

/// What is answered, and for which grants.
#[derive(Deserialize, Default)]
pub struct AnswerForm {
    #[serde(default)]
    grant: Vec<Uuid>,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    reason: String,
}

/// `POST /access/reviews/{id}`
pub async fn answer(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<AnswerForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    reviews::find(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let keep = form.answer == "keep";
    if !keep && form.answer != "end" {
        errors.add("errors", "Choose whether the access ticked is kept or ended");
    }
    if form.grant.is_empty() {
        errors.add("grants", "Tick the access that this is about");
    }
    let reason =
        if keep { Some(String::new()) } else { errors.take(text("reason", &form.reason, 500, "Say why it ends")) };
    let Some(reason) = reason.filter(|_| !errors.any()) else {
        drop(scope);
        return page(viewer, layout, id, None, form, errors).await;
    };
    let done = reviews::answer(&mut scope, id, &form.grant, keep, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/reviews/{id}?done={done}")))
}
