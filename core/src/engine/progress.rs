//! [`Progress`]: how far an attempt has got; and [`WatchedBody`]: the request body that records it.
//!
//! The HTTP library may send a request after the attempt has ended: over HTTP/2, a request that waits for a free stream is sent as soon as there is
//! one. Therefore the body is revocable. It is either taken once, by the connection that sends it, or revoked once, by the attempt that ends without
//! a response. A revoked body fails when it is polled, so the request can never become complete. This guarantees that [`Outcome::NotSent`] is true.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::connect::Writes;
use super::response_head::is_foreign;
use crate::ledger::lease::Lease;
use crate::sync::{AtomicBool, AtomicU8, AtomicU16, Mutex, Ordering, OwnedSemaphorePermit};
use crate::{Error, Kind, Outcome};

/// Neither taken nor revoked.
const FRESH: u8 = 0;
/// A connection has taken the body: the request may have been sent, or may still be.
const TAKEN: u8 = 1;
/// The attempt has ended: the request can no longer be sent.
const REVOKED: u8 = 2;

/// How far an attempt has got.
#[derive(Default)]
pub(crate) struct Progress {
    body: AtomicU8,
    /// The status of the response; 0 until its head arrives.
    status: AtomicU16,
    /// Whether the content type of the response is not JSON.
    has_foreign_type: AtomicBool,
    /// The first part of the body of the response. Only used if the attempt is aborted.
    beginning: Mutex<Bytes>,
    /// The writes on the connection that the attempt uses.
    writes: Mutex<Option<Writes>>,
    /// The writes on the connection that has taken the body, and their number at that time.
    taken: Mutex<Option<(Writes, u64)>>,
    /// The lease within which the attempt must be over, and when it is over at the latest.
    lease: Mutex<Option<(Lease, std::time::Instant)>>,
    /// Held while the attempt may open a connection: until a connection has taken the request, or the attempt ends.
    connecting: Mutex<Option<OwnedSemaphorePermit>>,
    /// Whether the attempt has a permit for a connection over HTTP/1.1.
    has_permit: bool,
}

impl Progress {
    /// The progress of an attempt that begins. Without a permit, the attempt can only use a connection that attempts share over HTTP/2.
    pub(crate) fn new(has_permit: bool) -> Progress {
        Progress { has_permit, ..Progress::default() }
    }

    /// Whether the attempt has a permit for a connection over HTTP/1.1.
    pub(crate) fn has_permit(&self) -> bool {
        self.has_permit
    }

    /// Whether the attempt may open a connection. It is not known before which version of HTTP the server chooses for it.
    pub(crate) fn may_connect(&self) -> bool {
        self.has_permit || self.connecting.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Sets the writes on the connection to which the request is passed.
    pub(crate) fn set_writes(&self, writes: &Writes) {
        *self.writes.lock().unwrap_or_else(PoisonError::into_inner) = Some(writes.clone());
    }

    /// Whether no connection has taken the body, and it is not revoked.
    pub(crate) fn is_fresh(&self) -> bool {
        self.body.load(Ordering::Acquire) == FRESH
    }

    /// Sets the lease of the claim, and the time at which the attempt ends at the latest.
    pub(crate) fn set_lease(&self, lease: Lease, end: std::time::Instant) {
        *self.lease.lock().unwrap_or_else(PoisonError::into_inner) = Some((lease, end));
    }

    /// Whether the lease of the claim could end before the attempt. Another process may then send the request.
    pub(crate) fn exceeds_lease(&self) -> bool {
        let lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner);
        lease.is_some_and(|(lease, end)| !lease.covers_until(end))
    }

