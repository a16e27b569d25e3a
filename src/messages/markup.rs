//! What a message is written in: paragraphs, headings, lists, bold words, links and merge fields, and nothing else. Whatever is no
//! form of ours is text, so that what is pasted from a word processor or a web page shows as it was pasted and does nothing.
//!
//! `# A heading`, `- one of a list`, `**bold**`, `[words](https://example.org)`, `{{forename}}`, `{{branch|your branch}}`,
//! `[picture 1]` in a line of its own.

use std::fmt::Write;

/// What may be merged, with what stands there where it is empty and nothing else is said.
pub const FIELDS: [(&str, &str); 4] =
    [("forename", "friend"), ("surname", ""), ("name", "friend"), ("branch", "your branch")];

/// Whom a message is for, as its fields name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// Their forename.
    pub forename: String,
    /// Their surname.
    pub surname: String,
    /// The area that they belong to.
    pub branch: String,
}

impl Reader {
    /// Both names; empty where neither is known.
    pub fn name(&self) -> String {
        format!("{} {}", self.forename, self.surname).trim().to_owned()
    }

    /// The same with names that a text has room for: 40 letters each.
    pub fn short(&self) -> Reader {
        let cut = |name: &str| name.chars().take(40).collect();
        Reader { forename: cut(&self.forename), surname: cut(&self.surname), branch: cut(&self.branch) }
    }

    fn value(&self, field: &str) -> String {
        match field {
            "forename" => self.forename.clone(),
            "surname" => self.surname.clone(),
            "name" => self.name(),
            _ => self.branch.clone(),
        }
    }
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// Bold words.
    Bold(String),
    /// A link.
    Link {
        /// What is read.
        words: String,
        /// Where it leads.
        to: String,
    },
    /// A merge field, and what stands there where it is empty.
    Field(&'static str, String),
}

/// A block of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(Vec<Piece>),
    /// A paragraph's lines.
    Paragraph(Vec<Vec<Piece>>),
    /// A list.
    List(Vec<Vec<Piece>>),
    /// One of the message's pictures, by its number.
    Picture(i16),
}

/// A picture as a message's text knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    /// Its number in the message, from 1.
    pub number: i16,
    /// What it shows, for whoever cannot see it.
    pub shows: String,
    /// Its width, in pixels.
    pub width: i32,
}

/// The picture of a number; None: there is none.
pub fn pictured(pictures: &[Pictured], number: i16) -> Option<&Pictured> {
    pictures.iter().find(|p| p.number == number)
}

/// Where a picture lies within its letter (RFC 2392).
pub fn content_id(number: i16) -> String {
    format!("picture-{number}")
}

/// Reads what was typed.
///
/// # Errors
/// Which field there is not, or which link leads nowhere: in words, naming it.
pub fn read(typed: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in typed.lines().map(str::trim_end) {
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        if let Some(number) = picture(line) {
            blocks.push(Block::Picture(number));
            open = false;
        } else if let Some(words) = line.strip_prefix("# ") {
            blocks.push(Block::Heading(pieces(words.trim())?));
            open = false;
        } else if let Some(words) = line.strip_prefix("- ") {
            let item = pieces(words.trim())?;
            match blocks.last_mut() {
                Some(Block::List(items)) if open => items.push(item),
                _ => blocks.push(Block::List(vec![item])),
            }
            open = true;
        } else {
            let words = pieces(line)?;
            match blocks.last_mut() {
                Some(Block::Paragraph(lines)) if open => lines.push(words),
                _ => blocks.push(Block::Paragraph(vec![words])),
            }
            open = true;
        }
    }
    Ok(blocks)
}

/// The number in a line that stands for a picture.
fn picture(line: &str) -> Option<i16> {
    let typed = line.trim().strip_prefix("[picture ")?.strip_suffix(']')?;
    // As it is written by whoever adds one, so that it is found again when that is taken out.
    typed.parse().ok().filter(|n: &i16| *n > 0 && n.to_string() == typed)
}

/// Reads one line, as a subject or a form's field is one.
///
/// # Errors
/// As [`read`].
pub fn pieces(line: &str) -> Result<Vec<Piece>, String> {
    let mut found: Vec<Piece> = Vec::new();
    let mut text = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (piece, left) = match first {
            '{' => field(rest)?,
            '*' => bold(rest),
            '[' => link(rest)?,
            _ => None,
        }
        .map_or((None, rest), |(piece, left)| (Some(piece), left));
        if let Some(piece) = piece {
            if !text.is_empty() {
                found.push(Piece::Text(std::mem::take(&mut text)));
            }
            found.push(piece);
            rest = left;
        } else {
            text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    if !text.is_empty() {
        found.push(Piece::Text(text));
    }
    Ok(found)
}

type Read<'a> = Option<(Piece, &'a str)>;

