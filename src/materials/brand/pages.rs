//! `/materials/brand`: a party's name, colours and logo, area by area.

use super::store::{self, New, Own};
use super::{Brand, Colour, Logo};
use crate::access::text;
use crate::areas::Area;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::materials::making::{self, data_url};
use crate::messages::pictures::{self, LIMIT};
use crate::web::{Answer, FieldErrors, Form, Layout, Multipart, Path, Query, Viewer, drawn_under, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::multipart;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// Bytes of the form with a logo.
pub const LARGEST: usize = LIMIT + 64 * 1024;

/// A brand as it is typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    area: String,
    party: String,
    colour: String,
    second: String,
    without_logo: bool,
    file: Option<Vec<u8>>,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/brand.html")]
struct BrandPage {
    layout: Layout,
    errors: FieldErrors,
    areas: Vec<Area>,
    own: Vec<Own>,
    /// What holds in the chosen area now.
    holds: Brand,
    typed: Typed,
}

impl BrandPage {
    fn logo(&self) -> Option<String> {
        self.holds.logo.as_ref().map(|logo| data_url(logo.png, &logo.bytes))
    }

    /// "7.2 : 1", of the letters on the first colour.
    fn contrast(&self) -> String {
        format!("{:.1}", self.holds.colour.against(self.holds.colour.letters()))
    }

    fn letters(&self) -> &'static str {
        if self.holds.colour.letters() == Colour::WHITE { "white" } else { "black" }
    }

    fn headings(&self) -> &'static str {
        if self.holds.colour.heading() == self.holds.colour {
            "in the first colour"
        } else {
            "in ink, since the first colour is too light on paper"
        }
    }

    /// What will hardly be seen on paper, in words after its notice's beginning; empty: nothing.
    fn pale(&self) -> &'static str {
        let Brand { area, colour, second, .. } = &self.holds;
        match (colour.against(*second) < 1.25, second.against(Colour::WHITE) < 1.5) {
            _ if area.is_none() => "",
            (true, _) => {
                "It is as light as the first, and does not stand out from a field of it. Choose a lighter or a darker one."
            }
            (_, true) => "Rules on white paper nearly vanish in it. Choose a darker one.",
            _ => "",
        }
    }

    /// The area around it whose brand holds here.
    fn elsewhere(&self) -> Option<&str> {
        self.holds.area.as_ref().filter(|_| !self.is_own()).map(|(_, name)| name.as_str())
    }

    /// Whether the area that is shown has its own.
    fn is_own(&self) -> bool {
        self.holds.area.as_ref().is_some_and(|(area, _)| area.to_string() == self.typed.area)
    }
}

/// Which area's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    area: String,
}

/// A form of a button alone.
#[derive(Debug, Deserialize)]
pub struct Bare {}

/// `GET /materials/brand`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    draw(&viewer, layout, Typed { area: asked.area, ..Typed::default() }, FieldErrors::default()).await
}

async fn draw(viewer: &Viewer, layout: Layout, mut typed: Typed, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = making::areas(&mut scope).await?;
    let area = areas.iter().find(|a| a.id.to_string() == typed.area).map_or(viewer.area, |a| a.id);
    let holds = store::of(&mut scope, area).await?;
    let own = store::own(&mut scope).await?;
    scope.commit().await?;
    typed.area = area.to_string();
    if !errors.any() {
        typed.party.clone_from(&holds.party);
    }
    // A colour's field takes colours alone.
    typed.colour = Colour::parse(&typed.colour).unwrap_or(holds.colour).text();
    typed.second = Colour::parse(&typed.second).unwrap_or(holds.second).text();
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, BrandPage { layout, errors, areas, own, holds, typed }).into_response())
}

/// The form's fields come into `typed`, and stay there where the logo does not come through.
async fn take(mut form: multipart::Multipart, grant: Uuid, typed: &mut Typed) -> Result<(), Error> {
    let broken =
        |_| Error::field("logo", "The logo did not come through whole, or is larger than 10 MB. Choose it again");
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "logo" {
            let bytes = field.bytes().await.map_err(broken)?;
            typed.file = Some(bytes.to_vec()).filter(|bytes| !bytes.is_empty());
            continue;
        }
        let words = field.text().await.map_err(broken)?;
        match name.as_str() {
            "_grant" => drawn_under(&words, grant)?,
            "area" => typed.area = words,
            "party" => typed.party = words,
            "colour" => typed.colour = words,
            "second" => typed.second = words,
            "without_logo" => typed.without_logo = true,
            _ => {}
        }
    }
    Ok(())
}

async fn logo(file: Option<Vec<u8>>, errors: &mut FieldErrors) -> Result<Option<Logo>, Error> {
    let Some(file) = file else { return Ok(None) };
    let drawn = if file.len() > LIMIT {
        Err(Error::field("logo", "Choose a picture of at most 10 MB"))
    } else {
        pictures::drawn(file).await.map_err(|error| match error {
            Error::Invalid(said) => {
                Error::field("logo", said.into_iter().next().map(|s| s.message).unwrap_or_default())
            }
            other => other,
        })
    };
    Ok(errors.take_invalid(drawn)?.map(|drawn| Logo { png: drawn.png, bytes: drawn.bytes }))
}

/// `POST /materials/brand`
///
/// # Errors
/// [`Error::Conflict`] when the reader changed role meanwhile.
pub async fn keep(viewer: Viewer, layout: Layout, form: Result<Multipart, Error>) -> Answer {
    let (mut errors, mut typed) = (FieldErrors::default(), Typed::default());
    let whole = match errors.take_invalid(form)? {
        Some(Multipart(form)) => errors.take_invalid(take(form, viewer.grant, &mut typed).await)?.is_some(),
        None => false,
    };
    if !whole {
        // One cause, one error: what did not come is not missing.
        return draw(&viewer, layout, typed, errors).await;
    }
    let party = errors
        .take(text("party", &typed.party, 120, "Give the name that stands on what is printed"))
        .map(|p| clean(&p));
    let mut colour = |field: &str, typed: &str| {
        let read = Colour::parse(typed);
        errors.take(read.ok_or_else(|| Error::field(field, "Choose a colour, or write it as #752b62")))
    };
    let (first, second) = (colour("colour", &typed.colour), colour("second", &typed.second));
    let logo = logo(typed.file.take(), &mut errors).await?;
    let (Some(party), Some(colour), Some(second), false) = (party, first, second, errors.any()) else {
        return draw(&viewer, layout, typed, errors).await;
    };
    let mut scope = viewer.scope().await?;
    let area = making::areas(&mut scope).await?.into_iter().find(|a| a.id.to_string() == typed.area);
    let area = area.ok_or(Error::NotFound)?.id;
    store::keep(&mut scope, area, &New { party, colour, second, logo, without_logo: typed.without_logo }).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/materials/brand?area={area}&said=brand-kept")))
}

/// `POST /materials/brand/{area}/removal`
///
/// # Errors
/// [`Error::NotFound`] where there is none of one's own.
pub async fn remove(viewer: Viewer, Path(area): Path<i64>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    if !store::remove(&mut scope, area).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    Ok(see_other("/materials/brand?said=brand-gone"))
}
