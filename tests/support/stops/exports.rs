//! Stops of the walk: what is taken away as a file.

use super::super::site::Site;
use super::{Stop, here, open, send};

pub(super) fn exports(site: &Site) -> Vec<Stop> {
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
pub(super) fn all_exports(site: &Site) -> Vec<Stop> {
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