fn field(rest: &str) -> Result<Read<'_>, String> {
    let Some((inside, left)) = rest.strip_prefix("{{").and_then(|r| r.split_once("}}")) else { return Ok(None) };
    let (name, instead) = inside.split_once('|').map_or((inside, None), |(name, instead)| (name, Some(instead)));
    let name = name.trim();
    let Some((field, usual)) = FIELDS.iter().find(|(f, _)| *f == name) else {
        let known: Vec<String> = FIELDS.iter().map(|(f, _)| format!("{{{{{f}}}}}")).collect();
        let shown: String = name.chars().take(40).collect();
        return Err(format!("There is no field {{{{{shown}}}}}. Use {}", known.join(", ")));
    };
    Ok(Some((Piece::Field(field, instead.map_or(*usual, str::trim).to_owned()), left)))
}

fn bold(rest: &str) -> Read<'_> {
    let (inside, left) = rest.strip_prefix("**")?.split_once("**")?;
    (!inside.trim().is_empty()).then(|| (Piece::Bold(inside.to_owned()), left))
}

fn link(rest: &str) -> Result<Read<'_>, String> {
    let Some((words, after)) = rest.strip_prefix('[').and_then(|r| r.split_once("](")) else { return Ok(None) };
    let Some((to, left)) = after.split_once(')') else { return Ok(None) };
    if words.contains(['[', ']']) {
        return Ok(None);
    }
    let to = to.trim();
    let whole = ["https://", "http://", "mailto:"].iter().any(|s| to.len() > s.len() && to.starts_with(s));
    if !whole || to.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let shown: String = words.chars().take(60).collect();
        return Err(format!("The link “{shown}” leads nowhere. Write its whole address, beginning https://"));
    }
    let words = if words.trim().is_empty() { to } else { words };
    Ok(Some((Piece::Link { words: words.to_owned(), to: to.to_owned() }, left)))
}

/// One line as text.
pub fn plain_line(pieces: &[Piece], reader: &Reader) -> String {
    pieces.iter().fold(String::new(), |mut line, piece| {
        match piece {
            Piece::Text(words) | Piece::Bold(words) => line.push_str(words),
            Piece::Link { words, to } if words == to => line.push_str(to),
            Piece::Link { words, to } => {
                let _ = write!(line, "{words} ({to})");
            }
            Piece::Field(field, instead) => line.push_str(&filled(field, instead, reader)),
        }
        line
    })
}

fn filled(field: &str, instead: &str, reader: &Reader) -> String {
    // A name from a file may hold anything: a line stays a line.
    let value: String = reader.value(field).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.trim().is_empty() { instead.to_owned() } else { value }
}

