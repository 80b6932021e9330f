//! [`Admission`]: how many requests a client has under way at the same time. Over HTTP/1.1 each of them needs a connection.
//!
//! Whoever waits here is admitted in order of arrival. There is no deadlock between a page that a list prefetches and a call that its consumer makes
//! meanwhile: nobody may be driving that page, so prefetched pages never take the last permit.

use std::future::Future;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{fork, lane};
use crate::binding::Asked;
use crate::call_options::Call;
use crate::{CancelToken, Result};

/// The permits of one client in one process.
pub(crate) struct Admission(Arc<Semaphore>);

/// The right to have one request under way. It goes back when this is dropped.
pub(crate) struct Permit {
    permit: Option<OwnedSemaphorePermit>,
    generation: u64,
}

impl Admission {
    pub(crate) fn new(permits: u32) -> Admission {
        let permits = usize::try_from(permits).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Admission(Arc::new(Semaphore::new(permits)))
    }

    /// A permit, if one is free.
    pub(crate) fn try_enter(&self) -> Option<Permit> {
        self.0.clone().try_acquire_owned().ok().map(Permit::new)
    }

    /// A permit, if one is free that is not the last.
    pub(crate) fn try_enter_with_spare(&self) -> Option<Permit> {
        let mut both = self.0.clone().try_acquire_many_owned(2).ok()?;
        both.split(1).map(Permit::new)
    }

    /// Waits for a permit.
    pub(crate) async fn enter(&self) -> Permit {
        Permit::new(self.0.clone().acquire_owned().await.expect("the semaphore is never closed"))
    }
}

impl Permit {
    fn new(permit: OwnedSemaphorePermit) -> Permit {
        Permit { permit: Some(permit), generation: fork::generation() }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // A forked child has permits of its own. A lock of the parent's may have been held at the moment of the fork.
        if self.generation != fork::generation() {
            mem::forget(self.permit.take());
        }
    }
}

/// Why a wait on a thread has ended.
pub(crate) enum Ended<T> {
    Ready(T),
    Cancelled,
    TimedOut,
    Forked,
}

/// Waits on this thread, without a runtime: a thousand threads may wait, and a runtime has file descriptors.
///
/// # Errors
///
/// If this thread must not be blocked.
pub(crate) fn wait_on_thread<F: Future>(future: F, call: &Call) -> Result<Ended<F::Output>> {
    lane::refuse_where_none_may_block()?;
    let generation = fork::generation();
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut guarded = pin!(call.unless_cancelled(future));
    let cancel = call.cancel.as_ref();
    let mut ask = cancel.and_then(CancelToken::ask);
    loop {
        if let Poll::Ready(ended) = guarded.as_mut().poll(&mut context) {
            return Ok(ended.map_or(Ended::Cancelled, Ended::Ready));
        }
        let left = call.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(Ended::TimedOut);
        }
        match (left, ask.is_some().then_some(lane::ASK_EVERY)) {
            (None, None) => thread::park(),
            (left, every) => thread::park_timeout(left.into_iter().chain(every).min().unwrap_or_default()),
        }
        if let (Some(question), Some(token)) = (&ask, cancel) {
            let answer = question();
            if generation != fork::generation() {
                return Ok(Ended::Forked);
            }
            match answer {
                Asked::GoOn => {}
                Asked::NeverAgain => ask = None,
                Asked::End => token.cancel(),
            }
        }
    }
}

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
