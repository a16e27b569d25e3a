//! Boundaries of areas: read from a GeoJSON file, made simpler, drawn as a path. No map of anybody else's is asked for.

pub mod pages;
pub mod store;

use crate::electors::folding::clean;
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

/// Which of a file's areas is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Meant {
    /// Nobody said so: the file holds one.
    #[default]
    Unsaid,
    /// All of them together.
    All,
    /// The one of this name.
    Named(String),
}

/// What a file holds.
#[derive(Debug)]
pub enum Held {
    /// The boundary that is meant.
    Shape(Shape),
    /// Several areas. Which is meant is to be said.
    Several(Several),
}

/// Areas of a file, of which one is meant, or all are parts of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Several {
    /// How many.
    pub areas: usize,
    /// Their names, as far as they have any.
    pub names: Vec<String>,
}

/// Reads a boundary from GeoJSON (RFC 7946): a Polygon or MultiPolygon, by itself or in a Feature, or one of a collection's
/// Features, or all of them. Several of one name are parts of one area.
///
/// # Errors
/// [`Error::Invalid`] on `file`, or on `which` where no area has that name, in words.
pub fn read(file: &[u8], meant: &Meant) -> Result<Held, Error> {
    let json: Value = serde_json::from_slice(file)
        .map_err(|_| wrong("This is not a GeoJSON file. Choose one that ends in .geojson or .json"))?;
    let mut read = Read::default();
    read.gather(&json, 0)?;
    let parts = match chosen(read.parts, meant)? {
        Ok(parts) => parts,
        Err(several) => return Ok(Held::Several(several)),
    };
    if parts.is_empty() {
        return Err(wrong("This file holds no area. It needs a Polygon or a MultiPolygon"));
    }
    let shape = simpler(parts, &mut 0);
    if shape.is_empty() {
        return Err(wrong("The lines of this boundary are too close together to be drawn. Choose a generalised one"));
    }
    Ok(Held::Shape(shape))
}

/// The polygons that are meant; or between what is to be chosen.
fn chosen(parts: Vec<Part>, meant: &Meant) -> Result<Result<Shape, Several>, Error> {
    let areas = parts.len();
    let mut names: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let one = areas < 2 || (names.len() == 1 && names.iter().all(|name| !name.is_empty()));
    let all = |parts: Vec<Part>| -> Shape { parts.into_iter().flat_map(|part| part.shape).collect() };
    match meant {
        Meant::Named(name) if !one => {
            let of: Vec<Part> = parts.into_iter().filter(|part| part.name == *name).collect();
            if of.is_empty() {
                return Err(Error::field(
                    "which",
                    "No area of this file has that name. Send it without, and choose again",
                ));
            }
            Ok(Ok(all(of)))
        }
        Meant::Unsaid if !one => {
            names.retain(|name| !name.is_empty());
            Ok(Err(Several { areas, names }))
        }
        _ => Ok(Ok(all(parts))),
    }
}

fn wrong(words: &str) -> Error {
    Error::field("file", words)
}

/// How many points a shape has.
pub fn points(shape: &Shape) -> usize {
    shape.iter().flatten().map(Vec::len).sum()
}

/// An area of a file.
#[derive(Debug, Default)]
struct Part {
    /// Empty where it has none.
    name: String,
    shape: Shape,
}

/// What is read of a file so far.
#[derive(Default)]
struct Read {
    parts: Vec<Part>,
    points: usize,
}

impl Read {
    fn gather(&mut self, json: &Value, depth: usize) -> Result<(), Error> {
        match json.get("type").and_then(Value::as_str) {
            Some("FeatureCollection") if depth == 0 => {
                let features = listed(json, "features");
                if features.len() > 50 {
                    return Err(wrong("This file holds more than 50 areas. Choose one that holds this area alone"));
                }
                features.iter().try_for_each(|feature| self.gather(feature, 1))
            }
            Some("Feature") if depth <= 1 => {
                let name = json.get("properties").map(name_of).unwrap_or_default();
                json.get("geometry").map_or(Ok(()), |geometry| self.geometry(geometry, name))
            }
            _ if depth == 0 => self.geometry(json, String::new()),
            _ => Ok(()),
        }
    }

