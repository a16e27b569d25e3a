//! Stops of the walk: electors, registers, areas and walk lists, at the desk and at the door.

use super::super::site::Site;
use super::access::{delegation, invitations};
use super::exports::exports;
use super::materials::{letters, materials_made, printed, rounds};
use super::messages::asking;
use super::organise::{events, helpers, news, running_events, tasks};
use super::selections::selections;
use super::{Stop, here, on_paper, open, refused, send};
use hustings::access::Role;
use uuid::Uuid;

pub(super) fn volunteer(site: &Site) -> Vec<Stop> {
    const DOOR: &str = "/canvass/{list}/doors/{household}";
    const SEND: &str = "/canvass/{list}/results";
    let walk = &site.walk;
    let list = format!("/canvass/{}", walk.list);
    let door = |at: usize, asked: &str| open(DOOR, format!("{list}/doors/{}{asked}", walk.doors[at].household));
    let after = format!("?after={}", walk.doors[2].household);
    let id = Uuid::now_v7().to_string();
    let home = walk.doors[1].household.as_str();
    let elector = walk.doors[1].electors[1].as_str();
    let (named, said) = (format!("id-{elector}"), format!("intention-{elector}"));
    let results = format!("{list}/results");
    vec![
        here("/rounds/mine"),
        send(
            "/rounds/mine/{leaflet}/{round}",
            format!("/rounds/mine/{}/{}", site.leaflet, site.round),
            422,
            &[("step", "given-back")],
        ),
        send(
            "/rounds/mine/{leaflet}/{round}",
            format!("/rounds/mine/{}/{}", site.leaflet, site.round),
            200,
            &[("step", "given-back"), ("note", "A bad foot")],
        ),
        here("/tasks/mine"),
        send("/tasks/mine/{own}", format!("/tasks/mine/{}", site.own_task), 422, &[("outcome", "could-not")]),
        here("/canvass"),
        open("/canvass", "/canvass?kept=1"),
        here("/news"),
        open("/canvass/{list}", list.clone()),
        open("/canvass/{list}", format!("{list}?block=3")),
        door(3, &after),
        door(0, ""),
        door(0, "?change=1"),
        door(0, "?again=1"),
        door(5, ""),
        open("/canvass/{list}/done", format!("{list}/done{after}")),
        send(SEND, results.clone(), 422, &[("household", &walk.doors[3].household), ("id", &id)]),
        send(SEND, results, 409, &[("household", home), ("id", &id), (&named, &site.said), (&said, "P")]),
        refused("/insight", 403),
        refused("/canvass/1.999999999", 404),
        send("/account/password", "/account/password", 422, &[("old", "wrong"), ("new", "quiet otters read maps")]),
        send("/account/password", "/account/password", 422, &[("old", ""), ("new", "short")]),
        send("/account/theme", "/account/theme", 422, &[("theme", "pink")]),
        send("/account/theme", "/account/theme", 409, &[("theme", "dark"), ("_grant", &id)]),
        send("/account/theme", "/account/theme", 413, &[("theme", &"x".repeat(3_000_000))]),
    ]
    .into_iter()
    .chain(events(site))
    .chain([send("/events/{id}/join", format!("/events/{}/join", site.events.full), 200, &[("shift", "")])])
    .collect()
}

pub(super) fn organiser(site: &Site) -> Vec<Stop> {
    let mut stops = exports(site);
    stops.extend(tasks(site));
    stops.extend(rounds(site));
    stops.extend(helpers(site));
    stops.extend(asking(site));
    stops.extend(electors(site));
    stops.extend(invitations(Role::Organiser));
    stops.extend([open("/walk-lists/{id}/join", format!("/walk-lists/{}/join", site.walk.list))]);
    stops.extend(imports(site));
    stops.extend(voters(site));
    stops.extend(lists(site));
    stops.extend([
        here("/insight"),
        open("/insight", "/insight?kind=local&sort=rate&up=1"),
        here("/insight/disagreements"),
        here("/polls"),
        refused("/access", 403),
    ]);
    stops.extend(areas(site));
    stops.extend(polling_places(site));
    stops.extend(delegation(site));
    stops.extend(news(site));
    stops.extend(events(site));
    stops.extend(running_events(site));
    stops.extend(selections(site));
    stops.extend(letters(site));
    stops.extend(printed(site));
    stops.extend(materials_made(site));
    stops.extend(paper(site));
    stops
}

