//! The rooms that hold people's data, each with what the law asks to be said of it, how it stands in somebody's file, and what
//! erasure does to it. A new table belongs to one of these or to [`NOBODYS`], or a test fails
//! (`tests/promises/rights_holdings.rs`).

mod account;
mod electors;
mod organise;
mod rights;

/// A room that holds people's data. Every field must be given: nothing of it can be forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Holding {
    /// Its key in the file that `wall.subject_file` answers.
    pub key: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// The tables that it answers for.
    pub tables: &'static [&'static str],
    /// Whose data: `elector`, `account`, `person` of Organise, or several of them.
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
const MEMBERSHIP: &str = "Legitimate activities of a political party with regard to its members and those in regular contact with it (UK GDPR Art 9(2)(d)); legitimate interests (Art 6(1)(f)); consent for campaign messages (PECR reg 22)";
const VOLUNTEERING: &str = "Legitimate interests in organised, secure volunteering (UK GDPR Art 6(1)(f))";

/// Every room that holds people's data.
pub const ALL: &[Holding] = &[
    electors::REGISTER,
    electors::CONTACT,
    electors::ANSWERS,
    electors::LISTS,
    electors::MATERIALS,
    electors::VOTERS,
    rights::LOOKS,
    rights::REQUESTS,
    organise::ORGANISE,
    account::ACCOUNT,
];

/// Tables that hold nothing about anybody.
pub const NOBODYS: &[&str] = &[
    "material_picture",
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
    "member_branch",
    "member_import_form",
    "event",
    "shift",
    "event_list",
    "leaflet",
    "round_street",
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
