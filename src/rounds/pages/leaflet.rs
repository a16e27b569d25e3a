//! One leaflet: where it stands on each round; handing it over, delivered, given back, the last step taken back, cover sheets.

use super::{Said, said, status};
use crate::access::text;
use crate::database::{Scoped, Seen};
use crate::error::Error;
use crate::materials::{Kind, runs::pressed};
use crate::rounds::leaflets::{self, Delivery, Leaflet};
use crate::rounds::sheets::{self, Maker};
use crate::rounds::store::{self, Hand};
use crate::rounds::{Round, State, homes};
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

/// A round with how the leaflet stands on it.
struct Row {
    round: Round,
    delivery: Delivery,
    /// Homes that get one now.
    counted: i64,
}

impl Row {
    /// The number that is suggested, or was handed over.
    fn bundle(&self) -> i64 {
        if self.delivery.state == State::Planned { self.counted } else { i64::from(self.delivery.bundle) }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/leaflet.html")]
struct LeafletPage {
    layout: Layout,
    errors: FieldErrors,
    leaflet: Leaflet,
    rows: Vec<Row>,
    typed: Typed,
    /// Whom rounds that nobody delivers may be given to, where that is asked.
    hands: Vec<Hand>,
    today: NaiveDate,
    said: (&'static str, &'static str),
}

impl LeafletPage {
    fn of(&self, state: State) -> usize {
        self.rows.iter().filter(|r| r.delivery.state == state).count()
    }

    /// The number in a round's field: as it was typed, else what is suggested.
    fn number(&self, row: &Row) -> String {
        self.typed.bundles.get(&row.round.id).cloned().unwrap_or_else(|| row.bundle().to_string())
    }

    /// Homes whose round waits for it, and all.
    fn waiting(&self) -> i64 {
        self.rows.iter().filter(|r| r.delivery.state == State::Planned).map(|r| r.counted).sum()
    }

    fn all(&self) -> i64 {
        self.rows.iter().map(Row::bundle).sum()
    }

    /// Why there may not be enough, in words.
    fn short(&self) -> Option<String> {
        let printed = i64::from(self.leaflet.printed?);
        let missing = self.leaflet.out + self.waiting() - printed;
        (missing > 0).then(|| format!("{} more are needed than are printed", words::figure(missing)))
    }
}

/// `GET /rounds/leaflets/{leaflet}`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(done): Query<Said>) -> Answer {
    draw(viewer, layout, id, Typed::default(), FieldErrors::default(), said(&done.said)).await
}

/// What was ticked and typed, where it cannot stand.
#[derive(Default)]
struct Typed {
    ticked: Vec<Uuid>,
    note: String,
    /// The numbers beside the rounds.
    bundles: HashMap<Uuid, String>,
}

async fn draw(
    viewer: Viewer,
    layout: Layout,
    id: Uuid,
    typed: Typed,
    errors: FieldErrors,
    said: (&'static str, &'static str),
) -> Answer {
    let mut scope = viewer.scope().await?;
    let leaflet = leaflets::one(&mut scope, id).await?;
    let mut of = leaflets::deliveries(&mut scope, id).await?;
    let ids: Vec<Uuid> = of.keys().copied().collect();
    let counts = homes::counts(&mut scope, &ids).await?;
    let mut nobodys: Vec<Nobodys> = Vec::new();
    let rounds = store::rounds(&mut scope, &ids).await?.check(|all| {
        let waits = |r: &&Round| of.get(&r.id).is_some_and(|d| d.state == State::Planned);
        nobodys = all.iter().filter(waits).filter(|r| typed.ticked.contains(&r.id)).filter_map(without).collect();
        Ok(())
    })?;
    let hands = match errors.of("to") {
        "" => Seen::helpers(Vec::new(), []),
        _ => hands(&mut scope, &nobodys).await?,
    };
    let (rounds, hands) = scope.finish(rounds.and(hands)).await?;
    let rows = rounds.into_iter().map(|round| Row {
        delivery: of.remove(&round.id).unwrap_or_default(),
        counted: homes::whole(&counts, round.id).bundle(round.with_empty),
        round,
    });
    let rows = rows.collect();
    let today = words::day_of(Utc::now());
    Ok((status(&errors), LeafletPage { layout, errors, leaflet, rows, typed, hands, today, said }).into_response())
}

/// The rounds ticked and what became of the leaflet there.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    /// `handed`, `done`, `given-back` or `undo`.
    step: String,
    round: Vec<Uuid>,
    /// Of each row its round and the number beside it.
    of: Vec<Uuid>,
    bundle: Vec<String>,
    note: String,
    /// Who has the ticked rounds that nobody delivers: `p` or `a` and an id.
    to: String,
    /// Drawn with the page, so that a button pressed twice makes one run of cover sheets.
    asked: String,
}

