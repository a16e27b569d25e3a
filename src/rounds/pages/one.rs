//! One round: its streets and bundle, who is left out and why, who delivers it, what was delivered; changing and ending it.

use super::cut::stretch_words;
use super::{Said, said, status};
use crate::access::text;
use crate::electors::HouseholdId;
use crate::error::Error;
use crate::rounds::homes::{self, Door};
use crate::rounds::leaflets::{self, Past};
use crate::rounds::store::{self, Changed, Hand};
use crate::rounds::{MARKS, Round, Stretch, Tally};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// A street of a round with its homes.
struct Street {
    place: i32,
    stretch: Stretch,
    tally: Tally,
    /// What stands on the doors that get none.
    out: Vec<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/round.html")]
struct RoundPage {
    layout: Layout,
    errors: FieldErrors,
    round: Round,
    streets: Vec<Street>,
    all: Tally,
    doors: Vec<Door>,
    hands: Vec<Hand>,
    past: Vec<Past>,
    said: (&'static str, &'static str),
}

impl RoundPage {
    fn bundle(&self) -> i64 {
        self.all.bundle(self.round.with_empty)
    }

    fn left_out(&self) -> i64 {
        self.all.homes() - self.bundle()
    }

    /// The street that a door is on, to choose by.
    fn street_of(&self, door: &Door) -> String {
        self.streets.iter().find(|s| s.place == door.stretch).map(|s| stretch_words(&s.stretch)).unwrap_or_default()
    }

    /// Doors without a mark, by street, to choose from.
    fn by_street(&self) -> Vec<(String, Vec<&Door>)> {
        let free: Vec<&Door> = self.doors.iter().filter(|d| !d.marked).collect();
        let of = |doors: &[&Door]| doors.first().map(|d| self.street_of(d)).unwrap_or_default();
        free.chunk_by(|a, b| a.stretch == b.stretch).map(|doors| (of(doors), doors.to_vec())).collect()
    }

    /// Doors at which a mark stands, with its words.
    fn marked(&self) -> Vec<(&Door, &'static str)> {
        let words = |why: &str| MARKS.iter().find(|(code, _)| *code == why).map_or("", |(_, words)| *words);
        self.doors.iter().filter(|d| d.marked).map(|d| (d, words(&d.why))).collect()
    }

    fn is_held_by(&self, hand: &Hand) -> bool {
        self.round.deliverer.as_ref().is_some_and(|d| match (d.person, d.account) {
            (Some(person), _) => hand.key == format!("p{person}"),
            (_, Some(account)) => hand.key == format!("a{account}"),
            _ => false,
        })
    }
}

/// `GET /rounds/{id}`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(done): Query<Said>) -> Answer {
    draw(viewer, layout, id, FieldErrors::default(), said(&done.said)).await
}

async fn draw(
    viewer: Viewer,
    layout: Layout,
    id: Uuid,
    errors: FieldErrors,
    said: (&'static str, &'static str),
) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut area = 0;
    let round = store::one(&mut scope, id).await?.check(|round| {
        area = round.area;
        Ok(())
    })?;
    let of = store::streets(&mut scope, &[id]).await?.remove(&id).unwrap_or_default();
    let counts = homes::counts(&mut scope, &[id]).await?;
    let doors = homes::doors(&mut scope, &[id], true).await?;
    let past = leaflets::of_round(&mut scope, id).await?;
    let hands = store::hands(&mut scope, &[area]).await?;
    let (round, hands) = scope.finish(round.and(hands)).await?;
    let tally = |place: &i32| counts.get(&id).and_then(|c| c.get(place)).cloned().unwrap_or_default();
    let out = |place: i32| -> Vec<String> {
        let none = doors.iter().filter(|d| d.stretch == place && !d.why.is_empty());
        none.filter(|d| !(round.with_empty && d.why == "empty")).map(|d| d.label.clone()).collect()
    };
    let street = |(place, stretch): (i32, Stretch)| Street { place, stretch, tally: tally(&place), out: out(place) };
    let streets = of.into_iter().map(street).collect();
    let all = homes::whole(&counts, id);
    Ok((status(&errors), RoundPage { layout, errors, round, streets, all, doors, hands, past, said }).into_response())
}

/// To whom a round is given.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GiveForm {
    /// `p` or `a` and an id; nothing is nobody.
    to: String,
}

/// `POST /rounds/{id}/deliverer`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it was ended.
pub async fn give(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<GiveForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut area = 0;
    let round = store::one_live(&mut scope, id).await?.check(|round| {
        area = round.area;
        Ok(())
    })?;
    let mut known = form.to.is_empty();
    let hands = store::hands(&mut scope, &[area]).await?.check(|all| {
        known |= all.iter().any(|hand| hand.key == form.to);
        Ok(())
    })?;
    if !known {
        drop(scope);
        let mut errors = FieldErrors::default();
        errors.add("to", "Choose somebody who helps or works here");
        return draw(viewer, layout, id, errors, ("", "")).await;
    }
    let whose = |letter: char| form.to.strip_prefix(letter).and_then(|id| id.parse::<Uuid>().ok());
    store::give(&mut scope, id, whose('p'), whose('a')).await?;
    scope.finish(round.and(hands)).await?;
    let word = if form.to.is_empty() { "nobodys" } else { "given" };
    Ok(see_other(&format!("/rounds/{id}?said={word}")))
}

