//! Violates the promises on purpose, to show that the comparison finds it.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Proxy;
use super::plan::Sabotage;

/// Serves the first request of a connection.
pub(super) async fn serve(proxy: Arc<Proxy>, client: TcpStream, sabotage: Sabotage) {
    // If the client or the sandbox has gone, there is nothing to sabotage.
    let _ = serve_request(&proxy, client, sabotage).await;
}

async fn serve_request(proxy: &Proxy, mut client: TcpStream, sabotage: Sabotage) -> io::Result<()> {
    let request = read_request(&mut client).await?;
    let is_send = request.starts_with(b"POST /v1/messages ");
    match sabotage {
        Sabotage::Lose if is_send => {
            proxy.count("sabotage");
            respond(&mut client, "201 Created", r#"{"id": "msg_lost", "status": "queued"}"#).await
        }
        Sabotage::Deny if is_send => {
            proxy.count("sabotage");
            deliver(proxy, &request).await?;
            let body = r#"{"error": {"code": "validation_error", "message": "Sabotage"}}"#;
            respond(&mut client, "422 Unprocessable Content", body).await
        }
        _ => {
            if sabotage == Sabotage::Duplicate && is_send {
                proxy.count("sabotage");
                deliver(proxy, &request).await?;
            }
            let response = deliver(proxy, &request).await?;
            client.write_all(&response).await
        }
    }
}

/// Reads a request with its body.
async fn read_request(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    while client.read_buf(&mut request).await? > 0 {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Request::new(&mut headers);
        let Ok(httparse::Status::Complete(size)) = head.parse(&request) else { continue };
        let length = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|header| str::from_utf8(header.value).ok()?.parse::<usize>().ok());
        if request.len() >= size + length.unwrap_or(0) {
            return Ok(request);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// Delivers the request on its own connection, and returns what the sandbox sends until it closes the connection.
async fn deliver(proxy: &Proxy, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut upstream = proxy.connect().await?;
    let closing = b"connection: close\r\n";
    let head = request.windows(2).position(|bytes| bytes == b"\r\n").map_or(0, |end| end + 2);
    upstream.write_all(&[&request[..head], closing, &request[head..]].concat()).await?;
    let mut response = Vec::new();
    upstream.read_to_end(&mut response).await?;
    Ok(response)
}

async fn respond(client: &mut TcpStream, status: &str, body: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
    client.write_all(format!("{head}\r\nconnection: close\r\n\r\n{body}").as_bytes()).await
}
