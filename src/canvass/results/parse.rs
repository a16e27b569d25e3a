//! Reading a result: either it is one, whole and in order, or the first key that cannot stand is named.

use super::{Ask, Digest, DoorResult, NOTE_LENGTH, Outcome, Refusal, Voted, digest_of};
use crate::canvass::ListId;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::str::FromStr;
use uuid::Uuid;

const KEYS: [&str; 11] =
    ["list", "household", "elector", "outcome", "intention", "issues", "asks", "voted", "note", "at", "base"];
/// More issues than any list has.
const MANY: usize = 100;
/// How much of one text is kept of a result that cannot stand: far more than any key takes.
const KEPT_TEXT: usize = 4_000;
/// How much of it is kept in all.
const KEPT_BYTES: usize = 60_000;

/// A result as it came: what it says, or why it cannot stand, and what is kept of it in that case.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The id it is known by.
    pub id: Uuid,
    /// The id as it was sent, for the verdict.
    pub sent_id: String,
    /// Its list, as far as that could be read.
    pub list: Option<ListId>,
    /// What it says.
    pub result: Result<DoorResult, Refusal>,
    /// Of the result in its one order; of the raw content when it is none.
    pub digest: Digest,
    /// What quarantine keeps of it.
    pub content: Value,
}

impl Incoming {
    /// A result that is known to be one.
    pub fn parsed(id: Uuid, result: DoorResult) -> Self {
        let content = serde_json::to_value(&result).unwrap_or_default();
        let list = Some(result.list);
        Incoming { id, sent_id: id.to_string(), list, digest: result.digest(), result: Ok(result), content }
    }

    /// Answers of a form that are no result.
    pub fn refused(id: Uuid, list: ListId, answers: &Value, refusal: Refusal) -> Self {
        Incoming { list: Some(list), ..Incoming::unreadable(id, id.to_string(), answers, refusal) }
    }

    /// What stands under an id: `id` may stand in the body too, when it is the same.
    pub fn under_id(id: Uuid, body: &Value) -> Self {
        let same = |v: &Value| v.as_str().and_then(|t| Uuid::parse_str(t).ok()) == Some(id);
        match body.get("id") {
            Some(other) if !same(other) => {
                Incoming::unreadable(id, id.to_string(), body, Refusal::new("id", "The address names another id"))
            }
            _ => Incoming::read(id, id.to_string(), body),
        }
    }

    /// One of an outbox, which names its id itself. One without an id of its own is kept under its content's.
    pub fn of_outbox(body: &Value) -> Self {
        let sent = body.get("id").and_then(Value::as_str).unwrap_or_default();
        match Uuid::parse_str(sent) {
            Ok(id) => Incoming::read(id, sent.to_owned(), body),
            Err(_) => {
                let mut bytes = [0; 16];
                bytes.copy_from_slice(&digest_of(body)[..16]);
                let refusal = Refusal::new("id", "This is not a UUID");
                Incoming::unreadable(Uuid::from_bytes(bytes), sent.chars().take(64).collect(), body, refusal)
            }
        }
    }

    fn read(id: Uuid, sent_id: String, body: &Value) -> Self {
        match parse(body) {
            Ok(result) => Incoming { sent_id, ..Incoming::parsed(id, result) },
            Err(refusal) => Incoming::unreadable(id, sent_id, body, refusal),
        }
    }

    fn unreadable(id: Uuid, sent_id: String, body: &Value, refusal: Refusal) -> Self {
        let list = body.get("list").and_then(Value::as_str).and_then(|l| l.parse().ok());
        let content = keepable(body);
        Incoming { id, sent_id, list, result: Err(refusal), digest: digest_of(&content), content }
    }
}

fn parse(body: &Value) -> Result<DoorResult, Refusal> {
    let map = body.as_object().ok_or_else(|| Refusal::new("body", "A result is a JSON object"))?;
    if let Some(unknown) = map.keys().find(|k| *k != "id" && !KEYS.contains(&k.as_str())) {
        let name: String = unknown.chars().filter(|c| !c.is_control()).take(60).collect();
        return Err(Refusal::new(name, "A result has no such key"));
    }
    let fields = Fields(map);
    let result = DoorResult {
        list: fields.required_id("list")?,
        household: fields.required_id("household")?,
        elector: fields.id("elector")?,
        outcome: fields.outcome()?,
        intention: fields.intention()?,
        issues: fields.issues()?,
        asks: fields.asks()?,
        voted: fields.word("voted", Voted::parse)?,
        note: fields.text("note")?.map_or(Ok(None), note)?,
        at: Some(fields.at()?),
        base: fields.base()?,
    };
    if result.intention.is_some() && result.elector.is_none() {
        return Err(Refusal::new("intention", "A voting intention needs an elector"));
    }
    Ok(result)
}

