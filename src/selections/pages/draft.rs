//! A selection as its form carries it from step to step: a tree of rows with what was typed in them, right or wrong. Nothing of it is
//! kept on the server, so that the builder works without script.

use super::is_group;
use crate::error::Error;
use crate::selections::rule::{DEEPEST, MOST_RULES};
use std::collections::BTreeMap;

/// The most fields that a form sends: far more than a builder full of ticks has.
const MOST_FIELDS: usize = 40_000;

/// A row: a group with rows in it, or a condition with its answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// What it is: a group's word, a condition's, or nothing chosen yet.
    pub of: String,
    /// Its answers by name.
    pub fields: BTreeMap<String, Vec<String>>,
    /// The rows of a group.
    pub inner: Vec<Node>,
}

impl Node {
    /// A row of this kind.
    pub fn of(of: &str) -> Self {
        Node { of: of.to_owned(), ..Node::default() }
    }

    /// The same with an answer.
    pub fn with(self, name: &str, value: impl ToString) -> Self {
        self.with_all(name, vec![value.to_string()])
    }

    /// The same with several answers to one question.
    pub fn with_all(mut self, name: &str, values: Vec<String>) -> Self {
        self.fields.insert(name.to_owned(), values);
        self
    }

    /// The last answer of this name; empty: none.
    pub fn one(&self, name: &str) -> &str {
        self.all(name).last().map_or("", String::as_str)
    }

    /// All answers of this name.
    pub fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    fn count(&self) -> usize {
        1 + self.inner.iter().map(Node::count).sum::<usize>()
    }
}

/// The whole form.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// The outermost group.
    pub root: Node,
    /// How they are to be reached.
    pub channel: String,
    /// Whether whoever was asked lately is left out.
    pub asked: bool,
    /// How many days are lately.
    pub asked_days: String,
    /// Whether whoever is said to have moved or died is left out.
    pub moved: bool,
    /// Whether whoever lies on a printed pile is left out.
    pub on_paper: bool,
    /// The name to keep it under.
    pub name: String,
    /// The version that it was drawn of; 0: it is new.
    pub version: i32,
}

/// Where a row stands: its number in each group from the outermost in.
type Place = Vec<usize>;

/// What the button pressed asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Act {
    /// To draw the page anew, with the choices that go with what was chosen.
    #[default]
    Draw,
    /// A condition more at the end of a group.
    Add(Place),
    /// A group more at the end of a group.
    Group(Place),
    /// This row out.
    Take(Place),
    /// This row one up.
    Up(Place),
    /// The counts.
    Count,
    /// To keep it.
    Keep,
    /// To keep it as one of its own.
    KeepNew,
}

impl Act {
    fn parse(word: &str) -> Option<Act> {
        let (act, place) = word.split_once(':').unwrap_or((word, ""));
        match act {
            "" | "draw" => Some(Act::Draw),
            "count" => Some(Act::Count),
            "keep" => Some(Act::Keep),
            "keep-new" => Some(Act::KeepNew),
            "add" => place_of(place).map(Act::Add),
            "group" => place_of(place).map(Act::Group),
            "take" => place_of(place).map(Act::Take),
            "up" => place_of(place).map(Act::Up),
            _ => None,
        }
    }
}

/// `r.0.1` as a place.
fn place_of(path: &str) -> Option<Place> {
    let mut parts = path.split('.');
    if parts.next() != Some("r") {
        return None;
    }
    let place: Option<Place> = parts.map(index).collect();
    place.filter(|p| p.len() <= DEEPEST)
}

