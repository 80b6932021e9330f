//! [`CallOptions`]: options that override those of the client; and [`Call`]: the checked options of a call in progress.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::HeaderMap;

use crate::config::{Config, header, positive};
use crate::engine::expiry::Expiry;
use crate::engine::request::{ANY_ROUTE, Request};
use crate::engine::{BulkPace, Priority};
use crate::extra::{self, BodyParams};
use crate::observe::Observer;
use crate::options::options;
use crate::{CancelToken, Error, Result};

/// The default deadline of a call that waits for a status.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);

/// Options of calls, which override those of the client. Pass them to [`Client::with_options`](crate::Client::with_options).
///
/// To add body fields, use the parameters of the call, as in [`SendMessage::extra`](crate::SendMessage::extra()).
///
/// ```
/// use std::time::Duration;
/// use zexa::{CallOptions, SendMessage};
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
///
/// let patient = client.with_options(CallOptions::new().deadline(Duration::from_secs(60)).max_retries(10));
/// let message = patient.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "Hello"))?;
/// # Ok::<(), zexa::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing until they are passed to `with_options`"]
pub struct CallOptions {
    values: CallValues,
    cancel: Option<CancelToken>,
    observer: Option<Observer>,
}

options! {
    CallValues of CallOptions {
        /// Set the timeout of one attempt, from connecting to the last byte of the response.
        timeout: duration = client;
        /// Set the deadline of the whole call: all attempts, the waits between them, and all pages of a list.
        deadline: duration = client;
        /// Set the maximum number of retries after a failed attempt. Only failures that are safe to retry are retried. 0 means one attempt.
        max_retries: count = client;
        /// Retry a POST even if it is not known whether the server has processed it. A message may then be **sent twice**.
        retry_ambiguous: flag = false;
        /// Add headers. They replace default headers of the client with the same names. Headers that the client sets itself, such as `Authorization`, are
        /// rejected.
        headers: headers by header;
        /// Add query parameters that this version does not know. They are sent with every request of the call, such as each page of a list. Several with the
        /// same name are all sent.
        ///
        /// The call fails with [`Kind::Config`](crate::Kind::Config) if it sets the same parameter itself.
        extra_query: query;
        /// Add body fields that this version does not know. The call fails with [`Kind::Config`](crate::Kind::Config) if its parameters set the same field, or
        /// if it sends no parameters in a body.
        extra_body: object;
    }
}

impl CallOptions {
    /// Create options that change nothing.
    pub fn new() -> CallOptions {
        CallOptions::default()
    }

    /// Cancel the call when the token is cancelled.
    pub fn cancel(mut self, token: &CancelToken) -> Self {
        self.cancel = Some(token.clone());
        self
    }

    /// Reports to this observer instead of the client's.
    pub(crate) fn observer(mut self, observer: Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// These options, with the others as defaults.
    pub(crate) fn or(self, others: &CallOptions) -> CallOptions {
        CallOptions {
            values: self.values.or(&others.values),
            cancel: self.cancel.or_else(|| others.cancel.clone()),
            observer: self.observer.or_else(|| others.observer.clone()),
        }
    }

    /// Rejects options that are valid only for a single call.
    pub(crate) fn check_derived(&self) -> Result<()> {
        match self.values.extra_body.is_empty() {
            true => Ok(()),
            false => Err(Error::config("extra_body", "is an option of a single call and cannot be set for a client")),
        }
    }

    /// Rejects query parameters that a list sets itself.
    pub(crate) fn check_list(&self) -> Result<()> {
        match self.values.extra_query.0.iter().find(|(name, _)| matches!(name.as_str(), "page" | "per_page")) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::config(name, "must not be an extra query parameter, because the list sets it"))
            }
        }
    }

    /// Adds the extra query parameters to the request of a call that sends no parameters in its body.
    pub(crate) fn complete(&self, request: Request) -> Result<Request> {
        if !self.values.extra_body.is_empty() {
            let reason = match request.route == ANY_ROUTE {
                true => "must not be set for `request()`; add the fields to its body",
                false => "must not be set for this call, which sends no body",
            };
            return Err(Error::config("extra_body", reason));
        }
        request.with_extra_query(&self.values.extra_query.0)
    }

    /// Adds the body with the parameters and all extra fields. Also returns the parameters, with the extra fields that are known to this version.
    pub(crate) fn complete_with<P: BodyParams>(&self, request: Request, params: &P) -> Result<(Request, P)> {
        let request = request.with_extra_query(&self.values.extra_query.0)?;
        let mut all = params.clone();
        if self.values.extra_body.is_empty() && params.extra().is_empty() {
            params.check()?;
            return Ok((request.with_json(params)?, all));
        }
        all.extra_mut().extend(self.values.extra_body.clone());
        all.check()?;
        let (body, understood) = extra::body(all)?;
        Ok((request.with_json(&body)?, understood))
    }

    /// Like `begin`, for a call that waits for a status and therefore always has a deadline.
    pub(crate) fn begin_waiting(&self, config: &Config) -> Result<Call> {
        let usual = CallOptions::new().deadline(config.deadline.unwrap_or(LONGEST_WAIT));
        self.clone().or(&usual).begin(config)
    }

    /// The options of a call that begins now.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if an option is invalid.
    pub(crate) fn begin(&self, config: &Config) -> Result<Call> {
        let headers = self.values.headers.0.iter().map(|(name, value)| header("headers", name, value));
        let deadline = positive("deadline", self.values.deadline)?.or(config.deadline);
        Ok(Call {
            timeout: positive("timeout", self.values.timeout)?.unwrap_or(config.timeout),
            deadline: deadline.and_then(Deadline::after),
            max_retries: self.values.max_retries.unwrap_or(config.max_retries),
            retry_ambiguous: self.values.retry_ambiguous.unwrap_or(false),
            headers: headers.collect::<Result<_>>()?,
            cancel: self.cancel.clone(),
            observer: self.observer.clone(),
            bulk: None,
            expiry: Expiry::default(),
        })
    }
}

