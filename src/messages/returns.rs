//! What comes back of messages: bounces (RFC 3464) and complaints (RFC 5965), read from a mailbox's folder, by a command, or sent
//! by a mail service. An address is left alone only for a report about something that we sent under an id that whoever reports
//! must have read, and it is the address that we sent it to, never one that the report names.

pub mod folder;
pub mod report;
pub mod webhook;

pub use report::{Kind, Report};

use crate::access::door::messages::{Return, note_return};
use crate::database::Scoped;
use crate::error::Error;
use sha2::{Digest, Sha256};

/// The longest report that is read: one may hold the whole message that came back.
pub const LONGEST: usize = 10 * 1024 * 1024;

/// What came of reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// Put on record now.
    pub noted: usize,
    /// Read before.
    pub known: usize,
    /// About nothing that we sent.
    pub unknown: usize,
    /// No reports: answers of people on holiday, and whatever else comes to a mailbox.
    pub other: usize,
}

impl Counts {
    /// Counts one of the database's answers.
    pub fn add(&mut self, answer: &str) {
        match answer {
            "noted" => self.noted += 1,
            "known" => self.known += 1,
            _ => self.unknown += 1,
        }
    }

    /// In words, for the terminal.
    pub fn words(&self) -> String {
        let Counts { noted, known, unknown, other } = self;
        format!("{noted} noted, {known} known already, {unknown} about nothing of ours, {other} no reports")
    }
}

/// A report as it is put on record.
pub fn of_report<'a>(raw: &[u8], report: &'a Report, came_by: &'static str) -> Return<'a> {
    Return {
        digest: Sha256::digest(raw).to_vec(),
        sent: report.sent,
        channel: "email",
        address: None,
        kind: report.kind.as_str(),
        why: report.why().as_str(),
        status: &report.status,
        at: report.at,
        came_by,
    }
}

/// Reads one report by the operator's hand and puts it on record.
///
/// # Errors
/// What the database says.
pub async fn by_command(scope: &mut Scoped, raw: &[u8], counts: &mut Counts) -> Result<(), Error> {
    match report::parse(raw) {
        Some(report) => {
            let noted = of_report(raw, &report, "command");
            counts.add(&note_return(scope.connection(), &noted).await?);
        }
        None => counts.other += 1,
    }
    Ok(())
}
