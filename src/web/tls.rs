//! https without a proxy: the certificate is read anew when its file changes, so that renewing it needs no restart.

use super::server::GRACE;
use crate::config::Tls;
use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;

/// How often the certificate's file is looked at.
const LOOK: Duration = Duration::from_secs(60);

/// Serves over TLS 1.2 and 1.3 until `signal` resolves, then lets requests in hand finish.
///
/// # Errors
/// When the certificate or the key cannot be read, with the file's name.
pub(super) async fn serve(
    service: IntoMakeServiceWithConnectInfo<Router, SocketAddr>,
    listener: TcpListener,
    tls: &Tls,
    signal: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let named = |e: Error| Error::new(e.kind(), format!("{} or {}: {e}", tls.cert.display(), tls.key.display()));
    let config = RustlsConfig::from_pem_file(&tls.cert, &tls.key).await.map_err(named)?;
    let handle = Handle::new();
    let server =
        axum_server::from_tcp_rustls(listener.into_std()?, config.clone())?.handle(handle.clone()).serve(service);
    let stopping = async {
        signal.await;
        handle.graceful_shutdown(Some(GRACE));
        std::future::pending::<()>().await;
    };
    tokio::select! {
        done = server => done,
        () = stopping => Ok(()),
        () = renew(&config, tls) => Ok(()),
    }
}

/// Reads the certificate anew whenever its file has changed; one that cannot be read leaves the one in use.
async fn renew(config: &RustlsConfig, tls: &Tls) {
    let changed = || std::fs::metadata(&tls.cert).and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut known = changed();
    loop {
        tokio::time::sleep(LOOK).await;
        let now = changed();
        if now == known {
            continue;
        }
        known = now;
        match config.reload_from_pem_file(&tls.cert, &tls.key).await {
            Ok(()) => tracing::info!("the certificate was read anew"),
            Err(error) => tracing::error!(%error, "the new certificate cannot be read: the old one stays"),
        }
    }
}
