//! A request's way: it is recorded, a fault may hit it, and it is answered.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};

use crate::api;
use crate::control;
use crate::hub::Site;
use crate::net::line::Line;
use crate::net::output::Output;
use crate::net::streams::ReceivedStream;
use crate::record::Head;
use crate::reply::{Refusal, Reply};
use crate::server::Traffic;
use crate::spoil;

/// The longest body that the API takes.
const LONGEST_BODY: usize = 1024 * 1024;

/// Answers one request. An error resets its stream; over HTTP/1.1 it ends the connection.
pub(crate) async fn serve(
    site: Site,
    line: Arc<Line>,
    stream: Option<ReceivedStream>,
    request: Request<Incoming>,
) -> Result<Response<Output>, ServeError> {
    let received = Instant::now();
    let (parts, body) = request.into_parts();
    if control::is_for_control(parts.uri.path()) {
        return match stream {
            Some(ReceivedStream { over_limit: true, .. }) => Err(ServeError::refused()),
            _ => Ok(response(control::serve(&site, &parts, body).await)),
        };
    }
    if site.only_control {
        return Ok(response(Refusal::not_found("path", parts.uri.path()).into()));
    }
    let head = Head {
        method: parts.method,
        uri: parts.uri,
        version: parts.version,
        headers: parts.headers,
        connection: line.number(|| Traffic::count(&site.server.traffic.used)),
        stream: stream.map(|stream| stream.id),
        received,
    };
    if stream.is_some_and(|stream| stream.over_limit) && !line.streams().hangs() {
        site.server.record_unserved(&head, &[], "refused: over the limit of concurrent streams");
        return Err(ServeError::refused());
    }
    let body = read(body, LONGEST_BODY).await.map_err(ServeError::Unreadable)?;
    if line.streams().hangs() {
        site.server.record_unserved(&head, body.as_deref().unwrap_or_default(), "hang: an earlier request hangs");
        return std::future::pending().await;
    }
    answer(site, line, head, body).await
}

/// Why a request gets no answer.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// The client went away before all of the request came.
    Unreadable(io::Error),
    /// The request was not processed. hyper resets the stream with the reason of the source.
    Refused(h2::Error),
}

impl ServeError {
    fn refused() -> Self {
        Self::Refused(h2::Reason::REFUSED_STREAM.into())
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(_) => f.write_str("cannot read the body of the request"),
            Self::Refused(_) => f.write_str("the request is refused"),
        }
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(error) => Some(error),
            Self::Refused(error) => Some(error),
        }
    }
}

/// Reads a body; `None` where it is too long.
pub(crate) async fn read(body: Incoming, most: usize) -> Result<Option<Bytes>, io::Error> {
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(Some(body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        Err(error) => Err(io::Error::other(error)),
    }
}

async fn answer(site: Site, line: Arc<Line>, head: Head, body: Option<Bytes>) -> Result<Response<Output>, ServeError> {
    let server = &site.server;
    if head.stream.is_some_and(|id| line.streams().is_beyond_goaway(id)) {
        server.record_unserved(
            &head,
            body.as_deref().unwrap_or_default(),
            "refused: above the last stream of a GOAWAY",
        );
        return Err(ServeError::refused());
    }
    let number = server.log.lock().add(&head, body.as_deref().unwrap_or_default());
    // Whoever waits for this request then finds what it has changed.
    let settle = || {
        server.log.lock().settle(number);
        server.log.ring();
    };
    let path = head.uri.path().strip_prefix("/v1");
    let fault = server.faults().for_request(head.method.as_str(), path, head.uri.query());
    let carry_out = || {
        let reply = match &body {
            Some(body) => api::answer(server, &head, body),
            None => Refusal::too_long(LONGEST_BODY).into(),
        };
        if let Some(outcome) = server.log.lock().outcome(number) {
            outcome.message_id.clone_from(&reply.message_id);
        }
        reply
    };
    if let Some(fault) = &fault
        && let Some(outcome) = server.log.lock().outcome(number)
    {
        outcome.fault = Some(fault.summary());
    }
    if let Some(fault) = fault.as_ref().filter(|fault| fault.refuses()) {
        settle();
        spoil::refuse(fault, &line).await;
        return Err(ServeError::refused());
    }
    if let Some(id) = head.stream {
        line.streams().admit(id);
    }
    let Some(fault) = fault else {
        let reply = carry_out();
        if let Some(outcome) = server.log.lock().outcome(number) {
            outcome.status = Some(reply.status);
        }
        settle();
        return Ok(response(reply));
    };
    let real = fault.process.then(&carry_out);
    settle();
    let answer = spoil::answer(&fault, &line, real, carry_out).await;
    if let Some(outcome) = server.log.lock().outcome(number) {
        outcome.status = answer.told.then(|| answer.response.status().as_u16());
    }
    Ok(answer.response)
}

/// Puts a reply into HTTP.
pub(crate) fn response(reply: Reply) -> Response<Output> {
    let mut response = Response::new(Output::whole(reply.body.clone()));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = reply.headers;
    if !reply.body.is_empty() {
        response.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    }
    response
}
