//! Messages in the database. Whom one is for comes as names and branches: no function here reads an address.

use super::audience::{Audience, why_words};
use super::form::{Fields, Form};
use super::markup::{Reader, pieces, plain_line};
use super::occasion::Occasion;
use super::{Channel, Draft, Kind, Message, State, pictures};
use crate::database::{Scoped, Seen};
use crate::error::Error;
use crate::web::paging::{Paging, SIZE};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Which messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Being written.
    #[default]
    Drafts,
    /// Waiting, scheduled, on their way.
    Going,
    /// Sent and stopped.
    Over,
}

impl Tab {
    /// Each.
    pub const ALL: [Tab; 3] = [Tab::Drafts, Tab::Going, Tab::Over];

    /// Its word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Tab::Drafts => "drafts",
            Tab::Going => "going",
            Tab::Over => "sent",
        }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Tab::Drafts => "Drafts",
            Tab::Going => "On their way",
            Tab::Over => "Sent",
        }
    }

    /// The one of this word; drafts otherwise.
    pub fn asked(word: &str) -> Tab {
        Tab::ALL.into_iter().find(|t| t.as_str() == word).unwrap_or_default()
    }
}

struct Row {
    message_id: Uuid,
    area_id: i64,
    area: String,
    kind: String,
    channel: String,
    form: String,
    fields: serde_json::Value,
    subject: String,
    body: String,
    audience: serde_json::Value,
    state: String,
    made_by: Uuid,
    made_name: String,
    made_at: DateTime<Utc>,
    sender: Option<Uuid>,
    send_at: Option<DateTime<Utc>>,
    people: i32,
    ended_at: Option<DateTime<Utc>>,
    imprint: Vec<String>,
    why: String,
    version: i32,
    changed_by: Option<Uuid>,
    event: Option<String>,
    event_starts: Option<DateTime<Utc>>,
    event_ends: Option<DateTime<Utc>>,
    shift: Option<String>,
}

impl From<Row> for Message {
    fn from(r: Row) -> Self {
        let event = r.event.zip(r.event_starts).zip(r.event_ends);
        let occasion = event.map(|((title, starts), ends)| Occasion { title, starts, ends, shift: r.shift });
        Message {
            occasion,
            id: r.message_id,
            draft: Draft {
                area: r.area_id,
                kind: Kind::parse(&r.kind),
                channel: Channel::parse(&r.channel),
                form: Form::parse(&r.form),
                fields: serde_json::from_value(r.fields).unwrap_or_default(),
                subject: r.subject,
                body: r.body,
                audience: serde_json::from_value(r.audience).unwrap_or_default(),
            },
            area_name: r.area,
            state: State::parse(&r.state),
            made_by: r.made_by,
            made_name: r.made_name,
            made_at: r.made_at,
            sender: r.sender,
            send_at: r.send_at,
            people: r.people,
            ended_at: r.ended_at,
            imprint: r.imprint,
            why: r.why,
            version: r.version,
            changed_by: r.changed_by,
            pictures: Vec::new(),
        }
    }
}

/// How many there are of each tab.
///
/// # Errors
/// What the database says.
pub async fn tabs(scope: &mut Scoped) -> Result<[i64; 3], Error> {
    let n = sqlx::query!(
        r#"select count(*) filter (where state = 'draft') as "drafts!",
             count(*) filter (where state in ('waiting', 'scheduled', 'sending')) as "going!",
             count(*) filter (where state in ('sent', 'stopped')) as "over!" from message"#
    )
    .fetch_one(scope.connection())
    .await?;
    Ok([n.drafts, n.going, n.over])
}

/// A page of them, the newest first.
///
/// # Errors
/// What the database says.
pub async fn page(scope: &mut Scoped, tab: Tab, paging: Paging) -> Result<Vec<Message>, Error> {
    read(scope, None, tab, paging.skip()).await
}

/// One.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn one(scope: &mut Scoped, id: Uuid) -> Result<Message, Error> {
    let message = read(scope, Some(id), Tab::Drafts, 0).await?.pop().ok_or(Error::NotFound)?;
    Ok(Message { pictures: pictures::of(scope, id).await?, ..message })
}

