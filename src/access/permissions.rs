//! The role × permission table: who may do what, in one place.

use crate::error::Tool;

/// What a grant lets its account be.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, clap::ValueEnum, sqlx::Type,
)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Role {
    /// Knocks on the doors of the lists assigned now.
    Volunteer,
    /// Plans the work in an area and watches it.
    Organiser,
    /// Keeps members.
    MembershipSecretary,
    /// Sees who looked at what; answers people's rights.
    DataProtectionOfficer,
    /// Gives access and takes it away; sees no elector.
    Administrator,
}

impl Role {
    /// Every role, in the order pages show them.
    pub const ALL: [Role; 5] =
        [Role::Volunteer, Role::Organiser, Role::MembershipSecretary, Role::DataProtectionOfficer, Role::Administrator];

    /// The word in URLs, JSON, the command line and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Volunteer => "volunteer",
            Role::Organiser => "organiser",
            Role::MembershipSecretary => "membership-secretary",
            Role::DataProtectionOfficer => "data-protection-officer",
            Role::Administrator => "administrator",
        }
    }

    /// "a volunteer", "an organiser".
    pub fn with_article(self) -> String {
        let title = self.title().to_lowercase();
        let article = if title.starts_with(['a', 'o']) { "an" } else { "a" };
        format!("{article} {title}")
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Role::Volunteer => "Volunteer",
            Role::Organiser => "Organiser",
            Role::MembershipSecretary => "Membership secretary",
            Role::DataProtectionOfficer => "Data protection officer",
            Role::Administrator => "Administrator",
        }
    }

    /// The role of this word.
    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.as_str() == word)
    }

    /// The half that this role works in; the Guard's roles work in neither.
    pub fn tool(self) -> Option<Tool> {
        match self {
            Role::Volunteer | Role::Organiser => Some(Tool::Contact),
            Role::MembershipSecretary => Some(Tool::Organise),
            Role::DataProtectionOfficer | Role::Administrator => None,
        }
    }

    /// Whether its grants are given on all areas only: what these two roles guard has no borders.
    pub fn everywhere_only(self) -> bool {
        matches!(self, Role::DataProtectionOfficer | Role::Administrator)
    }
}

