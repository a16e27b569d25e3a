//! Passkeys (WebAuthn): on a telephone, a computer or a security key, unlocked there by its owner, so that one alone is as good as
//! a password and a second factor together. Each is bound to this site's name by the browser.

use crate::access::door::factors as door;
use crate::database::{Credential, Database};
use crate::error::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// What a browser is asked, with the name under which the server remembers it.
#[derive(Debug, Serialize)]
pub struct Ceremony {
    /// Handed back with the answer.
    pub ceremony: Uuid,
    /// For `navigator.credentials`.
    pub options: Value,
}

/// Passkeys for this site; None where browsers know none: at a bare network address, or without https (but for `localhost`).
pub fn site(base_url: &str) -> Option<Webauthn> {
    let origin = Url::parse(base_url).ok()?;
    let name = origin.domain()?.to_owned();
    let safe = origin.scheme() == "https" || name == "localhost";
    let built = safe.then(|| WebauthnBuilder::new(&name, &origin).ok()?.rp_name("Hustings").build().ok());
    built.flatten()
}

/// The same, or why there are none.
///
/// # Errors
/// [`Error::Conflict`] where browsers know no passkeys.
pub fn here(base_url: &str) -> Result<Webauthn, Error> {
    site(base_url).ok_or_else(|| {
        Error::Conflict("Passkeys need a site with a name and https. Use an authenticator app here".into())
    })
}

