//! The application: the guard is asked at the page's own route over HTTP; what it lets through reads by the slices' store
//! functions in a scoped transaction, as the page does, and is put on record before it counts as shown.

use super::actions::{Action, Asking, Index, Kind, Open, Rows};
use super::world::World;
use crate::support::app::{TestApp, urls_of};
use hustings::access::store::{accounts, grants, volunteers};
use hustings::access::{Permission, Role};
use hustings::canvass::lists::{self, State, live};
use hustings::canvass::results::{DoorResult, Outcome, store as results};
use hustings::canvass::{ListId, doors, quarantine};
use hustings::database::{Actor, Database, Scope, Scoped, Seen};
use hustings::electors::{self, ElectorId, HouseholdId};
use hustings::error::Error;
use hustings::protection::breach;
use hustings::protection::store::{Queue, list as requests};
use hustings::web::paging::Paging;
use hustings::{audit, insight, registers};
use std::collections::HashMap;
use uuid::Uuid;

/// A service and pools as it has them.
pub struct Application {
    database: Database,
    client: reqwest::Client,
    base: String,
    /// Whether the guard is asked; without it, the wall alone says no.
    pub guarded: bool,
}

type Read = Result<HashMap<&'static str, Vec<String>>, Error>;

impl Application {
    pub fn of(app: &TestApp) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let database = Database::connect(&urls_of(&app.database)).unwrap();
        Application { database, client, base: app.base.clone(), guarded: true }
    }

    /// What the service answers this session at a path.
    pub async fn status(&self, world: &World, session: usize, path: &str) -> u16 {
        let cookie = format!("hustings={}", world.sessions[session].token.as_str());
        let answer = self.client.get(self.base.clone() + path).header("cookie", cookie).send().await.unwrap();
        let status = answer.status().as_u16();
        answer.bytes().await.unwrap();
        status
    }

    /// Whether the guard lets this session in at each page.
    pub async fn gates(&self, world: &World, session: usize) -> HashMap<&'static str, bool> {
        let mut gates = HashMap::new();
        for (path, _) in Action::all().filter_map(|a| a.page) {
            if !gates.contains_key(path) {
                let status = self.status(world, session, path).await;
                assert!(matches!(status, 200 | 303 | 401 | 403 | 503), "{status} at {path}");
                gates.insert(path, !self.guarded || status == 200);
            }
        }
        gates
    }

    async fn scope(&self, world: &World, session: usize, permission: Permission, open: Open) -> Result<Scoped, Error> {
        let (s, grant) = (&world.sessions[session], &world.grants[world.sessions[session].grant]);
        let actor = Actor::Session {
            account: world.accounts[grant.account],
            grant: grant.id,
            session: s.id,
            role: Role::parse(grant.role).unwrap(),
            area: world.areas[grant.area].id,
            purpose: "Canvassing".into(),
        };
        let scope = match open {
            Open::Nothing => Scope::default(),
            Open::Area(area) => Scope { area: Some(world.areas[area].id), list: None },
            Open::List(list) => Scope { area: None, list: Some(id_of(world, list)) },
        };
        Scoped::begin(&self.database, &s.token.credential().unwrap(), actor, permission, scope).await
    }

    /// What this session is shown with this open on the pages of a role: rows by action.
    pub async fn read(
        &self,
        world: &World,
        index: &Index,
        session: usize,
        open: Open,
        gates: &HashMap<&'static str, bool>,
        named: &[usize],
    ) -> HashMap<&'static str, Rows> {
        let mut shown = HashMap::new();
        let reads: &[(&str, Permission)] = match open {
            Open::Area(_) => &DESK,
            Open::List(_) => &[("/api/v1/canvass", Permission::Canvass)],
            Open::Nothing => &GUARD,
        };
        for (path, permission) in reads {
            if !gates[path] {
                continue;
            }
            let Ok(scope) = self.scope(world, session, *permission, open).await else { continue };
            // What cannot be put on record is not shown.
            let read = match permission {
                Permission::ReadElectors => people(world, scope).await,
                Permission::MakeWalkLists => walk_lists(world, scope).await,
                Permission::DecideQuarantine => late(scope).await,
                Permission::DecideMatches => pairs(scope).await,
                Permission::ReadInsight => figures(scope).await,
                Permission::ImportRegisters => imports(scope).await,
                Permission::DelegateAccess => canvassers(scope).await,
                Permission::Canvass => at_doors(world, scope, open).await,
                Permission::ManageAccess => access(scope).await,
                Permission::ReadAccessLog => names(world, scope, named).await,
                Permission::HandleRequests => asked(scope).await,
                Permission::KeepBreaches => breaches(scope).await,
                other => panic!("nothing is read under {other:?}"),
            };
            for (action, keys) in read.unwrap_or_default() {
                shown.insert(action, index.rows(Action::named(action).kind, keys));
            }
        }
        shown
    }

    /// Which of these rows the application stores an answer about, taken back at once.
    pub async fn record(&self, world: &World, asking: &Asking, rows: &[usize]) -> Vec<usize> {
        let Open::List(list) = asking.open else { panic!("no list is open") };
        let Ok(mut scope) = self.scope(world, asking.session, Permission::RecordResults, asking.open).await else {
            return Vec::new();
        };
        let said: Vec<DoorResult> = rows.iter().map(|row| said(world, list, asking.action.kind, *row)).collect();
        let digests: Vec<_> = said.iter().map(DoorResult::digest).collect();
        let sent: Vec<_> = said
            .iter()
            .zip(&digests)
            .map(|(result, digest)| results::Sent { id: Uuid::now_v7(), digest: digest.as_ref(), result, late: None })
            .collect();
        let Ok(rulings) = results::store(&mut scope, &sent).await else { return Vec::new() };
        rows.iter().zip(rulings).filter(|(_, ruling)| *ruling == results::Ruling::Stored).map(|(row, _)| *row).collect()
    }
}

