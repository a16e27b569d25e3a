//! What a letter is written in: paragraphs, headings, lists, bold and slanted words, pictures, merge fields, and passages for some of
//! those who get it. It is read into a tree, so that what is put in later is never read for forms. Whatever is no form of ours is
//! text.
//!
//! `# A heading`, `- one of a list`, `**bold**`, `_slanted_`, `{{first-name|neighbour}}`, `[picture 1]` in a line of its own, and
//! `[if intention for, leaning]` or `[if area Saltern; QB1]` … `[end]`, each in a line of its own.

use crate::areas::Area;

/// A merge field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The first forename; of a household's letter, their forenames.
    FirstName,
    /// Forenames and surname.
    FullName,
    /// "Dear Ada", "Dear Marlowe family": never empty.
    Salutation,
    /// The street.
    Street,
    /// The last line of the address before the postcode.
    Town,
    /// The ward, or the area that the letter is made for.
    Area,
    /// Where they vote.
    PollingPlace,
    /// How many electors the home has among those who are written to.
    Electors,
    /// Who signs.
    Candidate,
    /// The day that is printed.
    Date,
}

/// Each field: its word, its name on the button, and whether a value may lack, so that something must be said instead.
pub const FIELDS: [(Field, &str, &str, bool); 10] = [
    (Field::Salutation, "salutation", "Salutation", false),
    (Field::FirstName, "first-name", "First name", true),
    (Field::FullName, "full-name", "Full name", true),
    (Field::Street, "street", "Street", true),
    (Field::Town, "town", "Town", true),
    (Field::Area, "area", "Area", false),
    (Field::PollingPlace, "polling-place", "Polling place", true),
    (Field::Electors, "electors", "Number of electors", false),
    (Field::Candidate, "candidate", "Candidate", false),
    (Field::Date, "date", "Date", false),
];

/// The groups of intentions, as `intention_code` has them, and those of whom none is known.
pub const GROUPS: [(&str, &str); 7] = [
    ("for", "For us"),
    ("leaning", "Leaning to us"),
    ("undecided", "Undecided"),
    ("against", "Against"),
    ("non-voter", "Does not vote"),
    ("wont-say", "Would not say"),
    ("unknown", "Never asked"),
];

impl Field {
    /// The word in a text.
    pub fn word(self) -> &'static str {
        FIELDS.iter().find(|(f, ..)| *f == self).map_or("", |(_, word, ..)| word)
    }
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it says.
    pub what: What,
    /// Bold.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
}

/// What a piece says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// As it stands.
    Text(String),
    /// A field, and what stands there where its value lacks.
    Field(Field, String),
}

/// A block of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(Vec<Piece>),
    /// A paragraph's lines.
    Paragraph(Vec<Vec<Piece>>),
    /// A list.
    List(Vec<Vec<Piece>>),
    /// One of the template's pictures, and the line that names it.
    Picture(i16, usize),
    /// A passage for some.
    If(Condition, Vec<Block>),
}

/// For whom a passage is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Whose intention is of one of these groups. A household's letter says it only where it holds of everybody whom it is to: what
    /// one told us is not for the others to read.
    Intention(Vec<&'static str>),
    /// Who lives in one of these areas, each by a name or code and the line that names it.
    Area(Vec<String>, usize),
}

/// What cannot stand in a text: which line, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The line, from 1.
    pub line: usize,
    /// In words.
    pub words: String,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line {}: {}", self.line, self.words)
    }
}

/// Reads what was typed.
///
/// # Errors
/// Which field, condition or end cannot stand, and in which line: the first of them.
pub fn read(typed: &str) -> Result<Vec<Block>, Wrong> {
    let (blocks, wrong) = read_on(typed);
    wrong.into_iter().next().map_or(Ok(blocks), Err)
}

/// Everything that cannot stand in what was typed, by line: forms, and what they name that is not there.
pub fn every_wrong(typed: &str, pictures: &[i16], areas: &[Area]) -> Vec<Wrong> {
    let (blocks, mut wrong) = read_on(typed);
    wrong.extend(lacking(&blocks, pictures, areas));
    wrong.sort_by_key(|wrong| wrong.line);
    wrong
}

