//! What is on record of exports.

use crate::database::Scoped;
use crate::electors::find::intention_filter;
use crate::error::Error;
use crate::exports::{Choice, Exportable, FETCHES, Format, Purpose};
use crate::web::words;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An export as it stands.
#[derive(Debug, Clone)]
pub struct Export {
    /// Its number, which stands in its file too.
    pub number: i64,
    /// Who asked.
    pub account: Uuid,
    /// Their name.
    pub asker: String,
    /// The area's name.
    pub area: String,
    /// What was chosen.
    pub choice: Choice,
    /// The district's or the list's name, where one was chosen and the reader may know it.
    pub named: Option<String>,
    /// The districts that it may reach, at most.
    pub districts: Vec<i32>,
    /// The columns' words.
    pub columns: Vec<String>,
    /// In which form.
    pub format: Format,
    /// What for.
    pub purpose: Purpose,
    /// Why, in their words.
    pub reason: String,
    /// For how many days.
    pub days: i16,
    /// How many people when it was asked for.
    pub people: i32,
    /// The limit then.
    pub most: i32,
    /// Whether a second person decides.
    pub needs_approval: bool,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// Until when it can be decided.
    pub lapses_at: DateTime<Utc>,
    /// `approved` or `refused`.
    pub verdict: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// By whom; None: the operator, or nobody.
    pub decider: Option<String>,
    /// What they said.
    pub decided_reason: Option<String>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Until when it can be fetched.
    pub expires_at: Option<DateTime<Utc>>,
    /// How often it was fetched, and when last.
    pub fetched: i64,
    /// When last.
    pub fetched_at: Option<DateTime<Utc>>,
}

/// How an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Somebody must decide.
    Waiting,
    /// It can be fetched.
    Ready,
    /// Fetched as often as may be.
    Used,
    /// Its days are over.
    Expired,
    /// Refused.
    Refused,
    /// Nobody decided in a week.
    Lapsed,
    /// Taken back.
    Withdrawn,
}

impl State {
    /// A word or two.
    pub fn title(self) -> &'static str {
        match self {
            State::Waiting => "Waits for approval",
            State::Ready => "Ready",
            State::Used => "Fetched",
            State::Expired => "Over",
            State::Refused => "Refused",
            State::Lapsed => "Nobody answered",
            State::Withdrawn => "Withdrawn",
        }
    }

    /// The class of its tag.
    pub fn class(self) -> &'static str {
        match self {
            State::Waiting => "tag warn",
            State::Ready => "tag good",
            State::Refused => "tag bad",
            _ => "tag",
        }
    }
}

impl Export {
    /// How it stands now.
    pub fn state(&self) -> State {
        let now = Utc::now();
        match (self.verdict.as_deref(), self.expires_at) {
            _ if self.withdrawn_at.is_some() => State::Withdrawn,
            (Some("refused"), _) => State::Refused,
            (None, _) if self.needs_approval && self.lapses_at <= now => State::Lapsed,
            (None, _) if self.needs_approval => State::Waiting,
            _ if self.fetched >= FETCHES => State::Used,
            (_, Some(at)) if at > now => State::Ready,
            _ => State::Expired,
        }
    }

    /// What it is of.
    pub fn exportable(&self) -> &'static dyn Exportable {
        self.choice.exportable()
    }

    /// What was chosen, in words, for whoever asked or decides: a search's words are among them.
    pub fn chosen(&self) -> String {
        let place = || self.named.clone().unwrap_or_else(|| words::within(&self.area));
        match &self.choice {
            Choice::Search { words, intention, asked, gone, .. } => {
                let mut said = vec![match (gone, words.trim()) {
                    (true, _) => "words that are not kept any more".to_owned(),
                    (_, "") => "everybody".to_owned(),
                    (_, words) => format!("“{words}”"),
                }];
                said.extend(intention_words(intention));
                said.extend(match asked.as_str() {
                    "never" => Some("never asked".to_owned()),
                    "not-90" => Some("not asked for 90 days".to_owned()),
                    "in-30" => Some("asked in the last 30 days".to_owned()),
                    _ => None,
                });
                format!("Electors of a search in {}: {}", place(), said.join(", "))
            }
            Choice::Districts { district: Some(_) } => format!("Everybody in {}", place()),
            Choice::Districts { district: None } => format!("Everybody in {}", words::within(&self.area)),
            Choice::List { .. } => {
                format!("Results of the walk list {}", self.named.as_deref().unwrap_or("that ended"))
            }
            Choice::Selection { version, homes, .. } => format!(
                "Electors of the selection {}, version {version}{}",
                self.named.as_deref().unwrap_or("that is gone"),
                if *homes { ", a line a home" } else { "" }
            ),
            Choice::Figures { kind } => format!(
                "Figures by district in {}, {} elections",
                words::within(&self.area),
                crate::electors::history::kind_title(kind).to_lowercase()
            ),
        }
    }

    /// What it holds, in words that name nobody, for letters and for records that others read.
    pub fn about(&self) -> String {
        format!("{}, {}", self.exportable().frame().title, self.area)
    }

    /// "812 people".
    pub fn size(&self) -> String {
        let (one, many) = self.exportable().frame().unit;
        if self.exportable().frame().holds_people { words::count(self.people, one, many) } else { "no people".into() }
    }

    /// The columns' heads.
    pub fn heads(&self) -> String {
        let head = |key: &String| self.exportable().frame().columns.iter().find(|c| c.key == key).map(|c| c.head);
        self.columns.iter().filter_map(head).collect::<Vec<_>>().join(", ")
    }

    /// Who approved or refused it.
    pub fn decided_by(&self) -> &str {
        self.decider.as_deref().unwrap_or("the operator")
    }
}

