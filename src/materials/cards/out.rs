//! `/materials/out-cards`: "Sorry we missed you", in one's own words.

use super::{MOST, OutCard, sheets};
use crate::access::text;
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::making::{self, Ground, begin, ground, link, number, optional};
use crate::materials::runs::pressed;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

/// What is chosen and typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    area: String,
    poll: String,
    title: String,
    text: String,
    who: String,
    contact: String,
    link: String,
    lines: String,
    count: String,
    #[serde(skip_serializing)]
    step: String,
    /// Drawn with the form, so that one sent twice makes one run.
    #[serde(skip_serializing)]
    asked: String,
}

impl Typed {
    fn usual(viewer: &Viewer, asked: Typed) -> Self {
        Typed {
            title: "Sorry we missed you".into(),
            text: "We called today to hear what matters to you. Tell us by phone or email, or at the address below, and we will come back to you.".into(),
            who: viewer.name.clone(),
            contact: viewer.email.clone(),
            lines: "3".into(),
            count: "100".into(),
            ..asked
        }
    }

    fn read(&self, errors: &mut FieldErrors) -> Option<(OutCard, i32)> {
        let title = errors.take(text("title", &self.title, 60, "Give the card a title"));
        let words = errors.take(text("text", &self.text, 500, "Say why you called and what comes next"));
        let who = optional(errors, "who", &self.who, 120);
        let contact = errors.take(text("contact", &self.contact, 200, "Give an address or a number to answer to"));
        let link = link(errors, "link", &self.link);
        let lines = number(errors, "lines", &self.lines, 0, 3);
        let count = number(errors, "count", &self.count, 1, MOST);
        let card = OutCard { title: title?, text: words?, who: who?, contact: contact?, link: link?, lines: lines? };
        Some((card, count?))
    }
}

/// What would be made.
struct Preview {
    pictures: Vec<String>,
    cards: i32,
    sheets: i32,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/out_cards.html")]
struct OutCardsPage {
    layout: Layout,
    errors: FieldErrors,
    ground: Ground,
    typed: Typed,
    /// The public page of the area, where there is one.
    help: String,
    preview: Option<Preview>,
}

/// The address of the page on which an area asks for help, where it is open.
pub(in crate::materials) async fn help_page(scope: &mut Scoped, app: &App, area: i64) -> Result<String, Error> {
    // Not seen while Organise is closed, and then the page is closed too.
    let open = sqlx::query_scalar!("select area_id from volunteer_page where area_id = $1 and open", area)
        .fetch_optional(scope.connection())
        .await?;
    Ok(open.map(|area| format!("{}/help/{area}", app.config.base_url)).unwrap_or_default())
}

/// `GET /materials/out-cards`
pub async fn form(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut typed = Typed::usual(&viewer, asked);
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let help = help_page(&mut scope, &app, ground.area).await?;
    scope.commit().await?;
    typed.link.clone_from(&help);
    Ok(OutCardsPage { layout, errors: FieldErrors::default(), ground, typed, help, preview: None }.into_response())
}

/// `POST /materials/out-cards`: a look, or a run.
pub async fn make(State(app): State<App>, viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let help = help_page(&mut scope, &app, ground.area).await?;
    ground.must_have_imprint(&mut errors);
    let read = typed.read(&mut errors);
    let (Some((card, cards)), false) = (read, errors.any()) else {
        scope.commit().await?;
        let page = OutCardsPage { layout, errors, ground, typed, help, preview: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    scope.commit().await?;
    // Set before it is made: what is longer than its room is said where it is typed.
    let Some(pictures) = errors.take_invalid(making::pictures(card.work(&ground, 1)).await)? else {
        let page = OutCardsPage { layout, errors, ground, typed, help, preview: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if typed.step == "make" {
        let settings = serde_json::to_value(&typed).map_err(Error::internal)?;
        let title = format!("Out cards, {}", ground.area_name);
        let mut new = ground.run(Kind::OutCards, title, cards, settings, card.work(&ground, cards));
        new.asked = pressed(&typed.asked, Kind::OutCards, &typed);
        let run = begin(viewer.scope().await?, new).await?;
        return Ok(see_other(&format!("/materials/runs/{run}")));
    }
    let preview = Some(Preview { pictures, cards, sheets: sheets(cards, 4) });
    Ok(OutCardsPage { layout, errors, ground, typed, help, preview }.into_response())
}
