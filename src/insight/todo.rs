//! What needs an organiser, the most urgent first: one line for each thing, with where to do it.

use super::live::Waiting;
use super::week::Week;
use crate::access::store::reviews::Review;
use crate::exports::store::{Export, State};
use crate::web::words::{clock_time, count, date, day_of, until};
use chrono::Utc;

/// How many lines a first page has.
const MOST: usize = 10;

/// One thing that needs this person: what, why, and where to do it.
pub struct Todo {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
    /// Where it is done.
    pub href: String,
    /// What the link says.
    pub link: &'static str,
}

fn line(what: String, why: impl Into<String>, href: impl Into<String>, link: &'static str) -> Todo {
    Todo { what, why: why.into(), href: href.into(), link }
}

/// Everything that is known to wait.
pub struct Known<'a> {
    /// Of canvassing.
    pub waiting: &'a Waiting,
    /// Of the week.
    pub week: &'a Week,
    /// Messages that wait for a second person.
    pub messages: i64,
    /// Access reviews.
    pub reviews: &'a [Review],
    /// Exports that one may decide.
    pub exports: &'a [Export],
    /// Whether no register came yet.
    pub nobody_held: bool,
}

/// What needs this person, and how much more there is.
pub fn todo(known: &Known) -> (Vec<Todo>, usize) {
    let mut all = Vec::new();
    if known.nobody_held {
        all.push(line(
            "Import a register first".into(),
            "Nobody is held here yet: electors, homes and districts come with a council’s register",
            "/imports/new",
            "Import",
        ));
    }
    for export in known.exports.iter().filter(|e| e.state() == State::Waiting).take(2) {
        let why = format!("{}, until {}", export.size(), until(export.lapses_at));
        let href = format!("/exports/{}", export.number);
        all.push(line(format!("{} asks for an export", export.asker), why, href, "Decide"));
    }
    if known.messages > 0 {
        all.push(line(
            format!("{} for a second person", count(known.messages, "message waits", "messages wait")),
            "Read it, and let it go or not",
            "/messages?tab=going",
            "Read",
        ));
    }
    people(known.week, &mut all);
    lists(known.waiting, &mut all);
    for review in known.reviews.iter().filter(|r| r.closed_at.is_none() && r.open > 0) {
        all.push(line(
            format!("{} to keep or end", count(review.open, "volunteer’s access", "volunteers’ access")),
            format!("The access review of {} ends on {}", review.area, date(day_of(review.due_at))),
            format!("/access/reviews/{}", review.id),
            "Answer",
        ));
    }
    conflicts(known.waiting, &mut all);
    tasks(known.week, &mut all);
    memberships(known.week, &mut all);
    nobodys(known.waiting, &mut all);
    let more = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    (all, more)
}

/// People who stand there now, or said tonight that they will help.
fn people(week: &Week, all: &mut Vec<Todo>) {
    for at in &week.joiners {
        all.push(line(
            format!("{} to join {}", count(at.waiting, "person waits", "people wait"), at.name),
            "They scanned its code: say whether you know them",
            format!("/walk-lists/{}/join", at.list),
            "Answer",
        ));
    }
    if week.tasks.will_help > 0 {
        all.push(line(
            format!("{} will help", count(week.tasks.will_help, "person", "people")),
            "They said so at the door. Each has a task that says how to reach them, while it is fresh",
            "/tasks?what=will-help",
            "See who, and how to reach them",
        ));
    }
}

/// So many lists are named; the others are counted.
const LISTS: usize = 2;

fn lists(waiting: &Waiting, all: &mut Vec<Todo>) {
    for list in waiting.ending.iter().take(LISTS) {
        let shuts = list.ends.map_or_else(String::new, |ends| match day_of(ends) == day_of(Utc::now()) {
            true => format!("at {}", clock_time(ends)),
            false => until(ends),
        });
        all.push(line(
            format!("{} shuts {shuts}", list.name),
            format!("{} left", count(list.left, "door is", "doors are")),
            format!("/walk-lists/{}", list.id),
            "Open",
        ));
    }
    others(waiting.ending.len(), "shuts", "shut", "Within three days, with doors left", all);
}

/// The lists that are not named.
fn others(of: usize, one: &str, many: &str, why: &str, all: &mut Vec<Todo>) {
    if of > LISTS {
        let what = count(of - LISTS, format!("more list {one}"), format!("more lists {many}"));
        all.push(line(what, why, "/walk-lists", "See them"));
    }
}

fn conflicts(waiting: &Waiting, all: &mut Vec<Todo>) {
    if waiting.quarantined > 0 {
        all.push(line(
            format!("{} for you", count(waiting.quarantined, "answer waits", "answers wait")),
            "They came after access had ended, or cannot stand as they are",
            "/walk-lists/quarantine",
            "Decide",
        ));
    }
    if waiting.disagreeing > 0 {
        all.push(line(
            count(waiting.disagreeing, "pair of answers disagrees", "pairs of answers disagree"),
            "Two canvassers, one person, within a day",
            "/insight/disagreements",
            "Compare",
        ));
    }
    if waiting.doubtful > 0 {
        all.push(line(
            count(waiting.doubtful, "pair may be one person", "pairs may be one person each"),
            "A new register names somebody who looks like one held before",
            "/imports/matches",
            "Decide",
        ));
    }
}

fn tasks(week: &Week, all: &mut Vec<Todo>) {
    let due = &week.tasks;
    if due.overdue > 0 {
        all.push(line(
            count(due.overdue, "task is overdue", "tasks are overdue"),
            "Somebody asked for it and still waits",
            "/tasks?due=overdue",
            "See them",
        ));
    }
    if due.nobodys > 0 {
        all.push(line(
            format!("{} nobody’s", count(due.nobodys, "task is", "tasks are")),
            "Due in the next 7 days, and in nobody’s hands",
            "/tasks?due=week&whose=nobody",
            "Give out",
        ));
    }
}

/// Lists that nobody holds, and what is read and not imported.
fn nobodys(waiting: &Waiting, all: &mut Vec<Todo>) {
    for list in waiting.unassigned.iter().take(LISTS) {
        all.push(line(
            format!("Nobody holds {}", list.name),
            format!("{} to do", count(list.left, "door", "doors")),
            format!("/walk-lists/{}", list.id),
            "Assign",
        ));
    }
    others(waiting.unassigned.len(), "is nobody’s", "are nobody’s", "Give them to somebody", all);
    for (id, file) in &waiting.imports {
        all.push(line(
            format!("{file} is read"),
            "Nothing changes until you import it",
            format!("/imports/{id}"),
            "Preview",
        ));
    }
}

/// An organiser does not see whose membership ends: they ask those they know, and the secretary the others.
fn memberships(week: &Week, all: &mut Vec<Todo>) {
    let ending = week.ending;
    let what = match (ending.late, ending.soon) {
        (0, 0) => return,
        (0, soon) => format!("{} within 60 days", count(soon, "membership ends", "memberships end")),
        (late, 0) => format!("{} late", count(late, "membership is", "memberships are")),
        (late, soon) => {
            format!(
                "{} late, {} within 60 days",
                count(late, "membership is", "memberships are"),
                count(soon, "ends", "end")
            )
        }
    };
    all.push(line(what, "The membership secretary knows whose; a word from you helps", "/members", "Members"));
}
