//! A volunteer's first page: the list in hand, the next shift, one's own tasks, the news.

use super::super::{Answer, Layout, Viewer, words};
use crate::canvass::doors::{MyList, store as doors};
use crate::error::Tool;
use crate::events::Event;
use crate::events::slots::{self, Slot};
use crate::events::store::{self as events, Tab};
use crate::news::{Post, store as news};
use crate::rounds::own;
use crate::tasks::{Kind, due};
use crate::web::paging::Paging;
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Timelike, Utc};
use chrono_tz::Europe::London;
use uuid::Uuid;

/// How many events and tasks are named.
const NAMED: usize = 3;

/// An event that one is down for, with one's own places in it.
struct Mine {
    event: Event,
    own: Vec<Slot>,
}

#[derive(Template, WebTemplate)]
#[template(path = "home/volunteer.html")]
struct VolunteerHome {
    layout: Layout,
    /// Whose answers may wait on this phone: they are sent from here too.
    who: Uuid,
    area: String,
    lists: Vec<MyList>,
    mine: Vec<Mine>,
    /// How many events one is down for in all.
    down_for: i64,
    /// Events to come, and places in them that nobody has.
    coming: i64,
    wanted: i64,
    tasks: Vec<(&'static Kind, NaiveDate)>,
    /// Leaflets in hand to be delivered, and by when the first.
    leaflets: (i64, Option<NaiveDate>),
    today: NaiveDate,
    news: Vec<Post>,
    organise_closed: bool,
}

impl VolunteerHome {
    fn title(&self) -> String {
        let evening = Utc::now().with_timezone(&London).hour() >= 17;
        format!("{} in {}", if evening { "Tonight" } else { "Today" }, words::within(&self.area))
    }

    fn summary(&self) -> String {
        let list = match self.lists.len() {
            0 => "No list is yours just now".to_owned(),
            1 => "One list is yours".to_owned(),
            n => format!("{} lists are yours", words::figure(n)),
        };
        format!("{}. {list}.", self.today.format("%A %-d %B %Y"))
    }
}

impl Mine {
    /// Whether its day is today and one can still say that one is there: not who said so already.
    fn expected(&self) -> bool {
        let came = |slot: &Slot| slot.own.as_ref().is_some_and(|own| own.state == "came");
        self.event.today() && self.own.iter().any(|s| !came(s) && !s.over())
    }
}

/// What one has in a slot, as a tag.
fn standing(slot: &Slot) -> (&'static str, String) {
    match slot.own.as_ref().map(|own| (own.state.as_str(), own.queue)) {
        Some(("waiting", place)) => ("warn", format!("Waiting, number {}", words::figure(place))),
        Some(("came", _)) => ("good", "You are there".into()),
        _ => ("good", "You are down for it".into()),
    }
}

/// `GET /` as a volunteer. It names nobody: whom a task is about stands on the page of one's own tasks.
pub async fn home(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let lists = doors::my_lists(&mut scope).await?;
    let (mut down, down_for) = events::page(&mut scope, Tab::Mine, &[], Paging::asked("")).await?;
    down.retain(|e| e.cancelled.is_none());
    down.truncate(NAMED);
    let mut of = slots::of(&mut scope, &down).await?;
    let (open, wanted) = slots::wanted(&mut scope).await?;
    let tasks = due::own(&mut scope).await?;
    let leaflets = own::waiting(&mut scope).await?;
    let news = news::current(&mut scope).await?;
    scope.commit().await?;
    let mut own = |event: &Event| {
        let slots = of.remove(&event.id).unwrap_or_default();
        slots.into_iter().filter(|s| s.own.is_some()).collect()
    };
    let mine = down.into_iter().map(|event| Mine { own: own(&event), event }).collect();
    Ok(VolunteerHome {
        layout,
        who: viewer.account,
        organise_closed: viewer.notice(Tool::Organise).is_some(),
        area: viewer.area_name,
        lists,
        mine,
        down_for,
        coming: i64::try_from(open.len()).unwrap_or(i64::MAX),
        wanted,
        tasks,
        leaflets,
        today: words::day_of(Utc::now()),
        news,
    }
    .into_response())
}
