//! Second factors: passkeys, the codes of an authenticator app, recovery codes.
//!
//! What enters is a session's credential and what its holder shows; what leaves is a session that has proved a factor. Secrets
//! are checked here, never in the database, which keeps an app's secret encrypted and of a passkey only the public half.

pub mod app;
pub mod passkey;
pub mod recovery;

use crate::access::door::{Caller, factors as door};
use crate::database::{Credential, Database};
use crate::error::Error;
use crate::keys::Keys;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What kind of factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Kind {
    /// A passkey: on a telephone, a computer, a security key.
    Passkey,
    /// An authenticator app.
    App,
}

impl Kind {
    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Passkey => "Passkey",
            Kind::App => "Authenticator app",
        }
    }
}

/// A factor, as its owner sees it.
#[derive(Debug, Clone)]
pub struct Factor {
    /// Which.
    pub id: Uuid,
    /// What kind.
    pub kind: Kind,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub made_at: DateTime<Utc>,
    /// When it was used last.
    pub used_at: Option<DateTime<Utc>>,
    /// Recovery codes of the account that are not used yet.
    pub codes_left: i64,
    /// When the newest of its recovery codes were made; None: it has none.
    pub codes_made: Option<DateTime<Utc>>,
}

/// What came of a code that somebody typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It is right, and counts no second time.
    Right,
    /// It is not.
    Wrong,
    /// It would have been right on a clock this many minutes away (behind: below 0): the telephone's clock is off.
    ClockOff(i64),
}

/// Checks a code of an authenticator app (six digits) or a recovery code (anything else), and marks the session.
///
/// # Errors
/// [`Error::TooMany`] after ten wrong ones in a quarter of an hour; [`Error::Refused`] when the key to the app's secret is
/// missing.
pub async fn prove_code(
    database: &Database,
    keys: &Keys,
    credential: &Credential,
    code: &str,
    caller: &Caller,
) -> Result<Proof, Error> {
    if let Some(at) = door::begin_proof(database, credential, &caller.address).await? {
        return Err(Error::TooMany(at));
    }
    let typed: String = code.chars().filter(|c| c.is_alphanumeric()).collect();
    if typed.len() != app::DIGITS || !typed.bytes().all(|b| b.is_ascii_digit()) {
        let right = door::prove_recovery(database, credential, &recovery::digest(&typed)).await?;
        return Ok(if right { Proof::Right } else { Proof::Wrong });
    }
    let now = Utc::now().timestamp();
    let mut proof = Proof::Wrong;
    for app in door::apps(database, credential).await? {
        match app::check(&app.secret(keys)?, &typed, now) {
            app::Checked::Right(step) if door::prove_app(database, credential, app.id, step).await? => {
                return Ok(Proof::Right);
            }
            // Of the past alone: what is told of a code to come could be kept until it is good.
            app::Checked::ClockOff(minutes) if minutes < 0 => proof = Proof::ClockOff(minutes),
            _ => {}
        }
    }
    Ok(proof)
}
