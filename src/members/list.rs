//! The list of members: which of them, in which order, and how many of each kind there are.

use super::State;
use crate::database::{Scoped, Seen};
use crate::electors::folding::fold;
use crate::error::Error;
use crate::web::paging::{self, Paging};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Which members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Current ones, suspended ones among them.
    Current,
    /// Who joined in the last 90 days.
    Joined,
    /// Whose membership ends within 60 days.
    Lapsing,
    /// Who did not renew.
    Lapsed,
    /// Who came from another branch in the last 90 days.
    MovedIn,
    /// Who is current and not found on the register.
    OffRegister,
    /// Who is current and never came to an event.
    NeverSeen,
    /// Who resigned or was expelled.
    Left,
}

impl Tab {
    /// Every one, in the order of the page.
    pub const ALL: [Tab; 8] = [
        Tab::Current,
        Tab::Joined,
        Tab::Lapsing,
        Tab::Lapsed,
        Tab::MovedIn,
        Tab::OffRegister,
        Tab::NeverSeen,
        Tab::Left,
    ];
    /// What an organiser sees: not since when, nor until when.
    pub const ORGANISERS: [Tab; 4] = [Tab::Current, Tab::Lapsed, Tab::OffRegister, Tab::NeverSeen];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Tab::Current => "current",
            Tab::Joined => "joined",
            Tab::Lapsing => "lapsing",
            Tab::Lapsed => "lapsed",
            Tab::MovedIn => "moved-in",
            Tab::OffRegister => "off-register",
            Tab::NeverSeen => "never-seen",
            Tab::Left => "left",
        }
    }

    /// The word on pages.
    pub fn title(self) -> &'static str {
        match self {
            Tab::Current => "Current",
            Tab::Joined => "Joined lately",
            Tab::Lapsing => "Lapsing",
            Tab::Lapsed => "Lapsed",
            Tab::MovedIn => "Moved in",
            Tab::OffRegister => "Not on the register",
            Tab::NeverSeen => "Never at an event",
            Tab::Left => "Left",
        }
    }

    /// What is in it, for the empty list.
    pub fn about(self) -> &'static str {
        match self {
            Tab::Current => "Everybody whose membership is current stands here.",
            Tab::Joined => "Who joined in the last 90 days stands here.",
            Tab::Lapsing => "Whose membership ends within 60 days stands here.",
            Tab::Lapsed => "Who has not renewed stands here.",
            Tab::MovedIn => "Who came from another branch in the last 90 days stands here.",
            Tab::OffRegister => "Current members who were not found on the register stand here.",
            Tab::NeverSeen => "Current members who never came to an event stand here.",
            Tab::Left => "Who resigned or was expelled stands here.",
        }
    }

    /// The one of this word among those offered; the first otherwise.
    pub fn asked(word: &str, offered: &[Tab]) -> Tab {
        offered.iter().copied().find(|t| t.as_str() == word).unwrap_or(Tab::Current)
    }
}

/// The orders of the list, as addresses write them; with a minus the other way round.
pub const ORDERS: [&str; 8] = ["name", "-name", "number", "-number", "joined", "-joined", "paid", "-paid"];

/// The order of this word; by name otherwise.
pub fn order(word: &str) -> &'static str {
    ORDERS.into_iter().find(|o| *o == word).unwrap_or("name")
}

/// A member as the list shows them; an organiser's has neither number nor dates.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Who.
    pub person: Uuid,
    /// Their name.
    pub name: String,
    /// Membership number.
    pub number: String,
    /// Kind of membership.
    pub kind: String,
    /// Member since.
    pub joined_on: Option<NaiveDate>,
    /// Paid until.
    pub paid_until: Option<NaiveDate>,
    /// How it stands.
    pub state: State,
    /// The area they belong to.
    pub area: String,
    /// Whether they were found on the register.
    pub linked: bool,
    /// By which channels they agreed to be contacted.
    pub channels: Vec<String>,
}

impl Listed {
    /// The tag of how the membership stands: late, soon over, or the state.
    pub fn tag(&self) -> (&'static str, String) {
        let days = self.paid_until.map(|until| (until - super::today()).num_days());
        match (self.state, days) {
            (State::Current, Some(days)) if days < 0 => {
                ("bad", format!("{} late", crate::web::words::count(-days, "day", "days")))
            }
            (State::Current, Some(0)) => ("warn", "Renews today".into()),
            (State::Current, Some(days)) if days <= 60 => {
                ("warn", format!("Renews in {}", crate::web::words::count(days, "day", "days")))
            }
            (state, _) => (state.tone(), state.title().into()),
        }
    }

    /// By what they may be contacted, in words.
    pub fn channel_words(&self) -> String {
        let words: Vec<&str> = self.channels.iter().map(|c| super::channel_title(c)).collect();
        words.join(", ")
    }
}

