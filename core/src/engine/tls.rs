//! TLS: which authorities are trusted, and the configuration that all connections of a process share.
//!
//! The provider is ring: an extension built with it is half the size of one with aws-lc-rs (2 MB against 5) and builds a
//! minute sooner. What it lacks is post-quantum key exchange; the day ring or a lighter provider has it, this is the file to change.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::Verifier;

use super::process::PerProcess;
use crate::{Error, Result};

/// Whom a client trusts to say who a server is.
#[derive(Clone, Default)]
pub(crate) enum Trust {
    /// Those that the system trusts.
    #[default]
    System,
    /// Those of the caller's file.
    File(Arc<WebPkiServerVerifier>),
}

impl Trust {
    /// Reads the authorities in a PEM file.
    pub(crate) fn from_file(path: &Path) -> Result<Trust> {
        let wrong = |reason: String| Error::config("ca_file", format_args!("{}: {reason}", path.display()));
        let pem = fs::read(path).map_err(|error| wrong(error.to_string()).with_source(error))?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(wrong("holds no certificate in PEM form".into()));
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Trust::File(verifier))
    }

    fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>> {
        match self {
            Trust::System => system_verifier(),
            Trust::File(verifier) => Ok(verifier.clone()),
        }
    }
}

/// The configuration of a client's connections. Its session cache holds a lock, so each process makes its own.
pub(crate) fn client_config(trust: &Trust, http2: bool) -> Result<ClientConfig> {
    let mut config = tls_versions()
        .dangerous() // the builder's word for any verifier that is made apart: these two verify in full
        .with_custom_certificate_verifier(trust.verifier()?)
        .with_no_client_auth();
    let offered: &[&[u8]] = if http2 { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
    config.alpn_protocols = offered.iter().map(|protocol| protocol.to_vec()).collect();
    config.resumption = Resumption::in_memory_sessions(32);
    Ok(config)
}

/// For a client that speaks plain HTTP alone: a machine without authorities can still reach a sandbox on itself.
pub(crate) fn trusting_nobody() -> ClientConfig {
    tls_versions().with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

fn tls_versions() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3")
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The system's verifier, made once in a process, for all its clients: on Linux it reads some 300 files.
fn system_verifier() -> Result<Arc<dyn ServerCertVerifier>> {
    type Slot = OnceLock<Arc<Verifier>>;
    static VERIFIER: OnceLock<PerProcess<Slot>> = OnceLock::new();

    let slot = VERIFIER.get_or_init(|| PerProcess::new(Slot::new())).get(|parents| match parents.get() {
        Some(verifier) => Slot::from(verifier.clone()),
        None => Slot::new(),
    });
    if let Some(verifier) = slot.get() {
        return Ok(verifier.clone());
    }
    let verifier = Verifier::new(provider()).map_err(|error| {
        Error::config("ca_file", format_args!("not given, and the system's authorities cannot be read: {error}"))
            .with_source(error)
    })?;
    Ok(slot.get_or_init(|| Arc::new(verifier)).clone())
}