/// What a route asks for. Each route names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Nothing: anybody may come.
    Public,
    /// Being half in: proving a second factor, setting one up, accepting the terms, leaving.
    Enter,
    /// Being signed in: one's own account, switching grants, signing out.
    OwnAccount,
    /// The role's own first page.
    Home,
    /// See one's assigned lists and their doors.
    Canvass,
    /// Record what was said at a door.
    RecordResults,
    /// Search and open electors in one's area.
    ReadElectors,
    /// Record that someone wants no contact.
    RecordObjections,
    /// Load a council's register.
    ImportRegisters,
    /// Say whether two entries are one person.
    DecideMatches,
    /// Make, print, end walk lists.
    MakeWalkLists,
    /// Choose electors by rules, count and keep selections.
    ChooseElectors,
    /// Make what is printed, see runs, fetch their files.
    MakeMaterials,
    /// Put in what was written on paper at doors.
    EnterPaper,
    /// Keep delivery rounds.
    KeepRounds,
    /// Give a list to volunteers until a time.
    AssignWalkLists,
    /// Accept or bin results that came too late.
    DecideQuarantine,
    /// Figures by district.
    ReadInsight,
    /// See areas and districts.
    ReadAreas,
    /// Name wards and make areas of districts.
    ManageAreas,
    /// Add polls.
    ManagePolls,
    /// Accounts and grants: end them, the receipt's figures.
    ManageAccess,
    /// Give access, or ask for what a second person approves.
    GiveAccess,
    /// Approve what another administrator asked for.
    DecideRequests,
    /// See what was asked for, and stop it before it begins.
    StopRequests,
    /// Take a role for an hour in an emergency.
    BreakGlass,
    /// Canvassers' access inside one's own area: give, renew, end.
    DelegateAccess,
    /// See access reviews, as far as one has a part in them.
    ReadReviews,
    /// Open an access review.
    OpenReviews,
    /// Keep or end grants under review.
    AnswerReviews,
    /// Close a half with a notice, everywhere or in an area.
    CloseTools,
    /// Open again what was closed.
    OpenTools,
    /// Ending access, of one or of many; its receipts and letters.
    EndAccess,
    /// Give back what was ended by mistake.
    GiveBack,
    /// Read this table.
    ReadPermissions,
    /// Change one's own second factors: add, take off, new recovery codes.
    ChangeFactors,
    /// Invite somebody by email.
    Invite,
    /// Take the second factors off somebody who has lost them.
    ResetFactors,
    /// What was written to whom.
    ReadOutbox,
    /// Publish terms of use.
    PublishTerms,
    /// Let people join a list by a code, and say that one knows them.
    AdmitJoiners,
    /// Who saw whom, by name.
    ReadAccessLog,
    /// Keep people's requests; find a person across everything, open their file, record what they stop.
    HandleRequests,
    /// Take a person's whole file away as PDF or JSON.
    TakeSubjectFile,
    /// Erase a person, so that a keyed hash alone remains.
    EraseSubjects,
    /// How long data is kept, and what is due.
    ManageRetention,
    /// Destroy what is past its period.
    DestroyData,
    /// Record breaches and what is done about them.
    KeepBreaches,
    /// See what rules of watching found, and decide about it: never about oneself.
    WeighAlerts,
    /// See the rules of watching.
    ReadWatchRules,
    /// Change the rules of watching.
    SetWatchRules,
    /// Plant invented electors, see which they are, take them out.
    KeepCanaries,
    /// Take away names and addresses of those affected, for letters.
    WriteBreachLetters,
    /// The record of processing, the policy document, the impact assessment.
    KeepRecords,
    /// See one's own exports, and those that one may decide.
    ReadExports,
    /// Ask for an export.
    AskExports,
    /// Approve or refuse what somebody else asked to take away.
    DecideExports,
    /// Fetch what one asked for.
    TakeExports,
    /// See every export; find out whose file one is.
    TraceExports,
    /// See above how many people a second person decides about an export.
    ReadExportLimit,
    /// Set it.
    SetExportLimit,
    /// Take away what an account saw, by name.
    TakeAccountFile,
    /// See the news of one's area.
    ReadNews,
    /// Post news, change it, take it down.
    PostNews,
    /// See controller, notice, codes, officers, processors.
    ReadSettings,
    /// Change them.
    ChangeSettings,
    /// See who is a member here, and as far as the role needs it, more of them.
    ReadMembers,
    /// Add members, change them, record payments and how memberships stand.
    KeepMembers,
    /// Write down what members agree to, and notes of the role's own purpose.
    NoteMembers,
    /// Bring the party's membership file in.
    ImportMembers,
    /// Say whether a member and an elector are one person.
    MatchMembers,
    /// See events of one's own area, and their calendar.
    ReadEvents,
    /// Put oneself down for events and shifts, and say that one is there.
    JoinEvents,
    /// Make, change and call off events, and see who comes.
    ManageEvents,
    /// Give, do and close tasks of the area in use.
    KeepTasks,
    /// See the tasks in one’s own hands, and say what came of them.
    DoTasks,
    /// Keep whoever helps in the area in use.
    KeepVolunteers,
    /// Invite a volunteer to an account and access in one step.
    InviteVolunteers,
    /// Say whose imprint messages and public pages carry.
    KeepImprint,
    /// Open a public page on which anybody may offer to help.
    AskForHelp,
    /// Write messages to members, volunteers and supporters, and see what became of them.
    WriteMessages,
    /// Send messages off, stop them, let a colleague's go.
    SendMessages,
    /// Write and restore backups: the operator's alone, so it stands in no role's row.
    BackUp,
    /// Drop months of the access log, rotate keys: the operator's alone too.
    KeepSeal,
}

use Role::{Administrator, DataProtectionOfficer, MembershipSecretary, Organiser, Volunteer};

