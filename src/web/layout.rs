//! What every page needs around its own part: head, role and area switcher, navigation, foot.

use super::viewer::{OwnGrant, Viewer};
use super::{App, words};
use crate::access::{GrantKind, Role, door};
use crate::error::{Error, Tool};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use chrono::Utc;
use uuid::Uuid;

/// One entry of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Where it goes.
    pub href: &'static str,
    /// Its word.
    pub label: &'static str,
    /// Its drawing in `static/icons.svg`.
    pub icon: &'static str,
}

/// What a page says of what was done a moment ago, by the word in its address (`said`): fixed words, nobody's data.
const SAID: &[(&str, &str)] = &[
    ("planted", "Planted. Whoever opens, prints or looks it up from now on raises an alert"),
    (
        "taken-out",
        "Taken out: it is in no register and no search any more. Its name stays here, so that the record can be read",
    ),
    ("rule-set", "The rule is changed, and everybody who guards was told by email"),
    ("limit-set", "The limit is changed, and everybody who guards was told by email"),
    ("stop-kept", "Put on record. It holds from now on, and after every new register"),
    ("tool-opened", "It is open again"),
    ("access-back", "The access was given back"),
    ("news-posted", "Posted. Everybody reads it who is signed in there"),
    ("news-ended", "Taken down. It stands here, and can be put up again"),
    ("end-asked", "Administrators were told. The alert stays open until access has ended or you explain it"),
    ("member-kept", "Kept. The history says what changed"),
    ("member-state", "The membership stands like that now, and the history says why"),
    ("member-paid", "The payment is on record"),
    ("consent-kept", "Put on record. It holds from now on"),
    ("details-kept", "Corrected. What stood there before is gone"),
    ("note-kept", "The note is kept"),
    ("imprint-kept", "Kept. What goes out from now on carries it"),
    ("campaign-ended", "Ended. Nothing carries its imprint any more"),
    ("places-kept", "Kept. What is made from now on says so"),
    ("place-gone", "Taken away"),
    ("imprint-gone", "Taken away. What goes out carries the imprint of the area around it"),
    ("address-again", "The address is tried again from now on"),
    ("address-left", "They complained to their mail provider: put down first that they agreed once more"),
    ("help-open", "The page is open. Whoever offers to help stands under Volunteers once they have confirmed it"),
    ("help-shut", "The page is closed: its address says so to whoever opens it"),
    ("brand-kept", "Kept. What is made from now on is dressed in it"),
    ("brand-gone", "Taken away. What is made wears what the area around it wears"),
    ("boundary-kept", "The boundary is kept. Maps of the area are drawn from it"),
    ("boundary-gone", "Taken away. Leaflets show the area’s streets by name instead"),
    ("leaflet-begun", "Begun. Write what it says, keep it, and see how it looks"),
    ("leaflet-kept", "Kept as a new version"),
    ("leaflet-copied", "Copied. This one is yours to change"),
    ("leaflet-gone", "Taken away. What was made of it stays on record"),
    ("leaflet-picture", "The picture is there. Choose it under Picture, and keep the leaflet"),
    ("message-kept", "Kept as a draft. Nothing goes out before you send it"),
    (
        "picture-added",
        "The picture is kept, and stands at the message’s end. Change the message to move its line elsewhere",
    ),
    ("picture-gone", "The picture is taken out, and its line with it"),
    ("message-copied", "Copied. This is a draft of its own"),
    ("message-gone", "The draft is deleted"),
    ("message-tried", "On its way to your own address, and to nobody else"),
    ("message-off", "Sent off. This page shows how far it is"),
    ("message-waits", "It waits for a second person to read it and let it go"),
    ("message-let-go", "It goes now, or at its time"),
    ("message-draft", "Nothing had gone: it is a draft again"),
    ("message-stopped", "Stopped. What had not gone never goes"),
    ("run-stopped", "Stopped. Nothing of it was kept"),
    ("cards-queued", "On their way: each list has a file of its own, and is a pile until it comes back"),
    ("selection-kept", "Kept. Whoever organises here finds it, and every version of it stays on record"),
    ("selection-copied", "Copied. This is a selection of its own"),
    ("selection-gone", "Removed. What was made from it stays, with its record"),
    ("lists-for-cards", "The walk lists are made, and ticked below, 100 at most. Choose how their cards are printed"),
    ("template-kept", "Kept. What is made from now on says it so"),
    ("look-kept", "Kept. It is offered here, and in every area inside this one"),
    ("look-gone", "Taken away. What was made of it stays on record"),
    ("template-copied", "Copied. This one is your own area’s to change"),
    ("template-gone", "Taken away. What was made of it stays on record"),
    (
        "template-picture",
        "The picture is kept. Change the template to put its line into the text, or to choose it as a signature",
    ),
    ("template-picture-gone", "The picture is taken out for good. Its line in the text has to go too"),
    ("came-back", "Put down. It stands in the person’s history"),
    ("voters-back", "The list is taken back. What it said is held of nobody any more"),
    ("came-back-undone", "Taken back: it counts as delivered again"),
    ("unlinked", "Taken back: these two are not put together again"),
    ("match-open", "Taken back: the pair is a question again"),
];

