//! One attempt of a call: sends the request once and reads the response.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::Version;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, PROXY_AUTHORIZATION};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use super::Shared;
use super::connect::{ConnectError, Rejected, UsesTls, code_of_loss, is_closed_by_server};
use super::http::Http;
use super::pool::SendError;
use super::progress::{Progress, Revoked, WatchedBody};
use super::request::{Method, Request};
use super::response_head::{Received, ResponseHead};
use super::secrets::Secrets;
use crate::call_options::{Call, Deadline};
use crate::config::Config;
use crate::decode::Decoder;
use crate::proxy::{Proxy, Route};
use crate::{Error, Kind, Outcome, Result};

/// Why an attempt has no result.
pub(crate) enum AttemptError {
    /// The server has changed to HTTP/1.1, and the attempt has no permit. Nothing was sent, and the attempt does not count.
    NeedsPermit,
    Failed(Error),
}

impl From<Error> for AttemptError {
    fn from(error: Error) -> AttemptError {
        AttemptError::Failed(error)
    }
}

/// Sends the request and reads the response within the timeout of one attempt. The secrets of the client are removed from all texts of the server.
pub(crate) async fn attempt(
    shared: &Shared,
    http: &Http,
    request: &Request,
    call: &Call,
    progress: &Arc<Progress>,
    decoder: &mut dyn Decoder,
) -> Result<(), AttemptError> {
    let secrets = Secrets::of(&shared.config);
    let error = match exchange(shared, http, request, call, progress, secrets, decoder).await {
        Err(AttemptError::Failed(error)) => secrets.redact_error(error),
        ended => return ended,
    };
    Err(AttemptError::Failed(match error.status() {
        Some(404) if !request.has_version() => error.with_hint("check base_url, which does not end with /v1"),
        Some(400) => match client_certificate_hint(error.message()) {
            Some(hint) => error.with_hint(hint),
            None => error,
        },
        _ => error,
    }))
}

async fn exchange(
    shared: &Shared,
    http: &Http,
    request: &Request,
    call: &Call,
    progress: &Arc<Progress>,
    secrets: Secrets<'_>,
    decoder: &mut dyn Decoder,
) -> Result<(), AttemptError> {
    let limit = Limit::of(call);
    let _guard = EndGuard(progress);
    match timeout_at(limit.at, http.wait_to_connect(shared)).await {
        Ok(connecting) => progress.hold(connecting),
        Err(_) => return Err(progress.abort(Kind::Timeout, limit.passed_before("a connection was available")).into()),
    }
    // Not earlier: during the wait, an earlier pool may have been replaced because its connections hang.
    let pool = http.pool(shared);
    let body = WatchedBody::new(request.body.clone(), progress.clone());
    let http_request = to_http(&shared.config, request, call, body)?;
    let sent = until(limit.at, pin!(pool.send(http_request, progress))).await;
    let (mut response, mut connection) = match sent {
        Some(response) => response.map_err(|error| send_error(error, http, progress))?,
        None => {
            http.retire(&pool, shared);
            return Err(progress.abort(Kind::Timeout, limit.passed_before("a response arrived")).into());
        }
    };
    http.note_version(response.version());
    if let Some(kept_open) = keep_alive(response.headers()) {
        shared.note_keep_alive(kept_open);
    }
    let status = response.status();
    progress.set_status(status.as_u16());
    let head = ResponseHead::take(&mut response, secrets);
    progress.set_foreign_type(head.has_foreign_type());
    let mut received = Received::default();
    let first_arrived = |beginning: &Bytes| progress.set_beginning(beginning);
    let read = until(limit.at, pin!(connection.drive(pin!(received.read(response, first_arrived))))).await;
    if read == Some(None) {
        pool.put(connection);
    }
    let body = received.into_bytes();

    if !status.is_success() {
        // The status is sufficient. The part of the body that was read may contain a message.
        return Err(head.into_error(&body).into());
    }
    let missing = match read {
        Some(None) if decoder.needs_body() => {
            let notes = decoder
                .decode(status.as_u16(), &secrets.redact_json(&body))
                .map_err(|error| head.undecodable(&error.0, &body))?;
            shared.warn_of(request, call, &notes);
            return Ok(());
        }
        Some(None) => None,
        Some(Some(reason)) => Some((Kind::Decode, format!("cannot read the response: {reason}"))),
        None => Some((Kind::Timeout, limit.passed_before("the response was complete"))),
    };
    // Even if the body is incomplete or not needed, it must be a response of the API.
    let decoded = match missing {
        None if !body.is_empty() && head.is_foreign(&body) => Err(head.undecodable("not JSON", &body)),
        Some((kind, message)) if head.is_foreign(&body) => Err(head.foreign(kind, &message, &body)),
        Some((kind, message)) if decoder.needs_body() => Err(progress.abort(kind, message)),
        _ => decoder.decode(status.as_u16(), &[]).map(drop).map_err(|error| head.undecodable(&error.0, &[])),
    };
    decoded.map_err(AttemptError::from)
}

