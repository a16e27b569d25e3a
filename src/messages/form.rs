//! The fixed forms of service messages: what somebody needs to know, filled in, with no room for promotion. What is filled in is
//! text: neither links nor merge fields, a line each.

use super::markup::{Block, Piece};
use serde::{Deserialize, Serialize};

/// A service message's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// To something that is on.
    Invitation,
    /// When or where a shift is now.
    ShiftChange,
    /// That a membership ends.
    Renewal,
    /// To whoever joined.
    Welcome,
    /// Of a meeting that members may come to.
    Meeting,
}

/// What a form is filled with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// What it is about.
    pub what: String,
    /// When.
    pub when: String,
    /// Where, or how.
    pub place: String,
}

impl Form {
    /// Each.
    pub const ALL: [Form; 5] = [Form::Invitation, Form::ShiftChange, Form::Renewal, Form::Welcome, Form::Meeting];

    /// Its word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Invitation => "invitation",
            Form::ShiftChange => "shift-change",
            Form::Renewal => "renewal",
            Form::Welcome => "welcome",
            Form::Meeting => "meeting",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|f| f.as_str() == word)
    }

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Form::Invitation => "Invitation",
            Form::ShiftChange => "Change of a shift",
            Form::Renewal => "Renewal of membership",
            Form::Welcome => "Welcome to new members",
            Form::Meeting => "Notice of a meeting",
        }
    }

    /// What its three fields are called; empty: it has none.
    pub fn labels(self) -> [&'static str; 3] {
        match self {
            Form::Invitation => ["To what", "When", "Where"],
            Form::ShiftChange => ["Which event or shift", "When it is now", "Where it is now"],
            Form::Renewal => ["", "", "How to renew"],
            Form::Welcome => ["The next meeting", "When", "Where"],
            Form::Meeting => ["Which meeting", "When", "Where"],
        }
    }

    /// Which field promotes, as far as words show it: a vote, money, an address to open. Where and how members meet or renew may be
    /// an address.
    pub fn promotes(self, fields: &Fields) -> Option<&'static str> {
        let links = matches!(self, Form::Renewal | Form::Meeting);
        [("what", &fields.what, false), ("when", &fields.when, false), ("place", &fields.place, links)]
            .into_iter()
            .find(|(_, typed, links)| campaigns(typed) || (!links && opens(typed)))
            .map(|(field, _, _)| field)
    }

    /// Whether it is for members alone: it speaks of their membership, or calls those who may vote in the branch.
    pub fn is_for_members(self) -> bool {
        matches!(self, Form::Renewal | Form::Welcome | Form::Meeting)
    }

    /// Whether something of it is still to be filled in.
    pub fn is_incomplete(self, fields: &Fields) -> bool {
        let values = [&fields.what, &fields.when, &fields.place];
        self.labels().iter().zip(values).any(|(label, value)| !label.is_empty() && value.is_empty())
    }

    /// Its subject.
    pub fn subject(self, fields: &Fields) -> String {
        match self {
            Form::Invitation => format!("Invitation: {}", fields.what),
            Form::ShiftChange => format!("Changed: {}", fields.what),
            Form::Renewal => "Your membership: time to renew".into(),
            Form::Welcome => "Welcome as a member".into(),
            Form::Meeting => format!("Notice of a meeting: {}", fields.what),
        }
    }

    /// What it says.
    pub fn blocks(self, fields: &Fields) -> Vec<Block> {
        let Fields { what, when, place } = fields;
        let facts = || Block::List(vec![said(&format!("When: {when}")), said(&format!("Where: {place}"))]);
        let mut all = vec![paragraph(vec![
            Piece::Text("Dear ".into()),
            Piece::Field("forename", "member".into()),
            Piece::Text(",".into()),
        ])];
        match self {
            Form::Invitation => all.extend([line(&format!("You are invited: {what}.")), facts(), line(ANSWER)]),
            Form::ShiftChange => {
                all.extend([line(&format!("Something has changed: {what}. It is now:")), facts(), line(CANNOT)]);
            }
            Form::Renewal => all.extend([
                line("Your membership ends soon, or has just ended. To stay a member, please renew it."),
                line(&format!("How to renew: {place}")),
                line("If you have renewed already, there is nothing to do. For any question, reply to this message."),
            ]),
            Form::Welcome => all.extend([
                paragraph(vec![
                    Piece::Text("Thank you for joining. Your membership is kept in ".into()),
                    Piece::Field("branch", "your branch".into()),
                    Piece::Text(".".into()),
                ]),
                line(&format!("The next meeting that you may come to: {what}.")),
                facts(),
                line("For any question about your membership, reply to this message."),
            ]),
            Form::Meeting => all.extend([
                line(&format!("This is notice of a meeting that you may attend: {what}.")),
                facts(),
                line("For any question about it, reply to this message."),
            ]),
        }
        all
    }
}

