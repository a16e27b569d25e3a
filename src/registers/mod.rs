//! Reading councils' files, and bringing what they say into the house.
//!
//! The pure half knows encodings, formats, rows, and who is who from one register to the next. The other half works in
//! steps: `staging` puts a file's rows aside, `ground` finds whose register it is, `linking` finds who of it is
//! held already, `preview` counts what would change, `apply` makes it so in one transaction, and `doubtful`
//! keeps the pairs that a person must decide. Until the last transaction commits nothing has changed.

pub mod cells;
pub mod dates;
pub mod duplicates;
pub mod encoding;
pub mod formats;
mod groups;
pub mod lines;
pub mod markers;
pub mod matching;
pub mod number;
pub mod reader;
pub mod row;
pub mod similarity;

pub mod apply;
mod counts;
pub mod doubtful;
pub mod ground;
pub mod in_force;
pub mod job;
pub mod linking;
pub mod lists;
pub mod pages;
pub mod preview;
pub mod staging;
pub mod store;
pub mod turns;
pub mod upload;

/// By which rule of law the register came (Representation of the People Regulations 2001).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A registered party, regulation 106.
    #[default]
    Party,
    /// A person nominated for a constituency, regulation 105.
    Constituency,
    /// An elected representative, regulation 103.
    Representative,
    /// A candidate, regulation 108: no later updates, only until the poll.
    Candidate,
}

impl Basis {
    /// All, in the order pages offer them.
    pub const ALL: [Basis; 4] = [Basis::Party, Basis::Constituency, Basis::Representative, Basis::Candidate];

    /// The word in forms and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::Party => "party",
            Basis::Constituency => "constituency",
            Basis::Representative => "representative",
            Basis::Candidate => "candidate",
        }
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Basis::Party => "Party (regulation 106)",
            Basis::Constituency => "Nominated person of a constituency (regulation 105)",
            Basis::Representative => "Elected representative (regulation 103)",
            Basis::Candidate => "Candidate (regulation 108), until the poll only",
        }
    }

    /// The basis of this word.
    pub fn parse(word: &str) -> Option<Basis> {
        Basis::ALL.into_iter().find(|b| b.as_str() == word)
    }
}

/// A format's name as people say it.
pub fn format_title(format: &str) -> &str {
    match format {
        "xpress-full-14" => "Xpress, full, 14 columns",
        "xpress-full-13" => "Xpress, full, 13 columns",
        "eros-a-full" => "EROS, full, with PD and ENO",
        "eros-b-full" => "EROS, full, with PDCode and RollNo",
        other => other,
    }
}

/// An encoding's name as people say it.
pub fn encoding_title(encoding: &str) -> &str {
    match encoding {
        "utf-8" => "UTF-8",
        "utf-8-bom" => "UTF-8 with a mark",
        "windows-1252" => "Windows-1252, read as such",
        "utf-16" => "UTF-16, read as such",
        "xlsx" => "an Excel workbook",
        other => other,
    }
}
