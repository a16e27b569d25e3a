//! One person's whole file: as pages show it, as a PDF to read, as JSON to take elsewhere. Others' data are left out: whoever
//! recorded an answer is "a canvasser", whoever looked is a role, and passages of notes that were struck are replaced.

use super::holdings::{self, Holding, Part};
use super::store::About;
use super::values::{sentence, value_words, why};
use crate::access::Role;
use crate::paper::{Document, Stamp, Table};
use crate::web::words;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

/// What stands where a passage was struck.
pub const STRUCK: &str = "[left out: about somebody else]";

/// A table of a section, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Grid {
    /// What stands above it.
    pub caption: &'static str,
    /// The heads of its columns, and their shares of the width.
    pub columns: Vec<(&'static str, u16)>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// A section of a file, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Section {
    /// The room that it comes from.
    pub holding: &'static Holding,
    /// Its tables that have rows.
    pub grids: Vec<Grid>,
}

/// A note of the file, by which passages are struck.
#[derive(Debug, Clone)]
pub struct Note {
    /// The answer that it belongs to.
    pub result: String,
    /// When it was recorded, as pages say it.
    pub at: String,
    /// The whole note.
    pub text: String,
    /// What is struck of it: the strike's id and the passage.
    pub struck: Vec<(String, String)>,
}

/// An answer of the file as it stands, to be corrected.
#[derive(Debug, Clone)]
pub struct Said {
    /// Which.
    pub result: String,
    /// When it was recorded, as pages say it.
    pub at: String,
    /// What came of the call.
    pub outcome: String,
    /// The intention's label; empty for none.
    pub intention: String,
    /// The note; empty for none.
    pub note: String,
    /// Whether it corrects an earlier one.
    pub corrects: bool,
}

/// One person's whole file.
#[derive(Debug, Clone)]
pub struct File(Value);

impl File {
    /// As `wall.subject_file` answered it.
    pub fn new(value: Value) -> Self {
        File(value)
    }

    /// What the person is called.
    pub fn name(&self) -> &str {
        let places =
            ["/register/people/0/name", "/account/account/name", "/organise/people/0/name", "/organise/offers/0/name"];
        let person = places.into_iter().find_map(|path| self.0.pointer(path));
        person.and_then(Value::as_str).unwrap_or_default()
    }

    /// Their email address if they are an account; else where they live, for a letter.
    pub fn address(&self) -> String {
        let text = |path: &str| self.0.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let register = [text("/register/people/0/address"), text("/register/people/0/postcode")].join(" ");
        let known = [
            text("/account/account/email"),
            register.trim(),
            text("/organise/people/0/address"),
            text("/organise/offers/0/email"),
        ];
        known.into_iter().find(|place| !place.is_empty()).unwrap_or_default().to_owned()
    }

    /// Their requests that nobody has answered yet: the number, and whether it is known that the asker is who they say.
    pub fn open_requests(&self) -> Vec<(i64, bool)> {
        let all = self.0.get("requests").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let word = |request: &Value, key: &str, is: &[&str]| {
            request.get(key).and_then(Value::as_str).is_some_and(|word| is.contains(&word))
        };
        let open = all.iter().filter(|request| word(request, "state", &["open"]));
        open.filter_map(|request| {
            Some((request.get("number")?.as_i64()?, word(request, "identity", &["not-needed", "proved"])))
        })
        .collect()
    }

    /// How many offers to help of theirs wait to be confirmed.
    pub fn offers(&self) -> usize {
        self.0.pointer("/organise/offers").and_then(Value::as_array).map_or(0, Vec::len)
    }

