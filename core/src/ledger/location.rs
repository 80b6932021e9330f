//! [`Location`]: where a ledger is: in a file, or in a database.

use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// The schemes of URLs of PostgreSQL databases.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The reason of the error of another URL.
pub(crate) const NOT_A_FILE: &str = "must be the path of a file, or a URL that begins with postgres://";

/// Where a ledger is.
#[derive(Clone)]
pub(crate) enum Location {
    /// The path of a file.
    File(PathBuf),
    /// A URL, which may contain a password. It is overwritten when it is dropped.
    Url(Zeroizing<String>),
}

impl Location {
    /// Whether this is the URL of a PostgreSQL database.
    pub(crate) fn is_postgres(url: &str) -> bool {
        SCHEMES.iter().any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    }
}

/// A location as it can be shown: a URL has no password.
pub fn shown(path: &Path) -> String {
    match Location::from(path.to_owned()) {
        Location::File(path) => path.display().to_string(),
        #[cfg(all(feature = "postgres", unix))]
        Location::Url(url) => super::postgres::shown(&url).unwrap_or_else(|| scheme(&url).to_owned()),
        #[cfg(not(all(feature = "postgres", unix)))]
        Location::Url(url) => scheme(&url).to_owned(),
    }
}

/// The part of a URL that contains no password.
fn scheme(url: &str) -> &str {
    url.split_inclusive("://").next().unwrap_or_default()
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Location {
        match path.into_os_string().into_string() {
            Ok(text) if text.contains("://") => Location::Url(Zeroizing::new(text)),
            Ok(text) => Location::File(text.into()),
            Err(path) => Location::File(path.into()),
        }
    }
}

impl fmt::Debug for Location {
    /// Omits URLs, in which a part of a password may be anywhere if they are invalid.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => path.fmt(f),
            Location::Url(url) => f.write_str(scheme(url)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_not_shown() {
        for url in ["postgres://ana:secret@db/zexa", "PostgreSQL://ana:sec/ret@db", "postgres://ana:sec://ret@db"] {
            let location = Location::from(PathBuf::from(url));
            assert!(matches!(&location, Location::Url(text) if Location::is_postgres(text)), "{url}");
            assert!(!format!("{location:?}").contains("ana"), "{location:?}");
        }
    }

    #[test]
    fn a_path_is_a_file() {
        for path in ["june.db", "postgres:/june.db", "é", ""] {
            assert!(matches!(Location::from(PathBuf::from(path)), Location::File(file) if file.as_os_str() == path));
        }
        assert!(!Location::is_postgres("mysql://localhost/zexa"));
    }
}
