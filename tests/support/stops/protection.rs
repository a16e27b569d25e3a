//! Stops of the walk: the data protection officer’s, and what is set for all.

use super::super::site::Site;
use super::access::matters;
use super::exports::all_exports;
use super::{Stop, here, on_paper, open, refused, send};

pub(super) fn protection(site: &Site) -> Vec<Stop> {
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
pub(super) fn watching(site: &Site) -> Vec<Stop> {
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
pub(super) fn rights(site: &Site) -> Vec<Stop> {
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

pub(super) fn retention(site: &Site) -> Vec<Stop> {
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

pub(super) fn breaches(site: &Site) -> Vec<Stop> {
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

pub(super) fn records() -> Vec<Stop> {
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
pub(super) fn settings() -> Vec<Stop> {
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
