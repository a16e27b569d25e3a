//! Above how many people a second person decides. Every version stays, with who set it and why.

use crate::database::Scoped;
use crate::error::Error;
use crate::mail::{Form, store::tell_guards};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// The limit from a time on.
#[derive(Debug, Clone, Serialize)]
pub struct Limit {
    /// Which.
    pub version: i32,
    /// Above so many.
    pub people: i32,
    /// From when.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Every version, the newest, which stands, first.
///
/// # Errors
/// What the database says.
pub async fn limits(scope: &mut Scoped) -> Result<Vec<Limit>, Error> {
    Ok(sqlx::query_as!(
        Limit,
        r#"select l.version, l.people, l.at, l.reason,
             coalesce(a.name, case when l.by_operator then 'The operator' else 'Set-up' end) as "by!"
           from export_limit l left join account a using (account_id) order by l.version desc"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Sets it, and tells everybody who guards: nobody moves it silently.
///
/// # Errors
/// [`Error::Conflict`] when it stands so already; what the database says.
pub async fn set(scope: &mut Scoped, people: i32, reason: &str) -> Result<(), Error> {
    let before = limits(scope).await?.first().map_or(0, |l| l.people);
    if before == people {
        return Err(Error::Conflict("The limit stands so already".into()));
    }
    let account = scope.account();
    if account.is_none() {
        sqlx::query!("insert into export_limit (people, by_operator, reason) values ($1, true, $2)", people, reason)
            .execute(scope.connection())
            .await?;
    } else {
        sqlx::query!(
            "insert into export_limit (people, account_id, reason) values ($1, $2, $3)",
            people,
            account,
            reason
        )
        .execute(scope.connection())
        .await?;
    }
    let by = limits(scope).await?.into_iter().next().map(|l| l.by).unwrap_or_default();
    let form = Form::ExportLimitSet { by, before, now: people, reason: reason.to_owned() };
    tell_guards(scope, &form).await
}
