//! Sending, as email and as text messages: batches are marked as in hand before anything leaves, so that nobody gets a message twice whatever dies in between.

use super::compose::{self, Envelope, Text};
use super::form::Form;
use super::markup::{Block, Pictured, Reader};
use super::pictures::Drawn;
use super::texts::{self, Failure, Provider};
use super::unsubscribe::{self, Links};
use super::{Channel, Draft, Kind};
use crate::database::Database;
use crate::error::Error;
use crate::mail::send::{Sender, Trouble};
use chrono::{DateTime, Utc};
use lettre::message::Mailbox;
use sqlx::PgConnection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How many are taken in hand at a time for the outbox folder, which tells afterwards what went.
const TO_FOLDER: i32 = 100;
/// How many are on their way to a mail server at the same time, and so are unsure should the server die with them.
const SIDE_BY_SIDE: i32 = 8;

/// One that was taken in hand.
struct Taken {
    id: Uuid,
    message: Uuid,
    /// When that was sent off; None: it is tried on whoever writes it, who may change it between two tries.
    sent_off_at: Option<DateTime<Utc>>,
    person: Option<Uuid>,
    address: String,
    reader: Reader,
}

impl Taken {
    /// What says the same to all its readers.
    fn said(&self) -> Said {
        (self.message, self.sent_off_at)
    }
}

/// A message as it was sent off at some time.
type Said = (Uuid, Option<DateTime<Utc>>);

/// A message, the files of its pictures, and whom answers go to.
struct Kept {
    text: Text,
    files: Vec<(i16, Drawn)>,
    reply: (String, String),
    /// Whose message it is, as its reader knows them; empty where nobody put it down.
    party: String,
}

/// By which ways messages leave.
pub struct Ways<'a> {
    /// Email.
    pub mail: &'a Sender,
    /// Text messages.
    pub texts: &'a dyn Provider,
}

impl Ways<'_> {
    /// Whether all that is sent becomes files, which tell afterwards what went.
    fn to_folders(&self) -> bool {
        self.mail.to_folder() && self.texts.to_folder()
    }
}

/// Sends what is due; answers how many were taken up. Does nothing while another server sends. Once it is told to stop it ends
/// with those in hand.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away; what does not go is no error.
pub async fn send_due(ways: &Ways<'_>, database: &Database, stop: &CancellationToken) -> Result<usize, Error> {
    if !sqlx::query_scalar!(r#"select wall.keep_messages() as "due!""#).fetch_one(database.door()).await? {
        return Ok(0);
    }
    // The turn is the connection's, and ends with it, however that comes.
    let mut connection = database.door().acquire().await?;
    connection.close_on_drop();
    if !sqlx::query_scalar!(r#"select wall.begin_messages() as "turn!""#).fetch_one(&mut *connection).await? {
        return Ok(0);
    }
    settle(ways, &mut connection).await?;
    let mut texts: HashMap<Said, Option<Kept>> = HashMap::new();
    let mut all = 0;
    while !stop.is_cancelled() {
        let at_once = if ways.to_folders() { TO_FOLDER } else { SIDE_BY_SIDE };
        let (met, taken) = take(&mut connection, at_once).await?;
        all += met;
        if met == 0 {
            break;
        }
        // Only those of these readers, and none of a draft, which may have changed.
        texts.retain(|said, _| said.1.is_some() && taken.iter().any(|t| t.said() == *said));
        for taken in &taken {
            if let Entry::Vacant(place) = texts.entry(taken.said()) {
                place.insert(kept(&mut connection, taken.message).await?);
            }
        }
        send(ways, &mut connection, &texts, &taken).await?;
        sqlx::query_scalar!(r#"select wall.keep_messages() as "due!""#).fetch_one(&mut *connection).await?;
    }
    Ok(all)
}

/// What a server left in hand that died: the outbox folder knows what went, a mail server does not say.
async fn settle(ways: &Ways<'_>, connection: &mut PgConnection) -> Result<(), Error> {
    let left = sqlx::query!(r#"select recipient_id as "id!", channel as "channel!" from wall.messages_in_hand()"#)
        .fetch_all(&mut *connection)
        .await?;
    let outcomes = left.into_iter().map(|r| {
        let went =
            if Channel::parse(&r.channel) == Channel::Text { ways.texts.went(r.id) } else { ways.mail.went(r.id) };
        match went {
            Some(true) => (r.id, "sent", ""),
            Some(false) => (r.id, "later", ""),
            None => (r.id, "unknown", "unsure"),
        }
    });
    end(connection, outcomes.collect()).await
}

async fn take(connection: &mut PgConnection, at_once: i32) -> Result<(usize, Vec<Taken>), Error> {
    let rows = sqlx::query!(
        r#"select recipient_id as "id!", message_id as "message!", state as "state!", person_id as person, address as "address!",
             forename as "forename!", surname as "surname!", area_name as "branch!", sent_off_at
           from wall.take_messages($1)"#,
        at_once
    )
    .fetch_all(connection)
    .await?;
    let met = rows.len();
    let in_hand = rows.into_iter().filter(|r| r.state == "sending").map(|r| Taken {
        id: r.id,
        message: r.message,
        sent_off_at: r.sent_off_at,
        person: r.person,
        address: r.address,
        reader: Reader { forename: r.forename, surname: r.surname, branch: r.branch },
    });
    Ok((met, in_hand.collect()))
}

async fn kept(connection: &mut PgConnection, message: Uuid) -> Result<Option<Kept>, Error> {
    let row = sqlx::query!(
        r#"select kind as "kind!", channel as "channel!", form as "form!", fields as "fields!", subject as "subject!", body as "body!", imprint as "imprint!",
             reply_name as "reply_name!", reply_to as "reply_to!", controller as "controller!"
           from wall.message_text($1)"#,
        message
    )
    .fetch_one(&mut *connection)
    .await?;
    let draft = Draft {
        kind: Kind::parse(&row.kind),
        channel: Channel::parse(&row.channel),
        form: Form::parse(&row.form),
        fields: serde_json::from_value(row.fields).unwrap_or_default(),
        subject: row.subject,
        body: row.body,
        ..Draft::default()
    };
    let (pictures, mut files) = pictures(connection, message).await?;
    // What cannot be read was refused when it was written.
    let Ok(mut text) = Text::of(&draft, pictures) else { return Ok(None) };
    // Those alone that stand in what everybody read before it went.
    files.retain(|(number, _)| text.blocks.contains(&Block::Picture(*number)));
    text.imprint = row.imprint;
    Ok(Some(Kept { text, files, reply: (row.reply_name, row.reply_to), party: row.controller }))
}

type Pictures = (Vec<Pictured>, Vec<(i16, Drawn)>);

async fn pictures(connection: &mut PgConnection, message: Uuid) -> Result<Pictures, Error> {
    let rows = sqlx::query!(
        r#"select number as "number!", shows as "shows!", png as "png!", width as "width!", height as "height!", bytes as "bytes!"
           from wall.message_pictures($1)"#,
        message
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let drawn = Drawn { png: r.png, width: r.width, height: r.height, bytes: r.bytes };
            (Pictured { number: r.number, shows: r.shows, width: r.width }, (r.number, drawn))
        })
        .unzip())
}

