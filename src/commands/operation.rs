//! One run of a command by the operator.

use crate::access::Permission;
use crate::database::{Operator, OperatorSession, Scoped};
use crate::error::Error;
use crate::keys::Keys;

/// Who runs a command, which, why, and how to print.
pub struct Operation {
    /// The operator's connections.
    pub operator: Operator,
    /// On record with the first statement.
    pub session: OperatorSession,
    /// The installation's own keys.
    pub keys: Keys,
    /// Print JSON.
    pub json: bool,
}

impl Operation {
    /// Begins a scoped transaction, on record as the operator's.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn scope(&self, permission: Permission) -> Result<Scoped, Error> {
        Scoped::operator(&self.operator, &self.session, permission).await
    }

    /// The same run, for this reason.
    pub fn because(&self, reason: &str) -> Self {
        let session = OperatorSession { reason: reason.to_owned(), ..self.session.clone() };
        Operation { operator: self.operator.clone(), session, keys: self.keys.clone(), json: self.json }
    }

    /// Prints a list: as a JSON array when asked, else a line for each as `words` puts it.
    pub fn print_all<T: serde::Serialize>(&self, values: &[T], words: impl FnMut(&T) -> String) {
        if self.json {
            println!("{}", serde_json::to_string(values).unwrap_or_default());
        } else {
            values.iter().map(words).for_each(|line| println!("{line}"));
        }
    }

    /// Prints one value: as JSON when asked, else as `words` puts it.
    pub fn print<T: serde::Serialize>(&self, value: &T, words: impl FnOnce(&T) -> String) {
        if self.json {
            println!("{}", serde_json::to_string(value).unwrap_or_default());
        } else {
            println!("{}", words(value));
        }
    }
}
