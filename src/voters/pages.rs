//! `/imports/voters`: councils' absent voters' lists and marked registers: given, explained, looked over, applied or thrown away.

use super::apply::{self, Said};
use super::columns::{Columns, FIELDS, is_left_unread};
use super::imports::{self, Given, Import};
use super::plan::{Counts, Plan};
use super::reading::{self, LIMIT};
use super::store::{self, PollLists};
use super::withdrawal::{self, Stands};
use super::{Vote, What};
use crate::database::Scoped;
use crate::error::Error;
use crate::incoming::Sample;
use crate::polls;
use crate::polls::Poll;
use crate::turns::in_turn;
use crate::web::{Answer, FieldErrors, Form, Layout, Multipart, Path, Query, Viewer, drawn_under, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::multipart;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// One file at a time is read: each may take much memory.
static READING: Semaphore = Semaphore::const_new(1);
/// How long others wait for their turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest form that brings a file.
pub const LARGEST: usize = LIMIT + 64 * 1024;

/// How many refused lines a page lists.
const SHOWN: usize = 100;

#[derive(Template, WebTemplate)]
#[template(path = "voters/list.html")]
struct ListPage {
    layout: Layout,
    polls: Vec<PollLists>,
    imports: Vec<Import>,
}

#[derive(Template, WebTemplate)]
#[template(path = "voters/new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    typed: Typed,
    polls: Vec<Poll>,
    authorities: Vec<(i32, String)>,
}

#[derive(Template, WebTemplate)]
#[template(path = "voters/columns.html")]
struct ColumnsPage {
    layout: Layout,
    errors: FieldErrors,
    import: Import,
    /// The file's columns by their number from 1, with what stands in them first; what is left unread is not among them.
    columns: Vec<(usize, Sample)>,
    /// How many columns are left unread.
    unread: usize,
    /// Each field's word, title and the column chosen, from 1; 0 for none.
    fields: Vec<(&'static str, &'static str, usize)>,
    /// What everybody in the file may be said to do, and whether it is chosen.
    otherwise: Vec<(&'static str, &'static str, bool)>,
}

#[derive(Template, WebTemplate)]
#[template(path = "voters/preview.html")]
struct PreviewPage {
    layout: Layout,
    errors: FieldErrors,
    import: Import,
    counts: Counts,
    plan: Plan,
    /// The date of a final list that stands already, where this is a current one.
    final_stands: Option<NaiveDate>,
    /// How many are held to have voted at this poll in the same districts.
    before: i64,
    go: Go,
}

#[derive(Template, WebTemplate)]
#[template(path = "voters/receipt.html")]
struct ReceiptPage {
    layout: Layout,
    import: Import,
    counts: Counts,
    /// What stands by it still.
    stands: Stands,
}

impl PreviewPage {
    /// Whether a person must say that so much is meant.
    fn odd(&self) -> bool {
        let counts = &self.counts;
        counts.too_many() || counts.all_voted(self.import.what()) || counts.drops_many()
    }

    /// Why it cannot be the final list that it is said to be.
    fn too_early(&self) -> String {
        imports::too_early(self.import.published, self.import.poll_date)
    }

    /// Whether there is anything that may be applied.
    fn may_go(&self) -> bool {
        self.counts.found() > 0 && self.final_stands.is_none() && !self.import.is_too_early()
    }
}

/// The form as it came; what was typed comes back when something is wrong with it.
#[derive(Debug, Clone, Default)]
struct Typed {
    poll: String,
    what: String,
    date: String,
    authority: String,
}

/// `GET /imports/voters`
pub async fn list(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let polls = store::polls(&mut scope).await?;
    let imports = imports::list(&mut scope, 50).await?;
    scope.commit().await?;
    Ok(ListPage { layout, polls, imports }.into_response())
}

/// Which poll the form begins with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    poll: String,
}

/// `GET /imports/voters/new`
pub async fn new(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let date = words::day_of(Utc::now()).to_string();
    let typed = Typed { poll: asked.poll, what: What::Current.as_str().into(), date, authority: String::new() };
    Ok(form(&viewer, layout, FieldErrors::default(), typed).await?.into_response())
}

async fn form(viewer: &Viewer, layout: Layout, errors: FieldErrors, mut typed: Typed) -> Result<NewPage, Error> {
    let mut scope = viewer.scope().await?;
    let polls = polls::store::list(&mut scope).await?;
    let authorities = imports::authorities(&mut scope).await?;
    scope.commit().await?;
    if let [(only, _)] = authorities.as_slice() {
        typed.authority = only.to_string();
    }
    Ok(NewPage { layout, errors, typed, polls, authorities })
}

