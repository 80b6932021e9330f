//! The gate: after a 429, all calls of a client wait together, and continue in order of arrival.

use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::time::Duration;

use super::process::PerProcess;
use super::rate::Priority;
use crate::sync::{AtomicU64, Instant, Mutex, MutexGuard, Ordering};

/// The maximum jitter. The first call continues at a random time within a quarter of the wait, because several processes may share one rate limit.
pub(crate) const MAX_SPREAD: Duration = Duration::from_secs(1);

/// The minimum interval between calls that continue. Every response other than a 429 halves the interval, so that a long queue drains fast once the
/// server accepts requests again, and few requests are sent if it does not.
const SHORTEST_STEP: Duration = Duration::from_millis(1);

/// The interval at which a waiting call recomputes its turn, which may have come closer.
const RECHECK: Duration = Duration::from_millis(50);

/// Set in the tickets of bulk rows, which come after all others.
const BULK: u64 = 1 << 63;

/// Closed by a 429 until its wait has passed.
///
/// No call wakes another one: each call sleeps until its own time. A call that is not driven, such as a page of a list whose consumer is busy, delays
/// the others by one interval at most.
#[derive(Debug)]
pub(crate) struct Gate {
    epoch: Instant,
    /// The time at which the gate opens, in nanoseconds after the epoch. 0 if it is open and no call waits; calls then take no lock. Inherited by a
    /// forked child.
    opens: AtomicU64,
    queue: PerProcess<Mutex<Queue>>,
}

/// The waiting calls. Times are relative to the epoch.
#[derive(Debug, Default)]
struct Queue {
    opens: Duration,
    /// The time at which the next call may continue.
    next: Duration,
    step: Duration,
    /// The tickets of the waiting calls, numbered in order of arrival.
    waiting: BTreeSet<u64>,
    last_ticket: u64,
    /// The time of the last response other than a 429.
    progress: Duration,
}

/// How long a call has to wait.
#[derive(Debug)]
pub(crate) struct Wait {
    /// The time until the call must check again.
    pub(crate) sleep: Duration,
    /// The time until the gate opens. The turn of the call comes later; when, depends on the requests that the server accepts.
    pub(crate) until_open: Duration,
    /// The time from the arrival of the call, or from the last response other than a 429, until the gate opens. No call gets through in that time.
    pub(crate) blocked: Duration,
}

/// The place of a call in the queue. The call keeps it for all its attempts. Dropping this leaves the queue.
pub(crate) struct Waiter<'a> {
    gate: &'a Gate,
    priority: Priority,
    /// The ticket, and when it was drawn.
    ticket: Option<(u64, Duration)>,
}

impl Gate {
    pub(crate) fn new() -> Gate {
        Gate { epoch: Instant::now(), opens: AtomicU64::new(0), queue: PerProcess::new(Mutex::default()) }
    }

    /// Closes the gate for this time and some jitter, unless it is already closed for longer. Returns the time until it opens. `random` is from 0 to 1.
    pub(crate) fn close(&self, wait: Duration, random: f64) -> Duration {
        let mut queue = self.queue();
        let now = self.epoch.elapsed();
        queue.close(now, wait, random);
        self.opens.store(nanoseconds(queue.opens), Ordering::Relaxed);
        queue.opens.saturating_sub(now)
    }

    /// Records a response other than a 429.
    pub(crate) fn note_progress(&self) {
        if self.opens.load(Ordering::Relaxed) != 0 {
            self.queue().note_progress(self.epoch.elapsed());
        }
    }

    /// The time until the gate opens, if it is closed.
    pub(crate) fn opens_in(&self) -> Option<Duration> {
        let opens = Duration::from_nanos(self.opens.load(Ordering::Relaxed));
        opens.checked_sub(self.epoch.elapsed()).filter(|wait| !wait.is_zero())
    }

