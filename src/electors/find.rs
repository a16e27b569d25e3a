//! Looking somebody up in the database.
//!
//! The statements live in `sql/`, where a test reads them too and asks PostgreSQL how it would run them: only `=`, `^@`,
//! `>=` and `<` on keys under C collation let row security use the indexes.

use super::ElectorId;
use super::arrange::{Asked, Found, Group, Intention, Known, Order, arrange};
use super::kept::Search;
use super::search::{MOST, Meaning, NameProbe, NoTerms, StreetProbe, Terms, below};
use crate::canvass::codes::Code;
use crate::database::Scoped;
use crate::error::Error;
use crate::watching;
use std::collections::{BTreeMap, HashMap, HashSet};

/// One more than is counted, so that "more" is known.
const MOST_ROWS: i64 = MOST as i64 + 1;

/// The rows of one of `sql/`'s searches.
macro_rules! ask {
    ($scope:expr, $file:literal, $($value:expr),+) => {
        sqlx::query_file_as!(Found, $file, $($value),+).fetch_all($scope.connection()).await?
    };
}

/// What an organiser looks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The words, read; none when only filters were chosen.
    pub terms: Option<Terms>,
    /// Only these districts of the area in use.
    pub districts: Vec<i32>,
    /// Whether these are all of the area's, to a session that row security narrows to them anyway.
    pub whole: bool,
    /// Only these intentions.
    pub intention: Intention,
    /// Only those asked then.
    pub asked: Asked,
    /// How homes stand.
    pub order: Order,
}

impl Wanted {
    /// What a search means in the area in use, of which these are the districts: words, or filters enough to make a page of.
    ///
    /// # Errors
    /// [`NoTerms`] when neither says enough.
    pub fn of(search: &Search, here: &[i32], codes: &[Code]) -> Result<Self, NoTerms> {
        let intention = intention_filter(&search.intention, codes);
        let filtered = search.district.is_some() || matches!(intention, Intention::Codes(_));
        let terms = match Terms::read(&search.words) {
            Ok(terms) => Some(terms),
            Err(NoTerms::Empty) if filtered => None,
            Err(error) => return Err(error),
        };
        let chosen = |area_no: &i32| search.district.is_none_or(|chosen| chosen == *area_no);
        let districts = here.iter().copied().filter(chosen).collect();
        let whole = search.district.is_none();
        Ok(Wanted { terms, districts, whole, intention, asked: search.asked, order: search.order })
    }
}

/// Where somebody is looked for. All of the area in use is not named once more where row security names it: PostgreSQL would
/// try each district that is asked for against each that may be seen, in every index (69 districts: 4,761 tries, not 69).
#[derive(Clone, Copy)]
struct Within<'a> {
    districts: &'a [i32],
    whole: bool,
}

impl<'a> Within<'a> {
    fn named(self) -> Option<&'a [i32]> {
        (!self.whole).then_some(self.districts)
    }
}

/// What was found, home by home. Nobody is shown by it: [`super::store::homes`] shows a page of it. Invented electors are found like
/// anybody, and are in these numbers: where not all are shown, what is told of the others is counted without [`Matches::invented`].
#[derive(Debug, Clone, Default)]
pub struct Matches {
    /// The homes in order.
    pub homes: Vec<Group>,
    /// How many people matched.
    pub electors: usize,
    /// Whether there are more than are counted.
    pub more: bool,
}

impl Matches {
    /// Who among them is invented.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn invented(&self, scope: &mut Scoped) -> Result<HashSet<ElectorId>, Error> {
        let mut everybody: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
        for home in &self.homes {
            everybody.entry(home.partition_id).or_default().extend(&home.electors);
        }
        let mut invented = HashSet::new();
        for (partition, people) in everybody {
            let some = watching::invented_among(scope, partition, &people).await?;
            invented.extend(some.into_iter().map(|id| ElectorId { partition, id }));
        }
        Ok(invented)
    }
}

