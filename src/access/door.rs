//! What happens without a session, over `hustings_door`'s own connections: sign in, open and close sessions, keep a
//! late result, note a refused attempt. That login may run these functions and touch no table.

mod about;
mod device;
pub mod events;
pub mod exports;
pub mod factors;
pub mod help;
pub mod join;
mod late;
pub mod links;
pub mod messages;
mod own;
mod seal;
mod sign_in;
mod watch;

pub(crate) use about::connection;
pub use about::{About, EarlierNotice, Notice, Phones, about, earlier_notices, notices};
pub use device::{Device, cookie_name as device_cookie};
pub use late::{Kept, Late, quarantine};
pub use own::{
    OwnSession, PasswordChange, Terms, accept_terms, change_password, choose_theme, newest_terms, own_sessions,
    sign_out_elsewhere, sign_out_there,
};
pub use seal::{LastHead, NewHead, Sealing, seal_begin, seal_delays, seal_thin, seal_wrote};
pub use sign_in::{GrantChoice, SignIn, Wanted, sign_in, sign_in_proved};
pub use watch::{Asked, Changed, Watching, note_place, watch_begin, watch_gauges, watch_rules};

use super::{Asks, Token};
use crate::database::{Credential, Database};
use crate::error::Error;
use uuid::Uuid;

/// Who stands at the door: where from and with what, for the session's row and the limits.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The network address, as the proxy or the socket says.
    pub address: String,
    /// The browser's own description.
    pub agent: String,
    /// The mark that this browser has had since it signed in first.
    pub device: Option<Device>,
}

impl Caller {
    /// What stands for their browser; of a program, which keeps no cookie, what it says it is and where it comes from.
    fn device_digest(&self) -> Vec<u8> {
        self.device.as_ref().map_or_else(|| Device::of_program(&self.agent, &self.address), Device::digest)
    }
}

/// Opens a session under another of one's own grants; the one in use ends. What it asks for is asked by the next page. None when that grant is not there.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn switch(
    database: &Database,
    credential: &Credential,
    wanted: Uuid,
    caller: &Caller,
) -> Result<Option<Token>, Error> {
    let token = Token::new();
    let key = token.key();
    let opened = sqlx::query!(
        r#"select session_id as "session_id!" from wall.switch_session($1, $2, $3, $4, $5, $6)"#,
        credential.as_hex(),
        Uuid::now_v7(),
        key,
        wanted,
        caller.agent,
        caller.address
    )
    .fetch_optional(database.door())
    .await?;
    Ok(opened.map(|_| token))
}

/// What this session is still asked for before anything is seen with it; None: it is through.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn still_asks(database: &Database, credential: &Credential) -> Result<Option<Asks>, Error> {
    let row = sqlx::query!(r#"select state as "state!", asks from wall.who($1)"#, credential.as_hex())
        .fetch_one(database.app())
        .await?;
    Ok(if row.state == "live" { None } else { row.asks.as_deref().and_then(Asks::parse).or(Some(Asks::Terms)) })
}

/// Keeps a session in use awake, at most every five minutes.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn refresh(database: &Database, credential: &Credential) -> Result<(), Error> {
    sqlx::query!("select wall.refresh_session($1)", credential.as_hex()).execute(database.door()).await?;
    Ok(())
}

/// Ends this session.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn sign_out(database: &Database, credential: &Credential) -> Result<(), Error> {
    sqlx::query!("select wall.close_session($1)", credential.as_hex()).execute(database.door()).await?;
    Ok(())
}

/// Whether the access that this session was opened under has ended, and nothing else lets its account in.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn access_over(database: &Database, credential: &Credential) -> Result<bool, Error> {
    let over = sqlx::query_scalar!(r#"select wall.access_over($1) as "over!""#, credential.as_hex())
        .fetch_one(database.door())
        .await?;
    Ok(over)
}

/// Puts a refused attempt of a known account on record: the route's pattern and the answer, nothing that was sent.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn note_refusal(
    database: &Database,
    credential: &Credential,
    route: &str,
    status: i16,
    address: &str,
) -> Result<(), Error> {
    sqlx::query!("select wall.note_refusal($1, $2, $3, $4)", credential.as_hex(), route, status, address)
        .execute(database.door())
        .await?;
    Ok(())
}

/// Folds the ledger of tallies, so that figures stay quick to read: for nobody in particular, and it shows nothing.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn fold_tallies(database: &Database) -> Result<(), Error> {
    sqlx::query!("select wall.fold_tallies()").execute(database.door()).await?;
    Ok(())
}

/// Ends the imports that wait to be looked over by somebody without access, and forgets their rows. Answers how many.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn sweep_imports(database: &Database) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.sweep_imports() as "n!""#).fetch_one(database.door()).await?)
}

/// Forgets the membership files that nobody came back to for a fortnight.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn forget_member_imports(database: &Database) -> Result<(), Error> {
    sqlx::query!("select wall.forget_member_imports()").execute(database.door()).await?;
    Ok(())
}

/// Hands back open tasks of whoever may no longer do them. Answers how many.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn hand_tasks_back(database: &Database) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.hand_tasks_back() as "n!""#).fetch_one(database.door()).await?)
}

/// What access reviews do by themselves: open twice a year, remind a week before, end on their day what nobody answered for.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn keep_reviews(database: &Database) -> Result<(), Error> {
    sqlx::query!("select wall.keep_reviews()").execute(database.door()).await?;
    Ok(())
}

/// Destroys what is short-lived and counts what waits for a person, once in twenty hours, whoever asks. Whether it was done now.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn keep_retention(database: &Database) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.keep_retention() as "done!""#).fetch_one(database.door()).await?)
}

/// Ends an import that cannot go on, perhaps because its own session is over: says why, forgets what was staged.
/// Answers whether there was such an import of that session's account.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn fail_import(database: &Database, credential: &Credential, import: Uuid, why: &str) -> Result<bool, Error> {
    let ended = sqlx::query_scalar!("select wall.fail_import($1, $2, $3)", credential.as_hex(), import, why)
        .fetch_one(database.door())
        .await?;
    Ok(ended.unwrap_or_default())
}
