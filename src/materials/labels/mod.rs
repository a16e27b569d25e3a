//! Labels: addresses on sheets of stickers, on Avery's two usual ones or on any that fits an A4, begun at whichever label is left on
//! a sheet that was used before.

pub mod pages;
pub mod typed;

use super::letters::recipients::Letter;
use super::press::Work;
use crate::error::Error;
use crate::web::FieldErrors;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Sheets of one part of the work.
const SHEETS: usize = 20;
/// The most lines of an address.
const LINES: usize = 7;

/// How a sheet of A4 is divided: millimetres from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stock {
    /// Labels beside one another.
    pub columns: i32,
    /// Labels below one another.
    pub rows: i32,
    /// A label's width.
    pub width: f64,
    /// A label's height.
    pub height: f64,
    /// From the sheet's left edge to the first.
    pub left: f64,
    /// From its upper edge to the first.
    pub top: f64,
    /// Between two columns.
    pub gap_x: f64,
    /// Between two rows.
    pub gap_y: f64,
}

/// Avery L7160: 21 a sheet.
pub const L7160: Stock =
    Stock { columns: 3, rows: 7, width: 63.5, height: 38.1, left: 7.25, top: 15.15, gap_x: 2.5, gap_y: 0.0 };
/// Avery L7163: 14 a sheet.
pub const L7163: Stock =
    Stock { columns: 2, rows: 7, width: 99.1, height: 38.1, left: 4.65, top: 15.15, gap_x: 2.5, gap_y: 0.0 };

/// An A4's width and height.
const SHEET: (f64, f64) = (210.0, 297.0);
/// The smallest label that an address goes on: four lines of 7 point, 20 letters wide.
const SMALLEST: (f64, f64) = (35.0, 16.0);

impl Stock {
    /// Labels a sheet.
    pub fn cells(&self) -> usize {
        usize::try_from(self.columns * self.rows).unwrap_or(1).max(1)
    }

    /// Where a label's left upper corner is, by its place on the sheet from 0.
    pub fn corner(&self, cell: usize) -> (f64, f64) {
        let columns = usize::try_from(self.columns).unwrap_or(1).max(1);
        let [column, row] = [cell % columns, cell / columns].map(|n| f64::from(u32::try_from(n).unwrap_or_default()));
        (self.left + column * (self.width + self.gap_x), self.top + row * (self.height + self.gap_y))
    }

    /// Refuses what does not fit an A4, in words.
    pub fn check(&self, errors: &mut FieldErrors) {
        let all = |n: i32, size: f64, gap: f64| f64::from(n) * size + f64::from(n - 1) * gap;
        let wide = self.left + all(self.columns, self.width, self.gap_x);
        let high = self.top + all(self.rows, self.height, self.gap_y);
        if self.width < SMALLEST.0 || self.height < SMALLEST.1 {
            errors.add("width", "An address needs a label of at least 35 × 16 mm");
        }
        if wide > SHEET.0 + 0.05 {
            errors.add(
                "columns",
                format!("These columns take {wide:.1} mm, and an A4 is 210 mm wide. Use fewer, or smaller ones"),
            );
        }
        if high > SHEET.1 + 0.05 {
            errors.add(
                "rows",
                format!("These rows take {high:.1} mm, and an A4 is 297 mm high. Use fewer, or smaller ones"),
            );
        }
    }

    fn common(&self, frames: bool) -> Value {
        let Stock { columns, rows, width, height, left, top, gap_x, gap_y } = self;
        json!({ "columns": columns, "rows": rows, "width": width, "height": height, "left": left, "top": top,
            "gap-x": gap_x, "gap-y": gap_y, "frames": frames })
    }

    /// Sheets that so many labels take, begun at this one (from 1).
    pub fn sheets(&self, labels: usize, start: usize) -> usize {
        (labels + start - 1).div_ceil(self.cells())
    }

    /// The work: an address a label, begun at this label (from 1) of the first sheet.
    pub fn work(&self, addresses: &[Vec<String>], start: usize, frames: bool) -> Work {
        let (mut parts, mut rest, mut skip) = (Vec::new(), addresses, start - 1);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(SHEETS * self.cells() - skip));
            let labels: Vec<Value> = now.iter().map(|lines| json!({ "lines": lines })).collect();
            parts.push(json!({ "skip": skip, "labels": labels }));
            (rest, skip) = (later, 0);
        }
        Work { sheet: "labels", common: self.common(frames), parts, ..Work::default() }
    }
}

/// What stands on each label.
pub fn addresses(letters: &[Letter]) -> Vec<Vec<String>> {
    letters.iter().map(|letter| letter.address(LINES)).collect()
}

/// Invented people, for a test sheet and the gallery.
pub fn sample(labels: usize) -> Vec<Vec<String>> {
    let names = [
        "Ada Marlowe",
        "Ben and Cy Oake",
        "The Penhallow household",
        "Siân Prys-Jones",
        "The residents",
        "Wanda Żółkiewska",
    ];
    let label = |n: usize| {
        vec![
            names[n % names.len()].into(),
            format!("{} Larkspur Row", n + 1),
            "Quillbrook".into(),
            "ZZ1 4QX".to_owned(),
        ]
    };
    (0..labels).map(label).collect()
}

/// Reads a length in millimetres, to a hundredth.
fn millimetres(errors: &mut FieldErrors, field: &str, typed: &str, most: f64) -> Option<f64> {
    let read =
        typed.trim().replace(',', ".").parse::<f64>().ok().filter(|mm| mm.is_finite() && (0.0..=most).contains(mm));
    let read = read.map(|mm| (mm * 100.0).round() / 100.0);
    errors.take(read.ok_or_else(|| Error::field(field, format!("Give millimetres, from 0 to {most:.0}, such as 38.1"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_sheets_fit_and_their_last_label_is_where_it_is() {
        for (stock, cells, corner) in [(L7160, 21, (139.25, 243.75)), (L7163, 14, (106.25, 243.75))] {
            let mut errors = FieldErrors::default();
            stock.check(&mut errors);
            assert!(!errors.any(), "{errors:?}");
            assert_eq!(stock.cells(), cells);
            let (x, y) = stock.corner(cells - 1);
            assert!((x - corner.0).abs() < 0.001 && (y - corner.1).abs() < 0.001, "{x} {y}");
        }
    }

    #[test]
    fn what_does_not_fit_an_a4_is_refused_by_its_field() {
        for (stock, field) in [
            (Stock { columns: 4, ..L7160 }, "columns"),
            (Stock { rows: 8, ..L7160 }, "rows"),
            (Stock { width: 12.0, ..L7160 }, "width"),
            (Stock { height: 12.0, ..L7160 }, "width"),
        ] {
            let mut errors = FieldErrors::default();
            stock.check(&mut errors);
            assert_ne!(errors.of(field), "", "{stock:?}");
        }
    }

    proptest! {
        #[test]
        fn every_label_is_printed_once_and_each_part_begins_a_sheet(labels in 1usize..2000, start in 1usize..22) {
            let work = L7160.work(&sample(labels), start, false);
            let of = |part: &Value| part["labels"].as_array().map_or(0, Vec::len);
            prop_assert_eq!(work.parts.iter().map(of).sum::<usize>(), labels);
            let skip = |part: &Value| usize::try_from(part["skip"].as_u64().unwrap()).unwrap();
            for part in &work.parts[..work.parts.len() - 1] {
                prop_assert_eq!((of(part) + skip(part)) % 21, 0);
            }
            prop_assert_eq!(skip(&work.parts[0]), start - 1);
        }
    }
}
