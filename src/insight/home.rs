//! The organiser's first page: what needs them, what is out, what is on this week, how far it got.

use super::charts::{self, Part};
use super::live::{self, OutNow, Volunteers};
use super::pages::{USUAL, show, sort_by};
use super::todo::{Known, Todo, todo};
use super::week::{self, Week};
use super::{DistrictFigures, store, total};
use crate::access::store::reviews;
use crate::canvass::codes::{self, Code};
use crate::error::{Error, Tool};
use crate::exports::store as exports;
use crate::messages::store as messages;
use crate::polls;
use crate::web::words::{self, ago, count, day_of, figure, within};
use crate::web::{Answer, Layout, Viewer};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Timelike, Utc};
use chrono_tz::Europe::London;

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
    /// How much more waits than is shown.
    more: usize,
    week: Week,
    /// Whether Organise is closed, so that events and tasks are left out.
    organise_closed: bool,
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
    let week = week::week(&mut scope).await?;
    let messages = messages::to_approve(&mut scope).await?;
    scope.commit().await?;
    let whole = total(&districts);
    let nobody_held = whole.electors == 0;
    sort_by(&mut districts, &codes, "rate", false);
    let known = Known { waiting: &waiting, week: &week, messages, reviews: &reviews, exports: &exports, nobody_held };
    let (todo, more) = todo(&known);
    let page = HomePage {
        organise_closed: viewer.notice(Tool::Organise).is_some(),
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
        todo,
        more,
        week,
    };
    Ok(page.into_response())
}
