//! What was tried after access had ended, told apart: what the end itself refused, what a session that was signed out before
//! asked, what was closed.

use crate::audit::Refusal;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What an account was refused in a stretch of time.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// What the end of access refused: tries of signing in, pages and answers asked for. The oldest first, at most so many.
    pub afterwards: Vec<Refusal>,
    /// How many those are in all.
    pub total: i64,
    /// Of them, tries of signing in with the right password.
    pub sign_ins: i64,
    /// Asked with a session that its own browser had signed out, or that had run out by itself.
    pub signed_out: i64,
    /// Asked of a half that was closed.
    pub closed: i64,
    /// Asked of what is not there, or not part of a role.
    pub other: i64,
}

/// What was refused from `since` on, until `until` when that is given.
///
/// # Errors
/// What the database says.
pub async fn tried(
    scope: &mut Scoped,
    account: Uuid,
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    take: i64,
) -> Result<Tried, Error> {
    let rows = sqlx::query!(
        r#"with refused as materialized (
             select l.at, l.entry_id, l.route, coalesce(l.status, 0::smallint) as status,
               case when l.permission = 'sign-in' then 'sign-in'
                 when l.status = 503 then 'closed'
                 when l.status <> 401 then 'other'
                 when s.ended_why in ('signed-out', 'switched')
                   or (s.ended_at is null and g.ended_at is null and g.ends_at > l.at) then 'signed-out'
                 else 'ended' end as kind
             from access_log l left join session s on s.session_id = l.session_id left join access_grant g on g.grant_id = s.grant_id
             where l.account_id = $1 and l.what = 'refused' and l.at >= $2 and ($3::timestamptz is null or l.at < $3)
           )
           select at as "at!", route as "route!", status as "status!", kind as "kind!", count(*) over (partition by kind) as "total!",
             row_number() over (partition by kind in ('sign-in', 'ended') order by at, entry_id) as "n!"
           from refused order by at, entry_id"#,
        account,
        since,
        until
    )
    .fetch_all(scope.connection())
    .await?;
    let mut tried = Tried::default();
    for row in rows {
        match row.kind.as_str() {
            "closed" => tried.closed = row.total,
            "signed-out" => tried.signed_out = row.total,
            "other" => tried.other = row.total,
            kind => {
                tried.total = tried.total.max(row.n);
                tried.sign_ins = if kind == "sign-in" { row.total } else { tried.sign_ins };
                if row.n <= take {
                    tried.afterwards.push(Refusal { at: row.at, route: row.route, status: row.status });
                }
            }
        }
    }
    Ok(tried)
}
