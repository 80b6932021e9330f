//! The streams of one HTTP/2 connection, and the limit on their number.
//!
//! h2 enforces a limit that never changes and offers no setter, so the sandbox announces and enforces its own.

use std::collections::{BTreeMap, VecDeque};

use super::frames::{self, FrameHead, Verdict};

/// How a server treats the streams of each connection.
#[derive(Debug, Clone)]
pub(crate) struct StreamRules {
    /// Limits of concurrent streams, in the order in which they apply. Never empty.
    pub(crate) limits: Vec<u32>,
    /// Number of requests for which each limit except the last applies.
    pub(crate) requests_per_limit: u64,
    /// Number of responses on a connection after which the server sends a GOAWAY.
    pub(crate) goaway_after: Option<u64>,
}

/// A stream that the client opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReceivedStream {
    pub(crate) id: u32,
    /// Whether the stream exceeds the limit, so that its request must not be processed.
    pub(crate) over_limit: bool,
}

#[derive(Debug)]
pub(crate) struct Streams {
    rules: StreamRules,
    /// Index of the current limit.
    current: usize,
    /// Number of requests received on the connection.
    requests: u64,
    /// The streams that count towards the limit.
    open: BTreeMap<u32, Open>,
    highest_received: u32,
    /// Streams whose requests have not reached the service yet. hyper does not expose a request's stream id, but it calls the
    /// service in the order of the ids.
    pending_requests: VecDeque<ReceivedStream>,
    /// The stream that the server's last frame ended.
    ended: Option<u32>,
    /// Limits that have not been announced yet.
    to_announce: Vec<u32>,
    /// Number of complete responses.
    responses: u64,
    /// The highest stream whose request is processed.
    highest_admitted: u32,
    /// Last stream id of the GOAWAY. `None` before a GOAWAY.
    last_stream: Option<u32>,
    goaway_sent: bool,
    /// Streams above the GOAWAY's last stream that have not been reset in hyper yet.
    excluded: Vec<u32>,
    hang: Option<Hang>,
    /// Senders of the SETTINGS frames that the client has not acknowledged.
    unacknowledged: VecDeque<Sender>,
    /// Whether the server has sent its first SETTINGS, which must come before any other frame.
    settings_sent: bool,
}

/// A stream that is open or half-closed.
#[derive(Debug, Default)]
struct Open {
    request_ended: bool,
    response_ended: bool,
}

/// How a connection hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hang {
    /// Nothing is sent.
    Silent,
    /// New requests receive no response. PINGs and earlier requests do.
    Requests,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    /// hyper, which expects the acknowledgement.
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
            pending_requests: VecDeque::new(),
            ended: None,
            to_announce: Vec::new(),
            responses: 0,
            highest_admitted: 0,
            last_stream: None,
            goaway_sent: false,
            excluded: Vec::new(),
            hang: None,
            unacknowledged: VecDeque::new(),
            settings_sent: false,
        }
    }

    /// The stream of the next request that reaches the service; `None` over HTTP/1.1.
    pub(crate) fn next_request(&mut self) -> Option<ReceivedStream> {
        self.pending_requests.pop_front()
    }

    /// Notes that a request is processed, so that no GOAWAY excludes it.
    pub(crate) fn admit(&mut self, id: u32) {
        self.highest_admitted = self.highest_admitted.max(id);
    }

    /// Plans a GOAWAY that excludes all requests above the last one that is processed.
    pub(super) fn go_away(&mut self) {
        let last = *self.last_stream.get_or_insert(self.highest_admitted);
        self.excluded.extend(self.open.split_off(&(last + 1)).keys());
    }

    /// Returns frames for hyper that reset the streams above the GOAWAY's last.
    ///
    /// Without them hyper would wait for the rest of those requests, and not close the connection.
    pub(super) fn resets_of_excluded(&mut self) -> Vec<u8> {
        self.excluded.drain(..).flat_map(frames::cancel).collect()
    }

    /// Whether a GOAWAY has excluded the request.
    pub(crate) fn is_beyond_goaway(&self, id: u32) -> bool {
        self.last_stream.is_some_and(|last| id > last)
    }

    pub(crate) fn hang(&mut self, how: Hang) {
        self.hang = Some(how);
    }

    pub(crate) fn is_hanging(&self) -> bool {
        self.hang.is_some()
    }

    fn limit(&self) -> u32 {
        self.rules.limits.get(self.current).copied().unwrap_or(u32::MAX)
    }

    /// Decides on a frame from the client.
    pub(super) fn client_frame(&mut self, head: FrameHead) -> Verdict {
        if self.is_beyond_goaway(head.stream) {
            return Verdict::Drop;
        }
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
        self.pending_requests.push_back(ReceivedStream { id, over_limit });
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
        // The GOAWAY that this module sends replaces hyper's.
        let replaced = head.kind == frames::GOAWAY && self.last_stream.is_some();
        if replaced || self.is_beyond_goaway(head.stream) || self.hang == Some(Hang::Silent) {
            return Verdict::Drop;
        }
        self.ended = head.ends_stream().then_some(head.stream);
        match head.kind {
            frames::RST_STREAM => {
                self.open.remove(&head.stream);
                // A malformed request never reaches the service.
                self.pending_requests.retain(|stream| stream.id != head.stream);
            }
            frames::SETTINGS if !head.is_settings_ack() => {
                self.unacknowledged.push_back(Sender::Http);
                if !std::mem::replace(&mut self.settings_sent, true) {
                    let first = self.rules.limits.first().copied().unwrap_or(u32::MAX);
                    return Verdict::Extend(frames::limit_entry(first));
                }
            }
            _ => {}
        }
        Verdict::Pass
    }

    /// Notes that a frame from the server is complete. Returns whether a GOAWAY is due after it.
    pub(super) fn end_frame(&mut self) -> bool {
        let Some(id) = self.ended.take() else {
            return false;
        };
        self.end(id, |open| open.response_ended = true);
        self.responses += 1;
        let due = self.last_stream.is_none() && self.rules.goaway_after.is_some_and(|count| self.responses >= count);
        if due {
            // Every request that arrived before the GOAWAY receives a response.
            self.last_stream = Some(self.highest_received);
        }
        due
    }

    /// Returns the frames to send before the server's next frame.
    pub(super) fn frames_to_send(&mut self) -> Vec<u8> {
        let mut frames = Vec::new();
        if !self.settings_sent || self.hang == Some(Hang::Silent) {
            return frames;
        }
        for limit in self.to_announce.drain(..) {
            self.unacknowledged.push_back(Sender::Streams);
            frames.extend_from_slice(&frames::settings(limit));
        }
        if let Some(last) = self.last_stream.filter(|_| !self.goaway_sent) {
            self.goaway_sent = true;
            frames.extend_from_slice(&frames::goaway(last));
        }
        frames
    }
}
