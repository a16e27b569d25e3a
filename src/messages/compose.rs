//! A message as it leaves: alone to its reader, in plain and HTML twins, with imprint and the way out of it. No picture, no
//! counting link, no address but what was written and the one to take consent back by.

use super::Kind;
use super::form::{Fields, Form};
use super::markup::{self, Block, Piece, Reader, escape};
use super::unsubscribe::Links;
use crate::error::Error;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use std::fmt::Write;
use uuid::Uuid;

/// What a message says, read once for all its readers.
#[derive(Debug, Clone)]
pub struct Text {
    /// Which kind.
    pub kind: Kind,
    /// The subject.
    pub subject: Vec<Piece>,
    /// The body.
    pub blocks: Vec<Block>,
    /// The imprint, a line each.
    pub imprint: Vec<String>,
}

impl Text {
    /// Reads a message: what was written, or its fixed form.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `subject` or `body`, naming what cannot stand.
    pub fn of(kind: Kind, form: Option<(Form, &Fields)>, subject: &str, body: &str) -> Result<Self, Error> {
        let (subject, blocks) = match form {
            Some((form, fields)) => (vec![Piece::Text(form.subject(fields))], form.blocks(fields)),
            None => (
                markup::pieces(subject).map_err(|why| Error::field("subject", why))?,
                markup::read(body).map_err(|why| Error::field("body", why))?,
            ),
        };
        Ok(Text { kind, subject, blocks, imprint: Vec::new() })
    }

    /// The subject for a reader, a line in any case.
    pub fn subject(&self, reader: &Reader) -> String {
        let line = markup::plain_line(&self.subject, reader);
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    /// The plain twin.
    pub fn plain(&self, reader: &Reader, links: Option<&Links>) -> String {
        let mut all = markup::plain(&self.blocks, reader);
        all.push_str("\n\n-- \n");
        for line in &self.imprint {
            let _ = writeln!(all, "{line}");
        }
        let _ = match links {
            Some(links) => writeln!(all, "{WHY_CAMPAIGN} {STOP}: {}", links.page),
            None => writeln!(all, "{WHY_SERVICE}"),
        };
        all
    }

    /// The HTML twin.
    pub fn html(&self, reader: &Reader, links: Option<&Links>) -> String {
        let imprint: String = self.imprint.iter().map(|l| format!("<p>{}</p>", escape(l))).collect();
        let way_out = match links {
            Some(links) => format!("<p>{WHY_CAMPAIGN} <a href=\"{}\">{STOP}</a>.</p>", escape(&links.page)),
            None => format!("<p>{WHY_SERVICE}</p>"),
        };
        format!(
            "<!doctype html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"font-family:sans-serif;font-size:16px;line-height:1.5;max-width:38em\">{}<hr>\
             <div style=\"font-size:14px\">{imprint}{way_out}</div></body></html>",
            escape(&self.subject(reader)),
            markup::html(&self.blocks, reader)
        )
    }
}

/// Why somebody gets it, below a campaign's.
pub const WHY_CAMPAIGN: &str = "You get this because you agreed to email from us.";
/// The words of the way out.
pub const STOP: &str = "Stop these messages";
/// Why somebody gets it, below a service message.
pub const WHY_SERVICE: &str =
    "This is a service message, about what you are part of here. Reply to it to reach whoever wrote it.";

/// From whom and to whom one goes.
pub struct Envelope<'a> {
    /// The message's own id, which what comes back names.
    pub id: Uuid,
    /// The installation's host.
    pub host: &'a str,
    /// The installation's sender.
    pub from: Mailbox,
    /// Whom answers go to: a name and an address.
    pub reply_to: (&'a str, &'a str),
    /// The reader's address.
    pub to: &'a str,
}

/// Puts one together.
///
/// # Errors
/// [`Error::Refused`] when an address is none, or a header cannot be written.
pub fn message(text: &Text, reader: &Reader, links: Option<&Links>, envelope: Envelope<'_>) -> Result<Message, Error> {
    let address = |a: &str| a.parse::<Address>().map_err(|_| Error::Refused("this is no email address".into()));
    let name = Some(one_line(&reader.name())).filter(|n| !n.is_empty());
    let (reply_name, reply_to) = envelope.reply_to;
    let mut builder = Message::builder()
        .from(envelope.from)
        .to(Mailbox::new(name, address(envelope.to)?))
        .reply_to(Mailbox::new(Some(one_line(reply_name)).filter(|n| !n.is_empty()), address(reply_to)?))
        .subject(text.subject(reader))
        .message_id(Some(format!("<{}@{}>", envelope.id, envelope.host)));
    if let Some(links) = links {
        for (name, value) in [
            ("List-Unsubscribe", format!("<{}>", links.one_click)),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
        ] {
            let name = HeaderName::new_from_ascii(name.to_owned()).map_err(Error::internal)?;
            builder = builder.raw_header(HeaderValue::new(name, value));
        }
    }
    let twins = MultiPart::alternative_plain_html(text.plain(reader, links), text.html(reader, links));
    builder.multipart(twins).map_err(|_| Error::Refused("this cannot be written as an email".into()))
}

fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_message_carries_its_imprint_and_the_way_out_in_both_twins_and_injects_no_header() {
        let mut text = Text::of(Kind::Campaign, None, "News for {{forename}}", "Hello {{name}}").unwrap();
        text.imprint = vec!["Promoted by A. Agent, both of 1 Larkspur Row.".into()];
        let links = Links {
            page: "https://h.example/unsubscribe/T".into(),
            one_click: "https://h.example/unsubscribe/T/one-click".into(),
        };
        let reader = Reader {
            forename: "Dee\r\nBcc: all@lantern.example".into(),
            surname: "Oldacre".into(),
            branch: "Q".into(),
        };
        let envelope = Envelope {
            id: Uuid::nil(),
            host: "h.example",
            from: "Hustings <no-reply@h.example>".parse().unwrap(),
            reply_to: ("Ann\r\nX: y", "ann@lantern.example"),
            to: "dee@lantern.example",
        };
        let whole = message(&text, &reader, Some(&links), envelope).unwrap().formatted();
        let whole = String::from_utf8(whole).unwrap();
        let head = whole.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        assert!(!head.lines().any(|l| l.starts_with("Bcc") || l.starts_with("X:")), "{head}");
        assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{head}");
        assert!(head.contains("List-Unsubscribe: <https://h.example/unsubscribe/T/one-click>"), "{head}");
        for twin in [text.plain(&reader, Some(&links)), text.html(&reader, Some(&links))] {
            assert!(twin.contains("Promoted by A. Agent") && twin.contains(&links.page), "{twin}");
            assert_eq!(twin.matches("://").count(), 1, "no other address: {twin}");
        }
    }
}
