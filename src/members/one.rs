//! One member: what the party says of them, what became of it, what they agreed to, notes, and who they are on the register.

use super::plan::Entry;
use super::{State, apply, today};
use crate::access::membership::{self, Standing};
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::events::attended::{self, Attended};
use crate::web::words;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A member whose page is open.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub person: Uuid,
    /// The area they belong to.
    pub area_id: i64,
    /// Its name.
    pub area: String,
    /// Forenames.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// How the membership stands.
    pub state: State,
    /// Branch, in the party's words.
    pub branch: String,
    /// The elector they are.
    pub elector: Option<ElectorId>,
    /// Who said so: `exact` or `person`.
    pub linked_how: Option<String>,
    /// When.
    pub linked_at: Option<DateTime<Utc>>,
    /// Whether they are under 18.
    pub under_18: bool,
    /// By which channels they agreed to be contacted.
    pub channels: Vec<String>,
    /// The rest, for whoever keeps members.
    pub kept: Option<Entry>,
}

impl Member {
    /// The name.
    pub fn name(&self) -> String {
        format!("{} {}", self.forename, self.surname).trim().to_owned()
    }
}

/// Something that became of a membership.
#[derive(Debug, Clone)]
pub struct Change {
    /// What: `joined`, a state, `moved-branch`, `paid-until`.
    pub what: String,
    /// What it was.
    pub was: String,
    /// What it is.
    pub becomes: String,
    /// Why, when a person did it.
    pub reason: String,
    /// When it was written down.
    pub at: DateTime<Utc>,
    /// The file that said so.
    pub file: Option<String>,
}

impl Change {
    /// In words.
    pub fn words(&self) -> String {
        let day = |text: &str| text.parse::<NaiveDate>().map(words::date).unwrap_or_else(|_| "not known".into());
        match self.what.as_str() {
            "joined" if self.becomes.is_empty() => "Became known as a member".into(),
            "joined" => format!("Joined on {}", day(&self.becomes)),
            "paid-until" => format!("Paid until {}", day(&self.becomes)),
            "moved-branch" => format!("Moved from {} to {}", self.was, self.becomes),
            state => State::parse(state).map_or_else(|| state.to_owned(), |s| s.title().to_owned()),
        }
    }
}

/// What somebody agreed to or took back.
#[derive(Debug, Clone)]
pub struct Consent {
    /// The channel.
    pub channel: String,
    /// Agreed, or taken back.
    pub given: bool,
    /// What they were asked, or said.
    pub wording: String,
    /// Where.
    pub source: String,
    /// When they said it.
    pub said_at: DateTime<Utc>,
}

/// A note of one purpose.
#[derive(Debug, Clone)]
pub struct Note {
    /// What it says.
    pub words: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A member's page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The member.
    pub member: Member,
    /// What became of the membership, the newest first; none for an organiser.
    pub changes: Vec<Change>,
    /// What they agreed to, the newest first.
    pub consents: Vec<Consent>,
    /// Notes of the reader's purpose, the newest first.
    pub notes: Vec<Note>,
    /// How many pairs with electors wait for a person.
    pub pairs: i64,
    /// What they did: events, shifts, doors.
    pub did: Attended,
}

/// A member of one's areas, with all that is kept, for whoever keeps members.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn kept(scope: &mut Scoped, person: Uuid) -> Result<Member, Error> {
    let mut member = known(scope, person).await?;
    member.kept = Some(
        sqlx::query_as!(
            Entry,
            r#"select p.person_id as "person_id!", p.area_id as "area_id!", p.forename as "forename!", p.surname as "surname!",
                 p.name_key as "name_key!", p.forename_key as "forename_key!", m.surname_key as "surname_key!",
                 m.first_key as "first_key!", m.home_key as "home_key!",
                 coalesce(c.email, '') as "email!", coalesce(c.email_key, '') as "email_key!",
                 coalesce(c.mobile, '') as "mobile!", coalesce(c.phone, '') as "phone!", coalesce(c.address, '{}') as "address!",
                 coalesce(c.postcode, '') as "postcode!", coalesce(c.postcode_key, '') as "postcode_key!", c.born_on as "born_on?",
                 m.number as "number!", m.kind as "kind!", m.joined_on as "joined_on?", m.paid_until as "paid_until?",
                 m.state as "state!", m.standing as "standing!", m.branch as "branch!"
               from member m join person p using (person_id) left join person_contact c using (person_id)
               where m.person_id = $1"#,
            person
        )
        .fetch_one(scope.connection())
        .await?,
    );
    Ok(member)
}

/// A member of one's areas, as far as an organiser knows them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn known(scope: &mut Scoped, person: Uuid) -> Result<Member, Error> {
    let r = sqlx::query!(
        r#"select p.person_id, p.area_id, a.name as area, p.forename, p.surname, m.state as "state: State", m.branch,
             p.partition_id, p.elector_id, p.linked_how, p.linked_at, wall.is_minor(p.person_id) as "under_18!", p.channels
           from member m join person p using (person_id) join area a on a.area_id = p.area_id where m.person_id = $1"#,
        person
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Member {
        person: r.person_id,
        area_id: r.area_id,
        area: r.area,
        forename: r.forename,
        surname: r.surname,
        state: r.state,
        branch: r.branch,
        elector: r.partition_id.zip(r.elector_id).map(|(partition, id)| ElectorId { partition, id }),
        linked_how: r.linked_how,
        linked_at: r.linked_at,
        under_18: r.under_18,
        channels: r.channels,
        kept: None,
    })
}

