//! Walk lists of the last three months with their answers, and those that are out now.

use super::history;
use super::people::People;
use crate::canvass::ListId;
use crate::canvass::lists::choices::{Asked, Choices};
use crate::canvass::lists::{MOST_DOORS, SideOrder, assign, choose, make, usual_end};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Of each district's streets this share was canvassed before; the rest waits.
const CANVASSED: usize = 70;
/// Districts, by letters, with a list that is out now: the list's name, doors done of it, helper who holds it.
const OUT_NOW: [(&str, &str, i32, Option<usize>); 6] = [
    ("QB1", "Quillbrook 1", 41, Some(0)),
    ("QB2", "Quillbrook 2", 33, Some(1)),
    ("QB3", "Quillbrook 4", 0, None),
    ("SG1", "Saltern Saturday", 0, Some(2)),
    ("OH3", "Oldney Harbour: Upper Town, Lighthouse Road and the terraces", 22, Some(3)),
    ("TA2", "Tarrowby 2", 9, Some(4)),
];
/// The lists of the volunteer who signs in.
const OWN: [(&str, &str, i32); 2] = [("QB4", "Quillbrook 3", 17), ("SG2", "Saltern Green 2", 0)];

/// Adds all of it.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, people: &People) -> Result<(), Error> {
    let districts = sqlx::query!("select area_no, letters, partition_id from district order by area_no")
        .fetch_all(scope.connection())
        .await?;
    let partition = districts.first().map_or(0, |d| d.partition_id);
    sqlx::query!("select setseed(0.1832)").execute(scope.connection()).await?;
    history::objections(scope, partition).await?;
    let now = Utc::now();
    for (n, district) in districts.iter().enumerate() {
        past(scope, people, now, n, district.area_no, &district.letters).await?;
    }
    for (letters, name, doors, helper) in OUT_NOW {
        let holder = helper.and_then(|h| people.helpers.get(h)).copied();
        out(scope, number(&districts, letters, |d| (&d.letters, d.area_no)), name, holder, doors, usual_end(now))
            .await?;
    }
    for (letters, name, doors) in OWN {
        let area = number(&districts, letters, |d| (&d.letters, d.area_no));
        let list = out(scope, area, name, Some(people.volunteer), doors, now + TimeDelta::days(28)).await?;
        if doors > 0 {
            history::disagree(scope, list, people.helpers.first().copied().unwrap_or_default()).await?;
            history::late(scope, list, people.helpers.last().copied().unwrap_or_default()).await?;
        }
    }
    history::settle(scope, partition).await
}

fn number<D>(districts: &[D], letters: &str, of: impl Fn(&D) -> (&String, i32)) -> i32 {
    districts.iter().map(of).find(|(l, _)| *l == letters).map_or(0, |(_, number)| number)
}

fn choices(name: &str, poll: Asked, split: Option<usize>) -> Result<Choices, Error> {
    Ok(Choices {
        name: name.parse().map_err(|wrong: &str| Error::field("name", wrong))?,
        order: SideOrder::default(),
        poll,
        asked_days: None,
        moved: true,
        on_paper: true,
        empty: true,
        show_last: false,
        split,
    })
}

/// A district's lists of the last three months, walked and ended.
async fn past(
    scope: &mut Scoped,
    people: &People,
    now: DateTime<Utc>,
    n: usize,
    area_no: i32,
    letters: &str,
) -> Result<(), Error> {
    let place = choose::place(scope, &[area_no]).await?;
    let streets = choose::streets(scope, &place).await?;
    let walked = streets.len() * CANVASSED / 100;
    let wanted: Vec<_> = streets.into_iter().take(walked).map(|s| (s.area_no, s.key)).collect();
    let poll = poll(scope, &place).await?;
    let choices = choices(&format!("{letters} 1"), poll, Some(90))?;
    let plan = make::plan(scope, &place, &wanted, &choices).await?;
    let lists =
        make::make(scope, &place, &plan, &choices, &serde_json::json!({"district": letters}), MOST_DOORS).await?;
    for (m, list) in lists.into_iter().enumerate() {
        let days = 88 - i64::try_from((n * 13 + m * 29) % 86).unwrap_or_default();
        let begun = now - TimeDelta::days(days) - TimeDelta::minutes(i64::try_from(n % 50).unwrap_or_default() + 60);
        let helper = people.helpers.get((n + m) % people.helpers.len().max(1)).copied().unwrap_or(people.volunteer);
        history::held(scope, list, helper, begun).await?;
        history::canvass(scope, list, helper, begun, 1000).await?;
    }
    Ok(())
}

async fn poll(scope: &mut Scoped, place: &choose::Place) -> Result<Asked, Error> {
    Ok(choose::polls(scope, place).await?.first().map_or(Asked::Kind("local"), |p| Asked::Poll(p.id)))
}

/// A list that is out now, with some doors done.
async fn out(
    scope: &mut Scoped,
    area_no: i32,
    name: &str,
    holder: Option<Uuid>,
    doors: i32,
    until: DateTime<Utc>,
) -> Result<ListId, Error> {
    let place = choose::place(scope, &[area_no]).await?;
    let streets = choose::streets(scope, &place).await?;
    let waiting = streets.len() * CANVASSED / 100;
    let wanted: Vec<_> = streets.into_iter().skip(waiting).take(2).map(|s| (s.area_no, s.key)).collect();
    let choices = choices(name, poll(scope, &place).await?, None)?;
    let plan = make::plan(scope, &place, &wanted, &choices).await?;
    let made =
        make::make(scope, &place, &plan, &choices, &serde_json::json!({"streets": wanted.len()}), MOST_DOORS).await?;
    let list = made.first().copied().ok_or(Error::NotFound)?;
    if let Some(holder) = holder {
        assign::assign(scope, list, &[holder], until).await?;
        history::canvass(scope, list, holder, Utc::now() - TimeDelta::minutes(i64::from(doors) * 5 / 2 + 4), doors)
            .await?;
    }
    Ok(list)
}
