//! One line parted into its cells.
//!
//! No register has a line break inside a value, so each line is parted on its own: a quote left open costs one
//! row and never the rest of the file, as it would with a reader of whole CSV files.

use std::ops::Range;

/// A quotation mark was opened and not closed on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenQuote;

/// The cells of one line. Made once and filled again for each line, so that parting allocates nothing.
#[derive(Debug, Default)]
pub struct Cells {
    text: String,
    ranges: Vec<Range<usize>>,
}

impl Cells {
    /// Parts a line at the delimiter. Quotes as in RFC 4180: around a cell, doubled inside.
    pub fn part(&mut self, line: &str, delimiter: u8) -> Result<(), OpenQuote> {
        self.text.clear();
        self.ranges.clear();
        if !line.as_bytes().contains(&b'"') {
            self.part_plain(line, delimiter);
            return Ok(());
        }
        let mut rest = Some(line);
        while let Some(cell) = rest {
            let start = self.text.len();
            rest = self.take_cell(cell, char::from(delimiter))?;
            self.ranges.push(start..self.text.len());
        }
        Ok(())
    }

    /// How many cells the line has, at least 1.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether no line has been parted yet.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// A cell's text as given; empty beyond the last.
    pub fn get(&self, index: usize) -> &str {
        self.ranges.get(index).map_or("", |range| &self.text[range.clone()])
    }

    /// All cells in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.ranges.iter().map(|range| &self.text[range.clone()])
    }

    fn part_plain(&mut self, line: &str, delimiter: u8) {
        self.text.push_str(line);
        let mut start = 0;
        for (end, _) in line.bytes().enumerate().filter(|(_, b)| *b == delimiter) {
            self.ranges.push(start..end);
            start = end + 1;
        }
        self.ranges.push(start..line.len());
    }

    /// Copies one cell and gives what follows its delimiter, or `None` after the last.
    fn take_cell<'a>(&mut self, line: &'a str, delimiter: char) -> Result<Option<&'a str>, OpenQuote> {
        let rest = match line.strip_prefix('"') {
            Some(quoted) => self.take_quoted(quoted)?,
            None => line,
        };
        let (cell, after) = match rest.split_once(delimiter) {
            Some((cell, after)) => (cell, Some(after)),
            None => (rest, None),
        };
        self.text.push_str(cell);
        Ok(after)
    }

    /// Copies what stands between quotes and gives what follows the closing one.
    fn take_quoted<'a>(&mut self, mut quoted: &'a str) -> Result<&'a str, OpenQuote> {
        loop {
            let (inside, after) = quoted.split_once('"').ok_or(OpenQuote)?;
            self.text.push_str(inside);
            let Some(again) = after.strip_prefix('"') else {
                return Ok(after);
            };
            self.text.push('"');
            quoted = again;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(line: &str, delimiter: u8) -> Result<Vec<String>, OpenQuote> {
        let mut cells = Cells::default();
        cells.part(line, delimiter)?;
        Ok(cells.iter().map(str::to_owned).collect())
    }

    #[test]
    fn parts_as_rfc_4180_says() {
        for (line, cells) in [
            ("a,b,", &["a", "b", ""][..]),
            ("", &[""]),
            (r#""a","b,c",d"#, &["a", "b,c", "d"]),
            (r#""=HYPERLINK(""http://x"",""y"")",z"#, &[r#"=HYPERLINK("http://x","y")"#, "z"]),
            (r#"5" pipe,b"#, &["5\" pipe", "b"]),
            (r#""","#, &["", ""]),
            (r#"",""#, &[","]),
        ] {
            let expected: Vec<String> = cells.iter().map(|c| (*c).to_owned()).collect();
            assert_eq!(part(line, b','), Ok(expected), "{line}");
        }
        assert_eq!(part("a\tb,c", b'\t'), Ok(vec!["a".to_owned(), "b,c".to_owned()]));
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert_eq!(part(r#""a,b"#, b','), Err(OpenQuote));
        assert_eq!(part(r#"a,"b"#, b','), Err(OpenQuote));
    }

    proptest! {
        #[test]
        fn never_panics(line in any::<String>(), tab in any::<bool>()) {
            let _ = part(&line, if tab { b'\t' } else { b',' });
        }

        #[test]
        fn what_a_writer_quotes_is_read_back(cells in proptest::collection::vec("[^\r\n]{0,12}", 1..8)) {
            let line: Vec<String> = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
            prop_assert_eq!(part(&line.join(","), b','), Ok(cells));
        }
    }
}
