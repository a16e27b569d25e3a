//! What is held of electors.

use super::{DEMOCRACY, DUTY, Holding, OPINIONS, Part};

/// The electoral register.
pub(super) const REGISTER: Holding = Holding {
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
};

/// What they asked us to stop.
pub(super) const CONTACT: Holding = Holding {
    key: "contact",
    title: "What they asked us to stop",
    tables: &["objection", "no_mail", "suppression", "suppression_doubt", "erasure"],
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
        columns: &[("at", "When", 2), ("channel", "What", 2), ("stops", "Stopped", 1), ("how", "How they said it", 5)],
    }],
};

/// What was said at the door.
pub(super) const ANSWERS: Holding = Holding {
    key: "answers",
    title: "What was said at the door",
    tables: &[
        "result",
        "result_conflict",
        "quarantine",
        "intention_now",
        "strike",
        "task",
        "task_event",
        "paper_entry",
    ],
    of: &["elector"],
    purpose: "To know whom to ask for support, and what people care about",
    basis: OPINIONS,
    source: "The person, at the door, to a canvasser",
    recipients: "Organisers of the area; the canvassers of the list",
    kept: "Until the retention period of canvassing ends",
    files: &["file_answers", "file_tasks", "file_paper"],
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
            key: "tasks",
            caption: "What was to be done about them",
            columns: &[
                ("at", "When", 2),
                ("what", "What", 2),
                ("words", "In words", 4),
                ("due", "Due", 2),
                ("state", "State", 2),
                ("came_of", "What came of it", 3),
            ],
        },
        Part {
            key: "on_paper",
            caption: "What came on paper",
            columns: &[("canvassed_at", "Said", 2), ("entered_at", "Entered", 2), ("what", "How", 5)],
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
};

/// Walk lists.
pub(super) const LISTS: Holding = Holding {
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
};

/// What was printed for them.
pub(super) const MATERIALS: Holding = Holding {
    key: "materials",
    title: "What was printed for them",
    tables: &["material_item", "material_work", "material_file"],
    of: &["elector", "person"],
    purpose: "To write to people and to call on them, and to know who was written to",
    basis: DEMOCRACY,
    source: "Made here from the register",
    recipients: "Organisers of the area; printers and deliverers who got the paper",
    kept: "Who it was for until its retention period ends; the file for seven days",
    files: &["file_materials"],
    erases: &["erase_materials"],
    at_erasure: "Goes, and every file that they stand in with it",
    parts: &[Part {
        key: "",
        caption: "Newest first",
        columns: &[
            ("at", "When", 2),
            ("what", "What", 2),
            ("title", "Called", 4),
            ("state", "State", 1),
            ("came_back", "Came back", 2),
        ],
    }],
};

/// Absent votes and turnout.
pub(super) const VOTERS: Holding = Holding {
    key: "voters",
    title: "Absent votes and turnout",
    tables: &["absent_vote", "turnout", "voters_import_row"],
    of: &["elector"],
    purpose: "To know who votes by post or proxy before a poll, and who voted, never for whom",
    basis: DEMOCRACY,
    source: "The electoral registration officer’s absent voters’ lists and marked registers (Representation of the People \
             (England and Wales) Regulations 2001, regs 61 and 117 to 119)",
    recipients: "Organisers of the area",
    kept: "Absent votes until four weeks after the poll, turnout for a year after it",
    files: &["file_voters"],
    erases: &["erase_voters"],
    at_erasure: "Goes; a list that waits to be looked over goes whole",
    parts: &[
        Part {
            key: "absent_votes",
            caption: "By post or proxy",
            columns: &[
                ("poll", "Poll", 4),
                ("poll_date", "Polling day", 2),
                ("how", "How", 2),
                ("list_of", "List of", 2),
            ],
        },
        Part {
            key: "turnout",
            caption: "Polls at which they voted",
            columns: &[("poll", "Poll", 4), ("poll_date", "Polling day", 2), ("how", "How", 2)],
        },
    ],
};