async fn read(scope: &mut Scoped, id: Option<Uuid>, tab: Tab, skip: i64) -> Result<Vec<Message>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select m.message_id, m.area_id, case when a.kind = 'district' then d.letters else a.name end as "area!", m.kind, m.channel, m.form,
             m.fields, m.subject, m.body, m.audience, m.state, m.made_by, coalesce(wall.message_hand(m.made_by), '') as "made_name!",
             m.made_at, m.sender, m.send_at, m.people, m.ended_at, m.imprint, m.why, m.version, m.changed_by,
             e.title as "event?", e.starts_at as "event_starts?", e.ends_at as "event_ends?", s.name as "shift?"
           from message m join area a on a.area_id = m.area_id left join district d on d.area_no = a.area_no
           left join event e on e.event_id = (m.audience ->> 'event')::uuid
           left join shift s on s.event_id = e.event_id and s.shift_id = (m.audience ->> 'shift')::uuid
           where case when $1::uuid is not null then m.message_id = $1 else case $2 when 'drafts' then m.state = 'draft'
             when 'going' then m.state in ('waiting', 'scheduled', 'sending') else m.state in ('sent', 'stopped') end end
           order by coalesce(m.ended_at, m.send_at, m.made_at) desc, m.message_id offset $3 limit $4"#,
        id,
        tab.as_str(),
        skip,
        SIZE
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// Begins a draft.
///
/// # Errors
/// What the database says.
pub async fn make(scope: &mut Scoped, draft: &Draft) -> Result<Uuid, Error> {
    let (id, account) = (Uuid::now_v7(), scope.account());
    sqlx::query!(
        "insert into message (message_id, area_id, kind, form, fields, subject, body, audience, made_by, channel)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        draft.area,
        draft.kind.as_str(),
        draft.form.map_or("", Form::as_str),
        json(&draft.fields)?,
        draft.subject,
        draft.body,
        json(&draft.audience)?,
        account,
        draft.channel.as_str()
    )
    .execute(scope.connection())
    .await?;
    Ok(id)
}

/// Changes a draft.
///
/// # Errors
/// [`Error::Conflict`] once it was sent off.
pub async fn change(scope: &mut Scoped, id: Uuid, draft: &Draft) -> Result<(), Error> {
    let done = sqlx::query!(
        "update message set area_id = $2, fields = $3, subject = $4, body = $5, audience = $6, channel = $7
         where message_id = $1 and state = 'draft'",
        id,
        draft.area,
        json(&draft.fields)?,
        draft.subject,
        draft.body,
        json(&draft.audience)?,
        draft.channel.as_str()
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() > 0 { Ok(()) } else { Err(no_draft()) }
}

fn no_draft() -> Error {
    Error::Conflict("This message was sent off meanwhile. Stop it first, or copy it as a new draft".into())
}

/// How many get it, and how many are left out for each reason: of a draft as it is now, of others as it became.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Those who get it: of a draft.
    pub gets: i64,
    /// Not taken yet, or in hand.
    pub ahead: i64,
    /// Gone.
    pub sent: i64,
    /// Given up.
    pub failed: i64,
    /// May have gone.
    pub unknown: i64,
    /// Left out, by reason.
    pub left_out: Vec<(String, i64)>,
    /// Down for the event that a draft is for, without a record that it could reach.
    pub unreached: i64,
    /// Came back, and complained.
    pub returned: (i64, i64),
}

impl Counts {
    /// Everybody who is left out.
    pub fn all_left_out(&self) -> i64 {
        self.left_out.iter().map(|(_, n)| n).sum()
    }
}