/// A result's keys, each read as what it is to be.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// A key's value; null is none.
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.0.get(key).filter(|v| !v.is_null())
    }

    fn text(&self, key: &str) -> Result<Option<&'a str>, Refusal> {
        let text = |v: &'a Value| v.as_str().ok_or_else(|| Refusal::new(key, "This is to be a text"));
        self.get(key).map(text).transpose()
    }

    fn required(&self, key: &str) -> Result<&'a str, Refusal> {
        self.text(key)?.ok_or_else(|| Refusal::new(key, "A result needs this"))
    }

    fn id<T: FromStr>(&self, key: &str) -> Result<Option<T>, Refusal> {
        let id = |text: &str| text.parse().map_err(|_| Refusal::new(key, "This is not an id"));
        self.text(key)?.map(id).transpose()
    }

    fn required_id<T: FromStr>(&self, key: &str) -> Result<T, Refusal> {
        self.required(key)?;
        self.id(key)?.ok_or_else(|| Refusal::new(key, "A result needs this"))
    }

    fn word<T>(&self, key: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Refusal> {
        let word = |text: &str| parse(text).ok_or_else(|| Refusal::new(key, "There is no such word for this"));
        self.text(key)?.map(word).transpose()
    }

    fn outcome(&self) -> Result<Outcome, Refusal> {
        self.required("outcome")?;
        self.word("outcome", Outcome::parse)?.ok_or_else(|| Refusal::new("outcome", "A result needs this"))
    }

    fn intention(&self) -> Result<Option<String>, Refusal> {
        self.text("intention")?.map(code).transpose()
    }

    fn texts(&self, key: &str) -> Result<Vec<&'a str>, Refusal> {
        let wrong = || Refusal::new(key, "This is to be a list of texts");
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let list = value.as_array().filter(|l| l.len() <= MANY).ok_or_else(wrong)?;
        list.iter().map(|v| v.as_str().ok_or_else(wrong)).collect()
    }

    fn issues(&self) -> Result<Vec<String>, Refusal> {
        issues(self.texts("issues")?)
    }

    fn asks(&self) -> Result<Vec<Ask>, Refusal> {
        asks(self.texts("asks")?)
    }

    fn at(&self) -> Result<DateTime<Utc>, Refusal> {
        let at = DateTime::parse_from_rfc3339(self.required("at")?);
        at.map(|at| at.to_utc()).map_err(|_| Refusal::new("at", "This is to be a time as RFC 3339 writes it"))
    }

    fn base(&self) -> Result<Option<Uuid>, Refusal> {
        let id = |text| Uuid::parse_str(text).map_err(|_| Refusal::new("base", "This is not a UUID"));
        self.text("base")?.map(id).transpose()
    }
}

/// A code's shape; whether it is known is asked when it is stored.
pub fn code(text: &str) -> Result<String, Refusal> {
    let shaped = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
    if shaped { Ok(text.to_owned()) } else { Err(unknown_intention()) }
}

pub(super) fn unknown_intention() -> Refusal {
    Refusal::new("intention", "This code is not on the list of voting intentions")
}

pub fn issues<'a>(codes: impl IntoIterator<Item = &'a str>) -> Result<Vec<String>, Refusal> {
    let shaped = |c: &str| (1..=8).contains(&c.len()) && c.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut issues = Vec::new();
    for code in codes {
        if !shaped(code) {
            return Err(unknown_issue());
        }
        issues.push(code.to_owned());
    }
    issues.sort_unstable();
    issues.dedup();
    Ok(issues)
}

pub(super) fn unknown_issue() -> Refusal {
    Refusal::new("issues", "One of these is not on the list of issues")
}

pub fn asks<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Vec<Ask>, Refusal> {
    let ask = |word| Ask::parse(word).ok_or_else(|| Refusal::new("asks", "One of these is not something to ask for"));
    let mut asks = words.into_iter().map(ask).collect::<Result<Vec<_>, _>>()?;
    asks.sort_unstable();
    asks.dedup();
    Ok(asks)
}

/// A note: trimmed, without what no keyboard types; nothing left is none.
pub fn note(text: &str) -> Result<Option<String>, Refusal> {
    let clean = kept_text(text);
    match clean.chars().count() {
        0 => Ok(None),
        1..=NOTE_LENGTH => Ok(Some(clean)),
        _ => Err(Refusal::new("note", format!("A note has at most {NOTE_LENGTH} characters"))),
    }
}