    /// Creates the waiter of a call. Single calls continue before bulk rows.
    pub(crate) fn waiter(&self, priority: Priority) -> Waiter<'_> {
        Waiter { gate: self, priority, ticket: None }
    }

    /// The queue of this process. A forked child starts with an empty one, because another thread may have held the lock during the fork.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        let inherit = |_: &Mutex<Queue>| {
            let opens = Duration::from_nanos(self.opens.load(Ordering::Relaxed));
            Mutex::new(Queue { opens, next: opens, step: SHORTEST_STEP, ..Queue::default() })
        };
        self.queue.get(inherit).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter<'_> {
    /// Returns how long the call must wait. `None` if it may continue.
    pub(crate) fn wait(&mut self) -> Option<Wait> {
        if self.gate.opens.load(Ordering::Relaxed) == 0 {
            return None; // nearly always, and without asking the clock
        }
        let mut queue = self.gate.queue();
        if self.gate.opens.load(Ordering::Relaxed) == 0 {
            return None; // the last call has left the queue in the meantime
        }
        let now = self.gate.epoch.elapsed();
        let (ticket, arrived) = *self.ticket.get_or_insert_with(|| (queue.draw(self.priority), now));
        let wait = queue.wait(ticket, arrived, now);
        if wait.is_none() && queue.waiting.is_empty() {
            self.gate.opens.store(0, Ordering::Relaxed);
        }
        wait
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if let Some((ticket, _)) = self.ticket {
            self.gate.queue().waiting.remove(&ticket);
        }
    }
}

impl Queue {
    fn close(&mut self, now: Duration, wait: Duration, random: f64) {
        let spread = (wait / 4).min(MAX_SPREAD);
        let opens = now.saturating_add(wait).saturating_add(spread.mul_f64(random));
        if opens > self.opens {
            self.opens = opens;
            self.next = opens;
            self.step = (spread / 8).max(SHORTEST_STEP);
        }
    }

    fn note_progress(&mut self, now: Duration) {
        self.progress = now;
        if now >= self.opens {
            self.step = (self.step / 2).max(SHORTEST_STEP);
        }
    }

    fn draw(&mut self, priority: Priority) -> u64 {
        self.last_ticket += 1;
        match priority {
            Priority::Single => self.last_ticket,
            Priority::Bulk => self.last_ticket | BULK,
        }
    }

