//! The settings of messages: what comes back of them, and who sends texts.

use super::ConfigError;
use crate::audit::seal::webhook::Target;
use crate::messages::texts::Template;
use std::path::PathBuf;

/// The fewest characters of a secret that a machine gives.
const FEWEST: usize = 32;

/// What a request of the usual shape holds.
const BODY: &str = r#"{"to": "{to}", "body": "{words}", "reference": "{id}"}"#;

/// Who sends texts.
#[derive(Clone, PartialEq, Eq)]
pub struct TextConfig {
    /// Where each is posted to.
    pub target: Target,
    /// A line of the request's head that proves who asks.
    pub header: Option<String>,
    /// What the request says.
    pub template: Template,
}

impl TextConfig {
    /// An empty address is as good as none.
    ///
    /// # Errors
    /// [`ConfigError::Text`] when texts would go in clear, or could not be said that way.
    pub fn checked(
        url: Option<String>,
        header: Option<String>,
        body: Option<String>,
    ) -> Result<Option<Self>, ConfigError> {
        let given = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let Some(url) = given(url) else { return Ok(None) };
        let header = given(header);
        let line = |h: &String| h.contains(": ") && !h.contains(|c: char| c.is_control()) && h.is_ascii();
        let target = Target::parse(&url).ok_or(ConfigError::Text)?;
        let template = Template::parse(given(body).as_deref().unwrap_or(BODY)).ok_or(ConfigError::Text)?;
        if !header.as_ref().is_none_or(line) {
            return Err(ConfigError::Text);
        }
        Ok(Some(TextConfig { target, header, template }))
    }
}

/// How bounces and complaints get here, and who sends texts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MessagesConfig {
    /// A Maildir, or a folder of `.eml` files, that is emptied every minute; none: nothing is read.
    pub returns_folder: Option<PathBuf>,
    /// What a mail service proves itself with; none: its address is closed.
    pub returns_secret: Option<String>,
    /// Who sends texts; none: they are kept as files.
    pub texts: Option<TextConfig>,
}

impl MessagesConfig {
    /// An empty setting is as good as none: docker-compose.yml passes such on.
    pub(super) fn checked(
        folder: Option<PathBuf>,
        secret: Option<String>,
        texts: Option<TextConfig>,
    ) -> Result<Self, ConfigError> {
        let returns_folder = folder.filter(|path| !path.as_os_str().is_empty());
        let returns_secret = secret.map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
        if returns_secret.as_ref().is_some_and(|s| s.chars().count() < FEWEST) {
            return Err(ConfigError::ReturnsSecret);
        }
        Ok(MessagesConfig { returns_folder, returns_secret, texts })
    }

    /// As lines of `hustings.toml`, the secret masked.
    pub(super) fn to_text(&self) -> String {
        let folder = self.returns_folder.as_ref().map(|path| format!("returns_folder = \"{}\"\n", path.display()));
        let secret = self.returns_secret.as_ref().map(|_| "returns_secret = \"***\"\n".to_owned());
        let texts = self.texts.as_ref().map(|texts| {
            let header = if texts.header.is_some() { "text_header = \"***\"\n" } else { "" };
            format!("text_url = \"{}/***\"\n{header}", texts.target.name().trim_start_matches("webhook "))
        });
        folder.into_iter().chain(secret).chain(texts).collect()
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
        let config = MessagesConfig::checked(Some("/var/mail/returns".into()), Some("s3cret".repeat(6)), None).unwrap();
        assert_eq!(config.to_text(), "returns_folder = \"/var/mail/returns\"\nreturns_secret = \"***\"\n");
        assert!(!format!("{config:?}").contains("s3cret"));
        assert!(MessagesConfig::checked(None, Some("s3cret".into()), None).is_err());
        assert_eq!(
            MessagesConfig::checked(Some(PathBuf::new()), Some(" ".into()), None).unwrap(),
            MessagesConfig::default()
        );
    }

    #[test]
    fn texts_go_over_tls_with_a_body_that_can_be_said() {
        let given = |url: &str, header: Option<&str>, body: Option<&str>| {
            TextConfig::checked(Some(url.into()), header.map(Into::into), body.map(Into::into))
        };
        let texts =
            given("https://texts.example.org/v1?key=s3cret", Some("Authorization: Bearer s3cret"), None).unwrap();
        let shown = MessagesConfig { texts, ..MessagesConfig::default() }.to_text();
        assert_eq!(shown, "text_url = \"https://texts.example.org/***\"\ntext_header = \"***\"\n");
        assert!(given("", None, None).unwrap().is_none());
        assert!(given("http://texts.example.org/", None, None).is_err(), "in clear");
        assert!(given("https://texts.example.org/", Some("A: b\r\nC: d"), None).is_err());
        for body in ["{to} {words}", r#"{"to": "{to}"}"#, r#"["{to}{words}"]"#] {
            assert!(given("https://texts.example.org/", None, Some(body)).is_err(), "{body}");
        }
    }
}
