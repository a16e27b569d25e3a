//! Areas to choose from in a form: under a heading each, in the order people count in.

use super::Area;
use crate::canvass::walk_order::natural;

/// The kinds in the order of the headings, the districts of which there are most at the end.
const KINDS: [(&str, &str); 7] = [
    ("installation", "All areas"),
    ("authority", "Authorities"),
    ("constituency", "Constituencies"),
    ("devolved", "Devolved seats"),
    ("division", "County divisions"),
    ("ward", "Wards"),
    ("branch", "Branches"),
];

/// The areas of one heading.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// The heading.
    pub title: String,
    /// Its areas.
    pub options: Vec<Choice>,
}

/// An area to choose.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its id.
    pub id: i64,
    /// What it is called under its heading.
    pub label: String,
    /// Whether it is the one that was chosen.
    pub chosen: bool,
}

/// The areas by their kind, districts by their authority too; `chosen` is the form's value. No heading is empty.
pub fn groups(areas: &[Area], chosen: &str) -> Vec<Group> {
    let of_kind = KINDS.into_iter().map(|(kind, title)| {
        let areas = areas.iter().filter(|a| a.kind == kind).collect();
        group(title.to_owned(), areas, chosen)
    });
    of_kind.chain(districts(areas, chosen)).filter(|group| !group.options.is_empty()).collect()
}

fn districts(areas: &[Area], chosen: &str) -> Vec<Group> {
    let districts = || areas.iter().filter(|a| a.kind == "district");
    let mut authorities: Vec<&str> = districts().map(authority).collect();
    authorities.sort_by(|one, other| natural(one, other));
    authorities.dedup();
    let of = |name: &str| districts().filter(|d| authority(d) == name).collect();
    authorities.into_iter().map(|name| group(format!("Polling districts of {name}"), of(name), chosen)).collect()
}

/// The authority in a district's code, which is `AUTHORITY/LETTERS`; letters may hold a stroke themselves.
fn authority(district: &Area) -> &str {
    let code = district.code.strip_suffix(&district.name).and_then(|code| code.strip_suffix('/'));
    code.unwrap_or(&district.code)
}

fn group(title: String, mut areas: Vec<&Area>, chosen: &str) -> Group {
    areas.sort_by(|one, other| natural(&one.name, &other.name).then_with(|| natural(&one.code, &other.code)));
    let alone = |area: &Area| areas.iter().filter(|a| a.name == area.name).count() == 1;
    let label = |area: &Area| match (alone(area), area.known_as.as_str()) {
        (true, "") => area.name.clone(),
        (true, known_as) => format!("{} {known_as}", area.name),
        (false, _) => format!("{} ({})", area.name, area.code),
    };
    let choice = |area: &&Area| Choice { id: area.id, label: label(area), chosen: area.id.to_string() == chosen };
    Group { title, options: areas.iter().map(choice).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(id: i64, kind: &str, name: &str, code: &str) -> Area {
        Area { id, kind: kind.into(), name: name.into(), code: code.into(), known_as: String::new() }
    }

    #[test]
    fn areas_stand_under_their_kind_as_people_count() {
        let areas = [
            Area { known_as: "Quillbrook Quay".into(), ..area(1, "district", "QB10", "Wexmere/QB10") },
            area(2, "district", "QB2", "Wexmere/QB2"),
            area(3, "district", "KD-2/2", "Ashby/KD-2/2"),
            area(4, "ward", "Castle", "E05000002"),
            area(5, "ward", "Abbey", "abbey"),
            area(6, "ward", "Castle", "E05000001"),
            area(7, "installation", "All areas", "all"),
            area(8, "authority", "Wexmere", "Wexmere"),
        ];
        let groups = groups(&areas, "6");
        let labels = |g: &Group| g.options.iter().map(|o| o.label.as_str()).collect::<Vec<_>>().join(", ");
        let told: Vec<String> = groups.iter().map(|g| format!("{}: {}", g.title, labels(g))).collect();
        assert_eq!(
            told,
            [
                "All areas: All areas",
                "Authorities: Wexmere",
                "Wards: Abbey, Castle (E05000001), Castle (E05000002)",
                "Polling districts of Ashby: KD-2/2",
                "Polling districts of Wexmere: QB2, QB10 Quillbrook Quay",
            ]
        );
        let chosen: Vec<i64> = groups.iter().flat_map(|g| &g.options).filter(|o| o.chosen).map(|o| o.id).collect();
        assert_eq!(chosen, [6]);
    }
}
