//! The `CONNECT` request, with which an HTTP proxy opens a tunnel to the server.

use http::{HeaderValue, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

use super::failure::Reason;

/// The maximum size of the head of a proxy's response.
const MAX_HEAD: usize = 16 << 10;

const MAX_HEADERS: usize = 100;

/// Requests a tunnel to `target`, a host and a port.
pub(super) async fn open(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    target: &str,
    user_agent: &HeaderValue,
    authorization: Option<&HeaderValue>,
) -> Result<(), Reason> {
    let start = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    let mut parts = vec![start.as_bytes()];
    for (name, value) in [("User-Agent", Some(user_agent)), ("Proxy-Authorization", authorization)] {
        if let Some(value) = value {
            parts.extend([name.as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
        }
    }
    parts.push(b"\r\n");
    let request = Zeroizing::new(parts.concat());
    stream.write_all(&request).await.map_err(Reason::ProxyLost)?;
    stream.flush().await.map_err(Reason::ProxyLost)?;

    let mut head = Vec::new();
    loop {
        if stream.read_buf(&mut head).await.map_err(Reason::ProxyLost)? == 0 {
            return Err(Reason::ProxyLost(std::io::ErrorKind::UnexpectedEof.into()));
        }
        match parse(&head) {
            Some(Parsed::Complete(status)) if status.is_success() => return Ok(()),
            Some(Parsed::Complete(status)) => return Err(Reason::ProxyRefused(status)),
            Some(Parsed::Partial) if head.len() <= MAX_HEAD => {}
            _ => return Err(Reason::ProxyNotHttp),
        }
    }
}

enum Parsed {
    Complete(StatusCode),
    Partial,
}

/// Parses the head of a response. `None` if it is not an HTTP response.
fn parse(head: &[u8]) -> Option<Parsed> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(head).ok()? {
        httparse::Status::Partial => Some(Parsed::Partial),
        httparse::Status::Complete(length) => {
            let status = StatusCode::from_u16(response.code?).ok()?;
            // In TLS, the server sends nothing before the client does. Bytes after the head of a success would be lost.
            (!status.is_success() || length == head.len()).then_some(Parsed::Complete(status))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn open_with(response: &str) -> Result<(), Reason> {
        let mut stream = stream_of(response);
        open(&mut stream, "api.zexa.ao:443", &HeaderValue::from_static("zexa"), None).await
    }

    /// A stream whose input is a buffer.
    fn stream_of(response: &str) -> impl AsyncRead + AsyncWrite + Unpin + use<> {
        tokio::io::join(std::io::Cursor::new(response.as_bytes().to_vec()), tokio::io::sink())
    }

    #[test]
    fn responses_of_a_proxy() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            assert!(open_with("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n").await.is_ok());
            assert!(open_with("HTTP/1.0 204 Fine\r\n\r\n").await.is_ok());
            for (response, status) in [("HTTP/1.1 403 No\r\nA: b\r\n\r\n<html>", 403), ("HTTP/1.0 502 \r\n\r\n", 502)] {
                assert!(matches!(open_with(response).await, Err(Reason::ProxyRefused(s)) if s == status), "{response}");
            }
            for response in
                ["SSH-2.0\r\n", "HTTP/1.1 200 OK\r\n\r\nmore", &format!("HTTP/1.1 200 {}", "a".repeat(MAX_HEAD))]
            {
                assert!(matches!(open_with(response).await, Err(Reason::ProxyNotHttp)), "{response:.20}");
            }
            for response in ["", "HTTP/1.1 200"] {
                assert!(matches!(open_with(response).await, Err(Reason::ProxyLost(_))), "{response}");
            }
        });
    }
}
