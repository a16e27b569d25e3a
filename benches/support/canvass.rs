//! Volunteers with walk lists side by side through one constituency, and what they record there.

use super::Outcome;
use super::people::{Person, signed_in};
use super::places::{List, assign, fill};
use hustings::access::Role;
use rand::RngExt;
use serde_json::{Value, json};
use sqlx::{PgConnection, query_scalar};
use std::sync::Arc;

/// A campaign under way.
pub struct Campaign {
    /// Each with their own list, in the same order.
    pub volunteers: Vec<Person>,
    /// All of as many doors.
    pub lists: Vec<List>,
    /// The constituency.
    pub area: i64,
    area_no: i32,
}

impl Campaign {
    /// Fills an empty installation with so many electors and gives each of so many volunteers a list of so many doors.
    ///
    /// # Errors
    /// When the constituency has too few homes, or the database says no.
    pub async fn begin(db: &mut PgConnection, electors: i64, volunteers: usize, doors: i32) -> Outcome<Arc<Self>> {
        let constituencies = i32::try_from((electors / 71_000).max(1))?;
        let place = fill(db, electors, constituencies).await?;
        let area = place.constituencies[0];
        let volunteers = signed_in(db, Role::Volunteer, area, volunteers).await?;
        let lists = assign(db, &volunteers, doors).await?;
        let full = |list: &List| i32::try_from(list.homes.len()) == Ok(doors);
        if lists.len() < volunteers.len() || !lists.iter().all(full) {
            return Err("There are not enough electors for so many lists of so many doors.".into());
        }
        let area_no = query_scalar("select min(area_no) from walk_list").fetch_one(db).await?;
        Ok(Arc::new(Campaign { volunteers, lists, area, area_no }))
    }

    /// One of the volunteers, with their list.
    pub fn somebody(&self) -> (&Person, &List) {
        let n = rand::rng().random_range(0..self.lists.len());
        (&self.volunteers[n], &self.lists[n])
    }

    /// Puts this campaign's ids into a script for pgbench.
    pub fn script(&self, template: &str) -> String {
        let quoted = |texts: Vec<String>| texts.iter().map(|t| format!("'{t}'")).collect::<Vec<_>>().join(", ");
        let first = &self.lists[0];
        [
            ("{lists}", self.lists.len().to_string()),
            ("{doors}", first.homes.len().to_string()),
            ("{first}", first.homes[0].to_string()),
            ("{partition}", first.partition.to_string()),
            ("{area}", self.area.to_string()),
            ("{area_no}", self.area_no.to_string()),
            ("{hashes}", quoted(self.volunteers.iter().map(Person::hash).collect())),
            ("{accounts}", quoted(self.volunteers.iter().map(|v| v.account.to_string()).collect())),
        ]
        .iter()
        .fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

impl List {
    /// What is said at one of its doors.
    pub fn said(&self) -> Value {
        self.said_at(self.homes[rand::rng().random_range(0..self.homes.len())])
    }

    /// What is said at this door: at every second nobody is home.
    pub fn said_at(&self, household: i64) -> Value {
        let id = |n: i64| format!("{}.{n}", self.partition);
        let met = rand::rng().random_bool(0.5);
        json!({
            "list": self.id, "household": id(household), "elector": met.then(|| id(household * 2)),
            "outcome": if met { "spoke" } else { "not-home" }, "intention": met.then_some("F"),
            "issues": if met { &["BUS"][..] } else { &[] }, "at": chrono::Utc::now(),
        })
    }
}
