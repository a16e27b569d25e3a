//! `/messages/{message}`: a draft as each reader will have it, or what became of a message; its people by name.

use crate::error::Error;
use crate::messages::audience::{WHY, why_words};
use crate::messages::compose::{STOP, Text, WHY_CAMPAIGN, WHY_SERVICE};
use crate::messages::imprint;
use crate::messages::markup::{Block, Pictured, Piece, Reader, pictured, plain_line};
use crate::messages::store::{self, Counts, Named};
use crate::messages::unsubscribe::Links;
use crate::messages::{Channel, Kind, Message, State as Stage, pictures, texts, unsubscribe};
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// What stands for the link by which each reader takes back what they agreed to.
const OWN_LINK: &str = "(each reader’s own link)";

/// As whom a draft is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    reader: String,
}

/// A picture that was given and cannot stand, as it was typed.
#[derive(Debug, Default)]
pub struct Refused {
    /// Why.
    pub errors: FieldErrors,
    /// What it shows.
    pub shows: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "messages/one.html")]
struct OnePage {
    layout: Layout,
    refused: Refused,
    message: Message,
    counts: Counts,
    text: Text,
    /// Whether the area has an imprint.
    imprint: bool,
    /// As whom it is shown, and which of them that is.
    shown: Option<Named>,
    at: i64,
    /// Whether the reader may let it go.
    approves: bool,
    /// As long as a reader's own link.
    stand_in: String,
}

impl OnePage {
    fn reader(&self) -> Reader {
        self.shown.as_ref().map_or_else(Reader::default, |n| Reader {
            forename: n.forename.clone(),
            surname: n.surname.clone(),
            branch: n.area.clone(),
        })
    }

    fn subject(&self) -> String {
        self.text.subject(&self.reader())
    }

    /// The plain twin; the way out of a preview leads nowhere.
    fn plain_lines(&self) -> Vec<String> {
        let links = Links { page: OWN_LINK.into(), one_click: String::new() };
        let plain = self.text.plain(&self.reader(), (self.text.kind == Kind::Campaign).then_some(&links));
        plain.lines().map(str::to_owned).collect()
    }

    fn way_out(&self) -> String {
        match self.text.kind {
            Kind::Campaign => format!("{WHY_CAMPAIGN} {STOP}."),
            Kind::Service => WHY_SERVICE.into(),
        }
    }

    fn is_text(&self) -> bool {
        self.text.channel == Channel::Text
    }

    /// What a text says, line by line; the way out of a preview leads nowhere.
    fn text_lines(&self) -> Vec<String> {
        self.words(OWN_LINK).lines().map(str::to_owned).collect()
    }

    fn words(&self, page: &str) -> String {
        let links = Links { page: page.to_owned(), one_click: String::new() };
        self.text.words(&self.reader(), (self.text.kind == Kind::Campaign).then_some(&links))
    }

    /// "It goes as 3 texts to somebody with such a name, about 636 to pay for in all."
    fn cost_words(&self) -> String {
        let parts = texts::parts(&self.words(&self.stand_in));
        let all = i64::try_from(parts).unwrap_or(i64::MAX).saturating_mul(self.counts.gets);
        let each = words::count(i64::try_from(parts).unwrap_or(i64::MAX), "text", "texts");
        format!("It goes as {each} to somebody with such a name, about {} to pay for in all.", words::figure(all))
    }

    /// What a picture of the message shows, and how wide it is.
    fn picture(&self, number: i16) -> Option<&Pictured> {
        pictured(&self.text.pictures, number)
    }

    /// Whether pictures may be added: to a draft of one's own words, by email.
    fn takes_pictures(&self) -> bool {
        self.message.state == Stage::Draft && self.message.draft.form.is_none() && !self.is_text()
    }

    fn why(&self, why: &str) -> &'static str {
        why_words(why, self.message.draft.channel)
    }

    fn line(&self, pieces: &[Piece]) -> String {
        plain_line(pieces, &self.reader())
    }

    fn going(&self) -> bool {
        matches!(self.message.state, Stage::Waiting | Stage::Scheduled | Stage::Sending)
    }

    fn moves(&self) -> bool {
        matches!(self.message.state, Stage::Scheduled | Stage::Sending)
    }

    fn previous(&self) -> i64 {
        if self.at > 0 { self.at - 1 } else { (self.counts.gets - 1).max(0) }
    }

    fn next(&self) -> i64 {
        if self.at + 1 < self.counts.gets { self.at + 1 } else { 0 }
    }

    fn any(&self) -> i64 {
        rand::random_range(0..self.counts.gets.max(1))
    }

    fn stopped_words(&self) -> &'static str {
        if self.message.why.is_empty() { "Stopped" } else { self.why(&self.message.why) }
    }
}

