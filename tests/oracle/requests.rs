//! Addresses as somebody would guess them: a page of one thing, by its id.

use super::actions::{Action, Asking, Open};
use super::random::Random;
use super::world::World;

/// The pages that show one thing, by the action that they are.
const PAGES: [&str; 9] = [
    "openElector",
    "openElector",
    "openHome",
    "seeList",
    "seeImport",
    "walkDoor",
    "seeAccount",
    "nameElector",
    "answerRequest",
];

/// Somebody, mostly with the right role and more often than not near by, and a page.
pub fn guess(world: &World, random: &mut Random) -> (Asking, usize, String) {
    let action = Action::named(PAGES[random.below(PAGES.len())]);
    let fits = |s: &usize| world.role(*s) == action.role && world.seems_live(*s);
    let all: Vec<usize> = (0..world.sessions.len()).collect();
    let fitting: Vec<usize> = all.iter().copied().filter(fits).collect();
    let fitting = if random.percent(70) { &fitting } else { &all };
    let session = *random.pick(fitting);
    if action.name == "walkDoor" {
        return walk(world, random, action, session);
    }
    let rows: Vec<usize> = (0..action.kind.count(world)).collect();
    let near: Vec<usize> = match action.name {
        "seeImport" => rows.iter().copied().filter(|i| world.imports[*i].1 == world.account(session)).collect(),
        _ => {
            let within = |d: i32| world.area(session).districts.contains(&d);
            rows.iter().copied().filter(|r| action.kind.district(world, *r).is_none_or(within)).collect()
        }
    };
    let near = if random.percent(60) && !near.is_empty() { &near } else { &rows };
    let row = *random.pick(near);
    let key = &action.kind.keys(world)[row];
    let (path, open) = match action.name {
        "openElector" => (format!("/electors/{key}"), true),
        "openHome" => (format!("/homes/{key}"), true),
        "seeList" => (format!("/walk-lists/{key}"), true),
        "seeImport" => (format!("/imports/{key}"), true),
        "seeAccount" => (format!("/access/accounts/{key}"), false),
        "nameElector" => (format!("/protection/electors/{key}"), false),
        _ => (format!("/protection/requests/{key}"), false),
    };
    let own = world.grants[world.sessions[session].grant].area;
    (Asking { session, action, open: if open { Open::Area(own) } else { Open::Nothing } }, row, path)
}

/// A door of a list, mostly of one that is or was theirs.
fn walk(world: &World, random: &mut Random, action: &'static Action, session: usize) -> (Asking, usize, String) {
    let account = world.account(session);
    let own: Vec<usize> = (0..world.lists.len()).filter(|l| world.lists[*l].held.contains_key(&account)).collect();
    let list = if random.percent(80) && !own.is_empty() { *random.pick(&own) } else { random.below(world.lists.len()) };
    let doors: Vec<usize> = (0..world.homes.len()).filter(|h| world.homes[*h].was_on.contains(&list)).collect();
    let home = if random.percent(85) { *random.pick(&doors) } else { random.below(world.homes.len()) };
    let path = format!("/canvass/{}/doors/{}", world.lists[list].key, world.homes[home].key);
    (Asking { session, action, open: Open::List(list) }, home, path)
}
