//! The installation's own codes, changed after the first evening: words, order, shape and colour; a code ends and never goes.

use crate::database::Scoped;
use crate::error::Error;
use crate::setup::GROUPS;
use crate::web::FieldErrors;
use serde::Deserialize;

/// How many intentions may be offered at a door, and how many rows for new ones the form has.
pub const MOST: usize = 14;
const NEW_ROWS: usize = 2;

/// A voting intention with its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intention {
    /// One to three letters.
    pub code: String,
    /// The word.
    pub label: String,
    /// 1 to 8.
    pub slot: i16,
    /// Its group.
    pub group: String,
    /// Its place in the order.
    pub place: i16,
    /// No longer offered.
    pub retired: bool,
    /// Not in the database yet.
    pub new: bool,
}

/// An issue with its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issue {
    /// The short code.
    pub code: String,
    /// The words.
    pub label: String,
    /// Its place.
    pub place: i16,
    /// No longer offered.
    pub retired: bool,
    /// Not in the database yet.
    pub new: bool,
}

/// Both lists, as they stand or as typed.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    /// Voting intentions, retired ones last.
    pub intentions: Vec<Intention>,
    /// Issues, retired ones last.
    pub issues: Vec<Issue>,
}

/// Both lists as they stand.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped) -> Result<Codes, Error> {
    let intentions = sqlx::query_as!(
        Intention,
        r#"select code, label, slot, code_group as "group", place, retired_at is not null as "retired!", false as "new!"
           from intention_code order by retired_at is not null, place"#
    )
    .fetch_all(scope.connection())
    .await?;
    let issues = sqlx::query_as!(
        Issue,
        r#"select code, label, place, retired_at is not null as "retired!", false as "new!"
           from issue_code order by retired_at is not null, place, code"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Codes { intentions, issues })
}

/// Keeps both lists: in their order, those retired after the others.
///
/// # Errors
/// [`Error::Conflict`] when somebody added the same letters meanwhile.
pub async fn keep(scope: &mut Scoped, codes: &Codes) -> Result<(), Error> {
    let mut intentions = codes.intentions.clone();
    intentions.sort_by_key(|c| (c.retired, c.place));
    for (place, c) in (1i16..).zip(&intentions) {
        let place = if c.retired { place.max(15) } else { place };
        if c.new {
            sqlx::query!(
                "insert into intention_code (code, label, slot, code_group, place) values ($1, $2, $3, $4, $5)",
                c.code,
                c.label,
                c.slot,
                c.group,
                place
            )
            .execute(scope.connection())
            .await
            .map_err(meanwhile)?;
            continue;
        }
        sqlx::query!(
            "update intention_code set label = $2, slot = $3, code_group = $4, place = $5,
               retired_at = case when $6 then coalesce(retired_at, now()) end where code = $1",
            c.code,
            c.label,
            c.slot,
            c.group,
            place,
            c.retired
        )
        .execute(scope.connection())
        .await?;
    }
    keep_issues(scope, &codes.issues).await
}

