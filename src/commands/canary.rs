//! `canary plant|list|remove`

use super::Operation;
use crate::access::Permission;
use crate::areas;
use crate::error::Error;
use crate::watching::{canaries, store};
use crate::web::words;

/// Invented electors whom nobody has a reason to open.
#[derive(clap::Subcommand)]
pub enum Canaries {
    /// Plant some in a polling district; prints their numbers
    Plant {
        /// The polling district's letters, or AUTHORITY/LETTERS
        #[arg(long, value_name = "CODE")]
        area: String,
        /// How many
        #[arg(long, default_value_t = 1)]
        count: usize,
    },
    /// Every canary, those that stand first
    List,
    /// Take one out: its name and home go, its number stays
    Remove {
        /// Its number
        id: i64,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// [`Error::Invalid`] when there is no such polling district, [`Error::NotFound`] when there is no such canary.
pub async fn run(operation: &Operation, command: Canaries) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::KeepCanaries).await?;
    match command {
        Canaries::Plant { area, count } => {
            let area = areas::store::resolve(&mut scope, &area).await?;
            let district = store::district_of(&mut scope, area.id).await?;
            let planted = canaries::plant(&mut scope, district, count).await?;
            scope.commit().await?;
            operation.print_all(&planted, i64::to_string);
        }
        Canaries::List => {
            let (canaries, _) = store::canaries(&mut scope, 0, i64::MAX).await?;
            scope.commit().await?;
            operation.print_all(&canaries, |c| {
                let state = c.removed.map_or_else(
                    || words::count(c.alerts, "alert", "alerts"),
                    |at| format!("taken out {}", words::short_date(words::day_of(at))),
                );
                format!("No. {}  {}  {}  {}  {state}", c.id, c.district, c.name, c.address)
            });
        }
        Canaries::Remove { id } => {
            store::remove(&mut scope, id).await?;
            scope.commit().await?;
        }
    }
    Ok(())
}
