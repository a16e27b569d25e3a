//! Volunteers and supporters in the database, as the area in use shows them.

use super::{State, Volunteer};
use crate::access::Role;
use crate::database::{Actor, Scoped, Seen};
use crate::electors::{ElectorId, history};
use crate::error::Error;
use crate::web::paging::{Paging, SIZE};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// What the list shows: each filter as its word, empty for all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The tab.
    pub state: State,
    /// A skill.
    pub skill: String,
    /// A time.
    pub when: String,
    /// The beginning of a name, folded.
    pub words: String,
    /// `since` or `area`; by surname otherwise.
    pub sort: String,
}

impl Filter {
    /// Whether it shows everybody who helps.
    pub fn is_open(&self) -> bool {
        self.state == State::Active && self.skill.is_empty() && self.when.is_empty() && self.words.is_empty()
    }
}

struct Row {
    person_id: Uuid,
    forename: String,
    surname: String,
    area_id: i64,
    area: String,
    under_18: bool,
    channels: Vec<String>,
    account_id: Option<Uuid>,
    partition_id: Option<i32>,
    elector_id: Option<i64>,
    source: String,
    skills: Vec<String>,
    availability: Vec<String>,
    how_far: String,
    languages: String,
    access_needs: String,
    state: String,
    since: NaiveDate,
    state_at: DateTime<Utc>,
}

impl From<Row> for Volunteer {
    fn from(r: Row) -> Self {
        Volunteer {
            person: r.person_id,
            forename: r.forename,
            surname: r.surname,
            area: r.area_id,
            area_name: r.area,
            under_18: r.under_18,
            channels: r.channels,
            account: r.account_id,
            elector: r.partition_id.zip(r.elector_id).map(|(partition, id)| ElectorId { partition, id }),
            source: r.source,
            skills: r.skills,
            availability: r.availability,
            how_far: r.how_far,
            languages: r.languages,
            access_needs: r.access_needs,
            state: State::parse(&r.state),
            since: r.since,
            state_at: r.state_at,
        }
    }
}

/// How many there are in each tab, with the other filters as they are.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped, filter: &Filter) -> Result<[i64; 4], Error> {
    let row = sqlx::query!(
        r#"select count(*) filter (where v.state = 'active') as "active!", count(*) filter (where v.state = 'paused') as "paused!",
             count(*) filter (where v.state = 'stopped') as "stopped!"
           from volunteer v join person p using (person_id)
           where ($1 = '' or $1 = any (v.skills)) and ($2 = '' or $2 = any (v.availability))
             and ($3 = '' or starts_with(p.name_key, $3) or starts_with(p.forename_key, $3))"#,
        filter.skill,
        filter.when,
        filter.words
    )
    .fetch_one(scope.connection())
    .await?;
    Ok([row.active, row.paused, row.stopped, supporters(scope, filter).await?])
}

/// How many want to hear from us and are neither members nor volunteers: as messages count them.
async fn supporters(scope: &mut Scoped, filter: &Filter) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from person p
           where $1 = '' and $2 = '' and ($3 = '' or starts_with(p.name_key, $3) or starts_with(p.forename_key, $3))
             and not exists (select from volunteer v where v.person_id = p.person_id)
             and not exists (select from member m where m.person_id = p.person_id)"#,
        filter.skill,
        filter.when,
        filter.words
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A page of the list.
///
/// # Errors
/// What the database says.
pub async fn page(scope: &mut Scoped, filter: &Filter, paging: Paging) -> Result<Seen<Vec<Volunteer>>, Error> {
    read(scope, None, filter, paging.skip()).await
}

/// One volunteer or supporter.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn one(scope: &mut Scoped, person: Uuid) -> Result<Seen<Volunteer>, Error> {
    let found = read(scope, Some(person), &Filter::default(), 0).await?;
    let found = found.check(|all| all.first().map(|_| ()).ok_or(Error::NotFound))?;
    Ok(found.map(|mut all| all.swap_remove(0)))
}

async fn read(
    scope: &mut Scoped,
    person: Option<Uuid>,
    filter: &Filter,
    skip: i64,
) -> Result<Seen<Vec<Volunteer>>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.person_id, p.forename, p.surname, p.area_id,
             case when a.kind = 'district' then d.letters else a.name end as "area!", wall.is_minor(p.person_id) as "under_18!",
             p.channels, p.account_id,
             p.partition_id, p.elector_id, p.source, coalesce(v.skills, '{}') as "skills!",
             coalesce(v.availability, '{}') as "availability!", coalesce(v.how_far, '') as "how_far!",
             coalesce(v.languages, '') as "languages!", coalesce(v.access_needs, '') as "access_needs!",
             coalesce(v.state, 'supporter') as "state!", coalesce(v.since, (p.created_at at time zone 'Europe/London')::date) as "since!",
             coalesce(v.state_at, p.created_at) as "state_at!"
           from person p
           left join volunteer v using (person_id)
           join area a on a.area_id = p.area_id
           left join district d on d.area_no = a.area_no
           where case when $1::uuid is not null then p.person_id = $1 else coalesce(v.state, 'supporter') = $2 end
             and (v.person_id is not null or not exists (select from member m where m.person_id = p.person_id))
             and case when $1::uuid is not null then true
             else ($3 = '' or $3 = any (v.skills)) and ($4 = '' or $4 = any (v.availability))
               and ($5 = '' or starts_with(p.name_key, $5) or starts_with(p.forename_key, $5)) end
           order by case $6 when 'since' then coalesce(v.since, p.created_at::date) end desc, case $6 when 'area' then a.name end, p.name_key, p.person_id
           offset $7 limit $8"#,
        person,
        filter.state.as_str(),
        filter.skill,
        filter.when,
        filter.words,
        filter.sort,
        skip,
        SIZE
    )
    .fetch_all(scope.connection())
    .await?;
    let shown: Vec<Uuid> = rows.iter().map(|r| r.person_id).collect();
    Ok(Seen::helpers(rows.into_iter().map(Volunteer::from).collect(), shown))
}

