//! `/insight` by district, the organiser's first page, answers that disagree.

use super::charts::{self, Part};
use super::live::{self, Disagreement, OutNow, Volunteers, Waiting};
use super::store;
use super::{DistrictFigures, total};
use crate::access::store::reviews::{self, Review};
use crate::canvass::codes::{self, Code};
use crate::error::Error;
use crate::exports::store::{self as exports, Export};
use crate::polls;
use crate::web::words::{ago, clock_time, count, date, day_of, figure, percent, within};
use crate::web::{Answer, Layout, Query, Viewer};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Timelike, Utc};
use chrono_tz::Europe::London;
use serde::Deserialize;

/// The kind of election whose figures are shown where no poll is to come.
const USUAL: &str = "local";

/// Which figures, in which order. Nothing of a person's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    sort: String,
    up: Option<u8>,
}

/// Words as templates ask for them, by value or by reference.
mod show {
    use crate::web::words;
    use chrono::{DateTime, Utc};
    use std::borrow::Borrow;

    pub fn figure(n: impl Borrow<i64>) -> String {
        words::figure(*n.borrow())
    }

    pub fn electors(n: impl Borrow<i64>) -> String {
        words::count(*n.borrow(), "elector", "electors")
    }

    pub fn moment(at: impl Borrow<DateTime<Utc>>) -> String {
        words::moment(*at.borrow())
    }
}

/// A column to sort by: its word in the address, its heading, whether it is a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column(&'static str, &'static str, bool);

const COLUMNS: [Column; 7] = [
    Column("district", "District", false),
    Column("rate", "Contact rate", false),
    Column("electors", "Electors", true),
    Column("promises", "Promises", true),
    Column("doors", "Doors, 7 days", true),
    Column("before", "Week before", true),
    Column("spoken", "Spoken to", true),
];

#[derive(Template, WebTemplate)]
#[template(path = "insight/districts.html")]
struct InsightPage {
    layout: Layout,
    area: String,
    kind: String,
    kinds: Vec<String>,
    sort: &'static str,
    up: bool,
    codes: Vec<Code>,
    districts: Vec<DistrictFigures>,
    whole: DistrictFigures,
    parts: Vec<Part>,
    at: String,
}

impl InsightPage {
    /// The address of a column's heading: the same column turns round.
    fn sorted_by(&self, column: &Column) -> String {
        let up = if column.0 == self.sort { !self.up } else { column.0 == "district" };
        format!("/insight?kind={}&sort={}&up={}", self.kind, column.0, u8::from(up))
    }

    fn aria_sort(&self, column: &Column) -> &'static str {
        match (column.0 == self.sort, self.up) {
            (false, _) => "",
            (true, true) => "ascending",
            (true, false) => "descending",
        }
    }
}

impl DistrictFigures {
    fn rate(&self) -> String {
        percent(self.known(), self.electors)
    }

    fn bar(&self) -> String {
        charts::bar(self.known(), self.electors)
    }

    /// "212 more than the week before".
    fn compared(&self) -> String {
        match self.week.doors - self.week_before.doors {
            0 => "as many as the week before".into(),
            more if more > 0 => format!("{} more than the week before", figure(more)),
            fewer => format!("{} fewer than the week before", figure(-fewer)),
        }
    }
}

/// `GET /insight`
pub async fn districts(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let codes = codes::intentions(&mut scope).await?;
    let next = polls::next(&mut scope).await?.map_or_else(|| USUAL.to_owned(), |poll| poll.intention_kind);
    let kinds = kinds(store::kinds(&mut scope).await?, &next);
    let kind = kinds.iter().find(|k| **k == asked.kind).cloned().unwrap_or(next);
    let mut districts = store::by_district(&mut scope, &kind).await?;
    scope.commit().await?;
    let sort = COLUMNS.iter().find(|c| c.0 == asked.sort).map_or("rate", |c| c.0);
    let up = asked.up.map_or(sort == "district", |up| up == 1);
    sort_by(&mut districts, &codes, sort, up);
    let whole = total(&districts);
    let page = InsightPage {
        layout,
        area: within(&viewer.area_name),
        kind,
        kinds,
        sort,
        up,
        parts: charts::split(&codes, &whole.by_code),
        codes,
        districts,
        whole,
        at: clock_time(Utc::now()),
    };
    Ok(page.into_response())
}

