//! HTTP/2 frames in a stream of bytes (RFC 9113, section 4.1).

/// The connection preface, which a client sends first over HTTP/2.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 0x1;
const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;

const MAX_CONCURRENT_STREAMS: u16 = 3;

/// Length of a frame header.
const HEAD: usize = 9;

/// A frame header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// Length of the payload, in bytes.
    pub(super) length: usize,
    pub(super) kind: u8,
    flags: u8,
    /// 0 for frames of the whole connection.
    pub(super) stream: u32,
}

impl FrameHead {
    fn parse(bytes: [u8; HEAD]) -> Self {
        let [high, middle, low, kind, flags, id @ ..] = bytes;
        let length = u32::from_be_bytes([0, high, middle, low]) as usize;
        Self { length, kind, flags, stream: u32::from_be_bytes(id) & 0x7fff_ffff }
    }

    fn bytes(self) -> [u8; HEAD] {
        let [.., high, middle, low] = self.length.to_be_bytes();
        let [a, b, c, d] = self.stream.to_be_bytes();
        [high, middle, low, self.kind, self.flags, a, b, c, d]
    }

    /// Whether the sender sends nothing more on the stream.
    pub(super) fn ends_stream(self) -> bool {
        matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0
    }

    pub(super) fn is_settings_ack(self) -> bool {
        self.kind == SETTINGS && self.flags & ACK != 0
    }

    /// Whether a CONTINUATION frame must follow immediately.
    fn opens_block(self) -> bool {
        matches!(self.kind, HEADERS | CONTINUATION) && self.flags & END_HEADERS == 0
    }
}

/// A SETTINGS frame with a new stream limit.
pub(super) fn settings(limit: u32) -> Vec<u8> {
    let payload = limit_entry(limit);
    frame(SETTINGS, &payload)
}

/// An entry of a SETTINGS frame: the stream limit.
pub(super) fn limit_entry(limit: u32) -> [u8; 6] {
    let ([a, b], [c, d, e, f]) = (MAX_CONCURRENT_STREAMS.to_be_bytes(), limit.to_be_bytes());
    [a, b, c, d, e, f]
}

/// A GOAWAY frame without an error: streams above `last_stream` are not processed.
pub(super) fn goaway(last_stream: u32) -> Vec<u8> {
    const NO_ERROR: u32 = 0;
    frame(GOAWAY, &[last_stream.to_be_bytes(), NO_ERROR.to_be_bytes()].concat())
}

/// A RST_STREAM frame of a client that cancels the request.
pub(super) fn cancel(stream: u32) -> Vec<u8> {
    const CANCEL: u32 = 8;
    frame_on(stream, RST_STREAM, &CANCEL.to_be_bytes())
}

fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    frame_on(0, kind, payload)
}

fn frame_on(stream: u32, kind: u8, payload: &[u8]) -> Vec<u8> {
    let head = FrameHead { length: payload.len(), kind, flags: 0, stream };
    [&head.bytes(), payload].concat()
}

/// What to do with a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    Drop,
    /// Pass the frame with these bytes appended to its payload.
    Extend([u8; 6]),
}

/// Filters the frames of one direction.
pub(super) trait FrameFilter {
    /// Decides what to do with a frame.
    fn decide(&mut self, head: FrameHead) -> Verdict;

    /// Returns frames to insert before the next frame. Called at frame boundaries.
    fn insert(&mut self) -> Vec<u8>;
}

/// Splits a byte stream into frames, and forwards the frames that pass the filter.
///
/// Payloads are forwarded as they arrive. Headers are held back until they are complete.
#[derive(Debug)]
pub(super) struct FrameSplitter {
    part: Part,
    verdict: Verdict,
    /// Whether a CONTINUATION must come next.
    within_block: bool,
}

#[derive(Debug)]
enum Part {
    Head { bytes: [u8; HEAD], count: usize },
    Payload { left: usize },
}

impl Part {
    const START: Self = Self::Head { bytes: [0; HEAD], count: 0 };
}

impl Default for FrameSplitter {
    fn default() -> Self {
        Self { part: Part::START, verdict: Verdict::Pass, within_block: false }
    }
}

