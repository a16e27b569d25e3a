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
    /// Accounts and grants: give, end, the receipt's figures.
    ManageAccess,
    /// Close a half with a notice and open it again.
    CloseTools,
    /// Read this table.
    ReadPermissions,
    /// Who saw whom, by name.
    ReadAccessLog,
    /// How long data is kept, and what is due.
    ManageRetention,
    /// Destroy what is past its period.
    DestroyData,
    /// Record breaches and what is done about them.
    KeepBreaches,
    /// Take away names and addresses of those affected, for letters.
    WriteBreachLetters,
    /// The record of processing, the policy document, the impact assessment.
    KeepRecords,
    /// See controller, notice, codes, officers, processors.
    ReadSettings,
    /// Change them.
    ChangeSettings,
    /// Write and restore backups: the operator's alone, so it stands in no role's row.
    BackUp,
}

use Role::{Administrator, DataProtectionOfficer, Organiser, Volunteer};

/// The table. A permission that is missing here is nobody's.
pub const PERMISSIONS: &[(Permission, &str, &[Role])] = &[
    (Permission::OwnAccount, "Change between own grants, see own sessions, sign out", &Role::ALL),
    (Permission::Home, "See the role's own first page", &Role::ALL),
    (Permission::Canvass, "See the walk lists assigned now, door by door", &[Volunteer]),
    (Permission::RecordResults, "Record what was said at a door of an assigned list", &[Volunteer]),
    (Permission::ReadElectors, "Search and open electors in the area in use", &[Organiser]),
    (Permission::RecordObjections, "Record that somebody wants no contact", &[Organiser]),
    (Permission::ImportRegisters, "Import a council’s register", &[Organiser]),
    (Permission::DecideMatches, "Say whether two entries are one person", &[Organiser]),
    (Permission::MakeWalkLists, "Make, print and end walk lists", &[Organiser]),
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
    (Permission::ManageAccess, "Add accounts, give grants, end access, read the receipt’s figures", &[Administrator]),
    (Permission::CloseTools, "Close Contact or Organise with a notice, and open it again", &[Administrator]),
    (Permission::ReadPermissions, "Read this table", &[Administrator, DataProtectionOfficer]),
    (Permission::ReadAccessLog, "Find who saw whom, by name", &[DataProtectionOfficer]),
    (
        Permission::ManageRetention,
        "See how long data is kept and what is due, change periods",
        &[DataProtectionOfficer],
    ),
    (Permission::DestroyData, "Destroy what is past its period, with a certificate", &[DataProtectionOfficer]),
    (Permission::KeepBreaches, "Record breaches, assess them, see who is affected", &[DataProtectionOfficer]),
    (Permission::WriteBreachLetters, "Make letters to the people a breach affects", &[DataProtectionOfficer]),
    (
        Permission::KeepRecords,
        "Make the record of processing, the policy document, the impact assessment",
        &[DataProtectionOfficer],
    ),
    (Permission::ReadSettings, "See controller, notice, codes and processors as they are set", &[Administrator]),
    (Permission::ChangeSettings, "Change controller, notice, codes and processors", &[Administrator]),
];

/// What asks for a second factor proved within the last ten minutes: what widens somebody's reach, takes data away, or cannot
/// be taken back. Never ending access, assigning a list, or a volunteer's grant in one's own area: the Guard must not stand in
/// the way of a Saturday.
pub const STEP_UP: &[Permission] =
    &[Permission::DestroyData, Permission::WriteBreachLetters, Permission::ChangeSettings];

impl Permission {
    /// The roles that hold it.
    pub fn roles(self) -> &'static [Role] {
        PERMISSIONS.iter().find(|(p, ..)| *p == self).map_or(&[], |(.., roles)| roles)
    }

    /// The half it belongs to, for this role: closed with it.
    pub fn tool(self, role: Role) -> Option<Tool> {
        match self {
            Permission::Public | Permission::OwnAccount | Permission::ReadAreas => None,
            _ => role.tool(),
        }
    }

    /// The word that stands in the access log.
    pub fn as_str(self) -> &'static str {
        match self {
            Permission::Public => "public",
            Permission::OwnAccount => "own-account",
            Permission::Home => "home",
            Permission::Canvass => "canvass",
            Permission::RecordResults => "record-results",
            Permission::ReadElectors => "read-electors",
            Permission::RecordObjections => "record-objections",
            Permission::ImportRegisters => "import-registers",
            Permission::DecideMatches => "decide-matches",
            Permission::MakeWalkLists => "make-walk-lists",
            Permission::AssignWalkLists => "assign-walk-lists",
            Permission::DecideQuarantine => "decide-quarantine",
            Permission::ReadInsight => "read-insight",
            Permission::ReadAreas => "read-areas",
            Permission::ManageAreas => "manage-areas",
            Permission::ManagePolls => "manage-polls",
            Permission::ManageAccess => "manage-access",
            Permission::CloseTools => "close-tools",
            Permission::ReadPermissions => "read-permissions",
            Permission::ReadAccessLog => "read-access-log",
            Permission::ManageRetention => "manage-retention",
            Permission::DestroyData => "destroy-data",
            Permission::KeepBreaches => "keep-breaches",
            Permission::WriteBreachLetters => "write-breach-letters",
            Permission::KeepRecords => "keep-records",
            Permission::ReadSettings => "read-settings",
            Permission::ChangeSettings => "change-settings",
            Permission::BackUp => "back-up",
        }
    }
}
