//! What HTTP clients of the process share.

/// Makes *ring* the process's TLS provider: it builds faster than the default one. A provider that
/// is already installed stays.
pub fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
