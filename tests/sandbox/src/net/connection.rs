//! The state of a connection that faults control: after which byte it breaks, and how.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::streams::{StreamRules, Streams};

/// Shared by the connection's task, its writers and the responses.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Weak: the socket is closed when its last owner drops it, and requests over HTTP/2 may live longer.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux can hold a response back"))]
    socket: Weak<TcpStream>,
    plan: Mutex<Plan>,
    broken: Notify,
    /// Number of the connection, assigned with its first request.
    number: std::sync::OnceLock<u64>,
    streams: Mutex<Streams>,
    client_certificate: Option<Arc<str>>,
}

#[derive(Debug, Default)]
struct Plan {
    written: u64,
    /// Breaks after this many bytes are written. No byte after them is written.
    limit: Option<(u64, Break)>,
    /// Breaks when this many bytes are written and flushed.
    flushed: Option<(u64, Break)>,
    now: Option<Break>,
}

impl Plan {
    /// A graceful close does not replace another break.
    fn set_now(&mut self, how: Break) {
        if how != Break::Close || self.now.is_none() {
            self.now = Some(how);
        }
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// The connection stays open, and nothing more is sent.
    Stall,
    /// FIN.
    Cut,
    /// RST.
    Reset,
    /// FIN after the response is complete.
    Close,
}

impl Connection {
    pub(super) fn new(socket: &Arc<TcpStream>, rules: StreamRules, client_certificate: Option<Arc<str>>) -> Self {
        Self {
            socket: Arc::downgrade(socket),
            plan: Mutex::default(),
            broken: Notify::new(),
            number: std::sync::OnceLock::new(),
            streams: Mutex::new(Streams::new(rules)),
            client_certificate,
        }
    }

    /// Common name of the certificate with which the client authenticated itself.
    pub(crate) fn client_certificate(&self) -> Option<Arc<str>> {
        self.client_certificate.clone()
    }

    /// The streams, if the connection speaks HTTP/2.
    pub(crate) fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of the connection. `next` assigns it on the first call.
    pub(crate) fn number(&self, next: impl FnOnce() -> u64) -> u64 {
        *self.number.get_or_init(next)
    }

    pub(crate) fn break_now(&self, how: Break) {
        self.plan().set_now(how);
        self.broken.notify_one();
    }

    /// Sends a GOAWAY, and closes the connection after the responses to the requests that are being processed.
    pub(crate) fn go_away(&self) {
        self.streams().go_away();
        self.break_now(Break::Close);
    }

    /// Breaks after `bytes` more bytes. No byte after them is written.
    pub(crate) fn break_after(&self, bytes: u64, how: Break) {
        let mut plan = self.plan();
        plan.limit = Some((plan.written + bytes, how));
    }

    /// Breaks when `written` bytes in total are written and flushed.
    pub(crate) fn break_when_flushed(&self, written: u64, how: Break) {
        self.plan().flushed = Some((written, how));
    }

    /// Holds the response back until the connection ends, so that the client finds the FIN directly behind it: otherwise, a fast client could send the next
    /// request in between. The system holds it back for 200 ms at most.
    pub(crate) fn join_response_and_end(&self) {
        #[cfg(target_os = "linux")]
        if let Some(socket) = self.socket.upgrade() {
            let _ = socket2::SockRef::from(&*socket).set_tcp_cork(true);
        }
    }

    pub(crate) fn written(&self) -> u64 {
        self.plan().written
    }

    /// Waits for the next break. A connection that is closing may still break in another way.
    pub(super) async fn broken(&self) -> Break {
        loop {
            if let Some(how) = self.plan().now.take() {
                return how;
            }
            self.broken.notified().await;
        }
    }

    /// Number of bytes that may be written now, at most `length`.
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

    /// Notes that everything written has been flushed.
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
