//! What is held of anybody for their rights' sake: who looked at them, and what they asked for.

use super::{DUTY, Holding, Part};

/// Who looked at them.
pub(super) const LOOKS: Holding = Holding {
    key: "looks",
    title: "Who looked at them",
    tables: &["subject", "person_subject", "access_log", "watch_trail"],
    of: &["elector", "account", "person"],
    purpose: "To prove who saw whom, and to find misuse",
    basis: DUTY,
    source: "Made here by every look",
    recipients: "The data protection officer; administrators by number, never by name",
    kept: "Until its month’s retention period ends",
    files: &["file_looks", "file_person_looks", "file_account"],
    erases: &["erase_elector", "erase_person"],
    at_erasure: "Rows stay, since the log is sealed; the one row that ties its random number to the person goes",
    parts: &[Part {
        key: "",
        caption: "Newest first, by role",
        columns: &[("at", "When", 3), ("how", "How", 2), ("role", "Role", 3), ("purpose", "What for", 4)],
    }],
};

/// Their requests.
pub(super) const REQUESTS: Holding = Holding {
    key: "requests",
    title: "Their requests",
    tables: &["request", "request_event"],
    of: &["elector", "account", "person"],
    purpose: "To answer within the law’s time and to show that we did",
    basis: DUTY,
    source: "The person",
    recipients: "The data protection officer",
    kept: "Until the retention period of requests ends",
    files: &["file_requests"],
    erases: &["erase_requests"],
    at_erasure: "Names and words go; that a request came, when, and what became of it stays",
    parts: &[Part {
        key: "",
        caption: "In order",
        columns: &[
            ("number", "No.", 1),
            ("received_on", "Received", 2),
            ("kind", "What", 2),
            ("about", "In their words", 5),
            ("state", "State", 2),
            ("closed_on", "Ended", 2),
        ],
    }],
};
