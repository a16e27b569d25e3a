//! `/materials/posters`: the line, the name, the code; a look; made.

use super::{MOST, Poster};
use crate::access::text;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::cards::out::help_page;
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
    paper: String,
    line: String,
    name: String,
    under: String,
    link: String,
    bleed: String,
    archive: String,
    count: String,
    #[serde(skip_serializing)]
    step: String,
    /// Drawn with the form, so that one sent twice makes one run.
    #[serde(skip_serializing)]
    asked: String,
}

impl Typed {
    fn read(&self, errors: &mut FieldErrors) -> Option<(Poster, i32)> {
        let line = errors.take(text("line", &self.line, 80, "Give the line that people read from across the street"));
        let name = optional(errors, "name", &self.name, 80);
        let under = optional(errors, "under", &self.under, 80);
        let link = link(errors, "link", &self.link);
        let count = number(errors, "count", &self.count, 1, MOST);
        let poster = Poster {
            a3: self.paper == "a3",
            bleed: !self.bleed.is_empty(),
            line: clean(&line?),
            name: clean(&name?),
            under: clean(&under?),
            link: link?,
            archive: !self.archive.is_empty(),
        };
        Some((poster, count?))
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/posters.html")]
struct PostersPage {
    layout: Layout,
    errors: FieldErrors,
    ground: Ground,
    typed: Typed,
    /// The public page of the area, where there is one.
    help: String,
    pictures: Vec<String>,
}

impl PostersPage {
    /// Whether it names a candidate and is for no poll.
    fn nobodys(&self) -> bool {
        self.ground.poll.is_none() && !self.typed.name.trim().is_empty()
    }
}

/// `GET /materials/posters`
pub async fn form(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let ground = ground(&mut scope, viewer.area, &asked.area, &asked.poll).await?;
    let help = help_page(&mut scope, &app, ground.area).await?;
    scope.commit().await?;
    let typed =
        Typed { count: "1".into(), paper: "a4".into(), link: help.clone(), under: ground.brand.party.clone(), ..asked };
    let errors = FieldErrors::default();
    Ok(PostersPage { layout, errors, ground, typed, help, pictures: Vec::new() }.into_response())
}

/// `POST /materials/posters`: a look, or a run.
pub async fn make(State(app): State<App>, viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let help = help_page(&mut scope, &app, ground.area).await?;
    ground.must_have_imprint(&mut errors);
    let read = typed.read(&mut errors);
    let (Some((poster, copies)), false) = (read, errors.any()) else {
        scope.commit().await?;
        let page = PostersPage { layout, errors, ground, typed, help, pictures: Vec::new() };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if typed.step == "make" {
        let settings = serde_json::to_value(&typed).map_err(Error::internal)?;
        let title = format!("Poster: {}", poster.line);
        let mut new = ground.run(Kind::Posters, title, copies, settings, poster.work(&ground, copies));
        new.asked = pressed(&typed.asked, Kind::Posters, &typed);
        let run = begin(scope, new).await?;
        return Ok(see_other(&format!("/materials/runs/{run}")));
    }
    scope.commit().await?;
    let pictures = making::pictures(poster.work(&ground, 1)).await?;
    Ok(PostersPage { layout, errors, ground, typed, help, pictures }.into_response())
}