    /// Called by the connection. Returns false if the body was revoked before, or must not be sent any more.
    fn take_body(&self) -> bool {
        if self.exceeds_lease() {
            // If it was taken before, the connection has it.
            return !self.revoke_body();
        }
        let is_first = self.body.compare_exchange(FRESH, TAKEN, Ordering::AcqRel, Ordering::Acquire);
        if is_first.is_ok() {
            let writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner).clone();
            *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = writes.map(|writes| {
                let count = writes.count();
                (writes, count)
            });
        }
        is_first != Err(REVOKED)
    }

    /// Revokes a body that was taken by a connection that is now lost, if the connection has not sent any of it. Returns whether the body is revoked.
    pub(crate) fn revoke_unsent_body(&self) -> bool {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_unsent = taken.as_ref().is_some_and(|(writes, count)| writes.end_if_none_since(*count));
        if is_unsent {
            self.body.store(REVOKED, Ordering::Release);
        }
        is_unsent
    }

    /// Revokes the body, unless a connection has taken it. Returns whether the body is revoked.
    pub(crate) fn revoke_body(&self) -> bool {
        self.leave_fresh(REVOKED) == REVOKED
    }

    fn is_revoked(&self) -> bool {
        self.body.load(Ordering::Acquire) == REVOKED
    }

    /// Changes the state if it is still fresh. Returns the resulting state.
    fn leave_fresh(&self, state: u8) -> u8 {
        self.body.compare_exchange(FRESH, state, Ordering::AcqRel, Ordering::Acquire).err().unwrap_or(state)
    }

    /// Holds the permit to open a connection.
    pub(crate) fn hold(&self, connecting: Option<OwnedSemaphorePermit>) {
        *self.connecting.lock().unwrap_or_else(PoisonError::into_inner) = connecting;
    }

    /// Ends the attempt: it sends nothing and opens no connection from here on.
    pub(crate) fn end(&self) {
        self.revoke_body();
        self.hold(None);
    }

    /// Records whether the content type of the response is not JSON.
    pub(crate) fn set_foreign_type(&self, has_foreign_type: bool) {
        self.has_foreign_type.store(has_foreign_type, Ordering::Relaxed);
    }

    /// Records the first part of the body of the response.
    pub(crate) fn set_beginning(&self, beginning: &Bytes) {
        *self.beginning.lock().unwrap_or_else(PoisonError::into_inner) = beginning.clone();
    }

    /// Whether the part of the response that has arrived cannot be from the API.
    fn is_foreign(&self) -> bool {
        let beginning = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        is_foreign(self.has_foreign_type.load(Ordering::Relaxed), &beginning)
    }

    pub(crate) fn set_status(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// The status of the response, if its head has arrived.
    pub(crate) fn status(&self) -> Option<u16> {
        Some(self.status.load(Ordering::Relaxed)).filter(|status| *status != 0)
    }

    /// The error of an attempt that ends without a complete response. Revokes the body.
    pub(crate) fn abort(&self, kind: Kind, message: impl Into<String>) -> Error {
        let revoked = self.revoke_body();
        let status = self.status();
        let outcome = match status {
            Some(200..=299) if self.is_foreign() => Outcome::Unknown,
            Some(200..=299) => Outcome::Accepted,
            Some(status) => Outcome::of_response(status),
            None if revoked => Outcome::NotSent,
            None => Outcome::Unknown,
        };
        let error = Error::new(kind, outcome, message);
        match status {
            Some(status) => error.with_status(status),
            None => error,
        }
    }
}

/// A request body, possibly empty, that a connection can take until it is revoked.
///
/// A connection takes a body with bytes when it polls the frame: no server can process a message whose text it has not received. (The connection may
/// buffer the bytes, which counts as sent.) It takes an empty body when it calls `is_end_stream`, which it must do before it writes the head of a
/// request without a body. A revoked body claims to have an unknown number of bytes, and fails when it is polled.
pub(crate) struct WatchedBody {
    bytes: Option<Bytes>,
    progress: Arc<Progress>,
}

impl WatchedBody {
    pub(crate) fn new(bytes: Option<Bytes>, progress: Arc<Progress>) -> WatchedBody {
        WatchedBody { bytes: bytes.filter(|bytes| !bytes.is_empty()), progress }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = Revoked;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Revoked>>> {
        if !self.progress.take_body() {
            self.bytes = None;
            return Poll::Ready(Some(Err(Revoked)));
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        // Only a connection calls this, so a connection is open.
        self.progress.hold(None);
        self.bytes.is_none() && self.progress.take_body()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.bytes {
            Some(bytes) => SizeHint::with_exact(bytes.len() as u64),
            None if self.progress.is_revoked() => SizeHint::default(),
            None => SizeHint::with_exact(0),
        }
    }
}

/// The error of a revoked body. The attempt sees it only if the lease of its claim has ended. Otherwise, it has ended before, with another error.
#[derive(Debug)]
pub(crate) struct Revoked;

impl fmt::Display for Revoked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the attempt has ended")
    }
}