/// How somebody is reached, as far as they gave it to whoever asks.
#[derive(Debug, Clone, Default)]
pub struct Contact {
    /// Email address.
    pub email: String,
    /// Mobile telephone.
    pub mobile: String,
    /// Another telephone.
    pub phone: String,
    /// Whether organisers may see it too.
    pub for_organisers: bool,
}

/// How a person is reached; None: nothing that whoever asks may see.
///
/// # Errors
/// What the database says.
pub async fn contact(scope: &mut Scoped, person: Uuid) -> Result<Option<Contact>, Error> {
    Ok(sqlx::query_as!(
        Contact,
        r#"select email as "email!", mobile as "mobile!", phone as "phone!", for_organisers as "for_organisers!" from wall.reach_of($1)"#,
        person
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// What stands for one channel.
#[derive(Debug, Clone)]
pub struct Consent {
    /// The channel.
    pub channel: String,
    /// Yes or no.
    pub given: bool,
    /// What they were asked, or said.
    pub wording: String,
    /// Where.
    pub source: String,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

/// The newest word of each channel.
///
/// # Errors
/// What the database says.
pub async fn consents(scope: &mut Scoped, person: Uuid) -> Result<Vec<Consent>, Error> {
    Ok(sqlx::query_as!(
        Consent,
        "select distinct on (channel) channel, given, wording, source, recorded_at as at from person_consent
         where person_id = $1 order by channel, recorded_at desc, consent_id desc",
        person
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A note of the purpose campaigning.
#[derive(Debug, Clone)]
pub struct Note {
    /// What is worth knowing.
    pub words: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
}

/// Notes of campaigning, the newest first. Nobody reads those of membership here.
///
/// # Errors
/// What the database says.
pub async fn notes(scope: &mut Scoped, person: Uuid) -> Result<Vec<Note>, Error> {
    let rows = sqlx::query!(
        "select words, at, by_account from person_note where person_id = $1 and purpose = 'campaigning' order by at desc limit 50",
        person
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().filter_map(|r| r.by_account).collect();
    let names = if organises(scope) { Some(history::names(scope, &accounts).await?) } else { None };
    let by = |account: Option<Uuid>| match (account, &names) {
        (Some(account), Some(names)) => names.of(account),
        _ => String::new(),
    };
    Ok(rows.into_iter().map(|r| Note { words: r.words, at: r.at, by: by(r.by_account) }).collect())
}

/// Whether somebody is a member who does not help: their page is the member's.
///
/// # Errors
/// What the database says.
pub async fn only_member(scope: &mut Scoped, person: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from member where person_id = $1) and not exists (select from volunteer where person_id = $1) as "is!""#,
        person
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Whether an organiser acts: they alone see results and tasks.
pub fn organises(scope: &Scoped) -> bool {
    matches!(scope.actor(), Actor::Session { role: Role::Organiser, .. })
}

/// Somebody of the same name who is here already.
#[derive(Debug, Clone)]
pub struct Namesake {
    /// Who.
    pub person: Uuid,
    /// Their name.
    pub name: String,
    /// Where they belong.
    pub area: String,
    /// Whether they are a volunteer already.
    pub volunteer: bool,
}

/// People of the same name in the area in use.
///
/// # Errors
/// What the database says.
pub async fn namesakes(scope: &mut Scoped, name_key: &str) -> Result<Seen<Vec<Namesake>>, Error> {
    let found = sqlx::query_as!(
        Namesake,
        r#"select p.person_id as person, trim(p.forename || ' ' || p.surname) as "name!",
             case when a.kind = 'district' then d.letters else a.name end as "area!", v.person_id is not null as "volunteer!"
           from person p join area a using (area_id) left join district d on d.area_no = a.area_no
           left join volunteer v using (person_id)
           where p.name_key = $1 order by p.person_id limit 20"#,
        name_key
    )
    .fetch_all(scope.connection())
    .await?;
    let shown: Vec<Uuid> = found.iter().map(|n| n.person).collect();
    Ok(Seen::helpers(found, shown))
}
