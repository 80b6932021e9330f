//! Reads PEM files: certificates and private keys.
//!
//! No error quotes the content of a file, which may contain a private key.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::Error;

/// What is wrong with a file or directory.
pub(super) struct Problem {
    path: PathBuf,
    reason: String,
}

impl Problem {
    pub(super) fn new(path: &Path, reason: impl fmt::Display) -> Problem {
        Problem { path: path.to_owned(), reason: reason.to_string() }
    }

    /// The error about a path, which is the value of the option, or of an environment variable.
    pub(super) fn into_error(self, option: &str, variable: Option<&str>) -> Error {
        let Problem { path, reason } = self;
        let source = variable.map(|name| format!("from the environment variable {name} ")).unwrap_or_default();
        Error::config(option, format!("{source}({}) {reason}{}", path.display(), hint(&path)))
    }
}

/// A hint if the path itself looks wrong.
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

/// The content of a PEM file, which is overwritten when it is dropped.
pub(super) struct PemFile<'a> {
    path: &'a Path,
    content: Zeroizing<Vec<u8>>,
}

impl PemFile<'_> {
    pub(super) fn read(path: &Path) -> Result<PemFile<'_>, Problem> {
        let content = read_bounded(path).map_err(|error| Problem::new(path, format!("cannot be read: {error}")))?;
        if content.trim_ascii().is_empty() {
            return Err(Problem::new(path, "is empty"));
        }
        Ok(PemFile { path, content: Zeroizing::new(content) })
    }

    /// Passes each certificate to a function, which returns whether it is usable.
    ///
    /// # Errors
    ///
    /// If the file contains no certificate, or an unusable one.
    pub(super) fn for_each_certificate(
        &self,
        mut is_usable: impl FnMut(CertificateDer<'static>) -> bool,
    ) -> Result<(), Problem> {
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(self.text()) {
            count += 1;
            if !certificate.is_ok_and(&mut is_usable) {
                let hint = if self.lacks_line_breaks() { ": the line breaks are missing" } else { "" };
                return Err(self.problem(format!("contains an invalid certificate (number {count} in the file){hint}")));
            }
        }
        match count {
            0 if self.lacks_line_breaks() => Err(self.problem("contains no certificate: the line breaks are missing")),
            0 => Err(self.problem("contains no certificate in PEM format")),
            _ => Ok(()),
        }
    }

    /// The first private key, which is overwritten when it is dropped.
    ///
    /// # Errors
    ///
    /// If the file contains no private key, or an encrypted one.
    pub(super) fn private_key(&self) -> Result<Zeroizing<PrivateKeyDer<'static>>, Problem> {
        // PKCS#8 has its own label for encrypted keys. The older formats have a header.
        if self.contains(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") || self.contains(b"Proc-Type: 4,ENCRYPTED") {
            let reason = "contains an encrypted private key: remove the passphrase, as with `openssl pkey`";
            return Err(self.problem(reason));
        }
        match PrivateKeyDer::pem_slice_iter(self.text()).next() {
            Some(Ok(key)) => Ok(Zeroizing::new(key)),
            Some(Err(_)) if self.lacks_line_breaks() => {
                Err(self.problem("contains an invalid private key: the line breaks are missing"))
            }
            Some(Err(_)) => Err(self.problem("contains an invalid private key")),
            None => Err(self.problem("contains no private key in PEM format (PKCS#8, PKCS#1 or SEC1)")),
        }
    }

    pub(super) fn problem(&self, reason: impl fmt::Display) -> Problem {
        Problem::new(self.path, reason)
    }

    /// The content without a byte-order mark, which some editors write. The first section would be skipped.
    fn text(&self) -> &[u8] {
        self.content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.content)
    }

    fn contains(&self, text: &[u8]) -> bool {
        self.content.windows(text.len()).any(|window| window == text)
    }

    /// Whether the first mark of PEM is not on a line of its own.
    fn lacks_line_breaks(&self) -> bool {
        const BEGIN: &[u8] = b"-----BEGIN ";
        const DASHES: &[u8] = b"-----";
        let find = |text: &[u8], part: &[u8]| text.windows(part.len()).position(|window| window == part);
        let Some(label) = find(&self.content, BEGIN).map(|start| &self.content[start + BEGIN.len()..]) else {
            return false;
        };
        find(label, DASHES).is_some_and(|end| !matches!(label.get(end + DASHES.len()), Some(b'\r' | b'\n')))
    }
}

/// Reads a file. Rejects devices and pipes, which may have no end, and files that are too large to contain certificates.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    const LONGEST: u64 = 16 * 1024 * 1024;
    let file = fs::metadata(path)?;
    if !file.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    if file.len() > LONGEST {
        return Err(io::Error::other("larger than 16 MiB"));
    }
    fs::read(path)
}
