//! Row security alone: SQL as an attacker would send it, as a working role on the application's own login, with the
//! session named and nothing of the application between.

use super::actions::{Asking, Index, Open, Rows};
use super::world::World;
use crate::support::app::TestApp;
use crate::support::wall::{WORKING_ROLES, become_role, hash};
use sqlx::{Connection, PgConnection, query, query_as};
use std::collections::HashMap;
use uuid::Uuid;

/// What each working role reads, by action.
const READS: [(&str, &str); 5] = [
    (
        "hustings_organiser",
        "select 'openElector', coalesce(array_agg(partition_id || '.' || elector_id), '{}') from elector
         union all select 'openHome', coalesce(array_agg(partition_id || '.' || household_id), '{}') from household
         union all select 'seeList', coalesce(array_agg(partition_id || '.' || list_id), '{}') from walk_list
         union all select 'readResult', coalesce(array_agg(id::text), '{}') from result
         union all select 'decideLate', coalesce(array_agg(id::text), '{}') from quarantine where state = 'waiting'
         union all select 'decidePair', coalesce(array_agg(format('%s.%s %1$s.%3$s', partition_id, elector_id, candidate_id)), '{}')
           from doubtful_match where state = 'open'
         union all select 'readFigures', coalesce(array_agg(distinct area_no::text), '{}') from tally
         union all select 'seeImport', coalesce(array_agg(import_id::text), '{}') from import
         union all select 'seeVolunteer', coalesce(array_agg(grant_id::text), '{}') from wall.volunteers_here(false)
         union all select 'seeAssignment', coalesce(array_agg(assignment_id::text), '{}') from assignment
         union all select 'seeSearch', coalesce(array_agg(search_id::text), '{}') from kept_search
         union all select 'readPiece', array(
           select 'objection ' || objection_id from objection
           union all select 'register_entry ' || area_no || '-' || number from register_entry
           union all select 'intention_now ' || partition_id || '.' || elector_id from intention_now
           union all select format('walk_list_door %s.%s.%s.%s', partition_id, list_id, version, place) from walk_list_door
           union all select format('walk_list_elector %s.%s.%s.%s', partition_id, list_id, version, elector_id) from walk_list_elector)",
    ),
    ("hustings_importer", "select 'importElector', coalesce(array_agg(partition_id || '.' || elector_id), '{}') from elector"),
    (
        "hustings_volunteer",
        "select 'holdList', coalesce(array_agg(partition_id || '.' || list_id), '{}') from wall.lists_here()
         union all select 'walkDoor', coalesce(array_agg(partition_id || '.' || household_id), '{}') from household
         union all select 'meetElector', coalesce(array_agg(split_part(current_setting('app.list'), '.', 1) || '.' || elector_id), '{}')
           from wall.people_here()",
    ),
    (
        "hustings_administrator",
        "select 'seeAccount', coalesce(array_agg(account_id::text), '{}') from account
         union all select 'seeGrant', coalesce(array_agg(grant_id::text), '{}') from access_grant",
    ),
    (
        "hustings_protection",
        "select 'nameElector', coalesce(array_agg(partition_id || '.' || elector_id), '{}') from elector
         union all select 'answerRequest', coalesce(array_agg(request_id::text), '{}') from request
         union all select 'keepBreach', coalesce(array_agg(breach_id::text), '{}') from breach",
    ),
];

/// Whether a table is among what is read.
pub fn reads(table: &str) -> bool {
    let read = |statement: &str| {
        let words: Vec<&str> = statement.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        words.windows(2).any(|pair| pair[0] == "from" && pair[1] == table)
    };
    READS.iter().any(|(_, statement)| read(statement))
}

/// A connection for each working role.
pub struct RowSecurity {
    connections: HashMap<&'static str, PgConnection>,
}

impl RowSecurity {
    pub async fn open(app: &TestApp) -> Self {
        let mut connections = HashMap::new();
        for role in WORKING_ROLES {
            let mut connection = app.database.app().await;
            query("set timezone = 'Europe/London'").execute(&mut connection).await.unwrap();
            connections.insert(role, connection);
        }
        RowSecurity { connections }
    }

    /// What this session reads as a working role with this open, whatever its own role is: rows by action.
    pub async fn read(
        &mut self,
        world: &World,
        index: &Index,
        session: usize,
        role: &'static str,
        open: Open,
    ) -> HashMap<String, Rows> {
        let connection = self.connections.get_mut(role).unwrap();
        name(connection, world, session, role, open).await;
        let statement = READS.iter().find(|(r, _)| *r == role).unwrap().1;
        let read: Vec<(String, Vec<String>)> = query_as(statement).fetch_all(connection).await.unwrap();
        read.into_iter()
            .map(|(action, keys)| {
                let kind = super::actions::Action::named(&action).kind;
                (action, index.rows(kind, keys))
            })
            .collect()
    }

    /// Which of these rows the session may record an answer about, each tried and taken back.
    pub async fn record(&mut self, world: &World, asking: &Asking, rows: &[usize]) -> Vec<usize> {
        let connection = self.connections.get_mut("hustings_volunteer").unwrap();
        name(connection, world, asking.session, "hustings_volunteer", asking.open).await;
        let Open::List(list) = asking.open else { panic!("no list is open") };
        let mut recorded = Vec::new();
        for row in rows {
            let (home, elector, district) = if asking.action.name == "recordHome" {
                (Some(*row), None, world.homes[*row].district)
            } else {
                (world.electors[*row].home, Some(*row), world.electors[*row].district)
            };
            let mut tried = connection.begin().await.unwrap();
            let done = query(
                "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention_kind, at, account_id)
                 values ($1, $2, $3, split_part($4, '.', 2)::bigint, split_part($5, '.', 2)::bigint, $6, 'spoke', 'local', now(), $7)",
            )
            .bind(world.lists[list].partition)
            .bind(Uuid::now_v7())
            .bind(world.lists[list].id)
            .bind(home.map(|h| world.homes[h].key.clone()))
            .bind(elector.map(|e| world.electors[e].key.clone()))
            .bind(district)
            .bind(world.accounts[world.account(asking.session)])
            .execute(&mut *tried)
            .await;
            match done {
                Ok(_) => recorded.push(*row),
                Err(error) => {
                    let code = error.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned();
                    assert_eq!(code, "42501", "{error}");
                }
            }
            tried.rollback().await.unwrap();
        }
        recorded
    }
}

async fn name(connection: &mut PgConnection, world: &World, session: usize, role: &str, open: Open) {
    let token = hash(world.sessions[session].token.as_str());
    let list = match open {
        Open::List(list) => world.lists[list].key.clone(),
        _ => String::new(),
    };
    let area = match open {
        Open::Area(area) => world.areas[area].id.to_string(),
        _ => String::new(),
    };
    become_role(connection, role, &token, &list, &area).await;
}