/// Waits for the future until this time. What has arrived by then is returned, even if the process was stopped in the meantime and both the answer and
/// the timer are due: the answer is read before the timer is believed.
///
/// The future is pinned by the caller, because an async function contains two copies of a future that it pins.
async fn until<F: Future>(at: Instant, mut future: Pin<&mut F>) -> Option<F::Output> {
    /// First the runtime reads from the socket, then the connection's task passes the answer on.
    const ROUNDS: usize = 3;
    if let Ok(output) = timeout_at(at, future.as_mut()).await {
        return Some(output);
    }
    for _ in 0..ROUNDS {
        yield_now().await;
        let poll = poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        if let Poll::Ready(output) = poll.await {
            return Some(output);
        }
    }
    None
}

/// A hint for the page with which nginx rejects a client certificate, or the lack of one. nginx completes the handshake first.
fn client_certificate_hint(message: &str) -> Option<&'static str> {
    if message.contains("No required SSL certificate was sent") {
        return Some("the server requires a client certificate: set `client_cert_file` and `client_key_file`");
    }
    let is_rejected = message.contains("The SSL certificate error");
    is_rejected.then_some("the server rejected the client certificate: check `client_cert_file`")
}

/// Ends an attempt in all cases, also if its future is dropped.
struct EndGuard<'a>(&'a Progress);

impl Drop for EndGuard<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The time limit of an attempt, and the option that it results from.
struct Limit {
    at: Instant,
    timeout: Duration,
    /// The deadline of the call, if it is earlier than the timeout.
    deadline: Option<Deadline>,
}

impl Limit {
    fn of(call: &Call) -> Limit {
        let left = call.time_left();
        let timeout = call.timeout.min(left);
        // If the instant cannot be represented, a year is long enough.
        let now = Instant::now();
        let at = now.checked_add(timeout).unwrap_or_else(|| now + Duration::from_secs(365 * 86_400));
        Limit { at, timeout, deadline: call.deadline.filter(|_| left < call.timeout) }
    }

    fn passed_before(&self, event: &str) -> String {
        match self.deadline {
            Some(deadline) => format!("{deadline} passed before {event}"),
            None => format!("the timeout of {:?} passed before {event}", self.timeout),
        }
    }
}

