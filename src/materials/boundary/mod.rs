//! Boundaries of areas: read from a GeoJSON file, made simpler, drawn as a path. No map of anybody else's is asked for.

pub mod pages;
pub mod store;

use crate::error::Error;
use serde_json::Value;

/// Bytes of a file.
pub const LIMIT: usize = 2 * 1024 * 1024;
/// Points of a file.
const MOST_POINTS: usize = 200_000;
/// Points that are weighed one against another: the time that takes grows with their square.
const WEIGHED: usize = 4_000;
/// Points that are kept: enough for any ward on an A3.
const KEPT: usize = 3_000;
/// How far, in degrees, what is left out may lie from the line at first: about two metres.
const FINEST: f64 = 0.00002;
/// The drawing's width and height at most, in its own units.
const SIDE: f64 = 1000.0;

/// A point: degrees east and north.
pub type Point = (f64, f64);
/// An outline; its first and last points are the same.
pub type Ring = Vec<Point>;
/// Polygons: each an outline, then its holes.
pub type Shape = Vec<Vec<Ring>>;

/// Reads a boundary from GeoJSON (RFC 7946): a Polygon or MultiPolygon, by itself or in a Feature, or a collection of one Feature or
/// of several that are parts of one.
///
/// # Errors
/// [`Error::Invalid`] on `file`, in words.
pub fn read(file: &[u8]) -> Result<Shape, Error> {
    let json: Value = serde_json::from_slice(file)
        .map_err(|_| wrong("This is not a GeoJSON file. Choose one that ends in .geojson or .json"))?;
    let mut read = Read { shape: Shape::new(), points: 0 };
    read.gather(&json, 0)?;
    if read.shape.is_empty() {
        return Err(wrong("This file holds no area. It needs a Polygon or a MultiPolygon"));
    }
    let shape = simpler(read.shape, &mut 0);
    if shape.is_empty() {
        return Err(wrong("The lines of this boundary are too close together to be drawn. Choose a generalised one"));
    }
    Ok(shape)
}

fn wrong(words: &str) -> Error {
    Error::field("file", words)
}

/// How many points a shape has.
pub fn points(shape: &Shape) -> usize {
    shape.iter().flatten().map(Vec::len).sum()
}

/// What is read of a file so far.
struct Read {
    shape: Shape,
    points: usize,
}

impl Read {
    fn gather(&mut self, json: &Value, depth: usize) -> Result<(), Error> {
        let inner = |key: &str| json.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        match json.get("type").and_then(Value::as_str) {
            Some("FeatureCollection") if depth == 0 => {
                let features = inner("features");
                if features.len() > 50 {
                    return Err(wrong("This file holds more than 50 areas. Choose one that holds this area alone"));
                }
                features.iter().try_for_each(|feature| self.gather(feature, 1))
            }
            Some("Feature") if depth <= 1 => json.get("geometry").map_or(Ok(()), |geometry| self.gather(geometry, 2)),
            Some("Polygon") => self.polygon(inner("coordinates")),
            Some("MultiPolygon") => inner("coordinates")
                .iter()
                .try_for_each(|one| self.polygon(one.as_array().map_or(&[][..], Vec::as_slice))),
            _ => Ok(()),
        }
    }

    fn polygon(&mut self, rings: &[Value]) -> Result<(), Error> {
        let rings: Vec<Ring> = rings.iter().map(|ring| self.ring(ring)).collect::<Result<_, _>>()?;
        if rings.is_empty() {
            return Err(wrong("A polygon in this file has no outline"));
        }
        self.shape.push(rings);
        Ok(())
    }

    fn ring(&mut self, json: &Value) -> Result<Ring, Error> {
        let listed = json.as_array().map_or(&[][..], Vec::as_slice);
        // Counted before they are read: what is too much is not taken up first.
        self.points += listed.len();
        if self.points > MOST_POINTS {
            return Err(wrong("This boundary has more than 200,000 points. Choose a generalised one"));
        }
        let ring: Ring = listed.iter().map(point).collect::<Result<_, _>>()?;
        if ring.len() < 4 || ring.first() != ring.last() {
            return Err(wrong("An outline in this file is not closed: its last point is not its first"));
        }
        Ok(ring)
    }
}