/// Looks somebody up; `kind` is the kind of election whose intentions the filter means.
///
/// # Errors
/// What the database says.
pub async fn matches(scope: &mut Scoped, wanted: &Wanted, kind: &str) -> Result<Matches, Error> {
    let within = Within { districts: &wanted.districts, whole: wanted.whole };
    let mut found = match (&wanted.terms, &wanted.intention) {
        (Some(terms), _) => find(scope, within, terms).await?,
        (None, Intention::Codes(codes)) => intending(scope, within, kind, codes).await?,
        (None, _) => everybody(scope, &wanted.districts).await?,
    };
    let more = found.len() > MOST;
    found.truncate(MOST);
    let filtered = wanted.intention != Intention::Any || wanted.asked != Asked::Any || wanted.order == Order::LastAsked;
    let known = if filtered { known(scope, &found, kind).await? } else { HashMap::new() };
    let homes = arrange(found, &known, &wanted.intention, wanted.asked, wanted.order);
    Ok(Matches { electors: homes.iter().map(|g| g.electors.len()).sum(), homes, more })
}

/// Everybody whom the words may mean: the plain meanings, or else the first other one that finds somebody.
async fn find(scope: &mut Scoped, within: Within<'_>, terms: &Terms) -> Result<Vec<Found>, Error> {
    let mut found = match terms.numbers.is_empty() {
        true => Vec::new(),
        false => ask!(scope, "src/electors/sql/by_number.sql", within.named(), &terms.numbers, MOST_ROWS),
    };
    for meaning in &terms.plain {
        found.extend(by_meaning(scope, within, meaning).await?);
    }
    let mut otherwise = terms.otherwise.iter();
    while let (true, Some(meaning)) = (found.is_empty(), otherwise.next()) {
        found = by_meaning(scope, within, meaning).await?;
    }
    let mut seen = HashSet::new();
    found.retain(|f| seen.insert((f.partition_id, f.elector_id)));
    Ok(found)
}

/// Everybody whom one meaning means, each of its beginnings by its own index, one after the other.
async fn by_meaning(scope: &mut Scoped, within: Within<'_>, meaning: &Meaning) -> Result<Vec<Found>, Error> {
    let lettered = match &meaning.district {
        Some(letters) => Some(lettered(scope, within.districts, letters).await?),
        None => None,
    };
    let within = lettered.as_deref().map_or(within, |districts| Within { districts, whole: false });
    match (meaning.names.is_anybody(), meaning.spot.is_anywhere()) {
        _ if within.districts.is_empty() => Ok(Vec::new()),
        (_, false) => at_spot(scope, within, meaning).await,
        (false, true) => named(scope, within, meaning).await,
        (true, true) if meaning.postcode.is_empty() => everybody(scope, within.districts).await,
        (true, true) => in_postcode(scope, within, &meaning.postcode).await,
    }
}

/// Which of these districts have the letters; two authorities may use the same.
async fn lettered(scope: &mut Scoped, districts: &[i32], letters: &str) -> Result<Vec<i32>, Error> {
    let sql = sqlx::query_scalar!(
        "select area_no from district where area_no = any($1::integer[]) and letters = $2",
        districts,
        letters
    );
    Ok(sql.fetch_all(scope.connection()).await?)
}

async fn in_postcode(scope: &mut Scoped, within: Within<'_>, begins: &str) -> Result<Vec<Found>, Error> {
    Ok(ask!(scope, "src/electors/sql/by_postcode.sql", within.named(), begins, below(begins), MOST_ROWS))
}

/// Everybody of a name, in each order, within the meaning's postcode where it has one.
async fn named(scope: &mut Scoped, within: Within<'_>, meaning: &Meaning) -> Result<Vec<Found>, Error> {
    let (mut found, districts) = (Vec::new(), within.named());
    let postcode = meaning.postcode.as_str();
    for NameProbe { begins, other } in &meaning.names.surnames {
        let below = below(begins);
        found.extend(match postcode {
            "" => ask!(scope, "src/electors/sql/by_name.sql", districts, begins, below, other, MOST_ROWS),
            _ => {
                ask!(scope, "src/electors/sql/by_name_within.sql", districts, begins, below, other, postcode, MOST_ROWS)
            }
        });
    }
    for NameProbe { begins, other } in &meaning.names.forenames {
        let below = below(begins);
        found.extend(match postcode {
            "" => ask!(scope, "src/electors/sql/by_forename.sql", districts, begins, below, other, MOST_ROWS),
            _ => {
                ask!(
                    scope,
                    "src/electors/sql/by_forename_within.sql",
                    districts,
                    begins,
                    below,
                    other,
                    postcode,
                    MOST_ROWS
                )
            }
        });
    }
    found.extend(later_named(scope, districts, meaning).await?);
    Ok(found)
}