/// `POST /imports/voters`
pub async fn upload(viewer: Viewer, layout: Layout, Multipart(sent): Multipart) -> Answer {
    let (mut errors, mut typed) = (FieldErrors::default(), Typed::default());
    let taken = errors.take_invalid(take(sent, viewer.grant, &mut typed).await)?;
    let Some(file) = taken else { return refuse(&viewer, layout, errors, typed).await };
    let mut scope = viewer.scope().await?;
    let authorities = imports::authorities(&mut scope).await?;
    let given = given(&typed, &authorities, file.as_ref(), &mut errors);
    scope.commit().await?;
    let (Some(given), Some((_, bytes))) = (given, file) else { return refuse(&viewer, layout, errors, typed).await };
    let what = given.what;
    let read = in_turn(&READING, PATIENCE, move || reading::read(what, bytes)).await?;
    let Some(contents) = errors.take_invalid(read)? else { return refuse(&viewer, layout, errors, typed).await };
    let mut scope = viewer.scope().await?;
    let added = imports::add(&mut scope, &given, &contents).await;
    let Some(id) = errors.take_invalid(added)? else {
        drop(scope);
        return refuse(&viewer, layout, errors, typed).await;
    };
    scope.commit().await?;
    Ok(see_other(&format!("/imports/voters/{id}")))
}

async fn refuse(viewer: &Viewer, layout: Layout, errors: FieldErrors, typed: Typed) -> Answer {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form(viewer, layout, errors, typed).await?).into_response())
}

/// The file's name and bytes, none where none was chosen; the form's fields come into `typed`, and stay there where the file does not
/// come through.
async fn take(
    mut form: multipart::Multipart,
    grant: Uuid,
    typed: &mut Typed,
) -> Result<Option<(String, Vec<u8>)>, Error> {
    let broken =
        |_| Error::field("file", "The file did not come through whole, or is larger than 32 MB. Choose it again");
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "_grant" => drawn_under(&field.text().await.map_err(broken)?, grant)?,
            "file" => {
                let name = words::file_name(field.file_name().unwrap_or_default());
                if !name.is_empty() {
                    file = Some((name, field.bytes().await.map_err(broken)?.to_vec()));
                }
            }
            "poll" => typed.poll = short(&field.text().await.map_err(broken)?),
            "what" => typed.what = short(&field.text().await.map_err(broken)?),
            "date" => typed.date = short(&field.text().await.map_err(broken)?),
            "authority" => typed.authority = short(&field.text().await.map_err(broken)?),
            _ => {}
        }
    }
    Ok(file)
}

/// An answer, which is never long.
fn short(text: &str) -> String {
    text.trim().chars().take(60).collect()
}

/// The form's answers as a file to stage, or what is wrong with them.
fn given(
    typed: &Typed,
    authorities: &[(i32, String)],
    file: Option<&(String, Vec<u8>)>,
    errors: &mut FieldErrors,
) -> Option<Given> {
    let what = What::parse(&typed.what);
    if what.is_none() {
        errors.add("what", "Choose what the file is");
    }
    let poll = typed.poll.parse::<i64>().ok();
    if poll.is_none() {
        errors.add("poll", "Choose the poll that the list is of");
    }
    let latest = words::day_of(Utc::now()) + TimeDelta::days(1);
    let published =
        typed.date.parse::<NaiveDate>().ok().filter(|d| *d <= latest && *d > latest - TimeDelta::days(2000));
    if published.is_none() {
        errors.add("date", "Write the day on which the council made the list, for example 3 April 2026");
    }
    let named = |id: i32| authorities.iter().find(|(known, _)| *known == id).map(|(known, _)| *known);
    let partition = match authorities {
        [(only, _)] => Some(*only),
        _ => typed.authority.parse().ok().and_then(named),
    };
    if partition.is_none() {
        errors.add("authority", "Choose whose list it is. An authority is there once its register was imported");
    }
    let Some((name, bytes)) = file else {
        errors.add("file", "Choose the file that the council sent");
        return None;
    };
    Some(Given {
        what: what?,
        poll: poll?,
        partition: partition?,
        published: published?,
        name: name.clone(),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256: Sha256::digest(bytes).to_vec(),
    })
}

/// Whether the columns are to be said anew.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Again {
    columns: String,
}

/// `GET /imports/voters/{id}`: whatever the file's next step is.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(again): Query<Again>) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    if import.state != "ready" {
        let stands = withdrawal::stands(&mut scope, &import).await?;
        scope.commit().await?;
        let counts = import.counts.clone().map(|c| c.0).unwrap_or_default();
        return Ok(ReceiptPage { layout, import, counts, stands }.into_response());
    }
    if import.columns.is_none() || !again.columns.is_empty() {
        let known = import.columns.clone().map_or_else(|| Columns::guess(import.what(), &import.headings), |c| c.0);
        let fields = FIELDS.iter().filter(|(f, ..)| f.fits(import.what()));
        let fields = fields.map(|(f, word, title, _)| (*word, *title, known.chosen(*f))).collect();
        let otherwise = ways(import.what(), known.otherwise());
        return explain(scope, layout, import, FieldErrors::default(), fields, otherwise).await;
    }
    preview(scope, layout, import, FieldErrors::default(), Go::default()).await
}

