//! A template as its page shows it: how it reads, with the fields' names where somebody's words come in.

use super::text::{self, Block, Condition, FIELDS, GROUPS, Piece, What};

/// Words that are set alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The words; of a field its name.
    pub words: String,
    /// Bold.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// Whether it is a field.
    pub field: bool,
}

/// A heading, a paragraph, a list, or where a picture stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// `heading`, `par`, `list` or `picture`.
    pub kind: &'static str,
    /// Its lines; of a list one for each.
    pub lines: Vec<Vec<Run>>,
    /// For whom alone it is, in words; empty: for everybody.
    pub only: String,
}

/// How a text reads; as it was typed where it cannot be read.
pub fn reading(typed: &str) -> Vec<Passage> {
    let mut passages = Vec::new();
    match text::read(typed) {
        Ok(blocks) => into(&blocks, "", &mut passages),
        Err(_) => {
            let plain = |line: &str| vec![Run { words: line.to_owned(), bold: false, italic: false, field: false }];
            let lines: Vec<Vec<Run>> = typed.lines().filter(|l| !l.trim().is_empty()).map(plain).collect();
            passages.extend(lines.into_iter().map(|line| Passage {
                kind: "par",
                lines: vec![line],
                only: String::new(),
            }));
        }
    }
    passages
}

fn into(blocks: &[Block], only: &str, passages: &mut Vec<Passage>) {
    for block in blocks {
        let (kind, lines) = match block {
            Block::Heading(line) => ("heading", vec![runs(line)]),
            Block::Paragraph(lines) => ("par", lines.iter().map(|l| runs(l)).collect()),
            Block::List(items) => ("list", items.iter().map(|l| runs(l)).collect()),
            Block::Picture(number, _) => {
                let words = format!("Picture {number}");
                ("picture", vec![vec![Run { words, bold: false, italic: false, field: true }]])
            }
            Block::If(condition, inside) => {
                into(inside, &words_of(condition), passages);
                continue;
            }
        };
        passages.push(Passage { kind, lines, only: only.to_owned() });
    }
}

fn runs(pieces: &[Piece]) -> Vec<Run> {
    let run = |piece: &Piece| {
        let (words, field) = match &piece.what {
            What::Text(words) => (words.clone(), false),
            What::Field(field, _) => {
                let title = FIELDS.iter().find(|(f, ..)| f == field).map_or("", |(_, _, title, _)| title);
                (title.to_owned(), true)
            }
        };
        Run { words, bold: piece.bold, italic: piece.italic, field }
    };
    pieces.iter().map(run).collect()
}

fn words_of(condition: &Condition) -> String {
    match condition {
        Condition::Intention(groups) => {
            let titles = groups.iter().filter_map(|g| GROUPS.iter().find(|(word, _)| word == g));
            format!("Only for: {}", titles.map(|(_, title)| *title).collect::<Vec<_>>().join(", "))
        }
        Condition::Area(names, _) => format!("Only in: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(passage: &Passage) -> String {
        let line = |line: &Vec<Run>| line.iter().map(|r| r.words.as_str()).collect::<String>();
        passage.lines.iter().map(line).collect::<Vec<_>>().join("/")
    }

    #[test]
    fn a_template_is_shown_as_it_reads_and_not_as_it_was_typed() {
        let read = reading(
            "# The library\n\nDear {{first-name|neighbour}}, the **bus** stays.\n\n- one\n- two\n\n[if intention for]\nThank you.\n[end]",
        );
        let shown: Vec<(&str, String, &str)> = read.iter().map(|p| (p.kind, words(p), p.only.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("heading", "The library".to_owned(), ""),
                ("par", "Dear First name, the bus stays.".to_owned(), ""),
                ("list", "one/two".to_owned(), ""),
                ("par", "Thank you.".to_owned(), "Only for: For us"),
            ]
        );
        assert!(read[1].lines[0].iter().any(|r| r.bold && r.words == "bus"));
        assert!(read[1].lines[0].iter().any(|r| r.field));
    }

    #[test]
    fn what_cannot_be_read_is_shown_as_it_was_typed() {
        assert_eq!(words(&reading("[end]")[0]), "[end]");
    }
}
