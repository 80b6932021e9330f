//! The wake-ups of futures that are polled together: none is lost.

use std::sync::Arc;
use std::task::{Wake, Waker};

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;

use crate::engine::signal::Signal;
use crate::explore;
use crate::options::Options;

/// The task of the caller, which a runtime polls again if it was woken.
struct Caller(AtomicBool);

impl Wake for Caller {
    fn wake(self: Arc<Self>) {
        self.0.swap(true, Ordering::AcqRel);
    }
}

/// Another thread makes progress twice, and wakes the futures each time. Whenever they are polled, they see the progress before the wake-up.
pub(crate) fn loses_no_wake_up(options: &Options) -> usize {
    explore(options, 2, || {
        let (signal, caller) = (Arc::new(Signal::default()), Arc::new(Caller(AtomicBool::new(true))));
        let progress = Arc::new(AtomicUsize::new(0));
        let (waker, made) = (Waker::from(signal.clone()), progress.clone());
        let thread = thread::spawn(move || {
            for _ in 0..2 {
                made.fetch_add(1, Ordering::AcqRel);
                waker.wake_by_ref();
            }
        });
        let for_caller = Waker::from(caller.clone());
        let mut seen = 0;
        // Polls as a runtime does: only if the caller was woken.
        let mut poll_if_woken = || {
            if caller.0.swap(false, Ordering::AcqRel) {
                signal.begin(&for_caller);
                loop {
                    seen = progress.load(Ordering::Acquire);
                    if signal.end_unless_due() {
                        break;
                    }
                }
            }
            seen
        };
        poll_if_woken();
        thread.join().expect("no panic");
        assert_eq!(poll_if_woken(), 2, "a wake-up was lost");
    })
}
