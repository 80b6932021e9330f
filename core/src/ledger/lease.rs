//! [`Lease`]: the time for which a claim in a shared ledger is valid.
//!
//! Processes on other machines cannot see whether the owner of a claim is alive. Instead, a claim ends at a time on the database's clock. The owner
//! itself compares with a clock of its machine, which it has read before the claim was made, and so knows an end that is not later.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// The time that a lease exceeds the timeout of the attempt that it covers: for the commit of the claim, and for the wait for a connection.
pub(crate) const MARGIN: Duration = Duration::from_secs(5);

/// The lease of a claim.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    /// The end, on the database's clock.
    pub(crate) until: Timestamp,
    /// The end on the clock of this machine, if not a little earlier.
    end: Duration,
}

impl Lease {
    /// A lease that ends at this time on the database's clock. The database's clock showed `now` after this machine's clock showed `clock`.
    pub(crate) fn new(until: Timestamp, now: Timestamp, clock: Clock) -> Lease {
        let left = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        Lease { until, end: clock.0.saturating_add(left) }
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&self) -> bool {
        !self.covers(Duration::ZERO)
    }

    /// Whether an attempt that ends at this time is over before the lease ends.
    pub(crate) fn covers_until(&self, end: Instant) -> bool {
        self.covers(end.saturating_duration_since(Instant::now()))
    }

    fn covers(&self, rest: Duration) -> bool {
        Clock::now().0.saturating_add(rest) < self.end
    }
}

/// Two leases are the same if the database has the same end for them.
impl PartialEq for Lease {
    fn eq(&self, other: &Lease) -> bool {
        self.until == other.until
    }
}

/// A time on a clock that goes on while the machine is suspended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Duration);

impl Clock {
    #[cfg(unix)]
    pub(crate) fn now() -> Clock {
        use nix::time::{ClockId, clock_gettime};

        #[cfg(any(target_os = "linux", target_os = "android"))]
        const CLOCK: ClockId = ClockId::CLOCK_BOOTTIME;
        // On macOS, it goes on, too.
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        const CLOCK: ClockId = ClockId::CLOCK_MONOTONIC;
        // If a system does not have the clock, every lease has ended, and nothing is sent.
        Clock(clock_gettime(CLOCK).map_or(Duration::MAX, Duration::from))
    }

    #[cfg(not(unix))]
    pub(crate) fn now() -> Clock {
        use std::sync::OnceLock;

        static START: OnceLock<Instant> = OnceLock::new();
        Clock(START.get_or_init(Instant::now).elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(seconds: i64) -> Lease {
        let now = Timestamp::UNIX_EPOCH;
        Lease::new(Timestamp::from_second(seconds).expect("a time"), now, Clock::now())
    }

    #[test]
    fn a_lease_covers_attempts_that_end_before_it() {
        let lease = lease(3600);
        assert!(!lease.has_ended() && lease.covers_until(Instant::now()));
        assert!(lease.covers_until(Instant::now() + Duration::from_secs(3500)));
        assert!(!lease.covers_until(Instant::now() + Duration::from_secs(3601)));
    }

    #[test]
    fn a_lease_ends() {
        for seconds in [0, -3600] {
            let lease = lease(seconds);
            // Also for an attempt whose end has passed.
            assert!(lease.has_ended() && !lease.covers_until(Instant::now()), "{seconds}");
        }
    }
}
