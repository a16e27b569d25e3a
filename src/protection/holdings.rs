//! The rooms that hold people's data, each with what the law asks to be said of it, how it stands in somebody's file, and what
//! erasure does to it. A new table belongs to one of these or to [`NOBODYS`], or a test fails
//! (`tests/promises/rights_holdings.rs`).

/// A room that holds people's data. Every field must be given: nothing of it can be forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Holding {
    /// Its key in the file that `wall.subject_file` answers.
    pub key: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// The tables that it answers for.
    pub tables: &'static [&'static str],
    /// Whose data: `elector`, `account` or both.
    pub of: &'static [&'static str],
    /// What it is used for (Art 15(1)(a)).
    pub purpose: &'static str,
    /// On what legal basis.
    pub basis: &'static str,
    /// Where it comes from (Art 15(1)(g)).
    pub source: &'static str,
    /// Who gets to see it (Art 15(1)(c)).
    pub recipients: &'static str,
    /// How long it stays (Art 15(1)(d)).
    pub kept: &'static str,
    /// The functions of schema `wall` that write its section of a file.
    pub files: &'static [&'static str],
    /// Those that take it away at erasure; none where its rows say nothing of anybody by themselves.
    pub erases: &'static [&'static str],
    /// What erasure does to it, in words.
    pub at_erasure: &'static str,
    /// How its section is drawn.
    pub parts: &'static [Part],
}

/// One table, or one set of facts, of a section.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Where it stands within the section; empty: the section itself.
    pub key: &'static str,
    /// What stands above it.
    pub caption: &'static str,
    /// The columns: key, head, share of the width.
    pub columns: &'static [(&'static str, &'static str, u16)],
}

const DEMOCRACY: &str = "Public task: democratic engagement (UK GDPR Art 6(1)(e), DPA 2018 s8(e))";
const OPINIONS: &str = "Public task: democratic engagement (Art 6(1)(e)); political opinions for political activities (DPA 2018 sch 1 para 22)";
const DUTY: &str = "Legal obligation (UK GDPR Art 6(1)(c); Art 5(2), 12 to 22 and 32)";
const VOLUNTEERING: &str = "Legitimate interests in organised, secure volunteering (UK GDPR Art 6(1)(f))";

