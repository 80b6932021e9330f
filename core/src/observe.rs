//! [`Attempt`] and [`Warning`]: what a client reports to the log, or to an observer.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Error, Kind};

/// An observer that clones of a client share.
pub(crate) type Observer = Arc<dyn Observe>;

/// Receives what a client reports. The closure of [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt) is one; bindings have their own.
pub trait Observe: Send + Sync {
    /// Called after every attempt, on the thread that made it. It must not block.
    fn attempt(&self, attempt: &Attempt<'_>);

    /// Called on the thread that noticed the condition. It must not block. By default a warning is a `warn` record of the `log` crate.
    fn warning(&self, warning: &Warning) {
        log::warn!(target: "zexa", "{warning}");
    }
}

impl<F: Fn(&Attempt<'_>) + Send + Sync> Observe for F {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self(attempt);
    }
}

/// A condition that is no error but that somebody should look at, such as a list that ended short of its total.
///
/// It holds no key, no body, no number and no id of a resource. It is a record at level `warn` in each language that has a log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Warning {
    /// The HTTP method of the call.
    pub method: &'static str,
    /// The path without the ids in it, such as `/messages/{id}`.
    pub route: &'static str,
    /// What was noticed.
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

/// One attempt of a call, as it is told to [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt).
///
/// It holds no key, no body, no number and no id of a resource.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The HTTP method.
    pub method: &'static str,
    /// The path without the ids in it, such as `/messages/{id}`.
    pub route: &'static str,
    /// Which attempt of its call it was, from 1.
    pub number: u32,
    /// From the first step to the last byte of the answer.
    pub elapsed: Duration,
    /// The status of the answer, where one came.
    pub status: Option<u16>,
    /// The id in a failing answer, by which Zexa's support finds the request.
    pub request_id: Option<&'a str>,
    /// What went wrong, if anything did.
    pub failure: Option<Kind>,
}

/// Tells the observer, or else the log.
pub(crate) fn report(observer: Option<&Observer>, attempt: &Attempt<'_>) {
    match observer {
        Some(observer) => observer.attempt(attempt),
        None => log::debug!(target: "zexa", "{attempt}"),
    }
}

/// Whether anybody listens: an attempt is not even described for nobody.
pub(crate) fn is_observed(observer: Option<&Observer>) -> bool {
    observer.is_some() || log::log_enabled!(target: "zexa", log::Level::Debug)
}

impl fmt::Display for Attempt<'_> {
    /// `POST /messages attempt 1: 503 server in 12.3 ms request req_1`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} attempt {}: ", self.method, self.route, self.number)?;
        match self.status {
            Some(status) => write!(f, "{status}")?,
            None => f.write_str("no answer")?,
        }
        let what = self.failure.map_or("ok", |kind| kind.as_str());
        write!(f, " {what} in {:.1} ms", self.elapsed.as_secs_f64() * 1e3)?;
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