    fn answers(&self) -> &[Value] {
        self.0.pointer("/answers/answers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The answers that no later one corrects, the newest first.
    pub fn said(&self) -> Vec<Said> {
        let text = |answer: &Value, key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let corrected: Vec<String> = self.answers().iter().map(|a| text(a, "corrects")).collect();
        // What only takes a slip back says nothing that could be corrected.
        let says = |a: &&Value| text(a, "outcome") != "taken-back";
        let stands = self.answers().iter().filter(says).filter(|a| !corrected.contains(&text(a, "id")));
        stands
            .map(|answer| Said {
                result: text(answer, "id"),
                at: say(answer.get("received_at").unwrap_or(&Value::Null)),
                outcome: sentence(&text(answer, "outcome").replace('-', " ")),
                intention: text(answer, "intention"),
                note: text(answer, "note"),
                corrects: !text(answer, "corrects").is_empty(),
            })
            .collect()
    }

    /// The notes of it, whole, and what is struck of each.
    pub fn notes(&self) -> Vec<Note> {
        let note = |answer: &Value| {
            let text = answer.get("note")?.as_str()?.to_owned();
            let letters: Vec<char> = text.chars().collect();
            let struck = strikes(answer).map(|s| (s.id, letters.iter().skip(s.begins).take(s.letters).collect()));
            Some(Note {
                result: answer.get("id")?.as_str()?.to_owned(),
                at: say(answer.get("received_at").unwrap_or(&Value::Null)),
                struck: struck.collect(),
                text,
            })
        };
        self.answers().iter().filter_map(note).collect()
    }

    /// The same as it may be sent to its person: struck passages left out.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        let answers = self.0.pointer_mut("/answers/answers").and_then(Value::as_array_mut);
        for answer in answers.into_iter().flatten() {
            let note = answer.get("note").and_then(Value::as_str).map(|note| without(note, strikes(answer).collect()));
            if let Some(map) = answer.as_object_mut() {
                map.remove("strikes");
                map.remove("id");
                map.remove("corrects");
                if let Some(note) = note {
                    map.insert("note".into(), note.into());
                }
            }
        }
        self
    }

    /// The sections that are of this person, each of one room.
    pub fn sections(&self) -> Vec<Section> {
        let held = |holding: &'static Holding| {
            let section = self.0.get(holding.key)?;
            let grids = holding.parts.iter().filter_map(|part| grid(section, part)).collect();
            Some(Section { holding, grids })
        };
        holdings::ALL.iter().filter_map(held).collect()
    }

    /// For a program: what is held and all that the law wants said of it (docs/rights.md describes the keys).
    pub fn to_json(&self, about: &About, stamp: &Stamp) -> Value {
        let section = |s: Section| {
            let h = s.holding;
            json!({"key": h.key, "title": h.title, "purpose": h.purpose, "legal_basis": h.basis, "source": h.source,
                "recipients": h.recipients, "kept": h.kept, "data": self.0.get(h.key)})
        };
        json!({
            "format": "hustings-subject-file", "version": 1,
            "made_at": stamp.when.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), "made_by": stamp.who, "made_for": stamp.why,
            "controller": about.controller, "contact": about.contact, "person": self.name(),
            "rights": RIGHTS, "holdings": self.sections().into_iter().map(section).collect::<Vec<_>>(),
        })
    }

    /// For a person to read.
    pub fn to_document(&self, about: &About, stamp: Stamp) -> Document {
        let lead = format!("Everything that {} holds about this person, as of the moment below.", about.controller);
        let mut document = Document::report(format!("What we hold about {}", self.name()), stamp)
            .lead(lead)
            .facts([("Who is responsible", about.controller.as_str()), ("Whom to write to", &about.contact)])
            .heading("Your rights")
            .then(crate::paper::Block::Points(RIGHTS.iter().map(|r| (*r).to_owned()).collect()));
        for section in self.sections() {
            let h = section.holding;
            document = document.heading(h.title).facts([
                ("Used for", h.purpose),
                ("Legal basis", h.basis),
                ("From", h.source),
                ("Seen by", h.recipients),
                ("Kept", h.kept),
            ]);
            if section.grids.is_empty() {
                document = document.paragraph("We hold nothing here.");
            }
            for grid in section.grids {
                document = document.table(Table::new(grid.caption, grid.columns, grid.rows));
            }
        }
        document
    }
}

/// What each file says of rights (Art 15(1)(e) and (f)).
const RIGHTS: &[&str] = &[
    "You may ask us to correct what is wrong, to erase what we hold, to use it less, or to stop using it; and you may ask for it in a form for a computer.",
    "You may stop our calls, letters, messages and the use of your political opinions at any time. Nothing needs a reason.",
    "What the electoral register says is the council’s: ask the electoral registration officer to correct it.",
    "No decision about you is made by a machine alone.",
    "You may complain to us, and to the Information Commissioner’s Office: Wycliffe House, Water Lane, Wilmslow SK9 5AF, ico.org.uk, 0303 123 1113.",
];

struct Strike {
    id: String,
    begins: usize,
    letters: usize,
}

fn strikes(answer: &Value) -> impl Iterator<Item = Strike> {
    let all = answer.get("strikes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let number = |v: &Value, key: &str| v.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    all.iter().filter_map(move |s| {
        Some(Strike {
            id: s.get("id")?.as_str()?.to_owned(),
            begins: number(s, "begins")?,
            letters: number(s, "letters")?,
        })
    })
}

