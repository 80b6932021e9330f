//! [`Identity`]: the certificate with which a client authenticates itself to the server (mutual TLS).

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, SignatureScheme};

use super::pem::{PemFile, Problem};
use crate::{Error, Result};

const CERTIFICATE_OPTION: &str = "client_cert_file";
const KEY_OPTION: &str = "client_key_file";

/// A certificate with its chain and its private key, which debug output omits.
#[derive(Clone)]
pub(crate) struct Identity(Arc<CertifiedKey>);

impl Identity {
    /// Reads the files of the options. `None` if neither option is set.
    ///
    /// # Errors
    ///
    /// If only one option is set, if a file is unusable, or if the key is not that of the certificate.
    pub(crate) fn from_files(certificate: Option<&Path>, key: Option<&Path>) -> Result<Option<Identity>> {
        let required = |option, other| {
            let reason = format!("is required with {other}; if one file contains both, set both options to its path");
            Err(Error::config(option, reason))
        };
        match (certificate, key) {
            (None, None) => Ok(None),
            (Some(_), None) => required(KEY_OPTION, CERTIFICATE_OPTION),
            (None, Some(_)) => required(CERTIFICATE_OPTION, KEY_OPTION),
            (Some(certificate), Some(key)) => Identity::read(certificate, key).map(Some),
        }
    }

    fn read(certificate: &Path, key: &Path) -> Result<Identity> {
        let mut chain = Vec::new();
        let read = PemFile::read(certificate).and_then(|file| {
            file.for_each_certificate(|certificate| {
                let is_usable = ParsedCertificate::try_from(&certificate).is_ok();
                chain.push(certificate);
                is_usable
            })
        });
        read.map_err(|problem| problem.into_error(CERTIFICATE_OPTION, None))?;
        let about_key = |problem: Problem| problem.into_error(KEY_OPTION, None);
        let file = PemFile::read(key).map_err(about_key)?;
        let der = file.private_key().map_err(about_key)?;
        // Unlike the provider of keys, this borrows the key, which is then overwritten.
        let Ok(signer) = any_supported_type(&der) else {
            let reason = "contains an invalid or unsupported private key: use RSA with 2048 to 8192 bits, ECDSA with P-256 or P-384, or Ed25519";
            return Err(about_key(file.problem(reason)));
        };
        let identity = CertifiedKey::new(chain, signer);
        match identity.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(_) => {
                let reason = format!(
                    "does not contain the key of the first certificate in {CERTIFICATE_OPTION} ({})",
                    certificate.display()
                );
                return Err(about_key(file.problem(reason)));
            }
        }
        Ok(Identity(Arc::new(identity)))
    }
}

/// Whether a server has requested a client certificate, and received one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientCertificate {
    NotRequested,
    /// Requested, but the client has none.
    Missing,
    Sent,
}

/// Answers the server's request for a client certificate, and records that there was one.
pub(crate) struct ClientAuthentication {
    identity: Option<Identity>,
    was_requested: AtomicBool,
}

impl ClientAuthentication {
    pub(super) fn new(identity: Option<Identity>) -> Arc<ClientAuthentication> {
        Arc::new(ClientAuthentication { identity, was_requested: AtomicBool::new(false) })
    }

    /// The part of the client certificate in the handshakes so far.
    pub(super) fn state(&self) -> ClientCertificate {
        match self.was_requested.load(Ordering::Relaxed) {
            false => ClientCertificate::NotRequested,
            true if self.has_certificate() => ClientCertificate::Sent,
            true => ClientCertificate::Missing,
        }
    }

    fn has_certificate(&self) -> bool {
        self.identity.is_some()
    }
}

impl ResolvesClientCert for ClientAuthentication {
    /// The names of authorities that the server sends are ignored: if it rejects the certificate, its alert says why.
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_requested.store(true, Ordering::Relaxed);
        self.identity.as_ref().map(|identity| identity.0.clone())
    }

    fn has_certs(&self) -> bool {
        self.has_certificate()
    }
}

impl fmt::Debug for ClientAuthentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAuthentication").field("has_certificate", &self.has_certificate()).finish_non_exhaustive()
    }
}
