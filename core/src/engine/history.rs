//! [`History`]: what a call knows about its attempts.

use super::request::{Method, Request};
use crate::{Error, Outcome};

/// The earlier attempts of a call.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) attempts: u32,
    /// The number of these that do not count as retries.
    pub(crate) uncounted: u32,
    /// Whether an attempt may have been processed.
    pub(crate) ambiguous: bool,
    /// Whether the current attempt has a permit for a connection over HTTP/1.1.
    pub(crate) has_permit: bool,
    /// Whether the next attempt must have a permit, because an attempt without one found that the server uses HTTP/1.1.
    pub(crate) needs_permit: bool,
    pub(crate) last: Option<Error>,
}

impl History {
    pub(crate) fn last_status(&self) -> Option<u16> {
        self.last.as_ref().and_then(Error::status)
    }

    /// The outcome if the call ends between two attempts.
    pub(crate) fn outcome(&self) -> Outcome {
        self.last.as_ref().map_or(Outcome::NotSent, Error::outcome)
    }

    /// The error of the call after this last error.
    pub(crate) fn finish(&self, request: &Request, error: Error) -> Error {
        // An earlier attempt may have been processed, even if a later one was rejected.
        let hides_it = self.ambiguous && request.method != Method::Get && error.safe_to_retry();
        if hides_it { error.with_outcome(Outcome::Unknown) } else { error }
    }
}
