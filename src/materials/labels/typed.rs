//! What is typed on the form of labels, and what of it is kept under a name: the stickers and what a label is for, not whose.

use super::{L7160, L7163, Stock, millimetres};
use crate::materials::kept::{Keeping, carried};
use crate::materials::making::number;
use crate::web::FieldErrors;
use serde::{Deserialize, Serialize};

/// What is chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub(super) selection: String,
    pub(super) per: String,
    pub(super) sorted: String,
    pub(super) stock: String,
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
    pub(super) start: String,
    pub(super) frames: String,
    /// The kept one that the form was filled from.
    #[serde(skip_serializing)]
    pub(super) kept: String,
    #[serde(skip_serializing)]
    pub(super) keep_as: String,
    #[serde(skip_serializing)]
    replaces: String,
    #[serde(skip_serializing)]
    pub(super) step: String,
    /// Drawn with the form, so that one sent twice makes one run.
    #[serde(skip_serializing)]
    pub(super) asked: String,
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
            kept: none(),
            keep_as: none(),
            replaces: none(),
            step: none(),
            asked: none(),
        }
    }
}

/// What is kept of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// Whether a home has one label; a person otherwise.
    pub homes: bool,
    /// The stickers: a name, or `own`.
    pub stock: String,
    /// How the sheet is divided where they have no name.
    pub own: Option<Stock>,
    /// Whether a frame is printed around each.
    pub frames: bool,
}

impl Typed {
    pub(super) fn stock(&self, errors: &mut FieldErrors) -> Option<Stock> {
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

    /// The address of a test sheet on these stickers; of an own size as it was read, or the usual one where it cannot be.
    pub(super) fn test(&self) -> String {
        let stock = ["own", "L7163"].into_iter().find(|known| self.stock == *known).unwrap_or("L7160");
        let address = format!("/materials/labels/test.pdf?stock={stock}");
        let read = self.stock(&mut FieldErrors::default()).filter(|_| stock == "own");
        let Some(Stock { columns, rows, width, height, left, top, gap_x, gap_y }) = read else { return address };
        format!(
            "{address}&columns={columns}&rows={rows}&width={width}&height={height}&left={left}&from_top={top}&gap_x={gap_x}&gap_y={gap_y}"
        )
    }

    pub(super) fn start(&self, stock: &Stock, errors: &mut FieldErrors) -> Option<usize> {
        let most = i32::try_from(stock.cells()).unwrap_or(1);
        number(errors, "start", &self.start, 1, most).and_then(|n| usize::try_from(n).ok())
    }

    pub(super) fn frames(&self) -> bool {
        !self.frames.is_empty()
    }

    /// What is kept of it, on these stickers.
    pub(super) fn content(&self, stock: Stock) -> Content {
        Content {
            homes: self.per == "household",
            stock: self.stock.clone(),
            own: (self.stock == "own").then_some(stock),
            frames: self.frames(),
        }
    }

    /// Fills in what was kept under this name.
    pub(super) fn fill(&mut self, name: &str, content: &Content) {
        self.keep_as = name.to_owned();
        self.per = if content.homes { "household" } else { "person" }.into();
        self.stock.clone_from(&content.stock);
        self.frames = if content.frames { "yes".into() } else { String::new() };
        if let Some(Stock { columns, rows, width, height, left, top, gap_x, gap_y }) = content.own {
            (self.columns, self.rows) = (columns.to_string(), rows.to_string());
            (self.width, self.height) = (width.to_string(), height.to_string());
            (self.left, self.top) = (left.to_string(), top.to_string());
            (self.gap_x, self.gap_y) = (gap_x.to_string(), gap_y.to_string());
        }
    }

    pub(super) fn keeping(&self) -> Keeping {
        Keeping::typed(&self.kept, &self.keep_as, &self.replaces)
    }

    /// What of it is about this one run.
    pub(super) fn carried(&self) -> String {
        carried(&[("selection", &self.selection), ("start", &self.start), ("sorted", &self.sorted)])
    }

    /// A measure of an own size by its field's name.
    pub(super) fn own(&self, name: &str) -> &str {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_sheet_is_of_the_size_that_was_typed_with_a_comma_too() {
        let own = Typed { stock: "own".into(), width: "48,5".into(), height: " 25.43 ".into(), ..Typed::default() };
        let address = own.test();
        assert!(address.contains("stock=own") && address.contains("&width=48.5&height=25.43&"), "{address}");
        assert!(address.contains("&from_top=4.5&"), "{address}");
        let wrong = Typed { stock: "own".into(), width: "<b>".into(), ..Typed::default() };
        assert_eq!(wrong.test(), "/materials/labels/test.pdf?stock=own", "nothing that is no figure goes into it");
        assert_eq!(Typed::default().test(), "/materials/labels/test.pdf?stock=L7160");
    }

    #[test]
    fn what_is_kept_fills_the_form_again_to_the_hundredth_and_nothing_of_one_run() {
        let own = Typed {
            selection: "whose".into(),
            per: "person".into(),
            stock: "own".into(),
            width: "48,5".into(),
            height: "25.43".into(),
            start: "7".into(),
            frames: "yes".into(),
            ..Typed::default()
        };
        for typed in [own, Typed::default()] {
            let mut errors = FieldErrors::default();
            let stock = typed.stock(&mut errors).unwrap();
            let kept = serde_json::to_value(typed.content(stock)).unwrap();
            assert!(!kept.to_string().contains("whose"), "{kept}");
            let read: Content = serde_json::from_value(kept).unwrap();
            let mut again = Typed::default();
            again.fill("Roll of 24", &read);
            assert_eq!(again.stock(&mut errors), Some(stock));
            assert_eq!(again.content(stock), read);
            assert_eq!((again.selection.as_str(), again.start.as_str()), ("", "1"));
            assert!(!errors.any(), "{errors:?}");
        }
    }
}
