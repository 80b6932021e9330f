//! The end of HTTP/2: translates requests to HTTP/1.1, and injects the faults of connections and streams.

use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use h2::server::{Builder, SendResponse};
use h2::{Reason, RecvStream};
use http::{Request, Response, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep;

use super::Proxy;
use super::forward::forward;
use super::plan::{GoAway, Http2Plan, StreamFault};

/// The initial window of streams by default (RFC 9113).
const WINDOW: u32 = 65_535;

/// Serves a connection until it ends.
pub(super) async fn serve<S>(proxy: Arc<Proxy>, number: u64, client: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let plan = Http2Plan::of(proxy.seed, number);
    let mut builder = Builder::new();
    builder.max_concurrent_streams(plan.max_streams);
    if plan.max_streams < WINDOW.min(200) {
        proxy.count("HTTP/2 stream limit");
    }
    if plan.zero_window.is_some() {
        proxy.count("HTTP/2 zero window");
        builder.initial_window_size(0);
    }
    let Ok(mut connection) = builder.handshake::<_, Bytes>(client).await else { return };
    let mut zero_window = std::pin::pin!(async {
        match plan.zero_window {
            Some(time) => sleep(time).await,
            None => pending().await,
        }
    });
    let (mut is_open, mut streams) = (plan.zero_window.is_none(), 0);
    loop {
        let accepted = tokio::select! {
            accepted = connection.accept() => accepted,
            () = &mut zero_window, if !is_open => {
                is_open = true;
                // It fails only if the previous change is not acknowledged yet. The streams then stay closed.
                let _ = connection.set_initial_window_size(WINDOW);
                continue;
            }
        };
        let Some(Ok((request, respond))) = accepted else { return };
        let fault = plan.stream(streams);
        streams += 1;
        proxy.spawn(answer(proxy.clone(), request, respond, fault));
        match plan.go_away {
            Some((after, how)) if streams == after => {
                proxy.count("HTTP/2 GOAWAY");
                match how {
                    GoAway::Graceful => connection.graceful_shutdown(),
                    GoAway::Abrupt => connection.abrupt_shutdown(Reason::NO_ERROR),
                }
            }
            _ => {}
        }
    }
}

/// Answers a stream.
async fn answer(proxy: Arc<Proxy>, request: Request<RecvStream>, mut respond: SendResponse<Bytes>, fault: StreamFault) {
    if fault == StreamFault::Refuse {
        proxy.count("HTTP/2 REFUSED_STREAM");
        return respond.send_reset(Reason::REFUSED_STREAM);
    }
    let (head, body) = request.into_parts();
    // A request whose body is incomplete is never delivered.
    let Some(body) = read(body).await else { return };
    match fault {
        StreamFault::RefuseLate => {
            proxy.count("HTTP/2 REFUSED_STREAM");
            return respond.send_reset(Reason::REFUSED_STREAM);
        }
        StreamFault::Reset => {
            proxy.count("HTTP/2 RST_STREAM");
            return respond.send_reset(Reason::INTERNAL_ERROR);
        }
        _ => {}
    }
    let response = forward(&proxy, head, body).await.unwrap_or_else(|| {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response
    });
    if fault == StreamFault::ResetProcessed {
        proxy.count("HTTP/2 RST_STREAM after processing");
        return respond.send_reset(Reason::CANCEL);
    }
    let (head, body) = response.into_parts();
    // The client may have gone.
    let Ok(mut stream) = respond.send_response(Response::from_parts(head, ()), body.is_empty()) else { return };
    if fault == StreamFault::ResetBody {
        proxy.count("HTTP/2 RST_STREAM in a response");
        let _ = stream.send_data(body.slice(..body.len() / 2), false);
        return stream.send_reset(Reason::INTERNAL_ERROR);
    }
    if !body.is_empty() {
        let _ = stream.send_data(body, true);
    }
}

/// Reads a body to its end. `None` if the client has reset the stream, or the connection is lost.
async fn read(mut body: RecvStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.ok()?;
        // It fails only if the stream has ended.
        let _ = body.flow_control().release_capacity(chunk.len());
        bytes.extend_from_slice(&chunk);
    }
    Some(bytes)
}