/// Begins making a passkey for a session's account.
///
/// # Errors
/// [`Error::Conflict`] where there are none; what the database says.
pub async fn begin_making(
    database: &Database,
    base_url: &str,
    credential: &Credential,
    (account, email, name): (Uuid, &str, &str),
) -> Result<Ceremony, Error> {
    let site = here(base_url)?;
    let known = passkeys(database, credential).await?;
    let exclude = known.iter().map(|p| p.cred_id().clone()).collect();
    let (challenge, state) = site.start_passkey_registration(account, email, name, Some(exclude)).map_err(failed)?;
    let mut options = json(&challenge)?;
    // So that it can be found without an address typed, where the device has room for it.
    options["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
    keep(database, Some(credential), "passkey", &state, options).await
}

/// Ends making one, and keeps it under this name.
///
/// # Errors
/// [`Error::Conflict`] when it took too long, or the answer is not of this ceremony, or it is known already.
pub async fn finish_making(
    database: &Database,
    base_url: &str,
    credential: &Credential,
    (ceremony, name): (Uuid, &str),
    answer: Value,
) -> Result<(), Error> {
    let site = here(base_url)?;
    let state: PasskeyRegistration = take(database, Some(credential), ceremony, "passkey").await?;
    let answer: RegisterPublicKeyCredential = read(answer)?;
    let passkey = site.finish_passkey_registration(&answer, &state).map_err(failed)?;
    door::add_passkey(database, credential, name, passkey.cred_id(), json(&passkey)?).await
}

/// Begins proving one of the account's own.
///
/// # Errors
/// [`Error::Conflict`] when it has none.
pub async fn begin_proving(database: &Database, base_url: &str, credential: &Credential) -> Result<Ceremony, Error> {
    let site = here(base_url)?;
    let known = passkeys(database, credential).await?;
    if known.is_empty() {
        return Err(Error::Conflict("This account has no passkey".into()));
    }
    let (challenge, state) = site.start_passkey_authentication(&known).map_err(failed)?;
    keep(database, Some(credential), "prove", &state, json(&challenge)?).await
}

/// Ends proving one: the session has proved a factor. One of another account counts for nothing.
///
/// # Errors
/// [`Error::Conflict`] when it is not one of the account's, or took too long.
pub async fn finish_proving(
    database: &Database,
    base_url: &str,
    credential: &Credential,
    ceremony: Uuid,
    answer: Value,
) -> Result<(), Error> {
    let site = here(base_url)?;
    let state: PasskeyAuthentication = take(database, Some(credential), ceremony, "prove").await?;
    let answer: PublicKeyCredential = read(answer)?;
    let result = site.finish_passkey_authentication(&answer, &state).map_err(failed)?;
    let known = passkeys(database, credential).await?.into_iter().find(|p| p.cred_id() == result.cred_id());
    let mut passkey = known.ok_or_else(|| failed("the passkey is gone"))?;
    passkey.update_credential(&result);
    match door::prove_passkey(database, credential, passkey.cred_id(), json(&passkey)?).await? {
        true => Ok(()),
        false => Err(failed("another account's")),
    }
}

/// Begins signing in by a passkey alone.
///
/// # Errors
/// [`Error::Conflict`] where there are none.
pub async fn begin_sign_in(database: &Database, base_url: &str) -> Result<Ceremony, Error> {
    let (challenge, state) = here(base_url)?.start_discoverable_authentication().map_err(failed)?;
    let mut options = json(&challenge)?;
    // Asked by a button, not offered beside a field.
    if let Some(options) = options.as_object_mut() {
        options.remove("mediation");
    }
    keep(database, None, "sign-in", &state, options).await
}

/// Ends signing in by a passkey: whose it is.
///
/// # Errors
/// [`Error::Conflict`] when nobody's is known by it, or it took too long.
pub async fn finish_sign_in(database: &Database, base_url: &str, ceremony: Uuid, answer: Value) -> Result<Uuid, Error> {
    let site = here(base_url)?;
    let state: DiscoverableAuthentication = take(database, None, ceremony, "sign-in").await?;
    let answer: PublicKeyCredential = read(answer)?;
    let (account, id) = site.identify_discoverable_authentication(&answer).map_err(failed)?;
    let (owner, passkey) = door::passkey_owner(database, id).await?.ok_or_else(|| failed("nobody's"))?;
    let mut passkey: Passkey = read(passkey)?;
    let result = site.finish_discoverable_authentication_v2(&answer, state, &passkey).map_err(failed)?;
    // The key says whose it is, and so does the table: both must mean the same.
    if owner != account {
        return Err(failed("another account's"));
    }
    passkey.update_credential(&result);
    door::used_passkey(database, passkey.cred_id(), json(&passkey)?).await?;
    Ok(owner)
}

async fn passkeys(database: &Database, credential: &Credential) -> Result<Vec<Passkey>, Error> {
    door::passkeys(database, credential).await?.into_iter().map(read).collect()
}

async fn keep(
    database: &Database,
    credential: Option<&Credential>,
    kind: &'static str,
    state: &impl Serialize,
    options: Value,
) -> Result<Ceremony, Error> {
    let ceremony = Uuid::new_v4();
    door::keep_ceremony(database, ceremony, credential, kind, json(state)?).await?;
    Ok(Ceremony { ceremony, options })
}

async fn take<T: DeserializeOwned>(
    database: &Database,
    credential: Option<&Credential>,
    ceremony: Uuid,
    kind: &'static str,
) -> Result<T, Error> {
    let state = door::take_ceremony(database, ceremony, credential, kind).await?;
    read(state.ok_or_else(|| Error::Conflict("That took longer than five minutes. Try again".into()))?)
}

fn json(value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|_| failed("no answer of a passkey"))
}

/// Whatever was wrong with it, whoever holds it needs to know only that it was not taken.
fn failed(why: impl std::fmt::Display) -> Error {
    tracing::info!(%why, "a passkey was not taken");
    Error::Conflict("That passkey was not taken. Try again, or use another way".into())
}

#[cfg(test)]
mod tests {
    use super::site;

    #[test]
    fn passkeys_are_offered_where_browsers_know_them() {
        assert!(site("https://hustings.example.org").is_some());
        assert!(site("http://localhost:8080").is_some());
        for without in ["http://127.0.0.1:8080", "https://192.0.2.7", "http://hustings.example.org"] {
            assert!(site(without).is_none(), "{without}");
        }
    }
}