/// Reads to the end, whatever cannot stand.
fn read_on(typed: &str) -> (Vec<Block>, Vec<Wrong>) {
    let (mut reader, mut all) = (Reader::default(), Vec::new());
    for (n, line) in typed.lines().enumerate() {
        if let Err(wrong) = reader.line(line.trim_end(), n + 1) {
            all.extend(wrong.into_iter().map(|words| Wrong { line: n + 1, words }));
        }
    }
    if let Some((condition, line)) = reader.passage {
        all.push(Wrong { line, words: "this passage has no [end]. Put [end] in a line of its own after it".into() });
        reader.blocks.push(Block::If(condition, reader.inside));
    }
    (reader.blocks, all)
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// The passage being read, and the line that began it: what it holds is gathered in `inside`.
    passage: Option<(Condition, usize)>,
    inside: Vec<Block>,
    /// Passages that stood inside another: their ends are not said to be wrong too.
    nested: usize,
    /// Whether the next line goes on with the block before it.
    open: bool,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) -> Result<(), Vec<String>> {
        let goes_on = std::mem::replace(&mut self.open, false);
        if line.trim().is_empty() {
            return Ok(());
        }
        if let Some(inside) = line.trim().strip_prefix("[if ").and_then(|rest| rest.strip_suffix(']')) {
            return self.begin(inside, number).map_err(|words| vec![words]);
        }
        if line.trim() == "[end]" {
            return self.end().map_err(|words| vec![words]);
        }
        if let Some(picture) = picture(line) {
            self.here().push(Block::Picture(picture, number));
        } else if let Some(words) = line.strip_prefix("# ") {
            let words = pieces(words.trim())?;
            self.here().push(Block::Heading(words));
        } else if let Some(words) = line.strip_prefix("- ") {
            let item = pieces(words.trim())?;
            match self.here().last_mut() {
                Some(Block::List(items)) if goes_on => items.push(item),
                _ => self.here().push(Block::List(vec![item])),
            }
            self.open = true;
        } else {
            let words = pieces(line)?;
            match self.here().last_mut() {
                Some(Block::Paragraph(lines)) if goes_on => lines.push(words),
                _ => self.here().push(Block::Paragraph(vec![words])),
            }
            self.open = true;
        }
        Ok(())
    }

    fn here(&mut self) -> &mut Vec<Block> {
        if self.passage.is_some() { &mut self.inside } else { &mut self.blocks }
    }

    fn begin(&mut self, condition: &str, number: usize) -> Result<(), String> {
        if self.passage.is_some() {
            self.nested += 1;
            return Err("a passage cannot stand inside another. Put [end] before it".into());
        }
        let read = condition_of(condition, number);
        // What follows is read as inside it all the same, so that its end is not wrong too.
        self.passage = Some((read.clone().unwrap_or_else(|_| Condition::Intention(Vec::new())), number));
        read.map(drop)
    }

    fn end(&mut self) -> Result<(), String> {
        let Some((condition, _)) = self.passage.take() else {
            if self.nested > 0 {
                self.nested -= 1;
                return Ok(());
            }
            return Err("[end] without a passage before it. Take it out".into());
        };
        self.blocks.push(Block::If(condition, std::mem::take(&mut self.inside)));
        Ok(())
    }
}

fn condition_of(words: &str, number: usize) -> Result<Condition, String> {
    if let Some(groups) = words.strip_prefix("intention ") {
        let known = |word: &str| GROUPS.iter().map(|(group, _)| *group).find(|group| *group == word.trim());
        let groups: Option<Vec<&'static str>> = groups.split(',').map(known).collect();
        return groups.map(Condition::Intention).ok_or_else(|| {
            let all: Vec<&str> = GROUPS.iter().map(|(group, _)| *group).collect();
            format!("there is no such intention group. Use {}", all.join(", "))
        });
    }
    if let Some(names) = words.strip_prefix("area ") {
        let names: Vec<String> = names.split(';').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect();
        if !names.is_empty() {
            return Ok(Condition::Area(names, number));
        }
    }
    Err(format!(
        "there is no condition “{}”. Write [if intention for, leaning], or [if area …] with an area’s name or code",
        shortened(words)
    ))
}

/// The number in a line that stands for a picture.
fn picture(line: &str) -> Option<i16> {
    let typed = line.trim().strip_prefix("[picture ")?.strip_suffix(']')?;
    typed.parse().ok().filter(|n: &i16| *n > 0 && n.to_string() == typed)
}

fn shortened(words: &str) -> String {
    words.chars().take(40).collect()
}

