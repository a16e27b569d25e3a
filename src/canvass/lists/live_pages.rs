//! One list's page: how it goes, door by door, and who holds it. It shows what was said at homes, so each look is on
//! record with the list and its version.

use super::assign::{self, Assignment, Volunteer};
use super::live::{self, Answer as Said, Door, DoorState, Progress, Standing};
use super::split::Split;
use super::store::{self, Head};
use crate::canvass::ListId;
use crate::canvass::codes::{self, Code};
use crate::canvass::paper::piles;
use crate::canvass::walk_order::natural;
use crate::database::{Looked, Scoped, Seen};
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

/// How many of the latest answers are shown.
const LATEST: usize = 20;

#[derive(Template, WebTemplate)]
#[template(path = "canvass/lists/list.html")]
struct ListPage {
    layout: Layout,
    errors: FieldErrors,
    said: Option<&'static str>,
    now: DateTime<Utc>,
    assigning: Assigning,
    list: ListView,
}

/// The form that assigns, as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Assigning {
    /// The accounts ticked.
    pub volunteer: Vec<Uuid>,
    /// Until when, as `datetime-local` writes it.
    pub until: String,
    /// Whether somebody came to assign, so that the form stands open.
    #[serde(skip)]
    open: bool,
}

impl Assigning {
    /// Nobody ticked, until the end of a usual session.
    fn usual() -> Self {
        Assigning { until: super::local_field(super::usual_end(Utc::now())), ..Assigning::default() }
    }
}

/// Everything that the page shows of the list.
struct ListView {
    head: Head,
    tiles: Tiles,
    districts: Vec<DistrictSplit>,
    streets: Vec<StreetPlan>,
    latest: Vec<Latest>,
    flags: Vec<Flag>,
    holders: Vec<Assignment>,
    volunteers: Vec<Volunteer>,
    /// "2 piles on paper: 34 of 80 entered."
    paper: Option<String>,
}

struct Tiles {
    done: usize,
    doors: usize,
    spoke: usize,
    people_spoken: usize,
    not_home: usize,
    come_back: usize,
    known: usize,
    electors: usize,
}

/// One district's part of the list.
struct DistrictSplit {
    letters: String,
    electors: usize,
    known: usize,
    split: Split,
}

/// A street of the list, as it is drawn.
struct StreetPlan {
    name: String,
    done: usize,
    doors: usize,
    odds: Vec<DoorView>,
    evens: Vec<DoorView>,
    /// Flats by building, and houses that have a name only.
    others: Vec<(String, Vec<DoorView>)>,
}

/// A door, as it is drawn.
#[derive(Clone)]
struct DoorView {
    label: String,
    class: &'static str,
    words: String,
    codes: Vec<Code>,
}

/// An answer just come in.
struct Latest {
    door: String,
    outcome: &'static str,
    code: Option<Code>,
    who: String,
    when: String,
    accepted: bool,
}

/// Something that a person should look at.
struct Flag {
    title: String,
    text: String,
}

/// What the address may say of what was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    said: String,
    /// Whether the form that assigns is to stand open.
    assign: Option<u8>,
}

/// `GET /walk-lists/{id}`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<ListId>, Query(asked): Query<Asked>) -> Answer {
    let scope = viewer.scope().await?;
    let said = match asked.said.as_str() {
        "made" => Some("The list is made. Assign it, and it opens."),
        "assigned" => Some("Assigned. The list is open to them until then."),
        "taken-back" => Some("Taken back. It is shut for them from now on."),
        "renamed" => Some("Renamed."),
        _ => None,
    };
    let opened = Assigning { open: asked.assign.is_some(), ..Assigning::usual() };
    page(scope, layout, id, said, FieldErrors::default(), Some(opened)).await
}

/// The list's page, also with what is wrong in one of its forms.
pub(super) async fn page(
    mut scope: Scoped,
    layout: Layout,
    id: ListId,
    said: Option<&'static str>,
    errors: FieldErrors,
    typed: Option<Assigning>,
) -> Answer {
    let seen = read(&mut scope, id).await?;
    let list = scope.finish(seen).await?;
    let now = Utc::now();
    let assigning = typed.unwrap_or_else(Assigning::usual);
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ListPage { layout, errors, said, now, assigning, list }).into_response())
}

/// The list's new name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Name {
    name: String,
}

/// `POST /walk-lists/{id}/name`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn rename(viewer: Viewer, layout: Layout, Path(id): Path<ListId>, Form(form): Form<Name>) -> Answer {
    let mut scope = viewer.scope().await?;
    match form.name.parse() {
        Ok(name) => store::rename(&mut scope, id, &name).await?,
        Err(wrong) => {
            let mut errors = FieldErrors::default();
            errors.add("name", wrong);
            return page(scope, layout, id, None, errors, None).await;
        }
    }
    scope.commit().await?;
    Ok(see_other(&format!("/walk-lists/{id}?said=renamed")))
}

