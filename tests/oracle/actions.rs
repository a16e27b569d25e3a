//! What is asked: who does what with which rows, and how each of the three answers it.

use super::world::{Held, World};
use hustings::access::Permission;
use std::collections::HashMap;

/// What a row is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    Elector,
    Home,
    List,
    Result,
    Late,
    Pair,
    District,
    Piece,
    Assignment,
    Import,
    Search,
    Account,
    Grant,
    Request,
    Breach,
}

/// Every assignment of a world, by list.
pub fn assignments(world: &World) -> Vec<(usize, Held)> {
    world.lists.iter().enumerate().flat_map(|(n, l)| l.held.values().map(move |h| (n, *h))).collect()
}

impl Kind {
    pub const ALL: [Kind; 15] = [
        Kind::Elector,
        Kind::Home,
        Kind::List,
        Kind::Result,
        Kind::Late,
        Kind::Pair,
        Kind::District,
        Kind::Piece,
        Kind::Assignment,
        Kind::Import,
        Kind::Search,
        Kind::Account,
        Kind::Grant,
        Kind::Request,
        Kind::Breach,
    ];

    /// What the policy calls it.
    pub fn entity(self) -> &'static str {
        match self {
            Kind::Elector => "Elector",
            Kind::Home => "Home",
            Kind::List => "List",
            Kind::Result => "Result",
            Kind::Late => "Late",
            Kind::Pair => "Pair",
            Kind::District => "District",
            Kind::Piece => "Piece",
            Kind::Assignment => "Assignment",
            Kind::Import => "Import",
            Kind::Search => "Search",
            Kind::Account => "Account",
            Kind::Grant => "Grant",
            Kind::Request => "PersonRequest",
            Kind::Breach => "Breach",
        }
    }

    /// The name of a row in the policy: its place in the world, of a district its number.
    pub fn name(self, world: &World, row: usize) -> String {
        if self == Kind::District { world.districts[row].0.to_string() } else { row.to_string() }
    }

    /// The keys of its rows, as the database writes them, in the order of the world.
    pub fn keys(self, world: &World) -> Vec<String> {
        let keys = |rows: &[super::world::Row]| rows.iter().map(|r| r.key.clone()).collect();
        match self {
            Kind::Elector => world.electors.iter().map(|e| e.key.clone()).collect(),
            Kind::Home => world.homes.iter().map(|h| h.key.clone()).collect(),
            Kind::List => world.lists.iter().map(|l| l.key.clone()).collect(),
            Kind::Result => keys(&world.results),
            Kind::Late => keys(&world.late),
            Kind::Pair => keys(&world.pairs),
            Kind::Piece => keys(&world.pieces),
            // Of those without figures nothing can be read.
            Kind::District => world.districts.iter().map(|d| d.0.to_string()).collect(),
            Kind::Assignment => assignments(world).iter().map(|(_, held)| held.id.to_string()).collect(),
            Kind::Import => world.imports.iter().map(|i| i.0.clone()).collect(),
            Kind::Search => world.searches.iter().map(|s| s.0.clone()).collect(),
            Kind::Account => world.accounts.iter().map(ToString::to_string).collect(),
            Kind::Grant => world.grants.iter().map(|g| g.id.to_string()).collect(),
            Kind::Request => world.requests.clone(),
            Kind::Breach => world.breaches.clone(),
        }
    }

    pub fn count(self, world: &World) -> usize {
        match self {
            Kind::Elector => world.electors.len(),
            Kind::Home => world.homes.len(),
            _ => self.keys(world).len(),
        }
    }

    /// The district that decides about a row, where one does.
    pub fn district(self, world: &World, row: usize) -> Option<i32> {
        match self {
            Kind::Elector => Some(world.electors[row].district),
            Kind::Home => Some(world.homes[row].district),
            Kind::List => Some(world.lists[row].district),
            Kind::Result => Some(world.results[row].district),
            Kind::Late => Some(world.late[row].district),
            Kind::Pair => Some(world.pairs[row].district),
            Kind::Piece => Some(world.pieces[row].district),
            Kind::District => Some(world.districts[row].0),
            _ => None,
        }
    }
}

/// What must be open on the page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Open {
    /// Nothing: the Guard's pages.
    Nothing,
    /// An area: the grant's own, or one that narrows it.
    Area(usize),
    /// A walk list.
    List(usize),
}

/// What can be done.
pub struct Action {
    /// Its name in the policy.
    pub name: &'static str,
    /// With what.
    pub kind: Kind,
    /// The role whose page it is, and the working role that row security is asked as.
    pub role: &'static str,
    pub working_role: &'static str,
    /// The route that the guard is asked at, and its permission. None: the application shows such rows with others only, so
    /// that two answers are compared.
    pub page: Option<(&'static str, Permission)>,
}

const fn desk(name: &'static str, kind: Kind, page: Option<(&'static str, Permission)>) -> Action {
    Action { name, kind, role: "organiser", working_role: "hustings_organiser", page }
}

