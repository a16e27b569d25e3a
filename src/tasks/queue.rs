//! `/tasks`: what is to be done in the area in use, by due day.

use super::kinds::KINDS;
use super::store::{self, Filter};
use super::{State, Task};
use crate::web::paging::Paging;
use crate::web::words::Day;
use crate::web::{Answer, Layout, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// What the address of the queue may say. Nothing in it is about a person.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    what: String,
    due: String,
    whose: String,
    sort: String,
    page: String,
    said: String,
}

const DUE: [(&str, &str); 4] =
    [("", "Any day"), ("overdue", "Overdue"), ("today", "By today"), ("week", "In the next 7 days")];
const WHOSE: [(&str, &str); 3] = [("", "Anybody’s"), ("mine", "Mine"), ("nobody", "Nobody’s yet")];

#[derive(Template, WebTemplate)]
#[template(path = "tasks/queue.html")]
struct QueuePage {
    layout: Layout,
    area: String,
    account: Uuid,
    today: NaiveDate,
    filter: Filter,
    counts: [i64; 3],
    tasks: Vec<Task>,
    paging: Paging,
    said: &'static str,
}

/// `GET /tasks`
///
/// # Errors
/// [`crate::error::Error::NotFound`] after the last page.
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let known = |choices: &[(&str, &str)], word: &str| {
        choices.iter().find(|(w, _)| *w == word).map(|(w, _)| (*w).to_owned()).unwrap_or_default()
    };
    let filter = Filter {
        state: State::parse(&asked.tab),
        what: KINDS.iter().find(|k| k.code == asked.what).map(|k| k.code.to_owned()).unwrap_or_default(),
        due: known(&DUE, &asked.due),
        whose: known(&WHOSE, &asked.whose),
        sort: known(&[("what", ""), ("new", "")], &asked.sort),
    };
    let paging = Paging::asked(&asked.page);
    let mut scope = viewer.scope().await?;
    let counts = store::counts(&mut scope, &filter).await?;
    let seen = store::page(&mut scope, &filter, paging).await?;
    let tasks = scope.finish(seen).await?;
    paging.must_be_there(tasks.len())?;
    let paging = paging.of(counts[filter.state as usize]);
    let (today, account) = (words::day_of(Utc::now()), viewer.account);
    let said = said(&asked.said);
    Ok(QueuePage { layout, area: viewer.area_name, account, today, filter, counts, tasks, paging, said }
        .into_response())
}

fn said(word: &str) -> &'static str {
    match word {
        "assigned" => "Given. Volunteers find theirs under My tasks",
        "back" => "They are nobody’s again, and wait here",
        "tick" => "Nothing was ticked. Tick the tasks to give first",
        _ => "",
    }
}

impl QueuePage {
    fn count_of(&self, state: State) -> String {
        words::figure(self.counts[state as usize])
    }

    fn filtered(&self) -> bool {
        !(self.filter.what.is_empty() && self.filter.due.is_empty() && self.filter.whose.is_empty())
    }

    /// This page's address with another tab and order, for more to be added to.
    fn address(&self, state: State, sort: &str) -> String {
        let Filter { what, due, whose, .. } = &self.filter;
        format!("/tasks?tab={}&what={what}&due={due}&whose={whose}&sort={sort}&", state.as_str())
    }

    fn here(&self) -> String {
        self.address(self.filter.state, &self.filter.sort)
    }
}

/// How a due day is drawn: its colour, and the day in words.
pub(crate) fn due_words(due: impl Day, today: impl Day) -> (&'static str, String) {
    let (due, today) = (due.day(), today.day());
    match (due - today).num_days() {
        days if days < 0 => ("bad", format!("Overdue since {}", words::short_date(due))),
        0 => ("warn", "Today".into()),
        1 => ("", "Tomorrow".into()),
        _ => ("", words::short_date(due)),
    }
}

#[cfg(test)]
mod tests {
    use super::due_words;

    #[test]
    fn what_is_late_says_so() {
        let day = |d| chrono::NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
        assert_eq!(due_words(day(24), day(25)), ("bad", "Overdue since 24 Nov 2026".into()));
        assert_eq!(due_words(day(25), day(25)), ("warn", "Today".into()));
        assert_eq!(due_words(day(26), day(25)), ("", "Tomorrow".into()));
        assert_eq!(due_words(day(30), day(25)), ("", "30 Nov 2026".into()));
    }
}