/// The table. A permission that is missing here is nobody's.
pub const PERMISSIONS: &[(Permission, &str, &[Role])] = &[
    (Permission::OwnAccount, "Change between own grants, see own sessions, sign out", &Role::ALL),
    (Permission::Enter, "Prove a second factor, accept the terms, sign out", &Role::ALL),
    (Permission::ChangeFactors, "Change own second factors", &Role::ALL),
    (Permission::Home, "See the role's own first page", &Role::ALL),
    (Permission::Canvass, "See the walk lists assigned now, door by door", &[Volunteer]),
    (Permission::RecordResults, "Record what was said at a door of an assigned list", &[Volunteer]),
    (Permission::ReadElectors, "Search and open electors in the area in use", &[Organiser]),
    (Permission::RecordObjections, "Record that somebody wants no contact", &[Organiser]),
    (Permission::ImportRegisters, "Import a council’s register", &[Organiser]),
    (Permission::DecideMatches, "Say whether two entries are one person", &[Organiser]),
    (Permission::MakeWalkLists, "Make, print and end walk lists", &[Organiser]),
    (
        Permission::ChooseElectors,
        "Choose electors by rules, count and keep selections of the area in use",
        &[Organiser],
    ),
    (
        Permission::MakeMaterials,
        "Make cards, letters, labels and leaflets of the area in use, fetch what was made",
        &[Organiser],
    ),
    (Permission::EnterPaper, "Put in what was written on canvass cards", &[Organiser]),
    (Permission::KeepRounds, "Cut delivery rounds, give them to deliverers, see what is delivered", &[Organiser]),
    (Permission::AssignWalkLists, "Assign walk lists to volunteers until a time", &[Organiser]),
    (Permission::DecideQuarantine, "Accept or bin results that came after access ended", &[Organiser]),
    (Permission::ReadInsight, "See contact rate and intention by district", &[Organiser]),
    (Permission::ReadAreas, "See areas and polling districts", &[Organiser, Administrator]),
    (
        Permission::ManageAreas,
        "Name wards and make areas of polling districts (organisers: of all areas or an authority)",
        &[Organiser, Administrator],
    ),
    (Permission::ManagePolls, "Add polls", &[Administrator]),
    (Permission::CloseTools, "Close Contact or Organise with a notice, everywhere or in an area", &[Administrator]),
    (Permission::OpenTools, "Open again what was closed", &[Administrator]),
    (Permission::EndAccess, "End access of one or of many, read receipts, write for what was kept", &[Administrator]),
    (Permission::GiveBack, "Give back access that was ended by mistake", &[Administrator]),
    (
        Permission::Invite,
        "Invite somebody by email (organisers: volunteers in their own area)",
        &[Organiser, Administrator],
    ),
    (Permission::AdmitJoiners, "Let people join a walk list by a code, once known", &[Organiser]),
    (Permission::ResetFactors, "Take the second factors off somebody who has lost them", &[Administrator]),
    (Permission::ReadOutbox, "See what was written to whom, not what it said", &[Administrator]),
    (Permission::PublishTerms, "Publish the terms of use", &[Administrator]),
    (Permission::ManageAccess, "Add accounts, end access, read the receipt’s figures", &[Administrator]),
    (
        Permission::GiveAccess,
        "Give access; ask for access as administrator or data protection officer, or for themselves",
        &[Administrator],
    ),
    (Permission::DecideRequests, "Approve or refuse access that another administrator asked for", &[Administrator]),
    (
        Permission::StopRequests,
        "See requests for access and stop them before they begin",
        &[Administrator, DataProtectionOfficer],
    ),
    (
        Permission::BreakGlass,
        "Break the glass: be organiser or membership secretary for an hour in an emergency, everybody being told",
        &[Administrator, DataProtectionOfficer],
    ),
    (Permission::DelegateAccess, "Give volunteers access inside their own area, renew it and end it", &[Organiser]),
    (
        Permission::ReadReviews,
        "See access reviews (organisers: of volunteers in their own area)",
        &[Organiser, Administrator, DataProtectionOfficer],
    ),
    (Permission::OpenReviews, "Open an access review", &[Administrator]),
    (
        Permission::AnswerReviews,
        "Keep or end access under review, never their own (organisers: volunteers’ in their own area)",
        &[Organiser, Administrator],
    ),
    (Permission::ReadPermissions, "Read this table", &[Administrator, DataProtectionOfficer]),
    (Permission::ReadAccessLog, "Find who saw whom, by name", &[DataProtectionOfficer]),
    (
        Permission::HandleRequests,
        "Answer people’s requests: find a person across everything, open their file, record what they stop",
        &[DataProtectionOfficer],
    ),
    (Permission::TakeSubjectFile, "Take a person’s whole file away as PDF or JSON", &[DataProtectionOfficer]),
    (Permission::EraseSubjects, "Erase a person, so that a keyed hash alone remains", &[DataProtectionOfficer]),
    (
        Permission::ManageRetention,
        "See how long data is kept and what is due, change periods",
        &[DataProtectionOfficer],
    ),
    (Permission::DestroyData, "Destroy what is past its period, with a certificate", &[DataProtectionOfficer]),
    (Permission::KeepBreaches, "Record breaches, assess them, see who is affected", &[DataProtectionOfficer]),
    (
        Permission::WeighAlerts,
        "Weigh alerts, never about oneself (administrators: those that no other data protection officer could)",
        &[DataProtectionOfficer, Administrator],
    ),
    (Permission::ReadWatchRules, "See the rules that raise alerts", &[DataProtectionOfficer]),
    (Permission::SetWatchRules, "Change the rules that raise alerts", &[DataProtectionOfficer]),
    (Permission::KeepCanaries, "Plant invented electors, see which they are, take them out", &[DataProtectionOfficer]),
    (Permission::WriteBreachLetters, "Make letters to the people a breach affects", &[DataProtectionOfficer]),
    (
        Permission::KeepRecords,
        "Make the record of processing, the policy document, the impact assessment",
        &[DataProtectionOfficer],
    ),
    (
        Permission::ReadExports,
        "See own exports, and those that wait for one’s approval",
        &[Organiser, DataProtectionOfficer],
    ),
    (Permission::AskExports, "Ask to take people or figures of the area in use away as a file", &[Organiser]),
    (
        Permission::DecideExports,
        "Approve or refuse what somebody else asked to take away (organisers: wholly inside their own area)",
        &[Organiser, DataProtectionOfficer],
    ),
    (Permission::TakeExports, "Fetch a file that one asked for", &[Organiser]),
    (Permission::TraceExports, "See every export, and find out whose a found file is", &[DataProtectionOfficer]),
    (
        Permission::ReadExportLimit,
        "See above how many people a second person decides about an export",
        &[Administrator, DataProtectionOfficer],
    ),
    (Permission::SetExportLimit, "Set above how many", &[Administrator, DataProtectionOfficer]),
    (Permission::TakeAccountFile, "Take away what an account saw, by name, as CSV or PDF", &[DataProtectionOfficer]),
    (Permission::ReadNews, "See the news of the area", &[Volunteer, Organiser, MembershipSecretary]),
    (Permission::PostNews, "Post news inside the area in use, change it, take it down", &[Organiser]),
    (Permission::ReadSettings, "See controller, notice, codes and processors as they are set", &[Administrator]),
    (Permission::ChangeSettings, "Change controller, notice, codes and processors", &[Administrator]),
    (
        Permission::ReadMembers,
        "See members in the area in use (organisers: name, branch, how it stands, whether they may be contacted)",
        &[Organiser, MembershipSecretary],
    ),
    (
        Permission::KeepMembers,
        "Add members, change them, record payments and how memberships stand, reach them",
        &[MembershipSecretary],
    ),
    (
        Permission::NoteMembers,
        "Record what members agree to, and notes for the role’s own purpose",
        &[Organiser, MembershipSecretary],
    ),
    (Permission::ImportMembers, "Import the party’s membership file", &[MembershipSecretary]),
    (
        Permission::MatchMembers,
        "Say whether a member and an elector are one person, seeing names and addresses of both",
        &[MembershipSecretary],
    ),
    (
        Permission::ReadEvents,
        "See events (organisers and membership secretaries: wholly inside their own area; canvassers: where a district is theirs)",
        &[Volunteer, Organiser, MembershipSecretary],
    ),
    (
        Permission::JoinEvents,
        "Put themselves down for events and shifts, keep a private calendar of them",
        &[Volunteer, Organiser, MembershipSecretary],
    ),
    (
        Permission::ManageEvents,
        "Make, change and call off events in their own area, see who comes and who came",
        &[Organiser],
    ),
    (Permission::KeepTasks, "Put down, give and close tasks, among them what was asked for at doors", &[Organiser]),
    (Permission::DoTasks, "See the tasks in one’s own hands, and say what came of them", &[Organiser, Volunteer]),
    (
        Permission::KeepVolunteers,
        "Keep whoever helps: what they offer, how they are reached, what they agreed to",
        &[Organiser, MembershipSecretary],
    ),
    (Permission::InviteVolunteers, "Invite a volunteer to an account and access in one step", &[Organiser]),
    (
        Permission::KeepImprint,
        "Say whose imprint messages and public pages carry (organisers: in their own area)",
        &[Organiser, Administrator],
    ),
    (Permission::AskForHelp, "Open a public page on which anybody may offer to help", &[Organiser]),
    (
        Permission::WriteMessages,
        "Write messages to members, volunteers and supporters in the area in use, see who gets them and what became of them",
        &[Organiser, MembershipSecretary],
    ),
    (
        Permission::SendMessages,
        "Send messages off, stop them, let go what somebody else sends to many",
        &[Organiser, MembershipSecretary],
    ),
];

