//! The installation's own keys: secrets that must not lie in the database whose contents they guard.
//!
//! Each kind is a file `HUSTINGS_DATA/keys/KIND.key` (mode 0600, its owner the directory's), one key a line in hex, the newest
//! last; or the environment variable `HUSTINGS_KEY_KIND`, the same joined by commas, for several servers that share one
//! database. A key is made when it is first asked for. `hustings key rotate KIND` adds a new one: what was made with an
//! older one is still read by it.

use crate::error::Error;
use ring::{aead, hmac};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What a key is for. A key of one kind is never used for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Kind {
    /// Encrypts what accounts prove themselves with (authenticator secrets).
    Factors,
    /// Signs the heads of the access log: the seed of an Ed25519 key.
    Seal,
    /// Makes the keyed hashes that remain of people who were erased. Its keys are added to and never retired.
    Suppression,
    /// Stands behind the links by which people take consent back. Added to and never retired: a letter may be opened in years.
    Unsubscribe,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::Factors, Kind::Seal, Kind::Suppression, Kind::Unsubscribe];

    /// The word in file names and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Factors => "factors",
            Kind::Seal => "seal",
            Kind::Suppression => "suppression",
            Kind::Unsubscribe => "unsubscribe",
        }
    }

    fn variable(self) -> String {
        format!("HUSTINGS_KEY_{}", self.as_str().to_uppercase())
    }
}

/// A secret of 32 random bytes, with the name under which what was made by it is kept.
#[derive(Clone)]
pub struct Key {
    /// The first 8 bytes of SHA-256 of the secret, in hex: tells keys apart, opens nothing.
    pub id: String,
    secret: [u8; 32],
}

impl Key {
    fn of(secret: [u8; 32]) -> Self {
        Key { id: hex::encode(&Sha256::digest(secret)[..8]), secret }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(Key::of(hex::decode(text.trim()).ok()?.try_into().ok()?))
    }

