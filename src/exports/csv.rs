//! Rows for a spreadsheet. The one place of the project that writes any: nothing that somebody typed may run there, and each
//! row says whose hands it came from.

use super::mark::Mark;

/// The byte order mark, by which spreadsheets know UTF-8.
const BOM: &str = "\u{feff}";
/// What begins a formula in one spreadsheet or another, full-width forms included.
const FORMULAS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A file for spreadsheets as it grows. The mark stands at the end of every row: a line before the heads would break what
/// reads the file, and would be lost with the first row that somebody cuts out.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    mark: String,
}

impl Sheet {
    /// An empty one under these heads.
    pub fn new<'a>(mark: &Mark, heads: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sheet = Sheet { text: BOM.to_owned(), mark: cell(&mark.short()) };
        push(&mut sheet.text, heads, "Taken away");
        sheet
    }

    /// Adds a row, a text a column.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        push(&mut self.text, cells, &self.mark);
    }

    /// How large it is by now, in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing was written, which never is: the heads are.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

/// One line by RFC 4180; `last` is a cell already.
fn push<'a>(text: &mut String, cells: impl IntoIterator<Item = &'a str>, last: &str) {
    for each in cells {
        text.push_str(&cell(each));
        text.push(',');
    }
    text.push_str(last);
    text.push_str("\r\n");
}

/// A cell. One that a spreadsheet would take for a formula begins with an apostrophe, and so is text.
fn cell(value: &str) -> String {
    let formula = value.trim_start_matches([' ', '\u{a0}', '\u{feff}']).starts_with(FORMULAS);
    let value = format!("{}{value}", if formula { "'" } else { "" });
    if value.contains([',', '"', '\n', '\r']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value }
}

#[cfg(test)]
mod tests {
    use super::{Sheet, cell};
    use crate::exports::mark::Mark;

    #[test]
    fn a_name_can_be_no_formula() {
        let hostile =
            ["=HYPERLINK(\"x\")", "+1", "-1", "@cmd", "\tx", "\rx", " =1+1", "＝1", "\u{feff}=1", "\u{a0}@SUM(A1)"];
        for text in hostile {
            let cell = cell(text);
            assert!(cell.trim_start_matches('"').starts_with('\''), "{text:?} became {cell:?}");
        }
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("O'Hara, Ann"), "\"O'Hara, Ann\"");
        assert_eq!(cell("two\nlines"), "\"two\nlines\"");
    }

    #[test]
    fn every_row_says_whose_it_is() {
        let mark = Mark::now("=Bo, Ferreday", "Checking", "a test");
        let mut sheet = Sheet::new(&mark, ["Name", "Address"]);
        sheet.row(["Ann", "1 High Street"]);
        sheet.row(["Siân", "2 High Street, Wexmere"]);
        let text = String::from_utf8(sheet.into_bytes()).unwrap();
        let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap().split_terminator("\r\n").collect();
        assert_eq!(lines[0], "Name,Address,Taken away");
        assert!(lines[1].starts_with("Ann,1 High Street,\"'=Bo, Ferreday on "), "{}", lines[1]);
        assert!(lines[2].starts_with("Siân,\"2 High Street, Wexmere\",\"'=Bo, Ferreday"), "{}", lines[2]);
    }
}