/// What asks for a second factor proved within the last ten minutes: what widens somebody's reach, takes data away, or cannot
/// be taken back. Never ending access, assigning a list, or a volunteer's grant in one's own area: the Guard must not stand in
/// the way of a Saturday.
pub const STEP_UP: &[Permission] = &[
    Permission::ResetFactors,
    Permission::OpenTools,
    Permission::GiveBack,
    Permission::DecideRequests,
    Permission::BreakGlass,
    Permission::TakeSubjectFile,
    Permission::EraseSubjects,
    Permission::DestroyData,
    Permission::WriteBreachLetters,
    Permission::ChangeSettings,
    Permission::AskExports,
    Permission::DecideExports,
    Permission::TakeExports,
    Permission::SetExportLimit,
    Permission::SetWatchRules,
    Permission::TakeAccountFile,
];

/// What belongs to Organise whoever does it: an organiser's and a canvasser's own half is Contact, and members, volunteers,
/// events and messages close without it, and it without them.
pub const ORGANISE: &[Permission] = &[
    Permission::ReadNews,
    Permission::PostNews,
    Permission::ReadMembers,
    Permission::KeepMembers,
    Permission::NoteMembers,
    Permission::ImportMembers,
    Permission::MatchMembers,
    Permission::ReadEvents,
    Permission::JoinEvents,
    Permission::ManageEvents,
    Permission::KeepTasks,
    Permission::DoTasks,
    Permission::KeepVolunteers,
    Permission::InviteVolunteers,
    Permission::KeepImprint,
    Permission::AskForHelp,
    Permission::WriteMessages,
    Permission::SendMessages,
];