/// Pages without an entry of their own, and the entry that they stand under.
const LODGERS: [(&str, &str); 3] = [
    ("/protection/canaries", "/protection/alerts"),
    ("/protection/erasures", "/protection/subjects"),
    ("/protection/seal", "/protection"),
];

/// A heading of the navigation with its entries.
#[derive(Debug, Clone, Copy)]
pub struct Heading {
    /// The half.
    pub title: &'static str,
    /// Its pages.
    pub entries: &'static [Entry],
}

const fn entry(href: &'static str, label: &'static str, icon: &'static str) -> Entry {
    Entry { href, label, icon }
}

const ACCOUNT: Entry = entry("/account", "My account", "person");
const ORGANISER: &[Heading] = &[
    Heading {
        title: "Contact",
        entries: &[
            entry("/", "Home", "home"),
            entry("/electors", "Electors", "people"),
            entry("/selections", "Selections", "filter"),
            entry("/walk-lists", "Walk lists", "list"),
            entry("/materials", "Materials", "print"),
            entry("/paper", "Paper entry", "card"),
            entry("/rounds", "Rounds", "door"),
            entry("/insight", "Insight", "chart"),
            entry("/imports", "Imports", "import"),
            entry("/exports", "Exports", "export"),
            entry("/areas", "Areas", "map"),
            entry("/polls", "Polls", "ballot"),
            entry("/access/volunteers", "Access", "key"),
        ],
    },
    Heading {
        title: "Organise",
        entries: &[
            entry("/tasks", "Tasks", "good"),
            entry("/members", "Members", "card"),
            entry("/volunteers", "Volunteers", "heart"),
            entry("/events", "Events", "calendar"),
            entry("/news", "News", "info"),
            entry("/messages", "Messages", "mail"),
            entry("/messages/imprint", "Imprints", "ballot"),
        ],
    },
];
const VOLUNTEER: &[Heading] = &[
    Heading { title: "Canvass", entries: &[entry("/", "Home", "home"), entry("/canvass", "My lists", "list")] },
    Heading {
        title: "Organise",
        entries: &[
            entry("/events", "Events", "calendar"),
            entry("/tasks/mine", "My tasks", "good"),
            entry("/rounds/mine", "My rounds", "door"),
            entry("/news", "News", "info"),
            ACCOUNT,
        ],
    },
];
const MEMBERSHIP: &[Heading] = &[Heading {
    title: "Organise",
    entries: &[
        entry("/", "Home", "home"),
        entry("/members", "Members", "card"),
        entry("/members/imports", "Imports", "import"),
        entry("/members/matches", "Matches", "people"),
        entry("/volunteers", "Volunteers", "heart"),
        entry("/events", "Events", "calendar"),
        entry("/messages", "Messages", "mail"),
        entry("/news", "News", "info"),
        ACCOUNT,
    ],
}];
const ADMINISTRATOR: &[Heading] = &[Heading {
    title: "Guard",
    entries: &[
        entry("/", "Home", "home"),
        entry("/access", "Access", "key"),
        entry("/access/tools", "Tools", "lock"),
        entry("/access/invitations", "Invitations", "person"),
        entry("/access/terms", "Terms of use", "ballot"),
        entry("/access/outbox", "Letters", "list"),
        entry("/access/requests", "Access requests", "good"),
        entry("/access/reviews", "Access reviews", "clock"),
        entry("/access/break-glass", "Break-glass", "warn"),
        entry("/areas", "Areas", "map"),
        entry("/polls", "Polls", "ballot"),
        entry("/messages/imprint", "Imprints", "ballot"),
        entry("/settings", "Settings", "filter"),
        entry("/access/permissions", "Permissions", "card"),
    ],
}];
const PROTECTION: &[Heading] = &[Heading {
    title: "Guard",
    entries: &[
        entry("/", "Home", "home"),
        entry("/protection/requests", "Requests", "card"),
        entry("/protection/subjects", "People", "people"),
        entry("/protection", "Who saw what", "eye"),
        entry("/protection/alerts", "Alerts", "info"),
        entry("/access/requests", "Access requests", "good"),
        entry("/access/reviews", "Access reviews", "clock"),
        entry("/access/break-glass", "Break-glass", "warn"),
        entry("/protection/exports", "Exports", "export"),
        entry("/protection/retention", "Retention", "clock"),
        entry("/protection/breaches", "Breaches", "warn"),
        entry("/protection/records", "Records", "list"),
        entry("/access/permissions", "Permissions", "card"),
    ],
}];