/// Piles of canvass cards, and what is entered from them.
pub(super) fn paper(site: &Site) -> Vec<Stop> {
    const PILE: &str = "/paper/{run}";
    let pile = format!("/paper/{}", site.pile);
    let of = |page: &str| format!("{pile}{page}");
    vec![
        here("/paper"),
        open("/paper", "/paper?did=done"),
        here("/paper/scan"),
        Stop { status: 422, ..open("/paper/scan", "/paper/scan?code=nothing") },
        send("/paper/scan", "/paper/scan", 422, &[]),
        open(PILE, pile.clone()),
        open(PILE, of("?item=2&did=kept")),
        send(PILE, pile.clone(), 422, &[("line", "4 ostrich")]),
        send(PILE, pile.clone(), 422, &[("line", "4")]),
        send("/paper/{run}/canvasser", of("/canvasser"), 422, &[("who", ""), ("when", "soon")]),
        send("/paper/{run}/state", of("/state"), 200, &[("state", "lost")]),
        send("/paper/{run}/state", of("/state"), 200, &[("state", "done")]),
    ]
}

/// Where districts vote: the list, a file, one by hand.
pub(super) fn polling_places(site: &Site) -> Vec<Stop> {
    const PLACES: &str = "/areas/polling-places";
    const IMPORT: &str = "/areas/polling-places/import";
    const ONE: &str = "/areas/polling-places/{number}";
    let one = format!("{PLACES}/{}", site.district);
    let row = [("area", site.district.as_str()), ("name", "The Hall"), ("address", ""), ("postcode", "")];
    vec![
        here(PLACES),
        send(PLACES, PLACES, 422, &row),
        here(IMPORT),
        send(IMPORT, IMPORT, 422, &[("file", "")]),
        open(ONE, one.clone()),
        send(ONE, one, 422, &[("postcode", "here")]),
    ]
}

/// Administrators name areas, and organisers of all of them.
pub(super) fn areas(site: &Site) -> Vec<Stop> {
    let area = format!("/areas/{}", site.area);
    let district = format!("/areas/districts/{}", site.district);
    let long = "x".repeat(201);
    vec![
        here("/areas"),
        send("/areas", "/areas", 422, &[]),
        open("/areas/{id}", area.clone()),
        send("/areas/{id}", area, 422, &[]),
        open("/areas/districts/{number}", district.clone()),
        send("/areas/districts/{number}", district, 422, &[("name", &long)]),
    ]
}

pub(super) fn electors(site: &Site) -> Vec<Stop> {
    const ELECTOR: &str = "/electors/{id}";
    const STOP: &str = "/electors/{id}/objection";
    const GO_ON: &str = "/electors/{id}/objection/withdrawal";
    let elector = format!("/electors/{}", site.walk.doors[0].electors[1]);
    let objector = format!("/electors/{}", site.objector);
    vec![
        here("/electors"),
        send("/electors", "/electors", 200, &[("q", "harcourt")]),
        send("/electors", "/electors", 200, &[("q", "nobody of this name")]),
        open(ELECTOR, elector.clone()),
        open(ELECTOR, objector.clone()),
        open("/homes/{id}", format!("/homes/{}", site.walk.doors[0].household)),
        open(STOP, format!("{elector}/objection")),
        send(STOP, format!("{elector}/objection"), 422, &[("how", "")]),
        open(GO_ON, format!("{objector}/objection/withdrawal")),
        send(GO_ON, format!("{objector}/objection/withdrawal"), 422, &[("how", "")]),
    ]
}

pub(super) fn imports(site: &Site) -> Vec<Stop> {
    const IMPORT: &str = "/imports/{id}";
    let (ready, applied) = (&site.ready, &site.applied);
    vec![
        here("/imports"),
        here("/imports/new"),
        send("/imports", "/imports", 422, &[]),
        open(IMPORT, ready),
        on_paper(open(IMPORT, applied)),
        open(IMPORT, format!("/imports/{}", site.reading)),
        open(IMPORT, format!("/imports/{}", site.failed)),
        send("/imports/{id}/apply", format!("{ready}/apply"), 422, &[]),
        send("/imports/{id}/apply", format!("{applied}/apply"), 409, &[]),
        send("/imports/{id}/authority", format!("{ready}/authority"), 422, &[("authority", " ")]),
        open("/imports/matches", "/imports/matches"),
        open("/imports/{id}/matches", format!("{applied}/matches")),
    ]
}

