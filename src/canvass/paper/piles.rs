//! Piles in the database: made when cards are printed, where each is, who walked with it, and how far it is entered.

use super::items::Progress;
use super::to_the_minute;
use super::walkers::account_names;
use crate::canvass::ListId;
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::code::run_code;
use crate::web::words;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// How many piles that are done or lost stand on the page.
const CLOSED: i64 = 50;
/// How many that are not.
const OPEN: i64 = 500;
/// Why nothing is entered from cards that nobody holds.
const NEVER_PRINTED: &str = "These cards were stopped before they were printed, so that there is nothing to enter from them. Make them again to go on";

/// Where a pile is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// With whoever walks.
    Out,
    /// On the table.
    Back,
    /// Entered, as far as it will be.
    Done,
    /// Nobody knows.
    Lost,
}

impl State {
    /// The word in forms and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Out => "out",
            State::Back => "back",
            State::Done => "done",
            State::Lost => "lost",
        }
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            State::Out => "Out",
            State::Back => "Back",
            State::Done => "Done",
            State::Lost => "Lost",
        }
    }

    /// The state of this word.
    pub fn parse(word: &str) -> Option<State> {
        [State::Out, State::Back, State::Done, State::Lost].into_iter().find(|s| s.as_str() == word)
    }

    /// Whether answers are still entered from it.
    pub fn is_open(self) -> bool {
        matches!(self, State::Out | State::Back)
    }
}

/// A pile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pile {
    /// The run that printed it.
    pub run: i64,
    /// The list that it is of.
    pub list: ListId,
    /// That list's name.
    pub list_name: String,
    /// Where it is.
    pub state: State,
    /// When it was printed.
    pub printed_at: DateTime<Utc>,
    /// When it is to be back.
    pub due_back: DateTime<Utc>,
    /// The account that walked with it, as far as somebody said so.
    pub canvasser: Option<Uuid>,
    /// Or the name of somebody without one.
    pub canvasser_name: String,
    /// When, as far as somebody said so.
    pub canvassed_at: Option<DateTime<Utc>>,
}

impl Pile {
    /// The number at the beginning of its codes.
    pub fn code(&self) -> String {
        run_code(self.run)
    }

    /// When its answers were given: as somebody said, else when it was printed.
    pub fn at(&self) -> DateTime<Utc> {
        to_the_minute(self.canvassed_at.unwrap_or(self.printed_at))
    }

    /// Whether it is to be back by now and is not.
    pub fn is_overdue(&self) -> bool {
        self.state == State::Out && self.due_back < Utc::now()
    }

    /// When it is due, in words.
    pub fn due(&self) -> String {
        match self.state {
            State::Out if self.is_overdue() => format!("Overdue since {}", words::moment(self.due_back)),
            State::Out => format!("Due back {}", words::until(self.due_back)),
            state => state.title().to_owned(),
        }
    }
}

struct Row {
    run_no: i64,
    partition_id: i32,
    list_id: i64,
    list_name: String,
    state: String,
    printed_at: DateTime<Utc>,
    due_back: DateTime<Utc>,
    canvasser: Option<Uuid>,
    canvasser_name: String,
    canvassed_at: Option<DateTime<Utc>>,
}

impl From<Row> for Pile {
    fn from(row: Row) -> Self {
        Pile {
            run: row.run_no,
            list: ListId { partition: row.partition_id, id: row.list_id },
            list_name: row.list_name,
            // The database holds these words alone.
            state: State::parse(&row.state).unwrap_or(State::Lost),
            printed_at: row.printed_at,
            due_back: row.due_back,
            canvasser: row.canvasser,
            canvasser_name: row.canvasser_name,
            canvassed_at: row.canvassed_at,
        }
    }
}

/// Puts down that a run's cards go out as a pile of this list, in the transaction that begins the run. From now on its people
/// are on no new list (the view `on_paper`).
///
/// # Errors
/// [`Error::Forbidden`] when the list is outside the area in use.
pub async fn open(scope: &mut Scoped, run: i64, list: ListId, due_back: DateTime<Utc>) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into pile (run_no, partition_id, list_id, due_back, made_by) values ($1, $2, $3, $4, $5)",
        run,
        list.partition,
        list.id,
        due_back,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// One pile of the area in use, if there is such a one.
///
/// # Errors
/// [`Error::Conflict`], in words, when its cards never came out of the press.
pub async fn find(scope: &mut Scoped, run: i64) -> Result<Option<Pile>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select p.run_no, p.partition_id, p.list_id, l.name as list_name, p.state, p.printed_at, p.due_back, p.canvasser,
           p.canvasser_name, p.canvassed_at
         from pile p join walk_list l on l.partition_id = p.partition_id and l.list_id = p.list_id
         where p.run_no = $1",
        run
    )
    .fetch_optional(scope.connection())
    .await?;
    if row.is_some() && never_printed(scope, run).await? {
        return Err(Error::Conflict(NEVER_PRINTED.into()));
    }
    Ok(row.map(Pile::from))
}

/// Whether a run failed or was stopped, so that nobody holds its cards. The run may be a wider area's, and unseen from here.
async fn never_printed(scope: &mut Scoped, run: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.came_to_nothing($1) as "never!""#, run).fetch_one(scope.connection()).await?)
}

/// One pile of the area in use.
///
/// # Errors
/// [`Error::NotFound`] outside it; as [`find`].
pub async fn one(scope: &mut Scoped, run: i64) -> Result<Pile, Error> {
    find(scope, run).await?.ok_or(Error::NotFound)
}

