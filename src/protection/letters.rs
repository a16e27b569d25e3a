//! The letters that answer a request: what the law wants said stands in each form, and the rest is typed.

use super::requests::{Kind, Request};
use super::store::About;
use crate::paper::{Document, Stamp};
use crate::web::words::{date, day_of};
use chrono::{NaiveDate, Utc};

/// A letter's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// It came, and by when there is an answer.
    Acknowledgement,
    /// Proof of identity, or what they mean, is asked for.
    Question,
    /// Two months more, and why.
    Extension,
    /// What was done.
    Answer,
    /// What was not done, why, and where to go with that.
    Refusal,
    /// What the register says is the council's to correct.
    Officer,
}

impl Letter {
    /// All, in the order of the form.
    pub const ALL: [Letter; 6] = [
        Letter::Acknowledgement,
        Letter::Question,
        Letter::Extension,
        Letter::Answer,
        Letter::Refusal,
        Letter::Officer,
    ];

    /// The word in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Letter::Acknowledgement => "acknowledgement",
            Letter::Question => "question",
            Letter::Extension => "extension",
            Letter::Answer => "answer",
            Letter::Refusal => "refusal",
            Letter::Officer => "officer",
        }
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Letter::Acknowledgement => "We have your request",
            Letter::Question => "We need to know who you are, or what you mean",
            Letter::Extension => "We need two months more",
            Letter::Answer => "Our answer",
            Letter::Refusal => "We refuse, and why",
            Letter::Officer => "The register is the council’s to correct",
        }
    }

    /// The letter of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Letter::ALL.into_iter().find(|l| l.as_str() == word)
    }

    /// Whether it says nothing without words of one's own.
    pub fn needs_words(self) -> bool {
        !matches!(self, Letter::Acknowledgement)
    }
}

const COMPLAIN: &str = "If you think we have handled this wrongly, you may complain to us, and to the Information Commissioner’s Office: Wycliffe House, Water Lane, Wilmslow SK9 5AF; ico.org.uk; 0303 123 1113. You may also go to court.";

/// Sets a letter about a request. `typed` is what the form leaves to the writer.
pub fn letter(form: Letter, request: &Request, typed: &str, about: &About, today: NaiveDate) -> Document {
    let from = vec![about.controller.clone(), about.contact.clone()];
    let to = std::iter::once(request.asker.clone()).chain(request.answer_to.lines().map(str::to_owned)).collect();
    let stamp = Stamp { who: about.controller.clone(), when: Utc::now(), why: format!("request {}", request.id) };
    let subject = format!("{}: {}", subject(form, request.kind), request.id);
    let document = Document::letter(from, to, date(today), subject, stamp);
    let came = format!(
        "We received your {} on {} ({}).",
        if request.kind == Kind::Complaint { "complaint" } else { "request" },
        date(request.received_on),
        request.came_by.title().to_lowercase()
    );
    let document = paragraphs(form, request, typed).into_iter().fold(document.paragraph(came), Document::paragraph);
    document.paragraph(COMPLAIN).paragraph(format!("For {}\n{}", about.controller, about.contact))
}

fn subject(form: Letter, kind: Kind) -> &'static str {
    match (form, kind) {
        (Letter::Officer, _) => "Correcting the electoral register",
        (_, Kind::Complaint) => "Your complaint, number",
        _ => "Your request, number",
    }
}

fn paragraphs(form: Letter, request: &Request, typed: &str) -> Vec<String> {
    let typed = typed.trim().to_owned();
    let by = |day: Option<NaiveDate>| day.map(|d| format!("You have our answer by {}.", date(d)));
    let mut said = match form {
        Letter::Acknowledgement if request.kind == Kind::Complaint => {
            vec!["We are looking into it, and tell you what comes of it without undue delay.".to_owned()]
        }
        Letter::Acknowledgement => vec!["It costs you nothing.".to_owned()],
        Letter::Question => vec![
            "Before we can go on, we need the following from you. Send us no more than this: we destroy it once we have seen it.".to_owned(),
            typed.clone(),
            "The month that we have begins, or goes on, when your answer comes.".to_owned(),
        ],
        Letter::Extension => vec![
            "Your request is complex, or one of several. The law lets us take two months more, and we do, for this reason:".to_owned(),
            typed.clone(),
        ],
        Letter::Answer => vec![typed.clone()],
        Letter::Refusal => vec!["We do not do what you ask, for this reason:".to_owned(), typed.clone()],
        Letter::Officer => vec![
            "What you ask us to correct comes from the electoral register. We have it from the council, and the law lets only the electoral registration officer change it. Write to:".to_owned(),
            typed.clone(),
            "We take the corrected entry over with the council’s next register. Anything else that is wrong in what we hold, we correct ourselves: tell us.".to_owned(),
        ],
    };
    match form {
        Letter::Acknowledgement => {
            said.extend(by(request.due_on));
            if !typed.is_empty() {
                said.push(typed);
            }
        }
        Letter::Extension => said.extend(by(request.due_on)),
        _ => {}
    }
    said
}

/// Today in the United Kingdom.
pub fn today() -> NaiveDate {
    day_of(Utc::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_says_where_to_complain() {
        let about = About { controller: "The Lantern Party".into(), contact: "data@lantern.example".into() };
        let request = Request { asker: "A. Person".into(), ..Request::of_kind(Kind::Access) };
        for form in Letter::ALL {
            let set = format!("{:?}", letter(form, &request, "Because.", &about, today()));
            assert!(set.contains("Information Commissioner") && set.contains("A. Person"), "{set}");
            assert!(set.contains("Because."), "{set}");
        }
    }
}