async fn send(
    ways: &Ways<'_>,
    connection: &mut PgConnection,
    texts: &HashMap<Said, Option<Kept>>,
    taken: &[Taken],
) -> Result<(), Error> {
    let one = async |taken: &Taken| {
        let Some(Some(kept)) = texts.get(&taken.said()) else { return (taken.id, "failed", "refused") };
        let gone = match kept.text.channel {
            Channel::Email => post(ways.mail, kept, taken).await,
            Channel::Text => text(ways, kept, taken).await,
        };
        match gone {
            Ok(()) => (taken.id, "sent", ""),
            Err(Trouble::ForGood) => (taken.id, "failed", "refused"),
            Err(Trouble::ForNow) => (taken.id, "later", "not-now"),
            Err(Trouble::Unsure) => (taken.id, "unknown", "unsure"),
        }
    };
    let outcomes = futures_util::future::join_all(taken.iter().map(one)).await;
    end(connection, outcomes).await
}

/// How its reader takes back what they agreed to; a service message has no such link.
fn links(sender: &Sender, kept: &Kept, taken: &Taken) -> Result<Option<Links>, Trouble> {
    if kept.text.kind == Kind::Service {
        return Ok(None);
    }
    // A try has a link as each reader's own looks, which takes back nobody's word.
    let Some(person) = taken.person else {
        let page = unsubscribe::stand_in(sender.base_url());
        return Ok(Some(Links { one_click: format!("{page}/one-click"), page }));
    };
    Some(person)
        .map(|person| unsubscribe::links(sender.keys(), sender.base_url(), person, kept.text.channel.as_str()))
        .transpose()
        .map_err(|_| Trouble::ForNow)
}

async fn text(ways: &Ways<'_>, kept: &Kept, taken: &Taken) -> Result<(), Trouble> {
    let links = links(ways.mail, kept, taken)?;
    let to = texts::number(&taken.address).ok_or(Trouble::ForGood)?;
    let words = kept.text.words(&taken.reader, links.as_ref());
    ways.texts.send(&to, &words, taken.id).await.map_err(|failure| {
        tracing::warn!(recipient = %taken.id, why = failure.why(), "a text did not go");
        match failure {
            Failure::ForGood(_) => Trouble::ForGood,
            Failure::Later(_) => Trouble::ForNow,
            Failure::Unknown(_) => Trouble::Unsure,
        }
    })
}

async fn post(sender: &Sender, kept: &Kept, taken: &Taken) -> Result<(), Trouble> {
    let links = links(sender, kept, taken)?;
    let envelope = Envelope {
        id: taken.id,
        host: sender.host(),
        from: from(sender, kept),
        reply_to: (&kept.reply.0, &kept.reply.1),
        to: &taken.address,
    };
    let message = compose::message(&kept.text, &kept.files, &taken.reader, links.as_ref(), envelope)
        .map_err(|_| Trouble::ForGood)?;
    sender.post(taken.id, message).await
}

/// The installation's own address, under the name that its reader knows.
fn from(sender: &Sender, kept: &Kept) -> Mailbox {
    let own = sender.from();
    if kept.party.is_empty() { own } else { Mailbox::new(Some(kept.party.clone()), own.email) }
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
