//! `/insight` by district, and answers that disagree.

use super::charts::{self, Part};
use super::live::{self, Disagreement};
use super::store;
use super::{DistrictFigures, total};
use crate::canvass::codes::{self, Code};
use crate::polls;
use crate::web::words::{clock_time, figure, percent, within};
use crate::web::{Answer, Layout, Query, Viewer};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::Utc;
use serde::Deserialize;

/// The kind of election whose figures are shown where no poll is to come.
pub(super) const USUAL: &str = "local";

/// Which figures, in which order. Nothing of a person's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    sort: String,
    up: Option<u8>,
}

/// Words as templates ask for them, by value or by reference.
pub(super) mod show {
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
    pub(super) fn rate(&self) -> String {
        percent(self.known(), self.electors)
    }

    pub(super) fn bar(&self) -> String {
        charts::bar(self.known(), self.electors)
    }

    /// "212 more than the week before".
    pub(super) fn compared(&self) -> String {
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

pub(super) fn sort_by(districts: &mut [DistrictFigures], codes: &[Code], column: &str, up: bool) {
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