/// Words that ask for a vote or for money.
const CAMPAIGN: [&str; 9] =
    ["vote", "votes", "elect", "reelect", "donate", "donates", "donation", "donations", "fundraiser"];

fn campaigns(typed: &str) -> bool {
    let typed = typed.to_lowercase();
    let mut words = typed.split(|c: char| !c.is_alphanumeric());
    typed.contains(['£', '€', '$']) || words.any(|word| CAMPAIGN.contains(&word))
}

/// Whether something in it reads as an address to open: "https://…", "www.…", "lantern.example/pay".
fn opens(typed: &str) -> bool {
    typed.contains("://")
        || typed.split(|c: char| c.is_whitespace() || "/,;:()<>\"".contains(c)).any(|word| {
            let word = word.trim_matches('.');
            word.rsplit_once('.').is_some_and(|(host, end)| {
                end.chars().count() > 1
                    && end.chars().all(char::is_alphabetic)
                    && host.chars().filter(|c| c.is_alphanumeric()).count() > 1
            })
        })
}

const ANSWER: &str = "Please say whether you can come by replying to this message.";
const CANNOT: &str = "If you cannot make it, please say so by replying to this message.";

fn said(words: &str) -> Vec<Piece> {
    vec![Piece::Text(words.to_owned())]
}

fn line(words: &str) -> Block {
    paragraph(said(words))
}

fn paragraph(words: Vec<Piece>) -> Block {
    Block::Paragraph(vec![words])
}

#[cfg(test)]
mod tests {
    use super::super::markup::{Reader, plain};
    use super::*;

    #[test]
    fn a_form_promotes_nothing() {
        let all = |form: Form, typed: &str| {
            let one = Fields::default();
            let fields = [
                Fields { what: typed.into(), ..one.clone() },
                Fields { when: typed.into(), ..one.clone() },
                Fields { place: typed.into(), ..one },
            ];
            fields.map(|fields| form.promotes(&fields).unwrap_or_default())
        };
        for plain in
            ["Branch meeting, with tea", "Revote of the minutes", "10.30am to 3 p.m.", "St. Mary’s Hall, No. 4"]
        {
            assert_eq!(all(Form::Invitation, plain), ["", "", ""], "{plain}");
        }
        for bad in ["VOTE for us", "Re-elect Ida", "Supper, give £10", "see www.lantern.example", "lantern.example/pay"]
        {
            assert_eq!(all(Form::ShiftChange, bad), ["what", "when", "place"], "{bad}");
        }
        let meeting = all(Form::Meeting, "https://meet.lantern.example/oldney");
        assert_eq!(meeting, ["what", "when", ""], "members may meet online");
    }

    #[test]
    fn a_form_says_what_it_is_filled_with_and_reads_nothing_into_it() {
        let fields =
            Fields { what: "[Vote](https://x.example) {{name}}".into(), when: "Friday".into(), place: "Hall".into() };
        for form in Form::ALL {
            assert_eq!(Form::parse(form.as_str()), Some(form));
            let said = plain(&form.blocks(&fields), &Reader { forename: "Dee".into(), ..Reader::default() }, &[]);
            assert!(said.starts_with("Dear Dee,"), "{said}");
            for (label, value) in form.labels().iter().zip([&fields.what, &fields.when, &fields.place]) {
                assert_eq!(!label.is_empty(), said.contains(value.as_str()), "{label}: {said}");
            }
        }
    }
}
