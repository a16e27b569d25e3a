//! How a grant came.

/// How a grant came, which pages and the record say beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::Type)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum GrantKind {
    /// Given by somebody who may, or by the operator.
    Given,
    /// Asked for by one and approved by another.
    Approved,
    /// Announced to everybody concerned a day before it began, since nobody else could approve it.
    Announced,
    /// Taken for an hour in an emergency.
    BreakGlass,
}