/// `GET /messages/{message}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Answer {
    draw(&app, viewer, layout, id, asked, Refused::default()).await
}

/// The page, with a picture that was refused if one was.
///
/// # Errors
/// As [`show`].
pub async fn draw(app: &App, viewer: Viewer, layout: Layout, id: Uuid, asked: Asked, refused: Refused) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut message = store::one(&mut scope, id).await?;
    let counts = store::counts(&mut scope, &message).await?;
    let found = imprint::of(&mut scope, message.draft.area).await?;
    let draft = message.state == Stage::Draft;
    if let Some(found) = found.as_ref().filter(|_| draft) {
        message.imprint = found.lines();
    }
    let at = asked.reader.parse::<i64>().unwrap_or(0).clamp(0, (counts.gets - 1).max(0));
    let take = i64::from(draft);
    let seen = store::people(&mut scope, &message, "", if draft { at } else { 0 }, take).await?;
    let shown = scope.finish(seen).await?.pop();
    let mine = [Some(message.made_by), message.sender, message.changed_by].contains(&Some(viewer.account));
    let approves = message.state == Stage::Waiting && !mine;
    let text = message.text()?;
    let status = if refused.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let stand_in = unsubscribe::stand_in(&app.config.base_url);
    let imprint = found.is_some();
    let page = OnePage { layout, refused, counts, text, imprint, shown, at, approves, stand_in, message };
    Ok((status, page).into_response())
}

/// Which of a message's people.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    which: String,
    page: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "messages/people.html")]
struct PeoplePage {
    layout: Layout,
    message: Message,
    which: String,
    rows: Vec<Named>,
    paging: Paging,
}

impl PeoplePage {
    fn title(&self) -> &'static str {
        match self.which.as_str() {
            "" if self.message.state == Stage::Draft => "Who gets it",
            "" => "Still to go",
            "sent" => "Sent",
            "failed" => "Not sent",
            "unknown" => "May have gone",
            why => why_words(why, self.message.draft.channel),
        }
    }

    fn here(&self) -> String {
        format!("/messages/{}/people?which={}&", self.message.id, self.which)
    }
}

/// `GET /messages/{message}/people`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, and after the last page.
pub async fn people(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Which>) -> Answer {
    let known = ["", "sent", "failed", "unknown"].contains(&asked.which.as_str());
    if !known && !WHY.iter().any(|(why, _)| *why == asked.which) {
        return Err(Error::NotFound);
    }
    let paging = Paging::asked(&asked.page);
    let mut scope = viewer.scope().await?;
    let message = store::one(&mut scope, id).await?;
    let counts = store::counts(&mut scope, &message).await?;
    let total = match asked.which.as_str() {
        "" => counts.gets + counts.ahead,
        "sent" => counts.sent,
        "failed" => counts.failed,
        "unknown" => counts.unknown,
        why => counts.left_out.iter().find(|(w, _)| w == why).map_or(0, |(_, n)| *n),
    };
    let seen = store::people(&mut scope, &message, &asked.which, paging.skip(), SIZE).await?;
    let rows = scope.finish(seen).await?;
    paging.must_be_there(rows.len())?;
    Ok(PeoplePage { layout, message, which: asked.which, rows, paging: paging.of(total) }.into_response())
}

/// Nothing but the grant.
#[derive(Debug, Default, Deserialize)]
pub struct Bare {}

/// `POST /messages/{message}/copy`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn copy(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    let message = store::one(&mut scope, id).await?;
    let copied = store::make(&mut scope, &message.draft).await?;
    pictures::copy(&mut scope, id, copied).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{copied}/edit?said=message-copied")))
}

/// `POST /messages/{message}/removal`
///
/// # Errors
/// [`Error::Conflict`] when it is no draft.
pub async fn remove(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, id).await?;
    if !store::remove(&mut scope, id).await? {
        return Err(Error::Conflict("Only a draft can be deleted: what went out stays on record".into()));
    }
    scope.commit().await?;
    Ok(see_other("/messages?said=message-gone"))
}

/// `POST /messages/{message}/trial`: to oneself alone.
///
/// # Errors
/// [`Error::Conflict`] when it is no draft, or twenty went within the hour.
pub async fn try_out(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    let message = store::one(&mut scope, id).await?;
    message.text()?;
    if message.draft.channel == Channel::Text {
        return Err(Error::Conflict("A text is not tried out: its page shows it as it will arrive".into()));
    }
    if !store::try_out(&mut scope, id).await? {
        return Err(Error::Conflict("Only a draft is tried out, and twenty times in an hour at most".into()));
    }
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}?said=message-tried")))
}
