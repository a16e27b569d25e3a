//! Second factors at the door: what a session's holder proved is marked here, each in one function of the database's.

use crate::access::factors::app::Held;
use crate::access::factors::{Factor, recovery};
use crate::database::{Credential, Database};
use crate::error::Error;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// Counts a try; Some: when the next one is taken.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn begin_proof(
    database: &Database,
    credential: &Credential,
    address: &str,
) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(sqlx::query_scalar!("select wall.begin_proof($1, $2)", credential.as_hex(), address)
        .fetch_one(database.door())
        .await?)
}

/// The account's own factors, the oldest first.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn own(database: &Database, credential: &Credential) -> Result<Vec<Factor>, Error> {
    Ok(sqlx::query_as!(
        Factor,
        r#"select factor_id as "id!", kind as "kind!: _", name as "name!", made_at as "made_at!", used_at,
             codes_left as "codes_left!", codes_made from wall.own_factors($1)"#,
        credential.as_hex()
    )
    .fetch_all(database.door())
    .await?)
}

/// The account's authenticator apps.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn apps(database: &Database, credential: &Credential) -> Result<Vec<Held>, Error> {
    Ok(sqlx::query_as!(
        Held,
        r#"select factor_id as "id!", key_id as "key_id!", secret as "sealed!" from wall.apps($1)"#,
        credential.as_hex()
    )
    .fetch_all(database.door())
    .await?)
}

/// A code of this step was right. False: it was used already.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn prove_app(database: &Database, credential: &Credential, factor: Uuid, step: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.prove_app($1, $2, $3) as "is!""#, credential.as_hex(), factor, step)
        .fetch_one(database.door())
        .await?)
}

/// Uses a recovery code up. False: it is none of the account's, or was used.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn prove_recovery(database: &Database, credential: &Credential, digest: &[u8; 32]) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.prove_recovery($1, $2) as "is!""#, credential.as_hex(), &digest[..])
        .fetch_one(database.door())
        .await?)
}

/// The account's passkeys, as the library keeps them.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn passkeys(database: &Database, credential: &Credential) -> Result<Vec<Value>, Error> {
    Ok(sqlx::query_scalar!(r#"select passkey as "passkey!" from wall.passkeys($1)"#, credential.as_hex())
        .fetch_all(database.door())
        .await?)
}

/// A passkey's answer was right. False: it is none of this account's.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn prove_passkey(
    database: &Database,
    credential: &Credential,
    id: &[u8],
    passkey: Value,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.prove_passkey($1, $2, $3) as "is!""#, credential.as_hex(), id, passkey)
        .fetch_one(database.door())
        .await?)
}

/// Whose passkey this is, and the passkey.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn passkey_owner(database: &Database, id: &[u8]) -> Result<Option<(Uuid, Value)>, Error> {
    let row = sqlx::query!(r#"select account_id as "account!", passkey as "passkey!" from wall.passkey_owner($1)"#, id)
        .fetch_optional(database.door())
        .await?;
    Ok(row.map(|r| (r.account, r.passkey)))
}

/// Keeps a passkey's new counter.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn used_passkey(database: &Database, id: &[u8], passkey: Value) -> Result<(), Error> {
    sqlx::query!("select wall.used_passkey($1, $2)", id, passkey).execute(database.door()).await?;
    Ok(())
}

/// Remembers what a ceremony began with, for five minutes.
///
/// # Errors
/// [`Error::Busy`] when thousands that nobody owns wait already, or the session is over.
pub async fn keep_ceremony(
    database: &Database,
    ceremony: Uuid,
    credential: Option<&Credential>,
    kind: &str,
    state: Value,
) -> Result<(), Error> {
    let hash = credential.map(Credential::as_hex);
    let kept =
        sqlx::query_scalar!(r#"select wall.keep_ceremony($1, $2, $3, $4) as "kept!""#, ceremony, hash, kind, state)
            .fetch_one(database.door())
            .await?;
    if kept { Ok(()) } else { Err(Error::Busy) }
}

/// What a ceremony began with, once.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn take_ceremony(
    database: &Database,
    ceremony: Uuid,
    credential: Option<&Credential>,
    kind: &str,
) -> Result<Option<Value>, Error> {
    let hash = credential.map(Credential::as_hex);
    Ok(sqlx::query_scalar!("select wall.take_ceremony($1, $2, $3)", ceremony, hash, kind)
        .fetch_one(database.door())
        .await?)
}

/// Keeps a new passkey, which also counts as proved.
///
/// # Errors
/// [`Error::ConfirmFirst`] when the account has a factor that was not proved lately; [`Error::Conflict`] when it is known.
pub async fn add_passkey(
    database: &Database,
    credential: &Credential,
    name: &str,
    id: &[u8],
    passkey: Value,
) -> Result<(), Error> {
    let answer = sqlx::query_scalar!(
        r#"select wall.add_factor($1, $2, 'passkey', $3, $4, $5, null, null, null) as "answer!""#,
        credential.as_hex(),
        Uuid::now_v7(),
        name,
        id,
        passkey
    )
    .fetch_one(database.door())
    .await?;
    changed(&answer)
}

/// Keeps a new authenticator app, of which a code of this step was right.
///
/// # Errors
/// As [`add_passkey`].
pub async fn add_app(
    database: &Database,
    credential: &Credential,
    name: &str,
    app: &Held,
    step: i64,
) -> Result<(), Error> {
    let answer = sqlx::query_scalar!(
        r#"select wall.add_factor($1, $2, 'app', $3, null, null, $4, $5, $6) as "answer!""#,
        credential.as_hex(),
        app.id,
        name,
        app.key_id,
        app.sealed,
        step
    )
    .fetch_one(database.door())
    .await?;
    changed(&answer)
}

/// Takes a factor off one's own account.
///
/// # Errors
/// [`Error::ConfirmFirst`]; [`Error::Conflict`] when it is the last and the role needs one; [`Error::NotFound`].
pub async fn remove(database: &Database, credential: &Credential, factor: Uuid) -> Result<(), Error> {
    let answer = sqlx::query_scalar!(r#"select wall.remove_factor($1, $2) as "answer!""#, credential.as_hex(), factor)
        .fetch_one(database.door())
        .await?;
    changed(&answer)
}

fn changed(answer: &str) -> Result<(), Error> {
    match answer {
        "done" => Ok(()),
        "stale" => Err(Error::ConfirmFirst),
        "unproved" => Err(Error::Conflict(
            "Confirm your email address first: sign out, choose “Send me a link instead” and open the letter’s link"
                .into(),
        )),
        "known" => Err(Error::Conflict("This passkey is known already".into())),
        "last" => Err(Error::Conflict(
            "Your role needs a second factor. Add another one first, then take this one off".into(),
        )),
        "gone" => Err(Error::NotFound),
        _ => Err(Error::AccessEnded),
    }
}

/// Ten new recovery codes in place of any before: shown once, kept nowhere.
///
/// # Errors
/// [`Error::ConfirmFirst`] when no factor was proved lately.
pub async fn new_recovery_codes(database: &Database, credential: &Credential) -> Result<Vec<String>, Error> {
    let codes = recovery::new_codes();
    let digests: Vec<Vec<u8>> = codes.iter().map(|c| recovery::digest(c).to_vec()).collect();
    let done =
        sqlx::query_scalar!(r#"select wall.new_recovery_codes($1, $2) as "done!""#, credential.as_hex(), &digests)
            .fetch_one(database.door())
            .await?;
    if done { Ok(codes) } else { Err(Error::ConfirmFirst) }
}
