//! The gate: after a 429, all calls of a client wait together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Closed by an answer of 429 until the time that it names. It is two numbers and no lock, so that a forked child inherits it as it stands.
#[derive(Debug)]
pub(crate) struct Gate {
    epoch: Instant,
    /// When it opens, in nanoseconds after the epoch.
    opens: AtomicU64,
    /// Over how many nanoseconds those who waited leave.
    spread: AtomicU64,
}

/// Those who waited leave one after another within a quarter of the wait, yet not later than this.
pub(crate) const MOST_SPREAD: Duration = Duration::from_secs(1);

impl Gate {
    pub(crate) fn new() -> Gate {
        Gate { epoch: Instant::now(), opens: AtomicU64::new(0), spread: AtomicU64::new(0) }
    }

    /// Closes it for so long from now, unless it is closed for longer.
    pub(crate) fn close(&self, wait: Duration) {
        let opens = nanoseconds(self.epoch.elapsed().saturating_add(wait));
        if self.opens.fetch_max(opens, Ordering::Relaxed) < opens {
            self.spread.store(nanoseconds((wait / 4).min(MOST_SPREAD)), Ordering::Relaxed);
        }
    }

    /// How long a call that comes now has to wait, if at all. `random` gives its place among those who leave, 0 to 1.
    pub(crate) fn wait(&self, random: impl FnOnce() -> f64) -> Option<Duration> {
        let opens = self.opens.load(Ordering::Relaxed);
        if opens == 0 {
            return None; // nearly always, and without asking the clock
        }
        let left = Duration::from_nanos(opens).checked_sub(self.epoch.elapsed())?;
        Some(left + Duration::from_nanos(self.spread.load(Ordering::Relaxed)).mul_f64(random()))
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_by_itself_and_is_never_shortened() {
        let gate = Gate::new();
        assert_eq!(gate.wait(|| 1.0), None);
        gate.close(Duration::from_secs(40));
        gate.close(Duration::from_secs(1));
        let wait = gate.wait(|| 0.0).expect("closed");
        assert!(wait > Duration::from_secs(39) && wait <= Duration::from_secs(40), "{wait:?}");
        gate.close(Duration::ZERO);
        assert!(gate.wait(|| 0.0).is_some());
    }

    #[test]
    fn those_who_waited_leave_spread_out() {
        let gate = Gate::new();
        gate.close(Duration::from_secs(40));
        assert!(gate.wait(|| 1.0).expect("closed") > gate.wait(|| 0.0).expect("closed") + Duration::from_millis(900));
    }
}
