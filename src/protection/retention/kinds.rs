//! Every kind of data, in one readable table.

/// A kind of data with its words. Its days, bounds and whether it goes every night stand in the table `retention_kind`; which
/// rows are past their period, and how they go, in `wall.due` and `wall.destroy`.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The word in addresses, on the command line and in the database.
    pub key: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// The tables that it covers.
    pub tables: &'static [&'static str],
    /// What is counted: one and many.
    pub unit: (&'static str, &'static str),
    /// From when its period runs.
    pub from: &'static str,
    /// What happens to it then.
    pub how: &'static str,
    /// Why it is kept so long and no longer.
    pub why: &'static str,
    /// Who destroys it.
    pub by: By,
}

/// Who destroys a kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A person, who sees the counts first.
    Person,
    /// The server, every night.
    Night,
    /// The seal of the access log, by whole months.
    Month,
}

/// Every kind.
pub const KINDS: [Kind; 18] = [
    Kind {
        key: "candidate-register",
        title: "Register held as a candidate",
        tables: &["elector", "household", "register_entry"],
        unit: ("person", "people"),
        from: "the first poll after it came",
        how: "Name, address, number and answers go; a record number stays, so that the access log can be read",
        why: "A candidate holds the register for the election only (Representation of the People Regulations 2001, reg 108); four weeks \
              are for expenses and a petition",
        by: By::Person,
    },
    Kind {
        key: "left-register",
        title: "People who left the register",
        tables: &["elector", "register_entry", "doubtful_match", "intention_now"],
        unit: ("person", "people"),
        from: "leaving the register",
        how: "Name, address, number and answers go; a record number stays. Who asked for no contact is kept, so that this holds",
        why: "They may come back, and answers follow them; one Parliament is the longest that this helps (UK GDPR Art 5(1)(e))",
        by: By::Person,
    },
    Kind {
        key: "register-copies",
        title: "Older copies of the register",
        tables: &["register_entry"],
        unit: ("line", "lines"),
        from: "the day a newer full register came",
        how: "The council’s lines go; people and what they said stay",
        why: "The council’s yearly register takes the place of the last; a year is for matching people who moved (Electoral Commission: \
              destroy securely what is no longer needed)",
        by: By::Person,
    },
    Kind {
        key: "results",
        title: "Answers at doors and intentions",
        tables: &["result", "result_conflict", "receipt", "intention_now", "quarantine"],
        unit: ("answer", "answers"),
        from: "the day it came",
        how: "The answers go, and with the last of a person their intention and its count",
        why: "Political opinions are kept for political activities (DPA 2018 Sch 1 para 22) and tell nothing after one Parliament",
        by: By::Person,
    },
    Kind {
        key: "notes",
        title: "Notes made at doors",
        tables: &["result"],
        unit: ("note", "notes"),
        from: "the day it came",
        how: "The note goes; the answer stays",
        why: "Free words hold more than anybody needs for long (UK GDPR Art 5(1)(c))",
        by: By::Person,
    },
    Kind {
        key: "quarantine",
        title: "Late answers that were decided",
        tables: &["quarantine"],
        unit: ("answer", "answers"),
        from: "the decision",
        how: "The copy goes; what was accepted is an answer by then. What waits still is an answer too, and goes when those do",
        why: "A wrong decision can be found for a month",
        by: By::Person,
    },
    Kind {
        key: "walk-lists",
        title: "Ended walk lists",
        tables: &["walk_list_door", "walk_list_elector", "assignment"],
        unit: ("list", "lists"),
        from: "the list’s end, and not before the access log’s looks at it are gone",
        how: "Doors, people and who held it go; name and counts stay",
        why: "The access log names lists; who was on them proves what was seen (UK GDPR Art 5(2))",
        by: By::Person,
    },
    Kind {
        key: "ended-accounts",
        title: "Accounts without access",
        tables: &[
            "account",
            "access_grant",
            "password_change",
            "session",
            "factor",
            "recovery_code",
            "device",
            "member_standing",
        ],
        unit: ("account", "accounts"),
        from: "the end of the last grant, and not before the access log’s entries of it are gone",
        how: "Name, address, password and reasons go; what was granted from when to when stays under a number",
        why: "The access log names accounts; a misuse is found late (Limitation Act 1980: claims in contract within six years)",
        by: By::Person,
    },
    Kind {
        key: "operator-record",
        title: "Record of the command line",
        tables: &["operator_session"],
        unit: ("entry", "entries"),
        from: "the command, and not before the access log’s looks by it are gone",
        how: "The entries go",
        why: "It answers for the operator as the access log does for everybody else",
        by: By::Person,
    },
    Kind {
        key: "access-log",
        title: "Access log",
        tables: &["access_log", "subject"],
        unit: ("entry", "entries"),
        from: "the end of its month",
        how: "Whole sealed months are dropped and their seals kept, by the log’s own keeper; nobody deletes a row",
        why: "Who saw whom must be provable for as long as a misuse is likely to be found (UK GDPR Art 5(2), 33)",
        by: By::Month,
    },
    Kind {
        key: "alerts",
        title: "Alerts of watching",
        tables: &["alert", "alert_event", "alert_told"],
        unit: ("alert", "alerts"),
        from: "the decision about it",
        how: "The alert, its history and who was told go. What is not decided stays",
        why: "Explains what was done about a misuse, for as long as accounts are kept (UK GDPR Art 5(2), 32)",
        by: By::Person,
    },
    Kind {
        key: "watch-trail",
        title: "What rules of watching remember",
        tables: &["watch_trail", "place_use"],
        unit: ("entry", "entries"),
        from: "the look",
        how: "The entries go; the access log has the looks",
        why: "Rules look back a day, and over a week when the server was away (UK GDPR Art 5(1)(e))",
        by: By::Night,
    },
    Kind {
        key: "breach-records",
        title: "Breach records",
        tables: &["breach", "breach_account", "breach_event", "breach_letter"],
        unit: ("record", "records"),
        from: "its closing",
        how: "The record goes with its history",
        why: "The Commissioner may ask for it (UK GDPR Art 33(5)), people may claim (Limitation Act 1980)",
        by: By::Person,
    },
    Kind {
        key: "staged-imports",
        title: "Registers left half imported",
        tables: &["import_row", "import_doubtful"],
        unit: ("import", "imports"),
        from: "the last work at it",
        how: "What was staged is thrown away; the file can be given again",
        why: "A preview is for the days in which somebody looks it over",
        by: By::Night,
    },
    Kind {
        key: "kept-searches",
        title: "Searches",
        tables: &["kept_search"],
        unit: ("search", "searches"),
        from: "the session’s end",
        how: "They go",
        why: "They are for the Back button alone",
        by: By::Night,
    },
    Kind {
        key: "sign-in-tries",
        title: "Tries to sign in",
        tables: &["sign_in_failure", "attempt", "ceremony"],
        unit: ("try", "tries"),
        from: "the try",
        how: "They go",
        why: "The limit on guessing looks back a day",
        by: By::Night,
    },
    Kind {
        key: "sessions",
        title: "Sessions, links and requests to join that are over",
        tables: &["session", "link", "join_request"],
        unit: ("session", "sessions"),
        from: "its end. Those of accounts in an open breach stay",
        how: "Browser, address and times go",
        why: "Late answers come within 30 days; the rest is for finding a misuse",
        by: By::Night,
    },
    Kind {
        key: "mail-record",
        title: "Record of letters by email",
        tables: &["mail"],
        unit: ("letter", "letters"),
        from: "the day it was queued",
        how: "They go. What they said went when they were sent",
        why: "To whom a service message went can be asked for a year",
        by: By::Night,
    },
];

