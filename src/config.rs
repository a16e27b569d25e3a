//! One typed configuration, from the least to the most particular: defaults, the file `hustings.toml` where Hustings is
//! started, the environment, flags. Every setting has one name: `HUSTINGS_BASE_URL` in the environment is `base_url` in
//! the file and `--base-url` on the command line. The three database URLs are given all or none; none means the
//! embedded cluster.

mod flags;
mod messages;
mod seal;
mod urls;

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::Deserialize;

pub use flags::Flags;
pub use messages::{MessagesConfig, TextConfig};
pub use seal::SealConfig;
pub use urls::DatabaseUrls;
pub(crate) use urls::is_here;

/// The file that is read if it is there.
const FILE: &str = "hustings.toml";

/// Where Hustings listens unless it is told.
const LISTEN: &str = "127.0.0.1:8080";

/// The settings whose variables begin with `HUSTINGS_`. Others that begin so belong to scripts and tests.
const SETTINGS: [&str; 19] = [
    "door_url",
    "owner_url",
    "listen",
    "data",
    "base_url",
    "metrics_listen",
    "source_url",
    "smtp_url",
    "mail_from",
    "tls_cert",
    "tls_key",
    "seal_file",
    "seal_syslog",
    "seal_webhook",
    "returns_folder",
    "returns_secret",
    "text_url",
    "text_header",
    "text_body",
];

/// The configuration, complete and consistent.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database server that was given; none: the embedded cluster.
    pub database: Option<DatabaseUrls>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The directory of everything that is kept in files, as it was given.
    pub data: PathBuf,
    /// What people type to come here, without a slash at the end; a form post must come from it.
    pub base_url: String,
    /// Where to listen for `/metrics`; none: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Where the source code of what runs here can be had: each page's foot leads there (AGPL-3.0, section 13). None: to a
    /// page that says whom to ask.
    pub source_url: Option<String>,
    /// The mail server, as smtps://user:password@host or smtp://user:password@host?tls=required (without TLS only on this machine);
    /// none: letters are kept as files under `data`.
    pub smtp_url: Option<String>,
    /// Who letters come from; none: no-reply at the host of `base_url`.
    pub mail_from: Option<String>,
    /// The certificate chain and its key as PEM files, to speak https without a proxy; none: a proxy does, or nobody.
    pub tls: Option<Tls>,
    /// Where heads of the access log are written besides, and how long the log is kept.
    pub seal: SealConfig,
    /// How what comes back of messages gets here.
    pub messages: MessagesConfig,
}

/// A certificate chain and its private key, as PEM files that are read anew when they change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The chain, the site's own certificate first.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// What is wrong with the configuration, for the person who wrote it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting cannot be read or is not known.
    #[error("{0}")]
    Unreadable(#[from] Box<figment::Error>),
    /// One or two of the three.
    #[error(
        "DATABASE_URL, HUSTINGS_DOOR_URL and HUSTINGS_OWNER_URL are given all three or not at all: {missing} is missing"
    )]
    Incomplete {
        /// Which.
        missing: &'static str,
    },
    /// One of the two, or a base URL that is not https.
    #[error("HUSTINGS_TLS_CERT and HUSTINGS_TLS_KEY are given together, and HUSTINGS_BASE_URL begins https:// then")]
    Tls,
    /// No address.
    #[error("HUSTINGS_BASE_URL must begin with http:// or https:// and end with the host or port")]
    BaseUrl,
    /// No address that a page could lead to.
    #[error("HUSTINGS_SOURCE_URL must begin with http:// or https:// and name a host")]
    SourceUrl,
    /// No address that heads may go to.
    #[error("HUSTINGS_SEAL_WEBHOOK must begin with https:// (or http:// and this very machine), without a user name")]
    SealWebhook,
    /// A secret that could be guessed.
    #[error("HUSTINGS_RETURNS_SECRET must have at least 32 characters: make one with openssl rand -hex 32")]
    ReturnsSecret,
    /// Texts would go in clear, or cannot be said that way.
    #[error(
        "HUSTINGS_TEXT_URL must begin with https:// (or http:// and this very machine), HUSTINGS_TEXT_HEADER be one line like \
         Authorization: Bearer SECRET, and HUSTINGS_TEXT_BODY be a JSON object with {{to}} and {{words}} in it"
    )]
    Text,
}

