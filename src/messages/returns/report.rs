//! Reading a report. What is none is nothing: an ordinary letter, however it is worded, silences nobody.

use crate::messages::silence::Why;
use chrono::{DateTime, Utc};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use uuid::Uuid;

/// What a report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It cannot be delivered.
    Bounce,
    /// It could not be delivered yet, or was given up after a while.
    Delay,
    /// Whoever got it says that it was unwanted.
    Complaint,
}

impl Kind {
    /// Its word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Bounce => "bounce",
            Kind::Delay => "delay",
            Kind::Complaint => "complaint",
        }
    }
}

/// A report about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it says.
    pub kind: Kind,
    /// The other side's own word (RFC 3463); empty: none that is one.
    pub status: String,
    /// Under which id it was sent, if it may be one of ours.
    pub sent: Option<Uuid>,
    /// When it was written.
    pub at: Option<DateTime<Utc>>,
}

impl Report {
    /// Why the address is left alone.
    pub fn why(&self) -> Why {
        if self.kind == Kind::Complaint { Why::Complaint } else { Why::of_status(&self.status) }
    }
}

/// Reads a letter as a report; None: it is none.
pub fn parse(raw: &[u8]) -> Option<Report> {
    let letter = MessageParser::default().parse(raw)?;
    let root = letter.parts.first()?;
    let kind =
        root.content_type().filter(|t| is(t, "multipart", "report"))?.attribute("report-type")?.to_ascii_lowercase();
    let (kind, status) = match kind.as_str() {
        "delivery-status" => delivery(part(&letter, "message", "delivery-status")?)?,
        "feedback-report" => complaint(part(&letter, "message", "feedback-report")?)?,
        _ => return None,
    };
    let at = letter.date().and_then(|d| DateTime::from_timestamp(d.to_timestamp(), 0));
    Some(Report { kind, status, sent: returned_id(&letter), at })
}

fn is(found: &mail_parser::ContentType<'_>, one: &str, other: &str) -> bool {
    found.ctype().eq_ignore_ascii_case(one) && found.subtype().is_some_and(|s| s.eq_ignore_ascii_case(other))
}

fn part<'a, 'x>(letter: &'a Message<'x>, one: &str, other: &str) -> Option<&'a MessagePart<'x>> {
    letter.parts.iter().find(|p| p.content_type().is_some_and(|t| is(t, one, other)))
}

