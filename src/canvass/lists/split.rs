//! A split of voting intentions as one bar: a part for each code, as wide as its share, with its letter below.

use crate::canvass::codes::Code;
use crate::web::words;

const WIDTH: f64 = 320.0;
const GAP: f64 = 2.0;

/// One part of the bar, in the drawing's own units.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The code.
    pub code: Code,
    /// How many.
    pub count: i64,
    /// Where it begins.
    pub x: String,
    /// How wide it is.
    pub width: String,
    /// Where its letter stands.
    pub middle: String,
    /// Won't say and non-voters stand lower.
    pub low: bool,
}

impl Part {
    /// Its share of all, as a percentage.
    pub fn share(&self, all: i64) -> String {
        words::percent(self.count, all)
    }
}

/// The whole bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Split {
    /// Its parts, in the installation's order, won't say and non-voters last.
    pub parts: Vec<Part>,
    /// How many there are in all.
    pub all: i64,
}

impl Split {
    /// Draws counts by code. Codes that nobody gave are left out.
    pub fn of(codes: &[Code], count: impl Fn(&str) -> i64) -> Self {
        let low = |c: &Code| matches!(c.group.as_str(), "wont-say" | "non-voter");
        let mut given: Vec<(&Code, i64)> = codes.iter().map(|c| (c, count(&c.code))).filter(|(_, n)| *n > 0).collect();
        given.sort_by_key(|(c, _)| low(c));
        let all: i64 = given.iter().map(|(_, n)| n).sum();
        let mut x = 0.0;
        let mut part = |(code, n): (&Code, i64)| {
            // Counts of one list: precision is not at stake.
            #[allow(clippy::cast_precision_loss)]
            let width = (WIDTH * n as f64 / all as f64 - GAP).max(1.0);
            let begin = x + GAP / 2.0;
            x += width + GAP;
            Part {
                code: code.clone(),
                count: n,
                x: format!("{begin:.1}"),
                width: format!("{width:.1}"),
                middle: format!("{:.1}", begin + width / 2.0),
                low: low(code),
            }
        };
        Split { parts: given.into_iter().map(&mut part).collect(), all }
    }

    /// The bar in words, for who cannot see it.
    pub fn in_words(&self) -> String {
        let one = |p: &Part| format!("{} {}, {}", p.code.label, p.count, p.share(self.all));
        self.parts.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_bar_and_wont_say_stands_at_its_end() {
        let code = |code: &str, group: &str| Code {
            code: code.into(),
            label: code.into(),
            slot: 1,
            group: group.into(),
            retired: false,
        };
        let codes = [code("W", "wont-say"), code("F", "for"), code("N", "non-voter"), code("U", "undecided")];
        let split = Split::of(&codes, |c| match c {
            "F" => 2,
            "U" | "W" => 1,
            _ => 0,
        });
        assert_eq!(split.parts.iter().map(|p| p.code.code.as_str()).collect::<Vec<_>>(), ["F", "U", "W"]);
        assert_eq!(split.parts.iter().map(|p| p.x.as_str()).collect::<Vec<_>>(), ["1.0", "161.0", "241.0"]);
        assert_eq!(split.in_words(), "F 2, 50.0%; U 1, 25.0%; W 1, 25.0%");
    }
}