/// Tables that are kept as long as the installation, each with the reason. Nothing here tells anything about an elector that
/// an objector would not want kept.
pub const KEPT: &[(&str, &str)] = &[
    ("objection", "who asked for no contact must never be asked again: it outlives every register"),
    ("register", "which register came when and on what ground is the proof of holding it lawfully; it names nobody"),
    ("import", "the receipt of each import, without its rows"),
    ("import_refused", "line and reason of the refused rows, never the row"),
    ("walk_list", "name and counts; who was on it goes with its kind"),
    ("district_size", "counts by district"),
    ("tally", "counts by district; follows the answers"),
    ("authority", "places"),
    ("district", "places"),
    ("area", "places"),
    ("area_district", "places"),
    ("poll", "elections"),
    ("poll_kind", "elections"),
    ("franchise", "elections"),
    ("installation", "who answers for the data"),
    ("installation_version", "what people were told, and when: asked for years later"),
    ("intention_code", "the installation’s own words"),
    ("issue_code", "the installation’s own words"),
    ("lockdown", "public notices"),
    ("set_up_code", "goes with set-up"),
    ("processor", "who processed data, from when to when (UK GDPR Art 30)"),
    ("record_document", "each record as it was then (UK GDPR Art 5(2)); names nobody but who made it"),
    ("record_words", "each record as it was then"),
    ("retention_kind", "the periods themselves"),
    ("retention_period", "who changed a period, when and why"),
    ("retention_run", "certificates of destruction; they name nobody but who ran it"),
    ("retention_line", "certificates of destruction"),
    ("retention_night", "figures of what went by itself; a year"),
    ("terms", "what people accepted, each version"),
    ("terms_acceptance", "who accepted what is due diligence (reg 115); under a number once the account has gone"),
    ("ending", "who ended whose access, when and why: the proof that it was ended"),
    ("ending_group", "the same"),
    (
        "export",
        "who took what away, what for, why and who approved: due diligence (reg 115); a search’s words go 30 days after it is over",
    ),
    ("export_fetch", "the same"),
    ("export_limit", "above which size a second person approved, from when on"),
    ("canary", "invented electors: the log's rows about them are read by it"),
    ("watch_rule_version", "how rules of watching were set, by whom and why"),
    ("watch_state", "one row: how far the log is watched"),
    ("export_canary", "invented people: a file may turn up years later"),
    ("grant_request", "who asked for the Guard’s own roles, and who approved"),
    ("grant_renewal", "who moved a grant’s end, and why"),
    ("access_review", "that access was reviewed is due diligence (reg 115)"),
    ("access_review_grant", "the same"),
    ("request", "what people asked for and were answered (UK GDPR Art 5(2)); names and words go at erasure"),
    ("request_event", "the same"),
    ("strike", "what was left out of a person’s file, and why; goes with the person"),
    ("suppression", "keyed hashes: who is not to come back must not, whatever register comes"),
    ("suppression_doubt", "whether somebody is the one suppressed, as it was decided"),
    ("erasure", "that somebody was erased, never who"),
    ("seal_state", "the seal over the access log: hashes and signatures"),
    ("seal_leaf", "the same; a month’s go with the month"),
    ("seal_head", "the same"),
    ("seal_key", "public keys"),
    ("seal_place", "where heads were written"),
    ("seal_expired", "roots of months that were dropped: what remains of them"),
    ("seal_check", "when the log was verified"),
    ("_sqlx_migrations", "which changes the tables have had"),
];

/// The kind of this word.
pub fn of_key(key: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.key == key)
}
