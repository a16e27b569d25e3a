//! The impact assessment: what is done, whether it is needed, what could go wrong for people, what stops it.

use super::facts::Facts;
use super::processing::{security, who};
use super::{Body, Part, Section};
use crate::web::words::{count, figure};

/// What could go wrong for people, and what stops it here.
const RISKS: [(&str, &str, &str); 8] = [
    (
        "Somebody without the right looks people up",
        "No rows without a live grant, in the area and for the time of it; every look is on record",
        "A person with a grant may look at whom they need not: read who saw the most people",
    ),
    (
        "An organiser who left goes on with a password",
        "One step ends grants, sessions and lists within a tenth of a second, with a receipt of what was seen",
        "Paper and screenshots: ask for their return",
    ),
    (
        "A phone with a list is lost",
        "Only the assigned list is on it, encrypted, with an end; it is wiped at the first signal after access has ended",
        "Until then somebody who knows the phone’s code reads names and doors of one list",
    ),
    (
        "A printed list is left somewhere",
        "Cards show names, doors and nothing of what was said before",
        "Paper cannot be called back: count cards out and in",
    ),
    (
        "A backup or the database leaks",
        "Backups are encrypted; sessions and passwords are hashes; the wall stands against the application’s own login",
        "Whoever has the machine and its keys has the data: choose who runs it with care",
    ),
    (
        "Opinions are used against somebody",
        "Codes from a list, canvassers see no earlier answers unless a list says so, no export by volunteers",
        "An organiser of the place knows people: least area, least time",
    ),
    (
        "Somebody who said no is called on again",
        "An objection stands in every list, survives new registers and is never deleted with a period",
        "What was printed before the objection",
    ),
    (
        "Data is kept for ever",
        "Each kind has a period, with a dry run, a run and a certificate; a test fails for a table without one",
        "A person must run what does not go by itself: the first page says what is due",
    ),
];

/// The assessment as it is today.
pub fn write(facts: &Facts) -> Body {
    let row = |(risk, stops, remains): &(&str, &str, &str)| [risk, stops, remains].map(|c| (*c).to_owned()).to_vec();
    let risks = Part::table(
        &["What could go wrong", "What stops it here", "What remains for you"],
        RISKS.iter().map(row).collect(),
    );
    Body {
        sections: vec![
            who(facts),
            what(facts),
            need(facts),
            Section::of("What could go wrong for people", [risks]),
            security(facts),
        ],
    }
}

fn what(facts: &Facts) -> Section {
    let f = &facts.figures;
    Section::of(
        "What is done",
        [
            Part::text(
                "The electoral register of an area is held with what people say at their doors, on a large scale and with political opinions: \
                 that is why an assessment is needed (Art 35(3)(b)). Nobody is profiled by a machine; lists are made by streets and districts \
                 that a person chooses.",
            ),
            Part::facts([
                ("People held", count(f.electors + f.left, "person", "people")),
                ("Homes", figure(f.homes)),
                ("Intentions held", figure(f.intentions)),
                ("People who work with it", count(f.accounts, "account", "accounts")),
                ("Processors and recipients", count(facts.processors.len(), "other", "others")),
            ]),
        ],
    )
}

fn need(facts: &Facts) -> Section {
    Section::of(
        "Why it is needed, and no more of it than that",
        [
            Part::facts([("Lawful basis", facts.basis()), ("Political opinions", facts.opinions())]),
            Part::points([
                "Campaigns cannot call on people without knowing who lives where and may vote: the law gives them the register for that",
                "Answers are kept so that nobody is asked the same twice, and help that was asked for is given",
                "There is no field for health, faith, or how a vote was cast",
                "People read what is kept and may see, correct, stop and erase it, on paper or at the door",
            ]),
        ],
    )
}
