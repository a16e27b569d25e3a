//! `POST /selections/counts`: how many electors and doors the builder's form says, as a part of its page. Nobody is shown.

use super::choices::Choices;
use super::draft::Draft;
use super::read;
use super::unfinished::{Unfinished, unfinished};
use crate::database::Scoped;
use crate::error::Error;
use crate::selections::{Counts, Selection, count, words as sentences};
use crate::web::{Answer, Form, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;

/// A selection in words and figures.
pub(super) struct Counted {
    /// What it says.
    pub sentence: String,
    counts: Counts,
    channel: crate::selections::Channel,
}

impl Counted {
    /// Counts it; or what stands in the way, for who counts again later.
    ///
    /// # Errors
    /// What is no answer for the page.
    pub async fn of(scope: &mut Scoped, selection: &Selection) -> Result<Result<Counted, String>, Error> {
        let sentence = sentence(scope, selection).await?;
        match count::count(scope, selection).await {
            Ok(counts) => Ok(Ok(Counted { sentence, counts, channel: selection.leave_out.channel })),
            Err(Error::Conflict(why)) => Ok(Err(why)),
            Err(other) => Err(other),
        }
    }

    pub fn doors(&self) -> String {
        words::figure(self.counts.doors)
    }

    pub fn electors(&self) -> String {
        words::figure(self.counts.electors)
    }

    /// Whether it is nobody.
    pub fn nobody(&self) -> bool {
        self.counts.electors == 0
    }

    /// Who is left out and why, as counts in words; those who objected and the anonymous are always told.
    pub fn left_out(&self) -> Vec<(&'static str, String)> {
        let left = self.counts.left_out;
        let electors = |n: i64| words::count(n, "elector", "electors");
        let mut rows = vec![(objected(self.channel), electors(left.objected))];
        let others = [
            ("Said to have moved or died", left.moved),
            ("Asked lately", left.asked),
            ("On a printed pile", left.on_paper),
        ];
        rows.extend(others.into_iter().filter(|(_, n)| *n > 0).map(|(why, n)| (why, electors(n))));
        rows.push(("Anonymous, never on any list", electors(left.anonymous)));
        rows
    }
}

fn objected(channel: crate::selections::Channel) -> &'static str {
    use crate::selections::Channel::{Door, Email, Phone, Post, Text};
    match channel {
        Door => "Want nobody at their door",
        Post => "Want no post from us",
        // Who agreed is asked by a condition alone: nobody is left out here for not having agreed.
        Phone => "Want no calls from us",
        Email => "Want no email from us",
        Text => "Want no texts from us",
    }
}

/// A selection as an English sentence.
///
/// # Errors
/// What the database says.
pub(super) async fn sentence(scope: &mut Scoped, selection: &Selection) -> Result<String, Error> {
    let names = sentences::Names::of(scope, &[selection]).await?;
    Ok(sentences::sentence(selection, &names))
}

#[derive(Template, WebTemplate)]
#[template(path = "selections/counts.html")]
struct CountsPart {
    counted: Option<Counted>,
    refused: String,
    unfinished: Vec<Unfinished>,
}

/// `POST /selections/counts`
///
/// # Errors
/// [`Error::Invalid`] for a form that is none of ours.
pub async fn show(viewer: Viewer, Form(pairs): Form<Vec<(String, String)>>) -> Answer {
    let (draft, _) = Draft::read(pairs)?;
    let mut scope = viewer.scope().await?;
    let choices = Choices::read(&mut scope, &draft.root).await?;
    let ((counted, refused), unfinished) = match read::selection(&draft, &choices) {
        Ok(selection) => (split(Counted::of(&mut scope, &selection).await?), Vec::new()),
        Err(wrong) => ((None, String::new()), unfinished(&draft, &wrong)),
    };
    scope.commit().await?;
    Ok(CountsPart { counted, refused, unfinished }.into_response())
}

/// The counts, and what stands in their way.
pub(super) fn split(counted: Result<Counted, String>) -> (Option<Counted>, String) {
    match counted {
        Ok(counted) => (Some(counted), String::new()),
        Err(why) => (None, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selections::Channel;

    #[test]
    fn nobody_is_said_to_be_left_out_for_what_is_not_asked() {
        // Consent is asked by a condition; what leaves people out is what they objected to.
        for channel in [Channel::Door, Channel::Post, Channel::Phone, Channel::Email, Channel::Text] {
            assert!(!objected(channel).contains("agree"), "{}", objected(channel));
        }
    }
}
