//! `/materials/poll-cards`: for which poll, and whom; a look at the first four; made.

use super::{Cards, cards, to_nobody, work};
use crate::database::{Scoped, Seen};
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::addressed::{self, Chosen};
use crate::materials::letters::recipients::Letter;
use crate::materials::making::{self, Ground, Poll, ground, optional, shortened};
use crate::materials::press::{self, Work};
use crate::materials::runs::{self, NewRun};
use crate::selections::store::{Saved, saved};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What is chosen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    selection: String,
    poll: String,
    per: String,
    sorted: String,
    contact: String,
    #[serde(skip_serializing)]
    step: String,
    /// Drawn with the form, so that one sent twice makes one run.
    #[serde(skip_serializing)]
    asked: String,
}

/// What would be made.
struct Preview {
    picture: String,
    cards: usize,
    people: usize,
    left_out: Vec<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/poll_cards.html")]
struct PollCardsPage {
    layout: Layout,
    errors: FieldErrors,
    saved: Vec<Saved>,
    ground: Ground,
    typed: Typed,
    /// Letters of districts without a polling place.
    without: Vec<String>,
    preview: Option<Preview>,
}

/// `GET /materials/poll-cards`
pub async fn form(viewer: Viewer, layout: Layout, Query(mut typed): Query<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let saved = saved(&mut scope).await?;
    let ground = ground(&mut scope, viewer.area, "", &typed.poll).await?;
    scope.commit().await?;
    typed.contact.clone_from(&viewer.email);
    let errors = FieldErrors::default();
    Ok(PollCardsPage { layout, errors, saved, ground, typed, without: Vec::new(), preview: None }.into_response())
}

/// All that a run is made of.
struct Ready {
    chosen: Chosen,
    poll: Poll,
    cards: Cards,
    contact: String,
    left_out: Vec<String>,
}

/// `POST /materials/poll-cards`: a look at the first four, or a run.
pub async fn make(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let saved = saved(&mut scope).await?;
    let (mut errors, mut without, mut preview) = (FieldErrors::default(), Vec::new(), None);
    let (ground, ready) = read(&mut scope, &viewer, &typed, &mut errors, &mut without).await?;
    match ready {
        None => scope.commit().await?,
        Some(ready) if typed.step == "make" => {
            scope.commit().await?;
            if let Some(run) = made(&viewer, &typed, (&ground, ready), &mut errors, &mut without).await? {
                return Ok(see_other(&format!("/materials/runs/{run}")));
            }
        }
        // What is longer than its room is said where it is typed.
        Some(ready) => preview = errors.take_invalid(look(scope, &ground, ready).await)?,
    }
    let status = if preview.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, PollCardsPage { layout, errors, saved, ground, typed, without, preview }).into_response())
}

/// Whom it is for, and where; None: what cannot stand went to `errors`.
async fn read(
    scope: &mut Scoped,
    viewer: &Viewer,
    typed: &Typed,
    errors: &mut FieldErrors,
    without: &mut Vec<String>,
) -> Result<(Ground, Option<Ready>), Error> {
    let chosen = addressed::choose(scope, &typed.selection, errors).await?;
    let area = chosen.as_ref().map(|c| c.saved.area.to_string()).unwrap_or_default();
    let ground = ground(scope, viewer.area, &area, &typed.poll).await?;
    let ready = ready(scope, typed, &ground, chosen, errors, without).await?;
    Ok((ground, ready.filter(|_| !errors.any())))
}

/// The run, once it is known that every card has room; None: what has not goes to `errors`. The press may be busy for longer than a
/// transaction may lie idle: none is open while it is asked, and all is read anew afterwards.
async fn made(
    viewer: &Viewer,
    typed: &Typed,
    (on, tried): (&Ground, Ready),
    errors: &mut FieldErrors,
    without: &mut Vec<String>,
) -> Result<Option<i64>, Error> {
    let set = trial(on, &tried);
    drop(tried);
    if errors.take_invalid(press::pages(set.clone()).await)?.is_none() {
        return Ok(None);
    }
    let mut scope = viewer.scope().await?;
    match read(&mut scope, viewer, typed, errors, without).await? {
        (ground, Some(ready)) => {
            making::as_tried(&set, &trial(&ground, &ready))?;
            begin(scope, typed, &ground, ready).await.map(Some)
        }
        (_, None) => scope.commit().await.map(|()| None),
    }
}

