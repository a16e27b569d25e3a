//! What an organiser chooses for a new list: the form as it goes from step to step, and its typed reading.

use super::{ListName, MOST_DOORS, SideOrder, USUAL_DOORS};
use crate::web::FieldErrors;
use serde::Deserialize;

/// The three steps' answers as the form sends them. Everything chosen so far goes along in hidden fields, so that the
/// steps work without JavaScript and nothing is kept on the server.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    /// What the button pressed asks for: `districts`, `streets`, `all-streets`, `no-streets` or `preview`.
    pub step: String,
    /// The districts chosen, by number.
    pub district: Vec<i32>,
    /// The districts whose streets have been shown: of the others all streets count as ticked.
    pub shown: Vec<i32>,
    /// The streets ticked, as `district:key`.
    pub street: Vec<String>,
    /// The list's name.
    pub name: String,
    /// How one walks: a word of [`SideOrder`].
    pub order: String,
    /// Which poll is asked about: a poll's number, or `national`, `devolved`, `local` without a date.
    pub poll: String,
    /// Leave out whom was asked lately.
    pub asked: Option<String>,
    /// How many days are lately.
    pub asked_days: String,
    /// Leave out who moved or died.
    pub moved: Option<String>,
    /// Leave out who is on printed cards that are out.
    pub on_paper: Option<String>,
    /// Leave out homes with nobody left.
    pub empty: Option<String>,
    /// Show canvassers the last answer.
    pub show_last: Option<String>,
    /// Cut into lists of about so many doors.
    pub split: Option<String>,
    /// How many.
    pub split_size: String,
    /// The counts that the preview showed: what is made must be that.
    pub expected: String,
}

impl NewForm {
    /// The same with the usual answers, when the options have not been shown yet.
    pub fn with_usual_answers(mut self) -> Self {
        if self.shown.is_empty() {
            let on = || Some("on".to_owned());
            (self.asked, self.moved, self.empty, self.split) = (on(), on(), on(), on());
            self.on_paper = on();
            self.asked_days = "30".into();
            self.split_size = USUAL_DOORS.to_string();
            self.order = SideOrder::default().as_str().into();
        }
        self
    }

    /// Whether a street is on the list to be.
    pub fn is_ticked(&self, area_no: i32, key: &str) -> bool {
        !self.shown.contains(&area_no) || self.street.contains(&format!("{area_no}:{key}"))
    }

    /// The typed choices, or what to mend.
    ///
    /// # Errors
    /// The fields that cannot stand.
    pub fn choices(&self) -> Result<Choices, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = self.name.parse::<ListName>();
        if let Err(wrong) = &name {
            errors.add("name", *wrong);
        }
        let asked_days = self.asked.as_ref().map(|_| self.asked_days.trim().parse::<i32>());
        if !matches!(asked_days, None | Some(Ok(1..=3650))) {
            errors.add("asked_days", "Write a number of days from 1 to 3,650, or untick it");
        }
        let split = self.split.as_ref().map(|_| self.split_size.trim().parse::<usize>());
        if !matches!(split, None | Some(Ok(5..=MOST_DOORS))) {
            errors.add("split_size", "Write a number of doors from 5 to 1,000, or untick it");
        }
        let order = SideOrder::parse(&self.order);
        if order.is_none() {
            errors.add("order", "Choose how the doors are walked");
        }
        let poll = Asked::parse(&self.poll);
        if poll.is_none() {
            errors.add("poll", "Choose which election is asked about");
        }
        match (name, order, poll) {
            (Ok(name), Some(order), Some(poll)) if !errors.any() => Ok(Choices {
                name,
                order,
                poll,
                asked_days: asked_days.and_then(Result::ok),
                moved: self.moved.is_some(),
                on_paper: self.on_paper.is_some(),
                empty: self.empty.is_some(),
                show_last: self.show_last.is_some(),
                split: split.and_then(Result::ok),
            }),
            _ => Err(errors),
        }
    }
}

/// Which election a list asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A poll, by number.
    Poll(i64),
    /// A kind of election without a date yet: `national`, `devolved` or `local`.
    Kind(&'static str),
}

impl Asked {
    /// Kinds of election that are asked about without a poll, with their words.
    pub const KINDS: [(&'static str, &'static str); 3] =
        [("national", "UK Parliament"), ("devolved", "Devolved parliament"), ("local", "Local council")];

    fn parse(word: &str) -> Option<Asked> {
        let kind = Asked::KINDS.into_iter().find(|(kind, _)| *kind == word).map(|(kind, _)| Asked::Kind(kind));
        kind.or_else(|| word.parse().ok().map(Asked::Poll))
    }
}

/// The choices once read, besides the streets.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The list's name, or the first of several lists'.
    pub name: ListName,
    /// How one walks.
    pub order: SideOrder,
    /// Which election is asked about.
    pub poll: Asked,
    /// Leave out whom was asked within so many days.
    pub asked_days: Option<i32>,
    /// Leave out who is recorded as moved or deceased.
    pub moved: bool,
    /// Leave out who is on printed cards that are out and not entered yet.
    pub on_paper: bool,
    /// Leave out homes with nobody left.
    pub empty: bool,
    /// Show canvassers each person's last answer.
    pub show_last: bool,
    /// Cut into lists of about so many doors; None: one list.
    pub split: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_form_has_the_usual_answers_and_a_shown_one_its_own() {
        let new = NewForm { name: "QB1 1".into(), poll: "local".into(), ..NewForm::default() };
        let usual = new.clone().with_usual_answers().choices().unwrap();
        assert_eq!((usual.asked_days, usual.split, usual.moved, usual.show_last), (Some(30), Some(50), true, false));
        let shown = NewForm { shown: vec![1], order: "one-side".into(), ..new }.with_usual_answers();
        let own = shown.choices().unwrap();
        assert_eq!((own.asked_days, own.split, own.moved, own.order), (None, None, false, SideOrder::OneSide));
        assert!(shown.is_ticked(2, "mill lane") && !shown.is_ticked(1, "mill lane"));
    }

    #[test]
    fn answers_that_cannot_stand_are_named() {
        let form = NewForm {
            shown: vec![1],
            asked: Some("on".into()),
            asked_days: "x".into(),
            split: Some("on".into()),
            split_size: "1001".into(),
            ..NewForm::default()
        };
        let fields: Vec<String> = form.choices().unwrap_err().0.into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["name", "asked_days", "split_size", "order", "poll"]);
    }
}
