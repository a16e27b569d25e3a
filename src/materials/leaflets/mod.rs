//! Leaflets for every home, without a name, from designs: what is typed is kept as a template of its area in versions that never
//! change, and dressed in the party's colours when it is made.

pub mod edit;
pub mod make;
pub mod pages;
pub mod picture;

use super::boundary;
use super::cards::shown;
use super::letters::pictures;
use super::making::{Ground, code};
use super::press::Work;
use crate::database::Scoped;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// The most passages of one leaflet.
pub const MOST: usize = 6;

/// What stands in a passage of a new one.
const NO_TEXT: &str = "Write here what you have done, and what comes next.";
/// What stands below the headline of a new one.
const NO_INTRO: &str = "One sentence that says why this came through the door.";

/// How it is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// One page of A5.
    #[default]
    A5,
    /// One page of A4.
    A4,
    /// An A4 folded to A5: four panels, in the order in which they are printed.
    Fold,
}

impl Design {
    /// Each.
    pub const ALL: [Design; 3] = [Design::A5, Design::A4, Design::Fold];

    /// The word in forms and in what is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Design::A5 => "a5",
            Design::A4 => "a4",
            Design::Fold => "fold",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Design> {
        Design::ALL.into_iter().find(|d| d.as_str() == word)
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Design::A5 => "One page of A5: a headline and what follows from it",
            Design::A4 => "One page of A4: a newsletter",
            Design::Fold => "A4 folded to A5: four panels",
        }
    }

    /// Pages of its file.
    pub fn pages(self) -> usize {
        if self == Design::Fold { 2 } else { 1 }
    }
}

/// What shows where it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Nothing.
    #[default]
    Nothing,
    /// The area's outline; its streets where no boundary is kept.
    Map,
    /// Its streets by name.
    Streets,
}

impl Place {
    /// Each, with its word and its words.
    pub const ALL: [(Place, &'static str, &'static str); 3] = [
        (Place::Nothing, "nothing", "Nothing"),
        (Place::Map, "map", "A map of it"),
        (Place::Streets, "streets", "Its streets by name"),
    ];

    /// The one of this word.
    pub fn parse(word: &str) -> Place {
        Place::ALL.into_iter().find(|(_, w, _)| *w == word).map_or(Place::Nothing, |(place, ..)| place)
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        Place::ALL.into_iter().find(|(place, ..)| *place == self).map_or("nothing", |(_, word, _)| word)
    }
}

/// A heading and what stands below it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Passage {
    /// The heading.
    pub heading: String,
    /// Paragraphs, with empty lines between them.
    pub text: String,
}

/// What a leaflet says, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// How it is laid out.
    pub design: Design,
    /// The headline.
    pub headline: String,
    /// What stands below it.
    pub intro: String,
    /// The passages.
    pub passages: Vec<Passage>,
    /// The candidate.
    pub name: String,
    /// How to reach them.
    pub contact: String,
    /// Where the code leads.
    pub link: String,
    /// The number of the picture.
    pub picture: Option<i16>,
    /// What shows where it is about.
    pub place: Place,
}

impl Content {
    /// How a new one begins.
    pub fn begun(design: Design) -> Self {
        let passage = |heading: &str| Passage { heading: heading.into(), text: NO_TEXT.into() };
        Content {
            design,
            headline: "What matters here".into(),
            intro: NO_INTRO.into(),
            passages: vec![passage("First"), passage("Second"), passage("Third")],
            ..Content::default()
        }
    }

    /// How many characters it says, from the headline to the last passage.
    pub fn length(&self) -> usize {
        let passages = self.passages.iter().flat_map(|p| [&p.heading, &p.text]);
        [&self.headline, &self.intro].into_iter().chain(passages).map(|words| words.chars().count()).sum()
    }

    /// Whether it says somewhere what a new one says.
    pub fn is_unwritten(&self) -> bool {
        self.intro.trim() == NO_INTRO || self.passages.iter().any(|p| p.text.trim() == NO_TEXT)
    }