/// The organiser's pages.
const DESK: [(&str, Permission); 7] = [
    ("/electors", Permission::ReadElectors),
    ("/walk-lists", Permission::MakeWalkLists),
    ("/walk-lists/quarantine", Permission::DecideQuarantine),
    ("/imports/matches", Permission::DecideMatches),
    ("/insight", Permission::ReadInsight),
    ("/imports", Permission::ImportRegisters),
    ("/access/volunteers", Permission::DelegateAccess),
];
/// The Guard's.
const GUARD: [(&str, Permission); 4] = [
    ("/access", Permission::ManageAccess),
    ("/protection", Permission::ReadAccessLog),
    ("/protection/requests", Permission::HandleRequests),
    ("/protection/breaches", Permission::KeepBreaches),
];

fn id_of(world: &World, list: usize) -> ListId {
    ListId { partition: world.lists[list].partition, id: world.lists[list].id }
}

fn home_of(world: &World, home: usize) -> HouseholdId {
    world.homes[home].key.parse().unwrap()
}

fn said(world: &World, list: usize, kind: Kind, row: usize) -> DoorResult {
    let (home, elector) = match kind {
        Kind::Home => (row, None),
        _ => (world.electors[row].home.unwrap(), Some(world.electors[row].key.parse().unwrap())),
    };
    DoorResult {
        list: id_of(world, list),
        household: home_of(world, home),
        elector,
        outcome: Outcome::Spoke,
        intention: None,
        issues: Vec::new(),
        asks: Vec::new(),
        voted: None,
        note: None,
        at: None,
        base: None,
    }
}

async fn people(world: &World, mut scope: Scoped) -> Read {
    let everybody: Vec<ElectorId> = world.electors.iter().map(|e| e.key.parse().unwrap()).collect();
    let homes: Vec<(i32, i64)> =
        (0..world.homes.len()).map(|h| home_of(world, h)).map(|h| (h.partition, h.id)).collect();
    let seen = electors::store::homes(&mut scope, &[], &everybody, "local", &[]).await?;
    let addresses = electors::store::addresses(&mut scope, &homes).await?;
    let people = scope.finish(seen).await?;
    Ok(HashMap::from([
        ("openElector", people.iter().map(|p| p.id.to_string()).collect()),
        ("openHome", addresses.iter().filter_map(|h| Some(h.id?.to_string())).collect()),
    ]))
}

async fn walk_lists(world: &World, mut scope: Scoped) -> Read {
    let (mut rows, mut answers) = (Vec::new(), Vec::new());
    for state in State::ALL {
        for page in 1.. {
            let found =
                lists::store::page(&mut scope, state, Default::default(), Paging::asked(&page.to_string())).await?;
            if found.is_empty() {
                break;
            }
            rows.extend(found.into_iter().map(|l| l.id.to_string()));
        }
    }
    for list in 0..world.lists.len() {
        let found = live::answers(&mut scope, id_of(world, list)).await?;
        answers.extend(found.into_iter().map(|a| a.id.to_string()));
    }
    scope.commit().await?;
    Ok(HashMap::from([("seeList", rows), ("readResult", answers)]))
}

