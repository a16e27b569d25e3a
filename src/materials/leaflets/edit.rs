//! `/materials/leaflets/{template}`: what it says, beside how it will look.

use super::pages::KINDS;
use super::{Content, Design, MOST, Passage, Place, whole};
use crate::access::text;
use crate::database::Scoped;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::materials::letters::pictures::{self, Pictured};
use crate::materials::letters::store;
use crate::materials::making::{self, Ground, ground, link, optional};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    version: String,
    name: String,
    headline: String,
    intro: String,
    heading: Vec<String>,
    text: Vec<String>,
    who: String,
    contact: String,
    link: String,
    picture: String,
    place: String,
}

impl Typed {
    fn of(name: &str, version: i32, content: &Content) -> Self {
        let column = |of: fn(&Passage) -> &String| {
            (0..MOST).map(|n| content.passages.get(n).map(of).cloned().unwrap_or_default()).collect()
        };
        Typed {
            version: version.to_string(),
            name: name.to_owned(),
            headline: content.headline.clone(),
            intro: content.intro.clone(),
            heading: column(|p| &p.heading),
            text: column(|p| &p.text),
            who: content.name.clone(),
            contact: content.contact.clone(),
            link: content.link.clone(),
            picture: content.picture.map(|n| n.to_string()).unwrap_or_default(),
            place: content.place.as_str().to_owned(),
        }
    }

    /// Puts what a form's field of this name held.
    pub(super) fn put(&mut self, name: &str, words: String) {
        match name {
            "version" => self.version = words,
            "name" => self.name = words,
            "headline" => self.headline = words,
            "intro" => self.intro = words,
            "heading" => self.heading.push(words),
            "text" => self.text.push(words),
            "who" => self.who = words,
            "contact" => self.contact = words,
            "link" => self.link = words,
            "picture" => self.picture = words,
            "place" => self.place = words,
            _ => {}
        }
    }

    /// The same without a picture that is taken out; None where nothing came with the button.
    pub(super) fn without(mut self, picture: i16) -> Option<Self> {
        if self.picture == picture.to_string() {
            self.picture.clear();
        }
        (!self.version.is_empty()).then_some(self)
    }

    /// The n-th passage as typed, from 0.
    fn passage(&self, n: &usize) -> (&str, &str) {
        (self.heading.get(*n).map_or("", String::as_str), self.text.get(*n).map_or("", String::as_str))
    }

    fn passages(&self, errors: &mut FieldErrors) -> Vec<Passage> {
        let mut passages = Vec::new();
        for n in 0..MOST {
            let (heading, words) = self.passage(&n);
            if heading.trim().is_empty() && words.trim().is_empty() {
                continue;
            }
            let heading = optional(errors, &format!("heading-{}", n + 1), heading, 80);
            let words = errors.take(text(
                &format!("text-{}", n + 1),
                words,
                4000,
                "Write something below this heading, or take it out",
            ));
            if let (Some(heading), Some(words)) = (heading, words) {
                passages.push(Passage { heading: clean(&heading), text: words.replace("\r\n", "\n") });
            }
        }
        passages
    }

    fn read(&self, design: Design, errors: &mut FieldErrors) -> Option<(String, Content)> {
        let name = errors.take(text("name", &self.name, 80, "Give it a name, to find it again by"));
        let headline = errors.take(text("headline", &self.headline, 120, "Give it a headline"));
        let intro = optional(errors, "intro", &self.intro, 300);
        let passages = self.passages(errors);
        let who = optional(errors, "who", &self.who, 80);
        let contact = optional(errors, "contact", &self.contact, 200);
        let link = link(errors, "link", &self.link);
        let content = Content {
            design,
            headline: clean(&headline?),
            intro: clean(&intro?),
            passages,
            name: clean(&who?),
            contact: contact?.replace("\r\n", "\n"),
            link: link?,
            picture: self.picture.parse().ok(),
            place: Place::parse(&self.place),
        };
        Some((clean(&name?), content))
    }
}

/// For what ground it is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    area: String,
    poll: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/leaflets/one.html")]
