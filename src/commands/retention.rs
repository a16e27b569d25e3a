//! `retention status|run`

use super::Operation;
use crate::access::{Permission, text};
use crate::database::Scoped;
use crate::error::Error;
use crate::protection::retention::{KINDS, Kind, Standing, by_person, of_key, period, store};
use serde::Serialize;

/// How long data is kept, and destroying what is past its period.
#[derive(clap::Subcommand)]
pub enum Retention {
    /// Each kind of data: its period, how much there is, how much is past it
    Status,
    /// Destroy what is past its period, with a certificate; say why with --reason
    Run {
        /// Only say what would go
        #[arg(long)]
        dry_run: bool,
        /// Only this kind, by its key in `status`; may be given several times
        #[arg(long = "kind", value_name = "KEY")]
        kinds: Vec<String>,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// What cannot stand, by field; what the database says.
pub async fn run(operation: &Operation, command: Retention) -> Result<(), Error> {
    match command {
        Retention::Status => {
            let mut scope = operation.scope(Permission::ManageRetention).await?;
            let standing = store::standing(&mut scope).await?;
            scope.commit().await?;
            print(operation, &standing);
            Ok(())
        }
        Retention::Run { dry_run, kinds } => destroy(operation, dry_run, &kinds).await,
    }
}

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    days: i32,
    held: i64,
    due: i64,
    left: i64,
}

fn print(operation: &Operation, standing: &[Standing]) {
    let rows: Vec<Row> = standing
        .iter()
        .map(|s| Row { kind: s.kind.key, days: s.days, held: s.held, due: s.due, left: s.left() })
        .collect();
    operation.print_all(&rows, |r| {
        format!("{:<19} {:<9} {} held, {} past it, {} would be left", r.kind, period(r.days), r.held, r.due, r.left)
    });
}

fn chosen(keys: &[String]) -> Result<Vec<&'static Kind>, Error> {
    if keys.is_empty() {
        return Ok(KINDS.iter().filter(|k| by_person(k)).collect());
    }
    let kind = |key: &String| {
        of_key(key).filter(|k| by_person(k)).ok_or_else(|| {
            Error::Refused(format!(
                "{key} is no kind of data that is destroyed by a person: `retention status` lists them"
            ))
        })
    };
    keys.iter().map(kind).collect()
}

async fn destroy(operation: &Operation, dry_run: bool, keys: &[String]) -> Result<(), Error> {
    let kinds = chosen(keys)?;
    if dry_run {
        let mut scope = operation.scope(Permission::ManageRetention).await?;
        let mut standing = Vec::new();
        for kind in kinds {
            standing.push(store::standing_of(&mut scope, kind).await?);
        }
        scope.commit().await?;
        print(operation, &standing);
        return Ok(());
    }
    let reason = text("reason", &operation.session.reason, 500, "Say why it is destroyed now, with --reason")?;
    let mut scope = operation.scope(Permission::DestroyData).await?;
    let operator = scope.operator_id().unwrap_or_default();
    let run = store::begin(&mut scope, &kinds, &reason, &operation.session.os_user).await?;
    scope.commit().await?;
    loop {
        let mut scope = Scoped::operator_again(&operation.operator, operator, Permission::DestroyData).await?;
        let goes_on = store::batch(&mut scope, run).await?;
        scope.commit().await?;
        if !goes_on {
            break;
        }
    }
    let mut scope = Scoped::operator_again(&operation.operator, operator, Permission::ManageRetention).await?;
    let run = store::run(&mut scope, run).await?;
    scope.commit().await?;
    let destroyed: std::collections::BTreeMap<_, _> = run.lines.iter().map(|l| (l.kind.key, l.destroyed)).collect();
    let answer =
        serde_json::json!({"id": run.id, "certificate": run.certificate, "state": run.state, "destroyed": destroyed});
    operation.print(&answer, |_| match run.certificate {
        Some(number) => format!("Certificate {number}: {} destroyed", run.destroyed()),
        None => "Nothing was past its period".into(),
    });
    Ok(())
}
