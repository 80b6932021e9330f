//! [`Trust`]: the certificate authorities that a client trusts.
//!
//! No error quotes the content of a file: it may hold a private key.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::tls::provider;
use crate::environment::Environment;
use crate::{Error, Result};

const FILE_VARIABLE: &str = "SSL_CERT_FILE";
const FOLDERS_VARIABLE: &str = "SSL_CERT_DIR";

/// The certificate authorities that a client trusts.
#[derive(Clone)]
pub(crate) enum Trust {
    /// The authorities that the system trusts.
    System,
    /// Those of the file that the option `ca_file` names.
    File(Arc<WebPkiServerVerifier>),
    /// Those of the files that the environment named when the client was created. They are read when the client first uses TLS.
    Variables(Arc<Variables>),
}

/// The values of the environment variables that OpenSSL has for the authorities.
pub(crate) struct Variables {
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Trust {
    /// Reads the authorities in a PEM file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, that contains no certificate, or of which one cannot be used.
    pub(crate) fn from_file(path: &Path) -> Result<Trust> {
        let mut roots = RootCertStore::empty();
        add_file(&mut roots, path).map_err(|problem| problem.into_error(""))?;
        Ok(Trust::File(webpki(roots)?))
    }

    /// What the environment names, or else what the system trusts. Reads variables, and no file.
    pub(crate) fn from_environment(environment: &Environment) -> Trust {
        let file = environment.get(FILE_VARIABLE).map(PathBuf::from);
        let folders: Vec<PathBuf> = environment
            .get(FOLDERS_VARIABLE)
            .map(|folders| env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty()).collect())
            .unwrap_or_default();
        if file.is_none() && folders.is_empty() {
            return Trust::System;
        }
        Trust::Variables(Arc::new(Variables { file, folders }))
    }
}

impl Variables {
    pub(super) fn verifier(&self) -> Result<Arc<WebPkiServerVerifier>> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = &self.file {
            let named = |problem: Problem| problem.into_error(&format!("{FILE_VARIABLE} in the environment: "));
            add_file(&mut roots, file).map_err(named)?;
        }
        for folder in &self.folders {
            let named = |reason: String| {
                let path = folder.display();
                Error::config("ca_file", format_args!("{FOLDERS_VARIABLE} in the environment: {path}: {reason}"))
            };
            // A folder of this kind contains links, and perhaps other files. Whatever is no certificate is skipped.
            let entries = fs::read_dir(folder).map_err(|error| named(error.to_string()))?;
            for entry in entries.flatten() {
                let _ = add_file(&mut roots, &entry.path());
            }
            if roots.is_empty() {
                return Err(named("contains no file with a certificate in PEM form".into()));
            }
        }
        webpki(roots)
    }
}

fn webpki(roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|_| Error::config("ca_file", "its certificates cannot be used to check that of a server"))
}

/// What is wrong with a file of certificates.
struct Problem {
    path: PathBuf,
    reason: String,
}

impl Problem {
    fn into_error(self, subject: &str) -> Error {
        let path = self.path.display();
        Error::config("ca_file", format_args!("{subject}{path}: {}{}", self.reason, hint(&self.path)))
    }
}

/// What may be wrong with the path itself.
fn hint(path: &Path) -> &'static str {
    let path = path.to_string_lossy();
    if path.starts_with(['"', '\'']) {
        "; the path starts with a quote"
    } else if path.starts_with('\u{feff}') {
        "; the path starts with a byte-order mark"
    } else {
        ""
    }
}

/// Reads a file of certificates. A device or a pipe may have no end, and a file that is too long has something else in it.
fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    const LONGEST: u64 = 16 * 1024 * 1024;
    let file = fs::metadata(path)?;
    if !file.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    if file.len() > LONGEST {
        return Err(std::io::Error::other("it is longer than 16 MiB"));
    }
    fs::read(path)
}

