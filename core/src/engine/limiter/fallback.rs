//! [`Fallback`]: the fixed rate of a client while the server of its limiter cannot be reached.

use std::time::{Duration, Instant};

use crate::engine::rate::Priority;

/// Single calls take attempts of at most this time in advance, in seconds. The others wait, so the rate is never exceeded for long.
const ADVANCE: f64 = 1.0;

/// A token bucket that holds one attempt.
pub(super) struct Fallback {
    tokens: f64,
    /// In attempts per second.
    rate: f64,
    last: Instant,
}

impl Fallback {
    /// The bucket is empty at first.
    pub(super) fn new(rate: f64, now: Instant) -> Fallback {
        Fallback { tokens: 0.0, rate, last: now }
    }

    /// Takes an attempt, or returns the time after which to ask again.
    pub(super) fn take(&mut self, priority: Priority, now: Instant) -> Result<(), Duration> {
        let elapsed = now.saturating_duration_since(self.last).as_secs_f64();
        self.tokens = (self.tokens + self.rate * elapsed).min(1.0);
        self.last = now;
        let needed = match priority {
            Priority::Bulk => 1.0,
            Priority::Single => (1.0 - self.rate * ADVANCE).min(1.0),
        };
        if self.tokens < needed {
            return Err(Duration::try_from_secs_f64((needed - self.tokens) / self.rate).unwrap_or(Duration::MAX));
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Takes as many attempts as possible at each step of a clock. Returns their number.
    fn taken(priority: Priority, seconds: u32) -> u32 {
        let start = Instant::now();
        let mut fallback = Fallback::new(5.0, start);
        let steps = (0..=seconds * 100).map(|step| start + SECOND / 100 * step);
        steps.map(|now| std::iter::from_fn(|| fallback.take(priority, now).ok()).count() as u32).sum()
    }

    #[test]
    fn rows_have_the_rate() {
        assert!((49..=51).contains(&taken(Priority::Bulk, 10)), "{}", taken(Priority::Bulk, 10));
    }

    #[test]
    fn single_calls_are_limited_too() {
        let count = taken(Priority::Single, 10);
        assert!((50..=57).contains(&count), "{count}");
    }
}
