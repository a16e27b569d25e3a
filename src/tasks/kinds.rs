//! What tasks there are, in the field's words, and what may come of each.

/// A kind of task.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its word in the database and in forms.
    pub code: &'static str,
    /// What is to be done.
    pub title: &'static str,
    /// What may come of it: code and words.
    pub outcomes: &'static [(&'static str, &'static str)],
    /// Whether an organiser may put it down for an elector.
    pub by_hand: bool,
    /// What to bear in mind.
    pub hint: &'static str,
}

impl Kind {
    /// The words of an outcome.
    pub fn outcome(&self, code: &str) -> Option<&'static str> {
        self.outcomes.iter().find(|(c, _)| *c == code).map(|(_, words)| *words)
    }
}

const NOT_WANTED: (&str, &str) = ("not-wanted", "They no longer want it");
const FORM_HINT: &str = "Send the form or the link, and leave filling it in to them. Nobody of ours handles a completed ballot or envelope.";

/// Every kind, in the order of forms.
pub const KINDS: [Kind; 12] = [
    Kind {
        code: "call-back",
        title: "Call back",
        outcomes: &[("spoke", "Spoke with them"), ("no-answer", "No answer, and nothing more to try"), NOT_WANTED],
        by_hand: true,
        hint: "",
    },
    Kind {
        code: "come-back",
        title: "Come back to the door",
        outcomes: &[("spoke", "Spoke with them"), ("no-answer", "Nobody in, and nothing more to try"), NOT_WANTED],
        by_hand: true,
        hint: "",
    },
    Kind {
        code: "poster",
        title: "Deliver a poster",
        outcomes: &[("delivered", "Delivered"), ("up", "Up in the window or garden"), NOT_WANTED],
        by_hand: true,
        hint: "",
    },
    Kind {
        code: "postal-vote",
        title: "Send the postal vote form or link",
        outcomes: &[("sent", "Form or link sent"), ("has-one", "They have applied already"), NOT_WANTED],
        by_hand: true,
        hint: FORM_HINT,
    },
    Kind {
        code: "proxy-vote",
        title: "Send the proxy vote form or link",
        outcomes: &[("sent", "Form or link sent"), ("has-one", "They have applied already"), NOT_WANTED],
        by_hand: true,
        hint: FORM_HINT,
    },
    Kind {
        code: "register",
        title: "Send the registration form or link",
        outcomes: &[("sent", "Form or link sent"), ("has-one", "They are registered already"), NOT_WANTED],
        by_hand: true,
        hint: "Registering is theirs to do: at gov.uk/register-to-vote, or on the council’s form.",
    },
    Kind {
        code: "photo-id",
        title: "Explain photo ID",
        outcomes: &[("sent", "Explained, or link sent"), ("has-one", "They have what they need"), NOT_WANTED],
        by_hand: true,
        hint: "Whoever has none may ask their council for a free certificate, by the sixth working day before the poll.",
    },
    Kind {
        code: "lift",
        title: "Arrange a lift to vote",
        outcomes: &[("arranged", "Lift arranged"), ("given", "Lift given"), NOT_WANTED],
        by_hand: true,
        hint: "",
    },
    Kind {
        code: "will-help",
        title: "Ask to help",
        outcomes: &[
            ("joined", "They help now"),
            ("hears", "They want to hear from us"),
            ("later", "Perhaps later"),
            ("not-wanted", "They would rather not"),
        ],
        by_hand: true,
        hint: "",
    },
    Kind {
        code: "referral",
        title: "Refer to the representative",
        outcomes: &[("referred", "Passed to the representative"), NOT_WANTED],
        by_hand: true,
        hint: "Casework is the elected representative’s. What it is about goes from here once it is with them.",
    },
    Kind {
        code: "welcome",
        title: "Welcome",
        outcomes: &[("welcomed", "Welcomed"), ("no-answer", "No answer, and nothing more to try")],
        by_hand: false,
        hint: "",
    },
    Kind { code: "other", title: "Something else", outcomes: &[("done", "Done")], by_hand: true, hint: "" },
];

/// The kind of this word. What the database holds is one of them; a word of later days is something else.
pub fn kind(code: &str) -> &'static Kind {
    KINDS.iter().find(|k| k.code == code).unwrap_or(&KINDS[KINDS.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvass::results::{Ask, Outcome};

    #[test]
    fn whatever_is_asked_for_at_a_door_is_a_kind_of_task() {
        let asked = Ask::ALL.iter().map(|a| a.as_str()).chain([Outcome::ComeBack.as_str()]);
        for ask in asked {
            assert_eq!(kind(ask).code, ask);
        }
        assert_eq!(kind("of later days").code, "other");
    }

    #[test]
    fn every_outcome_has_a_word_of_its_own_that_the_database_takes() {
        for kind in &KINDS {
            assert!(!kind.outcomes.is_empty());
            for (code, _) in kind.outcomes {
                assert_eq!(kind.outcomes.iter().filter(|(c, _)| c == code).count(), 1, "{code}");
                assert!(code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
            }
        }
    }
}