fn point(json: &Value) -> Result<Point, Error> {
    let at = |n: usize| json.get(n).and_then(Value::as_f64).filter(|n| n.is_finite());
    let (Some(east), Some(north)) = (at(0), at(1)) else {
        return Err(wrong("A point in this file is no pair of numbers"));
    };
    if !(-180.0..=180.0).contains(&east) || !(-85.0..=85.0).contains(&north) {
        return Err(wrong(
            "The points of this file are not in degrees. Export it in WGS 84 (EPSG:4326), not in the National Grid",
        ));
    }
    // To about a metre: what is kept is no longer than it need be.
    Ok(((east * 1e5).round() / 1e5, (north * 1e5).round() / 1e5))
}

/// With so few points that it draws quickly, and none of them further from the line than can be seen; no polygon at all where
/// nothing of it is left. `steps` counts points that were looked at: what a file can ask of us is bounded by the number of its
/// points and the square of [`WEIGHED`].
fn simpler(shape: Shape, steps: &mut usize) -> Shape {
    let corner = shape.iter().flatten().flatten().fold((f64::MAX, f64::MAX), |c, p| (c.0.min(p.0), c.1.min(p.1)));
    let (mut kept, mut cell, mut tolerance) = (shape, FINEST, FINEST);
    // The cells end at twice a globe's width, where every outline is in one.
    while points(&kept) > WEIGHED && cell < 720.0 {
        kept = each(&kept, |ring| one_a_cell(ring, corner, cell, steps));
        // Finer than a part of the cells it is not any more.
        tolerance = FINEST.max(cell / 4.0);
        cell *= 2.0;
    }
    if points(&kept) <= KEPT {
        return kept;
    }
    let weighed: Vec<Vec<Vec<(Point, f64)>>> =
        kept.iter().map(|rings| rings.iter().map(|ring| weighed(ring, tolerance, steps)).collect()).collect();
    while points(&kept) > KEPT && tolerance < 1.0 {
        kept =
            each(&weighed, |ring| ring.iter().filter(|(_, off)| *off > tolerance).map(|(point, _)| *point).collect());
        tolerance *= 2.0;
    }
    kept
}

/// Every ring made simpler. Islands that became a point go, and holes.
fn each<P>(shape: &[Vec<Vec<P>>], mut simpler: impl FnMut(&[P]) -> Ring) -> Shape {
    let mut kept: Shape = shape.iter().map(|rings| rings.iter().map(|ring| simpler(ring)).collect()).collect();
    kept.retain(|rings: &Vec<Ring>| rings.first().is_some_and(|outline| outline.len() >= 4));
    for rings in &mut kept {
        let mut first = true;
        rings.retain(|ring| std::mem::take(&mut first) || ring.len() >= 4);
    }
    kept
}

/// The first point of each stay in a cell of a grid that begins at this corner. Reads every point once.
fn one_a_cell(ring: &[Point], corner: Point, cell: f64, steps: &mut usize) -> Ring {
    *steps += ring.len();
    let at = |p: &Point| (((p.0 - corner.0) / cell).floor(), ((p.1 - corner.1) / cell).floor());
    let mut kept = Ring::new();
    let mut before = None;
    for point in ring {
        let here = Some(at(point));
        if here != before {
            kept.push(*point);
        }
        before = here;
    }
    if let Some(first) = kept.first().copied().filter(|first| kept.last() != Some(first)) {
        kept.push(first);
    }
    kept
}

/// Each point with how far the line would be off without it, by Douglas and Peucker's way, without recursion: a closed ring is cut
/// at the point that is furthest from its first. What is off by less than the tolerance is not looked into further.
fn weighed(ring: &[Point], tolerance: f64, steps: &mut usize) -> Vec<(Point, f64)> {
    let mut weights: Vec<(Point, f64)> = ring.iter().map(|point| (*point, 0.0)).collect();
    if ring.len() < 5 {
        return ring.iter().map(|point| (*point, f64::MAX)).collect();
    }
    *steps += ring.len();
    let last = ring.len() - 1;
    let distance = |a: Point, b: Point| (a.0 - b.0).hypot(a.1 - b.1);
    let far = (1..last).max_by(|a, b| distance(ring[0], ring[*a]).total_cmp(&distance(ring[0], ring[*b]))).unwrap_or(1);
    for end in [0, far, last] {
        weights[end].1 = f64::MAX;
    }
    let mut open = vec![(0, far, f64::MAX), (far, last, f64::MAX)];
    while let Some((from, to, above)) = open.pop() {
        *steps += to - from;
        let off = |n: usize| (n, from_line(ring[n], ring[from], ring[to]));
        let widest = (from + 1..to).map(off).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((widest, off)) = widest.filter(|(_, off)| *off > tolerance) {
            // It is kept only where those are by which the ring was cut before.
            let off = off.min(above);
            weights[widest].1 = off;
            open.extend([(from, widest, off), (widest, to, off)]);
        }
    }
    weights
}