/// How many members there are of each kind.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Current and suspended.
    pub current: i64,
    /// Joined in the last 90 days.
    pub joined: i64,
    /// Lapsing within 60 days.
    pub lapsing: i64,
    /// Current and past the day they paid until.
    pub late: i64,
    /// Lapsed.
    pub lapsed: i64,
    /// Came from elsewhere in the last 90 days.
    pub moved_in: i64,
    /// Current and not on the register.
    pub off_register: i64,
    /// Current and never at an event.
    pub never_seen: i64,
    /// Resigned or expelled.
    pub left: i64,
}

impl Counts {
    /// How many stand in a list.
    pub fn of(&self, tab: Tab) -> i64 {
        match tab {
            Tab::Current => self.current,
            Tab::Joined => self.joined,
            Tab::Lapsing => self.lapsing,
            Tab::Lapsed => self.lapsed,
            Tab::MovedIn => self.moved_in,
            Tab::OffRegister => self.off_register,
            Tab::NeverSeen => self.never_seen,
            Tab::Left => self.left,
        }
    }

    /// Everybody.
    pub fn all(&self) -> i64 {
        self.current + self.lapsed + self.left
    }
}

/// Counts, for a membership secretary. Nobody is shown.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped) -> Result<Counts, Error> {
    Ok(sqlx::query_as!(
        Counts,
        r#"select count(*) filter (where m.state in ('current', 'suspended')) as "current!",
             count(*) filter (where m.state = 'current' and m.joined_on > $1::date - 90) as "joined!",
             count(*) filter (where m.state = 'current' and m.paid_until between $1::date and $1::date + 60) as "lapsing!",
             count(*) filter (where m.state = 'current' and m.paid_until < $1::date) as "late!",
             count(*) filter (where m.state = 'lapsed') as "lapsed!",
             count(*) filter (where m.state = 'current' and exists (select from member_change c where c.person_id = m.person_id
               and c.what = 'moved-branch' and c.at > $1::date - 90)) as "moved_in!",
             count(*) filter (where m.state = 'current' and p.elector_id is null) as "off_register!",
             count(*) filter (where m.state = 'current' and m.person_id not in (select wall.seen_at_events())) as "never_seen!",
             count(*) filter (where m.state in ('resigned', 'expelled')) as "left!"
           from member m join person p using (person_id)"#,
        super::today()
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Counts, for an organiser, who knows how memberships stand and nothing else of them.
///
/// # Errors
/// What the database says.
pub async fn counts_for_organiser(scope: &mut Scoped) -> Result<Counts, Error> {
    let row = sqlx::query!(
        r#"select count(*) filter (where m.state in ('current', 'suspended')) as "current!",
             count(*) filter (where m.state = 'lapsed') as "lapsed!",
             count(*) filter (where m.state = 'current' and p.elector_id is null) as "off_register!",
             count(*) filter (where m.state = 'current' and m.person_id not in (select wall.seen_at_events())) as "never_seen!"
           from member m join person p using (person_id)"#
    )
    .fetch_one(scope.connection())
    .await?;
    let (current, lapsed, off_register, never_seen) = (row.current, row.lapsed, row.off_register, row.never_seen);
    Ok(Counts { current, lapsed, off_register, never_seen, ..Counts::default() })
}

/// A page of a list, for a membership secretary.
///
/// # Errors
/// What the database says.
pub async fn page(scope: &mut Scoped, tab: Tab, order: &str, paging: Paging) -> Result<Seen<Vec<Listed>>, Error> {
    let rows = sqlx::query_as!(
        Listed,
        r#"select p.person_id as person, trim(p.forename || ' ' || p.surname) as "name!", m.number, m.kind, m.joined_on as "joined_on?",
             m.paid_until as "paid_until?", m.state as "state: State", a.name as area, p.elector_id is not null as "linked!", p.channels
           from member m join person p using (person_id) join area a on a.area_id = m.area_id
           where case $1
             when 'current' then m.state in ('current', 'suspended')
             when 'joined' then m.state = 'current' and m.joined_on > $3::date - 90
             when 'lapsing' then m.state = 'current' and m.paid_until between $3::date and $3::date + 60
             when 'lapsed' then m.state = 'lapsed'
             when 'moved-in' then m.state = 'current' and exists (select from member_change c where c.person_id = m.person_id
               and c.what = 'moved-branch' and c.at > $3::date - 90)
             when 'off-register' then m.state = 'current' and p.elector_id is null
             when 'never-seen' then m.state = 'current' and m.person_id not in (select wall.seen_at_events())
             else m.state in ('resigned', 'expelled') end
           order by case $2 when 'number' then m.number end, case $2 when '-number' then m.number end desc,
             case $2 when 'joined' then m.joined_on end nulls last, case $2 when '-joined' then m.joined_on end desc nulls last,
             case $2 when 'paid' then m.paid_until end nulls last, case $2 when '-paid' then m.paid_until end desc nulls last,
             case $2 when '-name' then p.name_key end desc, p.name_key, p.person_id
           offset $4 limit $5"#,
        tab.as_str(),
        order,
        super::today(),
        paging.skip(),
        paging::SIZE
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(seen(rows))
}

/// A page of a list, for an organiser.
///
/// # Errors
/// What the database says.
pub async fn page_for_organiser(
    scope: &mut Scoped,
    tab: Tab,
    order: &str,
    paging: Paging,
) -> Result<Seen<Vec<Listed>>, Error> {
    let rows = sqlx::query_as!(
        Listed,
        r#"select p.person_id as person, trim(p.forename || ' ' || p.surname) as "name!", '' as "number!", '' as "kind!",
             null::date as joined_on, null::date as paid_until, m.state as "state: State", a.name as area,
             p.elector_id is not null as "linked!", p.channels
           from member m join person p using (person_id) join area a on a.area_id = m.area_id
           where case $1 when 'current' then m.state in ('current', 'suspended') when 'lapsed' then m.state = 'lapsed'
             when 'never-seen' then m.state = 'current' and m.person_id not in (select wall.seen_at_events())
             else m.state = 'current' and p.elector_id is null end
           order by case $2 when '-name' then p.name_key end desc, p.name_key, p.person_id
           offset $3 limit $4"#,
        tab.as_str(),
        order,
        paging.skip(),
        paging::SIZE
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(seen(rows))
}

/// The first members whom words find: by how name, number, email address or postcode begins.
///
/// # Errors
/// What the database says.
pub async fn search(scope: &mut Scoped, words: &str) -> Result<Seen<Vec<Listed>>, Error> {
    let (key, bare) = (fold(words), words.trim());
    let postcode: String = bare.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let rows = sqlx::query_as!(
        Listed,
        r#"select p.person_id as person, trim(p.forename || ' ' || p.surname) as "name!", m.number, m.kind, m.joined_on as "joined_on?",
             m.paid_until as "paid_until?", m.state as "state: State", a.name as area, p.elector_id is not null as "linked!", p.channels
           from member m join person p using (person_id) join area a on a.area_id = m.area_id
             left join person_contact c using (person_id)
           where $1 <> '' and (p.name_key ^@ $1 or p.forename_key ^@ $1 or m.number ^@ $2 or m.number ^@ upper($2)
             or c.email_key ^@ lower($2) or (length($3) > 2 and c.postcode_key ^@ $3))
           order by p.name_key, p.person_id limit $4"#,
        key,
        bare,
        postcode,
        paging::SIZE
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(searched(rows))
}

/// The same for an organiser, by name alone.
///
/// # Errors
/// What the database says.
pub async fn search_for_organiser(scope: &mut Scoped, words: &str) -> Result<Seen<Vec<Listed>>, Error> {
    let rows = sqlx::query_as!(
        Listed,
        r#"select p.person_id as person, trim(p.forename || ' ' || p.surname) as "name!", '' as "number!", '' as "kind!",
             null::date as joined_on, null::date as paid_until, m.state as "state: State", a.name as area,
             p.elector_id is not null as "linked!", p.channels
           from member m join person p using (person_id) join area a on a.area_id = m.area_id
           where $1 <> '' and (p.name_key ^@ $1 or p.forename_key ^@ $1)
           order by p.name_key, p.person_id limit $2"#,
        fold(words),
        paging::SIZE
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(searched(rows))
}

/// Something that became of a membership lately.
#[derive(Debug, Clone)]
pub struct Lately {
    /// Whose.
    pub person: Uuid,
    /// Their name.
    pub name: String,
    /// What: `joined`, a state, `moved-branch`, `paid-until`.
    pub what: String,
    /// What it was.
    pub was: String,
    /// What it is.
    pub becomes: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What changed last, payments left out.
///
/// # Errors
/// What the database says.
pub async fn lately(scope: &mut Scoped, take: i64) -> Result<Seen<Vec<Lately>>, Error> {
    let rows = sqlx::query_as!(
        Lately,
        r#"select c.person_id as person, trim(p.forename || ' ' || p.surname) as "name!", c.what, c.was, c.becomes, c.at
           from member_change c join person p using (person_id)
           where c.what <> 'paid-until' and c.at > now() - interval '31 days'
           order by c.change_id desc limit $1"#,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let people: Vec<Uuid> = rows.iter().map(|r| r.person).collect();
    Ok(Seen::helpers(rows, people))
}

fn seen(rows: Vec<Listed>) -> Seen<Vec<Listed>> {
    let people: Vec<Uuid> = rows.iter().map(|r| r.person).collect();
    Seen::helpers(rows, people)
}

fn searched(rows: Vec<Listed>) -> Seen<Vec<Listed>> {
    let people = rows.iter().map(|r| r.person).collect();
    let looked = crate::database::Looked { what: crate::database::What::Search, people, ..Default::default() };
    Seen::new(rows, looked)
}