/// Absent voters' lists and marked registers.
pub(super) fn voters(site: &Site) -> Vec<Stop> {
    const FILE: &str = "/imports/voters/{id}";
    const COLUMNS: &str = "/imports/voters/{id}/columns";
    const APPLY: &str = "/imports/voters/{id}/apply";
    const BACK: &str = "/imports/voters/{id}/withdrawal";
    let v = &site.voters;
    let file = |id: Uuid| format!("/imports/voters/{id}");
    let again = |route: &'static str, form: &str| Stop { status: 303, ..open(route, file(v.waiting) + form) };
    vec![
        here("/imports/voters"),
        here("/imports/voters/new"),
        open("/imports/voters/new", "/imports/voters/new?poll=1"),
        send("/imports/voters", "/imports/voters", 422, &[("file", "")]),
        open(FILE, file(v.applied)),
        open(FILE, file(v.waiting)),
        open(FILE, file(v.waiting) + "?columns=1"),
        open(FILE, file(v.unknown)),
        open(FILE, file(v.strangers)),
        open(FILE, file(v.gone)),
        send(COLUMNS, file(v.unknown) + "/columns", 422, &[("number", "0")]),
        send(APPLY, file(v.strangers) + "/apply", 422, &[]),
        send(APPLY, file(v.applied) + "/apply", 409, &[]),
        open(BACK, file(v.applied) + "/withdrawal"),
        send(BACK, file(v.applied) + "/withdrawal", 422, &[("reason", " ")]),
        open(FILE, file(v.taken_back)),
        again(COLUMNS, "/columns"),
        again(APPLY, "/apply"),
    ]
}

pub(super) fn lists(site: &Site) -> Vec<Stop> {
    const LIST: &str = "/walk-lists/{id}";
    const NEW: &str = "/walk-lists/new";
    const WAITING: &str = "/walk-lists/quarantine";
    let list = format!("/walk-lists/{}", site.walk.list);
    let street = [("district", site.district.as_str()), ("shown", &site.district), ("street", &site.street)];
    let with = |more: &[(&'static str, &'static str)]| [&street[..], more].concat();
    vec![
        here("/walk-lists"),
        open("/walk-lists", "/walk-lists?tab=drafts&said=made"),
        open("/walk-lists", "/walk-lists?tab=ended&said=ended"),
        open(NEW, NEW),
        send(NEW, NEW, 422, &[("step", "streets")]),
        send(NEW, NEW, 200, &[("step", "streets"), ("district", &site.district)]),
        send(NEW, NEW, 422, &[("step", "preview"), ("district", &site.district), ("shown", &site.district)]),
        send(NEW, NEW, 200, &with(&[("step", "preview"), ("name", "Saturday"), ("order", "council")])),
        send(
            "/walk-lists",
            "/walk-lists",
            409,
            &with(&[("name", "Saturday"), ("order", "council"), ("expected", "9/9/9")]),
        ),
        Stop { status: 303, ..here("/walk-lists/end") },
        send("/walk-lists/end", "/walk-lists/end", 200, &[("list", &site.walk.list)]),
        send("/walk-lists/end", "/walk-lists/end", 409, &[("list", &site.ended_list)]),
        open(LIST, format!("{list}?said=made")),
        open(LIST, format!("{list}?assign=1")),
        open(LIST, format!("/walk-lists/{}", site.ended_list)),
        on_paper(open("/walk-lists/{id}/print", format!("{list}/print"))),
        send("/walk-lists/{id}/name", format!("{list}/name"), 422, &[("name", "")]),
        send("/walk-lists/{id}/assignments", format!("{list}/assignments"), 422, &[("until", "soon")]),
        open(WAITING, WAITING),
        open(WAITING, "/walk-lists/quarantine?tab=decided"),
        send(WAITING, WAITING, 422, &[("act", "bin")]),
    ]
}
