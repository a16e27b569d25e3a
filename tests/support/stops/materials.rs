//! Stops of the walk: whatever is printed, and delivery rounds.

use super::super::site::Site;
use super::{Stop, here, open, send};

/// What was printed in each state, walk lists on paper, and polling day on paper.
pub(super) fn printed(site: &Site) -> Vec<Stop> {
    let run = |run: i64| open("/materials/runs/{run}", format!("/materials/runs/{run}"));
    let [waits, stopped, failed, gone] = site.runs;
    let mut stops: Vec<Stop> = [site.run, waits, stopped, failed, gone].into_iter().map(run).collect();
    stops.extend([
        here("/materials/runs"),
        open("/materials/runs", "/materials/runs?kind=pads"),
        here("/materials/canvass-cards"),
        open("/materials/canvass-cards", format!("/materials/canvass-cards?list={}", site.walk.list)),
        open("/materials/canvass-cards", "/materials/canvass-cards?all=yes"),
        send("/materials/canvass-cards", "/materials/canvass-cards", 422, &[("due_back", "soon")]),
        here("/materials/pads"),
        send("/materials/pads", "/materials/pads", 422, &[("rounds", "99")]),
        here("/materials/night-pack"),
        send("/materials/night-pack", "/materials/night-pack", 422, &[("rounds", "0")]),
    ]);
    stops
}

/// The gallery, and what is made besides letters and canvass cards.
pub(super) fn materials_made(site: &Site) -> Vec<Stop> {
    const LEAFLET: &str = "/materials/leaflets/{template}";
    let leaflet = format!("/materials/leaflets/{}", site.design);
    let selection = site.selection.to_string();
    let labels = [("selection", selection.as_str()), ("step", "preview")];
    // Under a name that is taken: asked first.
    let again = [("step", "keep"), ("keep_as", "The library"), ("line", "Keep our library")];
    vec![
        here("/materials"),
        here("/materials/brand"),
        send("/materials/brand", "/materials/brand", 422, &[("party", "")]),
        here("/materials/boundaries"),
        send("/materials/boundaries", "/materials/boundaries", 422, &[]),
        here("/materials/labels"),
        open("/materials/labels", format!("/materials/labels?selection={selection}")),
        open("/materials/labels", format!("/materials/labels?selection={selection}&kept={}", site.kept[0])),
        send("/materials/labels", "/materials/labels", 200, &labels),
        send("/materials/labels", "/materials/labels", 422, &[("step", "keep"), ("keep_as", "")]),
        send("/materials/labels", "/materials/labels", 422, &[("stock", "own"), ("columns", "9"), ("width", "wide")]),
        here("/materials/poll-cards"),
        send("/materials/poll-cards", "/materials/poll-cards", 422, &[]),
        here("/materials/out-cards"),
        open("/materials/out-cards", format!("/materials/out-cards?kept={}", site.kept[1])),
        send("/materials/out-cards", "/materials/out-cards", 422, &[("link", "nowhere"), ("lines", "9")]),
        here("/materials/door-cards"),
        send("/materials/door-cards", "/materials/door-cards", 422, &[("count", "0")]),
        here("/materials/posters"),
        open("/materials/posters", format!("/materials/posters?kept={}", site.kept[2])),
        send("/materials/posters", "/materials/posters", 422, &[("line", "")]),
        send("/materials/posters", "/materials/posters", 422, &again),
        here("/materials/leaflets"),
        send("/materials/leaflets", "/materials/leaflets", 422, &[("name", ""), ("design", "a0")]),
        open(LEAFLET, leaflet.clone()),
        send(LEAFLET, leaflet.clone(), 422, &[("name", ""), ("heading", "A heading"), ("text", "")]),
        send("/materials/leaflets/{template}/pictures", leaflet.clone() + "/pictures", 422, &[("shows", "")]),
        send("/materials/leaflets/{template}/making", leaflet + "/making", 422, &[]),
    ]
}

/// Letters: templates, what would be made of them, a proof, what came back.
pub(super) fn letters(site: &Site) -> Vec<Stop> {
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

/// Taking people away: the form, what it would hold, one's own, one to decide.
pub(super) fn rounds(site: &Site) -> Vec<Stop> {
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
        send("/rounds/new", "/rounds/new", 200, &[("step", "all-districts")]),
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
