//! Posts from other sites: refused unless the browser says that the page was ours. Fails closed.

use crate::config::Config;
use crate::error::Error;
use axum::http::{HeaderMap, Method, header};

/// How a credential was carried: browsers attach cookies by themselves, never a bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In a cookie.
    Cookie,
    /// In the Authorization header.
    Bearer,
}

const MESSAGE: &str = "This form was sent from another page. Open it again here and send it once more";

/// Every change by a cookie, and every form (sign-in too), must name our own site in `Origin` or `Referer`.
///
/// # Errors
/// [`Error::Forbidden`] when neither names it.
pub fn check(
    config: &Config,
    method: &Method,
    headers: &HeaderMap,
    path: &str,
    carrier: Option<Carrier>,
) -> Result<(), Error> {
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let form = !path.starts_with("/api/");
    let needed = !safe
        && !is_one_click(method, path)
        && carrier != Some(Carrier::Bearer)
        && (form || carrier == Some(Carrier::Cookie));
    if !needed || ours(config, headers) { Ok(()) } else { Err(Error::Forbidden(MESSAGE)) }
}

/// A mail program's own post by the link in a message (RFC 8058): it comes from no page and carries no cookie, and the link is
/// all that speaks for it.
fn is_one_click(method: &Method, path: &str) -> bool {
    let token = path.strip_prefix("/unsubscribe/").and_then(|rest| rest.strip_suffix("/one-click"));
    *method == Method::POST && token.is_some_and(|token| !token.is_empty() && !token.contains('/'))
}

fn ours(config: &Config, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let from = text(header::ORIGIN).or_else(|| text(header::REFERER)).map(origin_of);
    from.is_some_and(|from| from == origin_of(&config.base_url) || loopback_twin(config, from, text(header::HOST)))
}

/// Scheme, host and port of an address.
fn origin_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |i| i + 3);
    url[host..].find('/').map_or(url, |end| &url[..host + end])
}

/// On http loopback a person may type localhost or 127.0.0.1: the page's own host counts when it is loopback too.
fn loopback_twin(config: &Config, from: &str, host: Option<&str>) -> bool {
    let loopback =
        |h: &str| ["127.0.0.1", "localhost", "[::1]"].contains(&h.rsplit_once(':').map_or(h, |(name, _)| name));
    let base = origin_of(&config.base_url).strip_prefix("http://").is_some_and(loopback);
    base && host.is_some_and(|host| loopback(host) && from.strip_prefix("http://") == Some(host))
}
