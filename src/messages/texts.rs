//! Text messages: handed to a provider, one a person. Without one they are kept as files for the operator, so that nothing goes out
//! that nobody meant to pay for.
//!
//! A text that may have gone is not sent again: nobody can tell one that came twice from one that was sent twice, and each costs.

mod http;
mod number;

pub use http::{Http, Template};
pub use number::number;

use crate::config::TextConfig;
use futures_util::future::BoxFuture;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Why a text did not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It was not taken, and never will be.
    ForGood(String),
    /// It was not taken, and may be later: trying again is safe.
    Later(String),
    /// Nobody knows whether it was taken: it is not tried again.
    Unknown(String),
}

impl Failure {
    /// Whether trying again cannot send it twice.
    pub fn may_try_again(&self) -> bool {
        matches!(self, Failure::Later(_))
    }

    /// Why, in words that name nobody.
    pub fn why(&self) -> &str {
        match self {
            Failure::ForGood(why) | Failure::Later(why) | Failure::Unknown(why) => why,
        }
    }
}

/// Somebody who sends texts.
pub trait Provider: Send + Sync {
    /// Hands over one text to a number (E.164), under an id of its own that stays the same when it is tried again.
    fn send<'a>(&'a self, to: &'a str, words: &'a str, id: Uuid) -> BoxFuture<'a, Result<(), Failure>>;

    /// Whether what has this id went; None: only the provider knows.
    fn went(&self, id: Uuid) -> Option<bool>;

    /// Whether texts are kept as files, and reach nobody.
    fn to_folder(&self) -> bool {
        false
    }
}

/// What telephones pack seven bits a letter (GSM 03.38); those of the second row take two.
const PACKED: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const PACKED_TWICE: &str = "^{}\\[~]|€";

/// In how many parts a text goes, each of which is paid for: 160 letters in one and 153 in each of several, or 70 and 67 where
/// a letter is not of the packed alphabet.
pub fn parts(words: &str) -> usize {
    let packed = words.chars().try_fold(0, |sum: usize, c| {
        if PACKED.contains(c) { Some(sum + 1) } else { PACKED_TWICE.contains(c).then_some(sum + 2) }
    });
    let (long, one, each) = packed.map_or_else(|| (words.encode_utf16().count(), 70, 67), |long| (long, 160, 153));
    if long <= one { 1 } else { long.div_ceil(each) }
}

/// Texts kept as files, one each.
#[derive(Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Under the directory where everything else is kept.
    pub fn of(data: &Path) -> Self {
        Folder(data.join("outbox").join("texts"))
    }

    fn keep(&self, to: &str, words: &str, id: Uuid) -> std::io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let draft = self.0.join(format!("{id}.part"));
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(format!("To: {to}\n\n{words}\n").as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, self.0.join(format!("{id}.txt")))
    }
}

impl Provider for Folder {
    fn send<'a>(&'a self, to: &'a str, words: &'a str, id: Uuid) -> BoxFuture<'a, Result<(), Failure>> {
        let (folder, to, words) = (self.clone(), to.to_owned(), words.to_owned());
        let later = |e: &dyn std::fmt::Display| Failure::Later(format!("the outbox folder cannot be written: {e}"));
        Box::pin(async move {
            let kept = tokio::task::spawn_blocking(move || folder.keep(&to, &words, id)).await;
            kept.map_err(|e| later(&e))?.map_err(|e| later(&e))
        })
    }

    fn to_folder(&self) -> bool {
        true
    }

    fn went(&self, id: Uuid) -> Option<bool> {
        Some(self.0.join(format!("{id}.txt")).exists())
    }
}

/// The provider that the configuration names, or the folder.
pub fn provider(config: Option<&TextConfig>, data: &Path) -> Box<dyn Provider> {
    match config {
        Some(config) => Box::new(Http::new(config.clone())),
        None => Box::new(Folder::of(data)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_text_is_counted_as_it_is_paid_for() {
        for (words, n) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("ŵ".repeat(70), 1),
            ("ŵ".repeat(71), 2),
        ] {
            assert_eq!(parts(&words), n, "{words}");
        }
    }

    #[tokio::test]
    async fn without_a_provider_a_text_is_a_file_for_the_operator_alone() {
        let data = tempfile::tempdir().unwrap();
        let (provider, id) = (provider(None, data.path()), Uuid::now_v7());
        for _ in 0..2 {
            provider.send("+447700900123", "Saturday, ten o’clock", id).await.unwrap();
        }
        let file = data.path().join(format!("outbox/texts/{id}.txt"));
        assert_eq!((provider.went(id), provider.went(Uuid::nil())), (Some(true), Some(false)));
        assert_eq!(fs::read_to_string(&file).unwrap(), "To: +447700900123\n\nSaturday, ten o’clock\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "twice is once");
    }
}