impl std::error::Error for Revoked {}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &'static [u8]) -> (WatchedBody, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        (WatchedBody::new(Some(Bytes::from_static(bytes)), progress.clone()), progress)
    }

    fn poll(body: &mut WatchedBody) -> Option<Result<Bytes, Revoked>> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Ready(frame) => frame.map(|frame| frame.map(|frame| frame.into_data().expect("only data"))),
            Poll::Pending => panic!("a body never waits"),
        }
    }

    #[test]
    fn a_body_that_was_taken_is_not_revoked() {
        let (mut body, progress) = body(b"{}");
        assert!(!body.is_end_stream() && body.size_hint().exact() == Some(2));
        assert_eq!(poll(&mut body).expect("a frame").expect("not revoked"), Bytes::from_static(b"{}"));
        assert!(!progress.revoke_body());
        assert!(body.is_end_stream() && poll(&mut body).is_none());
        assert_eq!(progress.abort(Kind::Timeout, "").outcome(), Outcome::Unknown);
    }

    #[test]
    fn a_revoked_body_is_never_complete() {
        for bytes in [&b"{}"[..], b""] {
            let (mut body, progress) = body(bytes);
            assert_eq!(progress.abort(Kind::Timeout, "").outcome(), Outcome::NotSent);
            assert!(!body.is_end_stream());
            assert!(poll(&mut body).expect("an error").is_err());
            assert!(!body.is_end_stream() && body.size_hint().exact().is_none());
            assert!(poll(&mut body).expect("an error").is_err());
            // Revoking twice has no effect.
            assert!(progress.revoke_body());
        }
    }

    #[test]
    fn a_body_is_not_sent_if_the_attempt_could_outlive_the_lease() {
        use std::time::{Duration, Instant};

        use jiff::Timestamp;

        use crate::ledger::lease::Clock;

        let lease = |seconds| {
            let until = Timestamp::from_second(seconds).expect("a time");
            Lease::new(until, Timestamp::UNIX_EPOCH, Clock::now())
        };
        let now = Instant::now();
        for (lease, end) in [(lease(3600), now + Duration::from_secs(7200)), (lease(0), now)] {
            let (mut body, progress) = body(b"{}");
            progress.set_lease(lease, end);
            assert!(progress.exceeds_lease() && poll(&mut body).expect("an error").is_err());
            assert_eq!(progress.abort(Kind::Timeout, "").outcome(), Outcome::NotSent);
        }
        let (mut body, progress) = body(b"{}");
        progress.set_lease(lease(3600), now + Duration::from_secs(60));
        assert!(poll(&mut body).expect("a frame").is_ok());
        // The lease ends while the request is in flight.
        progress.set_lease(lease(0), now);
        assert!(body.is_end_stream() && !progress.revoke_body());
    }

    #[test]
    fn an_empty_body_is_taken_when_its_end_is_queried() {
        let (body, progress) = body(b"");
        assert_eq!(body.size_hint().exact(), Some(0));
        assert!(body.is_end_stream());
        assert!(!progress.revoke_body());
    }

    #[test]
    fn a_body_that_was_taken_and_not_written_can_be_revoked() {
        let (mut body, progress) = body(b"{}");
        assert!(!progress.revoke_unsent_body(), "it was not taken");
        assert!(poll(&mut body).expect("a frame").is_ok());
        assert!(!progress.revoke_unsent_body(), "the connection is not known");
        *progress.taken.lock().expect("no panic") = Some((Writes::default(), 0));
        assert!(progress.revoke_unsent_body());
        assert_eq!(progress.abort(Kind::Connect, "").outcome(), Outcome::NotSent);
    }

    #[test]
    fn the_outcome_follows_from_the_status() {
        let progress = Progress::default();
        progress.set_status(201);
        assert_eq!(progress.abort(Kind::Decode, "").outcome(), Outcome::Accepted);
        progress.set_foreign_type(true);
        assert_eq!(progress.abort(Kind::Decode, "").outcome(), Outcome::Unknown);
        progress.set_beginning(&Bytes::from_static(b"{\"id\": "));
        assert_eq!(progress.abort(Kind::Decode, "").outcome(), Outcome::Accepted);
    }
}
