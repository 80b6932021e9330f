//! One attempt: a request goes out, and an answer, or the reason why none came, comes back.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use tokio::time::{Instant, timeout_at};

use super::answer::{self, Answered};
use super::request::{Method, Request};
use crate::call_options::Call;
use crate::decode::Sink;
use crate::{Error, Kind, Outcome, Result};

/// How far an attempt has got: what is known of it when it is broken off.
#[derive(Default)]
pub(crate) struct Progress {
    /// A part of the request that the server could act on may have gone out.
    sent: AtomicBool,
    /// The status of the answer, once it came; 0 before.
    status: AtomicU16,
}

impl Progress {
    fn sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }

    /// The status of the answer, once it came.
    pub(crate) fn status(&self) -> Option<u16> {
        Some(self.status.load(Ordering::Relaxed)).filter(|status| *status != 0)
    }

    /// The error of an attempt that ends here, without an answer that could be read whole.
    pub(crate) fn broken_off(&self, kind: Kind, message: impl Into<String>) -> Error {
        let status = self.status();
        let outcome = match status {
            Some(200..=299) => Outcome::Accepted,
            Some(status) => Outcome::of_answer(status),
            None if self.sent() => Outcome::Unknown,
            None => Outcome::NotSent,
        };
        let error = Error::new(kind, outcome, message);
        match status {
            Some(status) => error.with_status(status),
            None => error,
        }
    }
}

/// Sends the request and reads the answer, within the time of one attempt.
pub(crate) async fn attempt(
    http: &reqwest::Client,
    headers: &HeaderMap,
    request: &Request,
    call: &Call,
    progress: &Arc<Progress>,
    sink: &mut dyn Sink,
) -> Result<()> {
    let limit = Limit::of(call);
    let mut response = match timeout_at(limit.at, http.execute(to_http(headers, request, call, progress))).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(no_answer(error, progress)),
        Err(_) => return Err(progress.broken_off(Kind::Timeout, limit.passed_without("an answer"))),
    };
    let status = response.status();
    progress.status.store(status.as_u16(), Ordering::Relaxed);
    let answered = Answered::of(&mut response);
    let read = timeout_at(limit.at, answer::read(response)).await;

    if !status.is_success() {
        // Its status says enough: what could be read of the body is a help, no more.
        let (body, _) = read.unwrap_or_default();
        return Err(answered.into_error(&answer::without_key(&body, headers)));
    }
    match read {
        Ok((body, None)) => sink
            .take(status.as_u16(), &body)
            .map_err(|error| answered.undecodable(&error, &answer::without_key(&body, headers))),
        _ if !sink.needs_body() => sink.take(status.as_u16(), &[]).map_err(|error| answered.undecodable(&error, &[])),
        Ok((_, Some(reason))) => Err(progress.broken_off(Kind::Decode, format!("the answer cannot be read: {reason}"))),
        Err(_) => Err(progress.broken_off(Kind::Timeout, limit.passed_without("the end of the answer"))),
    }
}

/// When an attempt has to be over, and by which option.
struct Limit {
    at: Instant,
    timeout: Duration,
    by_deadline: bool,
}

impl Limit {
    fn of(call: &Call) -> Limit {
        let left = call.time_left();
        let timeout = call.timeout.min(left);
        // One too far away to be told is as good as a year.
        let now = Instant::now();
        let at = now.checked_add(timeout).unwrap_or_else(|| now + Duration::from_secs(365 * 86_400));
        Limit { at, timeout, by_deadline: left < call.timeout }
    }

    fn passed_without(&self, what: &str) -> String {
        match self.by_deadline {
            true => format!("the call's deadline passed without {what}"),
            false => format!("the timeout of {:?} passed without {what}", self.timeout),
        }
    }
}

fn to_http(headers: &HeaderMap, request: &Request, call: &Call, progress: &Arc<Progress>) -> reqwest::Request {
    let mut http = reqwest::Request::new(request.method.into(), request.url.clone());
    *http.headers_mut() = headers.clone();
    for (name, value) in &call.headers {
        http.headers_mut().insert(name, value.clone());
    }
    match (&request.body, request.method) {
        (Some(_), _) => drop(http.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"))),
        (None, Method::Get | Method::Delete) => {}
        // Methods that usually have a body say that there is none; some gateways insist.
        (None, _) => drop(http.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"))),
    }
    *http.body_mut() =
        Some(reqwest::Body::wrap(WatchedBody { bytes: request.body.clone(), progress: progress.clone() }));
    http
}

/// Why there is no answer.
fn no_answer(error: reqwest::Error, progress: &Progress) -> Error {
    let error = error.without_url(); // it may hold a number that was searched for
    let reason = deepest(&error);
    if !error.is_connect() {
        let message = format!("the connection was lost before an answer came: {reason}");
        return progress.broken_off(Kind::Connect, message).with_source(error);
    }
    let (kind, message) = match error.is_timeout() {
        true => (Kind::Timeout, "the connect timeout passed without a connection".into()),
        false => (Kind::Connect, format!("cannot connect: {reason}")),
    };
    Error::new(kind, Outcome::NotSent, message).with_source(error)
}

/// The innermost reason: those around it say only that something went wrong.
fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source()).last().map(ToString::to_string).unwrap_or_default()
}

/// A body, perhaps an empty one, that notes when a connection takes it.
///
/// A connection asks for the body once it is there to take it. Before that the server may have seen a head at most, and
/// no server can act on a message whose text it has not got: nothing was sent. From then on it may have been. Of an empty
/// body a connection asks just whether it is one, right before it writes the head; were anybody to ask that sooner, a
/// request that was not sent would merely count as one that may have been.
struct WatchedBody {
    bytes: Option<Bytes>,
    progress: Arc<Progress>,
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.progress.sent.store(true, Ordering::Relaxed);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        let ended = self.bytes.is_none();
        if ended {
            self.progress.sent.store(true, Ordering::Relaxed);
        }
        ended
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