/// The kinds to choose from: those with answers, and the one that comes next.
fn kinds(mut found: Vec<String>, next: &str) -> Vec<String> {
    if !found.iter().any(|k| k == next) {
        found.insert(0, next.to_owned());
    }
    found
}

fn sort_by(districts: &mut [DistrictFigures], codes: &[Code], column: &str, up: bool) {
    // Shares in millionths, so that they compare as whole numbers.
    let rate = |d: &DistrictFigures| d.known() * 1_000_000 / d.electors.max(1);
    match column {
        "rate" => districts.sort_by_key(rate),
        "electors" => districts.sort_by_key(|d| d.electors),
        "promises" => districts.sort_by_key(|d| d.promises(codes)),
        "doors" => districts.sort_by_key(|d| d.week.doors),
        "before" => districts.sort_by_key(|d| d.week_before.doors),
        "spoken" => districts.sort_by_key(|d| d.week.spoken),
        _ => districts.sort_by(|a, b| a.letters.cmp(&b.letters)),
    }
    if !up {
        districts.reverse();
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "insight/home.html")]
struct HomePage {
    layout: Layout,
    area: String,
    kind: String,
    poll: Option<NaiveDate>,
    codes: Vec<Code>,
    whole: DistrictFigures,
    leading: Vec<DistrictFigures>,
    districts: usize,
    parts: Vec<Part>,
    spark: String,
    new_promises: i64,
    out: Vec<OutNow>,
    volunteers: Volunteers,
    todo: Vec<Todo>,
}

/// One thing that needs this person: what, why, and where to do it.
struct Todo {
    what: String,
    why: String,
    href: String,
    link: &'static str,
}

impl HomePage {
    /// "Tonight in Wexmere" after five, as campaigners speak.
    fn title(&self) -> String {
        let evening = Utc::now().with_timezone(&London).hour() >= 17;
        format!("{} in {}", if evening { "Tonight" } else { "Today" }, self.area)
    }

    fn summary(&self) -> String {
        let today = day_of(Utc::now());
        let lists = match self.out.len() {
            0 => "No list is out".to_owned(),
            1 => "One list is out".to_owned(),
            n => format!("{} lists are out", figure(n as i64)),
        };
        let poll = match self.poll.map(|day| (day - today).num_days()) {
            Some(0) => ", the poll is today".to_owned(),
            Some(days) => format!(", {} to the poll", count(days, "day", "days")),
            None => String::new(),
        };
        format!("{}. {lists}{poll}.", today.format("%A %-d %B %Y"))
    }

    /// Whether a register has brought anybody yet: without one there is no door to walk to.
    fn has_electors(&self) -> bool {
        self.whole.electors > 0
    }

    fn electors(&self) -> String {
        count(self.whole.electors, "elector", "electors")
    }

    fn promises(&self) -> String {
        figure(self.whole.promises(&self.codes))
    }
}

impl OutNow {
    fn bar(&self) -> String {
        charts::bar(self.done, self.doors)
    }

    fn last_words(&self) -> String {
        self.last.map_or_else(|| "none".into(), ago)
    }
}

/// `GET /`, the organiser's first page.
pub async fn home(viewer: Viewer, layout: Layout) -> Answer {
    if viewer.role != crate::access::Role::Organiser {
        return Err(Error::NotFound);
    }
    let mut scope = viewer.scope().await?;
    let codes = codes::intentions(&mut scope).await?;
    let poll = polls::next(&mut scope).await?;
    let kind = poll.as_ref().map_or_else(|| USUAL.to_owned(), |poll| poll.intention_kind.clone());
    let mut districts = store::by_district(&mut scope, &kind).await?;
    let by_day = store::doors_by_day(&mut scope).await?;
    let new_promises = store::new_promises(&mut scope, &kind).await?;
    let out = live::out_now(&mut scope).await?;
    let volunteers = live::volunteers(&mut scope).await?;
    let waiting = live::waiting(&mut scope).await?;
    let reviews = reviews::list(&mut scope).await?;
    let exports = exports::to_decide(&mut scope).await?;
    scope.commit().await?;
    let whole = total(&districts);
    let nobody_held = whole.electors == 0;
    sort_by(&mut districts, &codes, "rate", false);
    let page = HomePage {
        layout,
        area: within(&viewer.area_name),
        kind,
        poll: poll.map(|poll| poll.date),
        parts: charts::split(&codes, &whole.by_code),
        codes,
        whole,
        districts: districts.len(),
        leading: districts.into_iter().take(7).collect(),
        spark: charts::spark(&by_day),
        new_promises,
        out,
        volunteers,
        todo: todo(&waiting, &reviews, &exports, nobody_held),
    };
    Ok(page.into_response())
}

