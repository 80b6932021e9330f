//! A value behind a lock that threads and tasks can wait on.

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

    /// Locks the value. Whoever changes what others wait for calls [`ring`](Self::ring) afterwards.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        // A panic of another thread is that thread's own failure; the value is still of use.
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ring(&self) {
        self.threads.notify_all();
        self.tasks.notify_waiters();
    }

    /// Blocks the thread until the value is as wanted; `false` when the time is up first.
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

    /// [`wait`](Self::wait) for tasks.
    pub(crate) async fn wait_async(&self, within: Duration, wanted: impl Fn(&T) -> bool) -> bool {
        let wait = async {
            loop {
                let mut rung = std::pin::pin!(self.tasks.notified());
                rung.as_mut().enable();
                if wanted(&self.lock()) {
                    return;
                }
                rung.await;
            }
        };
        tokio::time::timeout(within, wait).await.is_ok()
    }
}
