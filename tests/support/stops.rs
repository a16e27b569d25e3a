//! Where the walk through every page goes: each role's pages in each of their states, with what to send to forms.

use super::site::Site;
use hustings::access::Role;
use uuid::Uuid;

/// One page to look at.
#[derive(Clone, Debug)]
pub struct Stop {
    /// The route, as the map writes it; empty where there is none.
    pub route: &'static str,
    /// The address.
    pub address: String,
    /// What the form sends; None: the page is opened.
    pub sent: Option<Vec<(String, String)>>,
    /// The status that the page comes with.
    pub status: u16,
    /// Whether it is meant for paper too.
    pub paper: bool,
}

/// Routes that answer with a file, not a page.
pub const FILES: [&str; 2] = ["/imports/{id}/refused", "/protection/accounts/{id}/file"];

/// Forms that only lead on, to pages that the walk comes to by themselves.
pub const LEADS: [&str; 13] = [
    "/protection/retention/runs/{run}/stop",
    "/protection/breaches/{id}/accounts/{account}/take-out",
    "/protection/records/{kind}",
    "/settings/processors/{id}/end",
    "/sign-out",
    "/account/grant",
    "/account/sessions/end",
    "/access/tools/open",
    "/imports/{id}/stop",
    "/imports/{id}/throw-away",
    "/imports/matches",
    "/imports/{id}/matches",
    "/walk-lists/{id}/assignments/{assignment}/end",
];

fn open(route: &'static str, address: impl Into<String>) -> Stop {
    Stop { route, address: address.into(), sent: None, status: 200, paper: false }
}

fn here(route: &'static str) -> Stop {
    open(route, route)
}

fn send(route: &'static str, address: impl Into<String>, status: u16, fields: &[(&str, &str)]) -> Stop {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Stop { sent: Some(fields), status, ..open(route, address) }
}

fn refused(address: &str, status: u16) -> Stop {
    Stop { status, ..open("", address) }
}

fn on_paper(stop: Stop) -> Stop {
    Stop { paper: true, ..stop }
}

/// What nobody in particular may open.
pub fn nobody() -> Vec<Stop> {
    vec![
        here("/sign-in"),
        open("/sign-in", "/sign-in?ended=1&kept=1&next=/canvass"),
        open("/sign-in", "/sign-in?set_up=1"),
        send("/sign-in", "/sign-in", 422, &[("email", "nobody@lantern.example"), ("password", "wrong")]),
        send("/sign-in", "/sign-in", 422, &[("email", "nobody@lantern.example")]),
        here("/status"),
        here("/privacy"),
        here("/privacy/earlier"),
        here("/licence"),
        refused("/there-is-no-such-page", 404),
    ]
}

/// The first evening.
pub fn first_evening() -> Vec<Stop> {
    let wrong = [("code", "guess"), ("email", "nobody"), ("letters", "TOOLONG"), ("controller", "The Lantern Party")];
    vec![here("/set-up"), send("/set-up", "/set-up", 422, &wrong), here("/status"), here("/privacy"), here("/licence")]
}

/// Pages of a role, its own account among them, and how it is refused.
pub fn of(role: Role, site: &Site) -> Vec<Stop> {
    let mut stops = vec![here("/account")];
    if role == Role::Volunteer {
        // Their first page is their lists.
        stops.push(Stop { status: 303, ..here("/") });
    } else {
        stops.push(here("/"));
    }
    stops.extend(match role {
        Role::Volunteer => volunteer(site),
        Role::Organiser => organiser(site),
        Role::MembershipSecretary => vec![refused("/electors", 403)],
        Role::DataProtectionOfficer => protection(site),
        Role::Administrator => administrator(site),
    });
    stops
}

fn volunteer(site: &Site) -> Vec<Stop> {
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
        here("/canvass"),
        open("/canvass", "/canvass?kept=1"),
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
}

fn organiser(site: &Site) -> Vec<Stop> {
    let mut stops = electors(site);
    stops.extend(imports(site));
    stops.extend(lists(site));
    stops.extend([
        here("/insight"),
        open("/insight", "/insight?kind=local&sort=rate&up=1"),
        here("/insight/disagreements"),
        here("/polls"),
        refused("/access", 403),
    ]);
    stops.extend(areas(site));
    stops
}

