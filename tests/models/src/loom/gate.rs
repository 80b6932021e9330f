//! The gate: no call gets through while it is closed, none waits for longer than needed, and they continue in order of arrival.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;

use crate::engine::gate::{Gate, Waiter};
use crate::engine::rate::Priority;
use crate::explore;
use crate::options::Options;
use crate::sync::{now, sleep_until};

const WAIT: Duration = Duration::from_millis(3200);

/// The interval between two calls after this wait. See `Queue::close`.
const STEP: Duration = Duration::from_millis(100);

/// A call checks at most this often until it may continue. More often means that it never continues.
const MOST_CHECKS: usize = 8;

/// How a call has passed the gate.
#[derive(Debug)]
struct Passed {
    /// How often it had to wait.
    waits: usize,
    /// The times before and after the check with which it has passed.
    after: Duration,
    before: Duration,
}

/// Waits at the gate.
fn pass(waiter: &mut Waiter<'_>) -> Passed {
    for waits in 0..MOST_CHECKS {
        let after = now();
        let Some(wait) = waiter.wait() else { return Passed { waits, after, before: now() } };
        sleep_until(after + wait.sleep);
    }
    panic!("a call is never released");
}

/// The interval is kept between calls that have waited.
fn check_interval(one: &Passed, other: &Passed) {
    let is_kept = one.before >= other.after + STEP || other.before >= one.after + STEP;
    assert!(is_kept || one.waits == 0 || other.waits == 0, "released together: {one:?} and {other:?}");
}

/// No ticket is left in the queue: the next call after a 429 is the first one.
fn check_that_nobody_waits(gate: &Gate) {
    gate.close(WAIT, 0.0);
    let wait = gate.waiter(Priority::Single).wait().expect("closed");
    assert_eq!(wait.sleep, wait.until_open, "a call that has gone is still in the queue");
}

/// The wait after an earlier 429 has just passed. A call continues, and leaves the queue empty, while another 429 arrives.
pub(crate) fn is_closed_again_while_it_opens(options: &Options) -> usize {
    explore(options, 3, || {
        let gate = Arc::new(Gate::new());
        gate.close(WAIT, 0.0);
        sleep_until(WAIT);
        let other = gate.clone();
        let calling = thread::spawn(move || {
            let passed = pass(&mut other.waiter(Priority::Single));
            other.note_progress();
            passed
        });
        let closed = now();
        gate.close(WAIT, 0.0);
        let passed = pass(&mut gate.waiter(Priority::Single));
        assert!(passed.before >= closed + WAIT, "a call got through the closed gate: {passed:?}");
        calling.join().expect("no panic");
        check_that_nobody_waits(&gate);
    })
}

/// A call that arrived earlier is overtaken only if it is late itself.
pub(crate) fn keeps_the_order_of_arrival(options: &Options) -> usize {
    explore(options, 3, || {
        let gate = Arc::new(Gate::new());
        gate.close(WAIT, 0.0);
        let mut first = gate.waiter(Priority::Single);
        assert!(first.wait().is_some_and(|wait| wait.sleep == WAIT));
        let later = gate.clone();
        let second = thread::spawn(move || pass(&mut later.waiter(Priority::Single)));
        sleep_until(WAIT);
        let passed = pass(&mut first);
        drop(first);
        let second = second.join().expect("no panic");
        let was_overtaken = passed.waits > 0;
        assert!(!was_overtaken || second.before >= WAIT + STEP, "{second:?} was before {passed:?}");
        check_interval(&passed, &second);
        check_that_nobody_waits(&gate);
    })
}

/// A call is cancelled while it waits, and two others wait.
pub(crate) fn skips_cancelled_waiters(options: &Options) -> usize {
    explore(options, 2, || {
        let gate = Arc::new(Gate::new());
        gate.close(WAIT, 0.0);
        let calls = [(); 2].map(|()| {
            let gate = gate.clone();
            thread::spawn(move || pass(&mut gate.waiter(Priority::Single)))
        });
        let mut cancelled = gate.waiter(Priority::Single);
        // The others may have let the time pass.
        let _ = cancelled.wait();
        drop(cancelled);
        let [one, other] = calls.map(|call| call.join().expect("no panic"));
        check_interval(&one, &other);
        check_that_nobody_waits(&gate);
    })
}
