//! `/protection/subjects/{id}/stops`: what an elector stops, by channel or all, and what they allow again.

use super::text;
use crate::electors::ElectorId;
use crate::protection::file::Section;
use crate::protection::store;
use crate::protection::{CHANNELS, Subject};
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "protection/stops.html")]
struct StopsPage {
    layout: Layout,
    errors: FieldErrors,
    id: ElectorId,
    name: String,
    sections: Vec<Section>,
    how: String,
    ticked: Vec<String>,
}

impl StopsPage {
    fn stands(&self, channel: &str) -> bool {
        store::standing(&self.sections, channel)
    }

    fn is_ticked(&self, channel: &&str) -> bool {
        self.ticked.iter().any(|t| t == channel)
    }
}

async fn page(
    viewer: &Viewer,
    layout: Layout,
    id: ElectorId,
    errors: FieldErrors,
    form: StopForm,
) -> Answer<StopsPage> {
    let mut scope = viewer.scope().await?;
    let file = store::file(&mut scope, Subject::Elector(id), false).await?;
    scope.commit().await?;
    let (name, sections) = (file.name().to_owned(), file.sections());
    Ok(StopsPage { layout, errors, id, name, sections, how: form.how, ticked: form.channel })
}

/// `GET /protection/subjects/{id}/stops`
pub async fn ask(viewer: Viewer, layout: Layout, Path(id): Path<ElectorId>) -> Answer {
    Ok(page(&viewer, layout, id, FieldErrors::default(), StopForm::default()).await?.into_response())
}

/// What is stopped or allowed again, and how they said it.
#[derive(Deserialize, Default)]
pub struct StopForm {
    #[serde(default)]
    channel: Vec<String>,
    #[serde(default)]
    how: String,
    #[serde(default)]
    act: String,
}

/// `POST /protection/subjects/{id}/stops`
pub async fn record(
    viewer: Viewer,
    State(app): State<App>,
    layout: Layout,
    Path(id): Path<ElectorId>,
    Form(form): Form<StopForm>,
) -> Answer<Response> {
    let mut errors = FieldErrors::default();
    let known = |word: &String| CHANNELS.iter().any(|c| c.word == word);
    if form.channel.is_empty() || !form.channel.iter().all(known) {
        errors.add("channel", "Tick at least one thing");
    }
    let how = text(&mut errors, "how", &form.how, 1, 200, "Say how they said it, in 1 to 200 letters");
    if errors.any() {
        let page = page(&viewer, layout, id, errors, form).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let mut scope = viewer.scope().await?;
    store::stop(&mut scope, &app.keys, id, &form.channel, form.act == "allow", &how).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/subjects/{id}?said=stop-kept")))
}
