//! What the areas, streets, codes, lists and polls of rules are called.

use super::{Condition, Selection};
use crate::canvass::ListId;
use crate::canvass::codes;
use crate::database::Scoped;
use crate::error::Error;
use std::collections::HashMap;

/// What the things are called that rules name by their ids. What is gone has no name here, and the sentence says so.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub(super) areas: HashMap<i64, String>,
    pub(super) streets: HashMap<(i32, String), String>,
    pub(super) codes: HashMap<String, String>,
    pub(super) issues: HashMap<String, String>,
    pub(super) lists: HashMap<ListId, String>,
    pub(super) polls: HashMap<i64, String>,
}

impl Names {
    /// Reads what these selections need; nobody is shown by it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of(scope: &mut Scoped, selections: &[&Selection]) -> Result<Self, Error> {
        let mut wanted = Wanted::default();
        selections.iter().flat_map(|s| s.rule.conditions()).for_each(|c| wanted.add(c));
        let codes = codes::intentions(scope).await?.into_iter().map(|c| (c.code, c.label)).collect();
        Ok(Names {
            areas: wanted.areas(scope).await?,
            streets: wanted.streets(scope).await?,
            codes,
            issues: issues(scope).await?,
            lists: wanted.lists(scope).await?,
            polls: wanted.polls(scope).await?,
        })
    }
}

/// The ids that are looked up.
#[derive(Default)]
struct Wanted {
    areas: Vec<i64>,
    streets: Vec<(i32, String)>,
    lists: Vec<ListId>,
    polls: Vec<i64>,
}

impl Wanted {
    fn add(&mut self, condition: &Condition) {
        match condition {
            Condition::Area { areas } => self.areas.extend(areas),
            Condition::Street { streets } => self.streets.extend(streets.iter().cloned()),
            Condition::OnList { list, .. } => self.lists.push(*list),
            Condition::AbsentVote { poll: Some(poll), .. } | Condition::Turnout { poll, .. } => self.polls.push(*poll),
            _ => {}
        }
    }

    async fn areas(&self, scope: &mut Scoped) -> Result<HashMap<i64, String>, Error> {
        let rows = sqlx::query!("select area_id, name from area where area_id = any ($1)", &self.areas)
            .fetch_all(scope.connection())
            .await?;
        Ok(rows.into_iter().map(|r| (r.area_id, r.name)).collect())
    }

    async fn streets(&self, scope: &mut Scoped) -> Result<HashMap<(i32, String), String>, Error> {
        let (numbers, keys): (Vec<i32>, Vec<String>) = self.streets.iter().cloned().unzip();
        let rows = sqlx::query!(
            r#"select h.area_no, h.street_key, min(h.street || ' (' || d.letters || ')') as "name!"
               from unnest($1::integer[], $2::text[]) t (area_no, key)
               join household h on h.area_no = t.area_no and h.street_key = t.key collate "C"
               join district d on d.area_no = h.area_no
               group by 1, 2"#,
            &numbers,
            &keys
        )
        .fetch_all(scope.connection())
        .await?;
        Ok(rows.into_iter().map(|r| ((r.area_no, r.street_key), r.name)).collect())
    }

    async fn lists(&self, scope: &mut Scoped) -> Result<HashMap<ListId, String>, Error> {
        let (partitions, ids): (Vec<i32>, Vec<i64>) = self.lists.iter().map(|l| (l.partition, l.id)).unzip();
        let rows = sqlx::query!(
            "select l.partition_id, l.list_id, l.name from unnest($1::integer[], $2::bigint[]) t (partition, id)
             join walk_list l on l.partition_id = t.partition and l.list_id = t.id",
            &partitions,
            &ids
        )
        .fetch_all(scope.connection())
        .await?;
        Ok(rows.into_iter().map(|r| (ListId { partition: r.partition_id, id: r.list_id }, r.name)).collect())
    }

    async fn polls(&self, scope: &mut Scoped) -> Result<HashMap<i64, String>, Error> {
        let rows = sqlx::query!("select poll_id, name from poll where poll_id = any ($1)", &self.polls)
            .fetch_all(scope.connection())
            .await?;
        Ok(rows.into_iter().map(|r| (r.poll_id, r.name)).collect())
    }
}

/// All issues, those no longer offered too.
async fn issues(scope: &mut Scoped) -> Result<HashMap<String, String>, Error> {
    let rows = sqlx::query!("select code, label from issue_code").fetch_all(scope.connection()).await?;
    Ok(rows.into_iter().map(|r| (r.code, r.label)).collect())
}
