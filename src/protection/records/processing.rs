//! The record of processing activities.

use super::facts::Facts;
use super::{Body, Part, Section};
use crate::protection::retention;
use crate::setup::Kind as Ground;
use crate::web::words::{count, figure, short_date};

/// The record as it is today.
pub fn write(facts: &Facts) -> Body {
    Body {
        sections: vec![who(facts), purposes(facts), people(facts), recipients(facts), periods(facts), security(facts)],
    }
}

pub(super) fn who(facts: &Facts) -> Section {
    let i = &facts.installation;
    let kind = match facts.ground {
        Ground::Party => "Registered political party",
        Ground::Representative => "Elected representative",
        Ground::Candidate => "Candidate, until the poll",
    };
    Section::of(
        "Who answers for the data",
        [Part::facts([("Controller", i.controller.as_str()), ("Kind", kind), ("Write to", i.contact.as_str())])],
    )
}

fn purposes(facts: &Facts) -> Section {
    let row = |p: &super::facts::Purpose| {
        vec![p.purpose.clone(), p.role.to_owned(), count(p.accounts, "account", "accounts")]
    };
    let rows = facts.purposes.iter().map(row).collect();
    Section::of(
        "Purposes and lawful bases",
        [
            Part::text(
                "Local campaigning: finding out how people may vote and what matters to them, at their doors; planning who is called on.",
            ),
            Part::facts([("Lawful basis", facts.basis()), ("Political opinions", facts.opinions())]),
            Part::text("These purposes stand in the grants that live today:"),
            Part::table(&["Purpose", "Role", "Held by"], rows),
        ],
    )
}

fn people(facts: &Facts) -> Section {
    let f = &facts.figures;
    let row =
        |who: &str, what: &str, held: String, from: &str| vec![who.to_owned(), what.to_owned(), held, from.to_owned()];
    let grounds = f.bases.join(", ");
    Section::of(
        "Whose data, which, and where it comes from",
        [
            Part::table(
                &["Whose", "Which data", "Held", "From where"],
                vec![
                    row(
                        "Electors",
                        "Name, address, number, kind of entry, the day attainers turn 18",
                        count(f.electors, "person", "people"),
                        "The electoral register, from the registration officer",
                    ),
                    row(
                        "People who left the register",
                        "The same, kept so that they are found again",
                        count(f.left, "person", "people"),
                        "Earlier registers",
                    ),
                    row(
                        "Electors",
                        "What was said at the door: outcome, issues, help asked for, notes",
                        format!("{}, {}", count(f.results, "answer", "answers"), count(f.notes, "note", "notes")),
                        "The person",
                    ),
                    row(
                        "Electors",
                        "Voting intention: a political opinion (special category)",
                        count(f.intentions, "person", "people"),
                        "The person",
                    ),
                    row(
                        "Electors",
                        "That somebody wants no contact",
                        count(f.objectors, "person", "people"),
                        "The person",
                    ),
                    row(
                        "People who work with Hustings",
                        "Name, email address, what they may do, where and when they signed in, whom they looked at",
                        count(f.accounts, "account", "accounts"),
                        "The person, and their use of it",
                    ),
                    row(
                        "The same",
                        "That letters by email went to them",
                        count(f.letters, "letter", "letters"),
                        "Hustings",
                    ),
                ],
            ),
            Part::facts([
                ("Register files imported", figure(f.registers)),
                ("Grounds of these imports", if grounds.is_empty() { "none yet".into() } else { grounds }),
            ]),
        ],
    )
}

fn recipients(facts: &Facts) -> Section {
    let row = |p: &crate::settings::store::Processor| {
        let contract = p.contract.map_or_else(|| "none".to_owned(), short_date);
        vec![p.name.clone(), p.what_for.clone(), p.place.clone(), contract]
    };
    let parts = if facts.processors.is_empty() {
        vec![Part::text(
            "Nobody else works with the data, as far as the administrator has written down. Hustings sends nothing to anybody by itself.",
        )]
    } else {
        vec![Part::table(&["Who", "What for", "Where", "Contract of"], facts.processors.iter().map(row).collect())]
    };
    Section::of("Who else works with it or receives it", parts)
}

pub(super) fn periods(facts: &Facts) -> Section {
    let row = |(kind, days): &(&'static retention::Kind, i32)| {
        vec![kind.title.to_owned(), retention::period(*days), kind.from.to_owned(), kind.why.to_owned()]
    };
    Section::of(
        "How long it is kept",
        [Part::table(&["Kind of data", "Period", "From", "Why"], facts.periods.iter().map(row).collect())],
    )
}

pub(super) fn security(facts: &Facts) -> Section {
    Section::of("How it is guarded", [Part::points(facts.measures())])
}