    /// The secret itself, for the crate that works with it.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// HMAC-SHA-256 of a text.
    pub fn keyed_hash(&self, text: &str) -> Vec<u8> {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.secret), text.as_bytes()).as_ref().to_vec()
    }

    /// Whether this is its keyed hash of these bytes; takes the same time either way.
    pub fn made(&self, bytes: &[u8], hash: &[u8]) -> bool {
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &self.secret), bytes, hash).is_ok()
    }

    /// HMAC-SHA-256 of bytes.
    pub fn mac(&self, bytes: &[u8]) -> Vec<u8> {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.secret), bytes).as_ref().to_vec()
    }

    fn cipher(&self) -> Result<aead::LessSafeKey, Error> {
        aead::UnboundKey::new(&aead::CHACHA20_POLY1305, &self.secret)
            .map(aead::LessSafeKey::new)
            .map_err(|_| Error::internal("a key does not fit its cipher"))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// Where the keys are. Clones share what was read.
#[derive(Clone)]
pub struct Keys {
    directory: PathBuf,
    read: Arc<Mutex<HashMap<Kind, Vec<Key>>>>,
}

impl Keys {
    /// The keys of the installation whose files are under `data`. Nothing is read yet.
    pub fn of(data: &Path) -> Self {
        Keys { directory: data.join("keys"), read: Arc::default() }
    }

    /// The newest key of a kind, made when there is none.
    ///
    /// # Errors
    /// [`Error::Refused`] when its file cannot be read or written, with the file's name.
    pub fn newest(&self, kind: Kind) -> Result<Key, Error> {
        let all = self.all(kind)?;
        all.last().cloned().ok_or_else(|| Error::internal("a kind of key has no key"))
    }

    /// Every key of a kind, the newest last; never empty.
    ///
    /// # Errors
    /// As [`Keys::newest`].
    pub fn all(&self, kind: Kind) -> Result<Vec<Key>, Error> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = read.get(&kind) {
            return Ok(keys.clone());
        }
        let keys = self.load(kind)?;
        read.insert(kind, keys.clone());
        Ok(keys)
    }

    /// The key of this id.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is not there: what it made cannot be read.
    pub fn find(&self, kind: Kind, id: &str) -> Result<Key, Error> {
        let found = self.all(kind)?.into_iter().find(|k| k.id == id);
        found.ok_or_else(|| {
            Error::Refused(format!(
                "The key {id} is missing from {}. Put it back from a copy",
                self.file(kind).display()
            ))
        })
    }

    /// Adds a new key, which is used from now on (by a running server: from its next start). Answers it.
    ///
    /// # Errors
    /// [`Error::Refused`] when the keys come from the environment, or the file cannot be written.
    pub fn rotate(&self, kind: Kind) -> Result<Key, Error> {
        if std::env::var_os(kind.variable()).is_some() {
            return Err(Error::Refused(format!("These keys come from {}: add one there", kind.variable())));
        }
        self.all(kind)?;
        let key = Key::of(rand::random());
        self.append(kind, &key)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).remove(&kind);
        Ok(key)
    }

    /// Encrypts a secret of an account's. `about` is what it belongs to: it opens for nothing else.
    ///
    /// # Errors
    /// As [`Keys::newest`].
    pub fn encrypt(&self, kind: Kind, secret: &[u8], about: &[u8]) -> Result<(String, Vec<u8>), Error> {
        let key = self.newest(kind)?;
        let nonce: [u8; 12] = rand::random();
        let mut sealed = secret.to_vec();
        key.cipher()?
            .seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), aead::Aad::from(about), &mut sealed)
            .map_err(|_| Error::internal("a secret could not be encrypted"))?;
        Ok((key.id, [nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Keys::encrypt`] made.
    ///
    /// # Errors
    /// [`Error::Refused`] when its key is missing; [`Error::Internal`] when it was changed or belongs to something else.
    pub fn decrypt(&self, kind: Kind, id: &str, sealed: &[u8], about: &[u8]) -> Result<Vec<u8>, Error> {
        let key = self.find(kind, id)?;
        let changed = || Error::internal("an encrypted secret does not open");
        let (nonce, sealed) = sealed.split_at_checked(12).ok_or_else(changed)?;
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(|_| changed())?;
        let mut open = sealed.to_vec();
        let opened = key.cipher()?.open_in_place(nonce, aead::Aad::from(about), &mut open).map_err(|_| changed())?;
        Ok(opened.to_vec())
    }

    fn file(&self, kind: Kind) -> PathBuf {
        self.directory.join(format!("{}.key", kind.as_str()))
    }

    fn load(&self, kind: Kind) -> Result<Vec<Key>, Error> {
        if let Ok(given) = std::env::var(kind.variable()) {
            return parse(given.split(','), &kind.variable());
        }
        let file = self.file(kind);
        for _ in 0..2 {
            match fs::read_to_string(&file) {
                Ok(text) => return parse(text.lines(), &file.display().to_string()),
                Err(error) if error.kind() == ErrorKind::NotFound => self.create(kind)?,
                Err(error) => return Err(unusable(&file, &error)),
            }
        }
        Err(Error::internal("a key's file was made and is not there"))
    }

    /// Makes the file with one key, unless another process was first.
    fn create(&self, kind: Kind) -> Result<(), Error> {
        let file = self.file(kind);
        self.make_directory().map_err(|e| unusable(&self.directory, &e))?;
        let mut draft = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o600))
            .tempfile_in(&self.directory)
            .map_err(|e| unusable(&file, &e))?;
        let line = hex::encode(rand::random::<[u8; 32]>()) + "\n";
        let written = draft.write_all(line.as_bytes()).and_then(|()| draft.as_file().sync_all());
        written.map_err(|e| unusable(&file, &e))?;
        self.as_the_directory(draft.path()).map_err(|e| unusable(&file, &e))?;
        match draft.persist_noclobber(&file) {
            Err(error) if error.error.kind() != ErrorKind::AlreadyExists => Err(unusable(&file, &error.error)),
            _ => Ok(()),
        }
    }

    fn append(&self, kind: Kind, key: &Key) -> Result<(), Error> {
        let file = self.file(kind);
        let mut open = fs::OpenOptions::new().append(true).mode(0o600).open(&file).map_err(|e| unusable(&file, &e))?;
        let line = hex::encode(key.secret) + "\n";
        open.write_all(line.as_bytes()).and_then(|()| open.sync_all()).map_err(|e| unusable(&file, &e))
    }

    fn make_directory(&self) -> std::io::Result<()> {
        if self.directory.is_dir() {
            return Ok(());
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        let data = self.directory.parent().unwrap_or(&self.directory);
        give(&self.directory, data)
    }

    /// A command run by root makes what the server, which is not root, can read.
    fn as_the_directory(&self, file: &Path) -> std::io::Result<()> {
        give(file, &self.directory)
    }
}

fn give(file: &Path, like: &Path) -> std::io::Result<()> {
    let owner = fs::metadata(like)?;
    if nix::unistd::geteuid().is_root() {
        std::os::unix::fs::chown(file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

fn parse<'a>(lines: impl Iterator<Item = &'a str>, place: &str) -> Result<Vec<Key>, Error> {
    let lines = lines.filter(|l| !l.trim().is_empty());
    let keys: Option<Vec<Key>> = lines.map(Key::parse).collect();
    keys.filter(|k| !k.is_empty())
        .ok_or_else(|| Error::Refused(format!("{place} holds no keys: each is 64 hexadecimal digits")))
}

fn unusable(file: &Path, error: &std::io::Error) -> Error {
    Error::Refused(format!("The key at {} cannot be used: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_kept_from_others() {
        let data = tempfile::tempdir().unwrap();
        let first = Keys::of(data.path()).newest(Kind::Factors).unwrap();
        assert_eq!(first.id, Keys::of(data.path()).newest(Kind::Factors).unwrap().id);
        assert_ne!(first.id, Keys::of(data.path()).newest(Kind::Seal).unwrap().id);
        let mode = |path: &str| fs::metadata(data.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("keys"), mode("keys/factors.key")), (0o700, 0o600));
    }

    #[test]
    fn what_an_older_key_encrypted_opens_after_a_rotation_and_for_its_own_account_only() {
        let data = tempfile::tempdir().unwrap();
        let keys = Keys::of(data.path());
        let (id, sealed) = keys.encrypt(Kind::Factors, b"a secret", b"one account").unwrap();
        let newer = keys.rotate(Kind::Factors).unwrap();
        assert_ne!(newer.id, id);
        assert_eq!(keys.newest(Kind::Factors).unwrap().id, newer.id);
        assert_eq!(keys.decrypt(Kind::Factors, &id, &sealed, b"one account").unwrap(), b"a secret");
        assert!(keys.decrypt(Kind::Factors, &id, &sealed, b"another").is_err());
        let mut changed = sealed;
        *changed.last_mut().unwrap() ^= 1;
        assert!(keys.decrypt(Kind::Factors, &id, &changed, b"one account").is_err());
    }

    #[test]
    fn a_damaged_file_is_named_and_never_written_over() {
        let data = tempfile::tempdir().unwrap();
        let keys = Keys::of(data.path());
        keys.newest(Kind::Seal).unwrap();
        let file = data.path().join("keys/seal.key");
        fs::write(&file, "half of one").unwrap();
        let error = Keys::of(data.path()).newest(Kind::Seal).unwrap_err().to_string();
        assert!(error.contains("seal.key"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "half of one");
    }
}
