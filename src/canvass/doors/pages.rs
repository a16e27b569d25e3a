//! The volunteer's pages: my lists, the street plan, a door, the end of a list.

use super::form::{Draft, Sheet};
use super::plan::Plan;
use super::{DoorStep, MyList, Person, Said, State, store};
use crate::canvass::ListId;
use crate::canvass::codes::Code;
use crate::canvass::results::{Ask, DoorResult, Outcome, Voted};
use crate::database::Scope;
use crate::electors::HouseholdId;
use crate::error::Error;
use crate::news::Post;
use crate::web::{Answer, App, FieldErrors, Layout, Path, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State as AppState;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

/// How many codes stand first at the door; the rest are under More.
const FIRST: usize = 7;

/// What an address may say besides the door: where one comes from and what one wants here.
#[derive(Debug, Deserialize, Default)]
pub struct Asked {
    after: Option<String>,
    both: Option<Uuid>,
    waits: Option<u8>,
    kept: Option<u8>,
    block: Option<u32>,
    change: Option<u8>,
    again: Option<u8>,
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/doors/lists.html")]
struct ListsPage {
    layout: Layout,
    who: Uuid,
    lists: Vec<MyList>,
    kept: bool,
    news: Vec<Post>,
}

/// `GET /canvass`
///
/// # Errors
/// [`Error::AccessEnded`] when access ended meanwhile.
pub async fn lists(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let lists = store::my_lists(&mut scope).await?;
    let news = crate::news::store::current(&mut scope).await?;
    scope.commit().await?;
    Ok(ListsPage { layout, who: viewer.account, lists, kept: asked.kept.is_some(), news }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/doors/plan.html")]
struct PlanPage {
    layout: Layout,
    who: Uuid,
    plan: Plan,
    block: Option<u32>,
    waits: bool,
}

/// `GET /canvass/{list}`
///
/// # Errors
/// [`Error::NotFound`] for a list that is not assigned now.
pub async fn plan(viewer: Viewer, layout: Layout, Path(list): Path<ListId>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope_of(Scope { list: Some(list), area: None }).await?;
    let plan = store::plan(&mut scope, list).await?.ok_or(Error::NotFound)?;
    let plan = scope.finish(plan).await?;
    Ok(PlanPage { layout, who: viewer.account, plan, block: asked.block, waits: asked.waits.is_some() }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/doors/done.html")]
struct DonePage {
    layout: Layout,
    who: Uuid,
    plan: Plan,
    toast: Option<Toast>,
}

/// `GET /canvass/{list}/done`
///
/// # Errors
/// [`Error::NotFound`] for a list that is not assigned now.
pub async fn done(viewer: Viewer, layout: Layout, Path(list): Path<ListId>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope_of(Scope { list: Some(list), area: None }).await?;
    let plan = store::plan(&mut scope, list).await?.ok_or(Error::NotFound)?;
    let plan = scope.finish(plan).await?;
    let toast = Toast::of(&plan, &asked);
    Ok(DonePage { layout, who: viewer.account, plan, toast }.into_response())
}

/// What was just recorded, with a way back.
pub struct Toast {
    text: String,
    change: String,
    undo: Option<Undo>,
}

struct Undo {
    household: HouseholdId,
    id: Uuid,
    base: Uuid,
}

impl Toast {
    fn of(plan: &Plan, asked: &Asked) -> Option<Self> {
        let household: HouseholdId = asked.after.as_deref()?.parse().ok()?;
        let door = &plan.doors[plan.place(household)?];
        // Of a door that somebody else did, an address that names it tells nothing.
        door.recorded?;
        let change = format!("/canvass/{}/doors/{household}?change=1", plan.list.id);
        if asked.waits.is_some() {
            let text = format!("{}: kept for an organiser, who looks at it first", door.title());
            return Some(Toast { text, change, undo: None });
        }
        let text = match asked.both {
            Some(_) => format!("{}: the answers and “not home” are both kept", door.title()),
            None => format!("{}: {}", door.title(), door.words()),
        };
        let undo = asked.both.map(|base| Undo { household, id: Uuid::now_v7(), base });
        Some(Toast { text, change, undo })
    }
}

/// What a door's page is for just now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing was recorded yet, or another visit is to be: the form.
    Fresh,
    /// The form, filled with what stands.
    Change,
    /// Done: what was recorded.
    Done,
    /// Nobody is to call here.
    Leave,
}

/// A person at the door, and what the form says of them.
struct Card {
    person: Person,
    draft: Draft,
}

/// A door's page.
#[derive(Template, WebTemplate)]
#[template(path = "canvass/doors/door.html")]
pub struct DoorPage {
    layout: Layout,
    who: Uuid,
    step: DoorStep,
    mode: Mode,
    home: Draft,
    cards: Vec<Card>,
    errors: FieldErrors,
    toast: Option<Toast>,
    short_link: String,
}

/// `GET /canvass/{list}/doors/{household}`
///
/// # Errors
/// [`Error::NotFound`] for a door that is on no list assigned now.
pub async fn door(
    AppState(app): AppState<App>,
    viewer: Viewer,
    layout: Layout,
    Path((list, household)): Path<(ListId, HouseholdId)>,
    Query(asked): Query<Asked>,
) -> Answer<Response> {
    let mut scope = viewer.scope_of(Scope { list: Some(list), area: None }).await?;
    let step = store::doorstep(&mut scope, list, household).await?.ok_or(Error::NotFound)?;
    let step = scope.finish(step).await?;
    Ok(DoorPage::new(&app, &viewer, layout, step, &asked).into_response())
}

impl DoorPage {
    fn new(app: &App, viewer: &Viewer, layout: Layout, step: DoorStep, asked: &Asked) -> Self {
        let mode = match step.door().state {
            State::Leave => Mode::Leave,
            _ if asked.change.is_some() && !step.said.is_empty() => Mode::Change,
            State::Spoke(_) | State::Other(_) if asked.again.is_none() => Mode::Done,
            _ => Mode::Fresh,
        };
        let draft = |elector| match step.standing(elector) {
            Some(said) if mode == Mode::Change => Draft::changing(said),
            _ => Draft::fresh(),
        };
        let card = |person: &Person| Card { draft: draft(Some(person.id)), person: person.clone() };
        DoorPage {
            who: viewer.account,
            mode,
            home: draft(None),
            cards: step.people.iter().map(card).collect(),
            errors: FieldErrors::default(),
            toast: Toast::of(&step.plan, asked),
            short_link: short_link(app),
            layout,
            step,
        }
    }

    /// The page with what was typed, and what needs another look.
    pub fn sent_back(
        app: &App,
        viewer: &Viewer,
        layout: Layout,
        step: DoorStep,
        sheet: &Sheet,
        errors: FieldErrors,
    ) -> Self {
        let card = |person: &Person| Card { draft: sheet.draft_of(person), person: person.clone() };
        DoorPage {
            who: viewer.account,
            mode: if sheet.changes() { Mode::Change } else { Mode::Fresh },
            home: Draft { outcome: String::new(), ..sheet.home.clone() },
            cards: step.people.iter().map(card).collect(),
            errors,
            toast: None,
            short_link: short_link(app),
            layout,
            step,
        }
    }

    fn has_form(&self) -> bool {
        matches!(self.mode, Mode::Fresh | Mode::Change)
    }

    fn changing(&self) -> bool {
        self.mode == Mode::Change
    }

    /// What stands of the home as a whole, when that is being changed.
    fn home_outcome(&self) -> Option<Outcome> {
        self.home.base.and(self.step.standing(None)).map(|said| said.result.outcome)
    }

    /// The codes that are offered; a retired one only where it is what stands, so that correcting the rest keeps it.
    fn offered(&self) -> impl Iterator<Item = &Code> {
        let said = |c: &Code| self.step.said.iter().any(|s| s.stands && s.result.intention.as_deref() == Some(&c.code));
        self.step.codes.iter().filter(move |c| !c.retired || said(c))
    }

    fn first_codes(&self) -> Vec<&Code> {
        self.offered().take(FIRST).collect()
    }

    fn other_codes(&self) -> Vec<&Code> {
        self.offered().skip(FIRST).collect()
    }

    /// The codes a select for one person offers besides the usual answer.
    fn outcomes(&self) -> &'static [Outcome] {
        Outcome::ALL
    }

    fn asks(&self) -> &'static [Ask] {
        Ask::ALL
    }

    fn ways_of_voting(&self) -> &'static [Voted] {
        Voted::ALL
    }

    /// "Last: Firm, 24 Nov 2026"; only where the list shows it.
    fn last(&self, person: &Person) -> Option<String> {
        let (code, at) = person.last.as_ref()?;
        let label = self.code(code).map_or(code.as_str(), |known| known.label.as_str());
        Some(format!("Last: {label}, {}", words::short_date(words::day_of(*at))))
    }

    /// Where to go from here.
    fn next(&self) -> String {
        let list = self.step.plan.list.id;
        match self.step.plan.next_after(self.step.at) {
            Some(door) => format!("/canvass/{list}/doors/{}", door.household),
            None => format!("/canvass/{list}/done"),
        }
    }

    fn whose(&self, said: &Said) -> String {
        match said.result.elector {
            Some(id) => self.step.people.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default(),
            None => "The home".into(),
        }
    }

    fn code_of(&self, said: &Said) -> Option<&Code> {
        said.result.intention.as_deref().and_then(|code| self.code(code))
    }

    fn code(&self, code: &str) -> Option<&Code> {
        self.step.codes.iter().find(|c| c.code == code)
    }

    fn in_words(&self, said: &Said) -> String {
        in_words(&said.result, &self.step.codes)
    }

    /// Issues and asks, in one line.
    fn more(&self, said: &Said) -> String {
        let issues = said.result.issues.iter().map(|code| {
            let known = self.step.issues.iter().find(|i| &i.code == code);
            known.map_or_else(|| code.clone(), |i| i.label.clone())
        });
        let asks = said.result.asks.iter().map(|a| a.title().to_owned());
        issues.chain(asks).collect::<Vec<_>>().join(". ")
    }

    fn by(&self, said: &Said) -> String {
        let who = if said.mine { "You" } else { "Another canvasser" };
        format!("{who}, {}", words::ago(said.received))
    }
}

/// "Firm"; "Moved away"; "Firm, moved away".
pub fn in_words(result: &DoorResult, codes: &[Code]) -> String {
    let label = result
        .intention
        .as_ref()
        .map(|code| codes.iter().find(|c| &c.code == code).map_or_else(|| code.clone(), |known| known.label.clone()));
    match (label, result.outcome) {
        (Some(label), Outcome::Spoke) => label,
        (Some(label), outcome) => format!("{label}, {}", outcome.title().to_lowercase()),
        (None, Outcome::NotHome) if result.elector.is_some() => "Not seen".into(),
        (None, outcome) => outcome.title().into(),
    }
}

fn short_link(app: &App) -> String {
    let base = app.config.base_url.trim_end_matches('/');
    format!("{}/privacy", base.split_once("://").map_or(base, |(_, host)| host))
}