fn from_line(point: Point, one: Point, other: Point) -> f64 {
    let (x, y) = (other.0 - one.0, other.1 - one.1);
    let length = x.hypot(y);
    if length == 0.0 {
        return (point.0 - one.0).hypot(point.1 - one.1);
    }
    ((point.0 - one.0) * y - (point.1 - one.1) * x).abs() / length
}

/// A shape as it is drawn: the height beside a width of 1000 at most, and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Units wide.
    pub width: i64,
    /// Units high.
    pub height: i64,
    /// The outlines and holes, to be filled by the even-odd rule.
    pub path: String,
}

/// Draws it north up, as wide as it is on the ground at its own latitude.
pub fn draw(shape: &Shape) -> Drawn {
    let all = || shape.iter().flatten().flatten();
    let (mut west, mut east, mut south, mut north) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
    for (x, y) in all() {
        (west, east, south, north) = (west.min(*x), east.max(*x), south.min(*y), north.max(*y));
    }
    let squeeze = ((south + north) / 2.0).to_radians().cos().max(0.05);
    let (wide, high) = (((east - west) * squeeze).max(1e-6), (north - south).max(1e-6));
    let scale = SIDE / wide.max(high);
    let margin = SIDE / 50.0;
    let mut path = String::new();
    for ring in shape.iter().flatten() {
        for (n, (x, y)) in ring.iter().enumerate() {
            let (x, y) = ((x - west) * squeeze * scale + margin, (north - y) * scale + margin);
            path.push_str(&format!("{}{x:.1} {y:.1}", if n == 0 { "M" } else { "L" }));
        }
        path.push('Z');
    }
    Drawn {
        width: (wide * scale + 2.0 * margin).ceil() as i64,
        height: (high * scale + 2.0 * margin).ceil() as i64,
        path,
    }
}