async fn read(scope: &mut Scoped, id: ListId) -> Result<Seen<ListView>, Error> {
    let head = store::head(scope, id).await?;
    let doors = live::doors(scope, id, head.version).await?;
    let answers = live::answers(scope, id).await?;
    let progress = Progress::of(&doors, &answers);
    let codes = codes::intentions(scope).await?;
    let mut accounts: Vec<Uuid> = answers.iter().map(|a| a.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let names = live::names(scope, &accounts).await?;
    let people = live::people(scope, id.partition, &progress.differing).await?;
    let conflicts = live::conflicts(scope, id).await?;
    let looked = Looked {
        electors: progress.differing.iter().map(|e| (id.partition, *e)).collect(),
        list: Some((id, head.version)),
        ..Looked::default()
    };
    let told = Told { doors: &doors, answers: &answers, progress: &progress, codes: &codes, names: &names };
    let view = ListView {
        tiles: told.tiles(),
        districts: told.districts(),
        streets: told.streets(),
        latest: told.latest(),
        flags: told.flags(&people, conflicts),
        holders: assign::holders(scope, id).await?,
        volunteers: assign::volunteers(scope, id).await?,
        paper: piles::line_of(scope, id).await?,
        head,
    };
    Ok(Seen::new(view, looked))
}

/// What was read, on its way to what is drawn.
struct Told<'a> {
    doors: &'a [Door],
    answers: &'a [Said],
    progress: &'a Progress,
    codes: &'a [Code],
    names: &'a HashMap<Uuid, String>,
}

impl Told<'_> {
    fn code(&self, code: &str) -> Option<Code> {
        self.codes.iter().find(|c| c.code == code).cloned()
    }

    fn name(&self, account: Uuid) -> String {
        self.names.get(&account).cloned().unwrap_or_default()
    }

    fn known(&self, electors: &[i64]) -> usize {
        electors.iter().filter(|e| self.progress.intentions.contains_key(e)).count()
    }

    fn tiles(&self) -> Tiles {
        let with = |word: &'static str| self.progress.count(|d| d.outcome.as_deref() == Some(word));
        Tiles {
            done: self.progress.count(|d| d.done),
            doors: self.doors.len(),
            spoke: with("spoke"),
            people_spoken: self.progress.people_spoken,
            not_home: with("not-home"),
            come_back: with("come-back"),
            known: self.doors.iter().map(|d| self.known(&d.electors)).sum(),
            electors: self.doors.iter().map(|d| d.electors.len()).sum(),
        }
    }

    fn districts(&self) -> Vec<DistrictSplit> {
        let mut letters: Vec<&str> = self.doors.iter().map(|d| d.letters.as_str()).collect();
        letters.sort_by(|a, b| natural(a, b));
        letters.dedup();
        let district = |letters: &str| {
            let doors = self.doors.iter().filter(|d| d.letters == letters);
            let electors: Vec<i64> = doors.flat_map(|d| d.electors.iter().copied()).collect();
            let given: Vec<&str> =
                electors.iter().filter_map(|e| self.progress.intentions.get(e)).map(String::as_str).collect();
            let count = |code: &str| i64::try_from(given.iter().filter(|g| **g == code).count()).unwrap_or(0);
            DistrictSplit {
                letters: letters.to_owned(),
                electors: electors.len(),
                known: given.len(),
                split: Split::of(self.codes, count),
            }
        };
        letters.into_iter().map(district).collect()
    }

    fn streets(&self) -> Vec<StreetPlan> {
        let mut plans: Vec<((&str, &str), StreetPlan)> = Vec::new();
        for (door, state) in self.doors.iter().zip(&self.progress.doors) {
            let key = (door.letters.as_str(), door.street.as_str());
            let known = plans.iter().position(|(k, _)| *k == key);
            let at = known.unwrap_or_else(|| {
                plans.push((key, StreetPlan::called(&door.street)));
                plans.len() - 1
            });
            if let Some((_, plan)) = plans.get_mut(at) {
                plan.add(door, state, self.view(door, state));
            }
        }
        plans.into_iter().map(|(_, plan)| plan.in_order()).collect()
    }

    fn view(&self, door: &Door, state: &DoorState) -> DoorView {
        let people = door.electors.len() - door.objected;
        let (class, words) = match state.standing {
            Standing::Leave => ("leave", "Do not call".to_owned()),
            Standing::Spoke => ("spoke", "Spoke".to_owned()),
            Standing::Out => ("out", live::outcome_words(state.outcome.as_deref().unwrap_or_default()).to_owned()),
            Standing::ToDo if people == 0 => ("", "Nobody named".to_owned()),
            Standing::ToDo => ("", words::count(people, "person", "people")),
        };
        let codes = state.codes.iter().filter_map(|c| self.code(c)).collect();
        DoorView { label: door.label.clone(), class, words, codes }
    }

    fn latest(&self) -> Vec<Latest> {
        let doors: HashMap<i64, &Door> = self.doors.iter().map(|d| (d.household, d)).collect();
        let latest = self.answers.iter().rev().take(LATEST).map(|a| Latest {
            door: doors.get(&a.household).map_or_else(
                || "A door of an earlier version".to_owned(),
                |d| format!("{} {}", d.label, d.street).trim_end().to_owned(),
            ),
            outcome: live::outcome_words(&a.outcome),
            code: a.intention.as_deref().and_then(|c| self.code(c)),
            who: self.name(a.account),
            when: words::ago(a.received_at),
            accepted: a.accepted,
        });
        latest.collect()
    }

    fn flags(&self, people: &HashMap<i64, String>, conflicts: i64) -> Vec<Flag> {
        let mut flags = Vec::new();
        for elector in &self.progress.differing {
            let said = self.answers.iter().filter(|a| a.elector == Some(*elector) && a.intention.is_some());
            let said =
                said.map(|a| format!("{} from {}", a.intention.clone().unwrap_or_default(), self.name(a.account)));
            let home = self.doors.iter().find(|d| d.electors.contains(elector));
            let home = home.map(|d| format!(", {} {}", d.label, d.street)).unwrap_or_default();
            flags.push(Flag {
                title: format!(
                    "Two canvassers differ on {}{home}.",
                    people.get(elector).map_or("somebody", String::as_str)
                ),
                text: format!("{}. Both are kept; the latest is shown.", said.collect::<Vec<_>>().join(", then ")),
            });
        }
        for (account, n) in &self.progress.skewed {
            flags.push(Flag {
                title: format!("The clock of {}’s phone may be wrong.", self.name(*account)),
                text: format!(
                    "{} a time that cannot be right. Nothing is lost: answers count in the order they came.",
                    words::count(n, "answer carries", "answers carry")
                ),
            });
        }
        if conflicts > 0 {
            flags.push(Flag {
                title: words::count(conflicts, "answer came", "answers came") + " twice with different content.",
                text: "The first stands; the others are kept beside it.".into(),
            });
        }
        flags
    }
}

