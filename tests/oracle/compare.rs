//! Gathers the answers of row security and of the application, draws triples, asks the oracle, and tells of each kind of
//! disagreement the smallest useful story.

use super::actions::{Action, Asking, Index, Kind, Open, Rows};
use super::application::Application;
use super::policy::Oracle;
use super::random::Random;
use super::row_security::RowSecurity;
use super::world::World;
use crate::support::app::TestApp;
use futures_util::{StreamExt, stream};
use std::collections::{BTreeMap, HashMap};

/// One asking with the answers of two ways: the application's only where it has a page for such rows.
pub struct Asked {
    pub asking: Asking,
    /// The rows that it may be asked about; None: all of their kind.
    pub about: Option<Vec<usize>>,
    pub wall: Rows,
    pub application: Option<Rows>,
}

impl Asked {
    pub fn rows(&self, world: &World) -> Vec<usize> {
        self.about.clone().unwrap_or_else(|| (0..self.asking.action.kind.count(world)).collect())
    }
}

/// A row that was answered differently.
pub struct Disagreement {
    pub asking: Asking,
    pub row: usize,
    pub wall: bool,
    pub application: Option<bool>,
    pub oracle: bool,
}

/// What was compared.
#[derive(Default)]
pub struct Count {
    /// Answered by all three.
    pub three: usize,
    /// Of those, allowed by the oracle.
    pub allowed: usize,
    /// Answered by row security and the oracle.
    pub two: usize,
    /// By action: asked, allowed.
    pub by_action: BTreeMap<&'static str, (usize, usize)>,
}

impl Count {
    pub fn add(&mut self, other: Count) {
        self.three += other.three;
        self.allowed += other.allowed;
        self.two += other.two;
        for (action, (asked, allowed)) in other.by_action {
            let sum = self.by_action.entry(action).or_default();
            *sum = (sum.0 + asked, sum.1 + allowed);
        }
    }

    /// For whoever runs the test.
    pub fn print(&self) {
        for (action, (asked, allowed)) in &self.by_action {
            println!("{action:>15}: {asked:>8} triples, {allowed:>7} allowed");
        }
        let share = 100.0 * self.allowed as f64 / self.three.max(1) as f64;
        println!(
            "{} triples answered three ways, {} ({share:.1} %) of them allowed; {} answered two ways",
            self.three, self.allowed, self.two
        );
    }
}

/// Asks for everything that these sessions could be shown. `recording`: also tries to record answers, which takes longer.
pub async fn gather(
    app: &TestApp,
    world: &World,
    index: &Index,
    random: &mut Random,
    sessions: &[usize],
    recording: bool,
) -> Vec<Asked> {
    gather_by(app, world, index, random, sessions, recording, &Application::of(app)).await
}

/// The same by an application that is given.
pub async fn gather_by(
    app: &TestApp,
    world: &World,
    index: &Index,
    random: &mut Random,
    sessions: &[usize],
    recording: bool,
    application: &Application,
) -> Vec<Asked> {
    // What chance decides is decided before the work is shared out.
    let named: Vec<usize> = (0..60).map(|_| random.below(world.electors.len())).collect();
    let opens: Vec<(usize, Vec<Open>)> = sessions.iter().map(|s| (*s, opens(world, *s, random))).collect();
    let parts: Vec<Vec<_>> = opens.chunks(opens.len().div_ceil(3)).map(<[_]>::to_vec).collect();
    let named = &named;
    let part = |part: Vec<(usize, Vec<Open>)>| async move {
        let (mut wall, mut asked) = (RowSecurity::open(app).await, Vec::new());
        for (session, opens) in part {
            let gates = application.gates(world, session).await;
            for open in opens {
                let shown = application.read(world, index, session, open, &gates, named).await;
                asked.extend(one(world, index, &mut wall, (session, open), &shown, named).await);
                if let (true, Open::List(list)) = (recording, open) {
                    for name in ["recordHome", "recordElector"] {
                        let asking = Asking { session, action: Action::named(name), open };
                        asked.push(
                            recorded(world, &mut wall, application, asking, list, gates["/api/v1/canvass"]).await,
                        );
                    }
                }
            }
        }
        asked
    };
    stream::iter(parts).map(part).buffer_unordered(3).concat().await
}

