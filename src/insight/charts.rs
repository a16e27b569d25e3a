//! Charts as numbers for SVG attributes: geometry in attributes, colour by class, nothing inline.

use crate::canvass::codes::Code;
use std::collections::BTreeMap;

/// The split's inner width; each part has one unit of air on either side.
const WIDTH: f64 = 320.0;
/// Narrower parts have no letter below: the legend names them.
const LETTERED: f64 = 9.0;

/// One code's part of the split, and its line of the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The code.
    pub code: Code,
    /// How many.
    pub n: i64,
    /// Whole per cent.
    pub percent: i64,
    /// Where the part begins.
    pub x: String,
    /// How wide it is.
    pub width: String,
    /// Its middle, for the letter; empty where that would not fit.
    pub middle: String,
}

impl Part {
    /// Won't say and non-voters stand lower: they are no side.
    pub fn is_low(&self) -> bool {
        is_low(&self.code)
    }

    /// 1,234.
    pub fn figure(&self) -> String {
        crate::web::words::figure(self.n)
    }
}

fn is_low(code: &Code) -> bool {
    code.group == "wont-say" || code.group == "non-voter"
}

/// The parts in the installation's order, won't say and non-voters at the end, codes that nobody gave left out.
pub fn split(codes: &[Code], by_code: &BTreeMap<String, i64>) -> Vec<Part> {
    let counted = |code: &&Code| by_code.get(&code.code).is_some_and(|n| *n > 0);
    let (low, high): (Vec<&Code>, Vec<&Code>) = codes.iter().filter(counted).partition(|c| is_low(c));
    let shown: Vec<&Code> = high.into_iter().chain(low).collect();
    let whole: i64 = shown.iter().filter_map(|c| by_code.get(&c.code)).sum();
    // Counts of people in an area: far below where a float loses units.
    #[allow(clippy::cast_precision_loss)]
    let share = |n: i64| n as f64 / whole.max(1) as f64;
    #[allow(clippy::cast_precision_loss)]
    let drawable = WIDTH - 2.0 * shown.len() as f64;
    let mut x = 0.0;
    let mut parts = Vec::with_capacity(shown.len());
    for code in shown {
        let n = by_code.get(&code.code).copied().unwrap_or_default();
        let width = share(n) * drawable;
        let middle = if width >= LETTERED { format!("{:.1}", x + 1.0 + width / 2.0) } else { String::new() };
        parts.push(Part {
            code: code.clone(),
            n,
            percent: (200 * n + whole) / (2 * whole.max(1)),
            x: format!("{:.1}", x + 1.0),
            width: format!("{width:.1}"),
            middle,
        });
        x += width + 2.0;
    }
    parts
}

/// The chart in words, for those who do not see it.
pub fn described(parts: &[Part]) -> String {
    let all: Vec<String> = parts.iter().map(|p| format!("{} {}%", p.code.label, p.percent)).collect();
    all.join(", ")
}

/// Seven figures as a line over 100 by 28, the highest at the top.
pub fn spark(values: &[i64]) -> String {
    let most = values.iter().copied().max().unwrap_or_default().max(1);
    let steps = values.len().saturating_sub(1).max(1);
    #[allow(clippy::cast_precision_loss)]
    let point = |(i, n): (usize, &i64)| {
        format!("{:.1},{:.1}", i as f64 * 100.0 / steps as f64, 25.0 - 22.0 * *n as f64 / most as f64)
    };
    values.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
}

/// A share as the width of a bar over 100.
pub fn bar(part: i64, whole: i64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let share = part as f64 * 100.0 / whole.max(1) as f64;
    format!("{:.1}", share.clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str, group: &str) -> Code {
        Code { code: code.into(), label: code.to_lowercase(), slot: 1, group: group.into(), retired: false }
    }

    #[test]
    fn parts_fill_the_width_and_the_sideless_stand_last() {
        let codes = [code("W", "wont-say"), code("F", "for"), code("A", "against"), code("X", "against")];
        let counts = BTreeMap::from([("F".into(), 3), ("A".into(), 4), ("W".into(), 1)]);
        let parts = split(&codes, &counts);
        assert_eq!(parts.iter().map(|p| p.code.code.as_str()).collect::<Vec<_>>(), ["F", "A", "W"]);
        let width: f64 = parts.iter().map(|p| p.width.parse::<f64>().unwrap() + 2.0).sum();
        assert!((width - WIDTH).abs() < 0.5, "{width}");
        assert_eq!(described(&parts), "f 38%, a 50%, w 13%");
        assert!(parts[2].is_low() && !parts[0].is_low());
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(split(&[code("F", "for")], &BTreeMap::new()).is_empty());
        assert_eq!(spark(&[0, 0]), "0.0,25.0 100.0,25.0");
        assert_eq!(bar(1, 0), "100.0");
    }
}