/// A note without what is struck, whether passages overlap or not.
fn without(note: &str, strikes: Vec<Strike>) -> String {
    let struck = |n: usize| strikes.iter().any(|s| (s.begins..s.begins + s.letters).contains(&n));
    let (mut left, mut within) = (String::new(), false);
    for (n, letter) in note.chars().enumerate() {
        if !struck(n) {
            left.push(letter);
        } else if !within {
            left.push_str(STRUCK);
        }
        within = struck(n);
    }
    left
}

fn grid(section: &Value, part: &Part) -> Option<Grid> {
    let held = if part.key.is_empty() { section } else { section.get(part.key)? };
    let rows: Vec<&Value> = match held {
        Value::Array(rows) => rows.iter().collect(),
        Value::Object(_) => vec![held],
        _ => return None,
    };
    let row = |r: &&Value| part.columns.iter().map(|(key, ..)| say_of(r, key)).collect();
    let columns = part.columns.iter().map(|(_, head, share)| (*head, *share)).collect();
    (!rows.is_empty()).then(|| Grid { caption: part.caption, columns, rows: rows.iter().map(row).collect() })
}

/// A value of a row in words, where its column has words of its own.
fn say_of(row: &Value, key: &str) -> String {
    let value = row.get(key).unwrap_or(&Value::Null);
    match (key, value.as_str()) {
        ("role", Some(role)) => Role::parse(role).map_or_else(|| sentence(role), |r| r.title().to_owned()),
        ("how", Some(what @ ("look" | "search" | "print" | "export" | "refused"))) => {
            if what == "refused" {
                "Refused".into()
            } else {
                crate::audit::what(what, false).to_owned()
            }
        }
        ("channel", Some(channel)) => super::channel_title(channel).to_owned(),
        ("why", Some(word)) => {
            let channel = row.get("channel").and_then(Value::as_str).unwrap_or_default();
            why(word, channel).unwrap_or_else(|| say(value))
        }
        (_, Some(word)) => value_words(key, word).unwrap_or_else(|| say(value)),
        _ => say(value),
    }
}

/// A value in words: times by the clock on the wall, yes and no, lists with commas.
fn say(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "Yes" } else { "No" }.into(),
        Value::Number(n) => n.as_i64().map_or_else(|| n.to_string(), words::figure),
        Value::Array(all) => all.iter().map(say).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map.iter().map(|(k, v)| format!("{k}: {}", say(v))).collect::<Vec<_>>().join(", "),
        Value::String(text) => {
            if let Ok(at) = text.parse::<DateTime<Utc>>() {
                return words::moment(at);
            }
            text.parse::<NaiveDate>().map_or_else(|_| text.clone(), words::short_date)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_struck_is_left_out_and_the_rest_stays() {
        let strike = |begins, letters| Strike { id: String::new(), begins, letters };
        let note = "Ask for Ana – her son Léo is ill";
        assert_eq!(without(note, vec![strike(18, 7)]), format!("Ask for Ana – her {STRUCK} is ill"));
        assert_eq!(without(note, vec![strike(0, 11), strike(8, 6)]), format!("{STRUCK}her son Léo is ill"));
        assert_eq!(without(note, Vec::new()), note);
    }

    #[test]
    fn a_file_for_its_person_has_no_marks_of_the_work() {
        let file = File::new(json!({"register": {"people": [{"name": "Edith Harcourt"}]}, "answers": {"answers": [
            {"id": "x", "note": "Son Leo", "corrects": null, "strikes": [{"id": "s", "begins": 4, "letters": 3}]}]}}));
        assert_eq!(file.notes()[0].struck[0].1, "Leo");
        let sent = file.redacted();
        let text = sent.0.to_string();
        assert!(text.contains(STRUCK) && !text.contains("Leo") && !text.contains("strikes"), "{text}");
        assert_eq!(sent.name(), "Edith Harcourt");
    }

    #[test]
    fn neither_a_slip_nor_what_takes_it_back_is_there_to_be_corrected() {
        let file = File::new(json!({"answers": {"answers": [{"id": "b", "outcome": "taken-back", "corrects": "a"},
            {"id": "a", "outcome": "spoke", "corrects": null}, {"id": "c", "outcome": "refused", "corrects": null}]}}));
        let said: Vec<String> = file.said().into_iter().map(|said| said.result).collect();
        assert_eq!(said, ["c"]);
    }
}