async fn keep_issues(scope: &mut Scoped, issues: &[Issue]) -> Result<(), Error> {
    let mut issues = issues.to_vec();
    issues.sort_by_key(|i| (i.retired, i.place));
    for (place, i) in (1i16..).zip(&issues) {
        if i.new {
            sqlx::query!("insert into issue_code (code, label, place) values ($1, $2, $3)", i.code, i.label, place)
                .execute(scope.connection())
                .await
                .map_err(meanwhile)?;
            continue;
        }
        sqlx::query!(
            "update issue_code set label = $2, place = $3, retired_at = case when $4 then coalesce(retired_at, now()) end
             where code = $1",
            i.code,
            i.label,
            place,
            i.retired
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(())
}

fn meanwhile(error: sqlx::Error) -> Error {
    match error.as_database_error().is_some_and(|d| d.is_unique_violation()) {
        true => Error::Conflict("Somebody added the same letters meanwhile. Open the page again".into()),
        false => error.into(),
    }
}

/// The form as typed: a column is a repeated field, a row has the same place in each.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct CodesForm {
    letters: Vec<String>,
    label: Vec<String>,
    group: Vec<String>,
    slot: Vec<String>,
    place: Vec<String>,
    retired: Vec<String>,
    issue: Vec<String>,
    words: Vec<String>,
    issue_place: Vec<String>,
    issue_retired: Vec<String>,
}

fn cell(column: &[String], n: usize) -> String {
    column.get(n).map(|c| c.trim().to_owned()).unwrap_or_default()
}

impl Codes {
    /// With empty rows for new ones.
    pub fn with_new_rows(mut self) -> Self {
        for n in 0..NEW_ROWS {
            let place = 50 + i16::try_from(n).unwrap_or_default();
            let intention = Intention { slot: 3, group: "against".into(), new: true, place, ..Intention::default() };
            self.intentions.push(intention);
            self.issues.push(Issue { new: true, place, ..Issue::default() });
        }
        self
    }

    /// What a form makes of what stands: rows of codes held keep their letters, others are new.
    pub fn typed(held: &Codes, form: &CodesForm) -> Self {
        let place = |column: &[String], n: usize| cell(column, n).parse().unwrap_or(i16::MAX);
        let intention = |n: usize| {
            let code = cell(&form.letters, n).to_uppercase();
            Intention {
                label: cell(&form.label, n),
                slot: cell(&form.slot, n).parse().unwrap_or(0),
                group: cell(&form.group, n),
                place: place(&form.place, n),
                retired: form.retired.contains(&code),
                new: !held.intentions.iter().any(|h| h.code == code),
                code,
            }
        };
        let issue = |n: usize| {
            let code = cell(&form.issue, n).to_uppercase();
            Issue {
                label: cell(&form.words, n),
                place: place(&form.issue_place, n),
                retired: form.issue_retired.contains(&code),
                new: !held.issues.iter().any(|h| h.code == code),
                code,
            }
        };
        Codes {
            intentions: (0..form.letters.len().min(99)).map(intention).collect(),
            issues: (0..form.issue.len().min(200)).map(issue).collect(),
        }
    }

    /// The same without rows that were left empty, if all of it can stand.
    pub fn checked(&self, held: &Codes, errors: &mut FieldErrors) -> Codes {
        let mut kept = self.clone();
        kept.intentions.retain(|c| !(c.new && c.code.is_empty() && c.label.is_empty()));
        kept.issues.retain(|i| !(i.new && i.code.is_empty() && i.label.is_empty()));
        for (n, c) in self.intentions.iter().enumerate().filter(|(_, c)| kept.intentions.contains(c)) {
            if let Some(wrong) = c.wrong(self) {
                errors.add(&format!("code-{}", n + 1), format!("Code {}: {wrong}", n + 1));
            }
        }
        for (n, i) in self.issues.iter().enumerate().filter(|(_, i)| kept.issues.contains(i)) {
            if let Some(wrong) = i.wrong(self) {
                errors.add(&format!("issue-{}", n + 1), format!("Issue {}: {wrong}", n + 1));
            }
        }
        let offered = kept.intentions.iter().filter(|c| !c.retired).count();
        if !(1..=MOST).contains(&offered) {
            errors.add("code-1", format!("Between 1 and {MOST} codes are offered: retire some, or take some back"));
        }
        let there = |code: &str| kept.intentions.iter().any(|c| c.code == code);
        if held.intentions.iter().any(|h| !there(&h.code)) {
            errors.add("code-1", "Codes were added meanwhile. Open the page again");
        }
        kept
    }
}

impl Intention {
    fn wrong(&self, all: &Codes) -> Option<&'static str> {
        let letters = matches!(self.code.len(), 1..=3) && self.code.bytes().all(|b| b.is_ascii_uppercase());
        match () {
            () if !letters => Some("use one to three letters"),
            () if self.label.is_empty() || self.label.chars().count() > 40 => {
                Some("give a word for it, up to 40 letters")
            }
            () if all.intentions.iter().filter(|c| c.code == self.code).count() > 1 => {
                Some("these letters stand twice")
            }
            () if !(1..=8).contains(&self.slot) || !GROUPS.iter().any(|(g, _)| *g == self.group) => {
                Some("choose its group and colour")
            }
            () => None,
        }
    }
}

impl Issue {
    fn wrong(&self, all: &Codes) -> Option<&'static str> {
        let shaped =
            matches!(self.code.len(), 1..=8) && self.code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        match () {
            () if !shaped => Some("use up to eight letters and figures"),
            () if self.label.is_empty() || self.label.chars().count() > 60 => {
                Some("give words for it, up to 60 letters")
            }
            () if all.issues.iter().filter(|i| i.code == self.code).count() > 1 => Some("these letters stand twice"),
            () => None,
        }
    }
}
