//! Proxies, which connect a client to another route. They are honest: they accept a connection only when they are connected themselves.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use super::Proxy;

/// Serves a connection as an HTTP proxy that supports only CONNECT.
pub(super) async fn serve_http(proxy: Arc<Proxy>, mut client: impl AsyncRead + AsyncWrite + Unpin) {
    // A client or server that has gone is one of the faults.
    let _ = async {
        let target = read_connect(&mut client).await?;
        let (upstream, answer) = match connect(target).await {
            Ok(upstream) => (Some(upstream), "200 OK"),
            Err(_) => (None, "502 Bad Gateway"),
        };
        proxy.count("CONNECT");
        client.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).await?;
        carry(client, upstream).await
    }
    .await;
}

/// Serves a connection as a SOCKS5 proxy without a password, which supports only connections to IPv4 addresses.
pub(super) async fn serve_socks(proxy: Arc<Proxy>, mut client: impl AsyncRead + AsyncWrite + Unpin) {
    let _ = async {
        let mut greeting = [0; 2];
        client.read_exact(&mut greeting).await?;
        client.read_exact(&mut vec![0; greeting[1].into()]).await?;
        client.write_all(&[5, 0]).await?;
        // Version, command, reserved, address type, address, port.
        let mut request = [0; 10];
        client.read_exact(&mut request).await?;
        let [5, 1, 0, 1, a, b, c, d, high, low] = request else { return Err(io::Error::other("not supported")) };
        let target = SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low]));
        let (upstream, answer) = match connect(target).await {
            Ok(upstream) => (Some(upstream), 0),
            // Connection refused.
            Err(_) => (None, 5),
        };
        proxy.count("SOCKS");
        client.write_all(&[5, answer, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
        carry(client, upstream).await
    }
    .await;
}

/// Reads the head of a CONNECT request. Returns its target.
async fn read_connect(client: &mut (impl AsyncRead + Unpin)) -> io::Result<SocketAddrV4> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // No further: what follows the head belongs to the tunnel.
        head.push(client.read_u8().await?);
    }
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    request.parse(&head).map_err(io::Error::other)?;
    match (request.method, request.path) {
        (Some("CONNECT"), Some(target)) => target.parse().map_err(io::Error::other),
        _ => Err(io::Error::other("not supported")),
    }
}

async fn connect(target: SocketAddrV4) -> io::Result<TcpStream> {
    let upstream = TcpStream::connect(target).await?;
    upstream.set_nodelay(true)?;
    Ok(upstream)
}

/// Carries bytes in both directions until both have ended.
async fn carry(mut client: impl AsyncRead + AsyncWrite + Unpin, upstream: Option<TcpStream>) -> io::Result<()> {
    match upstream {
        Some(mut upstream) => copy_bidirectional(&mut client, &mut upstream).await.map(drop),
        None => client.shutdown().await,
    }
}
