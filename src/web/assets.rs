//! Static files inside the binary, addressed by their content's hash and cached for good.

use super::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Static::iter()
        .filter_map(|name| {
            let hash = hex::encode(&Static::get(&name)?.metadata.sha256_hash()[..6]);
            Some((name.to_string(), format!("/static/{hash}/{name}")))
        })
        .collect()
});

/// The address of a static file, with its content's hash.
pub fn url(name: &str) -> &'static str {
    URLS.get(name).map_or("/static/missing", String::as_str)
}

pub(super) async fn serve(Path((_, name)): Path<(String, String)>) -> Response {
    let Some(file) = Static::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mime = mime_guess::from_path(&name).first_or_octet_stream();
    let kind = match mime.essence_str() {
        kind @ ("text/css" | "text/javascript") => format!("{kind}; charset=utf-8"),
        kind => kind.to_owned(),
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, file.data).into_response()
}