struct OnePage {
    layout: Layout,
    errors: FieldErrors,
    kept: store::Template,
    design: Design,
    typed: Typed,
    /// What a picture shows that was refused.
    shows: String,
    /// What stands there as the design brought it.
    unwritten: bool,
    /// What to look at because it names a candidate.
    beside: Option<&'static str>,
    /// How many characters the version says that is kept, which is the one that is drawn.
    says: usize,
    /// Whether something else is typed than what is kept.
    refused: bool,
    given: Vec<Pictured>,
    ground: Ground,
    pictures: Vec<String>,
}

impl OnePage {
    /// Whether it says more than there is room for.
    fn too_long(&self) -> bool {
        self.pictures.len() > self.design.pages()
    }

    fn numbers(&self) -> std::ops::Range<usize> {
        0..MOST
    }

    /// The pages themselves, without the one that says that it is too long.
    fn shown(&self) -> &[String] {
        &self.pictures[..self.pictures.len().min(self.design.pages())]
    }
}

/// What a page of one leaflet is drawn with where it is not drawn as kept.
#[derive(Debug, Default)]
pub(super) struct Refused {
    pub(super) errors: FieldErrors,
    pub(super) typed: Option<Typed>,
    /// What the picture shows, as typed.
    pub(super) shows: String,
}

/// `GET /materials/leaflets/{template}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    draw(&viewer, layout, id, (&asked.area, &asked.poll), Refused::default()).await
}

/// The page as it stands.
pub(super) async fn draw(
    viewer: &Viewer,
    layout: Layout,
    id: Uuid,
    (area, poll): (&str, &str),
    refused: Refused,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let kept = store::one(&mut scope, KINDS, id).await?;
    let content: Content =
        serde_json::from_value(store::content(&mut scope, id, kept.version).await?).map_err(Error::internal)?;
    let area = if area.is_empty() { kept.area.map(|a| a.to_string()).unwrap_or_default() } else { area.to_owned() };
    let ground = ground(&mut scope, viewer.area, &area, poll).await?;
    let given = pictures::of(&mut scope, id).await?;
    let work = whole(&mut scope, id, &content, &ground, false).await?;
    scope.commit().await?;
    let Refused { mut errors, typed, shows } = refused;
    let pictures = match making::pictures(work).await {
        // It is refused already, for that or for something else.
        Err(Error::Invalid(_)) if errors.any() => Vec::new(),
        drawn => errors.take_invalid(drawn)?.unwrap_or_default(),
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let refused = typed.is_some();
    let typed = typed.unwrap_or_else(|| Typed::of(&kept.name, kept.version, &content));
    let (unwritten, beside) = (content.is_unwritten(), ground.beside(&content.name));
    let (design, says) = (content.design, content.length());
    let page = OnePage {
        layout,
        errors,
        kept,
        design,
        typed,
        shows,
        unwritten,
        beside,
        says,
        refused,
        given,
        ground,
        pictures,
    };
    Ok((status, page).into_response())
}

/// `POST /materials/leaflets/{template}`: another version.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] when it was changed meanwhile or is not one's own.
pub async fn keep(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    kept(&mut scope, id, &typed, &mut errors).await?;
    if errors.any() {
        drop(scope);
        let refused = Refused { errors, typed: Some(typed), ..Refused::default() };
        return draw(&viewer, layout, id, ("", ""), refused).await;
    }
    scope.commit().await?;
    Ok(see_other(&format!("/materials/leaflets/{id}?said=leaflet-kept")))
}

/// Keeps what was typed as another version; what cannot stand goes to `errors`.
///
/// # Errors
/// As [`keep`].
pub(super) async fn kept(scope: &mut Scoped, id: Uuid, typed: &Typed, errors: &mut FieldErrors) -> Result<(), Error> {
    let before = store::one(scope, KINDS, id).await?;
    let content: Content =
        serde_json::from_value(store::content(scope, id, before.version).await?).map_err(Error::internal)?;
    let (Some((name, content)), false) = (typed.read(content.design, errors), errors.any()) else {
        return Ok(());
    };
    let content = serde_json::to_value(content).map_err(Error::internal)?;
    let drawn = typed.version.parse().unwrap_or(0);
    errors.take_invalid(store::change(scope, id, drawn, &name, &content).await)?;
    Ok(())
}
