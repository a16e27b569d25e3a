//! A message as it leaves: alone to its reader, with imprint and the way out of it. An email has plain and HTML twins and its
//! pictures within it; no counting link, no address but what was written and the one to take consent back by.

use super::markup::{self, Block, Pictured, Piece, Reader, escape, pictured};
use super::pictures::Drawn;
use super::texts::parts;
use super::unsubscribe::Links;
use super::{Channel, Draft, Kind};
use crate::error::Error;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::fmt::Write;
use uuid::Uuid;

/// What a message says, read once for all its readers.
#[derive(Debug, Clone)]
pub struct Text {
    /// Which kind.
    pub kind: Kind,
    /// By which way.
    pub channel: Channel,
    /// The subject.
    pub subject: Vec<Piece>,
    /// The body.
    pub blocks: Vec<Block>,
    /// The pictures that may stand in it.
    pub pictures: Vec<Pictured>,
    /// The imprint, a line each.
    pub imprint: Vec<String>,
}

impl Text {
    /// Reads a message: what was written, or its fixed form.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `subject` or `body`, naming what cannot stand.
    pub fn of(draft: &Draft, pictures: Vec<Pictured>) -> Result<Self, Error> {
        let (subject, blocks) = match draft.form {
            Some(form) => (vec![Piece::Text(form.subject(&draft.fields))], form.blocks(&draft.fields)),
            None => (
                markup::pieces(&draft.subject).map_err(|why| Error::field("subject", why))?,
                markup::read(&draft.body).map_err(|why| Error::field("body", why))?,
            ),
        };
        let (kind, channel) = (draft.kind, draft.channel);
        let text = Text { kind, channel, subject, blocks, pictures, imprint: Vec::new() };
        text.check_pictures()?;
        Ok(text)
    }

    /// In how many parts a text goes to whoever has long names, before its imprint and link.
    pub fn most_parts(&self) -> usize {
        let long = || "m".repeat(40);
        parts(&self.words(&Reader { forename: long(), surname: long(), branch: long() }, None))
    }

    fn check_pictures(&self) -> Result<(), Error> {
        let mut numbers = self.blocks.iter().filter_map(|b| if let Block::Picture(n) = b { Some(*n) } else { None });
        let wrong = match self.channel {
            Channel::Text => numbers.next().map(|n| format!("A text carries no pictures. Take out [picture {n}]")),
            Channel::Email => numbers.find(|n| pictured(&self.pictures, *n).is_none()).map(|n| {
                format!("There is no picture {n}. Take out [picture {n}]; pictures are added on the message’s own page")
            }),
        };
        wrong.map_or(Ok(()), |why| Err(Error::field("body", why)))
    }

    /// What a text message says: as few letters as will do, in the alphabet that telephones pack closest where words allow it.
    pub fn words(&self, reader: &Reader, links: Option<&Links>) -> String {
        let mut all = markup::plain(&self.blocks, &reader.short(), &[]);
        for line in &self.imprint {
            let _ = write!(all, "\n{line}");
        }
        if let Some(links) = links {
            let _ = write!(all, "\nTo stop texts: {}", links.page);
        }
        all.chars()
            .map(|c| match c {
                '‘' | '’' | '`' => '\'',
                '“' | '”' => '"',
                '–' | '—' | '‑' => '-',
                '\u{a0}' => ' ',
                c => c,
            })
            .collect::<String>()
            .replace('…', "...")
    }

    /// The subject for a reader, a line in any case.
    pub fn subject(&self, reader: &Reader) -> String {
        let line = markup::plain_line(&self.subject, reader);
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    /// The plain twin.
    pub fn plain(&self, reader: &Reader, links: Option<&Links>) -> String {
        let mut all = markup::plain(&self.blocks, reader, &self.pictures);
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
            markup::html(&self.blocks, reader, &self.pictures)
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
pub fn message(
    text: &Text,
    files: &[(i16, Drawn)],
    reader: &Reader,
    links: Option<&Links>,
    envelope: Envelope<'_>,
) -> Result<Message, Error> {
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
    let twins = MultiPart::alternative().singlepart(SinglePart::plain(text.plain(reader, links)));
    let html = SinglePart::html(text.html(reader, links));
    let twins = if files.is_empty() { twins.singlepart(html) } else { twins.multipart(with_pictures(html, files)?) };
    builder.multipart(twins).map_err(|_| Error::Refused("this cannot be written as an email".into()))
}

/// The HTML twin and the pictures that it shows, which no address outside the letter is asked for.
fn with_pictures(html: SinglePart, files: &[(i16, Drawn)]) -> Result<MultiPart, Error> {
    files.iter().try_fold(MultiPart::related().singlepart(html), |all, (number, file)| {
        let kind = file.content_type().parse().map_err(Error::internal)?;
        Ok(all.singlepart(Attachment::new_inline(markup::content_id(*number)).body(file.bytes.clone(), kind)))
    })
}

fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_message_carries_its_imprint_and_the_way_out_in_both_twins_and_injects_no_header() {
        let draft =
            Draft { subject: "News for {{forename}}".into(), body: "Hello {{name}}".into(), ..Draft::default() };
        let mut text = Text::of(&draft, Vec::new()).unwrap();
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
        let whole = message(&text, &[], &reader, Some(&links), envelope).unwrap().formatted();
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

    #[test]
    fn a_text_is_short_and_says_who_pays_for_it_and_how_to_stop_it() {
        let mut draft =
            Draft {
                channel: Channel::Text, body: "Hello {{forename}} – we’re **there**…".into(), ..Draft::default()
            };
        let mut text = Text::of(&draft, Vec::new()).unwrap();
        text.imprint = vec!["Promoted by A. Agent".into()];
        let links = Links { page: "https://h.example/unsubscribe/T".into(), one_click: String::new() };
        let reader = Reader { forename: "Dee".into(), ..Reader::default() };
        assert_eq!(
            text.words(&reader, Some(&links)),
            "Hello Dee - we're there...\nPromoted by A. Agent\nTo stop texts: https://h.example/unsubscribe/T"
        );
        draft.body.push_str("\n[picture 1]");
        let stall = vec![Pictured { number: 1, shows: "Stall".into(), width: 600 }];
        assert!(Text::of(&draft, stall.clone()).is_err(), "a text carries none");
        draft.channel = Channel::Email;
        assert!(Text::of(&draft, stall).is_ok() && Text::of(&draft, Vec::new()).is_err(), "one that is not there");
    }
}
