//! What an imprint says, by law: who prints, who promotes, on whose behalf, each with an address.
//!
//! The same three are wanted of printed matter everywhere (Representation of the People Act 1983, section 110; Political Parties,
//! Elections and Referendums Act 2000, sections 126 and 143; Electoral Law Act (Northern Ireland) 1962, schedule 9, paragraph 28).
//! Whoever the matter is published for is named where they are not the promoter themselves. What is read on a screen names no
//! printer (Elections Act 2022, part 6). The statutes prescribe what is said, not in which words; these are the usual ones.

/// Who stands in an imprint, the printer apart.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Who causes it to be published.
    pub promoter: &'a str,
    /// Their address.
    pub promoter_address: &'a str,
    /// On whose behalf: a candidate, several, a party.
    pub behalf: &'a str,
    /// Their address.
    pub behalf_address: &'a str,
    /// Whether `behalf` is several people: "all of" one address, not "both".
    pub many: bool,
}

impl Names<'_> {
    fn of_one_address(&self) -> bool {
        self.promoter_address == self.behalf_address
    }

    /// Whether somebody promotes what is their own: they are named once.
    fn own(&self) -> bool {
        self.of_one_address() && self.promoter == self.behalf
    }
}

/// The words of one language.
struct Tongue {
    printed: &'static str,
    promoted: &'static str,
    and_promoted: &'static str,
    printed_and_promoted: &'static str,
    behalf: &'static str,
    both: &'static str,
    all: &'static str,
}

const ENGLISH: Tongue = Tongue {
    printed: "Printed by",
    promoted: "Promoted by",
    and_promoted: "and promoted by",
    printed_and_promoted: "Printed and promoted by",
    behalf: "on behalf of",
    both: "both of",
    all: "all of",
};

const WELSH: Tongue = Tongue {
    printed: "Argraffwyd gan",
    promoted: "Hyrwyddwyd gan",
    and_promoted: "a hyrwyddwyd gan",
    printed_and_promoted: "Argraffwyd a hyrwyddwyd gan",
    behalf: "ar ran",
    both: "y ddau o",
    all: "pob un o",
};

/// What to do about an address that is not whole, by the field that it stands in: a form has several, and its summary names each.
pub fn whole_address(field: &str) -> String {
    let whose = match field {
        "promoter_address" => "the promoter’s whole address",
        "printer_address" => "the printer’s whole address",
        _ => "the whole address of whom it is for",
    };
    format!("Give {whose} in one line: house or box, street, and a postcode such as ZZ1 4QX")
}

/// Whether an address is one at which somebody can be found: a street line, or a box, and a UK postcode.
pub fn is_address(given: &str) -> bool {
    let words: Vec<&str> = given.split([' ', ',', ';', '.', '\n']).filter(|word| !word.is_empty()).collect();
    // A postcode is two words or one, wherever in the line it stands.
    let is_here = |at: usize, long: usize| words.get(at..at + long).is_some_and(|pair| is_postcode(&pair.concat()));
    let Some(at) = (0..words.len()).find(|at| is_here(*at, 2) || is_here(*at, 1)) else { return false };
    let long = if is_here(at, 2) { 2 } else { 1 };
    let street: String = words[..at].iter().chain(&words[at + long..]).copied().collect();
    let letters = street.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 3 && street.chars().filter(|c| c.is_alphanumeric()).count() >= 5
}

/// The shape alone, such as `AB1 4QX` or `BFPO 57` without the space. Which areas there are is the post's business: invented places
/// have addresses too.
fn is_postcode(compact: &str) -> bool {
    let shape: String = compact
        .chars()
        .map(|c| match c {
            c if c.is_ascii_digit() => '9',
            c if c.is_ascii_alphabetic() => 'A',
            _ => '-',
        })
        .collect();
    let outward = shape.strip_suffix("9AA");
    outward.is_some_and(|outward| ["A9", "A99", "A9A", "AA9", "AA99", "AA9A"].contains(&outward))
        || (shape.starts_with("AAAA9") && compact.to_ascii_uppercase().starts_with("BFPO"))
}

/// Whether a name and its address stand in one line, with a comma between them.
pub fn is_name_with_address(given: &str) -> bool {
    given.split_once(',').is_some_and(|(name, address)| !name.trim().is_empty() && is_address(address))
}

/// English first, and Welsh beside it where that is wished.
fn tongues(welsh: bool) -> impl Iterator<Item = &'static Tongue> {
    std::iter::once(&ENGLISH).chain(welsh.then_some(&WELSH))
}

/// What an email or a page says, a line a language. `wall.imprint_line` says the same.
pub fn online(names: &Names<'_>, welsh: bool) -> Vec<String> {
    tongues(welsh).map(|t| promoted(names, t, t.promoted)).collect()
}

/// What printed matter says: a sentence a line, the printer first. Without an address the printer's name holds it already.
pub fn on_paper(names: &Names<'_>, (printer, address): (&str, &str), welsh: bool) -> Vec<String> {
    tongues(welsh).flat_map(|t| printed(names, printer, address, t)).collect()
}