/// What is open on this session's pages: its own area, perhaps one that narrows it or lies elsewhere; its lists and one that
/// was never its account's.
pub fn opens(world: &World, session: usize, random: &mut Random) -> Vec<Open> {
    let own = world.grants[world.sessions[session].grant].area;
    let mut opens = vec![Open::Nothing, Open::Area(own)];
    if world.role(session) == "organiser" && random.percent(30) {
        opens.push(Open::Area(random.below(world.areas.len())));
    }
    if world.role(session) == "volunteer" {
        let account = world.account(session);
        opens.extend(
            (0..world.lists.len()).filter(|l| world.lists[*l].held.contains_key(&account)).take(5).map(Open::List),
        );
    }
    opens.push(Open::List(random.below(world.lists.len())));
    opens.dedup();
    opens
}

/// One session with one thing open: every action that this is the page for.
async fn one(
    world: &World,
    index: &Index,
    wall: &mut RowSecurity,
    (session, open): (usize, Open),
    shown: &HashMap<&'static str, Rows>,
    named: &[usize],
) -> Vec<Asked> {
    let mut asked = Vec::new();
    let roles: &[&'static str] = match open {
        Open::Nothing => &["hustings_administrator", "hustings_protection"],
        Open::Area(_) => &["hustings_organiser", "hustings_importer"],
        Open::List(_) => &["hustings_volunteer"],
    };
    for role in roles {
        let read = wall.read(world, index, session, role, open).await;
        for action in Action::all().filter(|a| a.working_role == *role && !a.records()) {
            let none = || Rows::none(action.kind.count(world));
            let about = match (action.name, open) {
                ("holdList", Open::List(list)) => Some(vec![list]),
                ("nameElector", _) => Some(named.to_vec()),
                // Figures that nobody has yet tell nothing either way.
                ("readFigures", _) => Some(
                    (0..world.districts.len()).filter(|d| world.tallied.contains(&world.districts[*d].0)).collect(),
                ),
                _ => None,
            };
            asked.push(Asked {
                asking: Asking { session, action, open },
                about,
                wall: read[action.name].clone(),
                application: action.page.map(|_| shown.get(action.name).cloned().unwrap_or_else(none)),
            });
        }
    }
    asked
}

async fn recorded(
    world: &World,
    wall: &mut RowSecurity,
    application: &Application,
    asking: Asking,
    list: usize,
    gate: bool,
) -> Asked {
    let kind = asking.action.kind;
    let mut about: Vec<usize> = match kind {
        Kind::Home => (0..world.homes.len()).filter(|h| world.homes[*h].was_on.contains(&list)).collect(),
        _ => (0..world.electors.len()).filter(|e| world.electors[*e].was_on.contains(&list)).collect(),
    };
    about.truncate(14);
    // Two that were never on it: somebody guesses ids.
    about.extend([kind.count(world) / 3, kind.count(world) / 2]);
    let (mut by_wall, mut by_application) = (Rows::none(kind.count(world)), Rows::none(kind.count(world)));
    wall.record(world, &asking, &about).await.into_iter().for_each(|row| by_wall.add(row));
    if gate {
        application.record(world, &asking, &about).await.into_iter().for_each(|row| by_application.add(row));
    }
    Asked { asking, about: Some(about), wall: by_wall, application: Some(by_application) }
}

/// So many of a hundred drawn are rows that the wall or the application shows; rows in the area of somebody whose access seems
/// to live, which neither shows; any others.
const SHARES: [f64; 3] = [0.45, 0.35, 0.20];

/// Draws about `wanted` triples that are answered three ways, and two-way ones alike, and compares. What is shown is drawn more
/// often than chance would, so that the oracle's yes is tried as much as its no.
pub fn compare(
    world: &World,
    oracle: &Oracle,
    random: &mut Random,
    asked: &[Asked],
    wanted: usize,
) -> (Count, Vec<Disagreement>) {
    let stratum = |a: &Asked, row: usize| {
        let session = a.asking.session;
        let own = || match a.asking.action.kind.district(world, row) {
            Some(district) => world.area(session).districts.contains(&district),
            None => true,
        };
        match a.wall.has(row) || a.application.as_ref().is_some_and(|rows| rows.has(row)) {
            true => 0,
            _ if world.seems_live(session) && world.role(session) == a.asking.action.role && own() => 1,
            _ => 2,
        }
    };
    let mut sizes = [0_usize; 3];
    for a in asked.iter().filter(|a| a.application.is_some()) {
        a.rows(world).into_iter().for_each(|row| sizes[stratum(a, row)] += 1);
    }
    println!("shown, near, far: {sizes:?}");
    let mut chances = [0.0; 3];
    for n in 0..3 {
        chances[n] = (wanted as f64 * SHARES[n] / sizes[n].max(1) as f64).min(1.0);
    }
    let drawn: Vec<(&Asked, Vec<usize>)> = asked
        .iter()
        .map(|a| {
            // What is tried one by one is counted whole.
            let take = |row: &usize| a.asking.action.records() || random.chance(chances[stratum(a, *row)]);
            let rows = a.rows(world).into_iter();
            (a, rows.filter(take).collect())
        })
        .collect();
    // The oracle is asked on both cores.
    let (one, other) = drawn.split_at(drawn.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| judge(world, oracle, other));
        let (mut count, mut disagreements) = judge(world, oracle, one);
        let other = other.join().unwrap();
        count.add(other.0);
        disagreements.extend(other.1);
        (count, disagreements)
    })
}

