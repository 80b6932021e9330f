//! TLS: the configuration that all connections of a process share.
//!
//! The provider is ring: an extension built with ring is less than half the size of one with aws-lc-rs (2 MB instead of 5 MB), and builds one minute
//! faster. It lacks post-quantum key exchange. When ring or another small provider supports it, change this file.

use std::sync::{Arc, OnceLock};

use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::process::PerProcess;
use super::trust::{self, Trust};
use crate::Result;
use crate::lazy::Lazy;

/// The configuration of a client's connections. Each process creates its own, because the session cache contains a lock.
pub(crate) fn client_config(trust: &Trust, http2: bool) -> Result<ClientConfig> {
    let mut config = tls_versions()
        .dangerous() // the builder requires this for any custom verifier; these verify completely
        .with_custom_certificate_verifier(verifier(trust)?)
        .with_no_client_auth();
    let offered: &[&[u8]] = if http2 { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
    config.alpn_protocols = offered.iter().map(|protocol| protocol.to_vec()).collect();
    config.resumption = Resumption::in_memory_sessions(32);
    Ok(config)
}

/// The configuration of connections to a PostgreSQL database.
#[cfg(feature = "postgres")]
pub(crate) fn for_database(trust: &Trust) -> Result<ClientConfig> {
    let mut config = client_config(trust, false)?;
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(config)
}

/// The configuration of connections to the server of a limiter, which has no application protocol.
#[cfg(feature = "redis")]
pub(crate) fn for_limiter(trust: &Trust) -> Result<ClientConfig> {
    let mut config = client_config(trust, false)?;
    config.alpn_protocols.clear();
    Ok(config)
}

/// The configuration of a client that only uses `http://`, so that a machine without certificate authorities can reach a local sandbox.
pub(crate) fn trusting_nobody() -> ClientConfig {
    tls_versions().with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

fn tls_versions() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3")
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn verifier(trust: &Trust) -> Result<Arc<dyn ServerCertVerifier>> {
    match trust {
        Trust::File(verifier) => Ok(verifier.clone()),
        Trust::Variables(variables) => Ok(variables.verifier()?),
        Trust::System => system_verifier(),
    }
}

/// The verifier of the system, which is created once per process for all clients, because parsing its certificates takes milliseconds.
fn system_verifier() -> Result<Arc<dyn ServerCertVerifier>> {
    type Slot = OnceLock<Arc<dyn ServerCertVerifier>>;
    static VERIFIER: Lazy<PerProcess<Slot>> = Lazy::new(|| PerProcess::new(Slot::new()));

    let slot = VERIFIER.get(|parents| match parents.get() {
        Some(verifier) => Slot::from(verifier.clone()),
        None => Slot::new(),
    });
    if let Some(verifier) = slot.get() {
        return Ok(verifier.clone());
    }
    let verifier = trust::system_verifier()?;
    Ok(slot.get_or_init(|| verifier).clone())
}