fn intention_words(filter: &str) -> Option<String> {
    match filter.split_once(':') {
        _ if filter == "unknown" => Some("intention not known".into()),
        Some(("group", "promises")) => Some("promises".into()),
        Some((_, what)) if intention_filter(filter, &[]) != crate::electors::arrange::Intention::Any => {
            Some(format!("intention {what}"))
        }
        _ => None,
    }
}

/// Which come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest.
    #[default]
    Newest,
    /// Of the most people.
    Largest,
    /// By who asked.
    Asker,
}

impl Order {
    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Order::Newest => "newest",
            Order::Largest => "largest",
            Order::Asker => "asker",
        }
    }

    /// The order of this word; anything else is the usual one.
    pub fn parse(word: &str) -> Self {
        [Order::Largest, Order::Asker].into_iter().find(|o| o.as_str() == word).unwrap_or_default()
    }
}

struct Line {
    number: i64,
    account: Uuid,
    asker: String,
    area: String,
    choice: serde_json::Value,
    named: Option<String>,
    districts: Vec<i32>,
    columns: Vec<String>,
    format: String,
    purpose: String,
    reason: String,
    days: i16,
    people: i32,
    most: i32,
    needs_approval: bool,
    asked_at: DateTime<Utc>,
    lapses_at: DateTime<Utc>,
    verdict: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    decider: Option<String>,
    decided_reason: Option<String>,
    withdrawn_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    fetched: i64,
    fetched_at: Option<DateTime<Utc>>,
}

impl Line {
    fn export(self) -> Export {
        Export {
            number: self.number,
            account: self.account,
            asker: self.asker,
            area: self.area,
            // A row that somebody wrote by hand must not take the page away from the others.
            choice: serde_json::from_value(self.choice).unwrap_or_else(|_| Choice::gone()),
            named: self.named,
            districts: self.districts,
            columns: self.columns,
            format: Format::parse(&self.format).unwrap_or_default(),
            purpose: Purpose::parse(&self.purpose).unwrap_or(Purpose::Checking),
            reason: self.reason,
            days: self.days,
            people: self.people,
            most: self.most,
            needs_approval: self.needs_approval,
            asked_at: self.asked_at,
            lapses_at: self.lapses_at,
            verdict: self.verdict,
            decided_at: self.decided_at,
            decider: self.decider,
            decided_reason: self.decided_reason,
            withdrawn_at: self.withdrawn_at,
            expires_at: self.expires_at,
            fetched: self.fetched,
            fetched_at: self.fetched_at,
        }
    }
}

/// One of them, of an account, of others, those that wait: None asks for no such thing.
#[derive(Default)]
struct Wanted {
    number: Option<i64>,
    of: Option<Uuid>,
    of_others: Option<Uuid>,
    order: Order,
    skip: i64,
    take: i64,
}