impl StreetPlan {
    fn called(street: &str) -> Self {
        StreetPlan {
            name: super::street_words(street).to_owned(),
            done: 0,
            doors: 0,
            odds: Vec::new(),
            evens: Vec::new(),
            others: Vec::new(),
        }
    }

    fn add(&mut self, door: &Door, state: &DoorState, view: DoorView) {
        self.doors += 1;
        self.done += usize::from(state.done);
        match door.side.as_str() {
            "odd" => self.odds.push(view),
            "even" => self.evens.push(view),
            side => {
                let group = if side == "building" { door.building.as_str() } else { "Named houses" };
                // A building's name stands above its flats, not on each.
                let label = view.label.strip_suffix(&format!(", {group}")).unwrap_or(&view.label).to_owned();
                let view = DoorView { label, ..view };
                match self.others.iter_mut().find(|(name, _)| name == group) {
                    Some((_, doors)) => doors.push(view),
                    None => self.others.push((group.to_owned(), vec![view])),
                }
            }
        }
    }

    /// On the plan numbers rise on both sides, whichever way they are walked.
    fn in_order(mut self) -> Self {
        self.odds.sort_by(|a, b| natural(&a.label, &b.label));
        self.evens.sort_by(|a, b| natural(&a.label, &b.label));
        self
    }
}

impl Tiles {
    fn contact_rate(&self) -> String {
        words::percent(self.known, self.electors)
    }
}

impl DistrictSplit {
    fn rate(&self) -> String {
        words::percent(self.known, self.electors)
    }
}

impl ListPage {
    fn ended(&self) -> bool {
        self.list.head.ended_at.is_some()
    }

    /// One line: districts, who is asked about what, how it stands.
    fn line(&self) -> String {
        let head = &self.list.head;
        let shuts = self.list.holders.iter().map(|h| h.ends).max();
        let state = match (head.ended_at, shuts) {
            (Some(at), _) => format!("Ended {}.", words::moment(at)),
            (None, Some(at)) => format!("Shuts {}.", words::until(at)),
            (None, None) => "Nobody holds it now.".into(),
        };
        let doors = words::count(head.doors, "door", "doors");
        format!(
            "{}. {doors}, {}. {state}",
            head.districts.join(", "),
            words::count(head.electors, "elector", "electors")
        )
    }

    /// The form stands open while nobody holds the list, for who comes to assign, and with its errors.
    fn assigning_open(&self) -> bool {
        self.assigning.open || self.list.holders.is_empty() || self.errors.any()
    }

    fn is_ticked(&self, account: &Uuid) -> bool {
        self.assigning.volunteer.contains(account)
    }
}