/// Counts a message's people.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped, message: &Message) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    if message.state == State::Draft {
        let rows = sqlx::query!(
            r#"select why as "why!", count(*) as "n!" from wall.message_people($1) group by why order by count(*) desc, why"#,
            message.id
        )
        .fetch_all(scope.connection())
        .await?;
        for row in rows {
            if row.why.is_empty() { counts.gets = row.n } else { counts.left_out.push((row.why, row.n)) }
        }
        if message.draft.audience.event.is_some() {
            counts.unreached = sqlx::query_scalar!(r#"select wall.message_unreached($1) as "n!""#, message.id)
                .fetch_one(scope.connection())
                .await?;
        }
        return Ok(counts);
    }
    let rows = sqlx::query!(
        r#"select state, why, count(*) as "n!" from message_recipient where message_id = $1 and person_id is not null
           group by state, why order by count(*) desc, why"#,
        message.id
    )
    .fetch_all(scope.connection())
    .await?;
    for row in rows {
        match row.state.as_str() {
            "left-out" => counts.left_out.push((row.why, row.n)),
            "sent" => counts.sent += row.n,
            "failed" => counts.failed += row.n,
            "unknown" => counts.unknown += row.n,
            _ => counts.ahead += row.n,
        }
    }
    let back = sqlx::query!(
        r#"select bounced as "bounced!", complained as "complained!" from wall.message_returns($1)"#,
        message.id
    )
    .fetch_one(scope.connection())
    .await?;
    counts.returned = (back.bounced, back.complained);
    Ok(counts)
}

/// Somebody as a message's list shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Who.
    pub person: Uuid,
    /// Forename.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// Where they belong.
    pub area: String,
}

impl Named {
    /// Both names.
    pub fn name(&self) -> String {
        let name = format!("{} {}", self.forename, self.surname).trim().to_owned();
        if name.is_empty() { "No name".into() } else { name }
    }
}

/// Those of a message with one outcome: of a draft a reason, or empty for who gets it; of others a reason or a state.
///
/// # Errors
/// What the database says.
pub async fn people(
    scope: &mut Scoped,
    message: &Message,
    which: &str,
    skip: i64,
    take: i64,
) -> Result<Seen<Vec<Named>>, Error> {
    let found = if message.state == State::Draft {
        sqlx::query_as!(
            Named,
            r#"select person_id as "person!", forename as "forename!", surname as "surname!", area_name as "area!"
               from wall.message_people($1) where why = $2 offset $3 limit $4"#,
            message.id,
            which,
            skip,
            take
        )
        .fetch_all(scope.connection())
        .await?
    } else {
        sqlx::query_as!(
            Named,
            r#"select p.person_id as "person!", p.forename as "forename!", p.surname as "surname!", coalesce(d.letters, a.name) as "area!"
               from message_recipient r join person p on p.person_id = r.person_id join area a on a.area_id = p.area_id
               left join district d on a.kind = 'district' and d.area_no = a.area_no
               where r.message_id = $1 and case when r.state = 'left-out' then r.why
                 when r.state in ('queued', 'sending') then '' else r.state end = $2
               order by p.name_key, p.person_id offset $3 limit $4"#,
            message.id,
            which,
            skip,
            take
        )
        .fetch_all(scope.connection())
        .await?
    };
    let ids: Vec<Uuid> = found.iter().map(|n| n.person).collect();
    Ok(Seen::helpers(found, ids))
}

/// Sends a draft off as it was in this version; answers the database's word.
///
/// # Errors
/// What the database says.
pub async fn send(scope: &mut Scoped, id: Uuid, version: i32, at: Option<DateTime<Utc>>) -> Result<String, Error> {
    let said = sqlx::query_scalar!(r#"select wall.send_message($1, $2, $3) as "said!""#, id, version, at);
    Ok(said.fetch_one(scope.connection()).await?)
}

/// Lets one go that waits for a second person, as it is in this version. Whether it was theirs to say, and still so.
///
/// # Errors
/// What the database says.
pub async fn approve(scope: &mut Scoped, id: Uuid, version: i32) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.approve_message($1, $2) as "done!""#, id, version)
        .fetch_one(scope.connection())
        .await?)
}

/// Stops one: `draft`, `stopped` or `not-yours`.
///
/// # Errors
/// What the database says.
pub async fn stop(scope: &mut Scoped, id: Uuid) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.stop_message($1) as "said!""#, id).fetch_one(scope.connection()).await?)
}

