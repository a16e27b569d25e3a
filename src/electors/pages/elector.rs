//! An elector's page: what the register says, what was said at the door, who recorded it.

use super::super::history::{self, Entry, OnPaper, Recorded, ask_words, kind_title, listed, outcome_words};
use super::super::objections::{self, Objection, channel_words, standing};
use super::super::store;
use super::super::{Elector, ElectorId, Resident};
use crate::canvass::codes::{self, Code};
use crate::database::{Scoped, Seen};
use crate::materials::letters::returned::{self, Written};
use crate::tasks::{self, Task};
use crate::web::words::{self, clock_time, moment};
use crate::web::{Answer, Layout, Path, Viewer};
use askama::Template;
use askama_web::WebTemplate;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

#[derive(Template, WebTemplate)]
#[template(path = "electors/elector.html")]
struct ElectorPage {
    layout: Layout,
    elector: Elector,
    intentions: Vec<(&'static str, Code)>,
    issues: String,
    will: String,
    contact: Contact,
    others: Vec<Resident>,
    /// How they vote and where they voted, by councils' lists: never for whom.
    votes: Vec<String>,
    events: Vec<Event>,
    today: chrono::NaiveDate,
    tasks: Vec<Task>,
    opened: String,
    purpose: String,
}

impl ElectorPage {
    /// Where they live and which elector they are, under the name.
    fn place(&self) -> String {
        let wards =
            if self.elector.wards.is_empty() { self.elector.district.clone() } else { self.elector.wards.join(", ") };
        format!("{}. {wards}. {}.", self.elector.whole_address(), self.elector.registered())
    }

    fn add_task(&self) -> String {
        format!("/tasks/new?elector={}", self.elector.id)
    }
}

/// How a person may be reached, by what they said.
struct Contact {
    door: Option<Objection>,
    others: Vec<Objection>,
}

impl Contact {
    fn of(all: &[Objection]) -> Self {
        let standing = |channel| standing(all, channel).cloned();
        Contact {
            door: standing("door"),
            others: ["post", "phone", "email", "text", "opinions", "processing"]
                .into_iter()
                .filter_map(standing)
                .collect(),
        }
    }
}

impl Objection {
    fn channel(&self) -> &'static str {
        channel_words(&self.channel)
    }

    fn day(&self) -> String {
        words::date(words::day_of(self.at))
    }
}

/// One entry of the timeline.
pub(super) struct Event {
    /// The intention's code, drawn in place of the dot.
    pub code: Option<Code>,
    /// Whose it is, on a home's page.
    pub who: Option<(ElectorId, String)>,
    /// What.
    pub title: String,
    /// How and who.
    pub text: String,
    /// Issues.
    pub tags: Vec<String>,
    /// Whether a later answer corrects it.
    pub corrected: bool,
    /// When, in words.
    pub when: String,
    at: DateTime<Utc>,
}

impl Event {
    /// A result on the page of the person it is about.
    fn of_person(r: &Recorded, codes: &[Code]) -> Self {
        let code = r.intention.as_ref().and_then(|code| codes.iter().find(|c| c.code == *code).cloned());
        let title = match &code {
            _ if r.void => "Taken back: entered by mistake".to_owned(),
            Some(code) => format!("{}, {} election", code.label, r.intention_kind),
            None => outcome_words(&r.outcome).to_owned(),
        };
        Event {
            code,
            who: None,
            title,
            text: text(r),
            tags: r.issues.clone(),
            corrected: r.corrected,
            when: when(r),
            at: r.received_at,
        }
    }

    /// A result on a home's page, with the name of whoever it is about.
    pub(super) fn of_home(r: &Recorded, codes: &[Code]) -> Self {
        Event { who: r.elector.zip(r.name.clone()), ..Self::of_person(r, codes) }
    }

    fn of_objection(o: &Objection) -> Self {
        let channel = channel_words(&o.channel).to_lowercase();
        let title = if o.withdrawn {
            format!("Contact at the {channel} allowed again")
        } else {
            format!("Said no to contact at the {channel}")
        };
        let title = match o.channel.as_str() {
            "door" => title,
            "opinions" | "processing" if o.withdrawn => format!("{} allowed again", channel_words(&o.channel)),
            "opinions" | "processing" => format!("Stopped: {channel}"),
            _ => title.replace("at the", "by"),
        };
        Event {
            code: None,
            who: None,
            title,
            text: format!("{}. Recorded by {}.", o.how.trim_end_matches('.'), o.by),
            tags: Vec::new(),
            corrected: false,
            when: moment(o.at),
            at: o.at,
        }
    }

    /// A letter, a card: a contact like a call at the door.
    fn of_letter(written: &Written) -> Self {
        let back = written.returned_at.map(|at| format!(" Came back, put down {}.", moment(at))).unwrap_or_default();
        Event {
            code: None,
            who: None,
            title: format!("{} made for them", written.what()),
            text: match &written.made {
                Some((title, by)) => format!("“{title}”, made by {by}.{back}"),
                None => format!("Made for another area.{back}"),
            },
            tags: Vec::new(),
            corrected: false,
            when: moment(written.made_at),
            at: written.made_at,
        }
    }

    fn of_entry(entry: &Entry) -> Self {
        Event {
            code: None,
            who: None,
            title: format!("On the register as {}", entry.number),
            text: format!("{}’s register.", entry.authority),
            tags: Vec::new(),
            corrected: false,
            when: words::date(entry.published),
            at: entry.published.and_time(NaiveTime::MIN).and_utc(),
        }
    }
}