/// Everybody whose surname has several words, by a later one of them: "jones" finds Prys-Jones. In one question, since
/// nearly all surnames have one word.
async fn later_named(scope: &mut Scoped, districts: Option<&[i32]>, meaning: &Meaning) -> Result<Vec<Found>, Error> {
    let pairs = meaning.names.later();
    let begins: Vec<String> = pairs.iter().map(|(surname, _)| surname.clone()).collect();
    let belows: Vec<String> = begins.iter().map(|b| below(b)).collect();
    let forenames: Vec<String> = pairs.into_iter().map(|(_, forename)| forename).collect();
    let postcode = &meaning.postcode;
    Ok(ask!(scope, "src/electors/sql/by_later_name.sql", districts, &begins, &belows, &forenames, postcode, MOST_ROWS))
}

/// Everybody at an address, of the meaning's name where it has one.
async fn at_spot(scope: &mut Scoped, within: Within<'_>, meaning: &Meaning) -> Result<Vec<Found>, Error> {
    let (mut found, districts) = (Vec::new(), within.named());
    let postcode = &meaning.postcode;
    let (surnames, forenames) = meaning.names.pairs();
    for begins in &meaning.spot.addresses {
        let below = below(begins);
        found.extend(ask!(
            scope,
            "src/electors/sql/by_address.sql",
            districts,
            begins,
            below,
            postcode,
            MOST_ROWS,
            &surnames,
            &forenames
        ));
    }
    for StreetProbe { begins, number, letter } in &meaning.spot.streets {
        let (number, below) = (number.unwrap_or(-1), below(begins));
        found.extend(ask!(
            scope,
            "src/electors/sql/by_street.sql",
            districts,
            begins,
            below,
            number,
            letter,
            postcode,
            MOST_ROWS,
            &surnames,
            &forenames
        ));
    }
    Ok(found)
}

/// Everybody on the register in these districts.
async fn everybody(scope: &mut Scoped, districts: &[i32]) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    for district in districts {
        found.extend(ask!(scope, "src/electors/sql/by_district.sql", district, MOST_ROWS));
        if found.len() > MOST {
            break;
        }
    }
    Ok(found)
}

/// Everybody with one of these intentions, when no words were typed.
async fn intending(scope: &mut Scoped, within: Within<'_>, kind: &str, codes: &[String]) -> Result<Vec<Found>, Error> {
    Ok(ask!(scope, "src/electors/sql/by_intention.sql", within.named(), kind, codes, MOST_ROWS))
}

/// What filters and the order by last asked need to know. Empty where neither was chosen.
async fn known(scope: &mut Scoped, found: &[Found], kind: &str) -> Result<HashMap<(i32, i64), Known>, Error> {
    let (partitions, electors): (Vec<i32>, Vec<i64>) = found.iter().map(|f| (f.partition_id, f.elector_id)).unzip();
    let rows = sqlx::query!(
        r#"select w.partition as "partition!", w.elector as "elector!", i.code, a.at as "asked?"
           from unnest($1::integer[], $2::bigint[]) w (partition, elector)
           left join intention_now i on i.partition_id = w.partition and i.elector_id = w.elector and i.intention_kind = $3
           left join lateral (
             select r.at from standing_result r
             where r.partition_id = w.partition and r.elector_id = w.elector and r.outcome in ('spoke', 'refused')
             order by r.received_at desc limit 1) a on true
           where i.code is not null or a.at is not null"#,
        &partitions,
        &electors,
        kind
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ((r.partition, r.elector), Known { code: r.code, asked: r.asked })).collect())
}

/// Which intentions a filter's value means: a group, a code, none known. Anything else: any.
pub fn intention_filter(value: &str, codes: &[Code]) -> Intention {
    let of = |wanted: &dyn Fn(&Code) -> bool| {
        Intention::Codes(codes.iter().filter(|c| wanted(c)).map(|c| c.code.clone()).collect())
    };
    match value.split_once(':') {
        Some(("group", "promises")) => of(&|c| c.group == "for" || c.group == "leaning"),
        Some(("group", group)) => of(&|c| c.group == group),
        Some(("code", code)) => of(&|c| c.code == code),
        _ if value == "unknown" => Intention::Unknown,
        _ => Intention::Any,
    }
}
