//! The sandbox's time: it starts as the real one, may go faster, and can be moved ahead.

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

    /// How long until then in real time; `None` where time does not move by itself.
    pub(crate) fn until(&self, due: Timestamp) -> Option<Duration> {
        if self.speed == 0.0 {
            return None;
        }
        let seconds = self.now().duration_until(due).as_secs_f64() / self.speed;
        // A month is as good as for ever, and no timer overflows.
        Some(Duration::from_secs_f64(seconds.clamp(0.0, 2_592_000.0)))
    }
}

/// A time so much later, or the last there is.
pub(crate) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A time as the API writes it: in whole seconds.
pub(crate) fn in_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
