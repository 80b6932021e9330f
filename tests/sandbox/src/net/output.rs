//! A response body: complete, generated, or truncated.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::connection::{Break, Connection};

/// A chunk of a generated body.
static GENERATED_CHUNK: [u8; 65_536] = [b'x'; 65_536];

#[derive(Debug)]
pub(crate) struct Output {
    source: Source,
    /// Number of bytes that remain.
    remaining: u64,
    end: End,
    /// Whether hyper knows the length. It would reject a different `Content-Length` header.
    length_known: bool,
}

#[derive(Debug)]
enum Source {
    Whole(Bytes),
    /// A JSON string of `length` bytes, and the position in it.
    Generated {
        length: u64,
        at: u64,
    },
}

#[derive(Debug)]
enum End {
    Done,
    Stall,
    Break { connection: Arc<Connection>, written: u64, how: Break },
}

impl Output {
    pub(crate) fn whole(body: Bytes) -> Self {
        let remaining = body.len() as u64;
        Self { source: Source::Whole(body), remaining, end: End::Done, length_known: true }
    }

    pub(crate) fn generated(length: u64) -> Self {
        Self { source: Source::Generated { length, at: 0 }, remaining: length, end: End::Done, length_known: true }
    }

    pub(crate) fn length(&self) -> u64 {
        self.remaining
    }

    /// Hides the length from hyper, so that the headers can set it.
    pub(crate) fn without_known_length(mut self) -> Self {
        self.length_known = false;
        self
    }

    /// Breaks off after `bytes` bytes, as `how` specifies.
    pub(crate) fn truncated(mut self, bytes: u64, connection: Arc<Connection>, how: Break) -> Self {
        self.remaining = self.remaining.min(bytes);
        self.length_known = false;
        // One more than the bytes of the body, because the head has at least one byte.
        let written = connection.written() + self.remaining + 1;
        self.end = match how {
            Break::Stall => End::Stall,
            _ => End::Break { connection, written, how },
        };
        self
    }

    fn next_piece(&mut self) -> Bytes {
        let piece = match &mut self.source {
            Source::Whole(body) => std::mem::take(body),
            Source::Generated { length, at } => generated(*length, at),
        };
        let wanted = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(piece.len());
        self.remaining -= wanted as u64;
        piece.slice(..wanted)
    }
}

/// The next chunk of a JSON string: a quote, `x` characters, a quote.
fn generated(length: u64, at: &mut u64) -> Bytes {
    const QUOTE: Bytes = Bytes::from_static(b"\"");
    let last = length.saturating_sub(1);
    let piece = if *at == 0 || *at == last {
        QUOTE
    } else {
        let count = usize::try_from(last - *at).unwrap_or(usize::MAX).min(GENERATED_CHUNK.len());
        Bytes::from_static(&GENERATED_CHUNK).slice(..count)
    };
    *at += piece.len() as u64;
    piece
}

impl Body for Output {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.remaining > 0 {
            return Poll::Ready(Some(Ok(Frame::data(self.next_piece()))));
        }
        match &self.end {
            End::Done => Poll::Ready(None),
            End::Stall => Poll::Pending,
            End::Break { connection, written, how } => {
                connection.break_when_flushed(*written, *how);
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0 && matches!(self.end, End::Done)
    }

    fn size_hint(&self) -> SizeHint {
        if self.length_known { SizeHint::with_exact(self.remaining) } else { SizeHint::default() }
    }
}
