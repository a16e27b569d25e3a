//! Sending: batches are marked as in hand before anything leaves, so that nobody gets a message twice whatever dies in between.

use super::compose::{self, Envelope, Text};
use super::form::{Fields, Form};
use super::markup::Reader;
use super::{Kind, unsubscribe};
use crate::database::Database;
use crate::error::Error;
use crate::mail::send::{Sender, Trouble};
use sqlx::PgConnection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use uuid::Uuid;

/// How many are taken in hand at a time for the outbox folder, which tells afterwards what went.
const TO_FOLDER: i32 = 100;
/// How many are on their way to a mail server at the same time, and so are unsure should the server die with them.
const SIDE_BY_SIDE: i32 = 8;

/// One that was taken in hand.
struct Taken {
    id: Uuid,
    message: Uuid,
    person: Option<Uuid>,
    address: String,
    reader: Reader,
}

/// A message and whom answers go to.
struct Kept {
    text: Text,
    reply: (String, String),
}

/// Sends what is due; answers how many were taken up. Does nothing while another server sends.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away; what does not go is no error.
pub async fn send_due(sender: &Sender, database: &Database) -> Result<usize, Error> {
    if !sqlx::query_scalar!(r#"select wall.keep_messages() as "due!""#).fetch_one(database.door()).await? {
        return Ok(0);
    }
    // The turn is the connection's, and ends with it, however that comes.
    let mut connection = database.door().acquire().await?;
    connection.close_on_drop();
    if !sqlx::query_scalar!(r#"select wall.begin_messages() as "turn!""#).fetch_one(&mut *connection).await? {
        return Ok(0);
    }
    settle(sender, &mut connection).await?;
    let mut texts = HashMap::new();
    let mut all = 0;
    loop {
        let at_once = if sender.to_folder() { TO_FOLDER } else { SIDE_BY_SIDE };
        let (met, taken) = take(&mut connection, at_once).await?;
        all += met;
        if met == 0 {
            break;
        }
        for taken in &taken {
            if let Entry::Vacant(place) = texts.entry(taken.message) {
                place.insert(kept(&mut connection, taken.message).await?);
            }
        }
        send(sender, &mut connection, &texts, &taken).await?;
        sqlx::query_scalar!(r#"select wall.keep_messages() as "due!""#).fetch_one(&mut *connection).await?;
    }
    Ok(all)
}

/// What a server left in hand that died: the outbox folder knows what went, a mail server does not say.
async fn settle(sender: &Sender, connection: &mut PgConnection) -> Result<(), Error> {
    let left: Vec<Uuid> = sqlx::query_scalar!(r#"select id as "id!" from wall.messages_in_hand() id"#)
        .fetch_all(&mut *connection)
        .await?;
    let outcomes = left.into_iter().map(|id| match sender.went(id) {
        Some(true) => (id, "sent", ""),
        Some(false) => (id, "later", ""),
        None => (id, "unknown", "unsure"),
    });
    end(connection, outcomes.collect()).await
}

async fn take(connection: &mut PgConnection, at_once: i32) -> Result<(usize, Vec<Taken>), Error> {
    let rows = sqlx::query!(
        r#"select recipient_id as "id!", message_id as "message!", state as "state!", person_id as person, address as "address!",
             forename as "forename!", surname as "surname!", area_name as "branch!"
           from wall.take_messages($1)"#,
        at_once
    )
    .fetch_all(connection)
    .await?;
    let met = rows.len();
    let in_hand = rows.into_iter().filter(|r| r.state == "sending").map(|r| Taken {
        id: r.id,
        message: r.message,
        person: r.person,
        address: r.address,
        reader: Reader { forename: r.forename, surname: r.surname, branch: r.branch },
    });
    Ok((met, in_hand.collect()))
}

async fn kept(connection: &mut PgConnection, message: Uuid) -> Result<Option<Kept>, Error> {
    let row = sqlx::query!(
        r#"select kind as "kind!", form as "form!", fields as "fields!", subject as "subject!", body as "body!", imprint as "imprint!",
             reply_name as "reply_name!", reply_to as "reply_to!"
           from wall.message_text($1)"#,
        message
    )
    .fetch_one(connection)
    .await?;
    let fields: Fields = serde_json::from_value(row.fields).unwrap_or_default();
    let form = Form::parse(&row.form).map(|form| (form, &fields));
    // What cannot be read was refused when it was written.
    let Ok(mut text) = Text::of(Kind::parse(&row.kind), form, &row.subject, &row.body) else { return Ok(None) };
    text.imprint = row.imprint;
    Ok(Some(Kept { text, reply: (row.reply_name, row.reply_to) }))
}

async fn send(
    sender: &Sender,
    connection: &mut PgConnection,
    texts: &HashMap<Uuid, Option<Kept>>,
    taken: &[Taken],
) -> Result<(), Error> {
    let one = async |taken: &Taken| {
        let Some(Some(kept)) = texts.get(&taken.message) else { return (taken.id, "failed", "refused") };
        match post(sender, kept, taken).await {
            Ok(()) => (taken.id, "sent", ""),
            Err(Trouble::ForGood) => (taken.id, "failed", "refused"),
            Err(Trouble::ForNow) => (taken.id, "later", "not-now"),
            Err(Trouble::Unsure) => (taken.id, "unknown", "unsure"),
        }
    };
    let outcomes = futures_util::future::join_all(taken.iter().map(one)).await;
    end(connection, outcomes).await
}

async fn post(sender: &Sender, kept: &Kept, taken: &Taken) -> Result<(), Trouble> {
    let links = match (kept.text.kind, taken.person) {
        (Kind::Campaign, Some(person)) => Some(person),
        _ => None,
    }
    .map(|person| unsubscribe::links(sender.keys(), sender.base_url(), person, "email"))
    .transpose()
    .map_err(|_| Trouble::ForNow)?;
    let envelope = Envelope {
        id: taken.id,
        host: sender.host(),
        from: sender.from(),
        reply_to: (&kept.reply.0, &kept.reply.1),
        to: &taken.address,
    };
    let message =
        compose::message(&kept.text, &taken.reader, links.as_ref(), envelope).map_err(|_| Trouble::ForGood)?;
    sender.post(taken.id, message).await
}

async fn end(connection: &mut PgConnection, outcomes: Vec<(Uuid, &str, &str)>) -> Result<(), Error> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = outcomes.iter().map(|o| o.0).collect();
    let what: Vec<String> = outcomes.iter().map(|o| o.1.to_owned()).collect();
    let whys: Vec<String> = outcomes.iter().map(|o| o.2.to_owned()).collect();
    sqlx::query!("select wall.end_messages($1, $2, $3)", &ids, &what, &whys).execute(connection).await?;
    Ok(())
}