const fn door(name: &'static str, kind: Kind) -> Action {
    let page = Some(("/api/v1/canvass", Permission::Canvass));
    Action { name, kind, role: "volunteer", working_role: "hustings_volunteer", page }
}

const fn administrator(name: &'static str, kind: Kind) -> Action {
    let page = Some(("/access", Permission::ManageAccess));
    Action { name, kind, role: "administrator", working_role: "hustings_administrator", page }
}

const fn officer(name: &'static str, kind: Kind, page: (&'static str, Permission)) -> Action {
    let role = "data-protection-officer";
    Action { name, kind, role, working_role: "hustings_protection", page: Some(page) }
}

/// All of them.
static ACTIONS: [Action; 23] = [
    desk("openElector", Kind::Elector, Some(("/electors", Permission::ReadElectors))),
    desk("openHome", Kind::Home, Some(("/electors", Permission::ReadElectors))),
    desk("seeList", Kind::List, Some(("/walk-lists", Permission::MakeWalkLists))),
    desk("readResult", Kind::Result, Some(("/walk-lists", Permission::MakeWalkLists))),
    desk("decideLate", Kind::Late, Some(("/walk-lists/quarantine", Permission::DecideQuarantine))),
    desk("decidePair", Kind::Pair, Some(("/imports/matches", Permission::DecideMatches))),
    desk("readFigures", Kind::District, Some(("/insight", Permission::ReadInsight))),
    desk("seeImport", Kind::Import, Some(("/imports", Permission::ImportRegisters))),
    desk("seeVolunteer", Kind::Grant, Some(("/access/volunteers", Permission::DelegateAccess))),
    desk("readPiece", Kind::Piece, None),
    desk("seeAssignment", Kind::Assignment, None),
    desk("seeSearch", Kind::Search, None),
    Action {
        name: "importElector",
        kind: Kind::Elector,
        role: "organiser",
        working_role: "hustings_importer",
        page: None,
    },
    door("holdList", Kind::List),
    door("walkDoor", Kind::Home),
    door("meetElector", Kind::Elector),
    door("recordHome", Kind::Home),
    door("recordElector", Kind::Elector),
    administrator("seeAccount", Kind::Account),
    administrator("seeGrant", Kind::Grant),
    officer("nameElector", Kind::Elector, ("/protection", Permission::ReadAccessLog)),
    officer("answerRequest", Kind::Request, ("/protection/requests", Permission::HandleRequests)),
    officer("keepBreach", Kind::Breach, ("/protection/breaches", Permission::KeepBreaches)),
];

impl Action {
    pub fn all() -> impl Iterator<Item = &'static Action> {
        ACTIONS.iter()
    }

    pub fn named(name: &str) -> &'static Action {
        ACTIONS.iter().find(|a| a.name == name).unwrap()
    }

    /// Whether it writes.
    pub fn records(&self) -> bool {
        self.name.starts_with("record")
    }
}

/// One session asking for one thing, with what is open on the page.
#[derive(Clone, Copy)]
pub struct Asking {
    pub session: usize,
    pub action: &'static Action,
    pub open: Open,
}

/// Which rows are answered with yes.
#[derive(Clone, Default, PartialEq)]
pub struct Rows(Vec<bool>);

impl Rows {
    pub fn none(count: usize) -> Self {
        Rows(vec![false; count])
    }

    pub fn has(&self, row: usize) -> bool {
        self.0.get(row).copied().unwrap_or_default()
    }

    pub fn add(&mut self, row: usize) {
        self.0[row] = true;
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Those that are answered with yes.
    pub fn all(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len()).filter(|row| self.0[*row])
    }
}

/// Where each key stands in the world.
pub struct Index(HashMap<Kind, HashMap<String, usize>>);

impl Index {
    pub fn of(world: &World) -> Self {
        let places = |kind: Kind| kind.keys(world).into_iter().enumerate().map(|(n, key)| (key, n)).collect();
        Index(Kind::ALL.into_iter().map(|kind| (kind, places(kind))).collect())
    }

    /// These keys' rows; one that the world does not know was not there when it was made.
    pub fn rows(&self, kind: Kind, keys: impl IntoIterator<Item = String>) -> Rows {
        let places = &self.0[&kind];
        let mut rows = Rows::none(places.len());
        for key in keys {
            rows.add(*places.get(&key).unwrap_or_else(|| panic!("a {kind:?} that nobody made: {key}")));
        }
        rows
    }
}
