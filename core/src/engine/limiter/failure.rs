//! [`Failure`]: why the server of a limiter cannot be used.

use std::io;

use redis::{ErrorKind, RedisError};

use crate::Error;

/// Errors of a server that needs a password, whose user has too few rights, or that is one node of a cluster.
const FINAL_CODES: [&str; 5] = ["NOAUTH", "WRONGPASS", "NOPERM", "MOVED", "CROSSSLOT"];

/// Parts of other such errors: of an invalid database, and of commands that the script may not call.
const FINAL_DETAILS: [&str; 3] = ["DB index", "no permissions to run", "executing the script can't"];

/// The maximum length of a reason in characters. The server may have written any part of it.
const MAX_REASON: usize = 200;

#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) reason: String,
    /// Whether only another URL or another configuration of the server can help, such as another password.
    pub(super) is_final: bool,
}

impl Failure {
    pub(super) fn no_answer() -> Failure {
        Failure { reason: "it did not answer in time".to_owned(), is_final: false }
    }

    fn new(error: &impl ToString, is_final: bool) -> Failure {
        Failure { reason: error.to_string().chars().take(MAX_REASON).collect(), is_final }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        let tls = error.get_ref().and_then(|error| error.downcast_ref());
        Failure::new(&error, matches!(tls, Some(rustls::Error::InvalidCertificate(_))))
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Failure {
        if error.kind() == ErrorKind::AuthenticationFailed {
            return Failure::new(&"the server rejects the user or the password", true);
        }
        let is_final = FINAL_CODES.iter().any(|code| error.code() == Some(code));
        let text = error.to_string();
        // Of several errors in one exchange, the first one is enough.
        let first = error.into_server_errors().and_then(|errors| errors.first().map(|(_, error)| error.clone()));
        let text = first.map_or(text, |error| format!("{} {}", error.code(), error.details().unwrap_or_default()));
        Failure::new(&text, is_final || FINAL_DETAILS.iter().any(|part| text.contains(part)))
    }
}

impl From<Error> for Failure {
    /// Certificates that cannot be read.
    fn from(error: Error) -> Failure {
        Failure::new(&error.message(), true)
    }
}