/// What everybody in a file may be said to do.
fn ways(what: What, chosen: Option<Vote>) -> Vec<(&'static str, &'static str, bool)> {
    let ways = [Vote::Post, Vote::Proxy, Vote::PostalProxy, Vote::InPerson, Vote::Voted].into_iter();
    let title = |vote: Vote| match (vote, what.is_marked()) {
        (Vote::Post, false) => "Everybody in it votes by post",
        (Vote::Proxy, false) => "Everybody in it votes by proxy",
        (Vote::PostalProxy, _) => "Everybody in it has a proxy who votes by post",
        (Vote::Post, true) => "Everybody in it voted by post",
        (Vote::Proxy, true) => "Everybody in it voted by proxy",
        (Vote::InPerson, _) => "Everybody in it voted in person",
        _ => "Everybody in it voted",
    };
    ways.filter(|v| v.fits(what)).map(|v| (v.as_str(), title(v), chosen == Some(v))).collect()
}

/// The page that asks which column is what.
async fn explain(
    mut scope: Scoped,
    layout: Layout,
    import: Import,
    errors: FieldErrors,
    fields: Vec<(&'static str, &'static str, usize)>,
    otherwise: Vec<(&'static str, &'static str, bool)>,
) -> Answer {
    let columns = imports::samples(&mut scope, &import).await?;
    scope.commit().await?;
    let all = columns.len();
    let read = (1..).zip(columns).zip(&import.headings).filter(|(_, heading)| !is_left_unread(heading));
    let columns: Vec<(usize, Sample)> = read.map(|(column, _)| column).collect();
    let unread = all - columns.len();
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ColumnsPage { layout, errors, import, columns, unread, fields, otherwise }).into_response())
}

/// The page before anything is done: figures, and lines by their number. Nobody is shown.
async fn preview(mut scope: Scoped, layout: Layout, import: Import, errors: FieldErrors, go: Go) -> Answer {
    let mut plan = imports::look_over(&mut scope, &import).await?;
    let final_stands = match import.what() {
        What::Current => imports::final_stands(&mut scope, &import, &plan).await?,
        _ => None,
    };
    let before = if import.what().is_marked() { imports::held_before(&mut scope, &import, &plan).await? } else { 0 };
    scope.commit().await?;
    plan.refused.truncate(SHOWN);
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let counts = plan.counts.clone();
    Ok((status, PreviewPage { layout, errors, import, counts, plan, final_stands, before, go }).into_response())
}

/// `GET /imports/voters/{id}/columns`, `/apply`: a page that refused a form, loaded again, leads back to the file.
pub async fn again(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/imports/voters/{}", import.id)))
}

/// `POST /imports/voters/{id}/columns`
pub async fn set_columns(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(chosen): Form<BTreeMap<String, String>>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    imports::must_be_ready(&import)?;
    let what = import.what();
    match Columns::read(what, &chosen, import.headings.len()) {
        Ok(columns) => imports::set_columns(&mut scope, &import, &columns).await?,
        Err(error) => {
            let at = |word: &str| chosen.get(word).and_then(|c| c.parse().ok()).unwrap_or(0);
            let fields =
                FIELDS.iter().filter(|(f, ..)| f.fits(what)).map(|(_, word, title, _)| (*word, *title, at(word)));
            let fields = fields.collect();
            let otherwise = ways(what, chosen.get("otherwise").and_then(|w| Vote::parse(w)));
            return explain(scope, layout, import, FieldErrors(vec![error]), fields, otherwise).await;
        }
    }
    scope.commit().await?;
    Ok(see_other(&format!("/imports/voters/{id}")))
}

/// What was looked over, and the ticks beside what stops an import.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Go {
    expected: String,
    allow_many: bool,
    instead: bool,
}

/// `POST /imports/voters/{id}/apply`
pub async fn apply(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(go): Form<Go>) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    imports::must_be_ready(&import)?;
    let said = Said { expected: Some(go.expected.clone()), allow_many: go.allow_many, instead: go.instead };
    let mut errors = FieldErrors::default();
    match apply::apply(&mut scope, &import, &said).await {
        Ok(_) => {
            scope.commit().await?;
            return Ok(see_other(&format!("/imports/voters/{id}")));
        }
        Err(Error::Invalid(fields)) => errors.0.extend(fields),
        Err(Error::Refused(why)) => errors.add("go", why),
        Err(other) => return Err(other),
    }
    // What was begun is undone; the page is drawn anew, and keeps what was ticked.
    drop(scope);
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    preview(scope, layout, import, errors, go).await
}

/// `POST /imports/voters/{id}/throw-away`
pub async fn throw_away(viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    imports::throw_away(&mut scope, &import).await?;
    scope.commit().await?;
    Ok(see_other("/imports/voters"))
}