/// A row's number as the form writes it.
fn index(text: &str) -> Option<usize> {
    let plain = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// A place as the form's keys begin.
pub(super) fn path_of(place: &[usize]) -> String {
    place.iter().fold("r".to_owned(), |path, n| format!("{path}.{n}"))
}

fn strange() -> Error {
    Error::field("rules", "Some of this form could not be read. Open the page again and choose once more")
}

fn too_many() -> Error {
    Error::field("rules", "Use at most 60 conditions and groups")
}

/// Rows as they come in: numbers may have gaps, a row's answers may come in any order.
#[derive(Default)]
struct Seed {
    fields: BTreeMap<String, Vec<String>>,
    inner: BTreeMap<usize, Seed>,
}

impl Seed {
    /// Puts an answer at its row, and counts the rows that this makes.
    fn put(&mut self, key: &str, value: String, rows: &mut usize) -> Result<(), Error> {
        let (path, name) = key.rsplit_once('.').ok_or_else(strange)?;
        let place = place_of(path).ok_or_else(strange)?;
        let known = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !known {
            return Err(strange());
        }
        let mut here = self;
        for number in place {
            if !here.inner.contains_key(&number) {
                *rows += 1;
                if *rows >= MOST_RULES {
                    return Err(too_many());
                }
            }
            here = here.inner.entry(number).or_default();
        }
        here.fields.entry(name.to_owned()).or_default().push(value);
        Ok(())
    }

    fn grow(mut self) -> Result<Node, Error> {
        let of = self.fields.remove("of").and_then(|mut all| all.pop()).ok_or_else(strange)?;
        let inner: Vec<Node> = self.inner.into_values().map(Seed::grow).collect::<Result<_, _>>()?;
        // Rows stand in groups only: a condition that had some was forged.
        if !inner.is_empty() && !is_group(&of) {
            return Err(strange());
        }
        Ok(Node { of, fields: self.fields, inner })
    }
}

impl Draft {
    /// Reads a form's pairs, and what its button asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `rules` for what no builder of ours sends.
    pub fn read(pairs: Vec<(String, String)>) -> Result<(Draft, Act), Error> {
        if pairs.len() > MOST_FIELDS {
            return Err(strange());
        }
        let (mut draft, mut act, mut seed, mut rows) = (Draft::default(), Act::Draw, Seed::default(), 0);
        for (key, value) in pairs {
            match key.as_str() {
                "_grant" => {}
                "do" => act = Act::parse(&value).ok_or_else(strange)?,
                "name" => draft.name = value,
                "version" => draft.version = value.parse().map_err(|_| strange())?,
                "channel" => draft.channel = value,
                "asked" => draft.asked = true,
                "asked_days" => draft.asked_days = value,
                "moved" => draft.moved = true,
                "on_paper" => draft.on_paper = true,
                key if key.starts_with("r.") => seed.put(key, value, &mut rows)?,
                _ => return Err(strange()),
            }
        }
        draft.root = seed.grow()?;
        if is_group(&draft.root.of) { Ok((draft, act)) } else { Err(strange()) }
    }

    /// Changes the tree as a button asks; answers the name of what to go on with.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `rules` when there is no room, or no such row.
    pub fn apply(&mut self, act: &Act) -> Result<Option<String>, Error> {
        let place = match act {
            Act::Draw | Act::Count | Act::Keep | Act::KeepNew => return Ok(None),
            Act::Add(group) => self.push(group, Node::default())?,
            Act::Group(group) => {
                let any = Node { inner: vec![Node::default()], ..Node::of("any") };
                self.push(group, any)?
            }
            Act::Take(row) => self.take(row)?,
            Act::Up(row) => self.up(row)?,
        };
        Ok(Some(format!("{}.of", path_of(&place))))
    }

    fn group(&mut self, place: &[usize]) -> Result<&mut Node, Error> {
        let mut here = &mut self.root;
        for number in place {
            here = here.inner.get_mut(*number).ok_or_else(strange)?;
        }
        if is_group(&here.of) { Ok(here) } else { Err(strange()) }
    }

    fn push(&mut self, group: &[usize], new: Node) -> Result<Place, Error> {
        if self.root.count() + new.count() > MOST_RULES {
            return Err(too_many());
        }
        // A group's own first row lies one deeper.
        if group.len() + usize::from(is_group(&new.of)) >= DEEPEST {
            return Err(Error::field("rules", "Put at most four groups inside one another"));
        }
        let rows = &mut self.group(group)?.inner;
        rows.push(new);
        let last = rows.len() - 1;
        Ok(group.iter().copied().chain([last]).collect())
    }

    /// Takes a row out; what stood before it is next, else its group.
    fn take(&mut self, row: &[usize]) -> Result<Place, Error> {
        let (last, group) = row.split_last().ok_or_else(strange)?;
        let rows = &mut self.group(group)?.inner;
        if *last >= rows.len() {
            return Err(strange());
        }
        rows.remove(*last);
        let next = last.checked_sub(1).filter(|_| !rows.is_empty());
        Ok(group.iter().copied().chain(next).collect())
    }

    fn up(&mut self, row: &[usize]) -> Result<Place, Error> {
        let (last, group) = row.split_last().ok_or_else(strange)?;
        let rows = &mut self.group(group)?.inner;
        let above = last.checked_sub(1).filter(|_| *last < rows.len()).ok_or_else(strange)?;
        rows.swap(above, *last);
        Ok(group.iter().copied().chain([above]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Result<(Draft, Act), Error> {
        Draft::read(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_form_becomes_a_tree_whatever_its_order() {
        let (draft, act) = form(&[
            ("r.1.0.of", "member"),
            ("r.1.0.yes", "yes"),
            ("r.of", "all"),
            ("r.0.of", "area"),
            ("r.0.areas", "3"),
            ("r.0.areas", "4"),
            ("r.1.of", "any"),
            ("do", "take:r.1.0"),
        ])
        .unwrap();
        assert_eq!(act, Act::Take(vec![1, 0]));
        assert_eq!(draft.root.inner[0].all("areas"), ["3", "4"]);
        assert_eq!(draft.root.inner[1].inner[0].one("yes"), "yes");
    }

    #[test]
    fn rows_are_added_moved_and_taken_out_and_the_next_one_is_named() {
        let (mut draft, _) = form(&[("r.of", "all"), ("r.0.of", "member"), ("r.1.of", "volunteer")]).unwrap();
        assert_eq!(draft.apply(&Act::Add(vec![])).unwrap().unwrap(), "r.2.of");
        assert_eq!(draft.apply(&Act::Group(vec![])).unwrap().unwrap(), "r.3.of");
        assert_eq!(draft.apply(&Act::Add(vec![3])).unwrap().unwrap(), "r.3.1.of");
        assert_eq!(draft.apply(&Act::Up(vec![1])).unwrap().unwrap(), "r.0.of");
        assert_eq!(draft.root.inner[0].of, "volunteer");
        assert_eq!(draft.apply(&Act::Take(vec![0])).unwrap().unwrap(), "r.of");
        assert!(draft.apply(&Act::Take(vec![9])).is_err() && draft.apply(&Act::Up(vec![0])).is_err());
        assert!(draft.apply(&Act::Add(vec![0])).is_err(), "a condition holds no rows");
        assert!(draft.apply(&Act::Take(vec![])).is_err(), "the outermost group stays");
    }

    #[test]
    fn four_groups_and_sixty_rows_are_the_most() {
        let (mut draft, _) = form(&[("r.of", "all")]).unwrap();
        for depth in 0..3 {
            let group = vec![0; depth];
            draft.group(&group).unwrap().inner.clear();
            draft.apply(&Act::Group(group)).unwrap();
        }
        assert!(draft.apply(&Act::Add(vec![0, 0, 0])).is_ok());
        assert!(draft.apply(&Act::Group(vec![0, 0, 0])).is_err());
        let many: Vec<(String, String)> = (0..1000)
            .map(|n| (format!("r.{n}.of"), "member".to_owned()))
            .chain([("r.of".into(), "all".into())])
            .collect();
        assert!(Draft::read(many).is_err());
    }

    #[test]
    fn what_no_builder_sends_is_refused() {
        for forged in [
            &[("r.of", "all"), ("r.0.0.0.0.0.of", "member")][..],
            &[("r.of", "all"), ("r.x.of", "member")],
            &[("r.of", "all"), ("r.-1.of", "member")],
            &[("r.of", "all"), ("r.0.yes", "yes")],
            &[("r.of", "all"), ("r.0.of", "member"), ("r.0.0.of", "member")],
            &[("r.of", "all"), ("r.0.OF", "member")],
            &[("r.of", "all"), ("select", "1")],
            &[("r.of", "all"), ("do", "add:0")],
            &[("r.of", "all"), ("version", "x")],
            &[("r.of", "member")],
            &[],
        ] {
            assert!(form(forged).is_err(), "{forged:?}");
        }
    }
}
