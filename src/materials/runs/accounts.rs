//! Accounts that a paper names, and who of Organise has them. Whoever is named by their account is named all the same: their own file
//! says so, erasing them takes the paper away, and whoever asked that nothing of theirs be used is not named.

use super::Helper;
use crate::database::Scoped;
use crate::electors::history;
use crate::error::Error;
use std::collections::HashMap;
use uuid::Uuid;

/// Accounts as a paper may name them.
#[derive(Debug, Default)]
pub struct Accounts {
    names: history::Names,
    people: HashMap<Uuid, Person>,
}

/// Who of Organise has an account.
#[derive(Debug)]
struct Person {
    id: Uuid,
    /// By which they may be rung; empty for none.
    number: String,
    /// They asked that nothing of theirs be used.
    stopped: bool,
}

impl Accounts {
    /// Reads these. Of people of Organise, those whom whoever acts may see.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of(scope: &mut Scoped, accounts: &[Uuid]) -> Result<Self, Error> {
        let names = history::names(scope, accounts).await?;
        let rows = sqlx::query!(
            r#"select p.account_id as "account!", p.person_id as "person!", wall.ring(p.person_id) as "number!",
                 wall.person_stopped(p.person_id, array['processing']) as "stopped!"
               from person p where p.account_id = any ($1)"#,
            accounts
        )
        .fetch_all(scope.connection())
        .await?;
        let mut people = HashMap::new();
        for r in rows {
            people.insert(r.account, Person { id: r.person, number: r.number, stopped: r.stopped });
        }
        Ok(Accounts { names, people })
    }

    /// Whether whoever has it is to be named nowhere.
    pub fn stopped(&self, account: Uuid) -> bool {
        self.people.get(&account).is_some_and(|person| person.stopped)
    }

    /// Its name, or words for one that is not told.
    pub fn name(&self, account: Uuid) -> String {
        if self.stopped(account) { "somebody".into() } else { self.names.of(account) }
    }

    /// The telephone of whoever has it, if they may be rung; empty for none.
    pub fn number(&self, account: Uuid) -> &str {
        self.people.get(&account).map_or("", |person| person.number.as_str())
    }

    /// Whoever has one of them and is named by it.
    pub fn helpers(&self) -> impl Iterator<Item = Helper> + '_ {
        let named = self.people.values().filter(|person| !person.stopped);
        named.map(|person| Helper { person: person.id, rung: !person.number.is_empty() })
    }
}
