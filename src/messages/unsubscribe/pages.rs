//! `/unsubscribe/{token}`: a page with a button. It says the same whoever's link it is, and whether it is one or not: nobody learns
//! from it who is known here.

use super::{CHANNELS, read};
use crate::access::door::{self, About};
use crate::error::Error;
use crate::web::{Answer, App, Form, Layout, Path};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "messages/unsubscribe.html")]
struct UnsubscribePage {
    layout: Layout,
    about: About,
    action: String,
    /// What is ticked.
    ticked: Vec<String>,
    /// Whether it was sent.
    done: bool,
    /// Whether it was sent with nothing ticked.
    nothing: bool,
}

impl UnsubscribePage {
    fn is_ticked(&self, channel: &str) -> bool {
        self.ticked.iter().any(|t| t == channel)
    }

    /// "email and text messages".
    fn stopped(&self) -> String {
        let words = CHANNELS.iter().filter(|(c, _)| self.is_ticked(c)).map(|(_, words)| words.to_lowercase());
        let words: Vec<_> = words.collect();
        match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => words.concat(),
        }
    }
}

/// What is ticked on the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ticked {
    channel: Vec<String>,
}

async fn page(
    app: &App,
    layout: Layout,
    token: &str,
    ticked: Vec<String>,
    done: bool,
) -> Result<UnsubscribePage, Error> {
    let about = door::about(&app.database).await?;
    let layout = layout.without_head();
    Ok(UnsubscribePage { layout, about, action: format!("/unsubscribe/{token}"), ticked, done, nothing: false })
}

/// `GET /unsubscribe/{token}`: looks, and changes nothing.
pub async fn show(State(app): State<App>, layout: Layout, Path(token): Path<String>) -> Answer {
    let channel = read(&app.keys, &token)?.map_or("email", |named| named.channel);
    Ok(page(&app, layout, &token, vec![channel.to_owned()], false).await?.into_response())
}

/// `POST /unsubscribe/{token}`: from the page's own button.
pub async fn withdraw(
    State(app): State<App>,
    layout: Layout,
    Path(token): Path<String>,
    Form(ticked): Form<Ticked>,
) -> Answer {
    let known = CHANNELS.iter().map(|(word, _)| (*word).to_owned());
    let channels: Vec<String> = known.filter(|word| ticked.channel.contains(word)).collect();
    if channels.is_empty() {
        let page = UnsubscribePage { nothing: true, ..page(&app, layout, &token, channels, false).await? };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if let Some(named) = read(&app.keys, &token)? {
        door::messages::unsubscribe(&app.database, named.person, &channels).await?;
    }
    Ok(page(&app, layout, &token, channels, true).await?.into_response())
}

/// `POST /unsubscribe/{token}/one-click`: from a mail program (RFC 8058), for the channel of the message alone.
pub async fn one_click(State(app): State<App>, layout: Layout, Path(token): Path<String>) -> Answer {
    let named = read(&app.keys, &token)?;
    let channel = named.map_or("email", |named| named.channel).to_owned();
    if let Some(named) = named {
        door::messages::unsubscribe(&app.database, named.person, std::slice::from_ref(&channel)).await?;
    }
    Ok(page(&app, layout, &token, vec![channel], true).await?.into_response())
}
