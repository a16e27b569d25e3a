//! `insight compare|rebuild`: the tallies that pages count by, beside what the results themselves give.

use super::Operation;
use crate::access::Permission;
use crate::error::Error;
use crate::insight::store::{self, Difference};
use crate::web::words::count;

/// Figures: are they what the results give?
#[derive(Debug, clap::Subcommand)]
pub enum Insight {
    /// Count every answer anew and print where the tallies differ; fails when they do anywhere
    Compare,
    /// Count the tallies anew from the results; answers that come meanwhile wait
    Rebuild,
}

/// Runs one of these commands.
///
/// # Errors
/// [`Error::Refused`] when tallies differ; what the database says.
pub async fn run(operation: &Operation, command: Insight) -> Result<(), Error> {
    match command {
        Insight::Compare => compare(operation).await,
        Insight::Rebuild => rebuild(operation).await,
    }
}

async fn compare(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ReadInsight).await?;
    let differences = store::compare(&mut scope).await?;
    scope.commit().await?;
    if differences.is_empty() && !operation.json {
        println!("The tallies are what the results give");
    }
    operation.print_all(&differences, line);
    match differences.len() {
        0 => Ok(()),
        n => Err(Error::Refused(format!(
            "{} from the results. hustings insight rebuild counts them anew",
            count(i64::try_from(n).unwrap_or(i64::MAX), "tally differs", "tallies differ")
        ))),
    }
}

fn line(d: &Difference) -> String {
    format!("district {}  {}  {}  tallied {}  counted {}", d.area_no, d.kind, d.code, d.tallied, d.counted)
}

/// Says what it mended.
async fn rebuild(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ReadInsight).await?;
    let mended = store::compare(&mut scope).await?;
    store::rebuild(&mut scope).await?;
    scope.commit().await?;
    operation.print(&serde_json::json!({ "mended": mended.len() }), |_| {
        format!("{} mended", count(i64::try_from(mended.len()).unwrap_or(i64::MAX), "tally", "tallies"))
    });
    Ok(())
}
