//! What is signed: heads, months that expired, and each new key by the one before it. Ed25519; what is signed is text, whose
//! first line says which log and which kind, so that nothing signed as one thing passes for another.

use super::leaf::{Hash, Moment};
use crate::error::Error;
use crate::keys::{Key, Keys, Kind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The public half of a key that signs heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Public(pub [u8; 32]);

impl Public {
    /// From 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Public(hex::decode(text.trim()).ok()?.try_into().ok()?))
    }

    /// The name that heads carry: the first 8 bytes of its SHA-256, in hex.
    pub fn id(&self) -> String {
        hex::encode(&Sha256::digest(self.0)[..8])
    }

    /// Whether the key signed this text.
    pub fn signed(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(text.as_bytes(), signature).is_ok()
    }
}

/// The key that signs, and how the one before it vouches for it.
pub struct Signer {
    pair: Ed25519KeyPair,
    /// Its public half.
    pub public: Public,
    before: Option<(Ed25519KeyPair, Public)>,
}

impl Signer {
    /// The installation's newest.
    ///
    /// # Errors
    /// As [`Keys::newest`].
    pub fn newest(keys: &Keys) -> Result<Self, Error> {
        let all = keys.all(Kind::Seal)?;
        let (newest, older) = all.split_last().ok_or_else(|| Error::internal("a kind of key has no key"))?;
        let (pair, public) = open(newest)?;
        Ok(Signer { pair, public, before: older.last().map(open).transpose()? })
    }

    /// Signs a text.
    pub fn sign(&self, text: &str) -> Vec<u8> {
        self.pair.sign(text.as_bytes()).as_ref().to_vec()
    }

    /// The key before, if there was one, and its word for this one.
    pub fn voucher(&self, log: Uuid) -> Option<(Public, Vec<u8>)> {
        let (pair, public) = self.before.as_ref()?;
        Some((*public, pair.sign(voucher(log, &self.public).as_bytes()).as_ref().to_vec()))
    }
}

fn open(key: &Key) -> Result<(Ed25519KeyPair, Public), Error> {
    let pair = Ed25519KeyPair::from_seed_unchecked(key.secret())
        .map_err(|_| Error::internal("a key does not fit its signature"))?;
    let public = pair.public_key().as_ref().try_into().map_err(|_| Error::internal("a public key is not 32 bytes"))?;
    Ok((pair, Public(public)))
}

/// The public halves of all keys of the installation, the newest last.
///
/// # Errors
/// As [`Keys::newest`].
pub fn publics(keys: &Keys) -> Result<Vec<Public>, Error> {
    keys.all(Kind::Seal)?.iter().map(|key| Ok(open(key)?.1)).collect()
}

/// What an older key signs to vouch for a newer one.
pub fn voucher(log: Uuid, newer: &Public) -> String {
    format!("hustings/{log}/key\n{}\n", BASE64.encode(newer.0))
}

/// How far the log was sealed at a moment: so many leaves, under this root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which log.
    pub log: Uuid,
    /// How many leaves.
    pub leaves: u64,
    /// The tree's root over them.
    #[serde(with = "super::hexed")]
    pub root: Hash,
    /// When, by the database's clock.
    pub at: Moment,
    /// Every row written before this is among the leaves, as far as the sealer could tell then.
    pub complete: Option<Moment>,
    /// Which key signed.
    pub key: String,
    /// The signature of [`Head::text`].
    #[serde(with = "super::hexed")]
    pub signature: Vec<u8>,
}

impl Head {
    /// Signs how far the log is.
    pub fn sign(signer: &Signer, log: Uuid, (leaves, root): (u64, Hash), at: Moment, complete: Option<Moment>) -> Self {
        let mut head = Head { log, leaves, root, at, complete, key: signer.public.id(), signature: Vec::new() };
        head.signature = signer.sign(&head.text());
        head
    }

    /// What is signed: the body of a checkpoint (C2SP tlog-checkpoint), whose two extension lines are times.
    pub fn text(&self) -> String {
        let complete = self.complete.map_or_else(|| "none".into(), |at| at.to_string());
        let Head { log, leaves, at, .. } = self;
        format!("hustings/{log}\n{leaves}\n{}\nat {at}\ncomplete {complete}\n", BASE64.encode(self.root))
    }

    /// The head as a signed note (C2SP signed-note), which other programs verify too.
    pub fn note(&self, public: &Public) -> String {
        let name = format!("hustings/{}", self.log);
        let hash = Sha256::new().chain_update(&name).chain_update([b'\n', 1]).chain_update(public.0).finalize();
        let signature = BASE64.encode([&hash[..4], &self.signature].concat());
        format!("{}\n— {name} {signature}\n", self.text())
    }

    /// As one line of JSON: what second places hold.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// That months were dropped: the tree up to there, and which leaves after it went too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expired {
    /// Which log.
    pub log: Uuid,
    /// The last month dropped, as its first day.
    pub month: chrono::NaiveDate,
    /// Leaves below this number are gone.
    pub through: u64,
    /// Leaves from there on whose rows are gone: of rows sealed after the next month had begun.
    pub later: Vec<u64>,
    /// How many rows were dropped.
    pub rows: u64,
    /// The root over the leaves below `through`.
    #[serde(with = "super::hexed")]
    pub root: Hash,
    /// The frontier there.
    #[serde(with = "super::hexed")]
    pub frontier: Vec<u8>,
    /// When they were dropped.
    pub at: Moment,
    /// Which key signed.
    pub key: String,
    /// The signature of [`Expired::text`].
    #[serde(with = "super::hexed")]
    pub signature: Vec<u8>,
}

impl Expired {
    /// What is signed. The frontier is not in it: its root is.
    pub fn text(&self) -> String {
        let later: Vec<String> = self.later.iter().map(u64::to_string).collect();
        let Expired { log, month, through, rows, at, .. } = self;
        let root = BASE64.encode(self.root);
        format!("hustings/{log}/expired\n{month}\n{through}\n{}\n{rows}\n{root}\n{at}\n", later.join(","))
    }
}