impl FrameSplitter {
    /// Reads bytes, and appends the frames that pass and the inserted frames to `output`.
    pub(super) fn feed(&mut self, mut data: &[u8], filter: &mut impl FrameFilter, output: &mut Vec<u8>) {
        while !data.is_empty() {
            self.insert(filter, output);
            match &mut self.part {
                Part::Head { bytes, count } => {
                    let taken = data.len().min(HEAD - *count);
                    bytes[*count..*count + taken].copy_from_slice(&data[..taken]);
                    *count += taken;
                    data = &data[taken..];
                    if *count == HEAD {
                        let head = FrameHead::parse(*bytes);
                        self.begin(head, filter, output);
                    }
                }
                Part::Payload { left } => {
                    let taken = data.len().min(*left);
                    *left -= taken;
                    if self.verdict != Verdict::Drop {
                        output.extend_from_slice(&data[..taken]);
                    }
                    data = &data[taken..];
                }
            }
            self.end_frame(output);
        }
        self.insert(filter, output);
    }

    /// Appends the frames that the filter inserts, if this is a frame boundary.
    pub(super) fn insert(&mut self, filter: &mut impl FrameFilter, output: &mut Vec<u8>) {
        if matches!(self.part, Part::Head { count: 0, .. }) && !self.within_block {
            output.extend_from_slice(&filter.insert());
        }
    }

    fn begin(&mut self, head: FrameHead, filter: &mut impl FrameFilter, output: &mut Vec<u8>) {
        // CONTINUATION frames share the verdict of their HEADERS frame.
        if head.kind != CONTINUATION {
            self.verdict = filter.decide(head);
        }
        self.within_block = head.opens_block();
        self.part = Part::Payload { left: head.length };
        match &self.verdict {
            Verdict::Drop => {}
            Verdict::Pass => output.extend_from_slice(&head.bytes()),
            Verdict::Extend(tail) => {
                let longer = FrameHead { length: head.length + tail.len(), ..head };
                output.extend_from_slice(&longer.bytes());
            }
        }
    }

    fn end_frame(&mut self, output: &mut Vec<u8>) {
        if matches!(self.part, Part::Payload { left: 0 }) {
            self.part = Part::START;
            if let Verdict::Extend(tail) = &self.verdict {
                output.extend_from_slice(tail);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Drops PINGs, extends SETTINGS, and inserts a GOAWAY after each HEADERS frame.
    #[derive(Default)]
    struct Filter {
        insert: bool,
    }

    const PING: u8 = 6;

    impl FrameFilter for Filter {
        fn decide(&mut self, head: FrameHead) -> Verdict {
            self.insert = head.kind == HEADERS;
            match head.kind {
                PING => Verdict::Drop,
                SETTINGS => Verdict::Extend(limit_entry(7)),
                _ => Verdict::Pass,
            }
        }

        fn insert(&mut self) -> Vec<u8> {
            if std::mem::take(&mut self.insert) { frame(GOAWAY, b"inserted") } else { Vec::new() }
        }
    }

    fn on_stream(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let head = FrameHead { length: payload.len(), kind, flags, stream: 5 };
        [&head.bytes(), payload].concat()
    }

    #[test]
    fn frames_are_passed_dropped_extended_and_inserted_for_any_chunk_size() {
        let input = [
            frame(SETTINGS, b""),
            frame(PING, b"12345678"),
            on_stream(HEADERS, END_STREAM, b"first"),
            on_stream(CONTINUATION, END_HEADERS, b"second"),
            on_stream(DATA, END_STREAM, b""),
        ]
        .concat();
        let expected = [
            settings(7),
            on_stream(HEADERS, END_STREAM, b"first"),
            on_stream(CONTINUATION, END_HEADERS, b"second"),
            frame(GOAWAY, b"inserted"),
            on_stream(DATA, END_STREAM, b""),
        ]
        .concat();
        for size in 1..=input.len() {
            let (mut splitter, mut filter, mut output) = (FrameSplitter::default(), Filter::default(), Vec::new());
            for chunk in input.chunks(size) {
                splitter.feed(chunk, &mut filter, &mut output);
            }
            assert_eq!(output, expected, "chunk size {size}");
        }
    }

    #[test]
    fn a_header_is_parsed_and_written() {
        let head = FrameHead { length: 0x0001_0203, kind: HEADERS, flags: END_STREAM, stream: 0x7fff_ffff };
        assert_eq!(FrameHead::parse(head.bytes()), head);
        assert!(head.ends_stream() && head.opens_block() && !head.is_settings_ack());
    }
}
