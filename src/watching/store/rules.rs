//! Rules as an installation changed them. Every change is a row with who, when and why.

use crate::database::Scoped;
use crate::error::Error;
use crate::mail::{Form, store::tell_guards};
use crate::watching::{RULES, Rule};
use crate::web::words;
use chrono::{DateTime, Utc};

/// A rule as it stands here.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The rule.
    pub rule: &'static Rule,
    /// Whether it is on.
    pub on: bool,
    /// More than this is too many.
    pub threshold: i32,
    /// Within so many minutes.
    pub minutes: i32,
    /// Which change it is from; 0: as it came.
    pub version: i32,
    /// Alerts that it raised in the last thirty days, as far as whoever asks may see them.
    pub raised: i64,
}

/// A change.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number.
    pub version: i32,
    /// Whether it was on from then.
    pub on: bool,
    /// Threshold.
    pub threshold: i32,
    /// Window in minutes.
    pub minutes: i32,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
}

/// Every rule as it stands.
///
/// # Errors
/// What the database says.
pub async fn standing(scope: &mut Scoped) -> Result<Vec<Standing>, Error> {
    let changed = sqlx::query!(
        "select distinct on (rule) rule, version, on_duty, threshold, minutes from watch_rule_version order by rule, version desc"
    )
    .fetch_all(scope.connection())
    .await?;
    let raised = sqlx::query!(
        r#"select rule, count(*) as "n!" from alert where raised_at > now() - interval '30 days' group by rule"#
    )
    .fetch_all(scope.connection())
    .await?;
    let each = RULES.iter().map(|rule| {
        let raised = raised.iter().find(|r| r.rule == rule.key).map_or(0, |r| r.n);
        match changed.iter().find(|c| c.rule == rule.key) {
            Some(c) => {
                Standing { rule, on: c.on_duty, threshold: c.threshold, minutes: c.minutes, version: c.version, raised }
            }
            None => Standing { rule, on: true, threshold: rule.threshold, minutes: rule.minutes, version: 0, raised },
        }
    });
    Ok(each.collect())
}

/// The changes of one rule, the newest first.
///
/// # Errors
/// What the database says.
pub async fn versions(scope: &mut Scoped, rule: &str) -> Result<Vec<Version>, Error> {
    Ok(sqlx::query_as!(
        Version,
        r#"select v.version, v.on_duty as "on", v.threshold, v.minutes, v.reason, v.set_at as at, a.name as by
           from watch_rule_version v join account a using (account_id) where v.rule = $1 order by v.version desc"#,
        rule
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Changes a rule from the version that was read, and tells everybody who guards: nobody shuts a watcher's eyes silently.
///
/// # Errors
/// [`Error::Conflict`] when somebody changed it meanwhile.
pub async fn change(
    scope: &mut Scoped,
    rule: &Rule,
    read: i32,
    (on, threshold, minutes): (bool, i32, i32),
    reason: &str,
) -> Result<(), Error> {
    let account = scope.account();
    let version = read.checked_add(1).ok_or(Error::NotFound)?;
    sqlx::query!(
        "insert into watch_rule_version (rule, version, on_duty, threshold, minutes, reason, account_id)
         values ($1, $2, $3, $4, $5, $6, $7)",
        rule.key,
        version,
        on,
        threshold,
        minutes,
        reason,
        account
    )
    .execute(scope.connection())
    .await
    // Refused by its key, or by the policy that asks for the version that follows.
    .map_err(|e| {
        match e.as_database_error().is_some_and(|d| d.is_unique_violation() || d.code().as_deref() == Some("42501")) {
            true => Error::Conflict(
                "Somebody changed this rule meanwhile. Load the page again and look at what stands now".into(),
            ),
            false => e.into(),
        }
    })?;
    let by = versions(scope, rule.key).await?.into_iter().next().map(|v| v.by).unwrap_or_default();
    let now = match on {
        true => format!("It raises an alert above {threshold} within {}", words::count(minutes, "minute", "minutes")),
        false => "It is off".to_owned(),
    };
    let form = Form::WatchRuleSet { by, rule: rule.title.to_owned(), now, reason: reason.to_owned() };
    tell_guards(scope, &form).await
}
