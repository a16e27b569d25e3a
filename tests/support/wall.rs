//! A connection as an attacker would have it: the application's own login, and SQL at will.

use super::app::{Account, TestApp};
use hustings::access::Token;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, query};
use uuid::Uuid;

/// The working roles that `hustings_app` may become.
pub const WORKING_ROLES: [&str; 6] = [
    "hustings_volunteer",
    "hustings_organiser",
    "hustings_membership",
    "hustings_protection",
    "hustings_administrator",
    "hustings_importer",
];

/// Opens a live session for an account's first grant without a password; answers the browser's token.
pub async fn open_session(app: &TestApp, account: &Account) -> String {
    open_session_under(app, account.id, account.grant).await
}

/// Opens a live session under one grant.
pub async fn open_session_under(app: &TestApp, account: Uuid, grant: Uuid) -> String {
    let token = Token::new();
    query(
        "insert into session (session_id, key, grant_id, account_id, cleared_at, factor_at, idle_until, ends_at)
         values ($1, $2, $3, $4, now(), now(), now() + interval '1 hour', now() + interval '1 hour')",
    )
    .bind(Uuid::now_v7())
    .bind(token.credential().unwrap().key())
    .bind(grant)
    .bind(account)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
    token.as_str().to_owned()
}

/// What the server sends to PostgreSQL for a token.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Becomes a working role with this session, list and area open, for good: the way the pools do, but without limits.
pub async fn become_role(connection: &mut PgConnection, role: &str, session: &str, list: &str, area: &str) {
    // The roles are this module's own list; a role's name cannot be bound.
    query(AssertSqlSafe(format!("set role {role}"))).execute(&mut *connection).await.unwrap();
    query("select set_config('app.session', $1, false), set_config('app.list', $2, false), set_config('app.area', $3, false)")
        .bind(session)
        .bind(list)
        .bind(area)
        .execute(connection)
        .await
        .unwrap();
}
