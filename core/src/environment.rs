//! [`Environment`]: the environment variables of a client. They are only read when the client is created.

use std::env;
use std::ffi::OsString;

use zeroize::Zeroizing;

use crate::{Error, Result};

/// The names of the variables that a client reads.
pub(crate) const NAMES: [&str; 15] = [
    "ZEXA_API_KEY",
    "ZEXA_BASE_URL",
    "ZEXA_LIMITER",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "REQUEST_METHOD",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "PGPASSWORD",
];

/// The source of environment variables.
#[derive(Clone, Default)]
pub(crate) enum Environment {
    /// The environment of the process.
    #[default]
    Process,
    /// Variables that a binding passes, because parts of a program may have their own environment.
    Other(Vec<(String, OsString)>),
}

impl Environment {
    /// Returns the value of a variable. An empty value counts as unset.
    pub(crate) fn get(&self, name: &str) -> Option<OsString> {
        debug_assert!(NAMES.contains(&name), "a binding does not pass {name}");
        let value = match self {
            Environment::Process => env::var_os(name),
            Environment::Other(variables) => {
                variables.iter().find(|(variable, _)| variable == name).map(|(_, value)| value.clone())
            }
        };
        value.filter(|value| !value.is_empty())
    }

    /// Returns the value of a variable as text, which may be secret.
    ///
    /// # Errors
    ///
    /// If the value is not UTF-8. The error names the variable.
    pub(crate) fn text(&self, option: &str, name: &str) -> Result<Option<Zeroizing<String>>> {
        match self.get(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(Zeroizing::new(value))),
            Some(Err(_)) => Err(Error::config(option, "must be UTF-8").about_variable(name)),
        }
    }
}
