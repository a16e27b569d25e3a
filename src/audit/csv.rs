//! Rows for a spreadsheet, in which nothing that somebody typed may run.

/// One line of a CSV file, by RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = format!("{}{text}", if formula { "'" } else { "" });
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_name_can_be_no_formula() {
        assert_eq!(
            line(["=HYPERLINK(\"x\")", "O'Hara, Ann", "@cmd"]),
            "\"'=HYPERLINK(\"\"x\"\")\",\"O'Hara, Ann\",'@cmd\r\n"
        );
    }
}
