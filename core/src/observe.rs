//! [`Attempt`] and [`Warning`]: the records that a client writes to the log or passes to an observer.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Error, Kind};

/// An observer that clones of a client share.
pub(crate) type Observer = Arc<dyn Observe>;

/// Receives the records of a client. Implemented by the closure of [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt), and by bindings.
pub trait Observe: Send + Sync {
    /// Called after every attempt, on the thread that made the attempt. Must not block.
    fn attempt(&self, attempt: &Attempt<'_>);

    /// Called for every warning, on the thread that detected the condition. Must not block. By default, a warning is a `warn` record of the `log`
    /// crate.
    fn warning(&self, warning: &Warning) {
        log::warn!(target: "zexa", "{warning}");
    }
}

impl<F: Fn(&Attempt<'_>) + Send + Sync> Observe for F {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self(attempt);
    }
}

/// A condition that is not an error but needs attention, such as a list that ended before its total was reached.
///
/// Contains no API key, body, phone number or resource id. Logged with level `warn` in each language that has a log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Warning {
    /// HTTP method of the call.
    pub method: &'static str,
    /// Path with placeholders for ids, such as `/messages/{id}`.
    pub route: &'static str,
    /// Description of the condition.
    pub message: Cow<'static, str>,
}

impl Warning {
    pub(crate) fn new(method: &'static str, route: &'static str, message: impl Into<Cow<'static, str>>) -> Warning {
        Warning { method, route, message: message.into() }
    }
}

impl fmt::Display for Warning {
    /// `GET /contacts: the list ended with fewer items than the total that the API reported`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.method, self.route, self.message)
    }
}

/// Reports a warning to the observer, or else to the log.
pub(crate) fn warn(observer: Option<&Observer>, warning: &Warning) {
    match observer {
        Some(observer) => observer.warning(warning),
        None => log::warn!(target: "zexa", "{warning}"),
    }
}

/// One attempt of a call. Passed to the callback of [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt).
///
/// Contains no API key, body, phone number or resource id.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// HTTP method.
    pub method: &'static str,
    /// Path with placeholders for ids, such as `/messages/{id}`.
    pub route: &'static str,
    /// Number of the attempt within its call. The first attempt is 1.
    pub number: u32,
    /// Duration of the attempt, from connecting to the last byte of the response.
    pub elapsed: Duration,
    /// HTTP status of the response. `None` if no response arrived.
    pub status: Option<u16>,
    /// Request id of an error response, which Zexa's support uses to find the request. `None` if the response has none.
    pub request_id: Option<&'a str>,
    /// Kind of the error. `None` if the attempt succeeded.
    pub failure: Option<Kind>,
}

/// Reports the attempt to the observer, or to the log if there is none.
pub(crate) fn report(observer: Option<&Observer>, attempt: &Attempt<'_>) {
    match observer {
        Some(observer) => observer.attempt(attempt),
        None => log::debug!(target: "zexa", "{attempt}"),
    }
}

/// Whether there is an observer or an enabled log. If not, no record is created.
pub(crate) fn is_observed(observer: Option<&Observer>) -> bool {
    observer.is_some() || log::log_enabled!(target: "zexa", log::Level::Debug)
}

impl fmt::Display for Attempt<'_> {
    /// `POST /messages attempt 1: 503 server in 12.3 ms request req_1`, or `POST /messages attempt 1: no response (connect) in 0.4 ms`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} attempt {}: ", self.method, self.route, self.number)?;
        let what = self.failure.map_or("ok", |kind| kind.as_str());
        match self.status {
            Some(status) => write!(f, "{status} {what}")?,
            None => write!(f, "no response ({what})")?,
        }
        write!(f, " in {:.1} ms", self.elapsed.as_secs_f64() * 1e3)?;
        match self.request_id {
            Some(id) => write!(f, " request {id}"),
            None => Ok(()),
        }
    }
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(method: &'static str, route: &'static str, number: u32, elapsed: Duration) -> Attempt<'a> {
        Attempt { method, route, number, elapsed, status: None, request_id: None, failure: None }
    }

    pub(crate) fn failed(mut self, error: &'a Error) -> Attempt<'a> {
        self.status = error.status();
        self.request_id = error.request_id();
        self.failure = Some(error.kind());
        self
    }
}
