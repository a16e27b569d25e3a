//! `/materials/door-cards`: the privacy notice to be left at doors, as it stands in the settings now.

use super::{DoorCard, MOST, sheets};
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::making::{self, Ground, begin, ground, number};
use crate::materials::press::Work;
use crate::materials::runs::pressed;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

/// What is chosen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    area: String,
    poll: String,
    count: String,
    #[serde(skip_serializing)]
    step: String,
    /// Drawn with the form, so that one sent twice makes one run.
    #[serde(skip_serializing)]
    asked: String,
}

/// What would be made.
struct Preview {
    pictures: Vec<String>,
    cards: i32,
    sheets: i32,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/door_cards.html")]
struct DoorCardsPage {
    layout: Layout,
    errors: FieldErrors,
    ground: Ground,
    typed: Typed,
    card: DoorCard,
    preview: Option<Preview>,
}

async fn card(scope: &mut Scoped, app: &App) -> Result<DoorCard, Error> {
    let about = sqlx::query!("select controller, contact, privacy_notice from installation")
        .fetch_optional(scope.connection())
        .await?
        .ok_or(Error::NotFound)?;
    let link = format!("{}/privacy", app.config.base_url);
    Ok(DoorCard { controller: about.controller, contact: about.contact, notice: about.privacy_notice, link })
}

/// `GET /materials/door-cards`
pub async fn form(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let typed = Typed { count: "100".into(), ..asked };
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let card = card(&mut scope, &app).await?;
    scope.commit().await?;
    Ok(DoorCardsPage { layout, errors: FieldErrors::default(), ground, typed, card, preview: None }.into_response())
}

/// `POST /materials/door-cards`: a look, or a run.
pub async fn make(State(app): State<App>, viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let card = card(&mut scope, &app).await?;
    ground.must_have_imprint(&mut errors);
    let count = number(&mut errors, "count", &typed.count, 1, MOST);
    let (Some(cards), false) = (count, errors.any()) else {
        scope.commit().await?;
        let page = DoorCardsPage { layout, errors, ground, typed, card, preview: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    scope.commit().await?;
    // Set before it is made: what is longer than its room is said where it is typed.
    let set = card.work(&ground, 1);
    let Some(pictures) = errors.take_invalid(making::pictures(set.clone()).await)? else {
        let page = DoorCardsPage { layout, errors, ground, typed, card, preview: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if typed.step == "make" {
        let run = begun(&app, &viewer, &typed, cards, &set).await?;
        return Ok(see_other(&format!("/materials/runs/{run}")));
    }
    let preview = Some(Preview { pictures, cards, sheets: sheets(cards, card.each()) });
    Ok(DoorCardsPage { layout, errors, ground, typed, card, preview }.into_response())
}

/// The run. Its ground and its words are read anew: others may have changed them while the press was busy.
async fn begun(app: &App, viewer: &Viewer, typed: &Typed, cards: i32, set: &Work) -> Result<i64, Error> {
    let mut scope = viewer.scope().await?;
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let card = card(&mut scope, app).await?;
    making::as_tried(set, &card.work(&ground, 1))?;
    let settings = serde_json::to_value(typed).map_err(Error::internal)?;
    let title = format!("Door cards, {}", ground.area_name);
    let mut new = ground.run(Kind::DoorCards, title, cards, settings, card.work(&ground, cards));
    new.asked = pressed(&typed.asked, Kind::DoorCards, typed);
    begin(scope, new).await
}