/// Reads one line.
fn pieces(line: &str) -> Result<Vec<Piece>, Vec<String>> {
    let (mut found, mut text, mut wrong) = (Vec::new(), String::new(), Vec::new());
    let (mut bold, mut italic, mut rest) = (false, false, line);
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let push = |text: &mut String, found: &mut Vec<Piece>| {
            if !text.is_empty() {
                found.push(Piece { what: What::Text(std::mem::take(text)), bold, italic });
            }
        };
        if let Some((inside, left)) = rest.strip_prefix("{{").and_then(|r| r.split_once("}}")) {
            push(&mut text, &mut found);
            match field(inside) {
                Ok(what) => found.push(Piece { what, bold, italic }),
                Err(words) => wrong.push(words),
            }
            (rest, before) = (left, '}');
        } else if rest.starts_with("**") && (bold || rest[2..].contains("**")) {
            push(&mut text, &mut found);
            bold = !bold;
            rest = &rest[2..];
        } else if first == '_' && slants(before, &rest[1..], italic) {
            push(&mut text, &mut found);
            italic = !italic;
            rest = &rest[1..];
        } else {
            text.push(first);
            before = first;
            rest = &rest[first.len_utf8()..];
        }
    }
    if !text.is_empty() {
        found.push(Piece { what: What::Text(text), bold, italic });
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// Whether an underscore begins or ends slanted words: it stands at a word's edge, and its fellow follows.
fn slants(before: char, after: &str, italic: bool) -> bool {
    let next = after.chars().next().unwrap_or(' ');
    if italic {
        !before.is_whitespace() && !next.is_alphanumeric()
    } else {
        !before.is_alphanumeric() && !next.is_whitespace() && next != '_' && closes(after)
    }
}

/// Whether a closing underscore follows: after a letter, before none.
fn closes(after: &str) -> bool {
    let letters: Vec<char> = after.chars().collect();
    (1..letters.len()).any(|i| {
        letters[i] == '_' && !letters[i - 1].is_whitespace() && letters.get(i + 1).is_none_or(|c| !c.is_alphanumeric())
    })
}

fn field(inside: &str) -> Result<What, String> {
    let (name, instead) = inside.split_once('|').map_or((inside, None), |(name, instead)| (name, Some(instead.trim())));
    let name = name.trim();
    let Some((field, word, _, may_lack)) = FIELDS.iter().find(|(_, word, ..)| *word == name) else {
        let known: Vec<String> = FIELDS.iter().map(|(_, word, ..)| format!("{{{{{word}}}}}")).collect();
        return Err(format!("there is no field {{{{{}}}}}. Use {}", shortened(name), known.join(", ")));
    };
    let instead = instead.unwrap_or_default();
    if *may_lack && instead.is_empty() {
        return Err(format!(
            "{{{{{word}}}}} is not known of everybody: say what stands there instead, as in {{{{{word}|{}}}}}",
            if *field == Field::PollingPlace { "the place on your poll card" } else { "neighbour" }
        ));
    }
    Ok(What::Field(*field, instead.to_owned()))
}

/// Everything in a text, passages opened.
pub fn flat(blocks: &[Block]) -> Vec<&Block> {
    let mut all = Vec::new();
    for block in blocks {
        match block {
            Block::If(_, inside) => all.extend(flat(inside)),
            other => all.push(other),
        }
    }
    all
}

/// Whether a text asks what people mean to vote.
pub fn asks_intention(blocks: &[Block]) -> bool {
    blocks.iter().any(|b| matches!(b, Block::If(Condition::Intention(_), _)))
}

/// Whether a text says where people vote.
pub fn names_polling_place(blocks: &[Block]) -> bool {
    let names = |pieces: &Vec<Piece>| pieces.iter().any(|p| matches!(p.what, What::Field(Field::PollingPlace, _)));
    flat(blocks).into_iter().any(|block| match block {
        Block::Heading(line) => names(line),
        Block::Paragraph(lines) | Block::List(lines) => lines.iter().any(names),
        _ => false,
    })
}

/// Looks whether what a text names is there: its pictures, and the areas of its conditions.
///
/// # Errors
/// Which is not, and in which line: the first of them.
pub fn check(blocks: &[Block], pictures: &[i16], areas: &[Area]) -> Result<(), Wrong> {
    lacking(blocks, pictures, areas).into_iter().next().map_or(Ok(()), Err)
}

/// What a text names and is not there.
fn lacking(blocks: &[Block], pictures: &[i16], areas: &[Area]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for block in flat(blocks) {
        if let Block::Picture(number, line) = block
            && !pictures.contains(number)
        {
            let words = format!(
                "there is no picture {number}. Take this line out and keep the text, add the picture on the template’s own \
                 page, then name it here"
            );
            wrong.push(Wrong { line: *line, words });
        }
    }
    for block in blocks {
        if let Block::If(Condition::Area(names, line), _) = block {
            let unknown = names.iter().filter_map(|name| area(areas, name).err());
            wrong.extend(unknown.map(|words| Wrong { line: *line, words }));
        }
    }
    wrong
}

/// The area that a condition names: by its code, or by a name that only one has.
///
/// # Errors
/// That there is none, or that several are called so: in words.
pub fn area(areas: &[Area], name: &str) -> Result<i64, String> {
    let same = |one: &str| one.to_lowercase() == name.to_lowercase();
    if let Some(coded) = areas.iter().find(|a| same(&a.code)) {
        return Ok(coded.id);
    }
    let mut named = areas.iter().filter(|a| same(&a.name));
    match (named.next(), named.next()) {
        (Some(one), None) => Ok(one.id),
        (Some(_), Some(_)) => Err(format!("several areas are called “{}”. Write its code", shortened(name))),
        (None, _) => Err(format!("no area is called “{}”. Choose one from the list", shortened(name))),
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
