//! Materials: what is printed. What enters is a choice of electors, a design or a template, and what for; what leaves is a PDF that a
//! printer accepts, with a record of the run that made it.
//!
//! Whoever makes something reads what it needs in one scoped transaction, on record as a print, and begins a run in it
//! (`runs::begin`): whom it is for is fixed then. The server typesets it afterwards in a process of its own (`press`), which has no
//! database, no network and no files.

pub mod addressed;
pub mod boundary;
pub mod brand;
pub mod canvass_cards;
pub mod cards;
pub mod code;
pub mod gallery;
pub mod kept;
pub mod labels;
pub mod leaflets;
pub mod letters;
pub mod making;
pub mod pads;
pub mod poll_cards;
pub mod posters;
pub mod press;
pub mod runs;

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters by name, in envelopes with a window or by hand.
    Letters,
    /// Postcards by name.
    Postcards,
    /// Canvass cards and sheets of walk lists.
    CanvassCards,
    /// Address labels.
    Labels,
    /// "Vote at …" by polling place.
    PollCards,
    /// Left where nobody was at home.
    OutCards,
    /// Leaflets for every home, without a name.
    Leaflets,
    /// Posters for windows and boards.
    Posters,
    /// The privacy notice, to be left at a door.
    DoorCards,
    /// Knocking-up pads: promises by street.
    Pads,
    /// Everything for polling day, printed the night before.
    NightPack,
    /// A delivery round's cover sheet.
    RoundSheets,
}

impl Kind {
    /// Each, as the gallery has them.
    pub const ALL: [Kind; 12] = [
        Kind::CanvassCards,
        Kind::Letters,
        Kind::Postcards,
        Kind::Labels,
        Kind::Leaflets,
        Kind::OutCards,
        Kind::DoorCards,
        Kind::Posters,
        Kind::PollCards,
        Kind::Pads,
        Kind::NightPack,
        Kind::RoundSheets,
    ];

    /// The word in addresses and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Letters => "letters",
            Kind::Postcards => "postcards",
            Kind::CanvassCards => "canvass-cards",
            Kind::Labels => "labels",
            Kind::PollCards => "poll-cards",
            Kind::OutCards => "out-cards",
            Kind::Leaflets => "leaflets",
            Kind::Posters => "posters",
            Kind::DoorCards => "door-cards",
            Kind::Pads => "pads",
            Kind::NightPack => "night-pack",
            Kind::RoundSheets => "round-sheets",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.as_str() == word)
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Letters => "Letters",
            Kind::Postcards => "Postcards",
            Kind::CanvassCards => "Canvass cards",
            Kind::Labels => "Labels",
            Kind::PollCards => "Poll cards",
            Kind::OutCards => "Out cards",
            Kind::Leaflets => "Leaflets",
            Kind::Posters => "Posters",
            Kind::DoorCards => "Door cards",
            Kind::Pads => "Knocking-up pads",
            Kind::NightPack => "Night-before pack",
            Kind::RoundSheets => "Round sheets",
        }
    }

    /// Whether the public gets it: then it bears an imprint, and nothing is made without one (Representation of the People Act 1983
    /// s110, Political Parties, Elections and Referendums Act 2000 s143).
    pub fn for_the_public(self) -> bool {
        matches!(
            self,
            Kind::Letters
                | Kind::Postcards
                | Kind::PollCards
                | Kind::OutCards
                | Kind::Leaflets
                | Kind::Posters
                | Kind::DoorCards
        )
    }

    /// Whether it is a contact of the people that it is for: then it stands in their history.
    pub fn is_contact(self) -> bool {
        matches!(self, Kind::Letters | Kind::Postcards | Kind::PollCards)
    }

    /// Those that are a contact, as the database has them.
    pub fn contacts() -> Vec<String> {
        Kind::ALL.into_iter().filter(|kind| kind.is_contact()).map(|kind| kind.as_str().to_owned()).collect()
    }
}
