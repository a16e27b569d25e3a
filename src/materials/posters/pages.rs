//! `/materials/posters`: the line, the name, the code; a look; made.

use super::{MOST, Poster};
use crate::access::text;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::cards::out::help_page;
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
    paper: String,
    line: String,
    name: String,
    under: String,
    /// Whose name stood there when the form was drawn: while it does, it is that of the area that is chosen.
    #[serde(skip_serializing)]
    under_of: String,
    link: String,
    bleed: String,
    archive: String,
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
    /// What the poster says, and on which paper.
    fn poster(&self, errors: &mut FieldErrors) -> Option<Poster> {
        let line = errors.take(text("line", &self.line, 80, "Give the line that people read from across the street"));
        let name = optional(errors, "name", &self.name, 80);
        let under = optional(errors, "under", &self.under, 80);
        let link = link(errors, "link", &self.link);
        Some(Poster {
            a3: self.paper == "a3",
            bleed: !self.bleed.is_empty(),
            line: clean(&line?),
            name: clean(&name?),
            under: clean(&under?),
            link: link?,
            archive: !self.archive.is_empty(),
        })
    }

    /// Fills in what was kept under this name.
    fn fill(&mut self, name: &str, poster: Poster) {
        let ticked = |yes: bool| if yes { "yes".to_owned() } else { String::new() };
        let Poster { a3, bleed, line, name: candidate, under, link, archive } = poster;
        self.keep_as = name.to_owned();
        self.paper = if a3 { "a3" } else { "a4" }.into();
        (self.line, self.name, self.under, self.link) = (line, candidate, under, link);
        (self.bleed, self.archive) = (ticked(bleed), ticked(archive));
    }

    fn keeping(&self) -> Keeping {
        Keeping::typed(&self.kept, &self.keep_as, &self.replaces)
    }

    /// What of it is about this one run.
    fn carried(&self) -> String {
        carried(&[("area", &self.area), ("poll", &self.poll), ("count", &self.count)])
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/posters.html")]
struct PostersPage {
    layout: Layout,
    errors: FieldErrors,
    ground: Ground,
    shelf: Shelf,
    typed: Typed,
    /// The public page of the area, where there is one.
    help: String,
    pictures: Vec<String>,
}

impl PostersPage {
    /// What to look at because it names a candidate.
    fn beside(&self) -> Option<&'static str> {
        self.ground.beside(&self.typed.name)
    }
}

/// `GET /materials/posters`
///
/// # Errors
/// [`Error::NotFound`] when the kept look that it is to be filled from is not there.
pub async fn form(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let ground = ground(&mut scope, viewer.area, &asked.area, &asked.poll).await?;
    let help = help_page(&mut scope, &app, ground.area).await?;
    let count = if asked.count.is_empty() { "1".into() } else { asked.count.clone() };
    let mut typed = Typed { count, paper: "a4".into(), link: help.clone(), under: ground.brand.party.clone(), ..asked };
    if let Some((one, poster)) = kept::opened::<Poster>(&mut scope, Kind::Posters, &typed.kept).await? {
        typed.fill(&one.name, poster);
    }
    let shelf = kept::shelf(&mut scope, &viewer, Kind::Posters, typed.keeping(), typed.carried()).await?;
    scope.commit().await?;
    let errors = FieldErrors::default();
    Ok(PostersPage { layout, errors, ground, shelf, typed, help, pictures: Vec::new() }.into_response())
}

/// `POST /materials/posters`: a look, a run, or what the poster says kept under a name.
pub async fn make(State(app): State<App>, viewer: Viewer, layout: Layout, Form(mut typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let (mut errors, mut said, keeps) = (FieldErrors::default(), typed.keeping(), typed.step == "keep");
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    if !typed.under_of.is_empty() && typed.under == typed.under_of {
        typed.under.clone_from(&ground.brand.party);
    }
    let help = help_page(&mut scope, &app, ground.area).await?;
    if !keeps {
        ground.must_have_imprint(&mut errors);
    }
    let poster = typed.poster(&mut errors);
    if keeps
        && let Some(id) =
            kept::keep(&mut scope, &viewer, Kind::Posters, &mut said, poster.as_ref(), &mut errors).await?
    {
        scope.commit().await?;
        return Ok(see_other(&(kept::place(Kind::Posters, id, &typed.carried()) + "&said=look-kept")));
    }
    let count = if keeps { None } else { number(&mut errors, "count", &typed.count, 1, MOST) };
    let shelf = kept::shelf(&mut scope, &viewer, Kind::Posters, said, typed.carried()).await?;
    scope.commit().await?;
    let (Some(poster), Some(copies), false) = (poster, count, errors.any()) else {
        let page = PostersPage { layout, errors, ground, shelf, typed, help, pictures: Vec::new() };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    // Set before it is made: what is longer than its room is said where it is typed.
    let set = poster.work(&ground, 1);
    let Some(pictures) = errors.take_invalid(making::pictures(set.clone()).await)? else {
        let page = PostersPage { layout, errors, ground, shelf, typed, help, pictures: Vec::new() };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if typed.step == "make" {
        let run = begun(&viewer, &typed, &poster, copies, &set).await?;
        return Ok(see_other(&format!("/materials/runs/{run}")));
    }
    Ok(PostersPage { layout, errors, ground, shelf, typed, help, pictures }.into_response())
}

/// The run. Its ground is read anew: others may have changed it while the press was busy.
async fn begun(viewer: &Viewer, typed: &Typed, poster: &Poster, copies: i32, set: &Work) -> Result<i64, Error> {
    let mut scope = viewer.scope().await?;
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    making::as_tried(set, &poster.work(&ground, 1))?;
    let settings = serde_json::to_value(typed).map_err(Error::internal)?;
    let title = format!("Poster: {}", poster.line);
    let mut new = ground.run(Kind::Posters, title, copies, settings, poster.work(&ground, copies));
    new.template = kept::made_by(&mut scope, Kind::Posters, &typed.kept, poster).await?;
    new.asked = pressed(&typed.asked, Kind::Posters, typed);
    begin(scope, new).await
}
