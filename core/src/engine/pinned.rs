//! [`FileVerifier`]: verifies servers with the certificates in files.
//!
//! A self-signed certificate of a server can be trusted by itself. Many of these, such as those of `openssl req -x509`, are marked as certificates of an
//! authority. The library rejects them for servers, although OpenSSL accepts them.

use std::collections::HashSet;
use std::sync::Arc;

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

/// The hashes of the certificates in the files, which are smaller than the certificates.
#[derive(Debug, Default)]
pub(super) struct Listed(HashSet<[u8; SHA256_OUTPUT_LEN]>);

impl Listed {
    pub(super) fn add(&mut self, certificate: &CertificateDer<'_>) {
        self.0.insert(hash(certificate));
    }

    fn contains(&self, certificate: &CertificateDer<'_>) -> bool {
        self.0.contains(&hash(certificate))
    }
}

fn hash(certificate: &CertificateDer<'_>) -> [u8; SHA256_OUTPUT_LEN] {
    let hash = digest(&SHA256, certificate);
    hash.as_ref().try_into().expect("SHA-256 has this length")
}

/// Accepts certificates that an authority in the files has issued, and those in the files themselves.
#[derive(Debug)]
pub(crate) struct FileVerifier {
    issued: Arc<WebPkiServerVerifier>,
    listed: Listed,
}

impl FileVerifier {
    pub(super) fn new(issued: Arc<WebPkiServerVerifier>, listed: Listed) -> FileVerifier {
        FileVerifier { issued, listed }
    }
}

/// Whether the error is that the certificate of the server is marked as that of an authority.
pub(super) fn is_of_authority(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(error) if error.to_string().contains("CaUsedAsEndEntity"))
}

impl ServerCertVerifier for FileVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.issued.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The library checks the validity period before this mark, and the name after it.
            Err(Error::InvalidCertificate(error)) if is_of_authority(&error) && self.listed.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.issued.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.issued.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.issued.supported_verify_schemes()
    }
}