/// A mark at a home.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MarkForm {
    home: String,
    why: String,
    /// Sent by the button that takes a mark back.
    withdrawn: Option<String>,
}

/// `POST /rounds/{id}/marks`
///
/// # Errors
/// [`Error::NotFound`] outside the area, or when the home is not on the round.
pub async fn mark(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<MarkForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let round = store::one_live(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let home = form.home.parse::<HouseholdId>().ok();
    if home.is_none() {
        errors.add("home", "Choose the door");
    }
    let why = MARKS.iter().find(|(code, _)| *code == form.why).map(|(code, _)| *code);
    if why.is_none() {
        errors.add("why", "Say why it gets none");
    }
    let (Some(home), Some(why)) = (home, why) else {
        drop(scope);
        return draw(viewer, layout, id, errors, ("", "")).await;
    };
    if !homes::doors(&mut scope, &[id], true).await?.iter().any(|d| d.home == home) {
        return Err(Error::NotFound);
    }
    homes::mark(&mut scope, home, why, form.withdrawn.is_some()).await?;
    scope.finish(round).await?;
    let word = if form.withdrawn.is_some() { "unmarked" } else { "marked" };
    Ok(see_other(&format!("/rounds/{id}?said={word}")))
}

/// A round as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EditForm {
    name: String,
    note: String,
    with_empty: Option<String>,
    /// Streets to take off, by their place.
    off: Vec<i32>,
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/edit.html")]
struct EditPage {
    layout: Layout,
    errors: FieldErrors,
    id: Uuid,
    name: String,
    form: EditForm,
    streets: Vec<(i32, String)>,
}

/// `GET /rounds/{id}/edit`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it was ended.
pub async fn edit(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    edit_page(viewer, layout, id, None, FieldErrors::default()).await
}

async fn edit_page(viewer: Viewer, layout: Layout, id: Uuid, form: Option<EditForm>, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let round = store::one_live(&mut scope, id).await?;
    let of = store::streets(&mut scope, &[id]).await?.remove(&id).unwrap_or_default();
    let round = scope.finish(round).await?;
    let streets = of.iter().map(|(place, stretch)| (*place, stretch_words(stretch))).collect();
    let form = form.unwrap_or_else(|| EditForm {
        name: round.name.clone(),
        note: round.note.clone(),
        with_empty: round.with_empty.then(|| "on".into()),
        off: Vec::new(),
    });
    Ok((status(&errors), EditPage { layout, errors, id, name: round.name, form, streets }).into_response())
}

/// `POST /rounds/{id}/edit`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it was ended.
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<EditForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let name = form.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = errors.take(text("name", &name, 120, "Give the round a name"));
    let note = match form.note.trim() {
        "" => Some(String::new()),
        note => errors.take(text("note", note, 200, "")),
    };
    let (Some(name), Some(note)) = (name, note) else {
        return edit_page(viewer, layout, id, Some(form), errors).await;
    };
    let mut scope = viewer.scope().await?;
    let round = store::one_live(&mut scope, id).await?;
    let changed = Changed { name, note, with_empty: form.with_empty.is_some() };
    store::change(&mut scope, id, &changed, &form.off).await?;
    scope.finish(round).await?;
    Ok(see_other(&format!("/rounds/{id}?said=changed")))
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/end.html")]
struct EndPage {
    layout: Layout,
    round: Round,
    streets: Vec<String>,
    homes: i64,
    /// Leaflets of it that somebody has in hand.
    in_hand: usize,
}

/// `GET /rounds/{id}/end`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it was ended.
pub async fn ask_end(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let round = store::one_live(&mut scope, id).await?;
    let of = store::streets(&mut scope, &[id]).await?.remove(&id).unwrap_or_default();
    let counts = homes::counts(&mut scope, &[id]).await?;
    let past = leaflets::of_round(&mut scope, id).await?;
    let round = scope.finish(round).await?;
    let streets = of.iter().map(|(_, stretch)| stretch_words(stretch)).collect();
    let homes = homes::whole(&counts, id).bundle(round.with_empty);
    let in_hand = past.iter().filter(|p| p.state == crate::rounds::State::Handed).count();
    Ok(EndPage { layout, round, streets, homes, in_hand }.into_response())
}

/// `POST /rounds/{id}/end`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it was ended.
pub async fn end(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Said>) -> Answer {
    let mut scope = viewer.scope().await?;
    let round = store::one_live(&mut scope, id).await?;
    store::end(&mut scope, id).await?;
    scope.finish(round).await?;
    Ok(see_other(&format!("/rounds/{id}?said=ended")))
}