/// Deletes a draft. Whether there was one.
///
/// # Errors
/// What the database says.
pub async fn remove(scope: &mut Scoped, id: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.remove_message($1) as "done!""#, id).fetch_one(scope.connection()).await?)
}

/// Sends a draft to whoever acts alone. Whether it is on its way: twenty in an hour, no more.
///
/// # Errors
/// What the database says.
pub async fn try_out(scope: &mut Scoped, id: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.try_message($1) as "done!""#, id).fetch_one(scope.connection()).await?)
}

/// Above how many people a second person lets a message go.
///
/// # Errors
/// What the database says.
pub async fn limit(scope: &mut Scoped) -> Result<i64, Error> {
    let found = sqlx::query_scalar!(r#"select message_limit::bigint as "n!" from installation"#);
    Ok(found.fetch_optional(scope.connection()).await?.unwrap_or(200))
}

/// A message as somebody's own page shows it.
#[derive(Debug, Clone)]
pub struct Had {
    /// Which.
    pub message: Uuid,
    /// By which way.
    pub channel: Channel,
    /// What it is called.
    pub title: String,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// What became of it.
    pub state: String,
    /// Why.
    pub why: String,
}

impl Had {
    /// What became of it, in words.
    pub fn words(&self) -> String {
        match self.state.as_str() {
            "sent" => "Sent".into(),
            "left-out" => format!("Left out: {}", why_words(&self.why, self.channel).to_lowercase()),
            "failed" => format!("Not sent: {}", why_words(&self.why, self.channel).to_lowercase()),
            "unknown" => why_words("unsure", self.channel).into(),
            _ => "On its way".into(),
        }
    }
}

/// Somebody's messages, the newest first: the last twenty.
///
/// # Errors
/// What the database says.
pub async fn of_person(scope: &mut Scoped, person: Uuid) -> Result<Vec<Had>, Error> {
    let rows = sqlx::query!(
        r#"select m.message_id, m.channel, m.subject, m.form, m.fields, r.at, r.state, r.why, p.forename, p.surname, a.name as branch
           from message_recipient r join message m using (message_id) join person p using (person_id)
           join area a on a.area_id = p.area_id where r.person_id = $1
           order by coalesce(r.at, m.send_at) desc, m.message_id limit 20"#,
        person
    )
    .fetch_all(scope.connection())
    .await?;
    let had = rows.into_iter().map(|r| {
        let fields: Fields = serde_json::from_value(r.fields).unwrap_or_default();
        // As they read it.
        let reader = Reader { forename: r.forename, surname: r.surname, branch: r.branch };
        let read = || pieces(&r.subject).map_or_else(|_| r.subject.clone(), |line| plain_line(&line, &reader));
        let title = Form::parse(&r.form).map_or_else(read, |form| form.subject(&fields));
        Had { message: r.message_id, channel: Channel::parse(&r.channel), title, at: r.at, state: r.state, why: r.why }
    });
    Ok(had.collect())
}

/// How many messages wait for somebody other than whose they are, which whoever acts may let go.
///
/// # Errors
/// What the database says.
pub async fn to_approve(scope: &mut Scoped) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from message where state = 'waiting' and area_id = any ((select wall.places())::bigint[])
             and (select wall.account()) not in (made_by, coalesce(sender, made_by), coalesce(changed_by, made_by))"#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A draft made of the list of members that a form is for.
pub fn prepared(form: Form, area: i64) -> Option<Draft> {
    let (members, fields) = match form {
        Form::Renewal => {
            ("lapsing", Fields { place: "as you joined, or by replying to this message.".into(), ..Fields::default() })
        }
        Form::Welcome => ("joined", Fields::default()),
        _ => return None,
    };
    let days = if form == Form::Welcome { 90 } else { 60 };
    let audience = Audience { members: Some(members.into()), days, ..Audience::default() };
    Some(Draft { area, kind: Kind::Service, form: Some(form), fields, audience, ..Draft::default() })
}
