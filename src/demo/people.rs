//! The people who work in the demonstration: one account a role, and further volunteers.

use super::words;
use crate::access::factors::app;
use crate::access::store::accounts;
use crate::access::store::grants::{self, NewGrant};
use crate::access::store::reviews;
use crate::access::{Role, passwords};
use crate::areas;
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use crate::setup::{FirstPoll, Kind, SetUp, store, usual_codes, usual_notice};
use crate::web::words::day_of;
use chrono::{TimeDelta, Utc};
use uuid::Uuid;

const CONTROLLER: &str = "The Lantern Party";
const CONTACT: &str = "data@lantern.example";
const ADMINISTRATOR: (&str, &str) = ("administrator@lantern.example", "Ruth Calloway-Finch");
/// One account a role besides the administrator: role, address, name, area, purpose.
const STAFF: [(Role, &str, &str, &str, &str); 4] = [
    (
        Role::Volunteer,
        "volunteer@lantern.example",
        "Bo Ferreday",
        words::CONSTITUENCY.0,
        "Canvassing for the local elections",
    ),
    (Role::Organiser, "organiser@lantern.example", "Imogen Vale", words::AUTHORITY, "Local elections"),
    (Role::MembershipSecretary, "membership@lantern.example", "Oswin Tarrant", words::CONSTITUENCY.0, "Membership"),
    (
        Role::DataProtectionOfficer,
        "protection@lantern.example",
        "Perpetua Lindqvist-Oyelaran",
        "all",
        "Data protection",
    ),
];
/// A second administrator, who asks for what the first approves. Nobody knows their password.
const DEPUTY: (&str, &str) = ("deputy@lantern.example", "Tobias Renn-Achterberg");
/// Volunteers whose answers fill the history.
const HELPERS: [(&str, &str); 5] = [
    ("sunniva@lantern.example", "Sunniva Hartley-Abara"),
    ("marek@lantern.example", "Marek Olding"),
    ("ana@lantern.example", "Ana Quist"),
    ("dee@lantern.example", "Dee Sallow"),
    ("chidi@lantern.example", "Chidi Okonjo-Whitcombe"),
];

/// A way in, as it is printed.
pub struct SignIn {
    role: Role,
    email: String,
    password: String,
    /// The authenticator app's secret in base32; None: this role needs no second factor.
    factor: Option<String>,
}

impl SignIn {
    /// Role, email, password, factor.
    pub fn line(&self) -> String {
        let factor = self.factor.as_deref().unwrap_or("-");
        format!("{}  {}  {}  {factor}\n", self.role.as_str(), self.email, self.password)
    }
}

/// Who works here.
pub struct People {
    /// One a role.
    pub sign_ins: Vec<SignIn>,
    /// The volunteer who signs in.
    pub volunteer: Uuid,
    /// The further volunteers.
    pub helpers: Vec<Uuid>,
}

/// Sets the installation up and adds everybody with their grants.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, keys: &Keys) -> Result<People, Error> {
    let mut people = People { sign_ins: Vec::new(), volunteer: Uuid::nil(), helpers: Vec::new() };
    let password = passwords::make();
    let administrator = store::by_operator(scope, &set_up(passwords::hash(password.clone()).await?)).await?;
    for (role, email, name, area, purpose) in STAFF {
        let password = passwords::make();
        let hash = passwords::hash(password.clone()).await?;
        let account = with_grant(scope, (email, name), &hash, role, area, purpose).await?;
        if role == Role::Volunteer {
            people.volunteer = account;
        }
        let factor = if role == Role::Volunteer { None } else { Some(factor(scope, keys, account).await?) };
        people.sign_ins.push(SignIn { role, email: email.to_owned(), password, factor });
    }
    let secret = factor(scope, keys, administrator).await?;
    people.sign_ins.push(SignIn {
        role: Role::Administrator,
        email: ADMINISTRATOR.0.into(),
        password,
        factor: Some(secret),
    });
    // Nobody knows this one: the further volunteers do not sign in.
    let closed = passwords::hash(passwords::make()).await?;
    for who in HELPERS {
        let area = words::CONSTITUENCY.0;
        people
            .helpers
            .push(with_grant(scope, who, &closed, Role::Volunteer, area, "Canvassing for the local elections").await?);
    }
    let purpose = "Giving and ending access";
    let deputy = with_grant(scope, DEPUTY, &closed, Role::Administrator, "all", purpose).await?;
    open_matters(scope, deputy).await?;
    sqlx::query!(
        "insert into terms_acceptance (account_id, version, by_operator)
         select account_id, version, true from account cross join terms on conflict do nothing"
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("update account set demonstration = true").execute(scope.connection()).await?;
    sqlx::query!("update installation set demonstration = true").execute(scope.connection()).await?;
    Ok(people)
}

/// A made secret of an authenticator app, as it is typed into one.
async fn factor(scope: &mut Scoped, keys: &Keys, account: Uuid) -> Result<String, Error> {
    let secret = app::new_secret();
    accounts::add_app(scope, keys, account, &secret).await?;
    Ok(app::typed(&secret).replace(' ', ""))
}

/// An access review under way, and a request that waits for the first administrator.
async fn open_matters(scope: &mut Scoped, deputy: Uuid) -> Result<(), Error> {
    let area = areas::store::resolve(scope, words::CONSTITUENCY.0).await?.id;
    reviews::open(scope, area).await?;
    // Longer than usual: a demonstration that is left alone keeps its volunteers until their own end.
    sqlx::query!("update access_review set due_at = due_at + interval '28 days'").execute(scope.connection()).await?;
    sqlx::query!(
        "insert into grant_request (request_id, account_id, role, area_id, purpose, reason, ends_at, asked_by)
         select $1, a.account_id, 'data-protection-officer', ar.area_id, 'Data protection', 'Stands in while Perpetua is away',
           now() + interval '180 days', $2
         from account a, area ar where a.email = 'membership@lantern.example' and ar.kind = 'installation'",
        Uuid::now_v7(),
        deputy
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

fn set_up(password_hash: String) -> SetUp {
    let poll_day = day_of(Utc::now() + TimeDelta::days(164));
    SetUp {
        controller: CONTROLLER.into(),
        contact: CONTACT.into(),
        kind: Kind::Party,
        privacy_notice: usual_notice(CONTROLLER, CONTACT),
        codes: usual_codes(),
        poll: Some(FirstPoll { name: "Local elections".into(), date: poll_day, kind: "local".into() }),
        admin_email: ADMINISTRATOR.0.into(),
        admin_name: ADMINISTRATOR.1.into(),
        password_hash,
    }
}

async fn with_grant(
    scope: &mut Scoped,
    (email, name): (&str, &str),
    hash: &str,
    role: Role,
    area: &str,
    purpose: &str,
) -> Result<Uuid, Error> {
    let account = accounts::add(scope, email, name, hash).await?;
    let area = areas::store::resolve(scope, area).await?.id;
    let days = if role == Role::Volunteer { 60 } else { 365 };
    let new = NewGrant {
        account,
        role,
        area,
        purpose: purpose.into(),
        reason: "Demonstration".into(),
        until: Utc::now() + TimeDelta::days(days),
    };
    grants::give(scope, &new).await?;
    Ok(account)
}
