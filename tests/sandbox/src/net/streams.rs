//! The streams of one HTTP/2 connection: how many may be open, and which are.
//!
//! h2 enforces a limit that never changes and offers no setter, so the sandbox announces and enforces its own.

use std::collections::{BTreeMap, VecDeque};

use super::frames::{self, FrameHead, Verdict};

/// How a server treats the streams of each connection.
#[derive(Debug, Clone)]
pub(crate) struct StreamRules {
    /// Limits of concurrent streams, in the order in which they apply. Never empty.
    pub(crate) limits: Vec<u32>,
    /// Each limit but the last applies to so many requests.
    pub(crate) requests_per_limit: u64,
}

/// What the client opened a stream for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReceivedStream {
    pub(crate) id: u32,
    /// Whether the stream is over the limit, and its request must not be processed.
    pub(crate) over_limit: bool,
}

#[derive(Debug)]
pub(crate) struct Streams {
    rules: StreamRules,
    /// Index of the limit that applies.
    current: usize,
    /// Requests received on the connection.
    requests: u64,
    /// The streams that count towards the limit.
    open: BTreeMap<u32, Open>,
    highest_received: u32,
    /// Streams whose requests have not reached the service yet. hyper does not tell a request's stream id, but it
    /// calls the service in the order of the ids.
    on_the_way: VecDeque<ReceivedStream>,
    /// The stream that the server's last frame ended.
    ended: Option<u32>,
    /// Limits that are still to be announced.
    to_announce: Vec<u32>,
    /// Who sent each of the SETTINGS that the client has not acknowledged.
    unacknowledged: VecDeque<Sender>,
    /// Whether the server has sent its first SETTINGS, which must come before any other frame.
    greeted: bool,
}

/// A stream that is not closed: each side may end its part of it.
#[derive(Debug, Default)]
struct Open {
    request_ended: bool,
    response_ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    /// hyper, which waits for the acknowledgement.
    Http,
    /// This module.
    Streams,
}

impl Streams {
    pub(crate) fn new(rules: StreamRules) -> Self {
        Self {
            rules,
            current: 0,
            requests: 0,
            open: BTreeMap::new(),
            highest_received: 0,
            on_the_way: VecDeque::new(),
            ended: None,
            to_announce: Vec::new(),
            unacknowledged: VecDeque::new(),
            greeted: false,
        }
    }

    /// The stream of the next request that reaches the service; `None` over HTTP/1.1.
    pub(crate) fn next_request(&mut self) -> Option<ReceivedStream> {
        self.on_the_way.pop_front()
    }

    fn limit(&self) -> u32 {
        self.rules.limits.get(self.current).copied().unwrap_or(u32::MAX)
    }

    /// Decides on a frame from the client.
    pub(super) fn client_frame(&mut self, head: FrameHead) -> Verdict {
        match head.kind {
            frames::HEADERS if head.stream > self.highest_received => self.open(head.stream),
            frames::RST_STREAM => drop(self.open.remove(&head.stream)),
            frames::SETTINGS if head.is_settings_ack() => {
                let sender = self.unacknowledged.pop_front();
                return if sender == Some(Sender::Streams) { Verdict::Drop } else { Verdict::Pass };
            }
            _ => {}
        }
        if head.ends_stream() {
            self.end(head.stream, |open| open.request_ended = true);
        }
        Verdict::Pass
    }

    fn open(&mut self, id: u32) {
        self.highest_received = id;
        // Streams over the limit are reset with REFUSED_STREAM whether or not the client has acknowledged the limit,
        // as nginx and h2 do. Streams that were open when the limit was lowered may finish.
        let over_limit = self.open.len() >= usize::try_from(self.limit()).unwrap_or(usize::MAX);
        self.on_the_way.push_back(ReceivedStream { id, over_limit });
        if !over_limit {
            self.open.insert(id, Open::default());
        }
        self.requests += 1;
        let is_last = self.current + 1 >= self.rules.limits.len();
        if !is_last && self.requests.is_multiple_of(self.rules.requests_per_limit) {
            self.current += 1;
            self.to_announce.push(self.limit());
        }
    }

    fn end(&mut self, id: u32, mark: impl FnOnce(&mut Open)) {
        if let Some(open) = self.open.get_mut(&id) {
            mark(open);
            if open.request_ended && open.response_ended {
                self.open.remove(&id);
            }
        }
    }

    /// Decides on a frame from the server.
    pub(super) fn server_frame(&mut self, head: FrameHead) -> Verdict {
        self.ended = head.ends_stream().then_some(head.stream);
        match head.kind {
            frames::RST_STREAM => {
                self.open.remove(&head.stream);
                // A malformed request never reaches the service.
                self.on_the_way.retain(|stream| stream.id != head.stream);
            }
            frames::SETTINGS if !head.is_settings_ack() => {
                self.unacknowledged.push_back(Sender::Http);
                if !std::mem::replace(&mut self.greeted, true) {
                    let first = self.rules.limits.first().copied().unwrap_or(u32::MAX);
                    return Verdict::Extend(frames::limit_entry(first));
                }
            }
            _ => {}
        }
        Verdict::Pass
    }

    /// Returns the frames to send after the server's last frame.
    pub(super) fn after_frame(&mut self) -> Vec<u8> {
        if let Some(id) = self.ended.take() {
            self.end(id, |open| open.response_ended = true);
        }
        if !self.greeted {
            return Vec::new();
        }
        let mut frames = Vec::new();
        for limit in self.to_announce.drain(..) {
            self.unacknowledged.push_back(Sender::Streams);
            frames.extend_from_slice(&frames::settings(limit));
        }
        frames
    }
}