impl StepForm {
    /// The number that stands beside a round; None: none that can be.
    fn bundle_of(&self, round: Uuid) -> Option<i32> {
        let typed = self.of.iter().zip(&self.bundle).find(|(of, _)| **of == round)?.1;
        typed.trim().replace(',', "").parse().ok().filter(|n| (0..=100_000).contains(n))
    }
}

/// `POST /rounds/leaflets/{leaflet}/steps`
///
/// # Errors
/// [`Error::NotFound`] when the leaflet or a round is outside the area.
pub async fn step(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<StepForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    leaflets::one_open(&mut scope, id).await?;
    let known = leaflets::deliveries(&mut scope, id).await?;
    if form.round.is_empty() {
        scope.commit().await?;
        return Ok(see_other(&format!("/rounds/leaflets/{id}?said=tick")));
    }
    if form.round.iter().any(|round| !known.contains_key(round)) {
        return Err(Error::NotFound);
    }
    let mut errors = FieldErrors::default();
    let in_hand = |round: &Uuid| known.get(round).is_some_and(|d| d.state != State::Planned);
    if matches!(form.step.as_str(), "done" | "given-back") && !form.round.iter().all(in_hand) {
        errors.add("round", "Hand it over first: what nobody has in hand is not delivered and does not come back");
    }
    let waiting = |round: &&Uuid| known.get(*round).is_some_and(|d| d.state == State::Planned);
    let handed: Vec<Uuid> =
        if form.step == "handed" { form.round.iter().filter(waiting).copied().collect() } else { Vec::new() };
    let held = errors.take_invalid(held(&mut scope, &handed, &form.to).await)?;
    let acted = if errors.any() { None } else { errors.take_invalid(act(&mut scope, id, &form).await)? };
    let (Some(held), Some((word, done))) = (held, acted) else {
        drop(scope);
        let bundles = form.of.iter().copied().zip(form.bundle.iter().cloned()).collect();
        let typed = Typed { ticked: form.round, note: form.note, bundles };
        return draw(viewer, layout, id, typed, errors, ("", "")).await;
    };
    scope.finish(held).await?;
    let word = if done == 0 { "nothing" } else { word };
    Ok(see_other(&format!("/rounds/leaflets/{id}?said={word}")))
}

/// Somebody has each of these rounds before it is handed over: those that nobody delivers are given to whoever is said to have them.
async fn held(scope: &mut Scoped, rounds: &[Uuid], to: &str) -> Result<Seen<()>, Error> {
    let mut nobodys: Vec<Nobodys> = Vec::new();
    let seen = store::rounds(scope, rounds)
        .await?
        .check(|all| {
            nobodys = all.iter().filter_map(without).collect();
            Ok(())
        })?
        .map(|_| ());
    if nobodys.is_empty() {
        return Ok(seen);
    }
    if to.is_empty() {
        let names: Vec<&str> = nobodys.iter().map(|round| round.name.as_str()).collect();
        let names = names.join(", ");
        return Err(Error::field("to", format!("Nobody delivers {names} yet. Say who has it, then hand it over")));
    }
    let mut known = false;
    let hands = hands(scope, &nobodys).await?.check(|all| {
        known = all.iter().any(|hand| hand.key == to);
        Ok(())
    })?;
    if !known {
        return Err(Error::field("to", "Choose somebody who helps, or works wherever these rounds are"));
    }
    let whose = |letter: char| to.strip_prefix(letter).and_then(|id| id.parse::<Uuid>().ok());
    for round in nobodys {
        store::give(scope, round.id, whose('p'), whose('a')).await?;
    }
    Ok(seen.and(hands).map(|_| ()))
}

/// A round that nobody delivers.
struct Nobodys {
    id: Uuid,
    area: i64,
    name: String,
}

