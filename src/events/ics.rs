//! Calendars as RFC 5545 has them: one event, or somebody's own sign-ups. Times are UTC, lines end in CRLF and are folded at
//! 75 octets, and an event keeps its id for good, so that a calendar changes what it has instead of adding to it.

use chrono::{DateTime, Utc};
use std::fmt::Write;
use uuid::Uuid;

/// The longest line, in octets, without its end.
const LONGEST: usize = 75;

/// What stands in a calendar.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Stays the same for good.
    pub uid: Uuid,
    /// What it is called.
    pub title: String,
    /// Where.
    pub place: String,
    /// Where on a map: north, east.
    pub at: Option<(f64, f64)>,
    /// What else there is to say.
    pub words: String,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// Called off.
    pub cancelled: bool,
    /// Not sure yet: waiting for a place.
    pub tentative: bool,
    /// When it was changed last.
    pub changed: DateTime<Utc>,
    /// How often it was changed: the higher one stands.
    pub sequence: i32,
    /// Its page.
    pub url: String,
}

/// A whole calendar of this name; `host` makes ids the installation's own.
pub fn calendar(name: &str, host: &str, entries: &[Entry]) -> String {
    let mut out = String::new();
    for fixed in
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hustings//Events//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    {
        line(&mut out, fixed);
    }
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(name)));
    for entry in entries {
        event(&mut out, host, entry);
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn event(out: &mut String, host: &str, e: &Entry) {
    let state = match (e.cancelled, e.tentative) {
        (true, _) => "CANCELLED",
        (_, true) => "TENTATIVE",
        _ => "CONFIRMED",
    };
    line(out, "BEGIN:VEVENT");
    line(out, &format!("UID:{}@{}", e.uid, escaped(host)));
    line(out, &format!("DTSTAMP:{}", utc(e.changed)));
    line(out, &format!("LAST-MODIFIED:{}", utc(e.changed)));
    line(out, &format!("SEQUENCE:{}", e.sequence));
    line(out, &format!("DTSTART:{}", utc(e.starts)));
    line(out, &format!("DTEND:{}", utc(e.ends)));
    line(out, &format!("SUMMARY:{}", escaped(&e.title)));
    line(out, &format!("LOCATION:{}", escaped(&e.place)));
    if let Some((lat, long)) = e.at {
        line(out, &format!("GEO:{lat:.6};{long:.6}"));
    }
    if !e.words.is_empty() {
        line(out, &format!("DESCRIPTION:{}", escaped(&e.words)));
    }
    line(out, &format!("URL:{}", e.url));
    line(out, &format!("STATUS:{state}"));
    line(out, "END:VEVENT");
}

/// 20261128T103000Z.
fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A text's value: what means something to a calendar is marked as meaning nothing, and what no calendar may hold is left out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => _ = write!(out, "\\{letter}"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a content line, folded where it is too long: never within a letter.
fn line(out: &mut String, content: &str) {
    let mut room = LONGEST;
    for letter in content.chars() {
        if letter.len_utf8() > room {
            out.push_str("\r\n ");
            // The space at the beginning counts.
            room = LONGEST - 1;
        }
        out.push(letter);
        room -= letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unfolded(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    fn unescaped(value: &str) -> String {
        let mut out = String::new();
        let mut letters = value.chars();
        while let Some(letter) = letters.next() {
            match (letter, letter == '\\') {
                (_, true) => match letters.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(c) => out.push(c),
                    None => panic!("a stroke at the end of {value}"),
                },
                (c, _) => out.push(c),
            }
        }
        out
    }

    fn entry(title: &str, words: &str) -> Entry {
        let at = DateTime::from_timestamp(1_795_867_200, 0).unwrap();
        Entry {
            uid: Uuid::nil(),
            title: title.into(),
            place: "The bandstand, Saltern Green".into(),
            at: Some((50.7184, -3.5339)),
            words: words.into(),
            starts: at,
            ends: at,
            cancelled: false,
            tentative: false,
            changed: at,
            sequence: 2,
            url: "https://hustings.example/events/1".into(),
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_can_be_read_back_and_no_line_is_too_long(title in any::<String>(), words in any::<String>()) {
            let text = calendar("Hustings", "hustings.example", &[entry(&title, &words)]);
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= 75, "{} octets", line.len());
                prop_assert!(!line.contains(['\n', '\r']));
            }
            let whole = unfolded(&text);
            let value = |key: &str| whole.split("\r\n").find_map(|l| l.strip_prefix(key)).map(unescaped).unwrap_or_default();
            let kept = |text: &str| {
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect::<String>()
            };
            prop_assert_eq!(value("SUMMARY:"), kept(&title));
            prop_assert_eq!(value("DESCRIPTION:"), kept(&words));
            // Nobody's words begin a line of their own.
            prop_assert_eq!(whole.matches("BEGIN:VEVENT\r\n").count(), 1);
            prop_assert_eq!(whole.split("\r\n").filter(|l| l.starts_with("BEGIN:")).count(), 2);
        }
    }

    #[test]
    fn an_event_is_as_the_standard_has_it() {
        let mut gone = entry("Stall; tea, cake", "Bring a coat\nand a pen");
        gone.cancelled = true;
        let text = calendar("Wexmere", "hustings.example", &[gone]);
        for line in [
            "SUMMARY:Stall\\; tea\\, cake",
            "DESCRIPTION:Bring a coat\\nand a pen",
            "STATUS:CANCELLED",
            "SEQUENCE:2",
            "DTSTART:20261128T120000Z",
            "UID:00000000-0000-0000-0000-000000000000@hustings.example",
        ] {
            assert!(unfolded(&text).contains(&format!("\r\n{line}\r\n")), "{line} in {text}");
        }
    }
}
