//! The primitives of the modelled modules: those of loom, and a clock that stands still unless a thread sleeps.

use std::time::Duration;

pub(crate) use once_cell::race::OnceBox;

pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU64, Ordering};
pub(crate) use loom::sync::{Mutex, MutexGuard};
pub(crate) use tokio::sync::OwnedSemaphorePermit;

loom::lazy_static! {
    /// The time in nanoseconds. Relaxed, because a clock does not order memory. Never loaded, because a load may return an old value.
    static ref CLOCK: AtomicU64 = AtomicU64::new(0);
}

/// A time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant(Duration);

impl Instant {
    pub(crate) fn now() -> Instant {
        Instant(now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        now() - self.0
    }
}

/// The time since the model began.
pub(crate) fn now() -> Duration {
    Duration::from_nanos(CLOCK.fetch_add(0, Ordering::Relaxed))
}

/// Sleeps until this time. The thread may continue later, when other threads have slept for longer.
pub(crate) fn sleep_until(time: Duration) {
    CLOCK.fetch_max(u64::try_from(time.as_nanos()).expect("a short time"), Ordering::Relaxed);
}
