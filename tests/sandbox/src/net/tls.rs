//! TLS with generated certificates.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use tokio_rustls::TlsAcceptor;

use crate::server::TlsFiles;
use crate::spec::{StateSpec, TlsVersion};

/// Common name of the client certificate that every sandbox with TLS has.
const CLIENT: &str = "zexa-sandbox-client";

/// The files of a client certificate that the sandbox has issued.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    /// The certificate, as PEM.
    pub cert_file: PathBuf,
    /// The private key, as PEM.
    pub key_file: PathBuf,
}

/// The certificate authority of a sandbox, a certificate for its servers, and certificates for clients.
///
/// The files are in a temporary folder, which is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Authority {
    folder: Folder,
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    client: ClientCertificate,
    issued: Issued,
}

/// The common names of the client certificates.
type Issued = Arc<Mutex<HashMap<CertificateDer<'static>, Arc<str>>>>;

/// The TLS of one server.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    issued: Issued,
}

impl Authority {
    pub(crate) fn new(host: IpAddr) -> io::Result<Self> {
        let mut ca = CertificateParams::default();
        // Authorities with the same name would be mistaken for each other.
        ca.distinguished_name.push(DnType::CommonName, format!("zexa-sandbox CA {:08x}", fastrand::u32(..)));
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_key = KeyPair::generate().map_err(io::Error::other)?;
        let root = ca.self_signed(&ca_key).map_err(io::Error::other)?;
        let issuer = Issuer::new(ca, ca_key);

        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned(), host.to_string()];
        let mut leaf = CertificateParams::new(names).map_err(io::Error::other)?;
        leaf.distinguished_name.push(DnType::CommonName, "zexa-sandbox");
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = leaf.signed_by(&key, &issuer).map_err(io::Error::other)?;

        let folder = Folder::create()?;
        fs::write(folder.ca_file(), root.pem())?;
        let issued = Issued::default();
        let client_key = KeyPair::generate().map_err(io::Error::other)?;
        let client = issue(&folder, &issuer, &issued, CLIENT, &client_key)?;
        Ok(Self { folder, issuer, root: root.into(), chain: vec![certificate.into()], key, client, issued })
    }

    pub(crate) fn files(&self) -> TlsFiles {
        TlsFiles { ca: self.folder.ca_file(), client: self.client.clone() }
    }

    /// Issues a certificate with this common name, for a key in PEM format or a new one.
    pub(crate) fn issue_client_certificate(&self, name: &str, key: Option<&str>) -> io::Result<ClientCertificate> {
        let key = key.map_or_else(KeyPair::generate, KeyPair::from_pem).map_err(io::Error::other)?;
        issue(&self.folder, &self.issuer, &self.issued, name, &key)
    }

    /// Returns the TLS of a server with these settings.
    pub(crate) fn tls(&self, state: &StateSpec) -> io::Result<Tls> {
        let provider = Arc::new(ring::default_provider());
        let version = |version: &TlsVersion| match version {
            TlsVersion::V1_2 => &TLS12,
            TlsVersion::V1_3 => &TLS13,
        };
        let versions: Vec<_> = state.tls_versions.iter().map(version).collect();
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .map_err(io::Error::other)?;
        let builder = if state.require_client_certificate {
            let mut roots = RootCertStore::empty();
            roots.add(self.root.clone()).map_err(io::Error::other)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().map_err(io::Error::other)?)
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut config = builder.with_single_cert(self.chain.clone(), key).map_err(io::Error::other)?;
        config.alpn_protocols = state.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), issued: Arc::clone(&self.issued) })
    }
}

impl Tls {
    /// Common name of the certificate with which the client authenticated itself.
    pub(crate) fn client_certificate(&self, connection: &ServerConnection) -> Option<Arc<str>> {
        let certificate = connection.peer_certificates()?.first()?;
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).get(certificate).cloned()
    }
}

/// Issues a certificate to a client, and writes it with its key.
fn issue(
    folder: &Folder,
    issuer: &Issuer<'static, KeyPair>,
    issued: &Issued,
    name: &str,
    key: &KeyPair,
) -> io::Result<ClientCertificate> {
    let mut client = CertificateParams::default();
    client.distinguished_name.push(DnType::CommonName, name);
    client.use_authority_key_identifier_extension = true;
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = client.signed_by(key, issuer).map_err(io::Error::other)?;
    let mut issued = issued.lock().unwrap_or_else(PoisonError::into_inner);
    let (cert_file, key_file) = folder.client_files(issued.len());
    fs::write(&cert_file, certificate.pem())?;
    write_private(&key_file, &key.serialize_pem())?;
    issued.insert(certificate.into(), name.into());
    Ok(ClientCertificate { cert_file, key_file })
}

/// Writes a file that only its owner can read.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// The temporary folder of an authority.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn create() -> io::Result<Self> {
        let name = format!("zexa-sandbox-{}-{:08x}", std::process::id(), fastrand::u32(..));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).map_err(|error| {
            let folder = path.display();
            io::Error::new(error.kind(), format!("cannot create the folder {folder} for the certificates: {error}"))
        })?;
        Ok(Self(path))
    }

    fn ca_file(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    fn client_files(&self, number: usize) -> (PathBuf, PathBuf) {
        (self.0.join(format!("client-{number}.pem")), self.0.join(format!("client-{number}.key")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The error cannot be reported here, and a leftover temporary folder is harmless.
        let _ = fs::remove_dir_all(&self.0);
    }
}