/// The deadline of a call in progress.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    /// The value of the option.
    length: Duration,
}

impl Deadline {
    /// A deadline that an `Instant` cannot hold is the same as none.
    fn after(length: Duration) -> Option<Deadline> {
        Instant::now().checked_add(length).map(|at| Deadline { at, length })
    }
}

impl fmt::Display for Deadline {
    /// `the deadline of 30s`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the deadline of {:?}", self.length)
    }
}

/// The options of a call in progress.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) max_retries: u32,
    pub(crate) retry_ambiguous: bool,
    /// They replace the client's headers with the same names.
    pub(crate) headers: HeaderMap,
    pub(crate) cancel: Option<CancelToken>,
    pub(crate) observer: Option<Observer>,
    /// The run of which the call is a row.
    pub(crate) bulk: Option<Arc<BulkPace>>,
    pub(crate) expiry: Expiry,
}

impl Call {
    pub(crate) fn priority(&self) -> Priority {
        if self.bulk.is_some() { Priority::Bulk } else { Priority::Single }
    }

    /// The future's result, or `None` if the call is cancelled first.
    pub(crate) async fn unless_cancelled<F: Future>(&self, future: F) -> Option<F::Output> {
        // Pinned here, because each async function that it is passed to would contain two copies of it.
        let future = pin!(future);
        match &self.cancel {
            None => Some(future.await),
            Some(token) => token.guard(future).await,
        }
    }

    /// The time left until the deadline. `Duration::MAX` if there is none.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| deadline.at.saturating_duration_since(Instant::now()))
    }

    /// The deadline, if it has passed.
    pub(crate) fn passed_deadline(&self) -> Option<Deadline> {
        self.deadline.filter(|deadline| deadline.at <= Instant::now())
    }
}

impl fmt::Debug for CallOptions {
    /// Omits the values of headers and query parameters, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct("CallOptions");
        self.values.show(&mut output);
        output.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use ::url::Url;

    use super::*;
    use crate::{Kind, Method};

    fn with_extra_body() -> CallOptions {
        let mut options = CallOptions::new();
        options.values.extra_body.insert("to".to_owned(), "+244912345678".into());
        options
    }

    #[test]
    fn extra_body_fields_need_parameters_in_a_body() {
        let base = Url::parse("https://api.zexa.ao/v1").expect("a URL");
        let of_route = |route| with_extra_body().complete(Request::new(Method::Get, route, &base)).map(drop);
        for (result, reason) in [
            (of_route("/credits"), "must not be set for this call, which sends no body"),
            (of_route(ANY_ROUTE), "must not be set for `request()`; add the fields to its body"),
            (with_extra_body().check_derived(), "is an option of a single call and cannot be set for a client"),
        ] {
            let error = result.expect_err("rejected");
            assert_eq!((error.kind(), error.message()), (Kind::Config, &*format!("`extra_body` {reason}")));
            assert_eq!(error.details().expect("details")["field"], "extra_body");
        }
    }

    #[test]
    fn debug_shows_no_extra_body_fields() {
        assert!(!format!("{:?}", with_extra_body()).contains("+244"));
    }
}
