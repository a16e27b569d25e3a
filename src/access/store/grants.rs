//! Grants: one account, one role, one area, a purpose, a start, an end, who gave it and why.

use super::PAGE;
use crate::access::{GrantKind, Role};
use crate::database::{Actor, Scoped};
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A grant as lists show it.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub account: Uuid,
    /// The account's name.
    pub name: String,
    /// The account's address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The area's name.
    pub area: String,
    /// What for.
    pub purpose: String,
    /// Why it was given.
    pub reason: String,
    /// How it came.
    pub kind: GrantKind,
    /// Who asked for it, where two people decided.
    pub asked_by: Option<String>,
    /// The giver's name, or who approved it; None: the operator, or set-up.
    pub given_by: Option<String>,
    /// Whether it ends when membership does.
    pub needs_membership: bool,
    /// When it begins, or began.
    pub starts_at: DateTime<Utc>,
    /// When its end was last moved on, and by whom.
    pub renewed: Option<String>,
    /// Whether the account gave it to itself.
    pub own: bool,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// When it ends, or would have.
    pub ends_at: DateTime<Utc>,
    /// When it was ended before that.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who ended it; None: the operator, a rule, or nobody.
    pub ended_by: Option<String>,
    /// The rule that ended it, when nobody did: `review` or `membership`.
    pub ended_by_rule: Option<String>,
    /// Why it was ended.
    pub ended_reason: Option<String>,
    /// Last use, to five minutes; None: never.
    pub seen_at: Option<DateTime<Utc>>,
    /// How many the list holds beyond its page.
    pub total: i64,
}

impl Grant {
    /// Who is behind it: "Ann", "asked by Ann, approved by Bo", "The operator".
    pub fn by_words(&self) -> String {
        let by = self.given_by.as_deref().unwrap_or("The operator");
        match (self.kind, &self.asked_by) {
            (GrantKind::Approved, Some(asker)) => {
                format!("Asked by {asker}, approved by {}", self.given_by.as_deref().unwrap_or("the operator"))
            }
            (GrantKind::Announced, Some(asker)) => format!("Asked by {asker}, begun after 24 hours on record"),
            (GrantKind::BreakGlass, _) => format!("Taken by {by}"),
            _ => by.to_owned(),
        }
    }

    /// When it begins, if it has not.
    pub fn to_come(&self) -> Option<DateTime<Utc>> {
        Some(self.starts_at).filter(|at| *at > Utc::now())
    }
}

/// Which grants a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that live, or will.
    Live,
    /// Those that are over.
    Ended,
    /// Both, of one account.
    Of(Uuid),
    /// Those that live and end by themselves within seven days.
    EndingSoon,
}

/// What orders a list; a minus turns it round.
const ORDERS: [&str; 6] = ["account", "-account", "until", "-until", "seen", "-seen"];

/// The order asked for, if it is one.
pub fn order(asked: &str) -> &'static str {
    ORDERS.into_iter().find(|o| *o == asked).unwrap_or("account")
}

/// Grants whose account's name, address or area holds the words, one page of them.
///
/// # Errors
/// What the database says.
pub async fn list(
    scope: &mut Scoped,
    which: Which,
    words: &str,
    order: &'static str,
    skip: i64,
) -> Result<Vec<Grant>, Error> {
    let (kind, of) = match which {
        Which::Live => ("live", None),
        Which::Ended => ("ended", None),
        Which::Of(account) => ("of", Some(account)),
        Which::EndingSoon => ("soon", None),
    };
    let rows = sqlx::query_as!(
        Grant,
        r#"select g.grant_id as id, g.account_id as account, a.name, a.email, g.role as "role: Role", ar.name as area, g.purpose,
             g.reason, g.kind as "kind: GrantKind", asker.name as "asked_by?", giver.name as "given_by?", g.needs_membership,
             g.starts_at, renewed.words as "renewed?", g.ended_by_rule, g.given_by is not distinct from g.account_id as "own!", g.given_at,
             g.ends_at, g.ended_at, ender.name as "ended_by?", g.ended_reason, seen.at as "seen_at?",
             count(*) over () as "total!"
           from access_grant g join account a using (account_id) join area ar using (area_id)
           left join account giver on giver.account_id = g.given_by
           left join account ender on ender.account_id = g.ended_by
           left join grant_request r on r.request_id = g.request_id
           left join account asker on asker.account_id = r.asked_by
           left join lateral (select format('Renewed by %s on %s: %s', by.name,
               to_char(n.at at time zone 'Europe/London', 'FMDD Mon YYYY'), n.reason) as words
             from grant_renewal n join account by on by.account_id = n.by_account
             where n.grant_id = g.grant_id order by n.at desc limit 1) renewed on true
           left join lateral (select max(s.refreshed_at) as at from session s where s.grant_id = g.grant_id) seen on true
           where case $1
               when 'live' then g.ended_at is null and g.ends_at > now()
               when 'soon' then g.ended_at is null and g.ends_at > now() and g.ends_at < now() + interval '7 days'
               when 'ended' then g.ended_at is not null or g.ends_at <= now()
               else g.account_id = $2 end
             and ($3 = '' or position(lower($3) in lower(a.name)) > 0 or position(lower($3) in a.email) > 0
               or position(lower($3) in lower(ar.name)) > 0)
           order by
             case when $1 in ('ended', 'of') then coalesce(g.ended_at, g.ends_at) end desc nulls last,
             case when $1 = 'soon' then g.ends_at end,
             case when $4 = 'account' then lower(a.name) end, case when $4 = '-account' then lower(a.name) end desc,
             case when $4 = 'until' then g.ends_at end, case when $4 = '-until' then g.ends_at end desc,
             case when $4 = '-seen' then seen.at end nulls last, case when $4 = 'seen' then seen.at end desc nulls last,
             lower(a.name), g.given_at
           offset $5 limit $6"#,
        kind,
        of,
        words,
        order,
        skip,
        if of.is_some() { 500 } else { PAGE }
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows)
}

