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

/// What comes by email, or is shown to be scanned.
fn links(site: &Site) -> Vec<Stop> {
    let of = |path: &str, kind: &str| format!("{path}{}", site.links[kind]);
    let (reset, sign_in) = (of("/password/reset/", "reset"), of("/sign-in/link/", "sign-in"));
    let (email, invitation) = (of("/account/email/", "email"), of("/invitation/", "invitation"));
    let (join, over) = (of("/join/", "join"), of("/sign-in/link/", "over"));
    let email_field = [("email", "nobody")];
    vec![
        here("/password/forgotten"),
        send("/password/forgotten", "/password/forgotten", 422, &email_field),
        send("/password/forgotten", "/password/forgotten", 200, &[("email", "nobody@lantern.example")]),
        here("/sign-in/link"),
        send("/sign-in/link", "/sign-in/link", 422, &email_field),
        open("/password/reset/{token}", reset.clone()),
        send("/password/reset/{token}", reset, 422, &[("password", "short")]),
        open("/sign-in/link/{token}", sign_in),
        Stop { status: 410, ..open("/sign-in/link/{token}", over.clone()) },
        send("/sign-in/link/{token}", over, 410, &[]),
        open("/account/email/{token}", email.clone()),
        send("/account/email/{token}", email, 200, &[("answer", "no")]),
        open("/invitation/{token}", invitation.clone()),
        send("/invitation/{token}", invitation, 422, &[("name", ""), ("password", "short")]),
        open("/join/{code}", join.clone()),
        send("/join/{code}", join, 422, &[("name", ""), ("contact", "call me")]),
        Stop { status: 404, ..here("/join/waiting") },
    ]
}

/// Offering to help, and being off the list.
fn offering(site: &Site) -> Vec<Stop> {
    const HELP: &str = "/help/{area}";
    let help = format!("/help/{}", site.area);
    let offer = format!("/help/confirm/{}", site.links["offer"]);
    let over = format!("/help/confirm/{}", site.links["over"]);
    let off = format!("/unsubscribe/{}", site.links["unsubscribe"]);
    let una = [("forename", "Una"), ("surname", "Vale"), ("email", "una.vale@lantern.example"), ("under_18", "no")];
    vec![
        open(HELP, help.clone()),
        Stop { status: 404, ..open(HELP, "/help/0") },
        send(HELP, help.clone(), 422, &[("email", "nobody"), ("agreed", "ring")]),
        send(HELP, help, 200, &una),
        open("/help/confirm/{token}", offer.clone()),
        send("/help/confirm/{token}", offer, 200, &[]),
        Stop { status: 410, ..open("/help/confirm/{token}", over) },
        open("/unsubscribe/{token}", off.clone()),
        open("/unsubscribe/{token}/one-click", format!("{off}/one-click")),
        send("/unsubscribe/{token}", off.clone(), 422, &[]),
        send("/unsubscribe/{token}", off.clone(), 200, &[("channel", "email"), ("channel", "text")]),
        send("/unsubscribe/{token}/one-click", format!("{off}/one-click"), 200, &[("List-Unsubscribe", "One-Click")]),
    ]
}

/// Whose imprint messages carry, and the page that asks for help.
fn asking(site: &Site) -> Vec<Stop> {
    const CAMPAIGN: &str = "/messages/imprint/campaigns/{campaign}";
    const CAMPAIGNS_NEW: &str = "/messages/imprint/campaigns/new";
    let campaign = format!("/messages/imprint/campaigns/{}", site.campaign);
    vec![
        here("/messages/imprint"),
        send("/messages/imprint", "/messages/imprint", 422, &[("area", &site.area)]),
        open(CAMPAIGNS_NEW, CAMPAIGNS_NEW),
        send(
            "/messages/imprint/campaigns",
            "/messages/imprint/campaigns",
            422,
            &[("welsh", "yes"), ("about", "senedd")],
        ),
        open(CAMPAIGN, campaign.clone()),
        send(CAMPAIGN, campaign, 422, &[("about", "nothing")]),
        open("/volunteers/asking", format!("/volunteers/asking?area={}", site.area)),
        send("/volunteers/asking", "/volunteers/asking", 422, &[("area", "nowhere"), ("open", "yes")]),
        on_paper(open("/volunteers/asking/{area}", format!("/volunteers/asking/{}", site.area))),
    ]
}