impl Permission {
    /// The roles that hold it.
    pub fn roles(self) -> &'static [Role] {
        PERMISSIONS.iter().find(|(p, ..)| *p == self).map_or(&[], |(.., roles)| roles)
    }

    /// The half it belongs to, for this role: closed with it.
    pub fn tool(self, role: Role) -> Option<Tool> {
        if ORGANISE.contains(&self) {
            return role.tool().map(|_| Tool::Organise);
        }
        match self {
            Permission::Public
            | Permission::Enter
            | Permission::OwnAccount
            | Permission::ChangeFactors
            | Permission::ReadAreas => None,
            _ => role.tool(),
        }
    }

    /// The word that stands in the access log.
    pub fn as_str(self) -> &'static str {
        match self {
            Permission::Public => "public",
            Permission::Enter => "enter",
            Permission::OwnAccount => "own-account",
            Permission::ChangeFactors => "change-factors",
            Permission::ReadExports => "read-exports",
            Permission::AskExports => "ask-exports",
            Permission::DecideExports => "decide-exports",
            Permission::TakeExports => "take-exports",
            Permission::TraceExports => "trace-exports",
            Permission::ReadExportLimit => "read-export-limit",
            Permission::SetExportLimit => "set-export-limit",
            Permission::TakeAccountFile => "take-account-file",
            Permission::Invite => "invite",
            Permission::AdmitJoiners => "admit-joiners",
            Permission::ResetFactors => "reset-factors",
            Permission::ReadOutbox => "read-outbox",
            Permission::PublishTerms => "publish-terms",
            Permission::Home => "home",
            Permission::Canvass => "canvass",
            Permission::RecordResults => "record-results",
            Permission::ReadElectors => "read-electors",
            Permission::RecordObjections => "record-objections",
            Permission::ImportRegisters => "import-registers",
            Permission::DecideMatches => "decide-matches",
            Permission::MakeWalkLists => "make-walk-lists",
            Permission::ChooseElectors => "choose-electors",
            Permission::MakeMaterials => "make-materials",
            Permission::EnterPaper => "enter-paper",
            Permission::KeepRounds => "keep-rounds",
            Permission::AssignWalkLists => "assign-walk-lists",
            Permission::DecideQuarantine => "decide-quarantine",
            Permission::ReadInsight => "read-insight",
            Permission::ReadAreas => "read-areas",
            Permission::ManageAreas => "manage-areas",
            Permission::ManagePolls => "manage-polls",
            Permission::ManageAccess => "manage-access",
            Permission::GiveAccess => "give-access",
            Permission::DecideRequests => "decide-requests",
            Permission::StopRequests => "stop-requests",
            Permission::BreakGlass => "break-glass",
            Permission::DelegateAccess => "delegate-access",
            Permission::ReadReviews => "read-reviews",
            Permission::OpenReviews => "open-reviews",
            Permission::AnswerReviews => "answer-reviews",
            Permission::CloseTools => "close-tools",
            Permission::OpenTools => "open-tools",
            Permission::EndAccess => "end-access",
            Permission::GiveBack => "give-back",
            Permission::ReadPermissions => "read-permissions",
            Permission::ReadAccessLog => "read-access-log",
            Permission::HandleRequests => "handle-requests",
            Permission::TakeSubjectFile => "take-subject-file",
            Permission::EraseSubjects => "erase-subjects",
            Permission::ManageRetention => "manage-retention",
            Permission::DestroyData => "destroy-data",
            Permission::KeepBreaches => "keep-breaches",
            Permission::WeighAlerts => "weigh-alerts",
            Permission::ReadWatchRules => "read-watch-rules",
            Permission::SetWatchRules => "set-watch-rules",
            Permission::KeepCanaries => "keep-canaries",
            Permission::WriteBreachLetters => "write-breach-letters",
            Permission::KeepRecords => "keep-records",
            Permission::ReadNews => "read-news",
            Permission::PostNews => "post-news",
            Permission::ReadSettings => "read-settings",
            Permission::ChangeSettings => "change-settings",
            Permission::ReadMembers => "read-members",
            Permission::KeepMembers => "keep-members",
            Permission::NoteMembers => "note-members",
            Permission::ImportMembers => "import-members",
            Permission::MatchMembers => "match-members",
            Permission::ReadEvents => "read-events",
            Permission::JoinEvents => "join-events",
            Permission::ManageEvents => "manage-events",
            Permission::KeepTasks => "keep-tasks",
            Permission::DoTasks => "do-tasks",
            Permission::KeepVolunteers => "keep-volunteers",
            Permission::InviteVolunteers => "invite-volunteers",
            Permission::KeepImprint => "keep-imprint",
            Permission::AskForHelp => "ask-for-help",
            Permission::WriteMessages => "write-messages",
            Permission::SendMessages => "send-messages",
            Permission::BackUp => "back-up",
            Permission::KeepSeal => "keep-seal",
        }
    }
}
