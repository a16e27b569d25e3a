//! The settings of what comes back of messages.

use super::ConfigError;
use std::path::PathBuf;

/// The fewest characters of a secret that a machine gives.
const FEWEST: usize = 32;

/// How bounces and complaints get here.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MessagesConfig {
    /// A Maildir, or a folder of `.eml` files, that is emptied every minute; none: nothing is read.
    pub returns_folder: Option<PathBuf>,
    /// What a mail service proves itself with; none: its address is closed.
    pub returns_secret: Option<String>,
}

impl MessagesConfig {
    /// An empty setting is as good as none: docker-compose.yml passes such on.
    pub(super) fn checked(folder: Option<PathBuf>, secret: Option<String>) -> Result<Self, ConfigError> {
        let returns_folder = folder.filter(|path| !path.as_os_str().is_empty());
        let returns_secret = secret.map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
        if returns_secret.as_ref().is_some_and(|s| s.chars().count() < FEWEST) {
            return Err(ConfigError::ReturnsSecret);
        }
        Ok(MessagesConfig { returns_folder, returns_secret })
    }

    /// As lines of `hustings.toml`, the secret masked.
    pub(super) fn to_text(&self) -> String {
        let folder = self.returns_folder.as_ref().map(|path| format!("returns_folder = \"{}\"\n", path.display()));
        let secret = self.returns_secret.as_ref().map(|_| "returns_secret = \"***\"\n".to_owned());
        folder.into_iter().chain(secret).collect()
    }
}

impl std::fmt::Debug for MessagesConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_never_printed() {
        let config = MessagesConfig::checked(Some("/var/mail/returns".into()), Some("s3cret".repeat(6))).unwrap();
        assert_eq!(config.to_text(), "returns_folder = \"/var/mail/returns\"\nreturns_secret = \"***\"\n");
        assert!(!format!("{config:?}").contains("s3cret"));
        assert!(MessagesConfig::checked(None, Some("s3cret".into())).is_err());
        assert_eq!(MessagesConfig::checked(Some(PathBuf::new()), Some(" ".into())).unwrap(), MessagesConfig::default());
    }
}
