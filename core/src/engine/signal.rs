//! [`Signal`]: the wake-ups of futures that are polled together.

use std::sync::{Arc, PoisonError};
use std::task::{Wake, Waker};

use crate::sync::{AtomicU8, Mutex, Ordering};

/// The futures are being polled.
const POLLED: u8 = 1;
/// A future was woken.
const DUE: u8 = 2;

/// The waker of several futures that one future polls in a loop, until none of them can make progress.
///
/// While they are polled, a wake-up only makes the loop go on. It reaches the caller only afterwards: a runtime whose future was woken while it was
/// polled would poll its event queue, and then this future once more for nothing.
#[derive(Default)]
pub(crate) struct Signal {
    /// The waker of the future that polls the others.
    caller: Mutex<Option<Waker>>,
    state: AtomicU8,
}

impl Signal {
    /// Begins to poll the futures on behalf of a future with this waker.
    pub(crate) fn begin(&self, caller: &Waker) {
        let mut known = self.caller.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.as_ref().is_some_and(|known| known.will_wake(caller)) {
            *known = Some(caller.clone());
        }
        drop(known);
        self.state.swap(POLLED, Ordering::AcqRel);
    }

    /// Ends the polling, unless a future was woken since it began or since this was last called. Returns whether it has ended.
    pub(crate) fn end_unless_due(&self) -> bool {
        // A wake-up that comes from here on reaches the caller.
        let ended = self.state.compare_exchange(POLLED, 0, Ordering::AcqRel, Ordering::Acquire);
        if ended.is_err() {
            self.state.swap(POLLED, Ordering::AcqRel);
        }
        ended.is_ok()
    }

    /// Ends the polling.
    pub(crate) fn end(&self) {
        self.state.swap(0, Ordering::AcqRel);
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.fetch_or(DUE, Ordering::AcqRel) & POLLED == POLLED {
            return;
        }
        let caller = self.caller.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(caller) = caller {
            caller.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Caller(AtomicUsize);

    impl Wake for Caller {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_caller_is_woken_only_between_its_polls() {
        let (caller, signal) = (Arc::new(Caller::default()), Arc::new(Signal::default()));
        let (for_caller, waker) = (Waker::from(caller.clone()), Waker::from(signal.clone()));
        // Nobody polls yet.
        waker.wake_by_ref();
        signal.begin(&for_caller);
        waker.wake_by_ref();
        assert!(!signal.end_unless_due(), "a future was woken");
        assert!(signal.end_unless_due());
        assert_eq!(caller.0.load(Ordering::Relaxed), 0);
        waker.wake_by_ref();
        assert_eq!(caller.0.load(Ordering::Relaxed), 1);
        signal.begin(&for_caller);
        signal.end();
        waker.wake_by_ref();
        assert_eq!(caller.0.load(Ordering::Relaxed), 2);
    }
}
