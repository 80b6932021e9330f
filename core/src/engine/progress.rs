//! [`Progress`]: how far an attempt has got, and [`WatchedBody`], the request body that records it.
//!
//! An HTTP library may keep a request that nobody waits for any more: over HTTP/2, one that waits for a free stream is sent as soon as there is one.
//! So the body is revocable. It is either taken once, by the connection that sends it, or revoked once, by the attempt that ends without a response.
//! A revoked body fails when it is polled, and the request can never become complete. This makes [`Outcome::NotSent`] true by construction.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use super::answer::is_foreign;
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
    /// The response says that it is something else than JSON.
    has_foreign_type: AtomicBool,
    /// The first piece of its body. Only an attempt that is aborted looks at it.
    beginning: Mutex<Bytes>,
    /// Held while the attempt may open a connection: until one has received the request, or the attempt ends.
    connecting: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Progress {
    /// Called by the connection. Returns false if the body was revoked before.
    fn take_body(&self) -> bool {
        self.leave_fresh(TAKEN) != REVOKED
    }

    /// Ends the attempt: if no connection has taken the body by now, none can any more. Returns whether that is so.
    pub(crate) fn revoke_body(&self) -> bool {
        self.leave_fresh(REVOKED) == REVOKED
    }

    fn is_revoked(&self) -> bool {
        self.body.load(Ordering::Acquire) == REVOKED
    }

    /// Changes the state unless it was changed before, and returns what it is then.
    fn leave_fresh(&self, state: u8) -> u8 {
        self.body.compare_exchange(FRESH, state, Ordering::AcqRel, Ordering::Acquire).err().unwrap_or(state)
    }

    /// Holds the permit to open a connection.
    pub(crate) fn hold(&self, connecting: Option<OwnedSemaphorePermit>) {
        *self.connecting.lock().unwrap_or_else(PoisonError::into_inner) = connecting;
    }

    /// Ends the attempt as far as it concerns others: nothing of it is sent or opened from here on.
    pub(crate) fn end(&self) {
        self.revoke_body();
        self.hold(None);
    }

    /// Notes whether the response says that it is something else than JSON.
    pub(crate) fn set_foreign_type(&self, has_foreign_type: bool) {
        self.has_foreign_type.store(has_foreign_type, Ordering::Relaxed);
    }

    /// Notes the first piece of the body of the response.
    pub(crate) fn set_beginning(&self, beginning: &Bytes) {
        *self.beginning.lock().unwrap_or_else(PoisonError::into_inner) = beginning.clone();
    }

    /// Whether what has arrived of the response cannot be the API's.
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

    /// The error of an attempt that ends here, without a response that could be read to its end. Revokes the body.
    pub(crate) fn abort(&self, kind: Kind, message: impl Into<String>) -> Error {
        let revoked = self.revoke_body();
        let status = self.status();
        let outcome = match status {
            Some(200..=299) if self.is_foreign() => Outcome::Unknown,
            Some(200..=299) => Outcome::Accepted,
            Some(status) => Outcome::of_answer(status),
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

/// A request body, perhaps an empty one, that a connection can take only until it is revoked.
///
/// A connection takes a body that has bytes by polling its frame: no server can act on a message whose text it has not received. (The connection may then
/// keep the bytes for a while, which counts as sent.) It takes an empty body by
/// asking whether that has ended, which it has to know before it writes a head that is complete by itself. A revoked body says that bytes follow, an
/// unknown number of them, and fails when they are polled.
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
        // Only a connection asks this, so there is one.
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

/// Why a revoked body cannot be sent. No caller sees it: the attempt has ended with an error of its own.
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
            // However often it is asked.
            assert!(progress.revoke_body());
        }
    }

    #[test]
    fn an_empty_body_is_taken_when_its_end_is_asked_for() {
        let (body, progress) = body(b"");
        assert_eq!(body.size_hint().exact(), Some(0));
        assert!(body.is_end_stream());
        assert!(!progress.revoke_body());
    }

    #[test]
    fn a_status_decides_when_it_is_there() {
        let progress = Progress::default();
        progress.set_status(201);
        assert_eq!(progress.abort(Kind::Decode, "").outcome(), Outcome::Accepted);
        progress.set_foreign_type(true);
        assert_eq!(progress.abort(Kind::Decode, "").outcome(), Outcome::Unknown);
        progress.set_beginning(&Bytes::from_static(b"{\"id\": "));
        assert_eq!(progress.abort(Kind::Decode, "").outcome(), Outcome::Accepted);
    }
}
