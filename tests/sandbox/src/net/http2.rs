//! A filter between HTTP and the socket. It adds HTTP/2 frames that hyper cannot send, and drops the responses to them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::{Break, Connection};
use super::frames::{FrameFilter, FrameHead, FrameSplitter, PREFACE, Verdict};

/// Maximum number of bytes to read from the socket at once.
const READ: usize = 16_384;

/// A stream that filters HTTP/2 frames. HTTP/1.1 passes unchanged.
#[derive(Debug)]
pub(super) struct Http2Filter<S> {
    stream: S,
    connection: Arc<Connection>,
    protocol: Protocol,
    from_client: FrameSplitter,
    from_server: FrameSplitter,
    /// Bytes for hyper to read.
    incoming: Buffer,
    /// Bytes to write to the socket.
    outgoing: Buffer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// Number of bytes of the preface that have arrived.
    Unknown(usize),
    Http1,
    Http2,
}

#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    start: usize,
}

impl Buffer {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    fn advance(&mut self, count: usize) {
        self.start += count;
        if self.rest().is_empty() {
            self.bytes.clear();
            self.start = 0;
        }
    }
}

struct FromClient<'a>(&'a Connection);

impl FrameFilter for FromClient<'_> {
    fn decide(&mut self, head: FrameHead) -> Verdict {
        self.0.streams().client_frame(head)
    }

    fn insert(&mut self) -> Vec<u8> {
        self.0.streams().resets_of_excluded()
    }
}

struct FromServer<'a>(&'a Connection);

impl FrameFilter for FromServer<'_> {
    fn decide(&mut self, head: FrameHead) -> Verdict {
        self.0.streams().server_frame(head)
    }

    fn insert(&mut self) -> Vec<u8> {
        let mut streams = self.0.streams();
        let goes_away = streams.end_frame();
        let frames = streams.frames_to_send();
        drop(streams);
        if goes_away {
            self.0.break_now(Break::Close);
        }
        frames
    }
}

impl<S> Http2Filter<S> {
    pub(super) fn new(stream: S, connection: Arc<Connection>) -> Self {
        Self {
            stream,
            connection,
            protocol: Protocol::Unknown(0),
            from_client: FrameSplitter::default(),
            from_server: FrameSplitter::default(),
            incoming: Buffer::default(),
            outgoing: Buffer::default(),
        }
    }

    /// Processes bytes from the client.
    fn receive(&mut self, data: &[u8]) {
        let mut frames = data;
        if let Protocol::Unknown(received) = self.protocol {
            let preface = data.len().min(PREFACE.len() - received);
            self.incoming.bytes.extend_from_slice(&data[..preface]);
            frames = &data[preface..];
            self.protocol = match received + preface {
                _ if data[..preface] != PREFACE[received..received + preface] => Protocol::Http1,
                received if received == PREFACE.len() => Protocol::Http2,
                received => Protocol::Unknown(received),
            };
        }
        match self.protocol {
            Protocol::Http2 => {
                self.from_client.feed(frames, &mut FromClient(&self.connection), &mut self.incoming.bytes);
                self.from_server.insert(&mut FromServer(&self.connection), &mut self.outgoing.bytes);
            }
            _ => self.incoming.bytes.extend_from_slice(frames),
        }
    }
}

impl<S: AsyncWrite + Unpin> Http2Filter<S> {
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.rest().is_empty() {
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, self.outgoing.rest()))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outgoing.advance(count);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Http2Filter<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.protocol == Protocol::Http2 {
            let this = &mut *self;
            this.from_client.insert(&mut FromClient(&this.connection), &mut this.incoming.bytes);
        }
        while self.incoming.rest().is_empty() {
            let mut bytes = [0; READ];
            let mut read = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.receive(read.filled());
            if !self.outgoing.rest().is_empty() {
                // Flushed immediately, so that the client learns of the frames. The next write reports any error.
                let _ = self.as_mut().poll_flush(cx);
            }
        }
        let count = self.incoming.rest().len().min(buf.remaining());
        buf.put_slice(&self.incoming.rest()[..count]);
        self.incoming.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Http2Filter<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        if self.protocol != Protocol::Http2 {
            return Pin::new(&mut self.stream).poll_write(cx, data);
        }
        ready!(self.poll_drain(cx))?;
        let this = &mut *self;
        this.from_server.feed(data, &mut FromServer(&this.connection), &mut this.outgoing.bytes);
        if let Poll::Ready(Err(error)) = self.poll_drain(cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(data.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