impl Drawn {
    /// A drawing for a sheet, in these colours (`#rrggbb`).
    pub fn svg(&self, fill: &str, line: &str) -> String {
        let Drawn { width, height, path } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\"><path d=\"{path}\" fill=\"{fill}\" \
             fill-opacity=\"0.25\" fill-rule=\"evenodd\" stroke=\"{line}\" stroke-width=\"8\" stroke-linejoin=\"round\"/></svg>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SQUARE: &str = r#"{"type":"Feature","properties":{"name":"<script>"},"geometry":{"type":"Polygon",
        "coordinates":[[[-2.0,52.0],[-1.9,52.0],[-1.9,52.1],[-2.0,52.1],[-2.0,52.0]]]}}"#;

    #[test]
    fn a_feature_is_read_and_drawn_north_up() {
        let shape = read(SQUARE.as_bytes()).unwrap();
        assert_eq!(points(&shape), 5);
        let drawn = draw(&shape);
        assert!(drawn.width < drawn.height, "narrower than high this far north: {drawn:?}");
        assert!(drawn.path.starts_with('M') && drawn.path.ends_with('Z'));
        assert!(!drawn.svg("#752b62", "#000000").contains("script"));
    }

    #[test]
    fn what_is_no_boundary_is_refused_in_words() {
        let polygon = |points: &str| format!(r#"{{"type":"Polygon","coordinates":[[{points}]]}}"#);
        for (file, said) in [
            ("", "not a GeoJSON"),
            ("[1", "not a GeoJSON"),
            (r#"{"type":"Point","coordinates":[1,2]}"#, "holds no area"),
            (r#"{"type":"Feature","geometry":null}"#, "holds no area"),
            (&polygon("[420000,250000],[420001,250000],[420001,250001],[420000,250000]"), "not in degrees"),
            (&polygon("[1,2],[2,3],[3,4],[4,5]"), "not closed"),
            (&polygon("[1,2]"), "not closed"),
            (&polygon(r#"["a",2]"#), "no pair of numbers"),
            (r#"{"type":"Polygon","coordinates":[]}"#, "no outline"),
        ] {
            let Err(Error::Invalid(fields)) = read(file.as_bytes()) else { panic!("{file} was read") };
            assert!(fields[0].message.contains(said), "{file}: {}", fields[0].message);
        }
    }

    #[test]
    fn a_coast_with_many_points_is_made_simpler_and_stays_in_its_place() {
        let around = |n: usize| {
            let turn = n as f64 / 60_000.0 * std::f64::consts::TAU;
            [-3.0 + turn.cos() * 0.2, 54.0 + turn.sin() * 0.1]
        };
        let mut ring: Vec<[f64; 2]> = (0..60_000).map(around).collect();
        ring.push(ring[0]);
        let file = serde_json::json!({ "type": "MultiPolygon", "coordinates": [[ring]] }).to_string();
        let shape = read(file.as_bytes()).unwrap();
        assert!((50..=KEPT).contains(&points(&shape)), "{}", points(&shape));
        assert!(shape.iter().flatten().flatten().all(|(x, y)| {
            let off = ((x + 3.0) / 0.2).hypot((y - 54.0) / 0.1);
            (0.99..1.01).contains(&off)
        }));
    }

    /// To and fro between two sides that come together: Douglas and Peucker's cuts off one point at a time.
    fn zigzag(points: u32, wide: f64) -> Ring {
        let at = |n: u32| {
            let along = f64::from(n) / f64::from(points);
            let side = if n.is_multiple_of(2) { wide } else { -wide };
            (-2.0 + along, 53.0 + side * (1.0 - along))
        };
        (0..points).chain([0]).map(at).collect()
    }

    #[test]
    fn a_zigzag_costs_no_more_than_a_coast() {
        for wide in [0.3, 0.05, 0.002] {
            let mut steps = 0;
            let shape = simpler(vec![vec![zigzag(20_000, wide)]], &mut steps);
            assert!(points(&shape) <= WEIGHED, "{wide}: {}", points(&shape));
            // The square of its points is four hundred million.
            assert!(steps < 2_000_000, "{wide}: {steps}");
        }
        // Of as many as are weighed it is their square once, not once a tolerance; and the answer is whole.
        let mut steps = 0;
        let shape = simpler(vec![vec![zigzag(3_990, 0.5)]], &mut steps);
        assert!(points(&shape) <= KEPT && steps < WEIGHED * WEIGHED, "{} in {steps}", points(&shape));
        assert!(shape.iter().flatten().all(|ring| ring.len() >= 4 && ring.first() == ring.last()));
    }

    #[test]
    fn specks_without_number_leave_few_points_or_are_refused_in_words() {
        let speck = |n: u32| {
            let (x, y) = (f64::from(n % 200) * 0.01, 50.0 + f64::from(n / 200) * 0.01);
            vec![vec![(x, y), (x + 0.002, y), (x, y + 0.002), (x, y)]]
        };
        assert!(points(&simpler((0..20_000).map(speck).collect(), &mut 0)) <= WEIGHED);
        let said = |file: String| match read(file.as_bytes()) {
            Err(Error::Invalid(fields)) => fields[0].message.clone(),
            other => format!("{other:?}"),
        };
        let specks: Vec<String> =
            (0..20_000).map(|n| format!("[[[{n}e-5,1],[{n}e-5,1.00001],[0,1],[{n}e-5,1]]]")).collect();
        let file = |type_: &str, points: &str| format!(r#"{{"type":"{type_}","coordinates":[{points}]}}"#);
        assert!(said(file("MultiPolygon", &specks.join(","))).contains("too close together"));
        let many = "[1,2],".repeat(MOST_POINTS);
        assert!(said(file("Polygon", &format!("[{many}[1,2]]"))).contains("more than 200,000 points"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_spoilt_file_breaks_the_reader(at in 0usize..200, with: u8, cut in 0usize..220) {
            let mut spoilt = SQUARE.as_bytes().to_vec();
            let at = at % spoilt.len();
            spoilt[at] = with;
            spoilt.truncate(cut.max(1));
            if let Ok(shape) = read(&spoilt) {
                let _ = draw(&shape);
            }
        }
    }
}