/// What stands on a phone's bottom bar where that is not the beginning of the navigation: both halves of the work.
const BARS: [(Role, [&str; 4]); 2] = [
    (Role::Organiser, ["/", "/electors", "/walk-lists", "/events"]),
    (Role::Volunteer, ["/", "/canvass", "/events", "/tasks/mine"]),
];

fn navigation(role: Role) -> &'static [Heading] {
    match role {
        Role::Volunteer => VOLUNTEER,
        Role::Organiser => ORGANISER,
        Role::MembershipSecretary => MEMBERSHIP,
        Role::DataProtectionOfficer => PROTECTION,
        Role::Administrator => ADMINISTRATOR,
    }
}

/// The viewer as the head shows them.
#[derive(Debug, Clone)]
pub struct Head {
    /// The account's name.
    pub name: String,
    /// The role in use.
    pub role: Role,
    /// The area in use.
    pub area: String,
    /// The grant in use: each form carries it.
    pub grant: Uuid,
    /// The grants to choose from.
    pub grants: Vec<OwnGrant>,
    /// The half that the page belongs to: it goes blank when that is closed.
    pub half: Option<Tool>,
}

impl Head {
    /// The emergency's grant, when it is the one in use.
    pub fn broken_glass(&self) -> Option<&OwnGrant> {
        self.grants.iter().find(|g| g.grant_id == self.grant && g.kind == GrantKind::BreakGlass)
    }
}

/// What `shell.html` draws around a page.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Whether this is the demonstration, where everybody is invented.
    pub demonstration: bool,
    /// `light`, `dark` or nothing.
    pub theme: Option<String>,
    /// Nobody on public pages.
    pub head: Option<Head>,
    /// The role's navigation.
    pub navigation: &'static [Heading],
    /// Where the source code is; none: a page says whom to ask.
    pub source_url: Option<String>,
    /// What was done a moment ago; empty: nothing.
    pub said: &'static str,
    /// Whether what asks for a second factor would ask for it first.
    pub must_prove: bool,
    path: String,
}

impl Layout {
    /// Around a page of somebody's.
    pub fn of(app: &App, viewer: &Viewer, path: &str) -> Self {
        Layout {
            demonstration: viewer.demonstration,
            theme: viewer.theme.clone(),
            head: Some(Head {
                name: viewer.name.clone(),
                role: viewer.role,
                area: viewer.area_name.clone(),
                grant: viewer.grant,
                grants: viewer.grants.clone(),
                half: viewer.permission.tool(viewer.role),
            }),
            navigation: navigation(viewer.role),
            source_url: app.config.source_url.clone(),
            said: "",
            must_prove: viewer.confirmed(5).is_err(),
            path: path.to_owned(),
        }
    }

