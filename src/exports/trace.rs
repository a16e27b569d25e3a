//! Whose file is this? Looks through a found file, or a few lines of one, for the invented people of all exports.

use super::store::{self, Copy, Export};
use crate::database::Scoped;
use crate::electors::folding::fold;
use crate::error::Error;
use std::collections::{BTreeMap, HashMap};

/// The longest line that is looked at; what is longer is no row of ours.
const LONGEST: usize = 4_000;

/// An invented person, as they are recognised.
#[derive(Debug, Clone)]
struct Canary {
    export: i64,
    called: String,
    lives: String,
    /// The words of the name, folded.
    name: Vec<String>,
    /// The words of the address.
    home: Vec<String>,
}

/// A line of the found file that is an invented person of an export.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// Which line, from 1.
    pub line: usize,
    /// What they are called.
    pub called: String,
    /// Where they live in the export.
    pub lives: String,
    /// By what they were known.
    pub by: By,
}

/// By what of an invented person a line is known. Nobody on the register is called so, and nobody on it lives there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Name and address.
    Both,
    /// The name alone.
    Name,
    /// The address alone.
    Address,
}

/// An export whose invented people were found.
#[derive(Debug, Clone)]
pub struct Source {
    /// The export.
    pub export: Export,
    /// When it was fetched.
    pub copies: Vec<Copy>,
    /// By which lines it was known.
    pub found: Vec<Found>,
}

/// A found file as text: what its mark says, else UTF-8 where it is, else Windows-1252, as spreadsheets save.
///
/// # Errors
/// [`Error::Conflict`] for what holds no lines of text: a PDF, or a spreadsheet program's own file.
pub fn text_of(bytes: &[u8]) -> Result<String, Error> {
    if bytes.starts_with(b"%PDF") || bytes.starts_with(b"PK") {
        return Err(Error::Conflict(
            "The lines of a PDF, or of a spreadsheet program's own file, cannot be read here. Open it, copy its lines and paste \
             them, or save it as CSV"
                .into(),
        ));
    }
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let plain = || if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    Ok(marked.unwrap_or_else(plain).decode(bytes).0.into_owned())
}

/// The exports and copies that marks in a text name ("Export 12, copy 1"), each once; a hundred at most.
pub fn marks(text: &str) -> Vec<(i64, i16)> {
    let number = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().to_owned();
    let mut named = std::collections::BTreeSet::new();
    for rest in text.split("Export ").skip(1) {
        let export = number(rest);
        let copy =
            rest.get(export.len()..).and_then(|rest| rest.strip_prefix(", copy ")).map(number).unwrap_or_default();
        if let (Ok(export), Ok(copy)) = (export.parse(), copy.parse())
            && named.len() < 100
        {
            named.insert((export, copy));
        }
    }
    named.into_iter().collect()
}

/// How many lines are longer than any of ours, and so are not looked at.
pub fn too_long(text: &str) -> usize {
    text.lines().filter(|line| line.len() > LONGEST).count()
}

/// Whose file this is: the exports whose invented people stand in these lines, those with the most first.
///
/// # Errors
/// What the database says.
pub async fn trace(scope: &mut Scoped, text: &str) -> Result<Vec<Source>, Error> {
    let canaries = canaries(scope).await?;
    let mut sources = Vec::new();
    for (number, found) in look(&canaries, text) {
        let export = store::find(scope, number).await?;
        sources.push(Source { export, copies: store::copies(scope, number).await?, found });
    }
    sources.sort_by_key(|s| std::cmp::Reverse((s.found.iter().filter(|f| f.by == By::Both).count(), s.found.len())));
    Ok(sources)
}

async fn canaries(scope: &mut Scoped) -> Result<Vec<Canary>, Error> {
    let words = |text: &str| fold(text).split(' ').map(str::to_owned).collect::<Vec<_>>();
    let rows = sqlx::query!("select export_id, called, call_key, lives from export_canary")
        .fetch_all(scope.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| Canary {
            export: r.export_id,
            name: words(&r.call_key),
            home: words(&r.lives),
            called: r.called,
            lives: r.lives,
        })
        .collect())
}

