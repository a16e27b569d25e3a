//! `hustings walk-list …`: lists by the operator, on record as such. They are made and given by the same functions as
//! on the pages.

use super::Operation;
use crate::access::Permission;
use crate::areas;
use crate::canvass::ListId;
use crate::canvass::lists::choices::{Asked, Choices};
use crate::canvass::lists::choose::{self, Place};
use crate::canvass::lists::{MOST_DOORS_AT_ONCE, SideOrder, assign, assign_pages, make, store};
use crate::database::Scoped;
use crate::electors::folding::fold;
use crate::error::Error;
use chrono::Utc;
use serde_json::json;

/// Walk lists: doors in walking order, given to volunteers until a time.
#[derive(Debug, clap::Subcommand)]
pub enum WalkList {
    /// Make one list of an area, or of some of its streets; prints its id.
    Add {
        /// What the list is called.
        #[arg(long)]
        name: String,
        /// The area: a GSS code, a short name, or a district's letters.
        #[arg(long)]
        area: String,
        /// A street of the area; may be given again. Without it, all streets.
        #[arg(long)]
        street: Vec<String>,
    },
    /// Give a list to a volunteer until a time.
    Assign {
        /// The list.
        id: String,
        /// The volunteer's email address.
        #[arg(long)]
        email: String,
        /// Until when: RFC 3339, or `2026-11-24 20:30` by the United Kingdom's clock.
        #[arg(long)]
        until: String,
    },
    /// Print every list that has not ended.
    List,
}

/// Runs one of them.
///
/// # Errors
/// What the page would say.
pub async fn run(operation: &Operation, command: WalkList) -> Result<(), Error> {
    match command {
        WalkList::Add { name, area, street } => add(operation, &name, &area, &street).await,
        WalkList::Assign { id, email, until } => assign_list(operation, &id, &email, &until).await,
        WalkList::List => list(operation).await,
    }
}

async fn add(operation: &Operation, name: &str, area: &str, streets: &[String]) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::MakeWalkLists).await?;
    let place = place(&mut scope, area).await?;
    let wanted = wanted(&mut scope, &place, streets).await?;
    let poll = choose::polls(&mut scope, &place).await?.first().map_or(Asked::Kind("national"), |p| Asked::Poll(p.id));
    let choices = Choices {
        name: name.parse().map_err(|wrong: &str| Error::field("name", wrong))?,
        order: SideOrder::default(),
        poll,
        // Whoever makes a list from the command line has chosen its doors.
        asked_days: None,
        moved: true,
        on_paper: true,
        empty: true,
        show_last: false,
        split: None,
    };
    let plan = make::plan(&mut scope, &place, &wanted, &choices).await?;
    let from = json!({ "area": area, "streets": streets, "asked_days": choices.asked_days });
    let made = make::make(&mut scope, &place, &plan, &choices, &from, MOST_DOORS_AT_ONCE).await?;
    scope.commit().await?;
    for id in made {
        operation.print(&json!({ "id": id }), |_| id.to_string());
    }
    Ok(())
}

/// The districts of the area as it is today.
async fn place(scope: &mut Scoped, code: &str) -> Result<Place, Error> {
    let area = areas::store::resolve(scope, code).await?;
    let districts = choose::districts_of(scope, area.id).await?;
    if districts.is_empty() {
        return Err(Error::field("area", format!("{} has no polling districts yet", area.name)));
    }
    choose::place(scope, &districts).await
}

/// The streets named, in every district that has them; all of them when none is named.
async fn wanted(scope: &mut Scoped, place: &Place, named: &[String]) -> Result<Vec<(i32, String)>, Error> {
    let streets = choose::streets(scope, place).await?;
    let keys: Vec<String> = named.iter().map(|name| fold(name)).collect();
    let is_named = |s: &choose::Street| named.is_empty() || keys.iter().any(|k| *k == s.key || *k == fold(&s.name));
    for (name, key) in named.iter().zip(&keys) {
        if !streets.iter().any(|s| *key == s.key || *key == fold(&s.name)) {
            return Err(Error::field("street", format!("No street here is called “{name}”")));
        }
    }
    Ok(streets.iter().filter(|s| is_named(s)).map(|s| (s.area_no, s.key.clone())).collect())
}

async fn assign_list(operation: &Operation, id: &str, email: &str, until: &str) -> Result<(), Error> {
    let id: ListId = id.parse().map_err(|_| Error::field("id", "This is not the id of a walk list"))?;
    let until = assign_pages::check_until(until, Utc::now()).map_err(|message| Error::field("until", message))?;
    let mut scope = operation.scope(Permission::AssignWalkLists).await?;
    store::name_of(&mut scope, id).await?;
    let account = assign::account_of(&mut scope, email).await?;
    if assign::under_18(&mut scope, account).await? {
        return Err(Error::field(
            "email",
            "Whoever has this account is under 18, and nobody under 18 is given a walk list. They can go along with an adult",
        ));
    }
    match assign::assign(&mut scope, id, &[account], until).await {
        Ok(()) => scope.commit().await,
        Err(Error::Invalid(_)) => Err(Error::field(
            "email",
            "This account has no live volunteer grant that covers every door of the list, or the list has ended",
        )),
        Err(error) => Err(error),
    }
}

async fn list(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::MakeWalkLists).await?;
    let lists = store::for_operator(&mut scope).await?;
    scope.commit().await?;
    operation.print(&lists, |lists| {
        let line = |l: &store::Listed| format!("{}  {}  {} doors  {}", l.id, l.name, l.doors, l.assigned.join(", "));
        lists.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}
