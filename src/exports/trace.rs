//! Whose file is this? Looks through a found file, or a few lines of one, for the invented people of all exports.

use super::store::{self, Copy, Export};
use crate::database::Scoped;
use crate::electors::folding::fold;
use crate::error::Error;
use std::collections::{BTreeMap, HashMap, HashSet};

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
    /// Whether the address stands in the line too; else the name alone, which nobody on the register has.
    pub address_too: bool,
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
pub fn text_of(bytes: &[u8]) -> String {
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let plain = || if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    marked.unwrap_or_else(plain).decode(bytes).0.into_owned()
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
    sources.sort_by_key(|s| std::cmp::Reverse((s.found.iter().filter(|f| f.address_too).count(), s.found.len())));
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

/// By export: each line whose words hold a whole name. One look at each word of the file, however many canaries there are.
fn look(canaries: &[Canary], text: &str) -> BTreeMap<i64, Vec<Found>> {
    let mut by_surname: HashMap<&str, Vec<&Canary>> = HashMap::new();
    for canary in canaries {
        if let Some(first) = canary.name.first() {
            by_surname.entry(first).or_default().push(canary);
        }
    }
    let mut found: BTreeMap<i64, Vec<Found>> = BTreeMap::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| line.len() <= LONGEST) {
        let folded = fold(line);
        let words: HashSet<&str> = folded.split(' ').collect();
        let here = words.iter().filter_map(|word| by_surname.get(word)).flatten();
        for canary in here.filter(|c| c.name.iter().all(|w| words.contains(w.as_str()))) {
            let address_too = canary.home.iter().all(|w| words.contains(w.as_str()));
            let line = Found { line: at + 1, called: canary.called.clone(), lives: canary.lives.clone(), address_too };
            found.entry(canary.export).or_default().push(line);
        }
    }
    found
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
        let file = "Name,Address\nEdith Harcourt,\"7 Larkspur Row\"\n\"O'NEILL, Sian\",\"7, LARKSPUR ROW\"\nSian O'Neill, moved";
        let found = look(&[canary], file);
        let lines: Vec<(usize, bool)> = found[&12].iter().map(|f| (f.line, f.address_too)).collect();
        assert_eq!(lines, [(3, true), (4, false)]);
    }
}
