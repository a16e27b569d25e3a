//! A template's text with somebody's values in it: blocks as the sheet sets them. Values come into the tree after it was read, so that
//! no name can become a form.

use super::text::{self, Block, Condition, Field, Piece, What};
use crate::areas::Area;
use serde_json::{Value, json};
use std::collections::HashSet;

/// What is known of whoever gets a letter; what lacks is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// "Dear Ada".
    pub salutation: String,
    /// First names.
    pub first: String,
    /// Whole names.
    pub full: String,
    /// The street.
    pub street: String,
    /// The town.
    pub town: String,
    /// The ward, or what the letter is made for.
    pub area: String,
    /// Where they vote.
    pub polling_place: String,
    /// How many it is to.
    pub electors: usize,
    /// The groups of their intentions, one for each whom it is to; `unknown` where there is none.
    pub groups: Vec<String>,
    /// The areas that their home lies in.
    pub areas: HashSet<i64>,
}

/// What is the same for everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Common {
    /// Who signs.
    pub candidate: String,
    /// The day, in words.
    pub date: String,
}

/// A text that is ready to be filled: its areas found, and what is the same for everybody put once.
#[derive(Debug, Clone)]
pub struct Ready {
    blocks: Vec<Held>,
    /// What is the same for everybody, once: a letter names it by its place.
    pub shared: Vec<Value>,
    common: Common,
}

#[derive(Debug, Clone)]
enum Held {
    Shared(usize),
    Own(Block),
    Groups(Vec<&'static str>, Vec<Held>),
    Areas(HashSet<i64>, Vec<Held>),
}

impl Ready {
    /// Of a text that was read and checked.
    ///
    /// # Errors
    /// Which area of a condition is gone, and in which line.
    pub fn of(blocks: &[Block], areas: &[Area], common: Common) -> Result<Ready, text::Wrong> {
        let mut ready = Ready { blocks: Vec::new(), shared: Vec::new(), common };
        ready.blocks = ready.held(blocks, areas)?;
        Ok(ready)
    }

    fn held(&mut self, blocks: &[Block], areas: &[Area]) -> Result<Vec<Held>, text::Wrong> {
        let mut held = Vec::with_capacity(blocks.len());
        for block in blocks {
            held.push(match block {
                Block::If(Condition::Intention(groups), inside) => {
                    Held::Groups(groups.clone(), self.held(inside, areas)?)
                }
                Block::If(Condition::Area(names, line), inside) => {
                    let found: Result<HashSet<i64>, String> = names.iter().map(|n| text::area(areas, n)).collect();
                    let found = found.map_err(|words| text::Wrong { line: *line, words })?;
                    Held::Areas(found, self.held(inside, areas)?)
                }
                block if is_somebodys(block) => Held::Own(block.clone()),
                block => {
                    let same = self.block(block, &Reader::default());
                    self.shared.push(same);
                    Held::Shared(self.shared.len() - 1)
                }
            });
        }
        Ok(held)
    }

    /// What it says to somebody: blocks, and the places of those that are shared.
    pub fn fill(&self, reader: &Reader) -> Value {
        let mut filled = Vec::new();
        self.fill_into(&self.blocks, reader, &mut filled);
        Value::Array(filled)
    }

    fn fill_into(&self, held: &[Held], reader: &Reader, filled: &mut Vec<Value>) {
        for block in held {
            match block {
                Held::Shared(place) => filled.push(json!(place)),
                Held::Own(block) => filled.push(self.block(block, reader)),
                Held::Groups(groups, inside) => {
                    let fits = |group: &String| groups.contains(&group.as_str());
                    if !reader.groups.is_empty() && reader.groups.iter().all(fits) {
                        self.fill_into(inside, reader, filled);
                    }
                }
                Held::Areas(areas, inside) => {
                    if !reader.areas.is_disjoint(areas) {
                        self.fill_into(inside, reader, filled);
                    }
                }
            }
        }
    }

    fn block(&self, block: &Block, reader: &Reader) -> Value {
        let line = |pieces: &Vec<Piece>| self.line(pieces, reader);
        match block {
            Block::Heading(pieces) => json!({ "kind": "heading", "lines": [line(pieces)] }),
            Block::Paragraph(lines) => json!({ "kind": "par", "lines": lines.iter().map(line).collect::<Vec<_>>() }),
            Block::List(items) => json!({ "kind": "list", "lines": items.iter().map(line).collect::<Vec<_>>() }),
            Block::Picture(number, _) => json!({ "kind": "picture", "picture": picture_name(*number) }),
            Block::If(..) => Value::Null,
        }
    }