/// The groups of fields of a report (RFC 3464, 2.1): names in lower case, lines that are folded put together.
fn groups(part: &MessagePart<'_>) -> Vec<Vec<(String, String)>> {
    let text = String::from_utf8_lossy(part.contents());
    let mut groups: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines().take(500) {
        let Some(group) = groups.last_mut() else { break };
        if line.trim().is_empty() {
            if !group.is_empty() {
                groups.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

fn field<'a>(group: &'a [(String, String)], name: &str) -> Option<&'a str> {
    group.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

/// Each of our letters goes to one: the first group that says something went wrong is about them.
fn delivery(part: &MessagePart<'_>) -> Option<(Kind, String)> {
    groups(part).iter().find_map(|group| {
        let action = field(group, "action")?.to_ascii_lowercase();
        let status = status(field(group, "status")?)?;
        let kind = match (action.split_whitespace().next()?, status.split('.').next()?) {
            ("failed", "5") => Kind::Bounce,
            ("failed" | "delayed", "4") => Kind::Delay,
            _ => return None,
        };
        Some((kind, status))
    })
}

/// "5.1.1 (no such user)" is 5.1.1.
fn status(typed: &str) -> Option<String> {
    let word = typed.split([' ', '\t', '(']).next()?;
    let parts: Vec<_> = word.split('.').collect();
    let numbers = parts.iter().all(|p| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()));
    (parts.len() == 3 && numbers && matches!(parts[0], "2" | "4" | "5")).then(|| word.to_owned())
}

fn complaint(part: &MessagePart<'_>) -> Option<(Kind, String)> {
    let all = groups(part);
    let kind = all.iter().find_map(|group| field(group, "feedback-type"))?.to_ascii_lowercase();
    matches!(kind.as_str(), "abuse" | "fraud" | "other" | "opt-out").then(|| (Kind::Complaint, String::new()))
}

/// The id of the message that is sent back whole, or by its head.
fn returned_id(letter: &Message<'_>) -> Option<Uuid> {
    letter.parts.iter().skip(1).find_map(|part| match &part.body {
        PartType::Message(returned) => returned.message_id().and_then(ours),
        _ if part
            .content_type()
            .is_some_and(|t| is(t, "text", "rfc822-headers") || is(t, "message", "rfc822-headers")) =>
        {
            MessageParser::default().parse(part.contents())?.message_id().and_then(ours)
        }
        _ => None,
    })
}

/// `uuid@host`: whether it is one of ours says the database, which knows what was sent.
pub(super) fn ours(id: &str) -> Option<Uuid> {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    Uuid::try_parse(id.split_once('@')?.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "018f0000-0000-7000-8000-000000000001";

    fn bounce(action: &str, status: &str, returned: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: returns@lantern.example\r\nDate: Tue, 3 May 2022 10:00:00 +0000\r\n\
             Subject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
             Final-Recipient: rfc822; somebody@else.example\r\nAction: {action}\r\nStatus: {status}\r\n\
             Diagnostic-Code: smtp; 550 5.1.1\r\n  no such user\r\n\r\n\
             --b\r\nContent-Type: {returned}\r\n\r\nFrom: hustings@lantern.example\r\nMessage-ID: <{ID}@lantern.example>\r\n\
             Subject: Saturday\r\n\r\n--b--\r\n"
        )
    }

    #[test]
    fn a_bounce_is_read_from_the_message_or_its_head() {
        for returned in ["message/rfc822", "text/rfc822-headers"] {
            let report = parse(bounce("failed", "5.1.1", returned).as_bytes()).unwrap();
            assert_eq!(
                (report.kind, report.status.as_str(), report.sent),
                (Kind::Bounce, "5.1.1", Some(ID.parse().unwrap())),
                "{returned}"
            );
            assert_eq!(report.at.unwrap().to_rfc3339(), "2022-05-03T10:00:00+00:00");
        }
        let kind = |action, status| parse(bounce(action, status, "message/rfc822").as_bytes()).map(|r| r.kind);
        assert_eq!(kind("failed", "4.4.7"), Some(Kind::Delay), "given up after days");
        assert_eq!(kind("delayed", "4.2.2 (box full)"), Some(Kind::Delay));
        for (action, status) in [("delivered", "2.0.0"), ("relayed", "5.1.1"), ("failed", "oh no"), ("failed", "")] {
            assert_eq!(kind(action, status), None, "{action} {status}");
        }
    }

    #[test]
    fn a_complaint_is_read_and_its_opposite_is_not() {
        let report = |kind: &str| {
            let raw = bounce("failed", "5.1.1", "message/rfc822")
                .replace("report-type=delivery-status", "report-type=feedback-report")
                .replace("message/delivery-status", "message/feedback-report")
                .replace("Reporting-MTA: dns; mx.example", &format!("Feedback-Type: {kind}\r\nVersion: 1"));
            parse(raw.as_bytes())
        };
        assert_eq!(report("abuse").unwrap().kind, Kind::Complaint);
        assert_eq!(report("abuse").unwrap().sent, Some(ID.parse().unwrap()));
        assert_eq!(report("not-spam"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(raw in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _ = parse(&raw);
        }

        #[test]
        fn damage_panics_nowhere(at in 0usize..900, by in any::<u8>(), cut in 0usize..900) {
            let mut raw = bounce("failed", "5.1.1", "message/rfc822").into_bytes();
            let at = at % raw.len();
            raw[at] = by;
            let _ = parse(&raw);
            raw.truncate(cut);
            let _ = parse(&raw);
        }

        #[test]
        fn an_ordinary_letter_says_nothing(words in "[ -~\r\n]{0,600}") {
            let letter = format!(
                "From: a@b.example\r\nContent-Type: text/plain\r\nMessage-ID: <{ID}@lantern.example>\r\n\r\nAction: failed\r\n\
                 Status: 5.1.1\r\nContent-Type: message/delivery-status\r\n{words}"
            );
            prop_assert_eq!(parse(letter.as_bytes()), None);
        }
    }
}