/// The plain twin.
pub fn plain(blocks: &[Block], reader: &Reader, pictures: &[Pictured]) -> String {
    let block = |block: &Block| match block {
        Block::Picture(n) => pictured(pictures, *n).map_or_else(String::new, |p| format!("[Picture: {}]", p.shows)),
        Block::Heading(words) => plain_line(words, reader).to_uppercase(),
        Block::Paragraph(lines) => lines.iter().map(|l| plain_line(l, reader)).collect::<Vec<_>>().join("\n"),
        Block::List(items) => {
            items.iter().map(|i| format!("- {}", plain_line(i, reader))).collect::<Vec<_>>().join("\n")
        }
    };
    blocks.iter().map(block).filter(|said| !said.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The HTML twin: of our own elements, everything else escaped.
pub fn html(blocks: &[Block], reader: &Reader, pictures: &[Pictured]) -> String {
    blocks.iter().fold(String::new(), |mut page, block| {
        let _ = match block {
            Block::Picture(n) => pictured(pictures, *n).map_or(Ok(()), |p| html_picture(&mut page, p)),
            Block::Heading(words) => write!(page, "<h2>{}</h2>", html_line(words, reader)),
            Block::Paragraph(lines) => {
                let lines: Vec<String> = lines.iter().map(|l| html_line(l, reader)).collect();
                write!(page, "<p>{}</p>", lines.join("<br>"))
            }
            Block::List(items) => {
                let items: String = items.iter().map(|i| format!("<li>{}</li>", html_line(i, reader))).collect();
                write!(page, "<ul>{items}</ul>")
            }
        };
        page
    })
}

/// No wider than the letter's text, in any mail program.
fn html_picture(page: &mut String, picture: &Pictured) -> std::fmt::Result {
    let Pictured { number, shows, width } = picture;
    let (width, shows) = ((*width).min(600), escape(shows));
    let source = content_id(*number);
    write!(
        page,
        "<p><img src=\"cid:{source}\" alt=\"{shows}\" width=\"{width}\" style=\"max-width:100%;height:auto\"></p>"
    )
}

fn html_line(pieces: &[Piece], reader: &Reader) -> String {
    pieces.iter().fold(String::new(), |mut line, piece| {
        let _ = match piece {
            Piece::Text(words) => write!(line, "{}", escape(words)),
            Piece::Bold(words) => write!(line, "<strong>{}</strong>", escape(words)),
            Piece::Link { words, to } => write!(line, "<a href=\"{}\">{}</a>", escape(to), escape(words)),
            Piece::Field(field, instead) => write!(line, "{}", escape(&filled(field, instead, reader))),
        };
        line
    })
}

/// Text as HTML shows it.
pub fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tamsin() -> Reader {
        Reader { forename: "Tamsin".into(), surname: "O’Dacre <b>".into(), branch: "Quillbrook".into() }
    }

    #[test]
    fn a_message_is_read_into_both_twins() {
        let typed = "# News\nDear {{forename}},\nfrom {{branch}}\n\n- **one** thing\n- [our page](https://example.org/a?b=1&c=2)\n";
        let blocks = read(typed).unwrap();
        assert_eq!(
            html(&blocks, &tamsin(), &[]),
            "<h2>News</h2><p>Dear Tamsin,<br>from Quillbrook</p><ul><li><strong>one</strong> thing</li>\
             <li><a href=\"https://example.org/a?b=1&amp;c=2\">our page</a></li></ul>"
        );
        assert_eq!(
            plain(&blocks, &tamsin(), &[]),
            "NEWS\n\nDear Tamsin,\nfrom Quillbrook\n\n- one thing\n- our page (https://example.org/a?b=1&c=2)"
        );
        let nobody = Reader::default();
        assert_eq!(
            plain(&read("Dear {{forename}}, {{name|neighbour}}").unwrap(), &nobody, &[]),
            "Dear friend, neighbour"
        );
        assert_eq!(html(&read("{{surname}}").unwrap(), &tamsin(), &[]), "<p>O’Dacre &lt;b&gt;</p>");
    }

    #[test]
    fn a_picture_stands_where_its_line_stands_and_is_told_to_whoever_cannot_see_it() {
        let stall = [Pictured { number: 2, shows: "Our stall \"in\" rain".into(), width: 1200 }];
        let blocks = read("Look:\n[picture 2]\n[picture 3]\nsee [picture 2]").unwrap();
        let shown = html(&blocks, &tamsin(), &stall);
        let img = "<p><img src=\"cid:picture-2\" alt=\"Our stall &quot;in&quot; rain\" width=\"600\" style=\"max-width:100%;height:auto\"></p>";
        assert_eq!(shown, format!("<p>Look:</p>{img}<p>see [picture 2]</p>"));
        assert!(plain(&blocks, &tamsin(), &stall).starts_with("Look:\n\n[Picture: Our stall \"in\" rain]\n\n"));
    }

    #[test]
    fn what_is_no_form_of_ours_is_text_and_what_cannot_stand_is_named() {
        let pasted = "<p class=MsoNormal style='mso-x:y'><script>alert(1)</script><o:p></o:p></p>";
        let shown = html(&read(pasted).unwrap(), &tamsin(), &[]);
        assert!(shown.starts_with("<p>&lt;p class=MsoNormal") && !shown.contains("<script"), "{shown}");
        assert!(read("Dear {{firstname}}").unwrap_err().contains("{{firstname}}"));
        assert!(read("[press](javascript:alert(1))").unwrap_err().contains("press"));
        assert!(read("[press](/members)").is_err());
        assert_eq!(plain(&read("2 * 3 ** 4 [x] {y} {{").unwrap(), &tamsin(), &[]), "2 * 3 ** 4 [x] {y} {{");
    }

    proptest! {
        #[test]
        fn nothing_typed_becomes_an_element_that_is_not_ours(typed in r#"[a-z<>"'&{}|*#\[\]() \n:/.-]{0,120}"#) {
            if let Ok(blocks) = read(&typed) {
                let mut shown = html(&blocks, &tamsin(), &[]);
                for ours in ["<h2>", "</h2>", "<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<br>", "<strong>", "</strong>", "</a>"] {
                    shown = shown.replace(ours, "");
                }
                let links = shown.matches("<a href=\"").count();
                prop_assert_eq!(shown.matches('<').count(), links);
                prop_assert!(shown.split("<a href=\"").skip(1).all(|l| l.starts_with("https://") || l.starts_with("http://") || l.starts_with("mailto:")));
            }
        }
    }
}
