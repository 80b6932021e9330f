//! The end of TLS: the certificates of the proxy, and what is behind TLS.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::DuplexStream;
use tokio_rustls::TlsAcceptor;

use super::{Proxy, http2};

/// The certificate authority of the proxy, and the configuration with its certificate.
///
/// The certificate of the authority is in a temporary file, which is removed when this is dropped.
pub(super) struct Tls {
    acceptor: TlsAcceptor,
    ca_file: PathBuf,
}

impl Tls {
    pub(super) fn new() -> io::Result<Tls> {
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let ca_key = KeyPair::generate().map_err(io::Error::other)?;
        let ca_file = std::env::temp_dir().join(format!("zexa-chaos-{}.pem", std::process::id()));
        fs::write(&ca_file, ca.self_signed(&ca_key).map_err(io::Error::other)?.pem())?;
        let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.into()], key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), ca_file })
    }

    pub(super) fn ca_file(&self) -> &Path {
        &self.ca_file
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        // A leftover temporary file is harmless.
        let _ = fs::remove_file(&self.ca_file);
    }
}

/// Name of HTTP/2 in ALPN.
const HTTP2: &[u8] = b"h2";

/// Ends TLS, and passes HTTP/1.1 on unchanged. HTTP/2 is translated, with its own faults.
pub(super) async fn serve(proxy: Arc<Proxy>, number: u64, client: DuplexStream) {
    let Ok(mut client) = proxy.tls.acceptor.accept(client).await else {
        proxy.count("failed TLS handshake");
        return;
    };
    if client.get_ref().1.alpn_protocol() == Some(HTTP2) {
        return http2::serve(proxy, number, client).await;
    }
    if let Ok(mut upstream) = proxy.connect().await {
        // The client or the sandbox has gone. What was read before that was delivered.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut upstream).await;
    }
}
