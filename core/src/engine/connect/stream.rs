//! [`Connection`]: a connection with or without TLS.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;

use super::super::identity::{ClientAuthentication, ClientCertificate};
use super::rejected::Rejected;
use super::socket::{Attempts, Socket};
use super::writes::Writes;

/// A connection over which requests can be sent.
pub(crate) struct Connection {
    pub(super) stream: Stream,
    /// Whether requests are sent to an HTTP proxy, with the complete URL in the request line.
    pub(crate) is_forwarded: bool,
    /// Whether nothing has been received yet.
    is_new: bool,
    authentication: Arc<ClientAuthentication>,
}

impl Connection {
    pub(super) fn new(stream: Stream, is_forwarded: bool, authentication: Arc<ClientAuthentication>) -> Connection {
        Connection { stream, is_forwarded, is_new: true, authentication }
    }

    /// The connection in a pool, where these attempts take it.
    pub(super) fn pooled(mut self, attempts: Attempts) -> Connection {
        // Over HTTP/2, a server announces the end of the connection, and processes requests that were sent before the client has read that. If the
        // announcement is read right before a request is written, the request fails.
        if !self.is_http2() {
            self.stream.socket_mut().begin_idle(attempts);
        }
        self
    }

    pub(crate) fn is_http2(&self) -> bool {
        let protocol = match &self.stream {
            Stream::Plain(_) => None,
            Stream::Tls(stream) => stream.get_ref().1.alpn_protocol(),
            Stream::TlsInTls(stream) => stream.get_ref().1.alpn_protocol(),
        };
        protocol == Some(b"h2")
    }

    pub(crate) fn writes(&self) -> Writes {
        self.stream.socket().writes().clone()
    }

    /// Whether the server may still reject the handshake, because in TLS 1.3 that of the client ends earlier.
    fn may_be_rejected(&self) -> bool {
        let tls = match &self.stream {
            Stream::Tls(stream) if !self.is_forwarded => stream.get_ref().1,
            Stream::TlsInTls(stream) => stream.get_ref().1,
            _ => return false,
        };
        self.is_new
            && tls.protocol_version() == Some(ProtocolVersion::TLSv1_3)
            && self.authentication.state() != ClientCertificate::NotRequested
    }

    /// The error that explains this one, if the server has rejected the client certificate.
    fn explained(&self, error: io::Error) -> io::Error {
        Rejected::of_first_read(&error, self.authentication.state()).map_or(error, io::Error::from)
    }

    fn written<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        written.map(|written| written.map_err(|error| self.failed_write(error, context)))
    }

    /// The error of a write. If the server has closed the connection, its alert can still be read.
    fn failed_write(&mut self, error: io::Error, context: &mut Context<'_>) -> io::Error {
        if !self.may_be_rejected() {
            return error;
        }
        let mut buffer = [0; 512];
        match Pin::new(&mut self.stream).poll_read(context, &mut ReadBuf::new(&mut buffer)) {
            Poll::Ready(Err(alert)) => {
                Rejected::of_first_read(&alert, self.authentication.state()).map_or(error, Into::into)
            }
            _ => error,
        }
    }
}

/// The start of a TLS alert: its content type and the major version. A server that uses TLS responds with an alert to a request without TLS.
const TLS_ALERT: [u8; 2] = [0x15, 0x03];

/// The server, or the HTTP proxy, uses TLS on a port to which the client has sent a request without TLS.
#[derive(Debug)]
pub(crate) struct UsesTls {
    is_proxy: bool,
}

impl fmt::Display for UsesTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.is_proxy {
            false => "the server uses TLS on this port: the base URL must start with https://",
            true => "the proxy uses TLS on this port: the URL of the proxy must start with https://",
        })
    }
}

impl std::error::Error for UsesTls {}

/// The layers of a connection.
pub(super) enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
    /// TLS with the server inside of TLS with a proxy.
    TlsInTls(Box<TlsStream<TlsStream<Socket>>>),
}

impl Stream {
    fn socket(&self) -> &Socket {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => stream.get_ref().0,
            Stream::TlsInTls(stream) => stream.get_ref().0.get_ref().0,
        }
    }

    fn socket_mut(&mut self) -> &mut Socket {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => stream.get_mut().0,
            Stream::TlsInTls(stream) => stream.get_mut().0.get_mut().0,
        }
    }
}

/// Calls a function of the stream in any variant.
macro_rules! delegate {
    ($self:expr, $stream:ident => $call:expr) => {
        match $self {
            Stream::Plain($stream) => $call,
            Stream::Tls($stream) => $call,
            Stream::TlsInTls($stream) => $call,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        delegate!(&mut *self, stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        delegate!(&mut *self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        delegate!(&mut *self, stream => Pin::new(stream).poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        delegate!(self, stream => stream.is_write_vectored())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(&mut *self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(&mut *self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buffer.filled().len();
        let may_be_rejected = self.may_be_rejected();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if self.is_new && matches!(read, Poll::Ready(Ok(()))) {
            self.is_new = false;
            // The HTTP library would report only that the response cannot be parsed.
            if matches!(self.stream, Stream::Plain(_)) && buffer.filled()[start..].starts_with(&TLS_ALERT) {
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    UsesTls { is_proxy: self.is_forwarded },
                )));
            }
        }
        match read {
            Poll::Ready(Err(error)) if may_be_rejected => Poll::Ready(Err(self.explained(error))),
            read => read,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(written, cx)
    }

    /// The HTTP library copies a small body behind the head of its request, which takes less time than a write of two parts.
    fn is_write_vectored(&self) -> bool {
        false
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.written(flushed, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