fn promoted(names: &Names<'_>, t: &Tongue, begins: &str) -> String {
    let Names { promoter, promoter_address, behalf, behalf_address, many } = names;
    if names.own() {
        return format!("{begins} {promoter}, {promoter_address}.");
    }
    if names.of_one_address() {
        let of = if *many { t.all } else { t.both };
        return format!("{begins} {promoter} {} {behalf}, {of} {promoter_address}.", t.behalf);
    }
    format!("{begins} {promoter}, {promoter_address}, {} {behalf}, {behalf_address}.", t.behalf)
}

fn printed(names: &Names<'_>, printer: &str, address: &str, t: &Tongue) -> Vec<String> {
    let Names { promoter, promoter_address, behalf, many, .. } = names;
    let same_house = address == *promoter_address;
    if same_house && printer == *promoter {
        return vec![promoted(names, t, t.printed_and_promoted)];
    }
    if same_house && names.own() {
        return vec![format!("{} {printer} {} {promoter}, {} {address}.", t.printed, t.and_promoted, t.both)];
    }
    if same_house && names.of_one_address() {
        let of = if printer == *behalf && !many { t.both } else { t.all };
        let Tongue { printed, and_promoted, behalf: on_behalf, .. } = t;
        return vec![format!("{printed} {printer} {and_promoted} {promoter} {on_behalf} {behalf}, {of} {address}.")];
    }
    let printer = if address.is_empty() { printer.to_owned() } else { format!("{printer}, {address}") };
    vec![format!("{} {printer}.", t.printed), promoted(names, t, t.promoted)]
}

/// The nations, by the word in forms and the database.
pub const NATIONS: [(&str, &str); 4] =
    [("england", "England"), ("wales", "Wales"), ("scotland", "Scotland"), ("northern-ireland", "Northern Ireland")];

/// By which law printed matter must say it, for a kind of poll in a nation; no kind is the party's own, between elections. Where an
/// order is renewed before most polls it is named without its year.
pub fn law(kind: Option<&str>, nation: &str) -> &'static str {
    match (kind, nation) {
        (None, _) => "Political Parties, Elections and Referendums Act 2000, section 143",
        (Some("referendum"), _) => "Political Parties, Elections and Referendums Act 2000, section 126",
        (Some("local"), "northern-ireland") => "Electoral Law Act (Northern Ireland) 1962, schedule 9, paragraph 28",
        (Some("assembly"), _) => {
            "Northern Ireland Assembly (Elections) Order 2001, which applies the Representation of the People Act 1983"
        }
        (Some("scottish-parliament"), _) => "the Scottish Parliament (Elections etc.) Order in force at the poll",
        (Some("senedd"), _) => "the Representation of the People order for the Senedd in force at the poll",
        (Some("police-commissioner"), _) => "Police and Crime Commissioner Elections Order 2012",
        (Some("mayor"), _) => {
            "the order for the mayor’s election, which applies the Representation of the People Act 1983"
        }
        (Some(_), _) => "Representation of the People Act 1983, section 110",
    }
}

