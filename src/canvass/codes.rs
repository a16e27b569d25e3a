//! The installation's own list of voting intentions and of issues.

use crate::database::Scoped;
use crate::error::Error;

/// A voting intention: letter, word, shape by its group, colour by its slot.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Code {
    /// One to three letters.
    pub code: String,
    /// The word beside it.
    pub label: String,
    /// The colour slot, 1 to 8.
    pub slot: i16,
    /// `for`, `leaning`, `undecided`, `against`, `non-voter` or `wont-say`.
    pub group: String,
    /// No longer offered; what was said with it stays readable.
    #[serde(default)]
    pub retired: bool,
}

/// The list in its own order; the first seven stand first at the door.
///
/// # Errors
/// What the database says.
pub async fn intentions(scope: &mut Scoped) -> Result<Vec<Code>, Error> {
    Ok(sqlx::query_as!(
        Code,
        r#"select code, label, slot, code_group as "group", retired_at is not null as "retired!" from intention_code order by place"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// An issue that people at doors care about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Issue {
    /// The short code.
    pub code: String,
    /// Its words.
    pub label: String,
}

/// The issues that are offered, in their own order.
///
/// # Errors
/// What the database says.
pub async fn issues(scope: &mut Scoped) -> Result<Vec<Issue>, Error> {
    Ok(sqlx::query_as!(Issue, "select code, label from issue_code where retired_at is null order by place, code")
        .fetch_all(scope.connection())
        .await?)
}