    fn line(&self, pieces: &[Piece], reader: &Reader) -> Value {
        let run = |piece: &Piece| {
            let text = match &piece.what {
                What::Text(text) => text.clone(),
                What::Field(field, instead) => self.value(*field, instead, reader),
            };
            json!({ "text": text, "bold": piece.bold, "italic": piece.italic })
        };
        Value::Array(pieces.iter().map(run).collect())
    }

    fn value(&self, field: Field, instead: &str, reader: &Reader) -> String {
        let value = match field {
            Field::Salutation => &reader.salutation,
            Field::FirstName => &reader.first,
            Field::FullName => &reader.full,
            Field::Street => &reader.street,
            Field::Town => &reader.town,
            Field::Area => &reader.area,
            Field::PollingPlace => &reader.polling_place,
            Field::Electors => return reader.electors.to_string(),
            Field::Candidate => &self.common.candidate,
            Field::Date => &self.common.date,
        };
        // What a file brought may hold anything: a line stays a line.
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if value.trim().is_empty() { instead.to_owned() } else { value }
    }
}

/// What a picture is called in the press's work.
pub fn picture_name(number: i16) -> String {
    format!("picture-{number}")
}

fn is_somebodys(block: &Block) -> bool {
    let field = |pieces: &Vec<Piece>| {
        let asks = |field: &Field| !matches!(field, Field::Candidate | Field::Date);
        pieces.iter().any(|p| matches!(&p.what, What::Field(field, _) if asks(field)))
    };
    match block {
        Block::Heading(line) => field(line),
        Block::Paragraph(lines) | Block::List(lines) => lines.iter().any(field),
        Block::Picture(..) | Block::If(..) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::materials::letters::text::read;

    fn ready(typed: &str) -> Ready {
        let (kind, name, code) = ("ward".into(), "Saltern".into(), "SA".into());
        let saltern = Area { id: 7, kind, name, code, known_as: String::new() };
        let common = Common { candidate: "Cy Oake".into(), date: "3 May 2027".into() };
        Ready::of(&read(typed).unwrap(), &[saltern], common).unwrap()
    }

    fn ada() -> Reader {
        Reader {
            salutation: "Dear Ada".into(),
            first: "Ada".into(),
            street: "{{full-name}} **Row**".into(),
            electors: 1,
            groups: vec!["for".into()],
            areas: HashSet::from([7]),
            ..Reader::default()
        }
    }

    fn words(ready: &Ready, reader: &Reader) -> String {
        let filled = ready.fill(reader);
        let whole = |block: &Value| block.as_u64().map_or_else(|| block.clone(), |n| ready.shared[n as usize].clone());
        let runs = |block: Value| {
            let lines = block["lines"].as_array().cloned().unwrap_or_default();
            lines
                .iter()
                .map(|l| {
                    l.as_array().unwrap().iter().map(|r| r["text"].as_str().unwrap().to_owned()).collect::<String>()
                })
                .collect::<Vec<_>>()
                .join("/")
        };
        filled.as_array().unwrap().iter().map(whole).map(runs).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn values_are_put_in_and_never_read() {
        let ready = ready("{{salutation}},\nof {{street|here}}\n\nYours {{candidate}}, {{date}}");
        assert_eq!(words(&ready, &ada()), "Dear Ada,/of {{full-name}} **Row**|Yours Cy Oake, 3 May 2027");
        assert_eq!(ready.shared.len(), 1);
        assert_eq!(ready.fill(&ada())[1], json!(0));
    }

    #[test]
    fn what_lacks_has_something_said_instead() {
        let ready = ready("Dear {{first-name|neighbour}} of {{town|our town}}, {{electors}}");
        assert_eq!(words(&ready, &ada()), "Dear Ada of our town, 1");
        assert_eq!(words(&ready, &Reader::default()), "Dear neighbour of our town, 0");
    }

    #[test]
    fn a_passage_is_for_those_whom_it_names_and_of_a_household_for_all_or_nobody() {
        let ready = ready("[if intention for, leaning]\nThank you\n[end]\n\n[if area Saltern]\nHere\n[end]\n\nAll");
        assert_eq!(words(&ready, &ada()), "Thank you|Here|All");
        let household = Reader { groups: vec!["for".into(), "against".into()], ..ada() };
        assert_eq!(words(&ready, &household), "Here|All");
        assert_eq!(words(&ready, &Reader { areas: HashSet::new(), groups: Vec::new(), ..ada() }), "All");
    }

    #[test]
    fn an_area_that_is_gone_is_named_with_its_line() {
        let blocks = read("a\n[if area Quay]\nb\n[end]").unwrap();
        assert_eq!(Ready::of(&blocks, &[], Common::default()).unwrap_err().line, 2);
    }
}
