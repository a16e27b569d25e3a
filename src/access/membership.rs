//! Access that depends on membership: what an import says of each account's standing, what that would end, and the end itself,
//! in the caller's transaction. Whoever reads members calls these two; nothing else knows how.

use crate::access::Role;
use crate::database::Scoped;
use crate::error::Error;
use crate::mail::{Form, To, store::queue};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use uuid::Uuid;

/// How a membership stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Paid up, or within its grace.
    Current,
    /// Not renewed.
    Lapsed,
    /// Suspended by the party.
    Suspended,
    /// Left.
    Resigned,
    /// Expelled by the party.
    Expelled,
    /// Nothing is known: this never ends anything.
    Unknown,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Standing; 6] = [
        Standing::Current,
        Standing::Lapsed,
        Standing::Suspended,
        Standing::Resigned,
        Standing::Expelled,
        Standing::Unknown,
    ];

    /// The word in files and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Current => "current",
            Standing::Lapsed => "lapsed",
            Standing::Suspended => "suspended",
            Standing::Resigned => "resigned",
            Standing::Expelled => "expelled",
            Standing::Unknown => "unknown",
        }
    }

    /// The standing of this word, in any case; nothing at all is unknown.
    pub fn parse(word: &str) -> Option<Standing> {
        let word = word.trim().to_lowercase();
        if word.is_empty() {
            return Some(Standing::Unknown);
        }
        Standing::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// A grant that depends on a membership that is not current any more.
#[derive(Debug, Clone)]
pub struct Dependent {
    /// The grant.
    pub grant: Uuid,
    /// Whose.
    pub account: Uuid,
    /// Their name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The area's id.
    pub area: i64,
    /// The area's name.
    pub area_name: String,
    /// Whether it stays: without it nobody could give access.
    pub stays: bool,
}

/// What standings would end, or ended.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The grants.
    pub grants: Vec<Dependent>,
    /// How many live grants depend on membership in all.
    pub of: i64,
}

impl Outcome {
    /// How many end.
    pub fn ending(&self) -> usize {
        self.grants.iter().filter(|g| !g.stays).count()
    }

    /// Whether so many end that a wrong column is likelier than a bad month: more than one in twenty.
    pub fn too_many(&self) -> bool {
        20 * i64::try_from(self.ending()).unwrap_or(i64::MAX) > self.of
    }
}

struct Row {
    grant: Uuid,
    account: Uuid,
    name: String,
    role: Role,
    area: i64,
    area_name: String,
    of: i64,
    stays: bool,
}

/// Says what these standings would end, and changes nothing.
///
/// # Errors
/// What the database says.
pub async fn preview(scope: &mut Scoped, standings: &[(Uuid, Standing)]) -> Result<Outcome, Error> {
    let (accounts, words) = columns(standings);
    let rows = sqlx::query_as!(
        Row,
        r#"select grant_id as "grant!", account_id as "account!", name as "name!", role as "role!: Role", area_id as "area!",
             area as "area_name!", "of" as "of!", stays as "stays!" from wall.standings_end($1, $2)"#,
        &accounts,
        &words
    )
    .fetch_all(scope.connection())
    .await?;
    let of = rows.first().map_or(0, |r| r.of);
    let dependent = |r: Row| Dependent {
        grant: r.grant,
        account: r.account,
        name: r.name,
        role: r.role,
        area: r.area,
        area_name: r.area_name,
        stays: r.stays,
    };
    let grants = rows.into_iter().map(dependent).collect();
    Ok(Outcome { grants, of })
}

/// Keeps these standings, ends the access that depends on them with its sessions and lists, and tells the organisers of the areas
/// by email: all in the caller's transaction.
///
/// # Errors
/// [`Error::Refused`] when more than one in twenty of the grants that depend on membership would end, unless `many` says that so
/// many are meant.
pub async fn apply(scope: &mut Scoped, standings: &[(Uuid, Standing)], many: bool) -> Result<Outcome, Error> {
    let outcome = preview(scope, standings).await?;
    if outcome.too_many() && !many {
        return Err(Error::Refused(format!(
            "This would end {} of the {} accesses that depend on membership, more than one in twenty, so nothing was done. \
             Look whether the right column was read. If so many are meant, say so with --allow-many",
            outcome.ending(),
            outcome.of
        )));
    }
    let (accounts, words) = columns(standings);
    let operator = scope.operator_id();
    sqlx::query!("select grant_id from wall.apply_standings($1, $2, $3, $4)", &accounts, &words, many, operator)
        .fetch_all(scope.connection())
        .await?;
    tell_organisers(scope, &outcome).await?;
    Ok(outcome)
}

/// One letter an organiser, with everybody in their area whose access ended. Why is nobody's business but the secretary's.
async fn tell_organisers(scope: &mut Scoped, outcome: &Outcome) -> Result<(), Error> {
    let mut letters = BTreeMap::<Uuid, Vec<String>>::new();
    let mut over = BTreeMap::<i64, Vec<Uuid>>::new();
    for ended in outcome.grants.iter().filter(|g| !g.stays) {
        let organisers = match over.entry(ended.area) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(organisers_over(scope, ended.area).await?),
        };
        for organiser in organisers.iter().filter(|o| **o != ended.account) {
            let line = format!("{}, {} in {}", ended.name, ended.role.title().to_lowercase(), ended.area_name);
            letters.entry(*organiser).or_default().push(line);
        }
    }
    for (organiser, people) in letters {
        queue(scope, To::Account(organiser), &Form::MembershipEnded { people }).await?;
    }
    Ok(())
}

async fn organisers_over(scope: &mut Scoped, area: i64) -> Result<Vec<Uuid>, Error> {
    Ok(sqlx::query_scalar!(r#"select who as "who!" from wall.organisers_over($1) who"#, area)
        .fetch_all(scope.connection())
        .await?)
}

fn columns(standings: &[(Uuid, Standing)]) -> (Vec<Uuid>, Vec<String>) {
    standings.iter().map(|(account, standing)| (*account, standing.as_str().to_owned())).unzip()
}