impl Config {
    /// Reads the configuration: the file in the working directory, the environment and the flags.
    ///
    /// # Errors
    /// When a setting is unknown or makes no sense.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let environment =
            Figment::from(Env::raw().only(&["DATABASE_URL"])).merge(Env::prefixed("HUSTINGS_").only(&SETTINGS));
        Self::merge(Figment::from(Toml::file(FILE)), environment, flags)
    }

    fn merge(file: Figment, environment: Figment, flags: &Flags) -> Result<Self, ConfigError> {
        let defaults = Figment::from(Serialized::default("listen", LISTEN)).merge(Serialized::default("data", "var"));
        let all = defaults.merge(file).merge(environment).merge(Serialized::defaults(flags));
        all.extract::<Given>().map_err(Box::new)?.checked()
    }

    /// The configuration as lines of `hustings.toml`, secrets masked. The database URLs are those in use, given or the
    /// embedded cluster's.
    pub fn to_text(&self, database: &DatabaseUrls) -> String {
        let mut text = format!("{database}listen = \"{}\"\ndata = \"{}\"\n", self.listen, self.data.display());
        text.push_str(&format!("base_url = \"{}\"\n", self.base_url));
        if let Some(address) = self.metrics_listen {
            text.push_str(&format!("metrics_listen = \"{address}\"\n"));
        }
        if let Some(url) = &self.source_url {
            text.push_str(&format!("source_url = \"{url}\"\n"));
        }
        if let Some(tls) = &self.tls {
            text.push_str(&format!("tls_cert = \"{}\"\ntls_key = \"{}\"\n", tls.cert.display(), tls.key.display()));
        }
        if self.smtp_url.is_some() {
            text.push_str("smtp_url = \"***\"\n");
        }
        if let Some(from) = &self.mail_from {
            text.push_str(&format!("mail_from = \"{from}\"\n"));
        }
        text.push_str(&self.seal.to_text());
        text.push_str(&self.messages.to_text());
        text
    }

    /// The same as JSON, the database URLs whole: for programs of the operator's.
    pub fn to_json(&self, database: &DatabaseUrls) -> serde_json::Value {
        serde_json::json!({
            "app_url": database.app,
            "door_url": database.door,
            "owner_url": database.owner,
            "listen": self.listen,
            "data": self.data,
            "base_url": self.base_url,
            "metrics_listen": self.metrics_listen,
            "source_url": self.source_url,
            "smtp_url": self.smtp_url.as_ref().map(|_| "***"),
            "mail_from": self.mail_from,
            "tls_cert": self.tls.as_ref().map(|t| &t.cert),
            "tls_key": self.tls.as_ref().map(|t| &t.key),
            "seal_file": self.seal.file,
            "seal_syslog": self.seal.syslog,
            "seal_webhook": self.seal.webhook.as_ref().map(|target| target.name()),
            "returns_folder": self.messages.returns_folder,
            "returns_secret": self.messages.returns_secret.as_ref().map(|_| "***"),
            "text_url": self.messages.texts.as_ref().map(|texts| texts.target.name()),
        })
    }
}

/// The settings as they are given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    database_url: Option<String>,
    door_url: Option<String>,
    owner_url: Option<String>,
    listen: SocketAddr,
    data: PathBuf,
    base_url: Option<String>,
    metrics_listen: Option<SocketAddr>,
    source_url: Option<String>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    seal_file: Option<PathBuf>,
    seal_syslog: Option<PathBuf>,
    seal_webhook: Option<String>,
    returns_folder: Option<PathBuf>,
    returns_secret: Option<String>,
    text_url: Option<String>,
    text_header: Option<String>,
    text_body: Option<String>,
}

impl Given {
    fn checked(self) -> Result<Config, ConfigError> {
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(cert), Some(key)) => Some(Tls { cert, key }),
            (None, None) => None,
            _ => return Err(ConfigError::Tls),
        };
        let base_url = match self.base_url {
            Some(given) => origin(&given).ok_or(ConfigError::BaseUrl)?,
            None if tls.is_some() => format!("https://{}", self.listen),
            None => format!("http://{}", self.listen),
        };
        if tls.is_some() && !base_url.starts_with("https://") {
            return Err(ConfigError::Tls);
        }
        let source_url = self.source_url.filter(|url| !url.is_empty());
        if !source_url.as_deref().is_none_or(is_address) {
            return Err(ConfigError::SourceUrl);
        }
        let database = DatabaseUrls::all_or_none(self.database_url, self.door_url, self.owner_url)?;
        let given = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
        let (smtp_url, mail_from) = (given(self.smtp_url), given(self.mail_from));
        let seal = SealConfig::checked(self.seal_file, self.seal_syslog, self.seal_webhook)?;
        let texts = TextConfig::checked(self.text_url, self.text_header, self.text_body)?;
        let messages = MessagesConfig::checked(self.returns_folder, self.returns_secret, texts)?;
        let Given { listen, data, metrics_listen, .. } = self;
        Ok(Config {
            database,
            listen,
            data,
            base_url,
            metrics_listen,
            source_url,
            smtp_url,
            mail_from,
            tls,
            seal,
            messages,
        })
    }
}

/// Whether a link may lead there: a script or a file is no address of the web, nor is what would break `hustings.toml`.
fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.starts_with('/') && !rest.is_empty())
        && !url.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\'))
}

