//! `key list|rotate KIND`: the installation's own keys.

use super::Operation;
use crate::access::Permission;
use crate::audit::seal::sign::publics;
use crate::error::Error;
use crate::keys::Kind;

/// What can be done with keys. None of them is ever printed.
#[derive(Debug, clap::Subcommand)]
pub enum KeyCommand {
    /// Print the ids of the keys of a kind, the newest last
    List {
        /// Which kind
        kind: Kind,
    },
    /// Make a new key, which is used from the server's next start; what older ones made stays good
    Rotate {
        /// Which kind
        kind: Kind,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// [`Error::Refused`] when the keys cannot be read or come from the environment.
pub async fn run(operation: &Operation, command: KeyCommand) -> Result<(), Error> {
    operation.scope(Permission::KeepSeal).await?.commit().await?;
    match command {
        KeyCommand::List { kind } => {
            operation.print_all(&ids(operation, kind)?, String::clone);
            Ok(())
        }
        KeyCommand::Rotate { kind } => {
            operation.keys.rotate(kind)?;
            let newest = ids(operation, kind)?.pop().unwrap_or_default();
            operation.print(&serde_json::json!({ "key": newest }), |_| newest.clone());
            if !operation.json {
                eprintln!(
                    "Restart the server: it uses the new key from then on. Keep a copy of the keys apart from backups."
                );
            }
            Ok(())
        }
    }
}

/// Ids as other places show them: a key that signs is known by its public half.
fn ids(operation: &Operation, kind: Kind) -> Result<Vec<String>, Error> {
    match kind {
        Kind::Seal => Ok(publics(&operation.keys)?.iter().map(|public| public.id()).collect()),
        _ => Ok(operation.keys.all(kind)?.into_iter().map(|key| key.id).collect()),
    }
}
