//! `/materials/labels`: which people, on which stickers; a look at the first sheet; made.

use super::typed::{Content, Typed};
use super::{Stock, addresses, sample};
use crate::database::{Scoped, Seen};
use crate::error::Error;
use crate::exports::Attachment;
use crate::materials::Kind;
use crate::materials::addressed::{self, Chosen};
use crate::materials::kept::{self, Keeping, Shelf};
use crate::materials::letters::recipients::Recipients;
use crate::materials::making::{self, shortened};
use crate::materials::press::{self, Work};
use crate::materials::runs::{self, NewRun};
use crate::selections::store::{Saved, saved};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

/// What would be made.
struct Preview {
    picture: String,
    labels: usize,
    people: usize,
    sheets: usize,
    left_out: Vec<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/labels.html")]
struct LabelsPage {
    layout: Layout,
    errors: FieldErrors,
    saved: Vec<Saved>,
    shelf: Shelf,
    typed: Typed,
    preview: Option<Preview>,
}

impl LabelsPage {
    /// The address of a test sheet on the stickers that are chosen.
    fn test(&self) -> String {
        self.typed.test()
    }
}

/// The fields of an own size, with their words.
const OWN: [(&str, &str); 8] = [
    ("columns", "Columns"),
    ("rows", "Rows"),
    ("width", "Width, mm"),
    ("height", "Height, mm"),
    ("left", "Left margin, mm"),
    ("from_top", "Top margin, mm"),
    ("gap_x", "Between columns, mm"),
    ("gap_y", "Between rows, mm"),
];

/// `GET /materials/labels`
///
/// # Errors
/// [`Error::NotFound`] when the kept look that it is to be filled from is not there.
pub async fn form(viewer: Viewer, layout: Layout, Query(mut typed): Query<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    if let Some((one, content)) = kept::opened::<Content>(&mut scope, Kind::Labels, &typed.kept).await? {
        typed.fill(&one.name, &content);
    }
    let (saved, shelf) = beside(&mut scope, &viewer, &typed, typed.keeping()).await?;
    scope.commit().await?;
    Ok(LabelsPage { layout, errors: FieldErrors::default(), saved, shelf, typed, preview: None }.into_response())
}

/// What stands on the page beside what is typed: selections, and what is kept.
async fn beside(
    scope: &mut Scoped,
    viewer: &Viewer,
    typed: &Typed,
    said: Keeping,
) -> Result<(Vec<Saved>, Shelf), Error> {
    Ok((saved(scope).await?, kept::shelf(scope, viewer, Kind::Labels, said, typed.carried()).await?))
}

/// `POST /materials/labels`: a look at the first sheet, a run, or the stickers kept under a name.
pub async fn make(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    if typed.step == "keep" {
        return keep(viewer, layout, typed).await;
    }
    let mut scope = viewer.scope().await?;
    let (saved, shelf) = beside(&mut scope, &viewer, &typed, typed.keeping()).await?;
    let mut errors = FieldErrors::default();
    let mut preview = None;
    match ready(&mut scope, &typed, &mut errors).await? {
        None => scope.commit().await?,
        Some(ready) if typed.step == "make" => {
            scope.commit().await?;
            if let Some(run) = made(&viewer, &typed, ready, &mut errors).await? {
                return Ok(see_other(&format!("/materials/runs/{run}")));
            }
        }
        // What is longer than its label is said, and nothing of it shown.
        Some(ready) => preview = errors.take_invalid(look(scope, ready).await)?,
    }
    let status = if preview.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, LabelsPage { layout, errors, saved, shelf, typed, preview }).into_response())
}

/// All that labels are made of.
struct Ready {
    stock: Stock,
    start: usize,
    chosen: Chosen,
    found: Recipients,
}

/// Reads it; None: what cannot stand goes to `errors`.
async fn ready(scope: &mut Scoped, typed: &Typed, errors: &mut FieldErrors) -> Result<Option<Ready>, Error> {
    let stock = typed.stock(errors);
    let start = stock.and_then(|stock| typed.start(&stock, errors));
    let chosen = addressed::choose(scope, &typed.selection, errors).await?;
    let (Some(stock), Some(start), Some(chosen), false) = (stock, start, chosen, errors.any()) else { return Ok(None) };
    let (per, sorted) = (addressed::per(&typed.per), addressed::sorted(&typed.sorted));
    let found = addressed::read(scope, &chosen, per, sorted, errors).await?;
    Ok(found.map(|found| Ready { stock, start, chosen, found }))
}