/// Every room that holds people's data.
pub const ALL: &[Holding] = &[
    Holding {
        key: "register",
        title: "The electoral register",
        tables: &[
            "elector",
            "household",
            "register_entry",
            "doubtful_match",
            "import_row",
            "import_doubtful",
            "kept_search",
        ],
        of: &["elector"],
        purpose: "To know who may vote where, and to call on them",
        basis: DEMOCRACY,
        source: "The electoral registration officer of the authority, who gives the register to registered parties by law (Representation of the People (England and Wales) Regulations 2001, reg 106)",
        recipients: "Organisers of the area; canvassers of a walk list see the name and the address",
        kept: "While the person is on the register; afterwards until the retention period of former electors ends",
        files: &["file_register"],
        erases: &["erase_register"],
        at_erasure: "Name, number, address and the council’s lines are replaced by nothing",
        parts: &[
            Part {
                key: "people",
                caption: "As held now",
                columns: &[
                    ("name", "Name", 3),
                    ("number", "Number", 2),
                    ("address", "Address", 4),
                    ("postcode", "Postcode", 2),
                    ("markers", "Marks", 1),
                    ("attains_on", "18 on", 2),
                    ("left_at", "Left the register", 2),
                ],
            },
            Part {
                key: "entries",
                caption: "From which registers",
                columns: &[
                    ("authority", "Authority", 2),
                    ("published", "Published", 2),
                    ("basis", "Given to", 1),
                    ("number", "Number", 2),
                    ("as_the_council_wrote_it", "As the council wrote it", 6),
                ],
            },
        ],
    },
    Holding {
        key: "contact",
        title: "What they asked us to stop",
        tables: &["objection", "suppression", "suppression_doubt", "erasure"],
        of: &["elector"],
        purpose: "To leave people alone who ask for it",
        basis: DUTY,
        source: "The person",
        recipients: "Organisers of the area",
        kept: "As long as the wish stands",
        files: &["file_contact"],
        erases: &["erase_contact"],
        at_erasure: "Goes; a keyed hash of name and postcode stays, so that a later register does not bring them back",
        parts: &[Part {
            key: "",
            caption: "Newest first",
            columns: &[
                ("at", "When", 2),
                ("channel", "What", 2),
                ("stops", "Stopped", 1),
                ("how", "How they said it", 5),
            ],
        }],
    },
    Holding {
        key: "answers",
        title: "What was said at the door",
        tables: &["result", "result_conflict", "quarantine", "intention_now", "strike", "task", "task_event"],
        of: &["elector"],
        purpose: "To know whom to ask for support, and what people care about",
        basis: OPINIONS,
        source: "The person, at the door, to a canvasser",
        recipients: "Organisers of the area; the canvassers of the list",
        kept: "Until the retention period of canvassing ends",
        files: &["file_answers"],
        erases: &["erase_answers"],
        at_erasure: "Intentions, issues, wishes and notes go; that a home was called on stays as a figure",
        parts: &[
            Part {
                key: "answers",
                caption: "Answers, newest first",
                columns: &[
                    ("received_at", "When", 2),
                    ("recorded_by", "By", 2),
                    ("outcome", "What happened", 2),
                    ("intention", "Intention", 2),
                    ("election", "Election", 1),
                    ("issues", "Cares about", 2),
                    ("asks", "Asked for", 2),
                    ("said_to_have_voted", "Said to have voted", 2),
                    ("note", "Note", 5),
                ],
            },
            Part {
                key: "intentions_now",
                caption: "The intention that stands",
                columns: &[("election", "Election", 2), ("intention", "Intention", 4), ("since", "Since", 3)],
            },
            Part {
                key: "not_yet_accepted",
                caption: "Came late or could not stand",
                columns: &[
                    ("at", "When", 2),
                    ("outcome", "What happened", 2),
                    ("intention", "Intention", 2),
                    ("note", "Note", 5),
                ],
            },
            Part {
                key: "other_contents_of_the_same_answer",
                caption: "Came twice with another content",
                columns: &[
                    ("at", "When", 2),
                    ("outcome", "What happened", 2),
                    ("intention", "Intention", 2),
                    ("note", "Note", 5),
                ],
            },
        ],
    },
    Holding {
        key: "lists",
        title: "Walk lists",
        tables: &["walk_list_door", "walk_list_elector"],
        of: &["elector"],
        purpose: "To share out the doors",
        basis: DEMOCRACY,
        source: "Made here from the register",
        recipients: "Organisers of the area; the canvassers of the list",
        kept: "As long as the access log that is read through them",
        files: &["file_lists"],
        erases: &[],
        at_erasure: "Stay by record number, which then is nobody’s",
        parts: &[Part {
            key: "",
            caption: "Lists they were on",
            columns: &[("made_at", "Made", 1), ("ended_at", "Ended", 1)],
        }],
    },
    Holding {
        key: "looks",
        title: "Who looked at them",
        tables: &["subject", "access_log", "watch_trail"],
        of: &["elector", "account"],
        purpose: "To prove who saw whom, and to find misuse",
        basis: DUTY,
        source: "Made here by every look",
        recipients: "The data protection officer; administrators by number, never by name",
        kept: "Until its month’s retention period ends",
        files: &["file_looks", "file_account"],
        erases: &["erase_elector"],
        at_erasure: "Rows stay, since the log is sealed; the one row that ties its random number to the person goes",
        parts: &[Part {
            key: "",
            caption: "Newest first, by role",
            columns: &[("at", "When", 3), ("how", "How", 2), ("role", "Role", 3), ("purpose", "What for", 4)],
        }],
    },
    Holding {
        key: "requests",
        title: "Their requests",
        tables: &["request", "request_event"],
        of: &["elector", "account"],
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
    },
    Holding {
        key: "account",
        title: "Their account",
        tables: &[
            "account",
            "password_change",
            "access_grant",
            "session",
            "sign_in_failure",
            "assignment",
            "receipt",
            "mail",
            "import",
            "walk_list",
            "lockdown",
            "register",
            "operator_session",
            "terms_acceptance",
            "factor",
            "recovery_code",
            "ceremony",
            "device",
            "link",
            "join_request",
            "attempt",
            "ending",
            "ending_group",
            "grant_request",
            "grant_renewal",
            "member_standing",
            "access_review",
            "access_review_grant",
            "breach",
            "breach_account",
            "breach_event",
            "breach_letter",
            "installation_version",
            "processor",
            "record_document",
            "record_words",
            "retention_period",
            "retention_run",
            "terms",
            "export",
            "export_fetch",
            "export_limit",
            "alert",
            "alert_event",
            "alert_told",
            "canary",
            "place_use",
            "watch_rule_version",
        ],
        of: &["account"],
        purpose: "To give access to those who help, to take it away, and to show who did what",
        basis: VOLUNTEERING,
        source: "The person, and whoever gave them access",
        recipients: "Administrators; the data protection officer",
        kept: "While access lives; afterwards until the retention period of former accounts ends",
        files: &["file_account"],
        erases: &["erase_account"],
        at_erasure: "Name, email address, browsers, network addresses, letters and reasons go; what the account did stays under a number",
        parts: &[
            Part {
                key: "account",
                caption: "The account",
                columns: &[
                    ("name", "Name", 2),
                    ("email", "Email", 3),
                    ("created_at", "Made", 2),
                    ("has_password", "Has a password", 1),
                ],
            },
            Part {
                key: "grants",
                caption: "Access given",
                columns: &[
                    ("role", "Role", 2),
                    ("area", "Area", 2),
                    ("purpose", "What for", 2),
                    ("reason", "Why", 3),
                    ("starts_at", "From", 2),
                    ("ends_at", "Until", 2),
                    ("ended_at", "Ended", 2),
                ],
            },
            Part {
                key: "sessions",
                caption: "Sign-ins",
                columns: &[
                    ("started_at", "From", 2),
                    ("ended_at", "Ended", 2),
                    ("browser", "Browser", 4),
                    ("address", "Address", 2),
                ],
            },
            Part {
                key: "factors",
                caption: "Second factors",
                columns: &[
                    ("name", "Name", 3),
                    ("made_at", "Since", 2),
                    ("used_at", "Last used", 2),
                    ("removed_at", "Taken off", 2),
                ],
            },
            Part { key: "terms", caption: "Terms accepted", columns: &[("version", "Version", 1), ("at", "When", 2)] },
            Part {
                key: "browsers",
                caption: "Browsers used",
                columns: &[("browser", "Browser", 4), ("first_at", "First", 2), ("last_at", "Last", 2)],
            },
            Part { key: "passwords_changed", caption: "Passwords", columns: &[("at", "When", 1), ("by", "By", 1)] },
            Part {
                key: "lists_held",
                caption: "Walk lists held",
                columns: &[("from", "From", 1), ("until", "Until", 1)],
            },
            Part {
                key: "exports",
                caption: "Files taken away",
                columns: &[
                    ("asked_at", "Asked", 2),
                    ("what", "What", 2),
                    ("purpose", "What for", 2),
                    ("reason", "Why", 4),
                    ("people", "People", 1),
                    ("fetched", "Fetched", 1),
                ],
            },
            Part {
                key: "letters",
                caption: "Letters by email",
                columns: &[("form", "What about", 2), ("queued_at", "Written", 2), ("sent_at", "Sent", 2)],
            },
            Part {
                key: "looks",
                caption: "What the account opened",
                columns: &[
                    ("at", "When", 2),
                    ("how", "How", 1),
                    ("permission", "What", 3),
                    ("people", "People", 1),
                    ("route", "Refused at", 3),
                    ("address", "Address", 2),
                ],
            },
        ],
    },
];

/// Tables that hold nothing about anybody.
pub const NOBODYS: &[&str] = &[
    "area",
    "area_district",
    "authority",
    "district",
    "district_size",
    "export_canary",
    "franchise",
    "import_refused",
    "installation",
    "intention_code",
    "issue_code",
    "poll",
    "poll_kind",
    "retention_kind",
    "retention_line",
    "retention_night",
    "seal_check",
    "seal_expired",
    "seal_head",
    "seal_key",
    "seal_leaf",
    "seal_place",
    "seal_state",
    "set_up_code",
    "tally",
    "watch_state",
    "volunteer",
];

/// Columns that make a table one about people, whatever else is in it: who adds such a table names it in [`ALL`].
pub const MARKS: &[&str] = &[
    "elector_id",
    "account_id",
    "candidate_id",
    "email",
    "address",
    "name_key",
    "surname",
    "forenames",
    "phone",
    "note",
    "subjects",
    "asker",
    "words",
];