fn judge(world: &World, oracle: &Oracle, drawn: &[(&Asked, Vec<usize>)]) -> (Count, Vec<Disagreement>) {
    let (mut count, mut disagreements) = (Count::default(), Vec::new());
    for (a, rows) in drawn {
        for (row, oracle) in rows.iter().zip(oracle.decide(world, &a.asking, rows)) {
            let (wall, application) = (a.wall.has(*row), a.application.as_ref().map(|rows| rows.has(*row)));
            match application {
                Some(_) => {
                    count.three += 1;
                    count.allowed += usize::from(oracle);
                }
                None => count.two += 1,
            }
            let sum = count.by_action.entry(a.asking.action.name).or_default();
            *sum = (sum.0 + 1, sum.1 + usize::from(oracle));
            if wall != oracle || application.is_some_and(|a| a != oracle) {
                disagreements.push(Disagreement { asking: a.asking, row: *row, wall, application, oracle });
            }
        }
    }
    (count, disagreements)
}

/// One story for each action and way of disagreeing, so that a hundred rows with one cause are told once.
pub fn stories(world: &World, disagreements: &[Disagreement]) -> String {
    let mut told = BTreeMap::new();
    for d in disagreements {
        let entry = told.entry((d.asking.action.name, d.wall, d.application, d.oracle));
        entry.or_insert_with(|| (0, story(world, d))).0 += 1;
    }
    let told: Vec<(i32, String)> = told.into_values().collect();
    told.into_iter().map(|(times, story)| format!("{times} like this:\n{story}\n")).collect()
}

fn story(world: &World, d: &Disagreement) -> String {
    let (s, grant) = (&world.sessions[d.asking.session], &world.grants[world.sessions[d.asking.session].grant]);
    let (kind, now) = (d.asking.action.kind, world.now);
    let says = |yes: bool| if yes { "yes" } else { "no" };
    let closures: Vec<String> = world
        .closures
        .iter()
        .map(|c| format!("{} {}, {:?} stay", c.tool, c.area.map_or("everywhere", |a| &world.areas[a].name), c.stays))
        .collect();
    let open = match d.asking.open {
        Open::Nothing => "nothing".to_owned(),
        Open::Area(area) => format!("the area {} of {:?}", world.areas[area].name, world.areas[area].districts),
        Open::List(list) => {
            let l = &world.lists[list];
            let held = l.held.get(&grant.account).map(|h| (h.begins - now, h.ends - now, h.ended));
            format!("the list {} (ended {}, reaches {:?}, held {held:?})", l.key, l.ended, l.reaches)
        }
    };
    format!(
        "  {} on {} {:?}: grant begins {}, ends {}, ended {:?}; session cleared {}, ended {}, idle {}, ends {}\n  \
           asks to {} {:?} {} of district {:?} with {open} open; closed: {closures:?}\n  {}\n  \
           oracle {}, row security {}, application {}",
        grant.role,
        world.area(d.asking.session).name,
        world.area(d.asking.session).districts,
        grant.begins - now,
        grant.ends - now,
        grant.ended,
        s.cleared,
        s.ended,
        s.idle_until - now,
        s.ends - now,
        d.asking.action.name,
        kind,
        kind.keys(world)[d.row],
        kind.district(world, d.row),
        about(world, kind, d.row),
        says(d.oracle),
        says(d.wall),
        d.application.map_or("not asked", says),
    )
}

fn about(world: &World, kind: Kind, row: usize) -> String {
    match kind {
        Kind::Elector => {
            let e = &world.electors[row];
            format!(
                "left {}, erased {}, held back {}, lists {:?}, was on {:?}",
                e.left, e.erased, e.held_back, e.lists, e.was_on
            )
        }
        Kind::Home => format!("lists {:?}, was on {:?}", world.homes[row].lists, world.homes[row].was_on),
        _ => String::new(),
    }
}
