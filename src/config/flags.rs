//! The settings on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;

/// Settings given on the command line, with any command.
#[derive(Clone, Debug, Default, Serialize, clap::Args)]
pub struct Flags {
    /// The database, as `hustings_app` (DATABASE_URL; unset: a PostgreSQL of Hustings' own)
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) database_url: Option<String>,
    /// The same database, as `hustings_door` (HUSTINGS_DOOR_URL)
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) door_url: Option<String>,
    /// The same database, as `hustings_operator` (HUSTINGS_OWNER_URL)
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner_url: Option<String>,
    /// Address and port to listen on (HUSTINGS_LISTEN; 127.0.0.1:8080)
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) listen: Option<SocketAddr>,
    /// Directory of everything that is kept in files (HUSTINGS_DATA; var)
    #[arg(long, global = true, value_name = "DIRECTORY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<PathBuf>,
    /// What people type to come here (HUSTINGS_BASE_URL; http:// and the address listened on)
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base_url: Option<String>,
    /// Address and port of /metrics, which is closed unless given (HUSTINGS_METRICS_LISTEN)
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metrics_listen: Option<SocketAddr>,
    /// Where the source code of what runs here can be had (HUSTINGS_SOURCE_URL; a page says whom to ask)
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source_url: Option<String>,
    /// Mail server, as smtps://user:password@host (HUSTINGS_SMTP_URL; letters are kept as files)
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) smtp_url: Option<String>,
    /// Who letters come from (HUSTINGS_MAIL_FROM; no-reply at the host of the base URL)
    #[arg(long, global = true, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mail_from: Option<String>,
    /// PEM file of the certificate chain, to speak https without a proxy (HUSTINGS_TLS_CERT)
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tls_cert: Option<PathBuf>,
    /// PEM file of its private key (HUSTINGS_TLS_KEY)
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tls_key: Option<PathBuf>,
    /// File that signed heads of the access log are written to (HUSTINGS_SEAL_FILE; seal/heads.log in the data directory)
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seal_file: Option<PathBuf>,
    /// Socket of syslog that heads are sent to as well, such as /dev/log (HUSTINGS_SEAL_SYSLOG)
    #[arg(long, global = true, value_name = "SOCKET")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seal_syslog: Option<PathBuf>,
    /// Address that heads are posted to as well (HUSTINGS_SEAL_WEBHOOK)
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seal_webhook: Option<String>,
    /// Maildir, or folder of .eml files, that bounces and complaints come to (HUSTINGS_RETURNS_FOLDER)
    #[arg(long, global = true, value_name = "DIRECTORY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) returns_folder: Option<PathBuf>,
    /// What a mail service proves itself with at POST /api/v1/returns, which is closed unless given (HUSTINGS_RETURNS_SECRET)
    #[arg(long, global = true, value_name = "SECRET")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) returns_secret: Option<String>,
    /// Where texts are posted to, as https (HUSTINGS_TEXT_URL; they are kept as files)
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text_url: Option<String>,
    /// The line that proves who asks there, like Authorization: Bearer SECRET (HUSTINGS_TEXT_HEADER)
    #[arg(long, global = true, value_name = "LINE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text_header: Option<String>,
    /// What is posted: JSON with {to}, {words} and {id} in it (HUSTINGS_TEXT_BODY)
    #[arg(long, global = true, value_name = "JSON")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text_body: Option<String>,
}
