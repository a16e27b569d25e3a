//! Where the walk through every page goes: each role's pages in each of their states, with what to send to forms; the stops
//! themselves stand by slice in `stops/`.

mod access;
mod contact;
mod exports;
mod materials;
mod messages;
mod organise;
mod protection;
mod selections;

use super::site::Site;
use access::{administrator, anybody, links, own_factors};
use contact::{organiser, volunteer};
use hustings::access::Role;
use messages::messages;
use organise::{events, helpers, members_of_organiser, membership, offering};
use protection::protection;

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
pub const FILES: &[&str] = &[
    "/access/accounts/{id}/seen.csv",
    "/access/accounts/{id}/seen.pdf",
    "/imports/{id}/refused",
    "/protection/accounts/{id}/file",
    "/protection/retention/runs/{run}/certificate.pdf",
    "/protection/records/{kind}/{number}/document.pdf",
    "/exports/{number}/file",
    "/events/{id}/event.ics",
    "/public/events/{id}/event.ics",
    "/messages/{message}/pictures/{number}",
    "/materials/letters/{template}/pictures/{number}",
    "/materials/letters/{template}/proof/file",
    "/materials/runs/{run}/file",
    "/materials/samples/{file}",
    "/materials/labels/test.pdf",
    "/calendar/{file}",
    "/selections/counts",
];

/// Forms that only lead on, to pages that the walk comes to by themselves.
pub const LEADS: &[&str] = &[
    "/materials/runs/{run}/stop",
    "/exports/{number}/withdrawal",
    "/tasks/{id}/open",
    "/rounds/leaflets/{leaflet}/sheets",
    "/rounds/leaflets/{leaflet}/end",
    "/rounds/{id}/end",
    "/volunteers/{person}/state",
    "/volunteers/{person}/invitation",
    "/volunteers/{person}/invitation/withdrawal",
    "/volunteers/joined",
    "/news/{id}/end",
    "/access/endings/{id}/letter",
    "/protection/suppressed",
    "/protection/retention/runs/{run}/stop",
    "/protection/breaches/{id}/accounts/{account}/take-out",
    "/protection/records/{kind}",
    "/protection/alerts/{number}/breach",
    "/protection/canaries/{number}/removal",
    "/settings/processors/{id}/end",
    "/sign-out",
    "/sign-in/factor",
    "/account/grant",
    "/account/sessions/end",
    "/account/sessions/{id}/end",
    "/account/factors/{id}/remove",
    "/account/passkeys",
    "/account/passkeys/answer",
    "/account/passkeys/prove",
    "/account/passkeys/proof",
    "/sign-in/terms",
    "/access/invitations/{id}/end",
    "/walk-lists/{id}/join",
    "/walk-lists/{id}/join/close",
    "/walk-lists/{id}/join/{request}",
    "/access/tools/open",
    "/imports/{id}/stop",
    "/imports/{id}/throw-away",
    "/imports/voters/{id}/throw-away",
    "/imports/matches",
    "/imports/{id}/matches",
    "/walk-lists/{id}/assignments/{assignment}/end",
    "/members/matches",
    "/members/matches/withdrawal",
    "/members/imports/{id}/throw-away",
    "/members/{id}/elector/unlink",
    "/events/calendar/end",
    "/events/{id}/places/{place}/withdrawal",
    "/events/{id}/people/{sign_up}/removal",
    "/events/{id}/people/{sign_up}/shift",
    "/events/{id}/shifts/{shift}/removal",
    "/events/{id}/lists",
    "/events/{id}/lists/{list}/removal",
    "/events/{id}/attendance",
    "/messages/imprint/{area}/removal",
    "/messages/imprint/campaigns/{campaign}/end",
    "/areas/polling-places/{number}/removal",
    "/messages/prepared",
    "/messages/{message}/trial",
    "/messages/{message}/pictures/{number}/removal",
    "/messages/{message}/copy",
    "/messages/{message}/removal",
    "/messages/{message}/approval",
    "/messages/{message}/stop",
    "/materials/letters/{template}/copy",
    "/materials/letters/{template}/removal",
    "/materials/letters/{template}/pictures/{number}/removal",
    "/materials/returned/undo",
    "/materials/brand/{area}/removal",
    "/materials/boundaries/{area}/removal",
    "/materials/kept/{template}/removal",
    "/materials/leaflets/{template}/copy",
    "/materials/leaflets/{template}/removal",
    "/materials/leaflets/{template}/pictures/{number}/removal",
    "/members/{id}/address",
    "/volunteers/{person}/address",
    "/selections/{id}/removal",
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
pub fn nobody(site: &Site) -> Vec<Stop> {
    let mut stops = links(site);
    stops.extend(anybody());
    stops.extend(offering(site));
    stops.push(open("/public/events/{id}", format!("/public/events/{}", site.events.on)));
    stops.push(open("/public/events/{id}", format!("/public/events/{}", site.events.off)));
    stops
}

/// Somebody who has given the right password: a factor to prove, or to set up, or the terms to accept.
pub fn half_in(asks: &str) -> Vec<Stop> {
    match asks {
        "factor" => {
            vec![here("/sign-in/factor"), send("/sign-in/factor", "/sign-in/factor", 422, &[("code", "000000")])]
        }
        "enrol" => {
            vec![here("/sign-in/set-up-factor"), send("/account/apps", "/account/apps", 200, &[("next", "/electors")])]
        }
        _ => vec![here("/sign-in/terms"), send("/sign-in/terms", "/sign-in/terms", 422, &[("version", "1")])],
    }
}

/// The first evening.
pub fn first_evening() -> Vec<Stop> {
    let wrong = [("code", "guess"), ("email", "nobody"), ("letters", "TOOLONG"), ("controller", "The Lantern Party")];
    vec![here("/set-up"), send("/set-up", "/set-up", 422, &wrong), here("/status"), here("/privacy"), here("/licence")]
}

/// Pages of a role, its own account among them, and how it is refused.
pub fn of(role: Role, site: &Site) -> Vec<Stop> {
    let mut stops = vec![here("/account"), here("/")];
    stops.extend(match role {
        Role::Volunteer => volunteer(site),
        Role::Organiser => [organiser(site), members_of_organiser(site), messages(site)].concat(),
        Role::MembershipSecretary => {
            [vec![here("/news")], membership(site), events(site), helpers(site), messages(site)].concat()
        }
        Role::DataProtectionOfficer => protection(site),
        Role::Administrator => administrator(site),
    });
    stops.extend(own_factors(role));
    stops
}

/// What a new installation shows an organiser: nothing yet, and the one thing that fills it.
pub fn nothing_yet() -> Vec<Stop> {
    let pages = ["/", "/electors", "/walk-lists", "/walk-lists/new", "/walk-lists/quarantine", "/imports", "/insight"];
    let choosing = ["/selections", "/selections/new"];
    let more = [
        "/exports",
        "/insight/disagreements",
        "/areas",
        "/areas/polling-places",
        "/polls",
        "/access/volunteers",
        "/access/reviews",
    ];
    let organise = [
        "/events",
        "/news",
        "/members",
        "/tasks",
        "/tasks/mine",
        "/volunteers",
        "/messages/imprint",
        "/volunteers/asking",
    ];
    pages.into_iter().chain(choosing).chain(more).chain(organise).map(here).collect()
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
