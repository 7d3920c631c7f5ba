//! A client for tests.

use std::time::Duration;

/// A client that gives up after a few seconds.
///
/// # Panics
/// When the TLS library cannot be set up, which no test could work around.
pub fn client() -> reqwest::Client {
    // An earlier test of this process may have done so.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(64)
        .build()
        .expect("the client has no setting that could be wrong")
}
