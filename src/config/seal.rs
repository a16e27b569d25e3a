//! The settings of the access log's seal.

use super::ConfigError;
use crate::audit::seal::webhook::Target;
use std::path::PathBuf;

/// Where heads are written besides the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealConfig {
    /// The file; none: `seal/heads.log` where everything else is kept.
    pub file: Option<PathBuf>,
    /// The socket of syslog, if it is written to.
    pub syslog: Option<PathBuf>,
    /// Where heads are posted to, if anywhere.
    pub webhook: Option<Target>,
}

impl SealConfig {
    /// An empty setting is as good as none: docker-compose.yml passes such on.
    pub(super) fn checked(
        file: Option<PathBuf>,
        syslog: Option<PathBuf>,
        webhook: Option<String>,
    ) -> Result<Self, ConfigError> {
        let named = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
        let webhook = webhook.filter(|url| !url.is_empty());
        let webhook = webhook.map(|url| Target::parse(&url).ok_or(ConfigError::SealWebhook)).transpose()?;
        Ok(SealConfig { file: named(file), syslog: named(syslog), webhook })
    }

    /// As lines of `hustings.toml`; a webhook's path may be a secret.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        for (name, path) in [("seal_file", &self.file), ("seal_syslog", &self.syslog)] {
            if let Some(path) = path {
                text.push_str(&format!("{name} = \"{}\"\n", path.display()));
            }
        }
        if let Some(target) = &self.webhook {
            text.push_str(&format!("seal_webhook = \"{}/***\"\n", target.name().trim_start_matches("webhook ")));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhooks_secret_is_not_printed_and_none_goes_unencrypted() {
        let seal = SealConfig::checked(None, None, Some("https://seal.example.org/s3cret".into())).unwrap();
        assert_eq!(seal.to_text(), "seal_webhook = \"https://seal.example.org/***\"\n");
        assert!(SealConfig::checked(None, None, Some(String::new())).unwrap().webhook.is_none());
        assert!(SealConfig::checked(None, None, Some("http://seal.example.org".into())).is_err());
    }
}
