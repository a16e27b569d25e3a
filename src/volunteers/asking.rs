//! `/volunteers/asking`: the public pages on which people offer to help: open or closed for each area, with what is asked for and
//! a sheet to put up.

use crate::access::text;
use crate::areas::{Area, store as areas};
use crate::database::Scoped;
use crate::error::Error;
use crate::messages::imprint::{self, Imprint};
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, qr, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// A page of an area.
#[derive(Debug, Clone)]
struct Page {
    area: i64,
    name: String,
    open: bool,
    words: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/asking.html")]
struct AskingPage {
    layout: Layout,
    errors: FieldErrors,
    pages: Vec<Page>,
    areas: Vec<Area>,
    form: AskingForm,
    base_url: String,
    /// Whether other people's telephones can come here at all.
    reachable: bool,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AskingForm {
    area: String,
    words: String,
    open: String,
}

/// Which area's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    area: String,
}

async fn pages(scope: &mut Scoped) -> Result<Vec<Page>, Error> {
    Ok(sqlx::query_as!(
        Page,
        r#"select v.area_id as area, a.name as "name!", v.open, v.words from volunteer_page v join area a using (area_id)
           order by not v.open, a.name"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// `GET /volunteers/asking`
pub async fn show(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let pages = pages(&mut scope).await?;
    let wanted = if asked.area.is_empty() { viewer.area.to_string() } else { asked.area };
    let words = pages.iter().find(|p| p.area.to_string() == wanted).map(|p| p.words.clone()).unwrap_or_default();
    let form = AskingForm { area: wanted, words, open: "yes".into() };
    draw(&app, scope, layout, pages, form, FieldErrors::default()).await
}

async fn draw(
    app: &App,
    mut scope: Scoped,
    layout: Layout,
    pages: Vec<Page>,
    form: AskingForm,
    errors: FieldErrors,
) -> Answer {
    let areas = areas::worked_in(&mut scope).await?;
    scope.commit().await?;
    let base_url = app.config.base_url.clone();
    let reachable = !base_url.contains("//127.0.0.1") && !base_url.contains("//localhost");
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, AskingPage { layout, errors, pages, areas, form, base_url, reachable }).into_response())
}

/// `POST /volunteers/asking`: opens a page, changes its words, or closes it.
pub async fn keep(State(app): State<App>, viewer: Viewer, layout: Layout, Form(form): Form<AskingForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let open = form.open == "yes";
    let areas = areas::worked_in(&mut scope).await?;
    let area = areas.iter().find(|a| a.id.to_string() == form.area).map(|a| a.id);
    let area = errors.take(area.ok_or_else(|| Error::field("area", "Choose an area inside your own")));
    let words = if form.words.trim().is_empty() { Ok(String::new()) } else { text("words", &form.words, 600, "") };
    let words = errors.take(words);
    if let (Some(area), true) = (area, open)
        && imprint::of(&mut scope, area).await?.is_none()
    {
        errors.add("area", "A public page needs an imprint, and this area has none: put it down under Imprint first");
    }
    let (Some(area), Some(words), false) = (area, words, errors.any()) else {
        let pages = pages(&mut scope).await?;
        return draw(&app, scope, layout, pages, form, errors).await;
    };
    let account = scope.account();
    sqlx::query!(
        "insert into volunteer_page (area_id, open, words, changed_by) values ($1, $2, $3, $4)
         on conflict (area_id) do update set open = excluded.open,
           words = case when excluded.open then excluded.words else volunteer_page.words end,
           changed_by = $4, changed_at = statement_timestamp()",
        area,
        open,
        words,
        account
    )
    .execute(scope.connection())
    .await?;
    scope.commit().await?;
    Ok(see_other(&format!("/volunteers/asking?area={area}&said=help-{}", if open { "open" } else { "shut" })))
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/poster.html")]
struct PosterPage {
    layout: Layout,
    name: String,
    url: String,
    drawing: qr::Code,
    imprint: Imprint,
}

/// `GET /volunteers/asking/{area}`: a sheet to print and put up.
///
/// # Errors
/// [`Error::NotFound`] for a page that is not open, or not one's own.
pub async fn poster(State(app): State<App>, viewer: Viewer, layout: Layout, Path(area): Path<i64>) -> Answer {
    let mut scope = viewer.scope().await?;
    let page = pages(&mut scope).await?.into_iter().find(|p| p.area == area && p.open).ok_or(Error::NotFound)?;
    let imprint = imprint::of(&mut scope, area).await?.ok_or(Error::NotFound)?;
    scope.commit().await?;
    let url = format!("{}/help/{area}", app.config.base_url);
    Ok(PosterPage { layout, name: page.name, drawing: qr::Code::of(&url)?, url, imprint }.into_response())
}
