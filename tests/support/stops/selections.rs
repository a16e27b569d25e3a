//! Stops of the walk: choosing electors by rules.

use super::super::site::Site;
use super::{Stop, here, open, send};

/// Choosing electors, with every kind of condition on one page.
pub(super) fn selections(site: &Site) -> Vec<Stop> {
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