/// The round, where it lives and nobody delivers it.
fn without(round: &Round) -> Option<Nobodys> {
    let nobodys = round.ended.is_none() && round.deliverer.is_none();
    nobodys.then(|| Nobodys { id: round.id, area: round.area, name: round.name.clone() })
}

/// Whom all of these may be given to: who is offered is who is taken.
async fn hands(scope: &mut Scoped, rounds: &[Nobodys]) -> Result<Seen<Vec<Hand>>, Error> {
    let mut areas: Vec<i64> = rounds.iter().map(|round| round.area).collect();
    areas.sort_unstable();
    areas.dedup();
    store::hands(scope, &areas).await
}

async fn act(scope: &mut Scoped, leaflet: Uuid, form: &StepForm) -> Result<(&'static str, u64), Error> {
    let note = match form.note.trim() {
        "" => String::new(),
        note => text("note", note, 200, "")?,
    };
    match form.step.as_str() {
        "handed" => {
            let bundles: Option<Vec<(Uuid, i32)>> =
                form.round.iter().map(|round| Some((*round, form.bundle_of(*round)?))).collect();
            let bundles = bundles.ok_or_else(|| {
                Error::field("round", "Write how many you hand over, from 0 to 100,000, beside each round")
            })?;
            Ok(("handed", leaflets::hand_over(scope, leaflet, &bundles).await?))
        }
        "done" => Ok(("done", leaflets::close(scope, leaflet, &form.round, State::Done, &note).await?)),
        "given-back" => Ok(("back", leaflets::close(scope, leaflet, &form.round, State::GivenBack, &note).await?)),
        "undo" => Ok(("undone", leaflets::undo(scope, leaflet, &form.round).await?)),
        _ => Err(Error::field("round", "Press the button that says what became of it")),
    }
}

/// `POST /rounds/leaflets/{leaflet}/sheets`: cover sheets of the ticked rounds, or of all that live where none is ticked.
///
/// # Errors
/// [`Error::NotFound`] when the leaflet or a round is outside the area.
pub async fn print(
    viewer: Viewer,
    layout: Layout,
    extract::State(app): extract::State<App>,
    Path(id): Path<Uuid>,
    Form(form): Form<StepForm>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let leaflet = leaflets::one_open(&mut scope, id).await?;
    let known = leaflets::deliveries(&mut scope, id).await?;
    if form.round.iter().any(|round| !known.contains_key(round)) {
        return Err(Error::NotFound);
    }
    let asked = pressed(&form.asked, Kind::RoundSheets, &(id, &form.round));
    let ids: Vec<Uuid> = if form.round.is_empty() { known.keys().copied().collect() } else { form.round };
    let handed = known.iter().filter(|(_, d)| d.state != State::Planned).map(|(round, d)| (*round, d.bundle));
    let handed: HashMap<Uuid, i32> = handed.collect();
    let rounds =
        store::rounds(&mut scope, &ids).await?.map(|all| all.into_iter().filter(|r| r.ended.is_none()).collect());
    let controller = sqlx::query_scalar!("select controller from installation limit 1")
        .fetch_optional(scope.connection())
        .await?
        .unwrap_or_default();
    let base_url = app.config.base_url.trim_end_matches('/');
    let maker = Maker { name: &viewer.name, contact: &viewer.email, base_url, controller: &controller, asked };
    let begun = sheets::begin(&mut scope, &leaflet, rounds, &handed, maker).await;
    let mut errors = FieldErrors::default();
    let Some((begun, seen)) = errors.take_invalid(begun)? else {
        drop(scope);
        return draw(viewer, layout, id, Typed::default(), errors, ("", "")).await;
    };
    let run = begun.finish(scope, seen).await?;
    Ok(see_other(&format!("/materials/runs/{run}")))
}

/// Whether a leaflet is put away or taken out again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AwayForm {
    out: Option<String>,
}

/// `POST /rounds/leaflets/{leaflet}/end`: puts it away, or takes it out again. What became of it stays either way.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn put_away(viewer: Viewer, Path(id): Path<Uuid>, Form(form): Form<AwayForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    leaflets::one(&mut scope, id).await?;
    let away = form.out.is_none();
    leaflets::put_away(&mut scope, id, away).await?;
    scope.commit().await?;
    let word = if away { "away" } else { "out" };
    Ok(see_other(&format!("/rounds/leaflets/{id}?said={word}")))
}
