//! What anybody may know: which halves are closed, and whose installation this is.

use crate::database::Database;
use crate::error::{Error, Tool};
use chrono::{DateTime, Utc};

/// A closed half and its public notice.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Notice {
    /// Which half.
    pub tool: Tool,
    /// What the public is told.
    pub notice: String,
    /// Since when.
    pub closed_at: DateTime<Utc>,
    /// When it opens again, if known.
    pub opens_at: Option<DateTime<Utc>>,
    /// The area that it is closed in; None: everywhere.
    pub area: Option<String>,
    /// What becomes of the lists on phones.
    pub phones: Phones,
}

/// What a closure does with the lists on phones. What was said at doors stays on them either way, to be sent later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Phones {
    /// They can be read on, and nothing be said.
    #[default]
    ReadOnly,
    /// They go.
    Wipe,
}

impl Phones {
    /// Both, in the order pages offer them.
    pub const ALL: [Phones; 2] = [Phones::ReadOnly, Phones::Wipe];

    /// The word in forms, JSON, the command line and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Phones::ReadOnly => "read-only",
            Phones::Wipe => "wipe",
        }
    }

    /// The choice of this word.
    pub fn parse(word: &str) -> Option<Phones> {
        Phones::ALL.into_iter().find(|p| p.as_str() == word)
    }
}

impl Notice {
    /// "Contact is closed for technical reasons": the notice as the half's own sentence, when it is made like one.
    pub fn headline(&self) -> String {
        let tool = match &self.area {
            Some(area) => format!("{} in {area}", self.tool.title()),
            None => self.tool.title().to_owned(),
        };
        let mut letters = self.notice.chars();
        match letters.next() {
            Some(first) if self.says_it_all() => {
                format!("{tool} is {}{}", first.to_lowercase(), letters.as_str().trim_end_matches('.'))
            }
            _ => format!("{tool} is closed"),
        }
    }

    /// Whether the headline holds the whole notice.
    pub fn says_it_all(&self) -> bool {
        let begins = self.notice.starts_with("Closed ") || self.notice.starts_with("Offline ");
        begins && self.notice.chars().count() <= 80 && !self.notice.trim_end_matches('.').contains(['.', '\n'])
    }
}

/// The public notices of closed tools.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn notices(database: &Database) -> Result<Vec<Notice>, Error> {
    let rows = sqlx::query!(
        r#"select tool as "tool!", notice as "notice!", closed_at as "closed_at!", opens_at, area, phones as "phones!" from wall.notices()"#
    )
    .fetch_all(database.door())
    .await?;
    let tool = |t: &str| {
        if t == "organise" { Tool::Organise } else { Tool::Contact }
    };
    Ok(rows
        .into_iter()
        .map(|r| Notice {
            tool: tool(&r.tool),
            notice: r.notice,
            closed_at: r.closed_at,
            opens_at: r.opens_at,
            area: r.area,
            phones: Phones::parse(&r.phones).unwrap_or_default(),
        })
        .collect())
}

/// What every page may say of the installation.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Whether there was ever an administrator.
    pub set_up: bool,
    /// The data controller's name.
    pub controller: String,
    /// Where to write to.
    pub contact: String,
    /// `party`, `representative` or `candidate`: on what ground the register is held.
    pub kind: String,
    /// The notice that canvassers read out and pages show.
    pub privacy_notice: String,
    /// Whether this is the demonstration.
    pub demonstration: bool,
}

/// What every page may say of the installation.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn about(database: &Database) -> Result<About, Error> {
    let row = sqlx::query!(
        r#"select set_up as "set_up!", controller, contact, kind, privacy_notice, demonstration as "demonstration!" from wall.about()"#
    )
    .fetch_one(database.door())
    .await?;
    Ok(About {
        set_up: row.set_up,
        controller: row.controller.unwrap_or_default(),
        contact: row.contact.unwrap_or_default(),
        kind: row.kind.unwrap_or_default(),
        privacy_notice: row.privacy_notice.unwrap_or_default(),
        demonstration: row.demonstration,
    })
}

/// A privacy notice that stood from a time on.
#[derive(Debug, Clone)]
pub struct EarlierNotice {
    /// From when.
    pub at: DateTime<Utc>,
    /// The controller then.
    pub controller: String,
    /// The contact then.
    pub contact: String,
    /// What it said.
    pub privacy_notice: String,
}

/// Every privacy notice that stood, newest first: the first is in force.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn earlier_notices(database: &Database) -> Result<Vec<EarlierNotice>, Error> {
    Ok(sqlx::query_as!(
        EarlierNotice,
        r#"select at as "at!", controller as "controller!", contact as "contact!", privacy_notice as "privacy_notice!"
           from wall.earlier_notices()"#
    )
    .fetch_all(database.door())
    .await?)
}

/// A connection of the door's, for the first evening: nobody can have a session then.
pub(crate) async fn connection(database: &Database) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, Error> {
    Ok(database.door().acquire().await?)
}
