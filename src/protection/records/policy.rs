//! The appropriate policy document: how political opinions are handled under the principles of Art 5.

use super::facts::Facts;
use super::processing::{periods, security, who};
use super::{Body, Part, Section};
use crate::web::words::count;

/// The document as it is today.
pub fn write(facts: &Facts) -> Body {
    Body { sections: vec![who(facts), condition(facts), principles(facts), periods(facts), security(facts)] }
}

fn condition(facts: &Facts) -> Section {
    Section::of(
        "What is processed, and under which condition",
        [
            Part::facts([
                ("Special category", "Political opinions: how people say they may vote"),
                ("Condition", facts.opinions()),
                ("Held today", &count(facts.figures.intentions, "person’s intention", "people’s intentions")),
            ]),
            Part::text(
                "It is not used where it would likely cause substantial damage or distress, and stops when somebody gives notice in writing \
                 that it must (DPA 2018 Sch 1 para 22(3)).",
            ),
        ],
    )
}

fn principles(facts: &Facts) -> Section {
    let notes = facts.period("notes");
    Section::of(
        "How the principles are met (Art 5)",
        [Part::facts([
            ("Lawful, fair, transparent", "The privacy notice is public, read out at doors and printed on cards; its earlier versions stay readable. Who asks for no contact is left out of every list".to_owned()),
            ("For stated purposes", "Each grant names its purpose, and each look is on record with it".to_owned()),
            ("No more than needed", format!("Opinions are codes from a list, not prose; canvassers see names and doors of the open list and no birth date; notes are short and go after {notes}")),
            ("Accurate", "The council’s register is imported anew as it comes; a later answer stands over an earlier one, and both are kept apart; wrong facts of the register are pointed to its officer".to_owned()),
            ("Not longer than needed", format!("Each kind of data has a period; answers at doors go after {}", facts.period("results"))),
            ("Secure", "See below: what is switched on today".to_owned()),
            ("Accountable", "The access log, certificates of destruction, the breach record, the record of processing and this document, each dated and kept".to_owned()),
        ])],
    )
}
