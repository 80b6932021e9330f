//! The HTTP server that receives webhooks.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::Sender;
use tokio::time::{sleep, timeout};
use zexa::{Event, webhooks};

use super::connections::Connections;
use super::forward::Queue;
use super::seen::RecentIds;
use crate::failure::{Failure, Result};
use crate::io_reason::io_reason;
use crate::texts::text;

/// Maximum number of connections. A further one replaces the one that has been idle for the longest time.
const MAX_CONNECTIONS: usize = 128;

/// Maximum size of a body.
const MAX_BODY: usize = 1024 * 1024;

/// Timeout of the head of a request, which also closes idle connections, and of its body.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Pause after a connection could not be accepted, such as if there are too many open files.
const PAUSE: Duration = Duration::from_millis(200);

type Reply = Response<Empty<Bytes>>;

/// Prints an event.
pub(super) type Print = dyn Fn(&Event) -> Result<()> + Send + Sync;

/// Reports a problem on stderr.
pub(super) type Report = dyn Fn(String) + Send + Sync;

/// Receives webhooks.
pub(super) struct Receiver {
    pub(super) print: Box<Print>,
    pub(super) report: Arc<Report>,
    /// Where events are forwarded, if anywhere.
    pub(super) queue: Option<Queue>,
    pub(super) recent: Mutex<RecentIds>,
    /// Receives the failure of printing an event, which ends the command.
    pub(super) failed: Sender<Failure>,
}

/// Accepts connections until the future is dropped.
pub(super) async fn serve(listener: TcpListener, receiver: Arc<Receiver>) {
    let connections = Arc::new(Connections::new(MAX_CONNECTIONS));
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let position = connections.position();
                let task = tokio::spawn(connection(stream, peer, receiver.clone(), connections.clone(), position));
                connections.add(position, task.abort_handle());
            }
            Err(error) => {
                (receiver.report)(text!("listen-failed", reason = io_reason(&error)));
                sleep(PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    receiver: Arc<Receiver>,
    connections: Arc<Connections>,
    position: u64,
) {
    let position = AtomicU64::new(position);
    let service = service_fn(|request| {
        let receiver = &receiver;
        let (connections, position) = (&connections, &position);
        async move {
            let reply = receiver.receive(request, peer).await;
            let refreshed = connections.refresh(position.load(Ordering::Relaxed));
            position.store(refreshed, Ordering::Relaxed);
            Ok::<_, Infallible>(reply)
        }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(TIMEOUT);
    // A connection that fails or sends garbage concerns only its client.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
    connections.remove(position.load(Ordering::Relaxed));
}

impl Receiver {
    async fn receive(&self, request: Request<Incoming>, peer: SocketAddr) -> Reply {
        if request.method() != Method::POST {
            let mut reply = reply(StatusCode::METHOD_NOT_ALLOWED);
            reply.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return reply;
        }
        let (head, body) = request.into_parts();
        if body.size_hint().lower() > MAX_BODY as u64 {
            return reply(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let body = match timeout(TIMEOUT, Limited::new(body, MAX_BODY).collect()).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return reply(StatusCode::PAYLOAD_TOO_LARGE),
            Ok(Err(_)) => return reply(StatusCode::BAD_REQUEST),
            Err(_) => return reply(StatusCode::REQUEST_TIMEOUT),
        };
        match webhooks::parse_event(&body) {
            Ok(event) => reply(self.accept(&event, head.headers, body)),
            Err(_) => {
                (self.report)(text!("listen-invalid", peer = peer.ip().to_string()));
                reply(StatusCode::BAD_REQUEST)
            }
        }
    }

    /// Prints an event and queues it, unless it is a repeated one. If that is not possible, the event is refused, so that it is posted again.
    fn accept(&self, event: &Event, headers: HeaderMap, body: Bytes) -> StatusCode {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if event.id.as_deref().is_some_and(|id| recent.contains(id)) {
            return StatusCode::NO_CONTENT;
        }
        let place = match self.queue.as_ref().map(|queue| queue.reserve(body.len())) {
            None => None,
            Some(Some(place)) => Some(place),
            Some(None) => {
                (self.report)(text!("listen-queue-full", event = name(event)));
                return StatusCode::SERVICE_UNAVAILABLE;
            }
        };
        if let Err(failure) = (self.print)(event) {
            // It is full if another event could not be printed either.
            let _ = self.failed.try_send(failure);
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        if let Some(place) = place {
            place.add(headers, body, name(event));
        }
        if let Some(id) = &event.id {
            recent.add(id);
        }
        StatusCode::NO_CONTENT
    }
}

/// The name and the id of an event, for messages.
fn name(event: &Event) -> String {
    let parts = [event.event.as_ref().map(|name| name.as_str()), event.id.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn reply(status: StatusCode) -> Reply {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    response
}