/// The cards with the longest addresses, and one for each polling place: what is longer than its room is so on one of them. They are set
/// before a run is begun, and shown to nobody.
fn trial(ground: &Ground, ready: &Ready) -> Work {
    let Ready { poll, cards, contact, .. } = ready;
    let room = |letter: &&Letter| letter.address(7).iter().map(|line| line.chars().count()).collect::<Vec<_>>();
    let widest = cards.letters.iter().max_by_key(|letter| room(letter).into_iter().max());
    let fullest = cards.letters.iter().max_by_key(|letter| room(letter).into_iter().sum::<usize>());
    let most: Vec<Letter> = [widest, fullest].into_iter().flatten().cloned().collect();
    let mut set = work(&most, cards, ground, poll, contact);
    set.parts.push(to_nobody(cards));
    set
}

async fn ready(
    scope: &mut Scoped,
    typed: &Typed,
    ground: &Ground,
    chosen: Option<Chosen>,
    errors: &mut FieldErrors,
    without: &mut Vec<String>,
) -> Result<Option<Ready>, Error> {
    let contact = optional(errors, "contact", &typed.contact, 120);
    if ground.poll.is_none() {
        errors.add("poll", "Choose the poll that the cards are for");
    } else if ground.imprint.is_none() {
        errors.add("poll", "There is no complete imprint for this poll, so nothing is made. Put it down under Imprint, with the printer");
    }
    let (Some(chosen), Some(poll), Some(contact), false) = (chosen, ground.poll.clone(), contact, errors.any()) else {
        return Ok(None);
    };
    let (per, sorted) = (addressed::per(&typed.per), addressed::sorted(&typed.sorted));
    let Some(found) = addressed::read(scope, &chosen, per, sorted, errors).await? else { return Ok(None) };
    let mut left_out = chosen.left_out(&found.left_out);
    let cards = cards(scope, found.letters, &poll).await?;
    if cards.elsewhere > 0 {
        left_out
            .push(format!("{} cards of homes where this poll is not held", crate::web::words::figure(cards.elsewhere)));
    }
    if cards.letters.is_empty() {
        errors.add("selection", "Nobody of this selection votes at this poll. Choose another of the two");
    }
    if !cards.without.is_empty() {
        without.clone_from(&cards.without);
        errors.add(
            "selection",
            "Some of these districts have no polling place here. Put them down first, or leave the districts out",
        );
    }
    Ok(Some(Ready { chosen, poll, cards, contact, left_out }))
}

async fn begin(mut scope: Scoped, typed: &Typed, ground: &Ground, ready: Ready) -> Result<i64, Error> {
    let Ready { chosen, poll, cards, contact, .. } = ready;
    let new = NewRun {
        kind: Kind::PollCards,
        title: shortened(&format!("Poll cards: {}", chosen.saved.name)),
        area: chosen.saved.area,
        selection: Some((chosen.saved.id, chosen.saved.version)),
        template: None,
        list: None,
        settings: json!({ "per": typed.per, "sorted": typed.sorted, "poll": poll.id, "contact": contact }),
        imprint: ground.lines(),
        items: i32::try_from(cards.letters.len()).map_err(Error::internal)?,
        recipients: addressed::items(&cards.letters),
        helpers: Vec::new(),
        again_of: None,
        asked: runs::pressed(&typed.asked, Kind::PollCards, typed),
        work: work(&cards.letters, &cards, ground, &poll, &contact),
    };
    let begun = runs::begin(&mut scope, new).await?;
    begun.finish(scope, Seen::people((), addressed::shown(&cards.letters))).await
}

/// The first four as they will be; whoever they are for is on record as seen.
async fn look(scope: Scoped, ground: &Ground, ready: Ready) -> Result<Preview, Error> {
    let Ready { poll, cards, contact, left_out, .. } = ready;
    let first = &cards.letters[..cards.letters.len().min(4)];
    let people = cards.letters.iter().map(|l| l.people.len()).sum();
    let preview = Preview { picture: String::new(), cards: cards.letters.len(), people, left_out };
    let mut set = work(first, &cards, ground, &poll, &contact);
    set.parts.push(to_nobody(&cards));
    let seen = Seen::people((preview, set), addressed::shown(first));
    let (mut preview, work) = scope.finish(seen).await?;
    preview.picture = making::pictures(work).await?.into_iter().next().unwrap_or_default();
    Ok(preview)
}
