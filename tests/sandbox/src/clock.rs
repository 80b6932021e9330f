//! The sandbox clock. It starts at the real time, may run faster or stand still, and can be advanced.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::spec::Speed;

#[derive(Debug)]
pub(crate) struct Clock {
    /// The sandbox's time at `since`.
    base: Timestamp,
    since: Instant,
    speed: f64,
}

impl Clock {
    pub(crate) fn new(speed: Speed) -> Self {
        Self { base: Timestamp::now(), since: Instant::now(), speed: speed.0 }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let passed = self.since.elapsed().as_secs_f64() * self.speed;
        later(self.base, SignedDuration::from_secs_f64(passed))
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.base = later(self.base, by);
    }

    /// Real time until `due`. `None` if the clock only moves when it is advanced.
    pub(crate) fn until(&self, due: Timestamp) -> Option<Duration> {
        if self.speed == 0.0 {
            return None;
        }
        let seconds = self.now().duration_until(due).as_secs_f64() / self.speed;
        // Capped at a month, so that no timer overflows.
        Some(Duration::from_secs_f64(seconds.clamp(0.0, 2_592_000.0)))
    }
}

/// Adds a duration; saturates at the maximum timestamp.
pub(crate) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Truncates a time to whole seconds, which the API uses.
pub(crate) fn truncate_to_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