/// Messages: written, as they stand, sent off.
fn messages(site: &Site) -> Vec<Stop> {
    let one = |id: Uuid| format!("/messages/{id}");
    let m = &site.messages;
    vec![
        here("/messages"),
        open("/messages", "/messages?tab=going"),
        open("/messages", "/messages?tab=sent"),
        here("/messages/choose"),
        here("/messages/new"),
        open("/messages/new", "/messages/new?form=meeting"),
        send("/messages/new", "/messages/new", 422, &[("subject", ""), ("body", "{{no}}"), ("area", "x")]),
        open("/messages/{message}", one(m.draft)),
        send("/messages/{message}/pictures", one(m.draft) + "/pictures", 422, &[("shows", "")]),
        open("/messages/{message}", one(m.service)),
        open("/messages/{message}", one(m.text)),
        open("/messages/new", "/messages/new?channel=text"),
        open("/messages/new", format!("/messages/new?form=shift-change&event={}", site.events.on)),
        open("/messages/{message}", one(m.waiting)),
        open("/messages/{message}", one(m.sent)),
        open("/messages/{message}/people", one(m.sent) + "/people?which=no-consent"),
        open("/messages/{message}/people", one(m.sent) + "/people?which=failed"),
        open("/messages/{message}/edit", one(m.draft) + "/edit"),
        send("/messages/{message}/edit", one(m.draft) + "/edit", 422, &[("subject", ""), ("body", "")]),
        open("/messages/{message}/sending", one(m.draft) + "/sending"),
        send("/messages/{message}/sending", one(m.draft) + "/sending", 422, &[("when", "later"), ("at", "soon")]),
    ]
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

/// One's own ways to prove who one is.
fn own_factors(role: Role) -> Vec<Stop> {
    let leads = |route: &'static str| Stop { status: 303, ..here(route) };
    let mut stops = vec![
        leads("/sign-in/factor"),
        leads("/sign-in/set-up-factor"),
        leads("/sign-in/terms"),
        here("/account/factors"),
        send("/account/apps", "/account/apps", 200, &[("next", "")]),
        send("/account/email", "/account/email", 422, &[("email", "nobody")]),
    ];
    if role == Role::Volunteer {
        stops.extend([leads("/account/recovery-codes"), leads("/account/confirm")]);
        return stops;
    }
    stops.extend([
        open("/account/confirm", "/account/confirm?again=1&next=/account"),
        send("/account/confirm", "/account/confirm", 422, &[("code", "000000")]),
        send(
            "/account/apps/confirm",
            "/account/apps/confirm",
            409,
            &[("ceremony", "018f0000-0000-7000-8000-000000000000")],
        ),
        here("/account/recovery-codes"),
        on_paper(send("/account/recovery-codes", "/account/recovery-codes", 200, &[("next", "")])),
    ]);
    stops
}

/// Inviting somebody; organisers and administrators.
fn invitations(role: Role) -> Vec<Stop> {
    const NEW: &str = "/access/invitations/new";
    let mut stops = vec![
        here("/access/invitations"),
        here(NEW),
        send("/access/invitations", "/access/invitations", 422, &[("role", "volunteer"), ("email", "nobody")]),
    ];
    if role == Role::Administrator {
        stops.push(open(NEW, "/access/invitations/new?role=none"));
    }
    stops
}

fn anybody() -> Vec<Stop> {
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

fn membership(site: &Site) -> Vec<Stop> {
    const FILE: &str = "/members/imports/{id}";
    let one = format!("/members/{}", site.members.person);
    let in_one = |more: &str| format!("{one}{more}");
    let file = |id: Uuid| format!("/members/imports/{id}");
    let again =
        |route: &'static str, form: &str| Stop { status: 303, ..open(route, file(site.members.waiting) + form) };
    vec![
        refused("/electors", 403),
        here("/members"),
        open("/members", "/members?tab=lapsed&sort=-paid"),
        open("/members", "/members?tab=left"),
        send("/members", "/members", 200, &[("q", "edith")]),
        send("/members", "/members", 200, &[("q", "nobody at all")]),
        here("/members/new"),
        send("/members/new", "/members/new", 422, &[("email", "nobody"), ("postcode", "X"), ("born", "soon")]),
        open("/members/{id}", one.clone()),
        open("/members/{id}/edit", in_one("/edit")),
        send("/members/{id}/edit", in_one("/edit"), 422, &[("surname", "")]),
        send("/members/{id}/state", in_one("/state"), 422, &[("state", "")]),
        send("/members/{id}/payment", in_one("/payment"), 422, &[("paid_until", "soon")]),
        send("/members/{id}/consents", in_one("/consents"), 422, &[("channel", "pigeon")]),
        send("/members/{id}/notes", in_one("/notes"), 422, &[("note", "")]),
        here("/members/matches"),
        here("/members/imports"),
        send("/members/imports", "/members/imports", 422, &[("file", "")]),
        here("/members/imports/new"),
        open(FILE, file(site.members.applied)),
        open(FILE, file(site.members.waiting)),
        open(FILE, file(site.members.unknown)),
        send("/members/imports/{id}/columns", file(site.members.unknown) + "/columns", 422, &[("number", "0")]),
        send(
            "/members/imports/{id}/choices",
            file(site.members.waiting) + "/choices",
            422,
            &[("branch", "Hill End"), ("area", "")],
        ),
        send("/members/imports/{id}/apply", file(site.members.waiting) + "/apply", 422, &[]),
        send("/members/imports/{id}/apply", file(site.members.applied) + "/apply", 409, &[]),
        again("/members/imports/{id}/columns", "/columns"),
        again("/members/imports/{id}/choices", "/choices"),
        again("/members/imports/{id}/apply", "/apply"),
    ]
}

/// Members as an organiser sees them.
fn members_of_organiser(site: &Site) -> Vec<Stop> {
    vec![
        here("/members"),
        open("/members", "/members?tab=off-register"),
        open("/members/{id}", format!("/members/{}", site.members.person)),
    ]
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
        here("/rounds/mine"),
        send(
            "/rounds/mine/{leaflet}/{round}",
            format!("/rounds/mine/{}/{}", site.leaflet, site.round),
            422,
            &[("step", "given-back")],
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

/// Events, for whoever may come to them.
fn events(site: &Site) -> Vec<Stop> {
    const EVENT: &str = "/events/{id}";
    let event = |id: Uuid| format!("/events/{id}");
    vec![
        open("/events", "/events?said=repeated"),
        open("/events", "/events?tab=mine"),
        open("/events", "/events?tab=past"),
        open("/events", "/events?tab=to-fill"),
        open(EVENT, event(site.events.on) + "?said=coming"),
        open(EVENT, event(site.events.full)),
        open(EVENT, event(site.events.off)),
        here("/events/check-in"),
        send("/events/check-in", "/events/check-in", 422, &[("code", "AAAAAA")]),
        here("/events/calendar"),
        send("/events/calendar", "/events/calendar", 200, &[]),
    ]
}

/// The same for whoever runs them.
fn running_events(site: &Site) -> Vec<Stop> {
    const PEOPLE: &str = "/events/{id}/people";
    const SHIFT: &str = "/events/{id}/shifts/{shift}";
    let of = |rest: &str| format!("/events/{}{rest}", site.events.on);
    let shift = of(&format!("/shifts/{}", site.events.shift));
    vec![
        here("/events/new"),
        open("/events/new", format!("/events/new?copy={}", site.events.off)),
        send("/events", "/events", 422, &[("capacity", "many"), ("map", "here"), ("day", "soon"), ("from", "soon")]),
        open("/events/{id}/edit", of("/edit")),
        send("/events/{id}", of(""), 422, &[]),
        open("/events/{id}/repeats", of("/repeats")),
        send("/events/{id}/repeats", of("/repeats"), 422, &[]),
        open("/events/{id}/cancellation", of("/cancellation")),
        send("/events/{id}/cancellation", of("/cancellation"), 422, &[]),
        open("/events/{id}/shifts/new", of("/shifts/new")),
        send("/events/{id}/shifts", of("/shifts"), 422, &[]),
        open(SHIFT, shift.clone()),
        send(SHIFT, shift, 422, &[("name", "Teller")]),
        open("/events/{id}/people/new", of("/people/new")),
        send(PEOPLE, of("/people"), 422, &[]),
        send(PEOPLE, of("/people"), 200, &[("q", "oswin")]),
        send(PEOPLE, of("/people"), 200, &[("q", "nobody of this name")]),
        open("/events/{id}/people/{sign_up}/removal", of(&format!("/people/{}/removal", site.events.place))),
        open("/events/{id}/attendance", of("/attendance")),
        on_paper(open("/events/{id}/sheet", of("/sheet"))),
    ]
}

fn organiser(site: &Site) -> Vec<Stop> {
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
fn paper(site: &Site) -> Vec<Stop> {
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
    ]
}

/// What was printed in each state, walk lists on paper, and polling day on paper.
fn printed(site: &Site) -> Vec<Stop> {
    let run = |run: i64| open("/materials/runs/{run}", format!("/materials/runs/{run}"));
    let [waits, stopped, failed, gone] = site.runs;
    let mut stops: Vec<Stop> = [site.run, waits, stopped, failed, gone].into_iter().map(run).collect();
    stops.extend([
        here("/materials/runs"),
        open("/materials/runs", "/materials/runs?kind=pads"),
        here("/materials/canvass-cards"),
        open("/materials/canvass-cards", format!("/materials/canvass-cards?list={}", site.walk.list)),
        send("/materials/canvass-cards", "/materials/canvass-cards", 422, &[("due_back", "soon")]),
        here("/materials/pads"),
        send("/materials/pads", "/materials/pads", 422, &[("rounds", "99")]),
        here("/materials/night-pack"),
        send("/materials/night-pack", "/materials/night-pack", 422, &[("rounds", "0")]),
    ]);
    stops
}

/// The gallery, and what is made besides letters and canvass cards.
fn materials_made(site: &Site) -> Vec<Stop> {
    const LEAFLET: &str = "/materials/leaflets/{template}";
    let leaflet = format!("/materials/leaflets/{}", site.design);
    let selection = site.selection.to_string();
    let labels = [("selection", selection.as_str()), ("step", "preview")];
    vec![
        here("/materials"),
        here("/materials/brand"),
        send("/materials/brand", "/materials/brand", 422, &[("party", "")]),
        here("/materials/boundaries"),
        send("/materials/boundaries", "/materials/boundaries", 422, &[]),
        here("/materials/labels"),
        open("/materials/labels", format!("/materials/labels?selection={selection}")),
        send("/materials/labels", "/materials/labels", 200, &labels),
        send("/materials/labels", "/materials/labels", 422, &[("stock", "own"), ("columns", "9"), ("width", "wide")]),
        here("/materials/poll-cards"),
        send("/materials/poll-cards", "/materials/poll-cards", 422, &[]),
        here("/materials/out-cards"),
        send("/materials/out-cards", "/materials/out-cards", 422, &[("link", "nowhere"), ("lines", "9")]),
        here("/materials/door-cards"),
        send("/materials/door-cards", "/materials/door-cards", 422, &[("count", "0")]),
        here("/materials/posters"),
        send("/materials/posters", "/materials/posters", 422, &[("line", "")]),
        here("/materials/leaflets"),
        send("/materials/leaflets", "/materials/leaflets", 422, &[("name", ""), ("design", "a0")]),
        open(LEAFLET, leaflet.clone()),
        send(LEAFLET, leaflet.clone(), 422, &[("name", ""), ("heading", "A heading"), ("text", "")]),
        send("/materials/leaflets/{template}/pictures", leaflet.clone() + "/pictures", 422, &[("shows", "")]),
        send("/materials/leaflets/{template}/making", leaflet + "/making", 422, &[]),
    ]
}

/// Letters: templates, what would be made of them, a proof, what came back.
fn letters(site: &Site) -> Vec<Stop> {
    const NEW: &str = "/materials/letters/new";
    const EDIT: &str = "/materials/letters/{template}/edit";
    const MAKING: &str = "/materials/letters/{template}/making";
    let [own, whole] = site.letters.map(|id| format!("/materials/letters/{id}"));
    let chosen = format!("selection={}", site.selection);
    vec![
        here("/materials/letters"),
        open("/materials/letters", format!("/materials/letters?{chosen}")),
        here(NEW),
        open(NEW, "/materials/letters/new?kind=postcards"),
        send(
            NEW,
            NEW,
            422,
            &[("kind", "letters"), ("text", "[if area Nowhere]\nx\n[end]"), ("area", "x"), ("signature", "7")],
        ),
        open("/materials/letters/{template}", own.clone()),
        open("/materials/letters/{template}", whole),
        send("/materials/letters/{template}/pictures", own.clone() + "/pictures", 422, &[("shows", "")]),
        open(EDIT, own.clone() + "/edit"),
        send(EDIT, own.clone() + "/edit", 422, &[("name", ""), ("text", "{{nothing}}")]),
        open(MAKING, own.clone() + "/making"),
        open(MAKING, format!("{own}/making?{chosen}&per=household&order=postcode&envelope=c5&style=large")),
        send(MAKING, own.clone() + "/making", 422, &[("selection", "x"), ("per", "street"), ("style", "tiny")]),
        open("/materials/letters/{template}/proof", format!("{own}/proof?{chosen}")),
        here("/materials/returned"),
        send("/materials/returned", "/materials/returned", 422, &[("code", "4K-1")]),
    ]
}

/// Choosing electors, with every kind of condition on one page.
fn selections(site: &Site) -> Vec<Stop> {
    let one = |page: &str| format!("/selections/{}{page}", site.selection);
    let rows = [
        ("r.of", "all"),
        ("r.0.of", "area"),
        ("r.1.of", "street"),
        ("r.1.district", site.district.as_str()),
        ("r.2.of", "household-size"),
        ("r.3.of", "absent-vote"),
        ("r.4.of", "turnout"),
        ("r.5.of", "intention"),
        ("r.5.among", "codes"),
        ("r.5.age", "within"),
        ("r.6.of", "outcome"),
        ("r.7.of", "last-asked"),
        ("r.8.of", "issues"),
        ("r.9.of", "asked"),
        ("r.10.of", "member"),
        ("r.11.of", "permitted"),
        ("r.12.of", "on-list"),
        ("r.13.of", "register"),
        ("r.14.of", "any"),
        ("r.14.0.of", ""),
        ("r.14.1.of", "none"),
        ("channel", "door"),
        ("version", "1"),
    ];
    let with = |act: &'static str| [&rows[..], &[("do", act)][..]].concat();
    vec![
        here("/selections"),
        open("/selections", "/selections?said=selection-gone"),
        send("/selections", "/selections", 200, &[("q", "everybody")]),
        send("/selections", "/selections", 200, &[("q", "nothing of the kind")]),
        here("/selections/new"),
        open("/selections/new", "/selections/new?start=persuade"),
        send("/selections/new", "/selections/new", 200, &with("draw")),
        send("/selections/new", "/selections/new", 200, &with("add:r.14")),
        send("/selections/new", "/selections/new", 422, &with("keep")),
        send("/selections/new", "/selections/new", 422, &[("r.of", "drop")]),
        open("/selections/{id}", one("")),
        open("/selections/{id}", one("?said=selection-kept")),
        send("/selections/{id}/copy", one("/copy"), 422, &[("name", ""), ("version", "1")]),
        open("/selections/{id}/edit", one("/edit")),
        send("/selections/{id}/edit", one("/edit"), 200, &rows),
        send(
            "/selections/{id}/edit",
            one("/edit"),
            409,
            &[("r.of", "all"), ("channel", "door"), ("version", "7"), ("name", "Mine"), ("do", "keep")],
        ),
        open("/selections/{id}/removal", one("/removal")),
        open("/selections/{id}/electors", one("/electors")),
        open("/selections/{id}/electors", one("/electors?sort=street")),
        open("/selections/{id}/walk-lists", one("/walk-lists")),
        send("/selections/{id}/walk-lists", one("/walk-lists"), 422, &[("name", ""), ("order", "council")]),
        send(
            "/selections/{id}/walk-lists",
            one("/walk-lists"),
            409,
            &[("name", "Row"), ("order", "council"), ("poll", "local"), ("step", "make"), ("expected", "9/9/9")],
        ),
    ]
}

fn news(site: &Site) -> Vec<Stop> {
    let own = format!("/news/{}", site.news);
    vec![
        here("/news"),
        open("/news", "/news?tab=over&said=news-ended"),
        here("/news/new"),
        open("/news/{id}", own.clone()),
        send("/news", "/news", 422, &[("title", ""), ("until", "soon")]),
        send("/news/{id}", own, 422, &[("title", "Tonight")]),
    ]
}

/// Taking people away: the form, what it would hold, one's own, one to decide.
fn rounds(site: &Site) -> Vec<Stop> {
    const ONE: &str = "/rounds/leaflets/{leaflet}";
    let of = |rest: &str| format!("/rounds/{}{rest}", site.round);
    let leaflet = format!("/rounds/leaflets/{}", site.leaflet);
    let (round, district) = (site.round.to_string(), site.district.as_str());
    vec![
        here("/rounds"),
        open("/rounds", "/rounds?show=without&q=nowhere"),
        send("/rounds", "/rounds", 409, &[("district", district), ("name", "Quillbrook 9")]),
        here("/rounds/new"),
        send("/rounds/new", "/rounds/new", 422, &[("step", "streets")]),
        send("/rounds/new", "/rounds/new", 200, &[("step", "streets"), ("district", district)]),
        send("/rounds/new", "/rounds/new", 200, &[("step", "preview"), ("district", district)]),
        here("/rounds/gaps"),
        send("/rounds/gaps", "/rounds/gaps", 422, &[]),
        here("/rounds/leaflets"),
        send("/rounds/leaflets", "/rounds/leaflets", 422, &[("title", ""), ("due", "soon"), ("printed", "many")]),
        open(ONE, leaflet.clone()),
        send("/rounds/leaflets/{leaflet}/steps", leaflet + "/steps", 422, &[("round", &round), ("step", "")]),
        here("/rounds/mine"),
        open("/rounds/{id}", of("")),
        open("/rounds/{id}/edit", of("/edit")),
        send("/rounds/{id}/edit", of("/edit"), 422, &[("name", "")]),
        send("/rounds/{id}/deliverer", of("/deliverer"), 422, &[("to", "nobody-here")]),
        send("/rounds/{id}/marks", of("/marks"), 422, &[]),
        open("/rounds/{id}/end", of("/end")),
    ]
}

fn tasks(site: &Site) -> Vec<Stop> {
    const ONE: &str = "/tasks/{id}";
    let task = format!("/tasks/{}", site.task);
    let own = site.own_task.to_string();
    let elector = site.walk.doors[0].electors[1].as_str();
    vec![
        here("/tasks"),
        open("/tasks", "/tasks?tab=done"),
        open("/tasks", "/tasks?tab=dropped&what=lift"),
        here("/tasks/mine"),
        Stop { status: 303, ..here("/tasks/assign") },
        here("/tasks/new"),
        open("/tasks/new", format!("/tasks/new?elector={elector}")),
        send("/tasks/new", "/tasks/new", 422, &[("elector", elector), ("what", "referral"), ("due", "soon")]),
        send("/tasks/assign", "/tasks/assign", 200, &[("task", &own)]),
        open(ONE, format!("{task}?said=added")),
        open(ONE, format!("/tasks/{own}")),
        send("/tasks/{id}/done", format!("{task}/done"), 422, &[]),
        send("/tasks/{id}/dropped", format!("{task}/dropped"), 422, &[]),
        send("/tasks/{id}/due", format!("{task}/due"), 422, &[("due", "soon")]),
    ]
}

fn helpers(site: &Site) -> Vec<Stop> {
    const ONE: &str = "/volunteers/{person}";
    let helper = format!("/volunteers/{}", site.helper);
    let namesake =
        [("forename", "Tamsin"), ("surname", "Oldacre"), ("area", site.area.as_str()), ("mobile", "07700 900123")];
    vec![
        here("/volunteers"),
        open("/volunteers", "/volunteers?tab=stopped"),
        send("/volunteers", "/volunteers", 200, &[("q", "old")]),
        here("/volunteers/new"),
        send("/volunteers/new", "/volunteers/new", 422, &[]),
        send("/volunteers/new", "/volunteers/new", 200, &namesake),
        open(ONE, format!("{helper}?said=added")),
        open("/volunteers/{person}/change", format!("{helper}/change")),
        send("/volunteers/{person}/change", format!("{helper}/change"), 422, &[("email", "nobody")]),
        send("/volunteers/{person}/consents", format!("{helper}/consents"), 422, &[]),
        send("/volunteers/{person}/notes", format!("{helper}/notes"), 422, &[]),
    ]
}

fn exports(site: &Site) -> Vec<Stop> {
    const NEW: &str = "/exports/new";
    const ONE: &str = "/exports/{number}";
    let reason = "For the ward captains, who call on Saturday";
    let fields = [
        ("district", site.district.as_str()),
        ("column", "name"),
        ("column", "intention"),
        ("format", "csv"),
        ("purpose", "canvassing"),
        ("reason", reason),
        ("days", "3"),
    ];
    let waiting = format!("/exports/{}", site.waiting_export);
    vec![
        here(NEW),
        open(NEW, "/exports/new?kind=local"),
        open(NEW, format!("/exports/new?list={}", site.walk.list)),
        send(NEW, NEW, 422, &[]),
        send(NEW, NEW, 200, &fields),
        send("/exports", "/exports", 409, &[&fields[..], &[("expected", "0")]].concat()),
        here("/exports"),
        open(ONE, format!("/exports/{}?said=ready", site.ready_export)),
        open(ONE, waiting.clone()),
        send("/exports/{number}/approval", format!("{waiting}/approval"), 422, &[]),
        send("/exports/{number}/refusal", format!("{waiting}/refusal"), 422, &[]),
    ]
}

/// Every export, whose file one is, the limit; the data protection officer's.
fn all_exports(site: &Site) -> Vec<Stop> {
    const TRACE: &str = "/protection/exports/trace";
    const FILE: &str = "/protection/exports/trace/file";
    vec![
        here("/protection/exports"),
        open("/protection/exports", "/protection/exports?sort=largest"),
        send(TRACE, TRACE, 200, &[("lines", "Sunniva Quist, 9 Larkspur Row")]),
        send(TRACE, TRACE, 200, &[("name", "Nobody"), ("address", "Nowhere")]),
        send(FILE, FILE, 422, &[]),
        Stop { status: 303, ..here("/exports") },
        open("/exports/{number}", format!("/exports/{}", site.waiting_export)),
        here("/settings/exports"),
        send("/settings/exports", "/settings/exports", 422, &[("people", "many")]),
    ]
}

/// An organiser's own part of access.
fn delegation(site: &Site) -> Vec<Stop> {
    const LIST: &str = "/access/volunteers";
    let of = |act: &str| format!("/access/volunteers/{}/{act}", site.volunteer.grant);
    let review = format!("/access/reviews/{}", site.review);
    vec![
        here(LIST),
        open(LIST, "/access/volunteers?said=given&sort=-seen"),
        open(LIST, "/access/volunteers?tab=ended"),
        here("/access/volunteers/new"),
        send(LIST, LIST, 422, &[("email", "nobody"), ("from", "soon")]),
        send(LIST, LIST, 200, &[("area", &site.area), ("show", "true")]),
        open("/access/volunteers/{id}/renew", of("renew")),
        send("/access/volunteers/{id}/renew", of("renew"), 422, &[("until", "soon")]),
        open("/access/volunteers/{id}/end", of("end")),
        send("/access/volunteers/{id}/end", of("end"), 422, &[]),
        here("/access/reviews"),
        open("/access/reviews/{id}", review.clone()),
        send("/access/reviews/{id}", review, 422, &[("answer", "end")]),
    ]
}

/// What two people decide, the emergency's hour, reviews: for administrators, and to read for the data protection officer.
fn matters(site: &Site) -> Vec<Stop> {
    vec![
        open("/access/requests", "/access/requests?said=asked"),
        open("/access/requests/{id}", format!("/access/requests/{}", site.request)),
        here("/access/break-glass"),
        send("/access/break-glass", "/access/break-glass", 422, &[("role", "king")]),
        here("/access/reviews"),
        open("/access/reviews/{id}", format!("/access/reviews/{}?done=0", site.review)),
    ]
}

fn decisions(site: &Site) -> Vec<Stop> {
    let request = |act: &str| format!("/access/requests/{}/{act}", site.request);
    let review = format!("/access/reviews/{}", site.review);
    vec![
        send("/access/requests/{id}/approval", request("approval"), 422, &[]),
        send("/access/requests/{id}/refusal", request("refusal"), 422, &[]),
        send("/access/requests/{id}/stop", request("stop"), 422, &[]),
        here("/access/reviews/new"),
        send("/access/reviews", "/access/reviews", 422, &[]),
        send("/access/reviews", "/access/reviews", 200, &[("area", &site.area)]),
        send("/access/reviews/{id}", review.clone(), 422, &[]),
        send("/access/reviews/{id}", review, 422, &[("answer", "end")]),
    ]
}

/// Administrators name areas, and organisers of all of them.
/// Where districts vote: the list, a file, one by hand.
fn polling_places(site: &Site) -> Vec<Stop> {
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

/// Absent voters' lists and marked registers.
fn voters(site: &Site) -> Vec<Stop> {
    const FILE: &str = "/imports/voters/{id}";
    const COLUMNS: &str = "/imports/voters/{id}/columns";
    const APPLY: &str = "/imports/voters/{id}/apply";
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
        again(COLUMNS, "/columns"),
        again(APPLY, "/apply"),
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
    stops.extend(invitations(Role::Administrator));
    stops.extend(areas(site));
    stops.extend(matters(site));
    stops.extend(decisions(site));
    stops.extend(settings());
    stops.extend([
        here("/messages/imprint"),
        here("/messages/imprint/campaigns/new"),
        open("/messages/imprint/campaigns/{campaign}", format!("/messages/imprint/campaigns/{}", site.campaign)),
        here("/areas/polling-places"),
        here("/access/tools"),
        open("/access/tools/close", "/access/tools/close?tool=contact"),
        open("/access/tools/close", format!("/access/tools/close?tool=all&area={}&stay=organiser", site.area)),
        send("/access/tools/close", "/access/tools/close", 422, &[("tool", "contact"), ("notice", "")]),
        here("/protection/alerts"),
        open("/protection/alerts/{number}", format!("/protection/alerts/{}", site.found.officers)),
        here("/access/outbox"),
        here("/access/terms"),
        send("/access/terms", "/access/terms", 422, &[("text", "")]),
        send(
            "/access/tools/close",
            "/access/tools/close",
            422,
            &[("tool", "contact"), ("notice", "own"), ("area", "0")],
        ),
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
    const MANY: &str = "/access/end-access";
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
        open("/access/accounts/{id}/factors", of(other, "/factors")),
        open("/access/accounts/{id}/factors", of(gone, "/factors")),
        send("/access/accounts/{id}/factors", of(other, "/factors"), 422, &[("reason", "")]),
        open(GRANTS, of(other, "/grants/new")),
        open(GRANTS, of(other, "/grants/new?role=administrator")),
        send("/access/accounts/{id}/grants", of(other, "/grants"), 422, &[("role", "organiser")]),
        open(END, end.clone()),
        send(END, end, 422, &[]),
        open("/access/accounts/{id}/end-access", of(other, "/end-access")),
        send("/access/accounts/{id}/end-access", of(other, "/end-access"), 422, &[]),
        on_paper(open("/access/accounts/{id}/receipt", of(gone, "/receipt"))),
        open("/access/accounts/{id}/receipt", of(other, "/receipt")),
        open("/access/accounts/{id}/days", of(gone, "/days")),
        open("/access/accounts/{id}/days", of(other, "/days")),
        open(
            "/access/accounts/{id}/days/{day}",
            of(gone, &format!("/days/{}", chrono::Utc::now().with_timezone(&chrono_tz::Europe::London).date_naive())),
        ),
        here(MANY),
        open(MANY, "/access/end-access?role=administrator"),
        open(MANY, "/access/end-access?role=data-protection-officer&unseen=1000"),
        Stop { status: 422, ..open(MANY, "/access/end-access?unseen=soon&joined=never") },
        send(MANY, MANY, 422, &[("role", "organiser")]),
        send(MANY, MANY, 422, &[]),
        on_paper(open("/access/endings/groups/{id}", site.group.clone())),
        on_paper(open("/access/endings/{id}", site.ending.clone())),
        open("/access/endings/{id}", format!("{}?written=1", site.ending)),
        send("/access/endings/{id}/given", format!("{}/given", site.ending), 409, &[]),
        open("/access/endings/{id}/give-back", format!("{}/give-back", site.ending)),
        send("/access/endings/{id}/give-back", format!("{}/give-back", site.ending), 422, &[]),
        on_paper(open("/access/endings/{id}/letter", format!("{}/letter", site.ending))),
        open("/access/accounts/{id}/give-back", of(gone, "/give-back")),
        send("/access/accounts/{id}/give-back", of(gone, "/give-back"), 422, &[]),
        send("/access/accounts/{id}/give-back", of(other, "/give-back"), 409, &[("reason", "Back again")]),
    ]
}

fn protection(site: &Site) -> Vec<Stop> {
    let mut stops = all_exports(site);
    stops.extend(rights(site));
    stops.extend(retention(site));
    stops.extend(breaches(site));
    stops.extend(records());
    stops.extend(watching(site));
    let elector = format!("/protection/electors/{}", site.walk.doors[0].electors[1]);
    stops.extend([
        here("/protection"),
        on_paper(here("/protection/seal")),
        send("/protection/accounts", "/protection/accounts", 200, &[("q", "organiser")]),
        send("/protection/accounts", "/protection/accounts", 200, &[("q", "nobody of this name")]),
        open("/protection/accounts/{id}", format!("/protection/accounts/{}", site.gone.id)),
        open("/protection/accounts/{id}", format!("/protection/accounts/{}", site.organiser.id)),
        send("/protection/electors", "/protection/electors", 200, &[("q", "harcourt")]),
        send("/protection/electors", "/protection/electors", 200, &[("q", "nobody of this name")]),
        open("/protection/electors/{id}", elector),
        open("/protection/people/{id}", format!("/protection/people/{}", site.person)),
        open("/protection/subjects/{id}", format!("/protection/subjects/person-{}", site.person)),
        open("/protection/subjects/{id}/erasure", format!("/protection/subjects/person-{}/erasure", site.person)),
        here("/access/permissions"),
        refused("/electors", 403),
    ]);
    stops.extend(matters(site));
    stops
}

/// Alerts in their states, the rules, canaries.
fn watching(site: &Site) -> Vec<Stop> {
    const ALERTS: &str = "/protection/alerts";
    const ALERT: &str = "/protection/alerts/{number}";
    const RULE: &str = "/protection/alerts/rules/{rule}";
    const CANARIES: &str = "/protection/canaries";
    let alert = |id: i64| format!("/protection/alerts/{id}");
    let rule = "/protection/alerts/rules/sweep-organisers";
    let found = &site.found;
    vec![
        here(ALERTS),
        open(ALERTS, "/protection/alerts?show=all&sort=oldest"),
        open(ALERTS, "/protection/alerts?show=decided&severity=high"),
        on_paper(open(ALERT, alert(found.fresh))),
        open(ALERT, alert(found.explained)),
        open(ALERT, alert(found.over)),
        open(ALERT, alert(found.several)),
        send(ALERT, alert(found.fresh), 422, &[("what", "explained"), ("words", "")]),
        send(ALERT, alert(found.fresh), 422, &[("what", "asked"), ("words", "")]),
        here("/protection/alerts/rules"),
        open(RULE, rule),
        send(RULE, rule, 422, &[("threshold", "many"), ("minutes", "0")]),
        here(CANARIES),
        send(CANARIES, CANARIES, 422, &[("area", ""), ("count", "100")]),
        open("/protection/canaries/{number}/removal", format!("/protection/canaries/{}/removal", found.canary)),
    ]
}

/// People's rights: the queue, one request in its states, finding somebody, their file and what is done with it.
fn rights(site: &Site) -> Vec<Stop> {
    const REQUESTS: &str = "/protection/requests";
    const REQUEST: &str = "/protection/requests/{number}";
    const SUBJECTS: &str = "/protection/subjects";
    const STOPS: &str = "/protection/subjects/{id}/stops";
    const PASSAGES: &str = "/protection/subjects/{id}/passages";
    const ANSWERS: &str = "/protection/subjects/{id}/answers";
    const ERASURE: &str = "/protection/subjects/{id}/erasure";
    const CONSENTS: &str = "/protection/subjects/{id}/consents";
    const DETAILS: &str = "/protection/subjects/{id}/details";
    let person = |rest: &str| format!("/protection/subjects/person-{}{rest}", site.person);
    let of = |rest: &str| format!("/protection/subjects/{}{rest}", site.walk.doors[1].electors[1]);
    let account = format!("/protection/subjects/{}", site.gone.id);
    let request = format!("/protection/requests/{}", site.rights.open);
    let typed = [("result", site.said.as_str()), ("passage", "nothing that it says")];
    vec![
        here(REQUESTS),
        open(REQUESTS, "/protection/requests?tab=closed"),
        here("/protection/requests/new"),
        send(REQUESTS, REQUESTS, 422, &[("kind", "access"), ("asker", "")]),
        on_paper(open(REQUEST, request.clone())),
        open(REQUEST, format!("/protection/requests/{}", site.rights.closed)),
        send(REQUEST, request.clone(), 422, &[("act", "refused"), ("words", "")]),
        send(
            "/protection/requests/{number}/letters",
            request + "/letters",
            422,
            &[("letter", "answer"), ("typed", "")],
        ),
        here(SUBJECTS),
        send(SUBJECTS, SUBJECTS, 200, &[("name", "harcourt")]),
        send(SUBJECTS, SUBJECTS, 200, &[("name", "nobody of this name"), ("request", "1")]),
        on_paper(open("/protection/subjects/{id}", of(""))),
        open("/protection/subjects/{id}", account.clone()),
        send("/protection/subjects/{id}/file", of("/file"), 422, &[("reason", "")]),
        open(STOPS, of("/stops")),
        send(STOPS, of("/stops"), 422, &[("how", "")]),
        open(PASSAGES, of("/passages")),
        send(PASSAGES, of("/passages"), 422, &typed),
        open(ANSWERS, of("/answers")),
        send(ANSWERS, of("/answers"), 422, &[("result", site.said.as_str()), ("intention", "no such code")]),
        open(CONSENTS, person("/consents")),
        send(CONSENTS, person("/consents"), 422, &[("how", "")]),
        open(DETAILS, person("/details")),
        send(DETAILS, person("/details"), 422, &[("surname", ""), ("mobile", "no number")]),
        open(ERASURE, of("/erasure")),
        open(ERASURE, account + "/erasure"),
        send(ERASURE, of("/erasure"), 422, &[("reason", "")]),
        open("/protection/erasures/{id}", format!("/protection/erasures/{}", site.rights.erasure)),
        here("/protection/suppressed"),
    ]
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

/// Settings an administrator changes.
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
        here("/settings/exports"),
        send("/settings/exports", "/settings/exports", 422, &[("people", "many")]),
        here("/settings/processors"),
        send("/settings/processors", "/settings/processors", 422, &[]),
    ]
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
