//! Kept looks: what is chosen on a form of labels, out cards or posters, kept under a name, so that nobody types it each time. What
//! enters is what the form says that is not about one run alone; what leaves fills the form again. They are templates like those of
//! letters (`letters::store`): of the area in use or of the whole organisation, in versions that never change; whoever works in an area
//! inside begins from them, and does not change them.

pub mod pages;
pub mod store;

use super::Kind;
use super::letters::store::{self as templates, Template};
use crate::access::text;
use crate::database::Scoped;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::web::{FieldErrors, Viewer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Kinds whose forms are kept.
pub const KINDS: [Kind; 3] = [Kind::Labels, Kind::OutCards, Kind::Posters];

/// What a form says of keeping, beside its choices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// The kept one that it was filled from, as it came.
    pub kept: String,
    /// Under which name it is to be kept.
    pub name: String,
    /// The one that was said to be replaced when the form was drawn, as it came.
    pub confirmed: String,
    /// The one that another press replaces; empty: none.
    pub replaces: String,
}

impl Keeping {
    /// As three fields of a form hold it.
    pub fn typed(kept: &str, keep_as: &str, replaces: &str) -> Self {
        Keeping { kept: kept.into(), name: keep_as.into(), confirmed: replaces.into(), replaces: String::new() }
    }
}

/// What a page shows of what is kept.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// What is made there.
    pub kind: Kind,
    /// What may be begun from.
    pub kept: Vec<Template>,
    /// Whose the next one is.
    pub whose: String,
    /// What of the address goes on to the form that is filled.
    pub carried: String,
    /// What the form says.
    pub said: Keeping,
}

impl Shelf {
    /// The form filled from this one.
    pub fn filled(&self, one: &Template) -> String {
        place(self.kind, one.id, &self.carried)
    }

    /// Whether the form was filled from this one.
    pub fn is_open(&self, one: &Template) -> bool {
        self.said.kept == one.id.to_string()
    }

    /// What is kept of such a form, in a sentence.
    pub fn keeps(&self) -> &'static str {
        match self.kind {
            Kind::Labels => "The stickers and what a label is for; not the selection, nor where a sheet begins.",
            Kind::Posters => "What the poster says and its paper; not the poll, nor how many.",
            _ => "What the card says; not the poll, nor how many.",
        }
    }
}

/// Where the form of a kind is that is filled from this one, with what goes on of the address.
pub fn place(kind: Kind, id: Uuid, carried: &str) -> String {
    format!("/materials/{}?kept={id}{carried}", kind.as_str())
}

/// Choices of this one run, to go on in an address: ids and figures alone.
pub fn carried(choices: &[(&str, &str)]) -> String {
    let plain = |value: &str| !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    choices.iter().filter(|(_, value)| plain(value)).map(|(name, value)| format!("&{name}={value}")).collect()
}

/// What a page shows of a kind's kept looks.
///
/// # Errors
/// What the database says.
pub async fn shelf(
    scope: &mut Scoped,
    viewer: &Viewer,
    kind: Kind,
    said: Keeping,
    carried: String,
) -> Result<Shelf, Error> {
    let kept = templates::of_kinds(scope, &[kind]).await?;
    let whose = match own(scope, viewer).await? {
        Some(_) => viewer.area_name.clone(),
        None => "the whole organisation: others use it and cannot change it".into(),
    };
    Ok(Shelf { kind, kept, whose, carried, said })
}

/// Whose what is kept here is: the area in use; None where that is everywhere, which is the whole organisation's.
async fn own(scope: &mut Scoped, viewer: &Viewer) -> Result<Option<i64>, Error> {
    Ok(if templates::works_everywhere(scope).await? { None } else { Some(viewer.area) })
}

/// What the address names as `kept`, with what it holds; none where it names none.
///
/// # Errors
/// [`Error::NotFound`] when it was taken away, is of an area beside the one in use, or of another kind.
pub async fn opened<T: DeserializeOwned>(
    scope: &mut Scoped,
    kind: Kind,
    kept: &str,
) -> Result<Option<(Template, T)>, Error> {
    if kept.is_empty() {
        return Ok(None);
    }
    let id = kept.parse::<Uuid>().map_err(|_| Error::NotFound)?;
    let one = templates::one(scope, &[kind], id).await?;
    if one.ended {
        return Err(Error::NotFound);
    }
    let content = templates::content(scope, id, one.version).await?;
    Ok(Some((one, serde_json::from_value(content).map_err(Error::internal)?)))
}

/// Keeps a form's choices under the name that it gives; which one it is then. None: what cannot stand, or would replace another that
/// nobody was told of yet, goes to `errors`.
///
/// # Errors
/// [`Error::Conflict`] when somebody kept one of this name at the same moment.
pub async fn keep<T: Serialize>(
    scope: &mut Scoped,
    viewer: &Viewer,
    kind: Kind,
    said: &mut Keeping,
    content: Option<&T>,
    errors: &mut FieldErrors,
) -> Result<Option<Uuid>, Error> {
    let name = errors.take(text("keep_as", &clean(&said.name), 80, "Give it a name, to find it again by"));
    let (Some(name), Some(content), false) = (name, content, errors.any()) else { return Ok(None) };
    let content = serde_json::to_value(content).map_err(Error::internal)?;
    let area = own(scope, viewer).await?;
    let Some((id, version)) = store::named(scope, area, kind, &name).await? else {
        let made = templates::make(scope, area, kind, &name, &content).await;
        return made.map(Some).map_err(at_once);
    };
    let replaces = format!("{id}.{version}");
    if said.confirmed != replaces {
        said.replaces = replaces;
        let next = version + 1;
        errors.add(
            "keep_as",
            format!("There is one of this name. “Keep under this name” replaces what it holds, as version {next}. Or choose another name"),
        );
        return Ok(None);
    }
    templates::change(scope, id, version, &name, &content).await?;
    Ok(Some(id))
}

/// Two who keep one of the same name at once.
fn at_once(error: Error) -> Error {
    match error {
        Error::Invalid(_) => Error::Conflict("Somebody kept one of this name a moment ago. Open the page again".into()),
        other => other,
    }
}

/// Which kept one, and which version of it, a run is made by: the one that the form was filled from, where what it holds is unchanged.
///
/// # Errors
/// What the database says.
pub async fn made_by<T: Serialize>(
    scope: &mut Scoped,
    kind: Kind,
    kept: &str,
    content: &T,
) -> Result<Option<(Uuid, i32)>, Error> {
    let Ok(id) = kept.parse::<Uuid>() else { return Ok(None) };
    let content = serde_json::to_value(content).map_err(Error::internal)?;
    Ok(store::version_of(scope, kind, id, &content).await?.map(|version| (id, version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_and_figures_go_on_in_an_address() {
        let id = "0198c0de-0000-7000-8000-000000000000";
        let all = [("selection", id), ("start", "5"), ("count", ""), ("poll", "1&said=x"), ("area", "Edith Harcourt")];
        assert_eq!(carried(&all), format!("&selection={id}&start=5"));
        let at = place(Kind::OutCards, Uuid::nil(), "&count=8");
        assert_eq!(at, "/materials/out-cards?kept=00000000-0000-0000-0000-000000000000&count=8");
    }
}
