//! One's own rounds, as the wall hands them over: streets, sides, numbers, how many homes, and the doors that get nothing. Nobody's
//! name is among them, and of no door why.

use super::{Side, part};
use crate::canvass::lists::door_label;
use crate::database::Scoped;
use crate::error::Error;
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

/// A street of one's own round.
#[derive(Debug, Clone, Deserialize)]
pub struct Street {
    /// Its name.
    pub street: String,
    side: String,
    from: Option<i32>,
    to: Option<i32>,
    /// Homes that get a leaflet.
    pub homes: i64,
    /// Doors that get none.
    out: Vec<Door>,
}

/// A door, by what stands on it.
#[derive(Debug, Clone, Deserialize)]
struct Door {
    building: String,
    number: Option<i32>,
    suffix: String,
    flat: String,
    /// Only where nothing else tells it apart.
    address: String,
}

impl Street {
    /// Which part of it, in words; empty: all.
    pub fn part(&self) -> String {
        part(Side::parse(&self.side), self.from, self.to)
    }

    /// The doors that get no leaflet, in words; empty: every door gets one.
    pub fn left_out(&self) -> String {
        let label = |d: &Door| door_label(&d.building, d.number, &d.suffix, &d.flat, &d.address);
        super::doors_in_words(&self.out.iter().map(label).collect::<Vec<_>>())
    }
}

/// What one has of a round: a leaflet, or nothing just now.
#[derive(Debug, Clone)]
pub struct Own {
    /// The round.
    pub round: Uuid,
    /// Its name.
    pub name: String,
    /// Its area.
    pub area_name: String,
    /// The leaflet and what it is called.
    pub leaflet: Option<(Uuid, String)>,
    /// By when it is to be delivered.
    pub due: Option<NaiveDate>,
    /// Whether it is delivered.
    pub done: bool,
    /// How many were handed over.
    pub bundle: i32,
    /// The streets, in walk order.
    pub streets: Vec<Street>,
    /// Who brought the leaflet out, or else cut the round: to whom it goes back. Empty where nobody but oneself is known for it.
    pub contact: String,
}

impl Own {
    /// Homes that get a leaflet.
    pub fn homes(&self) -> i64 {
        self.streets.iter().map(|s| s.homes).sum()
    }

    /// Whether a leaflet of it waits to be delivered.
    pub fn in_hand(&self) -> bool {
        self.leaflet.is_some() && !self.done
    }
}

/// One's own rounds, what is in hand first.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped) -> Result<Vec<Own>, Error> {
    let rows = sqlx::query!(
        r#"select round_id as "round!", name as "name!", area_name as "area_name!", leaflet_id, title, due_on, state, bundle,
             streets as "streets!", contact
           from wall.own_rounds()"#
    )
    .fetch_all(scope.connection())
    .await?;
    let mut all = Vec::with_capacity(rows.len());
    for r in rows {
        all.push(Own {
            round: r.round,
            name: r.name,
            area_name: r.area_name,
            leaflet: r.leaflet_id.zip(r.title),
            due: r.due_on,
            done: r.state.as_deref() == Some("done"),
            bundle: r.bundle.unwrap_or_default(),
            streets: serde_json::from_value(r.streets).map_err(Error::internal)?,
            contact: r.contact.unwrap_or_default(),
        });
    }
    Ok(all)
}

/// How many leaflets wait in one's own hands to be delivered, and the first day by which one is to be. No home is counted for it.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<(i64, Option<NaiveDate>), Error> {
    let row = sqlx::query!(
        r#"select count(*) as "waiting!", min(due_on) as due from wall.rounds_in_hand() where state = 'handed'"#
    )
    .fetch_one(scope.connection())
    .await?;
    Ok((row.waiting, row.due))
}

/// Says what became of a leaflet in one's own hands; `handed` takes it back. Whether it was theirs to say.
///
/// # Errors
/// What the database says.
pub async fn say(scope: &mut Scoped, leaflet: Uuid, round: Uuid, becomes: &str, note: &str) -> Result<bool, Error> {
    let said =
        sqlx::query_scalar!(r#"select wall.deliver_own($1, $2, $3, $4) as "said!""#, leaflet, round, becomes, note);
    Ok(said.fetch_one(scope.connection()).await?)
}
