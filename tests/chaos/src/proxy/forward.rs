//! Delivers a complete request to the sandbox over HTTP/1.1.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::Proxy;

/// Delivers the request, and returns the complete response. `None` if the sandbox is down, or dies meanwhile.
pub(super) async fn forward(proxy: &Proxy, head: http::request::Parts, body: Vec<u8>) -> Option<Response<Bytes>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(proxy.connect().await.ok()?)).await.ok()?;
    tokio::spawn(connection);
    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = head.method;
    *request.uri_mut() = head.uri.path_and_query()?.as_str().parse().ok()?;
    *request.headers_mut() = head.headers;
    request.headers_mut().insert(http::header::HOST, http::HeaderValue::from_static("sandbox"));
    let (mut head, body) = sender.send_request(request).await.ok()?.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    for name in ["connection", "transfer-encoding"] {
        head.headers.remove(name);
    }
    Some(Response::from_parts(head, body))
}