    fn geometry(&mut self, json: &Value, name: String) -> Result<(), Error> {
        let mut shape = Shape::new();
        match json.get("type").and_then(Value::as_str) {
            Some("Polygon") => shape.push(self.polygon(listed(json, "coordinates"))?),
            Some("MultiPolygon") => {
                for one in listed(json, "coordinates") {
                    shape.push(self.polygon(one.as_array().map_or(&[][..], Vec::as_slice))?);
                }
            }
            _ => {}
        }
        if !shape.is_empty() {
            self.parts.push(Part { name, shape });
        }
        Ok(())
    }

    fn polygon(&mut self, rings: &[Value]) -> Result<Vec<Ring>, Error> {
        let rings: Vec<Ring> = rings.iter().map(|ring| self.ring(ring)).collect::<Result<_, _>>()?;
        if rings.is_empty() {
            return Err(wrong("A polygon in this file has no outline"));
        }
        Ok(rings)
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

/// What stands in a list of this name.
fn listed<'a>(json: &'a Value, key: &str) -> &'a [Value] {
    json.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice)
}

/// What an area is called in its properties: by `name`, by the Office for National Statistics' column (`WD25NM`), or by whatever
/// else ends so.
fn name_of(properties: &Value) -> String {
    let rank = |key: &str| {
        let key = key.to_lowercase();
        let column = key.strip_suffix("nm").is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()));
        match key.as_str() {
            "name" => Some(0),
            _ if column => Some(1),
            key if key.ends_with("name") => Some(2),
            _ => None,
        }
    };
    let named = properties.as_object().into_iter().flatten();
    let named = named.filter_map(|(key, value)| Some((rank(key)?, value.as_str()?)));
    let name = named.filter(|(_, name)| !clean(name).is_empty()).min_by_key(|(rank, _)| *rank);
    name.map(|(_, name)| clean(name).chars().take(120).collect()).unwrap_or_default()
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

    /// All that a file holds, together.
    fn read(file: &[u8]) -> Result<Shape, Error> {
        match super::read(file, &Meant::All)? {
            Held::Shape(shape) => Ok(shape),
            Held::Several(several) => panic!("{several:?}"),
        }
    }

    /// A collection of squares side by side, each with these properties.
    fn squares(properties: &[&str]) -> String {
        let square = |(n, properties): (usize, &&str)| {
            let (w, e) = (n as f64, n as f64 + 0.5);
            format!(
                r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon",
                    "coordinates":[[[{w},52.0],[{e},52.0],[{e},52.1],[{w},52.0]]]}}}}"#
            )
        };
        let features: Vec<String> = properties.iter().enumerate().map(square).collect();
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
    }

    #[test]
    fn of_several_areas_the_one_that_is_meant_is_kept_and_none_unasked() {
        let wards = squares(&[r#"{"WD25NM":"Ferryside","OBJECTID":"1"}"#, r#"{"WD25NM":" Quillbrook "}"#, "null"]);
        let Held::Several(several) = super::read(wards.as_bytes(), &Meant::Unsaid).unwrap() else { panic!("unasked") };
        assert_eq!(several, Several { areas: 3, names: vec!["Ferryside".into(), "Quillbrook".into()] });
        let meant = |meant: Meant| match super::read(wards.as_bytes(), &meant) {
            Ok(Held::Shape(shape)) => Ok(shape),
            Ok(Held::Several(several)) => panic!("{several:?}"),
            Err(error) => Err(error),
        };
        let one = meant(Meant::Named("Quillbrook".into())).unwrap();
        assert_eq!((one.len(), one[0][0][0]), (1, (1.0, 52.0)));
        assert_eq!(meant(Meant::All).unwrap().len(), 3);
        let Err(Error::Invalid(wrong)) = meant(Meant::Named("Saltern".into())) else { panic!("another was taken") };
        assert_eq!(wrong[0].field, "which");
    }

    #[test]
    fn parts_of_one_name_are_one_area_and_one_area_is_not_asked_about() {
        for (properties, polygons) in
            [(vec![r#"{"name":"Quillbrook","ward_name":"x"}"#, r#"{"Name":"Quillbrook"}"#], 2), (vec!["{}"], 1)]
        {
            let file = squares(&properties);
            let Held::Shape(shape) = super::read(file.as_bytes(), &Meant::Unsaid).unwrap() else { panic!("{file}") };
            assert_eq!(shape.len(), polygons, "{file}");
        }
        // Without names they may be parts of one, or not.
        let Held::Several(several) = super::read(squares(&["{}", "{}"]).as_bytes(), &Meant::Unsaid).unwrap() else {
            panic!("two were taken for one")
        };
        assert_eq!(several, Several { areas: 2, names: Vec::new() });
    }

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
