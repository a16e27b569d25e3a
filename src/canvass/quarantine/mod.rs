//! Results that cannot stand yet, on the organiser's side: access had ended when they came, or something in them is
//! wrong. Nothing is lost: an organiser accepts each, which makes it a result of its sender's, or bins it with a reason.

pub mod decide;
pub mod pages;
pub mod store;

use crate::canvass::ListId;
use crate::canvass::results::{DoorResult, Incoming, Refusal};
use crate::database::ParseIdError;
use crate::electors::{ElectorId, HouseholdId};
use chrono::{DateTime, Utc};
use serde_json::Value;
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
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, digest) = text.split_once('.').ok_or(ParseIdError)?;
        let id = id.parse().map_err(|_| ParseIdError)?;
        let digest = hex::decode(digest).map_err(|_| ParseIdError)?;
        Ok(Key { id, digest })
    }
}

/// What a waiting result says, as far as it can be read: each key by itself, since one that is wrong must not hide the
/// others from the person who decides.
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
    /// The note.
    pub note: Option<String>,
    /// What the device's clock said.
    pub at: Option<DateTime<Utc>>,
}

impl Content {
    /// Reads what was kept.
    pub fn read(content: &Value) -> Self {
        let text = |key: &str| content.get(key).and_then(Value::as_str).map(str::to_owned);
        let texts = |key: &str| {
            let all = content.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Content {
            list: text("list").and_then(|t| t.parse().ok()),
            household: text("household").and_then(|t| t.parse().ok()),
            elector: text("elector").and_then(|t| t.parse().ok()),
            outcome: text("outcome").unwrap_or_default(),
            intention: text("intention"),
            issues: texts("issues"),
            asks: texts("asks"),
            note: text("note").filter(|n| !n.is_empty()),
            at: text("at").and_then(|t| DateTime::parse_from_rfc3339(&t).ok()).map(|t| t.to_utc()),
        }
    }
}

/// What a waiting result says, when it is one: what came by a form has no clock and counts as said when it came.
///
/// # Errors
/// The first key that cannot stand.
pub fn as_result(id: Uuid, content: &Value, received_at: DateTime<Utc>) -> Result<DoorResult, Refusal> {
    let mut content = content.clone();
    if content.get("at").is_some_and(Value::is_null) {
        content["at"] = received_at.to_rfc3339().into();
    }
    Incoming::under_id(id, &content).result
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
    fn a_form_without_a_clock_was_said_when_it_came() {
        let now = Utc::now();
        let kept = json!({"list": "1.2", "household": "1.3", "outcome": "not-home", "at": null});
        assert_eq!(as_result(Uuid::from_u128(1), &kept, now).unwrap().at, Some(now));
        let wrong = json!({"list": "1.2", "household": "1.3", "outcome": "shouted", "at": null});
        assert_eq!(as_result(Uuid::from_u128(1), &wrong, now).unwrap_err().field, "outcome");
    }

    #[test]
    fn keys_survive_a_form() {
        let key = Key { id: Uuid::from_u128(7), digest: vec![1, 255] };
        assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
        assert!("7.zz".parse::<Key>().is_err());
    }
}
