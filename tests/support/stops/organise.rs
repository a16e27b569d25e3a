//! Stops of the walk: members, volunteers, events, tasks and news.

use super::super::site::Site;
use super::{Stop, here, on_paper, open, refused, send};
use uuid::Uuid;

/// Offering to help, and being off the list.
pub(super) fn offering(site: &Site) -> Vec<Stop> {
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

pub(super) fn membership(site: &Site) -> Vec<Stop> {
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
pub(super) fn members_of_organiser(site: &Site) -> Vec<Stop> {
    vec![
        here("/members"),
        open("/members", "/members?tab=off-register"),
        open("/members/{id}", format!("/members/{}", site.members.person)),
    ]
}

/// Events, for whoever may come to them.
pub(super) fn events(site: &Site) -> Vec<Stop> {
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
pub(super) fn running_events(site: &Site) -> Vec<Stop> {
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

pub(super) fn news(site: &Site) -> Vec<Stop> {
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

pub(super) fn tasks(site: &Site) -> Vec<Stop> {
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

pub(super) fn helpers(site: &Site) -> Vec<Stop> {
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
