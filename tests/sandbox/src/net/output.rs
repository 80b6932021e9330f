//! The body of an answer: whole, made up as it goes, or broken off.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::line::{Break, Line};

/// A piece of the filling.
static FILLING: [u8; 65_536] = [b'x'; 65_536];

#[derive(Debug)]
pub(crate) struct Output {
    source: Source,
    /// Bytes that are still to come.
    left: u64,
    end: End,
    /// Whether the length is told to hyper, which would not bear another `Content-Length`.
    sized: bool,
}

#[derive(Debug)]
enum Source {
    Whole(Bytes),
    /// A JSON string of so many bytes; the position within it.
    Filling {
        length: u64,
        at: u64,
    },
}

#[derive(Debug)]
enum End {
    Done,
    Stall,
    Break { line: Arc<Line>, written: u64, how: Break },
}

impl Output {
    pub(crate) fn whole(body: Bytes) -> Self {
        let left = body.len() as u64;
        Self { source: Source::Whole(body), left, end: End::Done, sized: true }
    }

    pub(crate) fn filling(length: u64) -> Self {
        Self { source: Source::Filling { length, at: 0 }, left: length, end: End::Done, sized: true }
    }

    pub(crate) fn length(&self) -> u64 {
        self.left
    }

    /// Leaves the length to the headers.
    pub(crate) fn unsized_(mut self) -> Self {
        self.sized = false;
        self
    }

    /// Ends after so many bytes, in that way.
    pub(crate) fn broken_off(mut self, bytes: u64, line: Arc<Line>, how: Break) -> Self {
        self.left = self.left.min(bytes);
        self.sized = false;
        // One more than the body's part: of the head there is at least a byte.
        let written = line.written() + self.left + 1;
        self.end = match how {
            Break::Stall => End::Stall,
            _ => End::Break { line, written, how },
        };
        self
    }

    fn next_piece(&mut self) -> Bytes {
        let piece = match &mut self.source {
            Source::Whole(body) => std::mem::take(body),
            Source::Filling { length, at } => filling(*length, at),
        };
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(piece.len());
        self.left -= wanted as u64;
        piece.slice(..wanted)
    }
}

/// The next piece of a JSON string: a quote, many x, a quote.
fn filling(length: u64, at: &mut u64) -> Bytes {
    const QUOTE: Bytes = Bytes::from_static(b"\"");
    let last = length.saturating_sub(1);
    let piece = if *at == 0 || *at == last {
        QUOTE
    } else {
        let count = usize::try_from(last - *at).unwrap_or(usize::MAX).min(FILLING.len());
        Bytes::from_static(&FILLING).slice(..count)
    };
    *at += piece.len() as u64;
    piece
}

impl Body for Output {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left > 0 {
            return Poll::Ready(Some(Ok(Frame::data(self.next_piece()))));
        }
        match &self.end {
            End::Done => Poll::Ready(None),
            End::Stall => Poll::Pending,
            End::Break { line, written, how } => {
                line.break_when_flushed(*written, *how);
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0 && matches!(self.end, End::Done)
    }

    fn size_hint(&self) -> SizeHint {
        if self.sized { SizeHint::with_exact(self.left) } else { SizeHint::default() }
    }
}