/// What needs this person, the most urgent first, at most five.
fn todo(waiting: &Waiting, reviews: &[Review], exports: &[Export], nobody_held: bool) -> Vec<Todo> {
    let mut all = Vec::new();
    let mut add = |what: String, why: String, href: String, link| all.push(Todo { what, why, href, link });
    if nobody_held {
        add(
            "Import a register first".into(),
            "Nobody is held here yet: electors, homes and districts come with a council’s register".into(),
            "/imports/new".into(),
            "Import",
        );
    }
    for export in exports.iter().filter(|e| e.state() == exports::State::Waiting).take(2) {
        add(
            format!("{} asks for an export", export.asker),
            format!("{}, until {}", export.size(), crate::web::words::until(export.lapses_at)),
            format!("/exports/{}", export.number),
            "Decide",
        );
    }
    for list in &waiting.ending {
        let ends = list.ends.map(clock_time).unwrap_or_default();
        add(
            format!("{} shuts at {ends}", list.name),
            format!("{} left", count(list.left, "door is", "doors are")),
            format!("/walk-lists/{}", list.id),
            "Open",
        );
    }
    for review in reviews.iter().filter(|r| r.closed_at.is_none() && r.open > 0) {
        add(
            format!("{} to keep or end", count(review.open, "volunteer’s access", "volunteers’ accesses")),
            format!("The access review of {} ends on {}", review.area, date(day_of(review.due_at))),
            format!("/access/reviews/{}", review.id),
            "Answer",
        );
    }
    if waiting.quarantined > 0 {
        add(
            format!("{} for you", count(waiting.quarantined, "answer waits", "answers wait")),
            "They came after access had ended, or cannot stand as they are".into(),
            "/walk-lists/quarantine".into(),
            "Decide",
        );
    }
    if waiting.disagreeing > 0 {
        add(
            count(waiting.disagreeing, "pair of answers disagrees", "pairs of answers disagree"),
            "Two canvassers, one person, within a day".into(),
            "/insight/disagreements".into(),
            "Compare",
        );
    }
    if waiting.doubtful > 0 {
        add(
            count(waiting.doubtful, "pair may be one person", "pairs may be one person each"),
            "A new register names somebody who looks like one held before".into(),
            "/imports/matches".into(),
            "Decide",
        );
    }
    for list in &waiting.unassigned {
        add(
            format!("Nobody holds {}", list.name),
            format!("{} to do", count(list.left, "door", "doors")),
            format!("/walk-lists/{}", list.id),
            "Assign",
        );
    }
    for (id, file) in &waiting.imports {
        add(
            format!("{file} is read"),
            "Nothing changes until you import it".into(),
            format!("/imports/{id}"),
            "Preview",
        );
    }
    all.truncate(5);
    all
}

#[derive(Template, WebTemplate)]
#[template(path = "insight/disagreements.html")]
struct DisagreementsPage {
    layout: Layout,
    codes: Vec<Code>,
    all: Vec<Disagreement>,
}

impl Disagreement {
    /// Both answers with their column's heading.
    fn answers(&self) -> Vec<(&'static str, &live::Answered)> {
        vec![("First", &self.first), ("Then", &self.second)]
    }
}

impl DisagreementsPage {
    fn code(&self, wanted: &str) -> Option<&Code> {
        self.codes.iter().find(|c| c.code == wanted)
    }
}

/// `GET /insight/disagreements`
pub async fn disagreements(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let codes = codes::intentions(&mut scope).await?;
    let seen = live::disagreements(&mut scope).await?;
    let all = scope.finish(seen).await?;
    Ok(DisagreementsPage { layout, codes, all }.into_response())
}
