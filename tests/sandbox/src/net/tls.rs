//! TLS with generated certificates.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// The certificate authority of a sandbox, and a certificate for its servers.
///
/// The CA certificate is in a temporary file, which is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Authority {
    ca_file: PathBuf,
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new(host: IpAddr) -> io::Result<Self> {
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(DnType::CommonName, "zexa-sandbox CA");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_key = KeyPair::generate().map_err(io::Error::other)?;
        let ca_pem = ca.self_signed(&ca_key).map_err(io::Error::other)?.pem();
        let issuer = Issuer::new(ca, ca_key);

        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned(), host.to_string()];
        let mut leaf = CertificateParams::new(names).map_err(io::Error::other)?;
        leaf.distinguished_name.push(DnType::CommonName, "zexa-sandbox");
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = leaf.signed_by(&key, &issuer).map_err(io::Error::other)?;

        let name = format!("zexa-sandbox-{}-{:08x}.pem", std::process::id(), fastrand::u32(..));
        let ca_file = std::env::temp_dir().join(name);
        fs::write(&ca_file, ca_pem)?;
        Ok(Self { ca_file, chain: vec![certificate.into()], key })
    }

    pub(crate) fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// Returns an acceptor that offers these ALPN protocols.
    pub(crate) fn acceptor(&self, alpn: &[String]) -> io::Result<TlsAcceptor> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // The error cannot be reported here, and a leftover temporary file is harmless.
        let _ = fs::remove_file(&self.ca_file);
    }
}
