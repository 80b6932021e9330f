//! [`Trust`]: the certificate authorities that a client trusts.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;

use super::pem::{PemFile, Problem};
use super::pinned::{FileVerifier, Listed};
use super::tls::provider;
use crate::environment::Environment;
use crate::{Error, Result};

const FILE_VARIABLE: &str = "SSL_CERT_FILE";
const FOLDERS_VARIABLE: &str = "SSL_CERT_DIR";

/// The certificate authorities that a client trusts.
#[derive(Clone)]
pub(crate) enum Trust {
    /// The authorities of the system.
    System,
    /// The authorities in the file of the option `ca_file`.
    File(Arc<FileVerifier>),
    /// The authorities in the files of environment variables. The variables are read when the client is created, the files when it first uses TLS.
    Variables(Arc<Variables>),
}

/// The values of the environment variables that OpenSSL reads the authorities from.
pub(crate) struct Variables {
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Trust {
    /// Reads the authorities in a PEM file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, contains no certificate, or contains an unusable one.
    pub(crate) fn from_file(path: &Path) -> Result<Trust> {
        let mut certificates = Certificates::default();
        certificates.add_file(path).map_err(|problem| problem.into_error("ca_file", None))?;
        Ok(Trust::File(certificates.into_verifier()?))
    }

    /// The authorities in the files of environment variables, or else those of the system. Reads no file.
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
    pub(super) fn verifier(&self) -> Result<Arc<FileVerifier>> {
        let mut certificates = Certificates::default();
        if let Some(file) = &self.file {
            certificates.add_file(file).map_err(|problem| problem.into_error("ca_file", Some(FILE_VARIABLE)))?;
        }
        for folder in &self.folders {
            let problem = |reason: String| Problem::new(folder, reason).into_error("ca_file", Some(FOLDERS_VARIABLE));
            // Such a directory contains links and possibly other files. Files that are not certificates are skipped.
            let entries = fs::read_dir(folder).map_err(|error| problem(format!("cannot be read: {error}")))?;
            for entry in entries.flatten() {
                let _ = certificates.add_file(&entry.path());
            }
            if certificates.roots.is_empty() {
                return Err(problem("contains no file with a certificate in PEM format".into()));
            }
        }
        certificates.into_verifier()
    }
}

/// The certificates in files.
struct Certificates {
    roots: RootCertStore,
    listed: Listed,
}

impl Default for Certificates {
    fn default() -> Certificates {
        Certificates { roots: RootCertStore::empty(), listed: Listed::default() }
    }
}

impl Certificates {
    /// Adds the certificates of a PEM file.
    fn add_file(&mut self, path: &Path) -> Result<(), Problem> {
        PemFile::read(path)?.for_each_certificate(|certificate| {
            self.listed.add(&certificate);
            self.roots.add(certificate).is_ok()
        })
    }

    fn into_verifier(self) -> Result<Arc<FileVerifier>> {
        Ok(Arc::new(FileVerifier::new(webpki(self.roots)?, self.listed)))
    }
}

fn webpki(roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|_| Error::config("ca_file", "contains certificates that cannot be used to verify servers"))
}

/// The files in which systems store all their authorities.
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

/// The verifier with the authorities of a Unix system, which are in files. Unlike `openssl_probe::probe()`, this reads no environment variable.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
pub(super) fn system_verifier() -> Result<Arc<dyn ServerCertVerifier>> {
    // Unusable certificates of the system are skipped. If one of them is needed, connecting fails.
    let read =
        |file: Option<&Path>, folder: Option<&Path>| rustls_native_certs::load_certs_from_paths(file, folder).certs;
    let mut certificates = read(SYSTEM_FILES.iter().map(Path::new).find(|file| file.exists()), None);
    if certificates.is_empty() {
        certificates = openssl_probe::candidate_cert_dirs().flat_map(|folder| read(None, Some(folder))).collect();
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        let reason = "is required, because the system has no certificate authorities; or install the package ca-certificates, or set SSL_CERT_FILE";
        return Err(Error::config("ca_file", reason));
    }
    Ok(webpki(roots)?)
}

/// The verifier of the operating system.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
pub(super) fn system_verifier() -> Result<Arc<dyn ServerCertVerifier>> {
    let verifier = rustls_platform_verifier::Verifier::new(provider())
        .map_err(|_| Error::config("ca_file", "is required, because the system's authorities cannot be read"))?;
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
        assert!(reason(garbage).contains("invalid certificate (number 1 in the file)"), "{}", reason(garbage));
        let lost = "-----BEGIN CERTIFICATE-----c2VjcmV0-----END CERTIFICATE----------BEGIN PRIVATE KEY-----c2VjcmV0";
        assert!(
            reason(lost).contains("the line breaks are missing") && !reason(lost).contains("c2Vj"),
            "{}",
            reason(lost)
        );
        assert!(reason("nothing").contains("contains no certificate in PEM format"));
        let missing = Trust::from_file(Path::new("\"/etc/ca.pem\"")).err().expect("it is not there").to_string();
        assert!(missing.contains("cannot be read") && missing.contains("starts with a quote"), "{missing}");
    }
}