/// Adds the certificates of a PEM file.
fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), Problem> {
    let problem = |reason: &dyn fmt::Display| Problem { path: path.to_owned(), reason: reason.to_string() };
    let content = read_bounded(path).map_err(|error| problem(&format_args!("cannot be read: {error}")))?;
    // Some editors write a byte-order mark. The first certificate would be skipped.
    let pem = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content);
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        count += 1;
        let added = certificate.is_ok_and(|certificate| roots.add(certificate).is_ok());
        if !added {
            let reason = if has_lost_line_breaks(pem) { ": the file has lost its line breaks" } else { "" };
            return Err(problem(&format_args!("certificate {count} of the file cannot be used{reason}")));
        }
    }
    match count {
        0 if has_lost_line_breaks(pem) => Err(problem(&"contains no certificate: the file has lost its line breaks")),
        0 => Err(problem(&"contains no certificate in PEM form")),
        _ => Ok(()),
    }
}

/// Whether the marks of PEM do not stand on lines of their own.
fn has_lost_line_breaks(pem: &[u8]) -> bool {
    const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let mark = pem.windows(MARK.len()).position(|window| window == MARK);
    mark.is_some_and(|start| !matches!(pem.get(start + MARK.len()), Some(b'\r' | b'\n')))
}

/// Where systems have all their authorities in one file.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
const SYSTEM_FILES: [&str; 12] = [
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch, Gentoo
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                  // older versions of these
    "/etc/ssl/ca-bundle.pem",                            // openSUSE
    "/etc/pki/tls/cacert.pem",                           // OpenELEC
    "/etc/ssl/cert.pem",                                 // Alpine, OpenBSD
    "/opt/etc/ssl/certs/ca-certificates.crt",            // Entware
    "/usr/local/etc/ssl/cert.pem",                       // FreeBSD
    "/usr/local/share/certs/ca-root-nss.crt",            // DragonFly
    "/etc/openssl/certs/ca-certificates.crt",            // NetBSD
    "/etc/certs/ca-certificates.crt",                    // illumos, Solaris
    "/etc/ssl/cacert.pem",                               // OmniOS
];

/// The verifier with the authorities of a Unix, which are in files. Reads no environment variable, which `openssl_probe::probe()` would.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
pub(super) fn system_verifier() -> Result<Arc<dyn ServerCertVerifier>> {
    // Systems have certificates that nobody can use. One that is missing shows when a server needs it.
    let read =
        |file: Option<&Path>, folder: Option<&Path>| rustls_native_certs::load_certs_from_paths(file, folder).certs;
    let mut certificates = read(SYSTEM_FILES.iter().map(Path::new).find(|file| file.exists()), None);
    if certificates.is_empty() {
        certificates = openssl_probe::candidate_cert_dirs().flat_map(|folder| read(None, Some(folder))).collect();
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        let reason = "the system has no certificate authorities: install the package ca-certificates, or name a file";
        return Err(Error::config("ca_file", reason));
    }
    Ok(webpki(roots)?)
}

/// The verifier of a system that has one of its own.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
pub(super) fn system_verifier() -> Result<Arc<dyn ServerCertVerifier>> {
    let verifier = rustls_platform_verifier::Verifier::new(provider())
        .map_err(|_| Error::config("ca_file", "not given, and the system's authorities cannot be read"))?;
    Ok(Arc::new(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(content: &str) -> String {
        let folder = env::temp_dir().join(format!("zexa-trust-{}-{:x}", std::process::id(), content.len()));
        fs::write(&folder, content).expect("is written");
        let error = Trust::from_file(&folder).err().map(|error| error.to_string()).unwrap_or_default();
        fs::remove_file(&folder).expect("is removed");
        error
    }

    #[test]
    fn an_error_names_the_certificate_and_quotes_nothing() {
        let garbage = "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n";
        assert!(reason(garbage).contains("certificate 1 of the file cannot be used"), "{}", reason(garbage));
        let lost = "-----BEGIN CERTIFICATE-----c2VjcmV0-----END CERTIFICATE----------BEGIN PRIVATE KEY-----c2VjcmV0";
        assert!(
            reason(lost).contains("has lost its line breaks") && !reason(lost).contains("c2Vj"),
            "{}",
            reason(lost)
        );
        assert!(reason("nothing").contains("contains no certificate in PEM form"));
        let missing = Trust::from_file(Path::new("\"/etc/ca.pem\"")).err().expect("it is not there").to_string();
        assert!(missing.contains("cannot be read") && missing.contains("starts with a quote"), "{missing}");
    }
}