/// A pile as the page of all shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The pile.
    pub pile: Pile,
    /// How far it is.
    pub progress: Progress,
    /// People who were spoken with.
    pub spoke: i64,
    /// Answers that nobody was at home.
    pub not_home: i64,
    /// Who has it, or walked with it.
    pub who: String,
}

struct ListedRow {
    run_no: i64,
    partition_id: i32,
    list_id: i64,
    list_name: String,
    state: String,
    printed_at: DateTime<Utc>,
    due_back: DateTime<Utc>,
    canvasser: Option<Uuid>,
    canvasser_name: String,
    canvassed_at: Option<DateTime<Utc>>,
    items: i64,
    entered: i64,
    spoke: i64,
    not_home: i64,
    holder: Option<Uuid>,
}

/// The piles of the area in use: what is overdue first, then what is out or back by when it is due, then what was done or
/// lost last. Of one list where it is named.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped, of: Option<ListId>) -> Result<Vec<Listed>, Error> {
    let rows = sqlx::query_as!(
        ListedRow,
        r#"with chosen as materialized (
             (select p.run_no, p.partition_id, p.list_id, p.state, p.printed_at, p.due_back, p.canvasser, p.canvasser_name,
                p.canvassed_at, true as open
              from pile p
              where p.state in ('out', 'back') and ($1::integer is null or (p.partition_id = $1 and p.list_id = $2))
                and not wall.came_to_nothing(p.run_no)
              order by p.due_back limit $3)
             union all
             (select p.run_no, p.partition_id, p.list_id, p.state, p.printed_at, p.due_back, p.canvasser, p.canvasser_name,
                p.canvassed_at, false
              from pile p
              where p.state in ('done', 'lost') and ($1::integer is null or (p.partition_id = $1 and p.list_id = $2))
              order by p.changed_at desc nulls last limit $4)
           )
           select c.run_no as "run_no!", c.partition_id as "partition_id!", c.list_id as "list_id!", l.name as list_name,
             c.state as "state!", c.printed_at as "printed_at!", c.due_back as "due_back!", c.canvasser as "canvasser?",
             c.canvasser_name as "canvasser_name!", c.canvassed_at as "canvassed_at?",
             (select count(*) from material_item i where i.run_no = c.run_no) as "items!",
             (select count(*) from paper_entered x where x.run_no = c.run_no) as "entered!",
             said.spoke as "spoke!", said.not_home as "not_home!",
             (select a.account_id from assignment a where a.partition_id = c.partition_id and a.list_id = c.list_id
              order by a.ends_at desc, a.assigned_at desc limit 1) as "holder?"
           from chosen c
           join walk_list l on l.partition_id = c.partition_id and l.list_id = c.list_id
           cross join lateral (
             select count(*) filter (where s.outcome = 'spoke') as spoke, count(*) filter (where s.outcome = 'not-home') as not_home
             from paper_entry e join standing_result s on s.partition_id = e.partition_id and s.id = e.result_id
             where e.run_no = c.run_no) said
           order by c.open desc, (c.state = 'out' and c.due_back < now()) desc, c.due_back, c.run_no"#,
        of.map(|list| list.partition),
        of.map(|list| list.id),
        OPEN,
        CLOSED
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().flat_map(|r| [r.canvasser, r.holder]).flatten().collect();
    let names = account_names(scope, &accounts).await?;
    Ok(rows.into_iter().map(|row| row.listed(&names)).collect())
}

impl ListedRow {
    fn listed(self, names: &HashMap<Uuid, String>) -> Listed {
        let who = match (self.canvasser.or(self.holder), self.canvasser_name.as_str()) {
            (_, name) if !name.is_empty() => name.to_owned(),
            (Some(account), _) => names.get(&account).cloned().unwrap_or_default(),
            (None, _) => String::new(),
        };
        let row = Row {
            run_no: self.run_no,
            partition_id: self.partition_id,
            list_id: self.list_id,
            list_name: self.list_name,
            state: self.state,
            printed_at: self.printed_at,
            due_back: self.due_back,
            canvasser: self.canvasser,
            canvasser_name: self.canvasser_name,
            canvassed_at: self.canvassed_at,
        };
        Listed {
            pile: row.into(),
            progress: Progress { items: self.items, entered: self.entered },
            spoke: self.spoke,
            not_home: self.not_home,
            who,
        }
    }
}

impl Listed {
    /// The entered part of the bar, of 100.
    pub fn bar(&self) -> String {
        (self.progress.entered * 100 / self.progress.items.max(1)).to_string()
    }
}

/// "2 piles on paper: 34 of 80 entered", for the list's own page; nothing where none is out or back.
///
/// # Errors
/// What the database says.
pub async fn line_of(scope: &mut Scoped, list: ListId) -> Result<Option<String>, Error> {
    let piles = all(scope, Some(list)).await?;
    let open: Vec<&Listed> = piles.iter().filter(|p| p.pile.state.is_open()).collect();
    if open.is_empty() {
        return Ok(None);
    }
    let sum = |of: fn(&Progress) -> i64| open.iter().map(|p| of(&p.progress)).sum::<i64>();
    let (entered, items) = (sum(|p| p.entered), sum(|p| p.items));
    let piles = words::count(open.len(), "pile", "piles");
    Ok(Some(format!("{piles} on paper: {} of {} entered", words::figure(entered), words::figure(items))))
}

/// Puts down where a pile is.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn set_state(scope: &mut Scoped, run: i64, state: State) -> Result<(), Error> {
    let by = scope.account();
    let done = sqlx::query!(
        "update pile set state = $2, changed_by = $3, changed_at = statement_timestamp() where run_no = $1",
        run,
        state.as_str(),
        by
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound) }
}
