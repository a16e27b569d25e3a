//! Canaries: one to three invented people in each export, who stand nowhere else. Whoever finds one in a leaked file knows
//! whose file it was.
//!
//! They are made of the export's own stuff, so that no eye tells them apart: a forename and a surname that occur in it, put
//! together as nobody there is called, and a number that is not in use in one of its streets. The database takes none that is
//! somebody on the register, or whose home is one.

use crate::access::door::exports::{Candidate, Invented};
use crate::database::Scoped;
use crate::demo::words::{FORENAMES, HOUSES, SURNAMES};
use crate::electors::ElectorId;
use crate::electors::address::Address;
use crate::electors::name::PersonName;
use crate::error::Error;
use rand::seq::{IndexedRandom, SliceRandom};
use std::collections::HashMap;

/// So many people are looked at for names and streets.
const SAMPLE: usize = 300;
/// So many candidates are offered, of which the database takes the first that are nobody.
const CANDIDATES: usize = 48;
/// From this one on a name may come from a list of words instead: a small export may hold no two names to put together.
const FROM_WORDS: usize = 32;

/// Somebody of the export, as a pattern.
struct Pattern {
    id: ElectorId,
    forenames: String,
    surname: String,
    number: String,
    lines: Vec<String>,
    postcode: String,
    street: (i32, String),
    house: Option<i32>,
    suffix: String,
}

/// Candidates for an export of these people. Nobody is shown by it: what it reads are patterns, of people whom the file itself
/// puts on record.
///
/// # Errors
/// What the database says.
pub(super) async fn candidates(scope: &mut Scoped, people: &[ElectorId]) -> Result<Vec<Candidate>, Error> {
    let mut sample = people.to_vec();
    sample.shuffle(&mut rand::rng());
    sample.truncate(SAMPLE);
    let patterns = patterns(scope, &sample).await?;
    let in_use = in_use(scope, &patterns).await?;
    let numbered = numbered(scope, &patterns).await?;
    Ok((0..CANDIDATES).filter_map(|n| invent(&patterns, &in_use, &numbered, n >= FROM_WORDS)).collect())
}

async fn patterns(scope: &mut Scoped, people: &[ElectorId]) -> Result<Vec<Pattern>, Error> {
    let (partitions, ids): (Vec<i32>, Vec<i64>) = people.iter().map(|p| (p.partition, p.id)).unzip();
    let rows = sqlx::query!(
        r#"select e.partition_id, e.elector_id, e.forenames, e.surname, e.number, h.lines, coalesce(h.postcode, '') as "postcode!",
             h.area_no, h.street_key, h.number as house, h.number_suffix
           from unnest($1::integer[], $2::bigint[]) w (partition, elector)
           join elector e on e.partition_id = w.partition and e.elector_id = w.elector and e.left_at is null
           join household h on h.partition_id = e.partition_id and h.household_id = e.household_id"#,
        &partitions,
        &ids
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Pattern {
            id: ElectorId { partition: r.partition_id, id: r.elector_id },
            forenames: r.forenames,
            surname: r.surname,
            number: r.number,
            lines: r.lines,
            postcode: r.postcode,
            street: (r.area_no, r.street_key),
            house: r.house,
            suffix: r.number_suffix,
        })
        .collect())
}

/// The house numbers of the patterns' streets.
async fn in_use(scope: &mut Scoped, patterns: &[Pattern]) -> Result<HashMap<(i32, String), Vec<i32>>, Error> {
    let mut streets: Vec<&(i32, String)> = patterns.iter().map(|p| &p.street).collect();
    streets.sort_unstable();
    streets.dedup();
    let (areas, keys): (Vec<i32>, Vec<String>) = streets.into_iter().cloned().unzip();
    let rows = sqlx::query!(
        r#"select h.area_no, h.street_key, array_agg(h.number) as "numbers!"
           from unnest($1::integer[], $2::text[]) w (area_no, street)
           join household h on h.area_no = w.area_no and h.street_key = w.street
           where h.number is not null group by 1, 2"#,
        &areas,
        &keys
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ((r.area_no, r.street_key), r.numbers)).collect())
}

/// How a district numbers its electors.
#[derive(Debug, Clone, Copy, Default)]
struct Numbered {
    /// The highest number.
    last: i32,
    /// Whether who comes later stands under a neighbour's number, as `AB1-124/1`.
    suffixed: bool,
}

async fn numbered(scope: &mut Scoped, patterns: &[Pattern]) -> Result<HashMap<i32, Numbered>, Error> {
    let mut areas: Vec<i32> = patterns.iter().map(|p| p.street.0).collect();
    areas.sort_unstable();
    areas.dedup();
    let rows = sqlx::query!(
        r#"select area_no, coalesce(max(substring(number from '-([0-9]{1,6})')::integer), 0) as "last!",
             bool_or(number like '%/%') as "suffixed!"
           from elector where area_no = any ($1) and left_at is null and number <> '' group by 1"#,
        &areas
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.area_no, Numbered { last: r.last, suffixed: r.suffixed })).collect())
}