/// A text that pages may show and PostgreSQL can hold: no NUL, no control characters but line ends, none of the marks
/// that turn the direction of what follows.
pub fn kept_text(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ");
    lines.chars().filter(|c| *c == '\n' || !(c.is_control() || turns(*c))).collect::<String>().trim().to_owned()
}

/// What quarantine keeps of a body that is no result: every key, texts without NULs and not without end.
fn keepable(body: &Value) -> Value {
    let kept = clean(body);
    let size = kept.to_string().len();
    if size <= KEPT_BYTES {
        return kept;
    }
    Value::String(kept.to_string().chars().take(KEPT_TEXT).collect())
}

fn clean(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(kept_text(text).chars().take(KEPT_TEXT).collect()),
        Value::Array(list) => Value::Array(list.iter().map(clean).collect()),
        Value::Object(map) => map.iter().map(|(k, v)| (kept_text(k), clean(v))).collect(),
        // A number with more digits than PostgreSQL keeps is a text.
        Value::Number(number) if number.to_string().len() > 100 => Value::String(number.to_string()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn whole() -> Value {
        json!({"list": "1.2", "household": "1.3", "elector": "1.4", "outcome": "spoke", "intention": "F",
            "issues": ["HARBOUR", "BUS", "BUS"], "asks": ["will-help", "poster"], "voted": null, "note": "  Ring twice ",
            "at": "2026-11-24T19:00:00+01:00", "base": null})
    }

    fn with(key: &str, value: Value) -> Result<DoorResult, Refusal> {
        let mut body = whole();
        body[key] = value;
        parse(&body)
    }

    fn refused(key: &str, value: Value) -> String {
        with(key, value).expect_err(key).field
    }

    #[test]
    fn what_means_the_same_has_one_digest() {
        let one = parse(&whole()).unwrap();
        assert_eq!(one.issues, ["BUS", "HARBOUR"]);
        assert_eq!(one.note.as_deref(), Some("Ring twice"));
        let other = json!({"at": "2026-11-24T18:00:00.000000Z", "note": "Ring twice", "asks": ["poster", "will-help"],
            "issues": ["BUS", "HARBOUR"], "intention": "F", "outcome": "spoke", "elector": "1.4", "household": "1.3",
            "list": "1.2"});
        assert_eq!(one.digest(), parse(&other).unwrap().digest());
        assert_ne!(one.digest(), with("intention", json!("P")).unwrap().digest());
    }

    #[test]
    fn the_first_key_that_cannot_stand_is_named() {
        assert_eq!(refused("colour", json!("red")), "colour");
        for key in ["list", "household", "outcome", "at"] {
            assert_eq!(refused(key, Value::Null), key);
            assert_eq!(refused(key, json!(7)), key);
        }
        for (key, value) in [
            ("list", json!("2")),
            ("elector", json!("x.1")),
            ("outcome", json!("shouted")),
            ("intention", json!("f")),
            ("issues", json!("BUS")),
            ("issues", json!(["b u s"])),
            ("asks", json!(["money"])),
            ("voted", json!("twice")),
            ("note", json!("n".repeat(501))),
            ("at", json!("yesterday")),
            ("base", json!("1.2")),
        ] {
            assert_eq!(refused(key, value), key);
        }
        assert_eq!(refused("elector", Value::Null), "intention", "an intention needs somebody");
    }

    #[test]
    fn notes_hold_what_people_type_and_nothing_else() {
        let note = |text: &str| with("note", json!(text)).unwrap().note;
        assert_eq!(note("dog\u{0}\u{202e} bites\r\nat \u{7}noon"), Some("dog bites\nat noon".into()));
        assert_eq!(note(" \u{0} "), None);
        assert_eq!(note(&"é".repeat(500)), Some("é".repeat(500)));
        assert_eq!(note("<script>alert(1)</script>"), Some("<script>alert(1)</script>".into()));
    }

    #[test]
    fn what_is_kept_of_a_wrong_one_fits_and_can_be_held() {
        let mut body = whole();
        body["note"] = json!("\u{0}".to_owned() + &"n".repeat(1_000_000));
        let incoming = Incoming::of_outbox(&body);
        assert!(incoming.content.to_string().len() < KEPT_BYTES);
        assert!(!incoming.content.to_string().contains("\\u0000"));
        assert_eq!(incoming.list, Some("1.2".parse().unwrap()));
    }
}