/// By export: each line that holds a whole name, in any order, or a whole address, word after word. One look at each word of the
/// file, however many canaries there are.
fn look(canaries: &[Canary], text: &str) -> BTreeMap<i64, Vec<Found>> {
    let (mut by_surname, mut by_home) =
        (HashMap::<&str, Vec<&Canary>>::new(), HashMap::<[&str; 2], Vec<&Canary>>::new());
    for canary in canaries {
        if let Some(first) = canary.name.first() {
            by_surname.entry(first).or_default().push(canary);
        }
        if let [first, second, ..] = canary.home.as_slice() {
            by_home.entry([first, second]).or_default().push(canary);
        }
    }
    let mut found: BTreeMap<i64, Vec<Found>> = BTreeMap::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| line.len() <= LONGEST) {
        let folded = fold(line);
        let words: Vec<&str> = folded.split(' ').collect();
        for canary in in_line(&words, &by_surname, &by_home) {
            let named = canary.name.iter().all(|word| words.contains(&word.as_str()));
            let by = match (named, stands(&canary.home, &words)) {
                (true, true) => By::Both,
                (true, false) => By::Name,
                _ => By::Address,
            };
            let line = Found { line: at + 1, called: canary.called.clone(), lives: canary.lives.clone(), by };
            found.entry(canary.export).or_default().push(line);
        }
    }
    found
}

/// The canaries whose name or address stands in a line of these words, each once.
fn in_line<'a>(
    words: &[&str],
    by_surname: &HashMap<&str, Vec<&'a Canary>>,
    by_home: &HashMap<[&str; 2], Vec<&'a Canary>>,
) -> Vec<&'a Canary> {
    let named = words.iter().filter_map(|word| by_surname.get(word)).flatten();
    let named = named.filter(|c| c.name.iter().all(|word| words.contains(&word.as_str())));
    let at_home = words.windows(2).filter_map(|two| by_home.get(two)).flatten().filter(|c| stands(&c.home, words));
    let mut here: Vec<&Canary> = named.chain(at_home).copied().collect();
    here.sort_by_key(|c| (c.export, &c.name, &c.home));
    here.dedup_by_key(|c| std::ptr::from_ref(*c));
    here
}

/// Whether these words stand one after the other.
fn stands(sought: &[String], words: &[&str]) -> bool {
    sought.len() > 1 && words.windows(sought.len()).any(|some| some.iter().zip(sought).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invented_person_is_known_in_any_order_and_spelling() {
        let words = |text: &str| fold(text).split(' ').map(str::to_owned).collect();
        let canary = Canary {
            export: 12,
            called: "Siân O’Neill".into(),
            lives: "7 Larkspur Row".into(),
            name: words("oneill sian"),
            home: words("7 Larkspur Row"),
        };
        let canary = Canary { name: words("O’Neill Siân"), ..canary };
        let file = "Name,Address\nEdith Harcourt,\"17 Larkspur Row\"\n\"O'NEILL, Sian\",\"7, LARKSPUR ROW\"\nSian O'Neill, moved\n\
                    The occupier;7 Larkspur Row;ZZ1 4QX\nFlat 7;12 Larkspur Row";
        let found = look(&[canary], file);
        let lines: Vec<(usize, By)> = found[&12].iter().map(|f| (f.line, f.by)).collect();
        assert_eq!(lines, [(3, By::Both), (4, By::Name), (5, By::Address)]);
        assert_eq!(marks("a,b,Bo on 1 May. Export 12, copy 2\nExport x, copy 1 Export 3, copy 1"), [(3, 1), (12, 2)]);
        assert!(text_of(b"%PDF-1.7").is_err() && text_of(b"PK\x03\x04").is_err());
    }
}