/// The run, once it is known that every label has room; None: what has not goes to `errors`. The press may be busy for longer than a
/// transaction may lie idle: none is open while it is asked, and all is read anew afterwards.
async fn made(viewer: &Viewer, typed: &Typed, tried: Ready, errors: &mut FieldErrors) -> Result<Option<i64>, Error> {
    let set = trial(&tried);
    drop(tried);
    if errors.take_invalid(press::pages(set.clone()).await)?.is_none() {
        return Ok(None);
    }
    let mut scope = viewer.scope().await?;
    match ready(&mut scope, typed, errors).await? {
        Some(ready) => {
            making::as_tried(&set, &trial(&ready))?;
            begin(scope, typed, ready).await.map(Some)
        }
        None => scope.commit().await.map(|()| None),
    }
}

/// The labels that need most room: what is longer than a label is so on one of them. They are set before a run is begun, and shown to
/// nobody.
fn trial(ready: &Ready) -> Work {
    let all = addresses(&ready.found.letters);
    let letters = |line: &String| line.chars().count();
    let widest = all.iter().max_by_key(|lines| lines.iter().map(letters).max());
    let fullest = all.iter().max_by_key(|lines| lines.iter().map(letters).sum::<usize>());
    let highest = all.iter().max_by_key(|lines| lines.len());
    let most: Vec<Vec<String>> = [widest, fullest, highest].into_iter().flatten().cloned().collect();
    ready.stock.work(&most, 1, false)
}

/// Keeps the stickers and what a label is for; the page again with what cannot stand.
async fn keep(viewer: Viewer, layout: Layout, typed: Typed) -> Answer {
    let mut scope = viewer.scope().await?;
    let (mut errors, mut said) = (FieldErrors::default(), typed.keeping());
    let content = typed.stock(&mut errors).map(|stock| typed.content(stock));
    let done = kept::keep(&mut scope, &viewer, Kind::Labels, &mut said, content.as_ref(), &mut errors).await?;
    if let Some(id) = done {
        scope.commit().await?;
        return Ok(see_other(&(kept::place(Kind::Labels, id, &typed.carried()) + "&said=look-kept")));
    }
    let (saved, shelf) = beside(&mut scope, &viewer, &typed, said).await?;
    scope.commit().await?;
    let page = LabelsPage { layout, errors, saved, shelf, typed, preview: None };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn begin(mut scope: Scoped, typed: &Typed, ready: Ready) -> Result<i64, Error> {
    let Ready { stock, start, chosen, found } = ready;
    let template = kept::made_by(&mut scope, Kind::Labels, &typed.kept, &typed.content(stock)).await?;
    let new = NewRun {
        kind: Kind::Labels,
        title: shortened(&format!("Labels: {}", chosen.saved.name)),
        area: chosen.saved.area,
        selection: Some((chosen.saved.id, chosen.saved.version)),
        template,
        list: None,
        settings: json!({ "per": typed.per, "sorted": typed.sorted, "stock": stock, "start": start, "frames": typed.frames() }),
        imprint: Vec::new(),
        items: i32::try_from(found.letters.len()).map_err(Error::internal)?,
        recipients: addressed::items(&found.letters),
        helpers: Vec::new(),
        again_of: None,
        asked: runs::pressed(&typed.asked, Kind::Labels, typed),
        work: stock.work(&addresses(&found.letters), start, typed.frames()),
    };
    let begun = runs::begin(&mut scope, new).await?;
    begun.finish(scope, Seen::people((), addressed::shown(&found.letters))).await
}

/// The first sheet, with frames that show where the stickers are; whoever stands on it is on record as seen.
async fn look(scope: Scoped, ready: Ready) -> Result<Preview, Error> {
    let Ready { stock, start, chosen, found } = ready;
    let first = &found.letters[..found.letters.len().min(stock.cells() + 1 - start)];
    let work = stock.work(&addresses(first), start, true);
    let preview = Preview {
        picture: String::new(),
        labels: found.letters.len(),
        people: found.people(),
        sheets: stock.sheets(found.letters.len(), start),
        left_out: chosen.left_out(&found.left_out),
    };
    let seen = Seen::people((preview, work), addressed::shown(first));
    let (mut preview, work) = scope.finish(seen).await?;
    preview.picture = making::pictures(work).await?.into_iter().next().unwrap_or_default();
    Ok(preview)
}

/// `GET /materials/labels/test.pdf`: invented people in frames, to be held against a sheet of stickers.
///
/// # Errors
/// [`Error::Invalid`] for a size that does not fit an A4.
pub async fn test(viewer: Viewer, Query(typed): Query<Typed>) -> Answer {
    viewer.scope().await?.commit().await?;
    let mut errors = FieldErrors::default();
    let stock = typed.stock(&mut errors);
    let (Some(stock), false) = (stock, errors.any()) else {
        return Err(Error::Invalid(errors.0));
    };
    let pdf = press::set(stock.work(&sample(stock.cells()), 1, true)).await?;
    Ok(Attachment::pdf("test-sheet.pdf", pdf).into_response())
}
