//! Cover sheets: one for each round of a leaflet, with its bundle, streets and the doors to leave out. Numbers of homes, no reason
//! and no name but that of whoever delivers.

use super::leaflets::Leaflet;
use super::{Deliverer, Round, homes, store};
use crate::database::{Scoped, Seen};
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::press::Work;
use crate::materials::runs::{self, Accounts, Begun, Helper, NewRun};
use crate::web::words;
use chrono::Utc;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

/// How many sheets are typeset in one go.
const PART: usize = 50;
/// The longest title of a run.
const LONGEST_TITLE: usize = 120;

/// Who makes them, and where the code leads.
#[derive(Debug, Clone, Copy)]
pub struct Maker<'a> {
    /// Their name.
    pub name: &'a str,
    /// How they are reached.
    pub contact: &'a str,
    /// The service's own address.
    pub base_url: &'a str,
    /// The controller's name.
    pub controller: &'a str,
    /// Which press of the button asks for them, as `runs::pressed` tells them apart.
    pub asked: Option<Uuid>,
}

/// Begins the run that makes the cover sheets of these rounds; answers it with whom they show. `bundles` are those handed over already: of the
/// others what is counted now is what is handed over next.
///
/// # Errors
/// [`Error::Invalid`] on `round` when there is none.
pub async fn begin(
    scope: &mut Scoped,
    leaflet: &Leaflet,
    rounds: Seen<Vec<Round>>,
    bundles: &HashMap<Uuid, i32>,
    maker: Maker<'_>,
) -> Result<(Begun, Seen<()>), Error> {
    let rounds = rounds.check(|all| match all.is_empty() {
        false => Ok(()),
        true => Err(Error::field("round", "Tick at least one round that lives")),
    })?;
    // The rows are drawn by the press; they leave when the look is on record.
    let mut made = None;
    let seen = rounds.map(|all| made = Some(all));
    let mut rounds = made.unwrap_or_default();
    let accounts = leave_unnamed(scope, &mut rounds).await?;
    let named = rounds.iter().filter_map(|r| r.deliverer.as_ref()).filter(|d| !d.name.is_empty());
    let named = named.filter_map(|d| d.person).chain(accounts.helpers().map(|helper| helper.person));
    let helpers: Vec<Helper> = named.map(|person| Helper { person, rung: false }).collect();
    let seen = seen.and(Seen::helpers((), helpers.iter().map(|helper| helper.person))).map(|_| ());
    let ids: Vec<Uuid> = rounds.iter().map(|r| r.id).collect();
    let sheets = sheets(scope, &rounds, &ids, bundles).await?;
    let items = i32::try_from(sheets.len()).unwrap_or(i32::MAX);
    let title: String = format!("Round sheets: {}", leaflet.title).chars().take(LONGEST_TITLE).collect();
    let run = NewRun {
        kind: Kind::RoundSheets,
        title,
        area: leaflet.area,
        selection: None,
        template: None,
        list: None,
        settings: json!({
            "leaflet": leaflet.id, "rounds": of_these(&ids), "organise": runs::organise_is_open(scope).await?,
        }),
        imprint: Vec::new(),
        items,
        recipients: Vec::new(),
        helpers,
        again_of: None,
        asked: maker.asked,
        work: work(leaflet, &sheets, maker),
    };
    Ok((runs::begin(scope, run).await?, seen))
}

/// What stands for these rounds in a run's settings, in whichever order they come: sheets of others are no second printing. The ids of
/// a constituency's rounds would be more than settings hold.
fn of_these(rounds: &[Uuid]) -> Uuid {
    let mut ids: Vec<[u8; 16]> = rounds.iter().map(|id| id.into_bytes()).collect();
    ids.sort_unstable();
    let digest = Sha256::digest(ids.concat());
    let mut half = [0; 16];
    half.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_random_bytes(half).into_uuid()
}

/// Whoever asked, as an elector, that nothing of theirs be used is named on no sheet: it would not be given out. Answers the accounts
/// that deliver the others.
async fn leave_unnamed(scope: &mut Scoped, rounds: &mut [Round]) -> Result<Accounts, Error> {
    let accounts: Vec<Uuid> = rounds.iter().filter_map(|r| r.deliverer.as_ref()?.account).collect();
    let accounts = Accounts::of(scope, &accounts).await?;
    let deliverers: Vec<Uuid> = rounds.iter().filter_map(|r| r.deliverer.as_ref()?.person).collect();
    let stopped = sqlx::query_scalar!(
        "select p.person_id from person p
         where p.person_id = any ($1) and wall.person_stopped(p.person_id, array['processing'])",
        &deliverers
    )
    .fetch_all(scope.connection())
    .await?;
    let unnamed = |d: &Deliverer| {
        d.person.is_some_and(|person| stopped.contains(&person)) || d.account.is_some_and(|a| accounts.stopped(a))
    };
    for round in rounds {
        if round.deliverer.as_ref().is_some_and(unnamed) {
            round.deliverer = None;
        }
    }
    Ok(accounts)
}

/// What is typeset.
fn work(leaflet: &Leaflet, sheets: &[Value], maker: Maker<'_>) -> Work {
    let common = json!({
        "leaflet": leaflet.title,
        "due": leaflet.due.map(words::date).unwrap_or_default(),
        "organiser": format!("{}, {}", maker.name, maker.contact),
        "controller": maker.controller,
        "by": maker.name,
        "printed": words::date(words::day_of(Utc::now())),
        "code": { "$qr": format!("{}/rounds/mine", maker.base_url) },
    });
    let parts = sheets.chunks(PART).map(|of| json!({ "sheets": of })).collect();
    Work { sheet: "round", common, parts, ..Work::default() }
}

async fn sheets(
    scope: &mut Scoped,
    rounds: &[Round],
    ids: &[Uuid],
    bundles: &HashMap<Uuid, i32>,
) -> Result<Vec<Value>, Error> {
    let streets = store::streets(scope, ids).await?;
    let counts = homes::counts(scope, ids).await?;
    let doors = homes::doors(scope, ids, false).await?;
    let sheet = |(n, round): (usize, &Round)| {
        let of = streets.get(&round.id).map(Vec::as_slice).unwrap_or_default();
        let streets: Vec<Value> = of
            .iter()
            .map(|(place, stretch)| {
                let homes = counts.get(&round.id).and_then(|c| c.get(place)).map_or(0, |t| t.bundle(round.with_empty));
                let out = doors.iter().filter(|d| (d.round, d.stretch) == (round.id, *place));
                let out = out.filter(|d| !(round.with_empty && d.why == "empty")).map(|d| d.label.as_str());
                let street = crate::canvass::lists::street_words(&stretch.street);
                json!({ "street": street, "part": stretch.part(), "homes": homes, "out": out.collect::<Vec<_>>() })
            })
            .collect();
        let counted = homes::whole(&counts, round.id).bundle(round.with_empty);
        json!({
            "n": n + 1,
            "name": round.name,
            "area": round.area_name,
            "deliverer": round.deliverer.as_ref().map(|d| d.name.as_str()).unwrap_or_default(),
            "note": round.note,
            "bundle": bundles.get(&round.id).map_or(counted, |n| i64::from(*n)),
            "streets": streets,
        })
    };
    Ok(rounds.iter().enumerate().map(sheet).collect())
}
