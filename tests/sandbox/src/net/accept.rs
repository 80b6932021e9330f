//! Accepts connections and speaks HTTP over each, until it is to break or the server ends.

use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::gate::Gate;
use super::http2::Http2Filter;
use super::line::{Break, Line};
use super::wire::{Wire, drain, end_writing};
use crate::fault::Then;
use crate::hub::Site;
use crate::server::Opened;
use crate::service;

/// How long a closed connection waits for the peer to close it too.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves a listener until its server ends.
pub(crate) async fn serve(listener: TcpListener, site: Site, tls: Option<TlsAcceptor>) {
    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((socket, _)) => {
                    tokio::spawn(connection(socket, site.clone(), tls.clone()));
                }
                // Out of file handles, most likely: some will be free again.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = site.server.stopped() => {}
    }
}

async fn connection(socket: TcpStream, site: Site, tls: Option<TlsAcceptor>) {
    let _ = socket.set_nodelay(true);
    let socket = Arc::new(socket);
    let mut counted = (!site.only_control).then(|| site.server.traffic.opened());
    tokio::select! {
        () = converse(&socket, &site, tls, &mut counted) => {}
        () = site.server.stopped() => {}
    }
    drop(socket);
    drop(counted);
}

/// Serves a connection to its end. One that is closed in good order is no longer `counted` as open.
async fn converse(socket: &Arc<TcpStream>, site: &Site, tls: Option<TlsAcceptor>, counted: &mut Option<Opened<'_>>) {
    let fault = if site.only_control { None } else { site.server.faults().for_connection() };
    let how = match fault.map(|fault| fault.then()) {
        Some(Then::Reset) => Some(Break::Reset),
        Some(Then::Cut) => Some(Break::Cut),
        Some(Then::Stall) => Some(Break::Stall),
        _ => speak(socket, site, tls).await,
    };
    match how {
        Some(Break::Reset) => {
            // The RST goes out as the last handle is dropped.
            let _ = socket.set_zero_linger();
        }
        Some(Break::Cut) => {
            let _ = end_writing(socket);
            let _ = tokio::time::timeout(PATIENCE, drain(socket)).await;
        }
        Some(Break::Stall) => drain(socket).await,
        // What the client sent before it knew must not turn the FIN into a RST.
        Some(Break::Close) => {
            let _ = end_writing(socket);
            counted.take();
            let _ = tokio::time::timeout(PATIENCE, drain(socket)).await;
        }
        None => {}
    }
}

/// Speaks HTTP; gives how the connection is to end, if it has not.
async fn speak(socket: &Arc<TcpStream>, site: &Site, tls: Option<TlsAcceptor>) -> Option<Break> {
    let wire = Wire(Arc::clone(socket));
    match tls {
        None => speak_over(wire, site).await,
        Some(tls) => speak_over(tls.accept(wire).await.ok()?, site).await,
    }
}

async fn speak_over<S>(stream: S, site: &Site) -> Option<Break>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let line = Arc::new(Line::new(site.server.stream_rules.clone()));
    let stream = Http2Filter::new(stream, Arc::clone(&line));
    let gate = Gate { stream, line: Arc::clone(&line) };
    let service = service_fn(|request| {
        // At once and not in the future, whose first poll may come in another order.
        let stream = line.streams().next_request();
        service::serve(site.clone(), Arc::clone(&line), stream, request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().header_read_timeout(None);
    // h2 would enforce the first limit for ever.
    builder.http2().max_concurrent_streams(None);
    let mut http = std::pin::pin!(builder.serve_connection(TokioIo::new(gate), service));
    let mut closing = false;
    loop {
        let how = tokio::select! {
            // First, so that all that can be written is.
            biased;
            _ = http.as_mut() => return closing.then_some(Break::Close),
            how = line.broken() => how,
        };
        if how != Break::Close {
            return Some(how);
        }
        if !std::mem::replace(&mut closing, true) {
            http.as_mut().graceful_shutdown();
        }
    }
}