/// Administrators name areas, and organisers of all of them.
fn areas(site: &Site) -> Vec<Stop> {
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

fn electors(site: &Site) -> Vec<Stop> {
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

fn imports(site: &Site) -> Vec<Stop> {
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

fn lists(site: &Site) -> Vec<Stop> {
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

fn administrator(site: &Site) -> Vec<Stop> {
    let mut stops = accounts(site);
    stops.extend(areas(site));
    stops.extend(settings());
    stops.extend([
        here("/access/tools"),
        open("/access/tools/close", "/access/tools/close?tool=contact"),
        send("/access/tools/close", "/access/tools/close", 422, &[("tool", "contact"), ("notice", "")]),
        here("/access/permissions"),
        here("/polls"),
        send("/polls", "/polls", 422, &[("name", ""), ("date", ""), ("kind", ""), ("area", "")]),
        refused("/electors", 403),
    ]);
    stops
}

fn accounts(site: &Site) -> Vec<Stop> {
    const ACCOUNT: &str = "/access/accounts/{id}";
    const PASSWORD: &str = "/access/accounts/{id}/password";
    const GRANTS: &str = "/access/accounts/{id}/grants/new";
    const END: &str = "/access/grants/{id}/end";
    let of = |id: Uuid, rest: &str| format!("/access/accounts/{id}{rest}");
    let (other, gone) = (site.other.id, site.gone.id);
    let end = format!("/access/grants/{}/end", site.other.grant);
    vec![
        here("/access"),
        open("/access", "/access?tab=accounts"),
        open("/access", "/access?tab=ended"),
        send("/access", "/access", 200, &[("q", "organiser"), ("tab", "accounts")]),
        send("/access", "/access", 200, &[("q", "nobody of this name")]),
        Stop { status: 303, ..here("/access/accounts") },
        here("/access/accounts/new"),
        send("/access/accounts", "/access/accounts", 422, &[("name", ""), ("email", "nobody"), ("password", "short")]),
        send("/access/accounts", "/access/accounts", 200, &[("name", "Bo"), ("email", "bo@lantern.example")]),
        open(ACCOUNT, of(other, "")),
        open(ACCOUNT, of(gone, "")),
        open(PASSWORD, of(other, "/password")),
        send(PASSWORD, of(other, "/password"), 422, &[("password", "short")]),
        send(PASSWORD, of(other, "/password"), 200, &[("password", "")]),
        send(PASSWORD, of(other, "/password"), 200, &[("password", ""), ("make", "true")]),
        open(GRANTS, of(other, "/grants/new")),
        open(GRANTS, of(other, "/grants/new?role=administrator")),
        send("/access/accounts/{id}/grants", of(other, "/grants"), 422, &[("role", "organiser")]),
        open(END, end.clone()),
        send(END, end, 422, &[]),
        open("/access/accounts/{id}/end-access", of(other, "/end-access")),
        send("/access/accounts/{id}/end-access", of(other, "/end-access"), 422, &[]),
        on_paper(open("/access/accounts/{id}/receipt", of(gone, "/receipt"))),
        open("/access/accounts/{id}/give-back", of(gone, "/give-back")),
        send("/access/accounts/{id}/give-back", of(gone, "/give-back"), 422, &[]),
        send("/access/accounts/{id}/give-back", of(other, "/give-back"), 409, &[("reason", "Back again")]),
    ]
}

fn protection(site: &Site) -> Vec<Stop> {
    let mut stops = retention(site);
    stops.extend(breaches(site));
    stops.extend(records());
    let elector = format!("/protection/electors/{}", site.walk.doors[0].electors[1]);
    stops.extend([
        here("/protection"),
        send("/protection/accounts", "/protection/accounts", 200, &[("q", "organiser")]),
        send("/protection/accounts", "/protection/accounts", 200, &[("q", "nobody of this name")]),
        open("/protection/accounts/{id}", format!("/protection/accounts/{}", site.gone.id)),
        open("/protection/accounts/{id}", format!("/protection/accounts/{}", site.organiser.id)),
        send("/protection/electors", "/protection/electors", 200, &[("q", "harcourt")]),
        send("/protection/electors", "/protection/electors", 200, &[("q", "nobody of this name")]),
        open("/protection/electors/{id}", elector),
        here("/access/permissions"),
        refused("/electors", 403),
    ]);
    stops
}

fn retention(site: &Site) -> Vec<Stop> {
    const KIND: &str = "/protection/retention/kinds/{kind}";
    const RUN: &str = "/protection/retention/runs/{run}";
    let run = |id: &str| format!("/protection/retention/runs/{id}");
    vec![
        here("/protection/retention"),
        open(KIND, "/protection/retention/kinds/results"),
        open(KIND, "/protection/retention/kinds/kept-searches"),
        send(KIND, "/protection/retention/kinds/results", 422, &[("days", "1"), ("reason", "")]),
        here("/protection/retention/runs/new"),
        send("/protection/retention/runs", "/protection/retention/runs", 422, &[]),
        open(RUN, run(&site.books.running)),
        on_paper(open(RUN, run(&site.books.certified))),
        open(RUN, run(&site.books.stopped)),
    ]
}

fn breaches(site: &Site) -> Vec<Stop> {
    const BREACH: &str = "/protection/breaches/{id}";
    let of = |id: i64, rest: &str| format!("/protection/breaches/{id}{rest}");
    let books = &site.books;
    let sent = |rest: &'static str, route: &'static str| send(route, of(books.breach, rest), 422, &[]);
    let letter =
        [("happened", "A list was lost"), ("consequences", "Somebody may have read it"), ("measures", "It came back")];
    vec![
        here("/protection/breaches"),
        here("/protection/breaches/new"),
        send("/protection/breaches", "/protection/breaches", 422, &[]),
        on_paper(open(BREACH, of(books.breach, ""))),
        open(BREACH, of(books.fresh, "")),
        open(BREACH, of(books.closed, "")),
        open("/protection/breaches/{id}/facts", of(books.breach, "/facts")),
        sent("/facts", "/protection/breaches/{id}/facts"),
        sent("/assessment", "/protection/breaches/{id}/assessment"),
        sent("/report", "/protection/breaches/{id}/report"),
        sent("/accounts", "/protection/breaches/{id}/accounts"),
        sent("/notes", "/protection/breaches/{id}/notes"),
        sent("/close", "/protection/breaches/{id}/close"),
        open("/protection/breaches/{id}/people", of(books.breach, "/people")),
        open("/protection/breaches/{id}/people", of(books.fresh, "/people")),
        open("/protection/breaches/{id}/letters", of(books.breach, "/letters")),
        open("/protection/breaches/{id}/letters", of(books.fresh, "/letters")),
        send("/protection/breaches/{id}/letters", of(books.breach, "/letters"), 422, &[]),
        on_paper(send("/protection/breaches/{id}/letters", of(books.breach, "/letters"), 200, &letter)),
    ]
}

fn records() -> Vec<Stop> {
    const KIND: &str = "/protection/records/{kind}";
    const ONE: &str = "/protection/records/{kind}/{number}";
    vec![
        here("/protection/records"),
        open(KIND, "/protection/records/processing"),
        send("/protection/records/{kind}/words", "/protection/records/policy/words", 422, &[]),
        on_paper(open(ONE, "/protection/records/processing/1")),
        open(ONE, "/protection/records/processing/2"),
        on_paper(open(ONE, "/protection/records/policy/1")),
        on_paper(open(ONE, "/protection/records/impact/1")),
    ]
}

fn settings() -> Vec<Stop> {
    let wrong =
        [("letters", "TOOLONG"), ("label", ""), ("place", "1"), ("issue", "!"), ("words", ""), ("issue_place", "1")];
    vec![
        here("/settings"),
        send("/settings", "/settings", 422, &[("controller", ""), ("contact", "nobody")]),
        here("/settings/codes"),
        send("/settings/codes", "/settings/codes", 422, &wrong),
        here("/settings/officers"),
        send(
            "/settings/officers",
            "/settings/officers",
            422,
            &[("authority", "1"), ("email", "nobody"), ("address", "")],
        ),
        here("/settings/processors"),
        send("/settings/processors", "/settings/processors", 422, &[]),
    ]
}

/// What a new installation shows an organiser: nothing yet, and the one thing that fills it.
pub fn nothing_yet() -> Vec<Stop> {
    let pages = ["/", "/electors", "/walk-lists", "/walk-lists/new", "/walk-lists/quarantine", "/imports", "/insight"];
    let more = ["/insight/disagreements", "/areas", "/polls"];
    pages.into_iter().chain(more).map(here).collect()
}

/// What a volunteer sees to whom nothing is assigned.
pub fn nothing_to_canvass() -> Stop {
    here("/canvass")
}

/// What somebody meets while their half is closed.
pub fn closed() -> Vec<Stop> {
    vec![refused("/canvass", 503), here("/status"), here("/account")]
}

/// What anybody meets while the database is away.
pub fn database_away() -> Vec<Stop> {
    vec![refused("/sign-in", 503), refused("/account", 503)]
}

/// What somebody meets who has tried ten times.
pub fn too_many_tries(email: &str) -> Vec<Stop> {
    vec![send("/sign-in", "/sign-in", 429, &[("email", email), ("password", "wrong")])]
}
