//! A head sent to somebody else's server: one POST of JSON over TLS, by hand. It needs nothing of an HTTP client but a
//! status line; what a client would do besides (follow redirects, keep cookies, read bodies of any size) must not happen
//! here, and rustls is in the house already.

use axum::http::Uri;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// How long one try may take, from looking up the name to the status.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where to: https, or plain http on this very machine. The path may hold a secret, so only the host is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    path: String,
    tls: bool,
}

impl Target {
    /// From a URL. None when heads must not go there.
    pub fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let tls = match uri.scheme_str()? {
            "https" => true,
            "http" if host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) => false,
            _ => return None,
        };
        if host.is_empty() || authority.as_str().contains('@') {
            return None;
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Some(Target { host, port, path: uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(), tls })
    }

    /// The path with what it is asked; it may hold a secret.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// As pages, logs and metrics name it.
    pub fn name(&self) -> String {
        format!("webhook {}://{}", if self.tls { "https" } else { "http" }, self.authority())
    }

    /// Host and port, as a request names them.
    pub(crate) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

/// Posts JSON; done is a status of 200 to 299, and nothing else: a redirect is not followed.
///
/// # Errors
/// What stood in the way, in words that may be shown.
pub async fn post(target: &Target, json: &str) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, send(target, json)).await {
        Ok(sent) => sent,
        Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
    }
}

/// What is written to and read from.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Opens the way there; nothing has been said on it.
pub(crate) async fn stream(target: &Target) -> Result<Box<dyn Stream>, String> {
    let told = |error: std::io::Error| error.to_string();
    let stream = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(told)?;
    if !target.tls {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(target.host.clone()).map_err(|e| e.to_string())?;
    Ok(Box::new(connector()?.connect(name, stream).await.map_err(told)?))
}

async fn send(target: &Target, json: &str) -> Result<(), String> {
    let status = exchange(stream(target).await?, target, json).await;
    match status.map_err(|error| error.to_string())? {
        Some(200..=299) => Ok(()),
        Some(status) => Err(format!("answered {status}")),
        None => Err("answered something that is not HTTP".into()),
    }
}

/// The certificates that browsers trust.
fn connector() -> Result<TlsConnector, String> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    target: &Target,
    json: &str,
) -> std::io::Result<Option<u16>> {
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\nuser-agent: hustings\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        target.path,
        target.authority(),
        json.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(json.as_bytes()).await?;
    stream.flush().await?;
    // "HTTP/1.1 200" is all that is read.
    let mut status = [0; 12];
    stream.read_exact(&mut status).await?;
    let line = std::str::from_utf8(&status).ok().and_then(|line| line.strip_prefix("HTTP/1."));
    Ok(line.and_then(|line| line.get(2..)?.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_go_over_tls_or_nowhere_else() {
        let target = Target::parse("https://seal.example.org/hook?token=s3cret").unwrap();
        assert_eq!(target.name(), "webhook https://seal.example.org");
        assert!(!format!("{target:?}").contains("s3cret"));
        assert!(Target::parse("http://127.0.0.1:9/x").is_some() && Target::parse("http://[::1]:9/x").is_some());
        for wrong in ["http://seal.example.org/", "https://u:p@x.example/", "ftp://x", "seal.example.org", "/x", ""] {
            assert!(Target::parse(wrong).is_none(), "{wrong}");
        }
    }
}
