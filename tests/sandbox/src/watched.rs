//! A mutex whose changes threads and async tasks can wait for.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

#[derive(Debug, Default)]
pub(crate) struct Watched<T> {
    value: Mutex<T>,
    threads: Condvar,
    tasks: Notify,
}

impl<T> Watched<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: Mutex::new(value), threads: Condvar::new(), tasks: Notify::new() }
    }

    /// Locks the value. After a change that others may wait for, call [`notify_all`](Self::notify_all).
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        // A panic fails the thread that panicked; the value is still usable.
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn notify_all(&self) {
        self.threads.notify_all();
        self.tasks.notify_waiters();
    }

    /// Blocks the thread until `wanted` is true. Returns `false` on timeout.
    pub(crate) fn wait(&self, within: Duration, wanted: impl Fn(&T) -> bool) -> bool {
        let end = Instant::now() + within;
        let mut value = self.lock();
        while !wanted(&value) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            value = self.threads.wait_timeout(value, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Async variant of [`wait`](Self::wait).
    pub(crate) async fn wait_async(&self, within: Duration, wanted: impl Fn(&T) -> bool) -> bool {
        let wait = async {
            loop {
                let mut notified = std::pin::pin!(self.tasks.notified());
                notified.as_mut().enable();
                if wanted(&self.lock()) {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(within, wait).await.is_ok()
    }
}
