//! Results that cannot stand yet, on the organiser's side: access had ended when they came, or something in them is
//! wrong. Nothing is lost: an organiser accepts each, which makes it a result of its sender's, or bins it with a reason.

pub mod pages;
pub mod store;

use crate::canvass::ListId;
use crate::electors::{ElectorId, HouseholdId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Which waiting result: the id that the device made, and the digest of what it said, since one id may have come with
/// two contents. In forms `id.digest`, the digest in hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The id that the device made.
    pub id: Uuid,
    /// SHA-256 of the content.
    pub digest: Vec<u8>,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.id, hex::encode(&self.digest))
    }
}

impl std::str::FromStr for Key {
    type Err = crate::database::ParseIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, digest) = text.split_once('.').ok_or(crate::database::ParseIdError)?;
        let id = id.parse().map_err(|_| crate::database::ParseIdError)?;
        let digest = hex::decode(digest).map_err(|_| crate::database::ParseIdError)?;
        Ok(Key { id, digest })
    }
}

/// What a waiting result says, as far as it can be read: the contract's result, each key by itself, since one that is
/// wrong must not hide the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// The list.
    pub list: Option<ListId>,
    /// The home.
    pub household: Option<HouseholdId>,
    /// The person, or the home as a whole.
    pub elector: Option<ElectorId>,
    /// What happened.
    pub outcome: String,
    /// The code given.
    pub intention: Option<String>,
    /// What they care about.
    pub issues: Vec<String>,
    /// What they asked for.
    pub asks: Vec<String>,
    /// How they say they voted.
    pub voted: Option<String>,
    /// The note.
    pub note: Option<String>,
    /// What the device's clock said.
    pub at: Option<DateTime<Utc>>,
    /// The result it corrects.
    pub base: Option<Uuid>,
}

impl Content {
    /// Reads what was kept.
    pub fn read(content: &serde_json::Value) -> Self {
        let text = |key: &str| content.get(key).and_then(|v| v.as_str()).map(str::to_owned);
        let texts = |key: &str| {
            let all = content.get(key).and_then(|v| v.as_array()).cloned().unwrap_or_default();
            all.iter().filter_map(|v| v.as_str()).map(str::to_owned).collect()
        };
        Content {
            list: text("list").and_then(|t| t.parse().ok()),
            household: text("household").and_then(|t| t.parse().ok()),
            elector: text("elector").and_then(|t| t.parse().ok()),
            outcome: text("outcome").unwrap_or_default(),
            intention: text("intention"),
            issues: texts("issues"),
            asks: texts("asks"),
            voted: text("voted"),
            note: text("note").filter(|n| !n.is_empty()),
            at: text("at").and_then(|t| DateTime::parse_from_rfc3339(&t).ok()).map(|t| t.with_timezone(&Utc)),
            base: text("base").and_then(|t| t.parse().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_in_one_key_does_not_hide_the_others() {
        let read = Content::read(&json!({"list": "1.2", "household": 7, "outcome": "spoke", "intention": "ZZ",
            "issues": ["BUS", 3], "note": "", "at": "yesterday"}));
        assert_eq!(read.list, Some(ListId { partition: 1, id: 2 }));
        assert_eq!((read.household, read.at, read.note), (None, None, None));
        assert_eq!((read.intention.as_deref(), read.issues), (Some("ZZ"), vec!["BUS".to_owned()]));
    }

    #[test]
    fn keys_survive_a_form() {
        let key = Key { id: Uuid::from_u128(7), digest: vec![1, 255] };
        assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
        assert!("7.zz".parse::<Key>().is_err());
    }
}