fn invent(
    patterns: &[Pattern],
    in_use: &HashMap<(i32, String), Vec<i32>>,
    numbered: &HashMap<i32, Numbered>,
    from_words: bool,
) -> Option<Candidate> {
    let mut random = rand::rng();
    let home = patterns.choose(&mut random)?;
    let (first, last) = (patterns.choose(&mut random)?, patterns.choose(&mut random)?);
    let mut name =
        PersonName { forenames: first.forenames.clone(), surname: last.surname.clone(), ..PersonName::default() };
    if from_words || name.forenames.is_empty() || name.surname.is_empty() {
        name.forenames = (*FORENAMES.choose(&mut random)?).to_owned();
        if patterns.len() < 4 || name.surname.is_empty() {
            name.surname = (*SURNAMES.choose(&mut random)?).to_owned();
        }
    }
    let lines = other_home(home, in_use.get(&home.street).map(Vec::as_slice).unwrap_or_default())?;
    let address = Address::new(lines.iter().map(String::as_str), &home.postcode);
    let invented = Invented {
        called: name.display(),
        family: name.surname.clone(),
        given: name.forenames.clone(),
        lives: lines.join(", "),
        number: number_of(&home.number, numbered.get(&home.street.0).copied().unwrap_or_default()),
        beside: home.id,
    };
    Some(Candidate { name_key: name.name_key(), home_key: address.key()?, invented })
}

/// The lines of a home that is not there: another number in the street, on the same side, or a house of another name.
fn other_home(home: &Pattern, in_use: &[i32]) -> Option<Vec<String>> {
    let mut random = rand::rng();
    let mut lines = home.lines.clone();
    let Some(house) = home.house else {
        let first = lines.first_mut()?;
        *first = (*HOUSES.choose(&mut random)?).to_owned();
        return Some(lines);
    };
    let most = in_use.iter().copied().max().unwrap_or(house);
    let side = |n: &i32| n % 2 == house % 2 || most < 8;
    let free: Vec<i32> = (1..=most.saturating_add(8)).filter(side).filter(|n| !in_use.contains(n)).collect();
    let number = free.choose(&mut random)?.to_string();
    let stood = format!("{house}{}", home.suffix);
    let put = |line: &String| {
        let words: Vec<&str> = line.split(' ').collect();
        let at = words.iter().position(|w| w.trim_end_matches(',').eq_ignore_ascii_case(&stood))?;
        let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        words[at] = words[at].to_lowercase().replace(&stood.to_lowercase(), &number);
        Some(words.join(" "))
    };
    let (at, line) = lines.iter().enumerate().find_map(|(at, line)| Some((at, put(line)?)))?;
    lines[at] = line;
    Some(lines)
}

/// As the council numbers who comes later: under the neighbour's number (`AB1-124/1`) where others stand so, else at the end.
fn number_of(beside: &str, numbered: Numbered) -> String {
    match (beside.split_once('/'), beside.split_once('-')) {
        (Some((base, _)), _) => format!("{base}/7"),
        _ if numbered.suffixed && !beside.is_empty() => format!("{beside}/1"),
        (None, Some((letters, _))) => format!("{letters}-{}", numbered.last + rand::random_range(1..=6)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(line: &str, house: Option<i32>) -> Pattern {
        Pattern {
            id: ElectorId { partition: 1, id: 1 },
            forenames: "Edith".into(),
            surname: "Harcourt".into(),
            number: "QB1-4".into(),
            lines: vec![line.into(), "Wexmere".into()],
            postcode: "ZZ1 4QX".into(),
            street: (1, "larkspur row".into()),
            house,
            suffix: String::new(),
        }
    }

    #[test]
    fn a_canary_lives_in_the_street_at_a_number_that_is_not_there() {
        for _ in 0..50 {
            let lines = other_home(&pattern("14 Larkspur Row", Some(14)), &[2, 4, 10, 14, 15]).unwrap();
            let number: i32 = lines[0].strip_suffix(" Larkspur Row").unwrap().parse().unwrap();
            assert!(![2, 4, 10, 14].contains(&number) && number % 2 == 0 && number <= 23, "{lines:?}");
            assert_eq!(lines[1], "Wexmere");
        }
        let named = other_home(&pattern("Rosewell Cottage", None), &[]).unwrap();
        assert!(HOUSES.contains(&named[0].as_str()));
        let with = |suffixed| Numbered { last: 90, suffixed };
        assert_eq!(
            (number_of("QB1-4", with(true)).as_str(), number_of("QB1-4/1", with(true)).as_str()),
            ("QB1-4/1", "QB1-4/7")
        );
        let last: i32 = number_of("QB1-4", with(false)).strip_prefix("QB1-").unwrap().parse().unwrap();
        assert!((91..=96).contains(&last) && number_of("", with(false)).is_empty());
    }
}
