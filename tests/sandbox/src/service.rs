//! Handles a request: records it, applies a fault if one matches, and returns the response.

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
use crate::hub::HostedServer;
use crate::inject;
use crate::net::connection::Connection;
use crate::net::output::Output;
use crate::net::streams::ReceivedStream;
use crate::record::Head;
use crate::reply::{ApiError, Reply};
use crate::server::Traffic;

/// Maximum size of a request body, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// Responds to one request. An error resets its stream; over HTTP/1.1 it closes the connection.
pub(crate) async fn serve(
    hosted: HostedServer,
    connection: Arc<Connection>,
    stream: Option<ReceivedStream>,
    request: Request<Incoming>,
) -> Result<Response<Output>, ServeError> {
    let received = Instant::now();
    let (parts, body) = request.into_parts();
    if control::is_for_control(parts.uri.path()) {
        return match stream {
            Some(ReceivedStream { over_limit: true, .. }) => Err(ServeError::refused()),
            _ => Ok(response(control::serve(&hosted, &parts, body).await)),
        };
    }
    if hosted.only_control {
        return Ok(response(ApiError::not_found("path", parts.uri.path()).into()));
    }
    let head = Head {
        method: parts.method,
        uri: parts.uri,
        version: parts.version,
        headers: parts.headers,
        connection: connection.number(|| Traffic::count(&hosted.server.traffic.used)),
        stream: stream.map(|stream| stream.id),
        client_certificate: connection.client_certificate(),
        received,
    };
    if stream.is_some_and(|stream| stream.over_limit) && !connection.streams().is_hanging() {
        hosted.server.record_unprocessed(&head, &[], "refused: over the limit of concurrent streams");
        return Err(ServeError::refused());
    }
    let body = read(body, MAX_BODY).await.map_err(ServeError::Unreadable)?;
    if connection.streams().is_hanging() {
        hosted.server.record_unprocessed(&head, body.as_deref().unwrap_or_default(), "hang: an earlier request hangs");
        return std::future::pending().await;
    }
    answer(hosted, connection, head, body).await
}

/// Reason why a request receives no response.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// The client disconnected before the request was complete.
    Unreadable(io::Error),
    /// The request was not processed. hyper resets the stream with the reason in the source error.
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
            Self::Unreadable(_) => f.write_str("cannot read the request body"),
            Self::Refused(_) => f.write_str("request refused"),
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

/// Reads a body. `None` if it exceeds the limit.
pub(crate) async fn read(body: Incoming, limit: usize) -> Result<Option<Bytes>, io::Error> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(Some(body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        Err(error) => Err(io::Error::other(error)),
    }
}

async fn answer(
    hosted: HostedServer,
    connection: Arc<Connection>,
    head: Head,
    body: Option<Bytes>,
) -> Result<Response<Output>, ServeError> {
    let server = &hosted.server;
    if head.stream.is_some_and(|id| connection.streams().is_beyond_goaway(id)) {
        server.record_unprocessed(
            &head,
            body.as_deref().unwrap_or_default(),
            "refused: above the last stream of a GOAWAY",
        );
        return Err(ServeError::refused());
    }
    let number = server.log.lock().add(&head, body.as_deref().unwrap_or_default());
    // Called after the request has been processed, so that a test that waits for it sees its effects.
    let mark_processed = || {
        server.log.lock().mark_processed(number);
        server.log.notify_all();
    };
    let path = head.uri.path().strip_prefix("/v1");
    let fault = server.faults().for_request(head.method.as_str(), path, head.uri.query());
    let process = || {
        let reply = match &body {
            Some(body) => api::respond(server, &head, body),
            None => ApiError::too_large(MAX_BODY).into(),
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
        mark_processed();
        inject::wait(fault, server).await;
        inject::refuse(fault, &connection);
        return Err(ServeError::refused());
    }
    if let Some(id) = head.stream {
        connection.streams().admit(id);
    }
    let Some(fault) = fault else {
        let reply = process();
        if let Some(outcome) = server.log.lock().outcome(number) {
            outcome.status = Some(reply.status);
        }
        mark_processed();
        return Ok(response(reply));
    };
    let processed = fault.process.then(&process);
    mark_processed();
    inject::wait(&fault, server).await;
    let faulted = inject::respond(&fault, &connection, processed, process).await;
    if let Some(outcome) = server.log.lock().outcome(number) {
        outcome.status = faulted.status_sent.then(|| faulted.response.status().as_u16());
    }
    Ok(faulted.response)
}

/// Converts a reply to an HTTP response.
pub(crate) fn response(reply: Reply) -> Response<Output> {
    let mut response = Response::new(Output::whole(reply.body.clone()));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = reply.headers;
    if !reply.body.is_empty() {
        response.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    }
    response
}