/// How many grants live now, how many accounts they belong to, and how many end within seven days.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Live grants.
    pub grants: i64,
    /// Accounts with one.
    pub accounts: i64,
    /// Of the grants, those that end within seven days.
    pub ending: i64,
    /// Grants that are over.
    pub ended: i64,
    /// All accounts.
    pub all_accounts: i64,
}

/// What stands in the head of the access page.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped) -> Result<Counts, Error> {
    Ok(sqlx::query_as!(
        Counts,
        r#"select count(*) filter (where ended_at is null and ends_at > now()) as "grants!",
             count(distinct account_id) filter (where ended_at is null and ends_at > now()) as "accounts!",
             count(*) filter (where ended_at is null and ends_at > now() and ends_at < now() + interval '7 days') as "ending!",
             count(*) filter (where ended_at is not null or ends_at <= now()) as "ended!",
             (select count(*) from account) as "all_accounts!"
           from access_grant"#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A grant for the command line's list: everything that lives, by address.
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// The account's address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// What to type for the area.
    pub area: String,
    /// The area's name.
    pub area_name: String,
    /// What for.
    pub purpose: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// Every grant that lives, or will.
///
/// # Errors
/// What the database says.
pub async fn all_live(scope: &mut Scoped) -> Result<Vec<Listed>, Error> {
    Ok(sqlx::query_as!(
        Listed,
        r#"select g.grant_id as id, a.email, g.role as "role: Role", g.purpose, g.ends_at as until, ar.name as area_name,
             coalesce(ar.short_name, ar.gss_code, u.name || '/' || d.letters, ar.name) as "area!"
           from access_grant g join account a using (account_id) join area ar using (area_id)
           left join district d on d.area_no = ar.area_no left join authority u on u.partition_id = d.partition_id
           where g.ended_at is null and g.ends_at > now() order by a.email, g.given_at"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A grant about to be given.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// To whom.
    pub account: Uuid,
    /// The role.
    pub role: Role,
    /// The area's id.
    pub area: i64,
    /// What for.
    pub purpose: String,
    /// Why, for the record.
    pub reason: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// What a grant may say besides.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// When it begins; None: at once.
    pub from: Option<DateTime<Utc>>,
    /// Whether it ends when the account's membership does.
    pub needs_membership: bool,
}

/// What takes two people: the Guard's own roles, and whatever one would give oneself. The operator decides alone.
pub fn takes_two(scope: &Scoped, role: Role, account: Uuid) -> bool {
    scope.account().is_some_and(|me| role.everywhere_only() || me == account)
}

/// The same grant, given a moment ago and living. Two who give to one account wait for each other.
async fn just_given(scope: &mut Scoped, new: &NewGrant) -> Result<Option<Uuid>, Error> {
    sqlx::query!(r#"select 1 as "locked" from account where account_id = $1 for no key update"#, new.account)
        .fetch_optional(scope.connection())
        .await?;
    Ok(sqlx::query_scalar!(
        "select grant_id from access_grant where account_id = $1 and role = $2 and area_id = $3 and purpose = $4
           and reason = $5 and ends_at = $6 and ended_at is null and given_at > statement_timestamp() - interval '1 minute'",
        new.account,
        new.role.as_str(),
        new.area,
        new.purpose,
        new.reason,
        new.until
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Gives a grant, from now. The same one asked for again within a minute is a form sent twice: it is given once.
///
/// # Errors
/// As [`give_on`].
pub async fn give(scope: &mut Scoped, new: &NewGrant) -> Result<Uuid, Error> {
    give_on(scope, new, Terms::default()).await
}

/// Gives a grant on these terms. The same one asked for again within a minute is a form sent twice: it is given once.
///
/// # Errors
/// [`Error::Invalid`] on `area` when the role is given on all areas only; [`Error::NotFound`] without such an account;
/// [`Error::Conflict`] when it takes two people.
pub async fn give_on(scope: &mut Scoped, new: &NewGrant, terms: Terms) -> Result<Uuid, Error> {
    must_be_everywhere(scope, new).await?;
    if let Some(given) = just_given(scope, new).await? {
        return Ok(given);
    }
    let (id, operator) = (Uuid::now_v7(), scope.operator_id());
    insert(scope, id, new, terms).await?;
    if operator.is_some() && new.role.everywhere_only() {
        super::requests::tell_officers(scope, new).await?;
    }
    Ok(id)
}

/// What a role guards may have no borders.
///
/// # Errors
/// [`Error::Invalid`] on `area`.
pub(super) async fn must_be_everywhere(scope: &mut Scoped, new: &NewGrant) -> Result<(), Error> {
    let everywhere =
        sqlx::query_scalar!(r#"select kind = 'installation' as "e!" from area where area_id = $1"#, new.area)
            .fetch_one(scope.connection())
            .await?;
    if new.role.everywhere_only() && !everywhere {
        return Err(Error::field("area", format!("A {} works on all areas", new.role.title().to_lowercase())));
    }
    Ok(())
}

/// The row itself: what may not be given, the database refuses.
pub(super) async fn insert(scope: &mut Scoped, id: Uuid, new: &NewGrant, terms: Terms) -> Result<(), Error> {
    let (by, operator) = (scope.account(), scope.operator_id());
    if operator.is_some() {
        sqlx::query!(
            "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, starts_at, ends_at, needs_membership,
               given_by_operator)
             values ($1, $2, $3, $4, $5, $6, coalesce($7, now()), $8, $9, $10)",
            id,
            new.account,
            new.role.as_str(),
            new.area,
            new.purpose,
            new.reason,
            terms.from,
            new.until,
            terms.needs_membership,
            operator
        )
        .execute(scope.connection())
        .await
        .map_err(not_given)?;
        return Ok(());
    }
    sqlx::query!(
        "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, starts_at, ends_at, needs_membership, given_by)
         values ($1, $2, $3, $4, $5, $6, coalesce($7, now()), $8, $9, $10)",
        id,
        new.account,
        new.role.as_str(),
        new.area,
        new.purpose,
        new.reason,
        terms.from,
        new.until,
        terms.needs_membership,
        by
    )
    .execute(scope.connection())
    .await
    .map_err(not_given)?;
    Ok(())
}

/// Whether the wall's own rules refused a row.
pub(super) fn is_refused(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|d| d.code()).as_deref() == Some("42501")
}

fn not_given(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|d| d.constraint()) {
        Some("access_grant_account_id_fkey") => Error::NotFound,
        _ if is_refused(&error) => Error::Conflict(
            "You cannot give this alone. Access to the Guard’s roles, or to yourself, is asked for and approved by somebody else; what \
             depends on membership is not given while membership has lapsed"
                .into(),
        ),
        _ => error.into(),
    }
}

/// One grant that lives, or will.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find_live(scope: &mut Scoped, id: Uuid) -> Result<Grant, Error> {
    let account = sqlx::query_scalar!(
        "select account_id from access_grant where grant_id = $1 and ended_at is null and ends_at > now()",
        id
    )
    .fetch_one(scope.connection())
    .await?;
    let all = list(scope, Which::Of(account), "", "account", 0).await?;
    all.into_iter().find(|g| g.id == id).ok_or(Error::NotFound)
}

/// Whether the actor may end this grant: not the one in use, which another administrator must end, so that somebody
/// who goes leaves a receipt behind.
pub(super) fn in_use(scope: &Scoped, id: Uuid) -> bool {
    matches!(scope.actor(), Actor::Session { grant, .. } if *grant == id)
}