    /// The page's own address, without what it is asked.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Around a page for anybody.
    pub async fn nobody(app: &App) -> Self {
        let about = door::about(&app.database).await.unwrap_or_default();
        Layout { demonstration: about.demonstration, ..Layout::plain(app) }
    }

    /// Around a page that is drawn while the database is away.
    pub fn plain(app: &App) -> Self {
        let source_url = app.config.source_url.clone();
        let (said, must_prove, path) = ("", false, String::new());
        Layout { demonstration: false, theme: None, head: None, navigation: &[], source_url, said, must_prove, path }
    }

    /// The same page for nobody in particular: signing in.
    pub fn without_head(self) -> Self {
        Layout { head: None, ..self }
    }

    /// Whether this entry is the page's own: the longest that the path begins with.
    pub fn is_current(&self, href: &str) -> bool {
        let under = |path: &str, h: &str| path == h || (h != "/" && path.starts_with(&format!("{h}/")));
        let lodger = LODGERS.iter().find(|(lodger, _)| under(&self.path, lodger));
        let path = lodger.map_or(self.path.as_str(), |(_, host)| *host);
        let begins = |h: &str| under(path, h);
        let all = self.navigation.iter().flat_map(|n| n.entries).filter(|e| begins(e.href));
        all.max_by_key(|e| e.href.len()).is_some_and(|best| best.href == href)
    }

    /// The entries of a phone's bottom bar, the four most used: those of the role's own bar, else the first.
    pub fn bar(&self) -> impl Iterator<Item = &'static Entry> {
        let chosen = self.head.as_ref().and_then(|head| BARS.iter().find(|(role, _)| *role == head.role));
        let all = self.navigation.iter().flat_map(|n| n.entries);
        let wanted = move |e: &&Entry| chosen.is_none_or(|(_, hrefs)| hrefs.contains(&e.href));
        all.filter(wanted).take(4)
    }

    /// The grant that forms on this page carry; empty on public pages.
    pub fn grant(&self) -> String {
        self.head.as_ref().map(|h| h.grant.to_string()).unwrap_or_default()
    }

    /// Who printed it, when, for what and until when: how a page of people ends on paper. Empty on public pages.
    pub fn printed(&self) -> String {
        let Some(head) = &self.head else { return String::new() };
        let grant = head.grants.iter().find(|g| g.grant_id == head.grant);
        let what_for = grant.map(|g| format!(", for {}, until {}", g.purpose, g.until())).unwrap_or_default();
        format!("Printed by {}, {}{what_for}. Destroy after use.", head.name, words::moment(Utc::now()))
    }

    /// "Organiser, Wexmere – Hustings", for the title.
    pub fn title_end(&self) -> String {
        match &self.head {
            Some(head) => format!("{}, {} – Hustings", head.role.title(), head.area),
            None => "Hustings".into(),
        }
    }
}

impl OwnGrant {
    /// When it ends, in words.
    pub fn until(&self) -> String {
        words::until(self.ends_at)
    }

    /// Whether it was taken in an emergency.
    pub fn broken_glass(&self) -> bool {
        self.kind == GrantKind::BreakGlass
    }
}

fn said(query: Option<&str>) -> &'static str {
    let word = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("said=")).unwrap_or_default();
    SAID.iter().find(|(known, _)| *known == word).map_or("", |(_, text)| text)
}

impl FromRequestParts<App> for Layout {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let viewer = <Viewer as OptionalFromRequestParts<App>>::from_request_parts(parts, app).await?;
        Ok(match viewer {
            Some(viewer) => Layout { said: said(parts.uri.query()), ..Layout::of(app, &viewer, parts.uri.path()) },
            None => Layout::nobody(app).await,
        })
    }
}
