//! `/materials/out-cards`: "Sorry we missed you", in one's own words.

use super::{MOST, OutCard, sheets};
use crate::access::text;
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::kept::{self, Keeping, Shelf, carried};
use crate::materials::making::{self, Ground, begin, ground, link, number, optional};
use crate::materials::press::Work;
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
    /// The kept one that the form was filled from.
    #[serde(skip_serializing)]
    kept: String,
    #[serde(skip_serializing)]
    keep_as: String,
    #[serde(skip_serializing)]
    replaces: String,
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
            count: if asked.count.is_empty() { "100".into() } else { asked.count.clone() },
            ..asked
        }
    }

    /// What the card says.
    fn card(&self, errors: &mut FieldErrors) -> Option<OutCard> {
        let title = errors.take(text("title", &self.title, 60, "Give the card a title"));
        let words = errors.take(text("text", &self.text, 500, "Say why you called and what comes next"));
        let who = optional(errors, "who", &self.who, 120);
        let contact = errors.take(text("contact", &self.contact, 200, "Give an address or a number to answer to"));
        let link = link(errors, "link", &self.link);
        let lines = number(errors, "lines", &self.lines, 0, 3);
        // As browsers send it and as it is kept, a line ends alike.
        let text = words?.replace("\r\n", "\n");
        Some(OutCard { title: title?, text, who: who?, contact: contact?, link: link?, lines: lines? })
    }

    /// Fills in what was kept under this name.
    fn fill(&mut self, name: &str, card: OutCard) {
        let OutCard { title, text, who, contact, link, lines } = card;
        self.keep_as = name.to_owned();
        (self.title, self.text, self.who) = (title, text, who);
        (self.contact, self.link, self.lines) = (contact, link, lines.to_string());
    }

    fn keeping(&self) -> Keeping {
        Keeping::typed(&self.kept, &self.keep_as, &self.replaces)
    }

    /// What of it is about this one run.
    fn carried(&self) -> String {
        carried(&[("area", &self.area), ("poll", &self.poll), ("count", &self.count)])
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
    shelf: Shelf,
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
///
/// # Errors
/// [`Error::NotFound`] when the kept look that it is to be filled from is not there.
pub async fn form(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut typed = Typed::usual(&viewer, asked);
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let help = help_page(&mut scope, &app, ground.area).await?;
    typed.link.clone_from(&help);
    if let Some((one, card)) = kept::opened::<OutCard>(&mut scope, Kind::OutCards, &typed.kept).await? {
        typed.fill(&one.name, card);
    }
    let shelf = kept::shelf(&mut scope, &viewer, Kind::OutCards, typed.keeping(), typed.carried()).await?;
    scope.commit().await?;
    let errors = FieldErrors::default();
    Ok(OutCardsPage { layout, errors, ground, shelf, typed, help, preview: None }.into_response())
}

/// `POST /materials/out-cards`: a look, a run, or what the card says kept under a name.
pub async fn make(State(app): State<App>, viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let (mut errors, mut said, keeps) = (FieldErrors::default(), typed.keeping(), typed.step == "keep");
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let help = help_page(&mut scope, &app, ground.area).await?;
    if !keeps {
        ground.must_have_imprint(&mut errors);
    }
    let card = typed.card(&mut errors);
    if keeps
        && let Some(id) = kept::keep(&mut scope, &viewer, Kind::OutCards, &mut said, card.as_ref(), &mut errors).await?
    {
        scope.commit().await?;
        return Ok(see_other(&(kept::place(Kind::OutCards, id, &typed.carried()) + "&said=look-kept")));
    }
    let count = if keeps { None } else { number(&mut errors, "count", &typed.count, 1, MOST) };
    let shelf = kept::shelf(&mut scope, &viewer, Kind::OutCards, said, typed.carried()).await?;
    scope.commit().await?;
    let (Some(card), Some(cards), false) = (card, count, errors.any()) else {
        let page = OutCardsPage { layout, errors, ground, shelf, typed, help, preview: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    // Set before it is made: what is longer than its room is said where it is typed.
    let set = card.work(&ground, 1);
    let Some(pictures) = errors.take_invalid(making::pictures(set.clone()).await)? else {
        let page = OutCardsPage { layout, errors, ground, shelf, typed, help, preview: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if typed.step == "make" {
        let run = begun(&viewer, &typed, &card, cards, &set).await?;
        return Ok(see_other(&format!("/materials/runs/{run}")));
    }
    let preview = Some(Preview { pictures, cards, sheets: sheets(cards, 4) });
    Ok(OutCardsPage { layout, errors, ground, shelf, typed, help, preview }.into_response())
}

/// The run. Its ground is read anew: others may have changed it while the press was busy.
async fn begun(viewer: &Viewer, typed: &Typed, card: &OutCard, cards: i32, set: &Work) -> Result<i64, Error> {
    let mut scope = viewer.scope().await?;
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    making::as_tried(set, &card.work(&ground, 1))?;
    let settings = serde_json::to_value(typed).map_err(Error::internal)?;
    let title = format!("Out cards, {}", ground.area_name);
    let mut new = ground.run(Kind::OutCards, title, cards, settings, card.work(&ground, cards));
    new.template = kept::made_by(&mut scope, Kind::OutCards, &typed.kept, card).await?;
    new.asked = pressed(&typed.asked, Kind::OutCards, typed);
    begin(scope, new).await
}
