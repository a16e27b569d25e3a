//! `/materials/canvass-cards`: which lists, how they are printed, and printing them.

use super::{Breaks, COLUMNS, Choices, MOST_LISTS, Size, Style, Typed, read};
use crate::canvass::ListId;
use crate::canvass::codes;
use crate::canvass::lists::join;
use crate::canvass::paper::piles;
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::press::Work;
use crate::materials::runs::{self, NewRun};
use crate::materials::{Kind, runs::Row};
use crate::web::{Answer, App, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Utc;
use serde::Deserialize;
use uuid::Uuid;

/// A list that may be printed.
struct Listed {
    id: ListId,
    name: String,
    doors: i32,
    electors: i32,
    /// Cards of it are out just now.
    out: i64,
}

impl Listed {
    fn chosen(&self, typed: &Typed) -> bool {
        typed.list.contains(&self.id.to_string())
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/canvass_cards/new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    lists: Vec<Listed>,
    typed: Typed,
    recent: Vec<Row>,
}

impl NewPage {
    /// What the link says that ticks them without script.
    fn tick_all(&self) -> String {
        match self.lists.len() {
            many if many > MOST_LISTS => format!("Tick the newest {MOST_LISTS}"),
            all => format!("Tick all {all}"),
        }
    }
}

/// Which lists are ticked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    list: Vec<String>,
    selection: String,
    /// `yes`: as many lists as are printed in one go are ticked.
    all: String,
}

/// `GET /materials/canvass-cards`
pub async fn new(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    // Cards are of lists, so that what is written on them has a list to come back to.
    if let Ok(selection) = asked.selection.parse::<Uuid>() {
        return Ok(see_other(&format!("/selections/{selection}/walk-lists?then=cards")));
    }
    let contact = format!("{}, {}", viewer.name, viewer.email);
    let mut typed = Typed::usual(asked.list, contact, words::day_of(Utc::now()));
    let mut scope = viewer.scope().await?;
    if asked.all == "yes" {
        typed.list = lists(&mut scope).await?.iter().take(MOST_LISTS).map(|list| list.id.to_string()).collect();
    }
    draw(scope, layout, typed, FieldErrors::default()).await
}

async fn draw(mut scope: Scoped, layout: Layout, typed: Typed, errors: FieldErrors) -> Answer {
    let lists = lists(&mut scope).await?;
    let (recent, _) =
        runs::store::page(&mut scope, Some(Kind::CanvassCards), crate::web::paging::Paging::asked("1")).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let recent = recent.into_iter().take(5).collect();
    Ok((status, NewPage { layout, errors, lists, typed, recent }).into_response())
}

async fn lists(scope: &mut Scoped) -> Result<Vec<Listed>, Error> {
    let rows = sqlx::query!(
        r#"select l.partition_id, l.list_id, l.name, l.doors, l.electors,
             (select count(*) from pile p where p.partition_id = l.partition_id and p.list_id = l.list_id and p.state = 'out') as "out!"
           from walk_list l
           where l.area_no = any ((select wall.areas())::integer[]) and l.ended_at is null
           order by l.made_at desc, l.list_id desc limit 300"#
    )
    .fetch_all(scope.connection())
    .await?;
    let listed = rows.into_iter().map(|r| Listed {
        id: ListId { partition: r.partition_id, id: r.list_id },
        name: r.name,
        doors: r.doors,
        electors: r.electors,
        out: r.out,
    });
    Ok(listed.collect())
}

/// `POST /materials/canvass-cards`
///
/// # Errors
/// [`Error::NotFound`] when a list is outside the area in use, [`Error::Conflict`] when one has ended; then none is printed, nor where
/// of one nobody is left, which the page says.
pub async fn make(State(app): State<App>, viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut errors = FieldErrors::default();
    let choices = typed.read(words::day_of(Utc::now()), &mut errors);
    let lists: Vec<ListId> = typed.list.iter().filter_map(|id| id.parse().ok()).collect();
    if lists.is_empty() || lists.len() > MOST_LISTS || lists.len() != typed.list.len() {
        errors.add("list", "Tick at least one walk list, and at most 100");
    }
    let (Some(choices), false) = (choices, errors.any()) else {
        return draw(viewer.scope().await?, layout, typed, errors).await;
    };
    // All or none: of lists among which one cannot be printed none is.
    let mut scope = viewer.scope().await?;
    for list in &lists {
        let (name, somebody) = read::anybody(&mut scope, *list).await?;
        if !somebody {
            errors.add("list", format!("Nobody of {name} is left to call on, so nothing was printed. Untick it"));
        }
    }
    if errors.any() {
        return draw(scope, layout, typed, errors).await;
    }
    scope.commit().await?;
    // What is pressed once is one of those that may be open, however many lists it is for.
    let press = runs::drawn().to_string();
    let mut last = 0;
    for list in &lists {
        let asked = runs::pressed(&typed.asked, Kind::CanvassCards, &(list.to_string(), &typed));
        last = print(&app, &viewer, *list, &choices, asked, &press).await?;
    }
    match lists.len() {
        1 => Ok(see_other(&format!("/materials/runs/{last}"))),
        _ => Ok(see_other("/materials/runs?kind=canvass-cards&said=cards-queued")),
    }
}

/// Prints one list: a run and a pile of its own, in one transaction. What this press of the button printed already is left as it is.
async fn print(
    app: &App,
    viewer: &Viewer,
    list: ListId,
    choices: &Choices,
    asked: Option<Uuid>,
    press: &str,
) -> Result<i64, Error> {
    let mut scope = viewer.scope().await?;
    if let Some(number) = runs::already(&mut scope, asked).await? {
        scope.commit().await?;
        return Ok(number);
    }
    let online = match join::open_code(&mut scope, list).await? {
        Some(code) => join::address(app, &code)?,
        None => format!("{}/canvass/{list}", app.config.base_url),
    };
    let seen = read::list(&mut scope, list, choices, Some(online)).await?;
    let mut codes = codes::intentions(&mut scope).await?;
    codes.retain(|code| !code.retired);
    let controller = read::controller(&mut scope).await?;
    let common = read::common(choices, &codes, &controller, &foot(viewer, choices));
    let (printed, seen) = seen.for_the_press();
    let mut settings = serde_json::to_value(choices).map_err(Error::internal)?;
    settings[runs::PRESS] = press.into();
    let area = area_of(&mut scope, viewer.area, printed.district).await?;
    let new = NewRun {
        kind: Kind::CanvassCards,
        title: printed.name,
        area,
        selection: None,
        template: None,
        list: Some((list, printed.version)),
        settings,
        imprint: Vec::new(),
        items: i32::try_from(printed.recipients.len()).unwrap_or(i32::MAX),
        recipients: printed.recipients,
        helpers: Vec::new(),
        again_of: None,
        asked,
        work: Work { sheet: "cards", common, parts: vec![printed.part], ..Work::default() },
    };
    let begun = runs::begin(&mut scope, new).await?;
    if begun.anew {
        piles::open(&mut scope, begun.number, list, choices.due_back).await?;
    }
    begun.finish(scope, seen).await
}

/// The area that a list's cards are of: its district's, or where it is of several the one in use.
async fn area_of(scope: &mut Scoped, in_use: i64, district: Option<i32>) -> Result<i64, Error> {
    let own = sqlx::query_scalar!("select area_id from area where area_no = $1", district)
        .fetch_optional(scope.connection())
        .await?;
    Ok(own.unwrap_or(in_use))
}

fn foot(viewer: &Viewer, choices: &Choices) -> String {
    format!(
        "Printed by {}, {}, for {}. Return or destroy by {}.",
        viewer.name,
        words::moment(Utc::now()),
        viewer.purpose,
        words::date(words::day_of(choices.due_back))
    )
}
