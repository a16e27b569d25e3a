//! `alert list|rules`

use super::Operation;
use crate::access::Permission;
use crate::error::Error;
use crate::watching::rules::window;
use crate::watching::store::{self, Order, Shown};
use crate::web::words;

/// What rules of watching found.
#[derive(clap::Subcommand)]
pub enum Alerts {
    /// Alerts, the most urgent first; those about data protection officers too
    List {
        /// Those that were decided, too
        #[arg(long)]
        all: bool,
    },
    /// Every rule as it stands
    Rules,
}

#[derive(serde::Serialize)]
struct RuleRow {
    rule: &'static str,
    title: &'static str,
    severity: &'static str,
    on: bool,
    threshold: i32,
    minutes: i32,
}

/// Runs one of these commands.
///
/// # Errors
/// What the database says.
pub async fn run(operation: &Operation, command: Alerts) -> Result<(), Error> {
    match command {
        Alerts::List { all } => list(operation, all).await,
        Alerts::Rules => rules(operation).await,
    }
}

async fn list(operation: &Operation, all: bool) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::WeighAlerts).await?;
    let shown = if all { Shown::All } else { Shown::Open };
    let (alerts, _) = store::list(&mut scope, shown, None, Order::Queue, (0, i64::MAX)).await?;
    let status = store::status(&mut scope).await?;
    scope.commit().await?;
    if let Some(alarm) = status.alarm() {
        eprintln!("{alarm}");
    }
    if alerts.is_empty() && !operation.json {
        println!("No alert {}", if all { "was ever raised" } else { "is open" });
    }
    operation.print_all(&alerts, |a| {
        let (grave, state) = (a.severity.title().to_lowercase(), a.state.title().to_lowercase());
        format!("No. {}  {grave}  {}: {}, by {}  {state}", a.id, a.title(), a.happened(), a.who())
    });
    Ok(())
}

async fn rules(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::SetWatchRules).await?;
    let standing = store::standing(&mut scope).await?;
    scope.commit().await?;
    let rows: Vec<RuleRow> = standing
        .into_iter()
        .map(|s| RuleRow {
            rule: s.rule.key,
            title: s.rule.title,
            severity: s.rule.severity.as_str(),
            on: s.on,
            threshold: s.threshold,
            minutes: s.minutes,
        })
        .collect();
    operation.print_all(&rows, |r| {
        let state = if r.on { "on" } else { "off" };
        format!("{}  {}  {} in {}  {state}", r.rule, r.title, words::figure(r.threshold), window(r.minutes))
    });
    Ok(())
}
