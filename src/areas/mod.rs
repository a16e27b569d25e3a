//! Polling districts, the only leaf, and the areas made of them.
//!
//! What enters is a code that a person typed or a council's file; what leaves is an area's id, which PostgreSQL
//! resolves to districts whenever somebody acts in it.

pub mod choices;
pub mod import;
pub mod pages;
pub mod places;
pub mod store;

/// An area as lists and choices show it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Area {
    /// Its id.
    pub id: i64,
    /// `installation`, `authority`, `district`, `ward`, `division`, `constituency`, `devolved` or `branch`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What to type for it: short name, GSS code, or `AUTHORITY/LETTERS`.
    pub code: String,
    /// What people call a district, which is named by its letters; empty where it has no name, and of other areas.
    #[serde(skip)]
    pub known_as: String,
}

/// A kind of area that people make of districts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Elects councillors of a district or unitary council.
    Ward,
    /// Elects a county councillor.
    Division,
    /// Elects a member of the UK Parliament.
    Constituency,
    /// Elects members of a devolved parliament.
    Devolved,
    /// A unit of the party.
    Branch,
}

impl Kind {
    /// All, in the order pages offer them.
    pub const ALL: [Kind; 5] = [Kind::Ward, Kind::Branch, Kind::Constituency, Kind::Division, Kind::Devolved];

    /// The word in forms and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Ward => "ward",
            Kind::Division => "division",
            Kind::Constituency => "constituency",
            Kind::Devolved => "devolved",
            Kind::Branch => "branch",
        }
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Ward => "Ward",
            Kind::Division => "County division",
            Kind::Constituency => "Constituency",
            Kind::Devolved => "Devolved seat",
            Kind::Branch => "Branch",
        }
    }

    /// The kind of this word.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.as_str() == word)
    }
}

/// The words for any kind of area.
pub fn kind_title(kind: &str) -> &'static str {
    match (Kind::parse(kind), kind) {
        (Some(kind), _) => kind.title(),
        (None, "installation") => "Everything",
        (None, "authority") => "Authority",
        (None, _) => "Polling district",
    }
}

/// Whether a code has the shape that the Office for National Statistics gives its areas: a letter and eight figures.
pub fn is_gss(code: &str) -> bool {
    code.len() == 9
        && code.starts_with(|c: char| c.is_ascii_uppercase())
        && code.bytes().skip(1).all(|b| b.is_ascii_digit())
}
