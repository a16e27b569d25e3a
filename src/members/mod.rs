//! Members: the party's own file brought in, looked over first; the list, each member's page, and who they are on the register.
//!
//! `reading` parts a file into cells, `columns` says which column is what, `row` makes a member of a line, `plan` compares
//! with what is held and changes nothing, `apply` makes it so in one transaction. `matches` puts members beside electors.

pub mod apply;
pub mod columns;
pub mod erased;
pub mod imports;
pub mod lapsing;
pub mod list;
pub mod matches;
pub mod one;
pub mod pages;
pub mod plan;
pub mod reading;
pub mod row;
pub mod typed;
pub mod workbook;

use crate::access::membership::Standing;
use crate::web::words;
use chrono::NaiveDate;

/// How a membership stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, sqlx::Type,
)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum State {
    /// Paid up, or within its grace.
    Current,
    /// Not renewed.
    Lapsed,
    /// Suspended by the party.
    Suspended,
    /// Left.
    Resigned,
    /// Expelled by the party.
    Expelled,
}

impl State {
    /// Every state, in the order pages offer them.
    pub const ALL: [State; 5] = [State::Current, State::Lapsed, State::Suspended, State::Resigned, State::Expelled];

    /// The word in files, forms and the database.
    pub fn as_str(self) -> &'static str {
        self.standing().as_str()
    }

    /// The word on pages.
    pub fn title(self) -> &'static str {
        match self {
            State::Current => "Current",
            State::Lapsed => "Lapsed",
            State::Suspended => "Suspended",
            State::Resigned => "Resigned",
            State::Expelled => "Expelled",
        }
    }

    /// The colour of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            State::Current => "good",
            State::Lapsed => "warn",
            State::Suspended | State::Resigned | State::Expelled => "",
        }
    }

    /// What access that depends on membership goes by.
    pub fn standing(self) -> Standing {
        match self {
            State::Current => Standing::Current,
            State::Lapsed => Standing::Lapsed,
            State::Suspended => Standing::Suspended,
            State::Resigned => Standing::Resigned,
            State::Expelled => Standing::Expelled,
        }
    }

    /// The state that a party's file means by a word.
    pub fn parse(word: &str) -> Option<State> {
        match crate::electors::folding::fold(word).as_str() {
            "current" | "active" | "paid" | "live" | "member" | "good standing" | "in good standing" => {
                Some(State::Current)
            }
            "lapsed" | "expired" | "overdue" | "in arrears" | "not renewed" => Some(State::Lapsed),
            "suspended" => Some(State::Suspended),
            "resigned" | "left" | "withdrawn" => Some(State::Resigned),
            "expelled" | "excluded" | "removed" => Some(State::Expelled),
            _ => None,
        }
    }
}

/// A way of reaching somebody, as consent is given for each.
pub const CHANNELS: [(&str, &str); 4] =
    [("email", "Email"), ("text", "Text message"), ("phone", "Telephone"), ("post", "Post")];

/// The words for a channel.
pub fn channel_title(channel: &str) -> &str {
    CHANNELS.iter().find(|(key, _)| *key == channel).map_or(channel, |(_, title)| title)
}

/// A day of a membership in a table; nothing where none is known.
pub fn day(day: Option<NaiveDate>) -> String {
    day.map(words::short_date).unwrap_or_default()
}

/// Today in the United Kingdom.
pub fn today() -> NaiveDate {
    words::day_of(chrono::Utc::now())
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn a_state_is_read_in_the_words_that_files_use() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            assert_eq!(State::parse(&state.title().to_uppercase()), Some(state));
        }
        assert_eq!(State::parse(" Active "), Some(State::Current));
        assert_eq!(State::parse("L4000159"), None);
    }
}
