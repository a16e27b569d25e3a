//! A row of the access log as it is sealed. `wall.leaf` in migration 0012 writes the same bytes; docs/seal.md holds vectors
//! that both are tested by.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The version that a leaf begins with.
const VERSION: u8 = 1;
/// What stands for the length of a field that has no value.
const NONE: [u8; 4] = [0xff; 4];
/// 2000-01-01T00:00:00Z, where PostgreSQL counts from, in microseconds since 1970.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// A hash of SHA-256.
pub type Hash = [u8; 32];

/// A moment as PostgreSQL holds it: microseconds since 2000-01-01T00:00:00Z. Its two infinities are moments too: a damaged
/// log may hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// The moment of a time, its nanoseconds cut off.
    pub fn of(at: DateTime<Utc>) -> Self {
        Moment(at.timestamp_micros().saturating_sub(POSTGRES_EPOCH))
    }

    /// As a time, where a calendar has it.
    pub fn time(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0.checked_add(POSTGRES_EPOCH)?)
    }

    /// The month it lies in, as `2026-11`.
    pub fn month(self) -> String {
        self.time().map_or_else(|| "no month".into(), |at| at.format("%Y-%m").to_string())
    }

    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('@') {
            Some(number) => number.parse().ok().map(Moment),
            None => DateTime::parse_from_rfc3339(text).ok().map(|at| Moment::of(at.to_utc())),
        }
    }
}

impl std::fmt::Display for Moment {
    /// RFC 3339 in UTC with microseconds; what no calendar has, as `@` and the number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.time() {
            Some(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::Micros, true)),
            None => write!(f, "@{}", self.0),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Moment::parse(&text).ok_or_else(|| serde::de::Error::custom("not a moment"))
    }
}

/// A row, whole: every column of `access_log`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its number, given as it was written.
    pub entry_id: i64,
    /// When.
    pub at: Moment,
    /// The transaction that wrote it.
    pub xid: i64,
    /// What kind of look, or `refused`.
    pub what: String,
    /// Under which permission.
    pub permission: String,
    /// The grant's purpose.
    pub purpose: String,
    /// Which half.
    pub tool: Option<String>,
    /// Whose account.
    pub account_id: Option<Uuid>,
    /// Under which grant.
    pub grant_id: Option<Uuid>,
    /// In which session.
    pub session_id: Option<Uuid>,
    /// The operator's session, of a command.
    pub operator_id: Option<Uuid>,
    /// The pseudonyms of the people shown, as PostgreSQL writes an array: `{…,…}`.
    pub subjects: String,
    /// The list's partition.
    pub partition_id: Option<i32>,
    /// The list shown.
    pub list_id: Option<i64>,
    /// Its version.
    pub list_version: Option<i32>,
    /// Of a refused attempt, the route.
    pub route: String,
    /// And the answer.
    pub status: Option<i16>,
    /// And where from.
    pub address: String,
}

impl Row {
    /// The bytes that are sealed: the version, then each field as its length in four bytes, the most significant first,
    /// and its value; `ff ff ff ff` where there is none.
    pub fn leaf(&self) -> Vec<u8> {
        let mut leaf = Vec::with_capacity(256 + self.subjects.len());
        leaf.push(VERSION);
        let mut field = |value: Option<&[u8]>| match value {
            Some(value) => {
                leaf.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX - 1).to_be_bytes());
                leaf.extend_from_slice(value);
            }
            None => leaf.extend_from_slice(&NONE),
        };
        field(Some(&self.entry_id.to_be_bytes()));
        field(Some(&self.at.0.to_be_bytes()));
        field(Some(&self.xid.to_be_bytes()));
        field(Some(self.what.as_bytes()));
        field(Some(self.permission.as_bytes()));
        field(Some(self.purpose.as_bytes()));
        field(self.tool.as_deref().map(str::as_bytes));
        for id in [&self.account_id, &self.grant_id, &self.session_id, &self.operator_id] {
            field(id.as_ref().map(|id| id.as_bytes().as_slice()));
        }
        field(Some(self.subjects.as_bytes()));
        field(self.partition_id.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
        field(self.list_id.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
        field(self.list_version.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
        field(Some(self.route.as_bytes()));
        field(self.status.map(i16::to_be_bytes).as_ref().map(<[u8; 2]>::as_slice));
        field(Some(self.address.as_bytes()));
        leaf
    }

    /// The leaf's hash in the tree: SHA-256 of a zero byte and the leaf (RFC 6962, section 2.1).
    pub fn hash(&self) -> Hash {
        Sha256::new().chain_update([0]).chain_update(self.leaf()).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_as_they_were_written() {
        for moment in [Moment(0), Moment(849_987_681_237_171), Moment(i64::MAX), Moment(i64::MIN), Moment(-1)] {
            assert_eq!(Moment::parse(&moment.to_string()), Some(moment), "{moment}");
        }
        assert_eq!(Moment(0).to_string(), "2000-01-01T00:00:00.000000Z");
    }
}
