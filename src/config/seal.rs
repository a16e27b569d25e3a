//! The settings of the access log's seal.

use super::ConfigError;
use crate::audit::seal::webhook::Target;
use std::path::PathBuf;

/// For how long the log is kept unless it is told: the time in which most claims can be brought (Limitation Act 1980).
const LOG_YEARS: u32 = 6;

/// Where heads are written besides the database, and for how many years months of the log are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealConfig {
    /// The file; none: `seal/heads.log` where everything else is kept.
    pub file: Option<PathBuf>,
    /// The socket of syslog, if it is written to.
    pub syslog: Option<PathBuf>,
    /// Where heads are posted to, if anywhere.
    pub webhook: Option<Target>,
    /// `audit expire` drops no month younger than this.
    pub log_years: u32,
}

impl Default for SealConfig {
    fn default() -> Self {
        SealConfig { file: None, syslog: None, webhook: None, log_years: LOG_YEARS }
    }
}

impl SealConfig {
    /// An empty setting is as good as none: docker-compose.yml passes such on.
    pub(super) fn checked(
        file: Option<PathBuf>,
        syslog: Option<PathBuf>,
        webhook: Option<String>,
        log_years: Option<u32>,
    ) -> Result<Self, ConfigError> {
        let named = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
        let webhook = webhook.filter(|url| !url.is_empty());
        let webhook = webhook.map(|url| Target::parse(&url).ok_or(ConfigError::SealWebhook)).transpose()?;
        let log_years = log_years.unwrap_or(LOG_YEARS);
        if !(1..=30).contains(&log_years) {
            return Err(ConfigError::LogYears);
        }
        Ok(SealConfig { file: named(file), syslog: named(syslog), webhook, log_years })
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
        text.push_str(&format!("log_years = {}\n", self.log_years));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhooks_secret_is_not_printed_and_a_log_is_kept_for_years() {
        let seal = SealConfig::checked(None, None, Some("https://seal.example.org/s3cret".into()), None).unwrap();
        assert_eq!(seal.to_text(), "seal_webhook = \"https://seal.example.org/***\"\nlog_years = 6\n");
        assert!(SealConfig::checked(None, None, Some(String::new()), Some(1)).unwrap().webhook.is_none());
        assert!(SealConfig::checked(None, None, None, Some(0)).is_err());
        assert!(SealConfig::checked(None, None, Some("http://seal.example.org".into()), None).is_err());
    }
}
