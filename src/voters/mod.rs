//! Who votes by post or proxy, and who voted: councils' absent voters' lists and marked registers, each of one poll.
//!
//! `reading` parts a council's file into cells and leaves addresses and proxies' names unread, `columns` says which column is
//! what, `row` makes of a line what it says of one elector number, `plan` compares with the register and changes nothing,
//! `imports` stages, looks over and throws away, `apply` makes it so in one transaction, `withdrawal` takes it back. A newer absent
//! voters' list takes the place of the one before in its districts; a marked register is added to. Nothing here ever says for whom
//! anybody voted.

pub mod apply;
pub mod columns;
pub mod imports;
pub mod pages;
pub mod plan;
pub mod reading;
pub mod row;
pub mod store;
pub mod withdrawal;
pub mod withdrawal_pages;

/// What a council's file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The absent voters' list as it stands before the last day for applying.
    Current,
    /// The final one, after the 6th working day before the poll.
    Final,
    /// The marked register: who voted.
    Marked,
}

impl What {
    /// Each, as the form offers them.
    pub const ALL: [What; 3] = [What::Current, What::Final, What::Marked];

    /// The word in forms and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            What::Current => "current",
            What::Final => "final",
            What::Marked => "marked",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<What> {
        What::ALL.into_iter().find(|w| w.as_str() == word)
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            What::Current => "Absent voters’ list, current",
            What::Final => "Absent voters’ list, final",
            What::Marked => "Marked register",
        }
    }

    /// Whether it says who voted.
    pub fn is_marked(self) -> bool {
        self == What::Marked
    }
}

/// What a line says of whoever has its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vote {
    /// Votes, or voted, by post.
    Post,
    /// Votes, or voted, by proxy.
    Proxy,
    /// Votes by a proxy who votes by post.
    PostalProxy,
    /// Voted at the polling station.
    InPerson,
    /// Voted, no word how.
    Voted,
    /// Is on no absent voters' list, or did not vote.
    Not,
}

impl Vote {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Vote::Post => "post",
            Vote::Proxy => "proxy",
            Vote::PostalProxy => "postal-proxy",
            Vote::InPerson => "in-person",
            Vote::Voted => "voted",
            Vote::Not => "not",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Vote> {
        [Vote::Post, Vote::Proxy, Vote::PostalProxy, Vote::InPerson, Vote::Voted]
            .into_iter()
            .find(|v| v.as_str() == word)
    }

    /// Whether a file of this kind may say so: what it says by itself, and what somebody may say of all of its lines.
    pub fn fits(self, what: What) -> bool {
        match self {
            Vote::Post | Vote::Proxy | Vote::Not => true,
            Vote::PostalProxy => !what.is_marked(),
            Vote::InPerson | Vote::Voted => what.is_marked(),
        }
    }

    /// "by post", as ways of voting are called.
    pub fn words(self) -> &'static str {
        match self {
            Vote::Post => "by post",
            Vote::Proxy => "by proxy",
            Vote::PostalProxy => "by a proxy who votes by post",
            Vote::InPerson => "in person",
            Vote::Voted => "without a word how",
            Vote::Not => "not",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_each_file_says_its_own() {
        for what in What::ALL {
            assert_eq!(What::parse(what.as_str()), Some(what));
        }
        for vote in [Vote::Post, Vote::Proxy, Vote::PostalProxy, Vote::InPerson, Vote::Voted] {
            assert_eq!(Vote::parse(vote.as_str()), Some(vote));
        }
        assert!(!Vote::PostalProxy.fits(What::Marked) && !Vote::InPerson.fits(What::Final));
        assert_eq!(Vote::parse("for the harbour party"), None);
    }
}
