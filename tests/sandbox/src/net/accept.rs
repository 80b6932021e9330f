//! Accepts connections, and serves HTTP on each until it is broken on purpose or the server stops.

use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use super::connection::{Break, Connection};
use super::http2::Http2Filter;
use super::socket::{SharedSocket, drain, end_writing};
use super::tls::Tls;
use super::write_limiter::WriteLimiter;
use crate::fault::Then;
use crate::hub::HostedServer;
use crate::server::OpenConnection;
use crate::service;

/// How long a connection that was closed waits for the peer to close it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Accepts connections until the server stops.
pub(crate) async fn serve(listener: TcpListener, hosted: HostedServer, tls: Option<Tls>) {
    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((socket, _)) => {
                    tokio::spawn(serve_connection(socket, hosted.clone(), tls.clone()));
                }
                // Most likely out of file descriptors. Try again when some are free.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = hosted.server.stopped() => {}
    }
}

async fn serve_connection(socket: TcpStream, hosted: HostedServer, tls: Option<Tls>) {
    let _ = socket.set_nodelay(true);
    let socket = Arc::new(socket);
    let mut counted = (!hosted.only_control).then(|| hosted.server.traffic.opened());
    tokio::select! {
        () = serve_until_break(&socket, &hosted, tls, &mut counted) => {}
        () = hosted.server.stopped() => {}
    }
    drop(socket);
    drop(counted);
}

/// Serves a connection, and ends it as a fault requires. After a graceful close it no longer counts as open.
async fn serve_until_break(
    socket: &Arc<TcpStream>,
    hosted: &HostedServer,
    tls: Option<Tls>,
    counted: &mut Option<OpenConnection<'_>>,
) {
    let fault = if hosted.only_control { None } else { hosted.server.faults().for_connection() };
    let how = match fault.map(|fault| fault.then()) {
        Some(Then::Reset) => Some(Break::Reset),
        Some(Then::Cut) => Some(Break::Cut),
        Some(Then::Stall) => Some(Break::Stall),
        _ => serve_socket(socket, hosted, tls).await,
    };
    match how {
        Some(Break::Reset) => {
            // The RST is sent when the last handle is dropped.
            let _ = socket.set_zero_linger();
        }
        Some(Break::Cut) => {
            let _ = end_writing(socket);
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, drain(socket)).await;
        }
        Some(Break::Stall) => drain(socket).await,
        // Unread bytes would turn the FIN into a RST, so they are drained.
        Some(Break::Close) => {
            let _ = end_writing(socket);
            counted.take();
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, drain(socket)).await;
        }
        None => {}
    }
}

/// Serves HTTP. Returns how to end the connection, or `None` if it has already ended.
async fn serve_socket(socket: &Arc<TcpStream>, hosted: &HostedServer, tls: Option<Tls>) -> Option<Break> {
    let stream = SharedSocket(Arc::clone(socket));
    match tls {
        None => serve_stream(socket, stream, hosted, None).await,
        Some(tls) => match tls.acceptor.accept(stream).await {
            Ok(stream) => {
                let client_certificate = tls.client_certificate(stream.get_ref().1);
                serve_stream(socket, stream, hosted, client_certificate).await
            }
            // An alert was sent. The client reads it only if no RST follows.
            Err(_) => Some(Break::Close),
        },
    }
}

async fn serve_stream<S>(
    socket: &Arc<TcpStream>,
    stream: S,
    hosted: &HostedServer,
    client_certificate: Option<Arc<str>>,
) -> Option<Break>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = Arc::new(Connection::new(socket, hosted.server.stream_rules.clone(), client_certificate));
    let stream = Http2Filter::new(stream, Arc::clone(&connection));
    let gate = WriteLimiter { stream, connection: Arc::clone(&connection) };
    let service = service_fn(|request| {
        // Called here and not in the future: the order in which futures are first polled may differ.
        let stream = connection.streams().next_request();
        service::serve(hosted.clone(), Arc::clone(&connection), stream, request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().header_read_timeout(None);
    // The sandbox enforces the limit itself, because h2 could not change it later.
    builder.http2().max_concurrent_streams(None);
    let mut http = std::pin::pin!(builder.serve_connection(TokioIo::new(gate), service));
    let mut closing = false;
    loop {
        let how = tokio::select! {
            // HTTP is polled first, so that everything that can be written is written.
            biased;
            _ = http.as_mut() => return closing.then_some(Break::Close),
            how = connection.broken() => how,
        };
        if how != Break::Close {
            return Some(how);
        }
        if !std::mem::replace(&mut closing, true) {
            http.as_mut().graceful_shutdown();
        }
    }
}
