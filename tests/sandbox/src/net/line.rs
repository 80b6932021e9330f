//! What is planned for a connection: after which byte it breaks, and how.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::streams::{StreamRules, Streams};

/// Shared by the connection's task, by what it writes through, and by the answers.
#[derive(Debug)]
pub(crate) struct Line {
    plan: Mutex<Plan>,
    broken: Notify,
    /// The connection's number, once it has brought a request.
    number: std::sync::OnceLock<u64>,
    streams: Mutex<Streams>,
}

#[derive(Debug, Default)]
struct Plan {
    written: u64,
    /// At this many bytes written, nothing more is.
    limit: Option<(u64, Break)>,
    /// When this many bytes are written and flushed.
    flushed: Option<(u64, Break)>,
    now: Option<Break>,
}

impl Plan {
    /// An end in good order does not take the place of another.
    fn set_now(&mut self, how: Break) {
        if how != Break::Close || self.now.is_none() {
            self.now = Some(how);
        }
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// It stays open, and nothing more is said.
    Stall,
    /// With a FIN.
    Cut,
    /// With a RST.
    Reset,
    /// In good order, once the answer is out.
    Close,
}

impl Line {
    pub(super) fn new(rules: StreamRules) -> Self {
        Self {
            plan: Mutex::default(),
            broken: Notify::new(),
            number: std::sync::OnceLock::new(),
            streams: Mutex::new(Streams::new(rules)),
        }
    }

    /// The streams, if the connection speaks HTTP/2.
    pub(crate) fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection's number; `next` gives it one if it has none.
    pub(crate) fn number(&self, next: impl FnOnce() -> u64) -> u64 {
        *self.number.get_or_init(next)
    }

    pub(crate) fn break_now(&self, how: Break) {
        self.plan().set_now(how);
        self.broken.notify_one();
    }

    /// Sends a GOAWAY, and closes the connection when the requests that are being processed are answered.
    pub(crate) fn go_away(&self) {
        self.streams().go_away();
        self.break_now(Break::Close);
    }

    /// Breaks when so many more bytes are written; the byte after them never is.
    pub(crate) fn break_after(&self, bytes: u64, how: Break) {
        let mut plan = self.plan();
        plan.limit = Some((plan.written + bytes, how));
    }

    /// Breaks when at least `written` bytes in all are out.
    pub(crate) fn break_when_flushed(&self, written: u64, how: Break) {
        self.plan().flushed = Some((written, how));
    }

    pub(crate) fn written(&self) -> u64 {
        self.plan().written
    }

    /// Waits until the connection is to break. One that closes may break in another way before it has.
    pub(super) async fn broken(&self) -> Break {
        loop {
            if let Some(how) = self.plan().now.take() {
                return how;
            }
            self.broken.notified().await;
        }
    }

    /// How much of so many bytes may be written now.
    pub(super) fn allowed(&self, length: usize) -> usize {
        let plan = self.plan();
        match plan.limit {
            Some((limit, _)) => length.min(usize::try_from(limit - plan.written).unwrap_or(usize::MAX)),
            None => length,
        }
    }

    pub(super) fn note_written(&self, bytes: usize) {
        self.plan().written += bytes as u64;
    }

    /// Everything that was written is on its way.
    pub(super) fn note_flushed(&self) {
        let mut plan = self.plan();
        let written = plan.written;
        let due = |planned: Option<(u64, Break)>| planned.filter(|(at, _)| written >= *at).map(|(_, how)| how);
        if let Some(how) = due(plan.limit).or(due(plan.flushed)) {
            plan.flushed = None;
            plan.set_now(how);
            self.broken.notify_one();
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