/// "Door, by Bo Ferreday on list Quillbrook 3. Will put up a poster. “The bus is late.”"
fn text(r: &Recorded) -> String {
    if r.void {
        return format!("The answer before it on list {} does not count. Taken back by {}.", r.list_name, r.by);
    }
    let mut text = match &r.paper {
        Some(paper) => on_paper(paper, r),
        None => format!("Door, by {} on list {}.", r.by, r.list_name),
    };
    if let Some(who) = &r.accepted_by {
        text.push_str(&format!(" Came after access had ended; accepted by {who}."));
    }
    if r.intention.is_some() && r.outcome != "spoke" {
        text.push_str(&format!(" {}.", outcome_words(&r.outcome)));
    }
    for ask in &r.asks {
        text.push_str(&format!(" {}.", ask_words(ask)));
    }
    if let Some(voted) = &r.voted {
        text.push_str(&format!(" Says they voted {}.", voted_words(voted)));
    }
    if let Some(note) = &r.note {
        text.push_str(&format!(" “{note}”"));
    }
    if r.base.is_some() {
        text.push_str(" Corrects an earlier answer.");
    }
    text
}

/// "On paper: canvassed by Bo Ferreday on 24 November 2026, list Quillbrook 3; entered by Imogen Vale."
fn on_paper(paper: &OnPaper, r: &Recorded) -> String {
    let by = if paper.canvasser.is_empty() { String::new() } else { format!(" by {}", paper.canvasser) };
    let day = words::date(words::day_of(paper.at));
    format!("On paper: canvassed{by} on {day}, list {}; entered by {}.", r.list_name, r.by)
}

fn voted_words(how: &str) -> &'static str {
    match how {
        "post" => "by post",
        "proxy" => "by proxy",
        _ => "in person",
    }
}

/// When it happened, and when it was sent where that was later. A clock that runs ahead is said so.
fn when(r: &Recorded) -> String {
    let late = r.received_at - r.at;
    if late < TimeDelta::minutes(-5) {
        return format!("{}; the phone’s clock said {}", moment(r.received_at), moment(r.at));
    }
    if late < TimeDelta::minutes(5) {
        return moment(r.at);
    }
    let same_day = words::day_of(r.at) == words::day_of(r.received_at);
    let sent = if same_day { clock_time(r.received_at) } else { moment(r.received_at) };
    let how = if r.paper.is_some() { "entered" } else { "sent" };
    format!("{}, {how} at {sent}", moment(r.at))
}

/// `GET /electors/{id}`
pub async fn elector(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<ElectorId>,
) -> Answer<impl axum::response::IntoResponse> {
    let mut scope = viewer.scope().await?;
    let seen = read(&mut scope, id, layout, viewer.purpose.clone()).await?;
    scope.finish(seen).await
}

async fn read(scope: &mut Scoped, id: ElectorId, layout: Layout, purpose: String) -> Answer<Seen<ElectorPage>> {
    let codes = codes::intentions(scope).await?;
    let kind = store::next_kind(scope).await?;
    let home = store::home_of(scope, id).await?;
    let elector = store::elector(scope, id).await?;
    let recorded = history::of_elector(scope, id).await?;
    let entries = history::entries(scope, id).await?;
    let now = history::intentions(scope, id).await?;
    let objections = objections::of_elector(scope, id).await?;
    let keys: Vec<_> = home.iter().map(|h| (h.partition, h.id)).collect();
    let residents = store::homes(scope, &keys, &[], &kind, &codes).await?;
    let votes = crate::voters::store::of_elector(scope, id).await?;
    let letters = returned::of_elector(scope, id).await?;
    let tasks = tasks::store::of_elector(scope, id).await?;
    let page =
        elector.and(recorded).and(residents).and(tasks).map(|(((elector, recorded), residents), tasks)| ElectorPage {
            layout,
            intentions: intentions(&now, &codes),
            issues: issues(&recorded),
            will: will(&recorded),
            contact: Contact::of(&objections),
            others: residents.into_iter().filter(|r| r.id != id).collect(),
            votes,
            events: timeline(&recorded, &entries, &objections, &letters, &codes),
            elector,
            today: words::day_of(Utc::now()),
            tasks,
            opened: clock_time(Utc::now()),
            purpose,
        });
    Ok(page)
}

fn intentions(now: &[(String, String)], codes: &[Code]) -> Vec<(&'static str, Code)> {
    let code = |wanted: &str| codes.iter().find(|c| c.code == wanted).cloned();
    now.iter().filter_map(|(kind, wanted)| Some((kind_title(kind), code(wanted)?))).collect()
}

fn issues(recorded: &[Recorded]) -> String {
    let mut all: Vec<&str> = Vec::new();
    for issue in recorded.iter().filter(|r| !r.corrected).flat_map(|r| &r.issues) {
        if !all.contains(&issue.as_str()) {
            all.push(issue);
        }
    }
    listed(&all)
}

/// What they offered to do, by answers that stand.
fn will(recorded: &[Recorded]) -> String {
    let said = |ask: &str| recorded.iter().any(|r| !r.corrected && r.asks.iter().any(|a| a == ask));
    match (said("poster"), said("will-help")) {
        (true, true) => "Put up a poster and help".into(),
        (true, false) => "Put up a poster".into(),
        (false, true) => "Help".into(),
        (false, false) => String::new(),
    }
}

fn timeline(
    recorded: &[Recorded],
    entries: &[Entry],
    objections: &[Objection],
    letters: &[Written],
    codes: &[Code],
) -> Vec<Event> {
    let results = recorded.iter().map(|r| Event::of_person(r, codes));
    let words = objections.iter().map(Event::of_objection);
    let mut all: Vec<Event> = results
        .chain(words)
        .chain(letters.iter().map(Event::of_letter))
        .chain(entries.iter().map(Event::of_entry))
        .collect();
    all.sort_by_key(|e| std::cmp::Reverse(e.at));
    all
}