/// Reads what the reader's own row security lets through.
async fn read(scope: &mut Scoped, wanted: Wanted) -> Result<Vec<Export>, Error> {
    let rows = sqlx::query_as!(
        Line,
        r#"select e.export_id as "number", e.account_id as account, coalesce(w.name, '') as "asker!", a.name as area,
             e.choice,
             coalesce(l.name, c.name, nullif(trim(d.letters || ' ' || d.name), '')) as "named?", e.districts, e.columns, e.format, e.purpose,
             e.reason, e.days, e.people, e.most, e.needs_approval, e.asked_at, e.lapses_at, e.verdict, e.decided_at,
             x.name as "decider?", e.decided_reason, e.withdrawn_at, e.expires_at,
             (select count(*) from export_fetch f where f.export_id = e.export_id) as "fetched!",
             (select max(f.at) from export_fetch f where f.export_id = e.export_id) as "fetched_at?"
           from (
             -- The page first: names are looked up of what is on it.
             select e.export_id, row_number() over (order by case $4 when 'largest' then e.people end desc nulls last,
               case $4 when 'asker' then (select lower(n.name) from wall.export_name(e.account_id) n (name)) end,
               e.asked_at desc, e.export_id desc) as place
             from export e
             where ($1::bigint is null or e.export_id = $1) and ($2::uuid is null or e.account_id = $2)
               and ($3::uuid is null or e.account_id <> $3)
             order by place offset $5 limit $6
           ) page join export e using (export_id) join area a on a.area_id = e.area_id
           left join district d on d.area_no = (e.choice ->> 'district')::integer
           left join walk_list l on e.what = 'list' and l.partition_id = split_part(e.choice ->> 'list', '.', 1)::integer
             and l.list_id = split_part(e.choice ->> 'list', '.', 2)::bigint
           left join lateral (select n.name from wall.selection_name((e.choice ->> 'selection')::uuid,
             (e.choice ->> 'version')::integer) n (name) where e.what = 'selection') c on true
           left join lateral (select n.name from wall.export_name(e.account_id) n (name)) w on true
           left join lateral (select n.name from wall.export_name(e.decided_by) n (name)) x on true
           order by page.place"#,
        wanted.number,
        wanted.of,
        wanted.of_others,
        wanted.order.as_str(),
        wanted.skip,
        if wanted.take > 0 { wanted.take } else { 1 }
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(Line::export).collect())
}

/// One export that the reader may see.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(scope: &mut Scoped, number: i64) -> Result<Export, Error> {
    read(scope, Wanted { number: Some(number), ..Wanted::default() }).await?.pop().ok_or(Error::NotFound)
}

/// One's own, the newest first; fifty from `skip` on, and how many there are.
///
/// # Errors
/// What the database says.
pub async fn mine(scope: &mut Scoped, skip: i64) -> Result<(Vec<Export>, i64), Error> {
    let me = scope.account().unwrap_or_default();
    let total = sqlx::query_scalar!(r#"select count(*) as "n!" from export where account_id = $1"#, me)
        .fetch_one(scope.connection())
        .await?;
    let wanted = Wanted { of: Some(me), skip, take: crate::web::paging::SIZE, ..Wanted::default() };
    Ok((read(scope, wanted).await?, total))
}

/// Others' that an organiser may decide, or has decided; those that wait first. A hundred.
///
/// # Errors
/// What the database says.
pub async fn to_decide(scope: &mut Scoped) -> Result<Vec<Export>, Error> {
    let wanted = Wanted { of_others: scope.account(), take: 100, ..Wanted::default() };
    let mut all = read(scope, wanted).await?;
    all.sort_by_key(|e| e.state() != State::Waiting);
    Ok(all)
}

/// How many wait for a decision, of those that the reader may see.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from export
           where needs_approval and verdict is null and withdrawn_at is null and lapses_at > now()"#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Every export, fifty from `skip` on, and how many there are.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped, order: Order, skip: i64, take: i64) -> Result<(Vec<Export>, i64), Error> {
    let total = sqlx::query_scalar!(r#"select count(*) as "n!" from export"#).fetch_one(scope.connection()).await?;
    Ok((read(scope, Wanted { order, skip, take, ..Wanted::default() }).await?, total))
}

/// One time that a file was made.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Which, from 1.
    pub nth: i16,
    /// When.
    pub at: DateTime<Utc>,
    /// How many people were in it.
    pub people: i32,
}

/// The times that an export was fetched.
///
/// # Errors
/// What the database says.
pub async fn copies(scope: &mut Scoped, number: i64) -> Result<Vec<Copy>, Error> {
    Ok(sqlx::query_as!(Copy, "select nth, at, people from export_fetch where export_id = $1 order by nth", number)
        .fetch_all(scope.connection())
        .await?)
}

/// A file that an account took away, as its receipt lists it.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The export.
    pub number: i64,
    /// Which copy.
    pub nth: i16,
    /// What it was of.
    pub title: &'static str,
    /// The file's kind.
    pub format: String,
    /// How many people.
    pub people: i32,
    /// When.
    pub at: DateTime<Utc>,
}

/// Everything that an account took away, the newest first.
///
/// # Errors
/// What the database says.
pub async fn fetched_by(scope: &mut Scoped, account: Uuid) -> Result<Vec<Fetched>, Error> {
    let rows = sqlx::query!(
        "select e.export_id, f.nth, e.what, e.format, f.people, f.at from export e join export_fetch f using (export_id)
         where e.account_id = $1 order by f.at desc",
        account
    )
    .fetch_all(scope.connection())
    .await?;
    let title = |what: &str| {
        let frame = crate::exports::ALL.iter().map(|e| e.frame()).find(|frame| frame.what == what);
        frame.map_or("", |frame| frame.title)
    };
    Ok(rows
        .into_iter()
        .map(|r| Fetched {
            number: r.export_id,
            nth: r.nth,
            title: title(&r.what),
            format: r.format,
            people: r.people,
            at: r.at,
        })
        .collect())
}