/// The whole page of a member, for whoever keeps members.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn page(scope: &mut Scoped, person: Uuid) -> Result<Seen<Page>, Error> {
    let member = kept(scope, person).await?;
    let changes = sqlx::query_as!(
        Change,
        r#"select c.what, c.was, c.becomes, c.reason, c.at, i.file_name as "file?"
           from member_change c left join member_import i using (import_id) where c.person_id = $1 order by c.change_id desc limit 100"#,
        person
    )
    .fetch_all(scope.connection())
    .await?;
    let pairs = sqlx::query_scalar!(
        r#"select count(*) as "n!" from member_match where person_id = $1 and state = 'open'"#,
        person
    )
    .fetch_one(scope.connection())
    .await?;
    let (consents, notes) = (consents(scope, person).await?, notes(scope, person, "membership").await?);
    let did = attended::of(scope, person).await?;
    Ok(Seen::helpers(Page { member, changes, consents, notes, pairs, did }, [person]))
}

/// The page as an organiser sees it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn page_for_organiser(scope: &mut Scoped, person: Uuid) -> Result<Seen<Page>, Error> {
    let member = known(scope, person).await?;
    let (consents, notes) = (consents(scope, person).await?, notes(scope, person, "campaigning").await?);
    let did = attended::of(scope, person).await?;
    Ok(Seen::helpers(Page { member, changes: Vec::new(), consents, notes, pairs: 0, did }, [person]))
}

async fn consents(scope: &mut Scoped, person: Uuid) -> Result<Vec<Consent>, Error> {
    Ok(sqlx::query_as!(
        Consent,
        "select channel, given, wording, source, said_at from person_consent where person_id = $1
         order by recorded_at desc, consent_id desc limit 100",
        person
    )
    .fetch_all(scope.connection())
    .await?)
}

async fn notes(scope: &mut Scoped, person: Uuid, purpose: &str) -> Result<Vec<Note>, Error> {
    Ok(sqlx::query_as!(
        Note,
        "select words, at from person_note where person_id = $1 and purpose = $2 order by at desc, note_id desc limit 100",
        person,
        purpose
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Writes down what a member agreed to or took back. Nothing is changed: the newest holds.
///
/// # Errors
/// What the database says.
pub async fn record_consent(scope: &mut Scoped, member: &Member, consent: &Consent) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source, said_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        Uuid::now_v7(),
        member.person,
        member.area_id,
        consent.channel,
        consent.given,
        consent.wording,
        consent.source,
        consent.said_at,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Writes a note for a purpose.
///
/// # Errors
/// What the database says.
pub async fn add_note(scope: &mut Scoped, member: &Member, purpose: &str, note: &str) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into person_note (note_id, person_id, area_id, purpose, words, by_account) values ($1, $2, $3, $4, $5, $6)",
        Uuid::now_v7(),
        member.person,
        member.area_id,
        purpose,
        note,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Says how a membership stands now, and why; access that depends on it follows at once. Answers how many ended.
///
/// # Errors
/// What the database says.
pub async fn set_state(scope: &mut Scoped, member: &Member, state: State, why: &str) -> Result<usize, Error> {
    apply::because(scope, None, why).await?;
    sqlx::query!("update member set state = $2 where person_id = $1", member.person, state.as_str())
        .execute(scope.connection())
        .await?;
    follow(scope, member, state.standing()).await
}

/// Records that somebody paid until a day: who had lapsed is current again.
///
/// # Errors
/// What the database says.
pub async fn pay(scope: &mut Scoped, member: &Member, until: NaiveDate, why: &str) -> Result<(), Error> {
    apply::because(scope, None, why).await?;
    let back = member.state == State::Lapsed && until >= today();
    sqlx::query!(
        "update member set paid_until = $2, state = case when $3 then 'current' else state end where person_id = $1",
        member.person,
        until,
        back
    )
    .execute(scope.connection())
    .await?;
    if back {
        follow(scope, member, Standing::Current).await?;
    }
    Ok(())
}

async fn follow(scope: &mut Scoped, member: &Member, standing: Standing) -> Result<usize, Error> {
    let email = member.kept.as_ref().map(|k| k.email_key.clone()).unwrap_or_default();
    // Couples share an address: the best of those on it counts, as it does of a file.
    let another = sqlx::query_scalar!(
        r#"select exists (select from member m join person_contact c using (person_id)
             where c.email_key = $1 and $1 <> '' and m.person_id <> $2 and m.state = 'current') as "is!""#,
        email,
        member.person
    )
    .fetch_one(scope.connection())
    .await?;
    let standing = if another { Standing::Current } else { standing };
    let accounts = sqlx::query_scalar!(
        r#"select account_id as "account!" from wall.accounts_of_members($1)"#,
        &[email].into_iter().filter(|e| !e.is_empty()).collect::<Vec<_>>()
    )
    .fetch_all(scope.connection())
    .await?;
    let standings: Vec<_> = accounts.into_iter().map(|account| (account, standing)).collect();
    // One person, named by a person: more than one in twenty says nothing here.
    Ok(membership::apply(scope, &standings, true).await?.ending())
}
