//! [`Attempt`]: what is told of each attempt, to a log or to the caller's own observer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Error, Kind};

/// The caller's own observer.
pub(crate) type Observer = Arc<dyn Fn(&Attempt<'_>) + Send + Sync>;

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
        Some(observer) => observer(attempt),
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
