//! The officer's books on paper: a certificate of destruction, a document of the records.

use super::records::store::Document as Record;
use super::records::{Body, Part};
use super::retention::{Run, period};
use crate::paper::{Block, Document, Stamp, Table};
use crate::web::words;

/// How what was destroyed was destroyed, for the page and the paper alike.
pub const METHOD: &str = "Deleted from the database, or overwritten where a number must stay. The space is used again by PostgreSQL. Backups made before hold it until they are destroyed";

/// A certificate of destruction, or None where nothing was destroyed and so nothing is certified.
pub fn certificate(run: &Run, controller: &str, printed_by: &str) -> Option<Document> {
    let number = run.certificate?;
    let rows = run.lines.iter().map(|l| {
        vec![
            l.kind.title.to_owned(),
            format!("{} from {}", period(l.days), l.kind.from),
            words::figure(l.held),
            words::figure(l.due),
            words::figure(l.destroyed),
        ]
    });
    let columns = [("Kind of data", 3), ("Kept for", 4), ("Held before", 2), ("Past its period", 2), ("Destroyed", 2)];
    let ended = run.ended_at.map_or_else(|| "broken off".to_owned(), words::moment);
    Some(
        Document::report(format!("Certificate of destruction No. {number}"), Stamp::now(printed_by, "Retention"))
            .lead(controller)
            .facts([
                ("Began", words::moment(run.begun_at)),
                ("Ended", ended),
                ("Run by", run.by.clone()),
                ("Why", run.reason.clone()),
                ("Method", METHOD.to_owned()),
            ])
            .table(Table::new("What was destroyed", columns, rows.collect())),
    )
}

/// A document of the records, as it was kept.
pub fn record(document: &Record, printed_by: &str) -> Document {
    let title = format!("{} No. {}", document.kind.title(), document.number);
    let lead =
        format!("{}. Made on {} by {}.", document.kind.rule(), words::date(words::day_of(document.made)), document.by);
    sections(&document.body, Document::report(title, Stamp::now(printed_by, "Records of processing")).lead(lead))
}

fn sections(body: &Body, paper: Document) -> Document {
    body.sections.iter().fold(paper, |paper, section| {
        section.parts.iter().fold(paper.heading(&section.heading), |paper, part| paper.then(block(part)))
    })
}

fn block(part: &Part) -> Block {
    match part {
        Part::Text(text) => Block::Paragraph(text.clone()),
        Part::Points(points) => Block::Points(points.clone()),
        Part::Facts(facts) => Block::Facts(facts.clone()),
        Part::Table(_, rows) if rows.is_empty() => Block::Paragraph("None.".into()),
        Part::Table(heads, rows) => Block::Table(Table::new("", heads.iter().map(String::as_str), rows.clone())),
    }
}
