//! Who walked with a pile and when, as it stands at the top of its page: an account, or a name that somebody typed.

use super::piles::Pile;
use crate::canvass::lists::assign;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Who may have walked with a pile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walkers {
    /// Names to choose from: who held the list, the last first, and the volunteers whom it may be given to.
    pub names: Vec<(Uuid, String)>,
    /// As it stands, or whoever held the list last.
    pub who: String,
    /// The same, where it is an account.
    pub account: Option<Uuid>,
}

/// Who may have walked with this pile, and who is put down for it.
///
/// # Errors
/// What the database says.
pub async fn walkers(scope: &mut Scoped, pile: &Pile) -> Result<Walkers, Error> {
    let held = sqlx::query_scalar!(
        "select account_id from assignment where partition_id = $1 and list_id = $2 order by ends_at desc, assigned_at desc limit 50",
        pile.list.partition,
        pile.list.id
    )
    .fetch_all(scope.connection())
    .await?;
    let wanted: Vec<Uuid> = held.iter().copied().chain(pile.canvasser).collect();
    let known = account_names(scope, &wanted).await?;
    let mut names: Vec<(Uuid, String)> = Vec::new();
    let volunteers = assign::volunteers(scope, pile.list).await?.into_iter().map(|v| (v.account, v.name));
    let holders = wanted.iter().filter_map(|id| Some((*id, known.get(id)?.clone())));
    for (id, name) in holders.chain(volunteers) {
        if !names.iter().any(|(other, _)| *other == id) {
            names.push((id, name));
        }
    }
    let account = match pile.canvasser_name.as_str() {
        "" => pile.canvasser.or_else(|| held.first().copied()),
        _ => None,
    };
    let who = match account {
        Some(id) => known.get(&id).cloned().unwrap_or_default(),
        None => pile.canvasser_name.clone(),
    };
    Ok(Walkers { names, who, account })
}

/// Who walked with a pile: an account, or a name. Where nobody said so whoever held the list last, and where nobody held
/// it nobody.
///
/// # Errors
/// What the database says.
pub async fn canvasser(scope: &mut Scoped, pile: &Pile) -> Result<(Option<Uuid>, String), Error> {
    if pile.canvasser.is_some() || !pile.canvasser_name.is_empty() {
        return Ok((pile.canvasser, pile.canvasser_name.clone()));
    }
    let last = sqlx::query_scalar!(
        "select account_id from assignment where partition_id = $1 and list_id = $2 order by ends_at desc, assigned_at desc limit 1",
        pile.list.partition,
        pile.list.id
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok((last, String::new()))
}

/// Puts down who walked with a pile and when: an account where the name is one account's, else the name itself.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn set_canvasser(
    scope: &mut Scoped,
    run: i64,
    walkers: &Walkers,
    name: &str,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let same: Vec<Uuid> = walkers.names.iter().filter(|(_, n)| n == name).map(|(id, _)| *id).collect();
    let account = match same.as_slice() {
        [one] => Some(*one),
        // Of namesakes the one who is put down already.
        _ => walkers.account.filter(|id| same.contains(id)),
    };
    let typed = if account.is_some() { "" } else { name };
    let by = scope.account();
    let done = sqlx::query!(
        "update pile set canvasser = $2, canvasser_name = $3, canvassed_at = $4, changed_by = $5, changed_at = statement_timestamp()
         where run_no = $1",
        run,
        account,
        typed,
        at,
        by
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// The names of accounts.
pub(super) async fn account_names(scope: &mut Scoped, accounts: &[Uuid]) -> Result<HashMap<Uuid, String>, Error> {
    let rows = sqlx::query!(r#"select account_id as "account!", name as "name!" from wall.names($1)"#, accounts)
        .fetch_all(scope.connection())
        .await?;
    Ok(rows.into_iter().map(|r| (r.account, r.name)).collect())
}