async fn late(mut scope: Scoped) -> Read {
    let seen = quarantine::store::waiting(&mut scope).await?;
    let waiting = scope.finish(seen).await?;
    assert!(waiting.len() < 200, "more than a page waits");
    Ok(HashMap::from([("decideLate", waiting.into_iter().map(|w| w.key.id.to_string()).collect())]))
}

async fn pairs(mut scope: Scoped) -> Read {
    let mut all = Seen::people(Vec::new(), []);
    for page in 1.. {
        let seen = registers::doubtful::open_pairs(
            &mut scope,
            registers::doubtful::Of::Area,
            Paging::asked(&page.to_string()),
        )
        .await?;
        let mut some = false;
        all = all.and(seen).map(|(mut all, more)| {
            some = !more.is_empty();
            all.extend(more);
            all
        });
        if !some {
            break;
        }
    }
    let pairs = scope.finish(all).await?;
    Ok(HashMap::from([("decidePair", pairs.into_iter().map(|p| format!("{} {}", p.new.id, p.old.id)).collect())]))
}

async fn figures(mut scope: Scoped) -> Read {
    let figures = insight::store::by_district(&mut scope, "local").await?;
    scope.commit().await?;
    let told = figures.into_iter().filter(|f| !f.by_code.is_empty()).map(|f| f.area_no.to_string()).collect();
    Ok(HashMap::from([("readFigures", told)]))
}

async fn imports(mut scope: Scoped) -> Read {
    let imports = registers::store::list(&mut scope).await?;
    scope.commit().await?;
    Ok(HashMap::from([("seeImport", imports.into_iter().map(|i| i.import_id.to_string()).collect())]))
}

async fn canvassers(mut scope: Scoped) -> Read {
    let canvassers = volunteers::list(&mut scope, false, "").await?;
    scope.commit().await?;
    Ok(HashMap::from([("seeVolunteer", canvassers.into_iter().map(|v| v.id.to_string()).collect())]))
}

async fn at_doors(world: &World, mut scope: Scoped, open: Open) -> Read {
    let Open::List(list) = open else { panic!("no list is open") };
    let held = doors::store::my_lists(&mut scope).await?.into_iter().map(|l| l.id.to_string()).collect();
    let mut shown = HashMap::from([("holdList", held)]);
    match doors::store::way(&mut scope, id_of(world, list)).await? {
        None => scope.commit().await?,
        Some(plan) => {
            let seen = doors::store::everybody(&mut scope, &plan.list).await?;
            let people = scope.finish(seen).await?;
            shown.insert("walkDoor", plan.doors.iter().map(|d| d.household.to_string()).collect());
            shown.insert("meetElector", people.iter().map(|p| p.elector.to_string()).collect());
        }
    }
    Ok(shown)
}

async fn access(mut scope: Scoped) -> Read {
    let all = accounts::all(&mut scope).await?.into_iter().map(|a| a.0.to_string()).collect();
    let mut given = Vec::new();
    for which in [grants::Which::Live, grants::Which::Ended] {
        for skip in (0..).step_by(50) {
            let page = grants::list(&mut scope, which, "", grants::order(""), skip).await?;
            if page.is_empty() {
                break;
            }
            given.extend(page.into_iter().map(|g| g.id.to_string()));
        }
    }
    scope.commit().await?;
    Ok(HashMap::from([("seeAccount", all), ("seeGrant", given)]))
}

async fn names(world: &World, mut scope: Scoped, named: &[usize]) -> Read {
    let mut all = Seen::people(Vec::new(), []);
    for elector in named {
        let found = audit::store::name_of(&mut scope, world.electors[*elector].key.parse().unwrap()).await?;
        all = all.and(found).map(|(mut all, one)| {
            all.push(one);
            all
        });
    }
    let found = scope.finish(all).await?;
    Ok(HashMap::from([("nameElector", found.into_iter().map(|f| f.elector.to_string()).collect())]))
}

async fn asked(mut scope: Scoped) -> Read {
    let mut all = Vec::new();
    for queue in [Queue::Open, Queue::Closed] {
        all.extend(requests(&mut scope, queue, 0, 1000).await?.0.into_iter().map(|r| r.id.to_string()));
    }
    scope.commit().await?;
    Ok(HashMap::from([("answerRequest", all)]))
}

async fn breaches(mut scope: Scoped) -> Read {
    let (all, _) = breach::store::list(&mut scope, None, 0, 1000).await?;
    scope.commit().await?;
    Ok(HashMap::from([("keepBreach", all.into_iter().map(|b| b.id.to_string()).collect())]))
}