    fn wait(&mut self, ticket: u64, arrived: Duration, now: Duration) -> Option<Wait> {
        let ahead = self.waiting.range(..ticket).count();
        let turn = self.next.saturating_add(self.step.saturating_mul(u32::try_from(ahead).unwrap_or(u32::MAX)));
        if turn <= now {
            self.waiting.remove(&ticket);
            self.next = now + self.step;
            return None;
        }
        self.waiting.insert(ticket);
        let until_open = self.opens.saturating_sub(now);
        Some(Wait {
            sleep: (turn - now).min(until_open.saturating_add(RECHECK)),
            until_open,
            blocked: self.opens.saturating_sub(arrived.max(self.progress)),
        })
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn closed(wait: Duration) -> Queue {
        let mut queue = Queue::default();
        queue.close(Duration::ZERO, wait, 0.0);
        queue
    }

    /// Lets all waiting calls check again at their times until each has continued. Returns the tickets in that order, with the times.
    fn drain(queue: &mut Queue, tickets: &[u64], mut left: impl FnMut(&mut Queue, Duration)) -> Vec<(u64, Duration)> {
        let mut looks: Vec<(Duration, u64)> = tickets.iter().map(|ticket| (Duration::ZERO, *ticket)).collect();
        let mut order = Vec::new();
        while let Some(first) = looks.iter().copied().min() {
            looks.retain(|look| *look != first);
            let (now, ticket) = first;
            match queue.wait(ticket, Duration::ZERO, now) {
                Some(wait) => looks.push((now + wait.sleep, ticket)),
                None => {
                    order.push((ticket, now));
                    left(queue, now);
                }
            }
        }
        order
    }

    #[test]
    fn the_gate_opens_after_the_longest_wait() {
        let gate = Gate::new();
        assert!(gate.waiter(Priority::Single).wait().is_none());
        let jittered = gate.close(2 * SECOND, 1.0);
        assert!(jittered > 2 * SECOND && jittered <= 2 * SECOND + SECOND / 2, "{jittered:?}");
        gate.close(40 * SECOND, 0.0);
        let longest = gate.close(SECOND, 1.0);
        assert!(longest > 39 * SECOND && longest <= 40 * SECOND, "{longest:?}");
        let wait = gate.waiter(Priority::Single).wait().expect("closed");
        assert!(wait.until_open > 39 * SECOND && wait.until_open <= 40 * SECOND, "{wait:?}");
        gate.close(Duration::ZERO, 0.0);
        assert!(gate.waiter(Priority::Single).wait().is_some());
    }

    #[test]
    fn an_open_gate_takes_no_lock() {
        let gate = Gate::new();
        gate.close(Duration::from_nanos(1), 0.0);
        while gate.waiter(Priority::Single).wait().is_some() {}
        assert_eq!(gate.opens.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn calls_continue_in_order_of_arrival_and_one_by_one() {
        let mut queue = closed(4 * SECOND);
        let tickets: Vec<u64> = (0..20).map(|_| queue.draw(Priority::Single)).collect();
        // They check in any order.
        let mut shuffled = tickets.clone();
        shuffled.reverse();
        let order = drain(&mut queue, &shuffled, |_, _| {});
        assert_eq!(order.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(), tickets);
        assert!(order[0].1 >= 4 * SECOND);
        assert!(order.windows(2).all(|pair| pair[1].1 >= pair[0].1 + SECOND / 8), "{order:?}");
    }

    #[test]
    fn calls_continue_faster_while_the_server_accepts_requests() {
        let mut queue = closed(4 * SECOND);
        let tickets: Vec<u64> = (0..300).map(|_| queue.draw(Priority::Single)).collect();
        let order = drain(&mut queue, &tickets, |queue, now| queue.note_progress(now));
        assert_eq!(order.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(), tickets);
        assert!(order[299].1 < 6 * SECOND, "{:?}", order[299]);
    }

    #[test]
    fn single_calls_continue_before_bulk_rows() {
        let mut queue = closed(4 * SECOND);
        let rows: Vec<u64> = (0..5).map(|_| queue.draw(Priority::Bulk)).collect();
        let call = queue.draw(Priority::Single);
        let tickets: Vec<u64> = rows.iter().copied().chain([call]).collect();
        let order: Vec<u64> = drain(&mut queue, &tickets, |_, _| {}).iter().map(|(ticket, _)| *ticket).collect();
        assert_eq!((order[0], &order[1..]), (call, &*rows));
    }

    #[test]
    fn a_call_that_is_limited_again_is_still_the_first() {
        let mut queue = closed(SECOND);
        let tickets: Vec<u64> = (0..5).map(|_| queue.draw(Priority::Single)).collect();
        for ticket in &tickets {
            assert!(queue.wait(*ticket, Duration::ZERO, Duration::ZERO).is_some());
        }
        assert!(queue.wait(tickets[0], Duration::ZERO, SECOND).is_none());
        queue.close(SECOND, SECOND, 0.0);
        let order = drain(&mut queue, &tickets, |_, _| {});
        assert_eq!(order.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(), tickets);
        assert!(order[0].1 >= 2 * SECOND);
    }

    #[test]
    fn a_call_that_is_not_driven_delays_the_others_by_one_step() {
        let mut queue = closed(4 * SECOND);
        let tickets: Vec<u64> = (0..3).map(|_| queue.draw(Priority::Single)).collect();
        assert!(queue.wait(tickets[0], Duration::ZERO, Duration::ZERO).is_some());
        let order = drain(&mut queue, &tickets[1..], |_, _| {});
        assert!(order[1].1 <= 5 * SECOND, "{order:?}");
    }

    #[test]
    fn blocked_time_starts_at_the_last_progress() {
        let mut queue = closed(10 * SECOND);
        let ticket = queue.draw(Priority::Single);
        let blocked = |queue: &mut Queue| queue.wait(ticket, SECOND, 2 * SECOND).expect("closed").blocked;
        assert_eq!(blocked(&mut queue), 9 * SECOND);
        queue.note_progress(4 * SECOND);
        assert_eq!(blocked(&mut queue), 6 * SECOND);
    }
}
