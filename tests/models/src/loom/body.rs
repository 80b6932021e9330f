//! The revocable body: hand-out and revocation agree on exactly one outcome.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Body;
use loom::thread;

use crate::engine::connect::Writes;
use crate::engine::progress::{Progress, WatchedBody};
use crate::options::Options;
use crate::{Kind, Outcome, explore};

fn body(bytes: Option<&'static [u8]>) -> (WatchedBody, Arc<Progress>) {
    let progress = Arc::new(Progress::default());
    (WatchedBody::new(bytes.map(Bytes::from_static), progress.clone()), progress)
}

/// What a connection that polls the body receives: whether it can write the bytes.
fn poll(body: &mut WatchedBody) -> bool {
    match Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Some(frame)) => frame.is_ok(),
        Poll::Ready(None) => false,
        Poll::Pending => panic!("a body never waits"),
    }
}

/// The outcome of an attempt that times out.
fn time_out(progress: &Progress) -> Outcome {
    progress.abort(Kind::Timeout, "").outcome()
}

pub(crate) fn is_taken_or_revoked(options: &Options) -> usize {
    let times_sent = Arc::new(AtomicUsize::new(0));
    let counted = times_sent.clone();
    let interleavings = explore(options, 6, move || {
        let (mut body, progress) = body(Some(b"{}"));
        let connection = thread::spawn(move || {
            assert!(!body.is_end_stream());
            let is_sent = poll(&mut body);
            // It polls again until the end. A revoked body never ends.
            assert!(!poll(&mut body), "a byte was handed out twice");
            assert_eq!(body.is_end_stream(), is_sent);
            is_sent
        });
        let outcome = time_out(&progress);
        let is_sent = connection.join().expect("no panic");
        assert_eq!(outcome, if is_sent { Outcome::Unknown } else { Outcome::NotSent });
        assert_eq!(time_out(&progress), outcome, "the outcome has changed");
        counted.fetch_add(usize::from(is_sent), Ordering::Relaxed);
    });
    // Otherwise, the properties would be trivial.
    let times_sent = times_sent.load(Ordering::Relaxed);
    assert!(times_sent > 0 && times_sent < interleavings, "{times_sent} times sent");
    interleavings
}

pub(crate) fn is_taken_or_revoked_if_empty(options: &Options) -> usize {
    explore(options, 6, || {
        let (mut body, progress) = body(None);
        let connection = thread::spawn(move || {
            let is_sent = body.is_end_stream();
            if !is_sent {
                assert!(!poll(&mut body) && !body.is_end_stream(), "a revoked body has ended");
            }
            is_sent
        });
        let outcome = time_out(&progress);
        let is_sent = connection.join().expect("no panic");
        assert_eq!(outcome, if is_sent { Outcome::Unknown } else { Outcome::NotSent });
    })
}

/// A caller cancels an attempt that ends by itself at the same time.
pub(crate) fn is_cancelled_and_ended(options: &Options) -> usize {
    explore(options, 6, || {
        let (mut body, progress) = body(Some(b"{}"));
        let cancelled = progress.clone();
        let connection = thread::spawn(move || poll(&mut body));
        let caller = thread::spawn(move || cancelled.revoke_body());
        progress.end();
        let is_revoked = caller.join().expect("no panic");
        let is_sent = connection.join().expect("no panic");
        assert_eq!(is_revoked, !is_sent);
        assert_eq!(time_out(&progress), if is_sent { Outcome::Unknown } else { Outcome::NotSent });
    })
}

/// A connection takes the body, and may write it while it is lost. If the attempt has ended as not sent, nothing is written.
pub(crate) fn is_written_or_revoked(options: &Options) -> usize {
    explore(options, 6, || {
        let (mut body, progress) = body(Some(b"{}"));
        let writes = Writes::default();
        progress.set_writes(&writes);
        // For an earlier request.
        assert!(writes.write(|| Poll::Ready(Ok(1))).is_ready());
        let connection =
            thread::spawn(move || poll(&mut body) && matches!(writes.write(|| Poll::Ready(Ok(2))), Poll::Ready(Ok(_))));
        let is_revoked = progress.revoke_unsent_body();
        let outcome = time_out(&progress);
        let is_written = connection.join().expect("no panic");
        assert!(!(is_written && is_revoked), "written and revoked");
        assert!(!(is_written && outcome == Outcome::NotSent), "written and reported as not sent");
        assert!(!is_revoked || outcome == Outcome::NotSent);
    })
}

/// A connection that takes the body and an attempt that ends both return the permit to connect.
pub(crate) fn returns_its_permit(options: &Options) -> usize {
    explore(options, 6, || {
        let permits = Arc::new(tokio::sync::Semaphore::new(1));
        let (body, progress) = body(Some(b"{}"));
        progress.hold(Some(permits.clone().try_acquire_owned().expect("free")));
        let connection = thread::spawn(move || assert!(!body.is_end_stream()));
        progress.end();
        // No other attempt waits for longer than this one runs.
        assert_eq!(permits.available_permits(), 1);
        connection.join().expect("no panic");
        assert_eq!(permits.available_permits(), 1);
    })
}