    /// How many letters of streets' names the design has room for, beside its picture, at the smallest size that people read.
    fn room_for_streets(&self) -> usize {
        match (self.design, self.picture) {
            (Design::A5, Some(_)) => 600,
            (Design::A5, None) => 1_000,
            (Design::A4, Some(_)) => 1_500,
            (Design::A4, None) => 2_600,
            (Design::Fold, _) => 3_800,
        }
    }

    fn common(&self, ground: &Ground) -> Value {
        let Content { design, headline, intro, passages, name, contact, link, .. } = self;
        json!({ "design": design.as_str(), "bleed": false, "headline": headline, "intro": intro, "blocks": passages, "name": name,
            "contact": contact, "link": shown(link), "qr": code(link), "picture": null, "shows": "", "map": null,
            "map-title": ground.area_name, "streets": [], "imprint": ground.lines() })
    }

    /// The work on this ground, with bleed and marks or without, without pictures.
    pub fn work(&self, ground: &Ground, bleed: bool) -> Work {
        let mut work =
            Work { sheet: "leaflet", common: self.common(ground), parts: vec![json!({})], ..Work::default() };
        work.common["bleed"] = bleed.into();
        ground.brand.dress(&mut work);
        work
    }
}

/// The same with its picture and the place that it is about.
///
/// # Errors
/// What the database says.
pub async fn whole(
    scope: &mut Scoped,
    template: Uuid,
    content: &Content,
    ground: &Ground,
    bleed: bool,
) -> Result<Work, Error> {
    let mut work = content.work(ground, bleed);
    if let Some(number) = content.picture
        && let Some(pictured) = pictures::of(scope, template).await?.into_iter().find(|p| p.number == number)
    {
        let drawn = pictures::one(scope, template, number).await?;
        work.common["picture"] = "picture".into();
        work.common["shows"] = pictured.shows.into();
        work.pictures.push(("picture".into(), drawn.bytes));
    }
    let shape = if content.place == Place::Map { boundary::store::of(scope, ground.area).await? } else { None };
    match (content.place, shape) {
        (Place::Nothing, _) => {}
        (_, Some(shape)) => {
            let (fill, line) = (ground.brand.colour.text(), ground.brand.colour.heading().text());
            work.common["map"] = json!({ "$svg": boundary::draw(&shape).svg(&fill, &line) });
        }
        (_, None) => {
            let streets = boundary::store::streets(scope, ground.area).await?;
            work.common["streets"] = listed(streets, content.room_for_streets()).into();
        }
    }
    Ok(work)
}

/// The names for which there is room, and how many there are besides: a ward has more streets than a leaflet can name.
fn listed(mut names: Vec<String>, room: usize) -> Vec<String> {
    // Between two stand three letters.
    let ends = names.iter().scan(0, |end, name| {
        *end += name.chars().count() + 3;
        Some(*end)
    });
    let fit = ends.take_while(|end| *end <= room).count();
    let more = names.len() - fit;
    if more > 0 {
        names.truncate(fit);
        names.push(format!("and {} more", crate::web::words::figure(more)));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_that_a_leaflet_has_no_room_for_are_counted_and_not_named() {
        let names: Vec<String> = (1..=400).map(|n| format!("Street {n:03}")).collect();
        let cut = listed(names.clone(), 130);
        assert_eq!((cut.len(), cut[9].as_str(), cut[10].as_str()), (11, "Street 010", "and 390 more"));
        assert_eq!(listed(names[..10].to_vec(), 130).len(), 10, "all have room");
        assert_eq!(listed(Vec::new(), 130), Vec::<String>::new());
    }

    #[test]
    fn what_is_kept_is_read_again_and_older_ones_too() {
        let content = Content { picture: Some(3), place: Place::Map, ..Content::begun(Design::Fold) };
        let kept = serde_json::to_value(&content).unwrap();
        assert_eq!(kept["design"], "fold");
        assert_eq!(serde_json::from_value::<Content>(kept).unwrap(), content);
        assert_eq!(serde_json::from_value::<Content>(json!({ "headline": "x" })).unwrap().design, Design::A5);
        assert!(content.is_unwritten() && !Content::default().is_unwritten());
        assert_eq!(Design::ALL.map(|d| Design::parse(d.as_str())), Design::ALL.map(Some));
    }
}
