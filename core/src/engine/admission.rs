//! [`Admission`]: limits the number of concurrent requests of a client. Over HTTP/1.1, each of them needs a connection.
//!
//! Waiting calls are admitted in order of arrival. Prefetched pages of a list never take the last permit: the consumer of the list may make another
//! call while the page is not driven, and that call would wait indefinitely.

use std::future::Future;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::{fork, runtime_pool};
use crate::binding::InterruptCheck;
use crate::call_options::Deadline;
use crate::sync::{Instant, OwnedSemaphorePermit, Semaphore, thread};
use crate::{CancelToken, Result};

/// The permits of one client in one process.
pub(crate) struct Admission {
    all: Arc<Semaphore>,
    /// One fewer, if possible: bulk rows never have all permits, so that a single call does not wait for them.
    bulk: Arc<Semaphore>,
}

/// A permit for one request. Returned to the client when dropped.
pub(crate) struct Permit {
    permit: Option<OwnedSemaphorePermit>,
    /// The permit of a bulk row among the others.
    bulk: Option<OwnedSemaphorePermit>,
    generation: u64,
}

impl Admission {
    pub(crate) fn new(permits: u32) -> Admission {
        let permits = usize::try_from(permits).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Admission {
            all: Arc::new(Semaphore::new(permits)),
            bulk: Arc::new(Semaphore::new(permits.saturating_sub(1).max(1))),
        }
    }

    /// Takes a permit if one is free.
    pub(crate) fn try_enter(&self) -> Option<Permit> {
        self.all.clone().try_acquire_owned().ok().map(Permit::new)
    }

    /// Takes a permit if at least two are free.
    pub(crate) fn try_enter_with_spare(&self) -> Option<Permit> {
        let mut both = self.all.clone().try_acquire_many_owned(2).ok()?;
        both.split(1).map(Permit::new)
    }

    /// Waits for a permit.
    pub(crate) async fn enter(&self) -> Permit {
        Permit::new(self.all.clone().acquire_owned().await.expect("the semaphore is never closed"))
    }

    /// Waits for a permit of a bulk row.
    pub(crate) async fn enter_bulk(&self) -> Permit {
        let bulk = self.bulk.clone().acquire_owned().await.expect("the semaphore is never closed");
        let mut permit = self.enter().await;
        permit.bulk = Some(bulk);
        permit
    }
}

impl Permit {
    fn new(permit: OwnedSemaphorePermit) -> Permit {
        Permit { permit: Some(permit), bulk: None, generation: fork::generation() }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // A forked child has its own permits. Another thread of the parent may have held the semaphore's lock during the fork.
        if self.generation != fork::generation() {
            mem::forget((self.permit.take(), self.bulk.take()));
        }
    }
}

/// The result of a wait on a thread.
pub(crate) enum WaitResult<T> {
    Ready(T),
    Cancelled,
    TimedOut(Deadline),
    Forked,
}

/// Waits on this thread, without a runtime: a thousand threads may wait, and each runtime needs file descriptors.
///
/// # Errors
///
/// If this thread must not be blocked.
pub(crate) fn wait_on_thread<F: Future>(
    future: F,
    deadline: Option<Deadline>,
    cancel: Option<&CancelToken>,
) -> Result<WaitResult<F::Output>> {
    runtime_pool::check_blocking_allowed()?;
    let generation = fork::generation();
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut guarded = pin!(async {
        match cancel {
            None => Some(future.await),
            Some(token) => token.guard(future).await,
        }
    });
    let mut interrupt_check = cancel.and_then(CancelToken::interrupt_check);
    loop {
        if let Poll::Ready(output) = guarded.as_mut().poll(&mut context) {
            return Ok(output.map_or(WaitResult::Cancelled, WaitResult::Ready));
        }
        let left = deadline.map(|deadline| deadline.at.saturating_duration_since(Instant::now()));
        if let Some(deadline) = deadline.filter(|_| left == Some(Duration::ZERO)) {
            return Ok(WaitResult::TimedOut(deadline));
        }
        match (left, interrupt_check.is_some().then_some(runtime_pool::INTERRUPT_CHECK_INTERVAL)) {
            (None, None) => thread::park(),
            (left, interval) => thread::park_timeout(left.into_iter().chain(interval).min().unwrap_or_default()),
        }
        if let (Some(check), Some(token)) = (&interrupt_check, cancel) {
            let checked = check();
            if generation != fork::generation() {
                return Ok(WaitResult::Forked);
            }
            match checked {
                InterruptCheck::Continue => {}
                InterruptCheck::Disable => interrupt_check = None,
                InterruptCheck::Cancel => token.cancel(),
            }
        }
    }
}

/// Wakes a parked thread.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
