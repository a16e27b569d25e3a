//! What one account saw, on paper: the figures, each day, each line.

use super::Figures;
use super::store::{DayOf, Line, Look};
use crate::access::store::accounts::Account;
use crate::paper::{Block, Document, Stamp, Table};
use crate::web::words;

/// So many lines fit into a document that somebody reads; the file for spreadsheets has them all.
pub const MOST: usize = 10_000;

/// By record number, as an administrator may know it.
pub fn by_record(account: &Account, figures: &Figures, days: &[DayOf], lines: &[Line], stamp: Stamp) -> Document {
    let rows = lines.iter().take(MOST).map(|line| {
        let what = line.refused.as_ref().map_or_else(|| how(line.how, line.list.as_deref()), |r| r.words());
        let record = line.record.map(|id| id.to_string()).unwrap_or_default();
        vec![words::moment(line.at), record, what, line.purpose.clone()]
    });
    let rows = rows.collect();
    let table = Table::new("Line by line", [("When", 3), ("Record", 2), ("How", 5), ("Purpose", 3)], rows);
    let lead = "By record number. The data protection officer sees the names.";
    begin(account, figures, days, lead, lines.len(), stamp).table(table)
}

/// By name, as the data protection officer may know it.
pub fn by_name(account: &Account, figures: &Figures, days: &[DayOf], looks: &[Look], stamp: Stamp) -> Document {
    let rows = looks.iter().take(MOST).map(|look| {
        let what = look.refused.as_ref().map_or_else(|| how(look.how, look.list.as_deref()), |r| r.words());
        let (record, name) =
            look.person.as_ref().map(|(id, name, _)| (id.to_string(), name.clone())).unwrap_or_default();
        vec![words::moment(look.at), record, name, what, look.purpose.clone()]
    });
    let rows = rows.collect();
    let columns = [("When", 3), ("Record", 2), ("Whom", 3), ("How", 4), ("Purpose", 3)];
    begin(account, figures, days, "By name. Keep it as you keep the register.", looks.len(), stamp).table(Table::new(
        "Line by line",
        columns,
        rows,
    ))
}

fn how(how: &str, list: Option<&str>) -> String {
    list.map_or_else(|| how.to_owned(), |list| format!("{how}: {list}"))
}

fn begin(account: &Account, figures: &Figures, days: &[DayOf], lead: &str, lines: usize, stamp: Stamp) -> Document {
    let rows = days.iter().map(|d| {
        let figures = [d.people, d.looks, d.searches, d.prints, d.exports, d.refused].map(words::figure);
        [vec![words::short_date(d.day)], figures.to_vec()].concat()
    });
    let rows = rows.collect();
    let heads = ["Day", "People", "Pages", "Searches", "Prints", "Exports", "Refused"];
    let document = Document::report(format!("What {} saw", account.name), stamp).lead(lead).facts([
        ("Account", format!("{}, {}", account.name, account.email)),
        ("People seen", words::figure(figures.people)),
        ("Pages sent", words::figure(figures.looks)),
        ("Searches", words::figure(figures.searches)),
        ("Prints", words::figure(figures.prints)),
        ("Exports", words::figure(figures.exports)),
    ]);
    let document = document.table(Table::new("Day by day", heads, rows));
    match lines {
        0..=MOST => document,
        _ => document.then(Block::Notice(format!(
            "The first {} of {} lines: the file for spreadsheets has them all.",
            words::figure(MOST),
            words::figure(lines)
        ))),
    }
}
