//! `/materials/labels`: which people, on which stickers; a look at the first sheet; made.

use super::{L7160, L7163, Stock, addresses, millimetres, sample};
use crate::database::{Scoped, Seen};
use crate::error::Error;
use crate::exports::Attachment;
use crate::materials::addressed::{self, Chosen};
use crate::materials::letters::recipients::Recipients;
use crate::materials::making::{self, number, shortened};
use crate::materials::runs::{self, NewRun};
use crate::materials::{Kind, press};
use crate::selections::store::{Saved, saved};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What is chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    selection: String,
    per: String,
    sorted: String,
    stock: String,
    columns: String,
    rows: String,
    width: String,
    height: String,
    left: String,
    /// Not `top`, which is where every page begins.
    #[serde(rename = "from_top")]
    top: String,
    gap_x: String,
    gap_y: String,
    start: String,
    frames: String,
    #[serde(skip_serializing)]
    step: String,
    /// Drawn with the form, so that one sent twice makes one run.
    #[serde(skip_serializing)]
    asked: String,
}

impl Default for Typed {
    fn default() -> Self {
        let none = String::new;
        Typed {
            selection: none(),
            per: "household".into(),
            sorted: "walk".into(),
            stock: "L7160".into(),
            columns: "3".into(),
            rows: "8".into(),
            width: "70".into(),
            height: "36".into(),
            left: "0".into(),
            top: "4.5".into(),
            gap_x: "0".into(),
            gap_y: "0".into(),
            start: "1".into(),
            frames: none(),
            step: none(),
            asked: none(),
        }
    }
}

impl Typed {
    fn stock(&self, errors: &mut FieldErrors) -> Option<Stock> {
        match self.stock.as_str() {
            "L7160" => return Some(L7160),
            "L7163" => return Some(L7163),
            "own" => {}
            _ => {
                errors.add("stock", "Choose a kind of label");
                return None;
            }
        }
        let columns = number(errors, "columns", &self.columns, 1, 8);
        let rows = number(errors, "rows", &self.rows, 1, 24);
        let mut mm = |field: &str, typed: &str, most: f64| millimetres(errors, field, typed, most);
        let (width, height) = (mm("width", &self.width, 210.0), mm("height", &self.height, 297.0));
        let (left, top) = (mm("left", &self.left, 60.0), mm("from_top", &self.top, 60.0));
        let (gap_x, gap_y) = (mm("gap_x", &self.gap_x, 50.0), mm("gap_y", &self.gap_y, 50.0));
        let stock = Stock {
            columns: columns?,
            rows: rows?,
            width: width?,
            height: height?,
            left: left?,
            top: top?,
            gap_x: gap_x?,
            gap_y: gap_y?,
        };
        stock.check(errors);
        Some(stock)
    }

    fn start(&self, stock: &Stock, errors: &mut FieldErrors) -> Option<usize> {
        let most = i32::try_from(stock.cells()).unwrap_or(1);
        number(errors, "start", &self.start, 1, most).and_then(|n| usize::try_from(n).ok())
    }

    fn frames(&self) -> bool {
        !self.frames.is_empty()
    }
}

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
    typed: Typed,
    preview: Option<Preview>,
}

impl LabelsPage {
    /// The address of a test sheet on the stickers that are chosen.
    fn test(&self) -> String {
        let t = &self.typed;
        let own = [
            ("columns", &t.columns),
            ("rows", &t.rows),
            ("width", &t.width),
            ("height", &t.height),
            ("left", &t.left),
            ("from_top", &t.top),
            ("gap_x", &t.gap_x),
            ("gap_y", &t.gap_y),
        ];
        let stock = ["own", "L7163"].into_iter().find(|known| t.stock == *known).unwrap_or("L7160");
        let mut address = format!("/materials/labels/test.pdf?stock={stock}");
        if t.stock == "own" {
            for (name, value) in own {
                // What is no figure is left out: the test sheet then has the usual one.
                if value.chars().all(|c| c.is_ascii_digit() || c == '.') {
                    address.push_str(&format!("&{name}={value}"));
                }
            }
        }
        address
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

impl Typed {
    fn own(&self, name: &str) -> &str {
        match name {
            "columns" => &self.columns,
            "rows" => &self.rows,
            "width" => &self.width,
            "height" => &self.height,
            "left" => &self.left,
            "from_top" => &self.top,
            "gap_x" => &self.gap_x,
            _ => &self.gap_y,
        }
    }
}

/// `GET /materials/labels`
pub async fn form(viewer: Viewer, layout: Layout, Query(typed): Query<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let saved = saved(&mut scope).await?;
    scope.commit().await?;
    Ok(LabelsPage { layout, errors: FieldErrors::default(), saved, typed, preview: None }.into_response())
}

/// `POST /materials/labels`: a look at the first sheet, or a run.
pub async fn make(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let saved = saved(&mut scope).await?;
    let mut errors = FieldErrors::default();
    let stock = typed.stock(&mut errors);
    let start = stock.and_then(|stock| typed.start(&stock, &mut errors));
    let chosen = addressed::choose(&mut scope, &typed.selection, &mut errors).await?;
    let found = match &chosen {
        Some(chosen) if !errors.any() => {
            let (per, sorted) = (addressed::per(&typed.per), addressed::sorted(&typed.sorted));
            addressed::read(&mut scope, chosen, per, sorted, &mut errors).await?
        }
        _ => None,
    };
    let (Some(stock), Some(start), Some(chosen), Some(found)) = (stock, start, chosen, found) else {
        scope.commit().await?;
        let page = LabelsPage { layout, errors, saved, typed, preview: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if typed.step == "make" {
        let run = begin(scope, &typed, (stock, start), &chosen, found).await?;
        return Ok(see_other(&format!("/materials/runs/{run}")));
    }
    let preview = look(scope, (stock, start), &chosen, found).await?;
    Ok(LabelsPage { layout, errors, saved, typed, preview: Some(preview) }.into_response())
}

async fn begin(
    mut scope: Scoped,
    typed: &Typed,
    (stock, start): (Stock, usize),
    chosen: &Chosen,
    found: Recipients,
) -> Result<i64, Error> {
    let new = NewRun {
        kind: Kind::Labels,
        title: shortened(&format!("Labels: {}", chosen.saved.name)),
        area: chosen.saved.area,
        selection: Some((chosen.saved.id, chosen.saved.version)),
        template: None,
        list: None,
        settings: json!({ "per": typed.per, "sorted": typed.sorted, "stock": stock, "start": start, "frames": typed.frames() }),
        imprint: Vec::new(),
        items: i32::try_from(found.letters.len()).map_err(Error::internal)?,
        recipients: addressed::items(&found.letters),
        again_of: None,
        asked: runs::pressed(&typed.asked, Kind::Labels, typed),
        work: stock.work(&addresses(&found.letters), start, typed.frames()),
    };
    let run = runs::begin(&mut scope, new).await?;
    let seen = Seen::people(run, addressed::shown(&found.letters)).for_print();
    scope.finish(seen).await
}

/// The first sheet, with frames that show where the stickers are; whoever stands on it is on record as seen.
async fn look(
    scope: Scoped,
    (stock, start): (Stock, usize),
    chosen: &Chosen,
    found: Recipients,
) -> Result<Preview, Error> {
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