/// Scheme, host and port, as a browser writes them in `Origin`; none when there is more, or less.
fn origin(url: &str) -> Option<String> {
    let url = url.strip_suffix('/').unwrap_or(url).to_ascii_lowercase();
    let (scheme, host) = url.split_once("://")?;
    let usual_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let plain = !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']);
    plain.then(|| url.strip_suffix(usual_port).unwrap_or(&url).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(file: &str, environment: &[(&str, &str)], flags: &Flags) -> Result<Config, ConfigError> {
        let environment =
            environment.iter().fold(Figment::new(), |all, (name, value)| all.merge(Serialized::default(name, value)));
        Config::merge(Figment::from(Toml::string(file)), environment, flags)
    }

    fn some_urls() -> DatabaseUrls {
        DatabaseUrls {
            app: "postgres://hustings_app:s3cret@db/hustings".into(),
            door: "postgres://db/hustings?user=hustings_door&password=s3cret".into(),
            owner: "postgres://hustings_operator:s3c?r@et@db/hustings".into(),
        }
    }

    #[test]
    fn nothing_given_means_the_defaults() {
        let config = merged("", &[], &Flags::default()).unwrap();
        assert_eq!((config.listen.to_string().as_str(), config.data), (LISTEN, PathBuf::from("var")));
        assert_eq!((config.base_url.as_str(), config.database), ("http://127.0.0.1:8080", None));
    }

    #[test]
    fn the_more_particular_wins() {
        let file = "listen = '127.0.0.1:1'\ndata = 'file'\nbase_url = 'https://file.example.org/'";
        let flags = Flags { listen: Some("127.0.0.1:3".parse().unwrap()), ..Flags::default() };
        let config = merged(file, &[("listen", "127.0.0.1:2"), ("data", "environment")], &flags).unwrap();
        assert_eq!((config.listen.port(), config.data), (3, PathBuf::from("environment")));
        assert_eq!(config.base_url, "https://file.example.org");
    }

    #[test]
    fn the_database_is_given_whole_or_not_at_all() {
        let error = merged("database_url = 'postgres://db/x'\nowner_url = ''", &[], &Flags::default()).unwrap_err();
        assert!(error.to_string().ends_with("HUSTINGS_DOOR_URL is missing"), "{error}");
        let all = "database_url = 'a'\ndoor_url = 'b'\nowner_url = 'c'";
        assert_eq!(merged(all, &[], &Flags::default()).unwrap().database.unwrap().owner, "c");
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let error = merged("listne = '127.0.0.1:1'", &[], &Flags::default()).unwrap_err();
        assert!(error.to_string().contains("listne"), "{error}");
    }

    #[test]
    fn a_base_url_is_what_a_browser_calls_the_origin() {
        assert_eq!(origin("https://Hustings.example.org:443/").as_deref(), Some("https://hustings.example.org"));
        assert_eq!(origin("http://localhost:8080").as_deref(), Some("http://localhost:8080"));
        for wrong in ["hustings.example.org", "https://", "ftp://x", "https://x/path", "https://u@x"] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_source_is_at_an_address_or_nowhere() {
        let given = |url| merged("", &[("source_url", url)], &Flags::default());
        let url = "https://code.example.org/hustings";
        let config = given(url).unwrap();
        assert_eq!(config.source_url.as_deref(), Some(url));
        assert!(config.to_text(&some_urls()).contains(&format!("source_url = \"{url}\"")));
        for nothing in [given(""), merged("", &[], &Flags::default())] {
            assert_eq!(nothing.unwrap().source_url, None, "docker-compose.yml passes an empty one on");
        }
        for wrong in ["javascript:alert(1)", "code.example.org", "https://", "https:///x", "http://x/ y"] {
            assert!(matches!(given(wrong), Err(ConfigError::SourceUrl)), "{wrong}");
        }
    }

    #[test]
    fn a_certificate_comes_with_its_key_and_an_https_address() {
        let pair = [("tls_cert", "/etc/h/cert.pem"), ("tls_key", "/etc/h/key.pem")];
        let config = merged("base_url = 'https://hustings.example.org'", &pair, &Flags::default()).unwrap();
        assert_eq!(config.tls.unwrap().key, PathBuf::from("/etc/h/key.pem"));
        assert!(merged("", &pair, &Flags::default()).unwrap().base_url.starts_with("https://127.0.0.1"));
        assert!(matches!(merged("base_url = 'http://x.example'", &pair, &Flags::default()), Err(ConfigError::Tls)));
        assert!(matches!(merged("", &pair[..1], &Flags::default()), Err(ConfigError::Tls)));
    }

    #[test]
    fn printing_masks_every_password_but_json_shows_them() {
        let config = merged("", &[], &Flags::default()).unwrap();
        let text = config.to_text(&some_urls());
        assert!(!text.contains("s3c"), "{text}");
        assert!(!format!("{:?}", some_urls()).contains("s3c"));
        assert!(text.contains("postgres://hustings_app:***@db/hustings"), "{text}");
        let json = config.to_json(&some_urls());
        assert_eq!(json["app_url"], "postgres://hustings_app:s3cret@db/hustings");
    }
}