/// What is wrong with a kind of poll in a nation that does not have it.
pub fn misfit(kind: Option<&str>, nation: &str) -> Option<&'static str> {
    match (kind, nation) {
        (Some("senedd"), "england" | "scotland" | "northern-ireland") => Some("The Senedd is elected in Wales"),
        (Some("scottish-parliament"), "england" | "wales" | "northern-ireland") => {
            Some("The Scottish Parliament is elected in Scotland")
        }
        (Some("assembly"), "england" | "wales" | "scotland") => {
            Some("The Northern Ireland Assembly is elected in Northern Ireland")
        }
        (Some("mayor" | "police-commissioner"), "scotland" | "northern-ireland") => {
            Some("Such a poll is held in England and Wales")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "1 Larkspur Row, ZZ1 4QX";
    const LANE: &str = "2 Ferry Lane, ZZ1 4QX";

    fn names<'a>(behalf: &'a str, behalf_address: &'a str) -> Names<'a> {
        Names { promoter: "A. Agent", promoter_address: ROW, behalf, behalf_address, many: false }
    }

    #[test]
    fn an_address_has_a_street_line_and_a_postcode() {
        for whole in
            [ROW, "Box 12, Oldney ZZ14QX", "Harbour House,\nzz1 4qx, Oldney", "12 Ferry Lane, Wexmere, ZZ1 4QX."]
        {
            assert!(is_address(whole), "{whole}");
        }
        for short in ["", "x", "1 Nowhere", "no postcode here", "ZZ1 4QX", "1, ZZ1 4QX", "1 Larkspur Row, ZZ1"] {
            assert!(!is_address(short), "{short}");
        }
        assert!(is_name_with_address("Presses, 3 Larkspur Row, ZZ1 4QX"));
        for short in ["Oldney Press", "Presses, 3 Larkspur Row", ", 3 Larkspur Row, ZZ1 4QX", "Presses, ZZ1 4QX"] {
            assert!(!is_name_with_address(short), "{short}");
        }
    }

    #[test]
    fn online_names_both_says_one_address_once_and_never_the_printer() {
        for (names, says) in [
            (
                names("W. Vale", LANE),
                "Promoted by A. Agent, 1 Larkspur Row, ZZ1 4QX, on behalf of W. Vale, 2 Ferry Lane, ZZ1 4QX.",
            ),
            (names("W. Vale", ROW), "Promoted by A. Agent on behalf of W. Vale, both of 1 Larkspur Row, ZZ1 4QX."),
            (names("A. Agent", ROW), "Promoted by A. Agent, 1 Larkspur Row, ZZ1 4QX."),
            (
                Names { many: true, ..names("W. Vale and I. Marsh", ROW) },
                "Promoted by A. Agent on behalf of W. Vale and I. Marsh, all of 1 Larkspur Row, ZZ1 4QX.",
            ),
        ] {
            assert_eq!(online(&names, false), [says]);
        }
    }

    #[test]
    fn paper_names_the_printer_and_says_the_same_name_or_house_once() {
        let vale = names("W. Vale", ROW);
        assert_eq!(
            on_paper(&vale, ("Presses", LANE), false),
            [
                "Printed by Presses, 2 Ferry Lane, ZZ1 4QX.",
                "Promoted by A. Agent on behalf of W. Vale, both of 1 Larkspur Row, ZZ1 4QX."
            ]
        );
        assert_eq!(
            on_paper(&vale, ("A. Agent", ROW), false),
            ["Printed and promoted by A. Agent on behalf of W. Vale, both of 1 Larkspur Row, ZZ1 4QX."]
        );
        assert_eq!(
            on_paper(&vale, ("Presses", ROW), false),
            ["Printed by Presses and promoted by A. Agent on behalf of W. Vale, all of 1 Larkspur Row, ZZ1 4QX."]
        );
        assert_eq!(
            on_paper(&vale, ("W. Vale", ROW), false),
            ["Printed by W. Vale and promoted by A. Agent on behalf of W. Vale, both of 1 Larkspur Row, ZZ1 4QX."]
        );
        assert_eq!(
            on_paper(&names("A. Agent", ROW), ("Presses", ROW), false),
            ["Printed by Presses and promoted by A. Agent, both of 1 Larkspur Row, ZZ1 4QX."]
        );
        // A printer's name in another house is no reason to leave the house out.
        assert_eq!(
            on_paper(&names("W. Vale", LANE), ("A. Agent", LANE), false)[0],
            "Printed by A. Agent, 2 Ferry Lane, ZZ1 4QX."
        );
        // The usual imprint keeps its printer in one line.
        assert_eq!(on_paper(&vale, ("Presses, 2 Ferry Lane", ""), false)[0], "Printed by Presses, 2 Ferry Lane.");
    }

    #[test]
    fn in_wales_it_is_said_in_welsh_too() {
        let vale = names("W. Vale", ROW);
        assert_eq!(
            on_paper(&vale, ("Presses", LANE), true)[2..],
            [
                "Argraffwyd gan Presses, 2 Ferry Lane, ZZ1 4QX.",
                "Hyrwyddwyd gan A. Agent ar ran W. Vale, y ddau o 1 Larkspur Row, ZZ1 4QX."
            ]
        );
        assert_eq!(
            on_paper(&vale, ("A. Agent", ROW), true)[1],
            "Argraffwyd a hyrwyddwyd gan A. Agent ar ran W. Vale, y ddau o 1 Larkspur Row, ZZ1 4QX."
        );
        let many = Names { many: true, ..vale };
        assert_eq!(online(&many, true)[1], "Hyrwyddwyd gan A. Agent ar ran W. Vale, pob un o 1 Larkspur Row, ZZ1 4QX.");
    }

    #[test]
    fn each_kind_and_nation_has_its_law() {
        for (kind, nation, law_says) in [
            (Some("uk-parliament"), "northern-ireland", "1983, section 110"),
            (Some("by-election"), "scotland", "1983, section 110"),
            (Some("local"), "england", "1983, section 110"),
            (Some("local"), "wales", "1983, section 110"),
            (Some("local"), "scotland", "1983, section 110"),
            (Some("local"), "northern-ireland", "1962"),
            (Some("assembly"), "northern-ireland", "Order 2001"),
            (Some("scottish-parliament"), "scotland", "Scottish Parliament"),
            (Some("senedd"), "wales", "Senedd"),
            (Some("mayor"), "england", "mayor"),
            (Some("police-commissioner"), "wales", "Police and Crime"),
            (Some("referendum"), "england", "section 126"),
            (None, "scotland", "section 143"),
        ] {
            assert!(law(kind, nation).contains(law_says), "{kind:?} in {nation}: {}", law(kind, nation));
            assert_eq!(misfit(kind, nation), None, "{kind:?} in {nation}");
        }
        for (kind, nation) in
            [("senedd", "england"), ("assembly", "wales"), ("scottish-parliament", "wales"), ("mayor", "scotland")]
        {
            assert!(misfit(Some(kind), nation).is_some(), "{kind} in {nation}");
        }
    }
}