fn to_http(config: &Config, request: &Request, call: &Call, body: WatchedBody) -> Result<http::Request<WatchedBody>> {
    // A proxy that forwards requests, and HTTP/2, need the complete URL. For HTTP/1.1, its start is in the headers of the client.
    let forwarding = forwarding_proxy(config);
    let url = match config.http2 || forwarding.is_some() {
        true => request.url.as_str(),
        false => request.url.path_and_query(),
    };
    let uri = http::Uri::try_from(url).map_err(|_| {
        Error::invalid("url", serde_json::Value::Null, "is not a valid URI: check the path and the query")
    })?;
    let mut http = http::Request::new(body);
    *http.method_mut() = request.method.into();
    *http.uri_mut() = uri;
    let headers = http.headers_mut();
    *headers = config.headers.clone();
    for (name, value) in &call.headers {
        headers.insert(name, value.clone());
    }
    match (&request.body, request.method) {
        (Some(_), _) => drop(headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"))),
        (None, Method::Get | Method::Delete) => {}
        // Some gateways require a length for methods that usually have a body.
        (None, _) => drop(headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"))),
    }
    // For a tunnel, it is sent with CONNECT.
    if let Some(authorization) = forwarding.and_then(|proxy| proxy.authorization.as_ref()) {
        headers.insert(PROXY_AUTHORIZATION, authorization.clone());
    }
    Ok(http)
}

/// The HTTP proxy that forwards the requests of the client, instead of opening a tunnel.
fn forwarding_proxy(config: &Config) -> Option<&Proxy> {
    match &config.route {
        Route::Proxy(proxy) if config.base_url.scheme() == "http" && !proxy.protocol.is_socks() => Some(proxy),
        _ => None,
    }
}

/// The error of an attempt that received no response.
fn send_error(error: SendError, http: &Http, progress: &Progress) -> AttemptError {
    match error {
        SendError::Connect(failure) => connect_error(&failure, progress).into(),
        SendError::Lost(error) => lost_error(error, progress).into(),
        SendError::NeedsPermit { is_http1 } => {
            if is_http1 {
                http.note_version(Version::HTTP_11);
            }
            AttemptError::NeedsPermit
        }
    }
}

/// The error of an attempt whose connection was lost, or whose request was refused.
fn lost_error(error: hyper::Error, progress: &Progress) -> Error {
    if let Some(refusal) = refused_unprocessed(&error) {
        return progress.abort(Kind::Connect, refusal).with_outcome(Outcome::NotSent).with_source(error);
    }
    if sources(&error).any(|error| error.is::<Revoked>()) {
        let message = "the claim in the ledger would have ended before the attempt, so nothing was sent";
        return progress.abort(Kind::Timeout, message).with_source(error);
    }
    let rejected = sources(&error).find_map(Rejected::find);
    if let Some(rejected) = rejected {
        // Whatever was sent, the server cannot have read it.
        let error = progress.abort(Kind::Connect, rejected.to_string()).with_source(error);
        return error.with_outcome(Outcome::NotSent).with_reason(Some("EPROTO".into())).permanent();
    }
    // After the reset of a stream, the connection goes on.
    let is_connection_lost = !sources(&error).filter_map(|error| error.downcast_ref()).any(h2::Error::is_reset);
    let message = if is_connection_lost && progress.revoke_unsent_body() {
        "the connection was lost before the request was sent".to_owned()
    } else if sources(&error).any(is_closed_by_server) {
        "the server closed the connection without a response".to_owned()
    } else if let Some(uses_tls) = sources(&error).find_map(uses_tls) {
        uses_tls.to_string()
    } else {
        format!("the connection was lost before a response arrived: {}", deepest(&error))
    };
    let code = sources(&error).find_map(code_of_loss);
    progress.abort(Kind::Connect, message).with_reason(code).with_source(error)
}

/// The error of an attempt for which no connection could be opened.
fn connect_error(failure: &ConnectError, progress: &Progress) -> Error {
    let kind = if failure.is_timeout { Kind::Timeout } else { Kind::Connect };
    let mut error = progress.abort(kind, failure.message.clone()).with_reason(failure.code.clone());
    if let Some(number) = failure.number {
        error = error.with_source(io::Error::from_raw_os_error(number));
    }
    if failure.is_permanent { error.permanent() } else { error }
}

/// An I/O error whose cause is that the server uses TLS.
fn uses_tls<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a UsesTls> {
    error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()
}

/// How long the server keeps an idle connection open, if it reports that: `Keep-Alive: timeout=5, max=100`.
fn keep_alive(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("keep-alive")?.to_str().ok()?;
    let parameter = |part: &str| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("timeout").then(|| value.trim().trim_matches('"').parse().ok())?
    };
    value.split(',').find_map(parameter).map(Duration::from_secs)
}

/// Whether the server reported over HTTP/2 that it has not processed the request: it refused the stream, or it sent GOAWAY with the id of an earlier
/// stream as the last one. (RFC 9113, section 8.7: such a request can be retried, whatever its method.)
fn refused_unprocessed(error: &hyper::Error) -> Option<&'static str> {
    let error = sources(error).find_map(|error| error.downcast_ref::<h2::Error>()).filter(|error| error.is_remote())?;
    if error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM) {
        return Some("the server refused the request before processing it");
    }
    // The library reports GOAWAY only for streams after the last one. The others are completed, or lost with the connection.
    error.is_go_away().then_some("the server closed the connection before processing the request")
}

/// The innermost cause: the outer ones say only that something failed. Omits the link to its documentation that rustls adds.
fn deepest(error: &hyper::Error) -> String {
    let reason = sources(error).last().map(ToString::to_string).unwrap_or_default();
    reason.split(": http").next().unwrap_or_default().to_owned()
}

/// The error and its causes, from the outermost to the innermost.
fn sources<'a>(error: &'a hyper::Error) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |error| error.source())
}
