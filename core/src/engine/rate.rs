//! The rate of bulk rows: a limit that adapts to the server's.
//!
//! The limit is unknown until the first 429. From then on it follows a cubic curve, as in the adaptive retry mode of the AWS SDKs: it falls to 0.7 times
//! the rate that was refused, returns nearly to that rate, stays there for a while, and then grows faster and faster until the next 429.
//!
//! Here, each 429 closes the gate for a second or more, which costs more than a rate that is a little too low. So after the return the limit stays
//! constant for much longer than in the AWS SDKs, and only then grows, in proportion to itself: limits of 2 and of 1,000 per second are followed alike.
//! If the network or a busy machine delays requests, some arrive in bursts, and the server refuses a request below its limit. Each 429 takes 2 % off the
//! limit, and half a minute without one adds as much, so the limit settles where a 429 comes about every half minute, however much the delays vary.

use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A limit falls to this part of the rate at which the server refused a request.
const BETA: f64 = 0.7;

/// How fast a limit returns to the rate at which the server refused a request, in 1/s³. An estimate of the first limit grows as fast beyond it.
const RETURN: f64 = 0.4;

/// A limit returns to this part of the rate at which the server refused a request.
const PLATEAU: f64 = 0.98;

/// The same, if the refusal came this soon, in seconds, after the limit fell: then the limit of the server has fallen by much. A refusal because of
/// delayed requests seldom comes so soon.
const EARLY_PLATEAU: f64 = 0.9;
const EARLY: f64 = 3.0;

/// How long a limit stays constant, in seconds. A 429 costs the requests of about 1.3 s, so one in half a minute costs 4 %.
const HOLD: f64 = 25.0;

/// The time after that in which a limit doubles, in seconds. Together with the wait at the gate and the return, this is less than a minute.
const DOUBLING: f64 = 25.0;

/// The minimum limit, in requests per second.
const FLOOR: f64 = 0.5;

/// Number of accepted requests from which the first limit can be estimated. With fewer, it is guessed, in requests per second.
const ENOUGH: f64 = 10.0;
const FIRST_GUESS: f64 = 10.0;

/// A bucket holds one request and those of this time in seconds, so that a timer that is late costs little. After a longer delay the rest is lost: a
/// server that counts the requests of a second would count those that make up for the delay together with all that follow.
const BURST: f64 = 0.02;

/// A wait is never rounded to zero.
const SHORTEST_WAIT: Duration = Duration::from_nanos(1);

/// The rate is measured over intervals of this length. Each begins and ends with an attempt, so the rate is exact, even if the attempts are rare.
const MEASURED_OVER: Duration = Duration::from_millis(500);

/// The weight of the latest interval in the measured rate.
const SMOOTHING: f64 = 0.8;

/// After this time without a request, the limit is unknown again.
pub(super) const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

/// Who wants to begin an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Priority {
    /// A call of its own. It never waits for a bulk row.
    #[default]
    Single,
    /// A row of a bulk run.
    Bulk,
}

/// The number of decreases of the limit before an attempt began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

#[cfg(feature = "redis")]
impl Epoch {
    /// An epoch that no limit has. A server can store it.
    pub(super) const fn never() -> Epoch {
        Epoch(1 << 52)
    }

    pub(super) fn of(number: u64) -> Epoch {
        Epoch(number)
    }

    pub(super) fn number(self) -> u64 {
        self.0
    }
}

/// The limiter of one client.
pub(crate) struct LocalLimiter {
    start: Instant,
    rate: Mutex<AdaptiveRate>,
}

impl LocalLimiter {
    pub(crate) fn new() -> LocalLimiter {
        LocalLimiter { start: Instant::now(), rate: Mutex::default() }
    }

    fn with<T>(&self, change: impl FnOnce(&mut AdaptiveRate, Duration) -> T) -> T {
        change(&mut self.rate.lock().unwrap_or_else(PoisonError::into_inner), self.start.elapsed())
    }

    /// Asks to begin an attempt now.
    ///
    /// # Errors
    ///
    /// The time after which to ask again.
    pub(crate) fn take(&self, priority: Priority) -> Result<Epoch, Duration> {
        self.with(|rate, now| rate.take(priority, now))
    }

    /// An attempt that was allowed was not needed.
    pub(crate) fn give_back(&self) {
        self.with(|rate, _| rate.give_back());
    }

    /// Reports a response to an attempt. `closed_for` is how long a 429 closes the gate.
    pub(crate) fn report(&self, epoch: Epoch, closed_for: Option<Duration>) {
        self.with(|rate, now| match closed_for {
            Some(wait) => rate.limited(epoch, now, wait),
            None => rate.accepted(now),
        });
    }

    /// The current limit in requests per second, if there is one.
    pub(crate) fn limit(&self) -> Option<f64> {
        self.with(|rate, now| {
            rate.advance(now);
            rate.limit()
        })
    }
}

/// A limit that adapts. Times are relative to any fixed instant.
#[derive(Debug, Default)]
pub(crate) struct AdaptiveRate {
    bucket: Option<Bucket>,
    curve: Curve,
    epoch: u64,
    /// Until when the gate is closed. No time passes for the limit until then.
    closed_until: Duration,
    now: Duration,
    /// Whether a row waits for the limit. If not, the limit says nothing about the server's.
    is_reached: bool,
    meter: Meter,
    /// The number of requests that the server has accepted, and the time of the first attempt, while there is no limit.
    accepted: f64,
    first: Option<Duration>,
}

/// Where a limit is on its cubic curve.
#[derive(Debug, Default)]
struct Curve {
    /// The rate to which the limit returns.
    plateau: f64,
    /// The limit at the beginning.
    start: f64,
    /// The time since then, while the limit was reached.
    elapsed: Duration,
    /// Whether the plateau is only an estimate, because the server has not refused a request since there is a limit.
    is_estimate: bool,
}

impl Curve {
    fn limit(&self) -> f64 {
        let time_to_plateau = ((self.plateau - self.start) / RETURN).cbrt();
        let from_plateau = self.elapsed.as_secs_f64() - time_to_plateau;
        if from_plateau < 0.0 || self.is_estimate {
            return self.plateau + RETURN * from_plateau.powi(3);
        }
        self.plateau * (1.0 + ((from_plateau - HOLD).max(0.0) / DOUBLING).powi(3))
    }
}

/// Measures the rate at which attempts begin, while the gate is open.
#[derive(Debug, Default)]
struct Meter {
    rate: f64,
    count: f64,
    elapsed: Duration,
    /// The time since the last attempt.
    gap: Duration,
}

impl Meter {
    /// Counts an attempt. After a longer gap than this, there was nothing to send, and the interval says nothing about the rate: the next one begins.
    fn count(&mut self, longest_gap: Duration) {
        if mem::take(&mut self.gap) > longest_gap {
            self.count = 0.0;
            self.elapsed = Duration::ZERO;
            return;
        }
        self.count += 1.0;
        if self.elapsed >= MEASURED_OVER {
            let latest = self.count / self.elapsed.as_secs_f64();
            self.rate = if self.rate == 0.0 { latest } else { SMOOTHING * latest + (1.0 - SMOOTHING) * self.rate };
            self.count = 0.0;
            self.elapsed = Duration::ZERO;
        }
    }

    /// The measured rate. Before the end of the first interval, that of the interval so far.
    fn rate(&self) -> f64 {
        match self.rate == 0.0 {
            true => self.count / self.elapsed.as_secs_f64().max(0.1),
            false => self.rate,
        }
    }
}

impl AdaptiveRate {
    /// Asks to begin an attempt. A single call always begins, and later rows wait for it.
    pub(super) fn take(&mut self, priority: Priority, now: Duration) -> Result<Epoch, Duration> {
        self.advance(now);
        let wait = self.bucket.as_mut().and_then(|bucket| bucket.take(priority));
        if priority == Priority::Bulk {
            self.is_reached = wait.is_some();
        }
        match wait {
            Some(wait) => Err(wait.max(self.closed_until.saturating_sub(now))),
            None => {
                self.meter.count(self.longest_gap());
                self.first.get_or_insert(now);
                Ok(Epoch(self.epoch))
            }
        }
    }

    /// Attempts that have to wait for the limit begin at shorter intervals.
    fn longest_gap(&self) -> Duration {
        let interval = self.limit().and_then(|limit| Duration::try_from_secs_f64(2.0 / limit).ok());
        interval.unwrap_or_default().max(MEASURED_OVER)
    }

    fn give_back(&mut self) {
        self.meter.count = (self.meter.count - 1.0).max(0.0);
        if let Some(bucket) = &mut self.bucket {
            bucket.give_back();
        }
    }

    /// A response other than a 429.
    pub(super) fn accepted(&mut self, now: Duration) {
        self.advance(now);
        self.accepted += 1.0;
        let Some(bucket) = &mut self.bucket else { return };
        // Twice the measured rate is enough to grow by. A rate that was measured while there was little to send does not lower the limit.
        let grown = self.curve.limit().min(2.0 * self.meter.rate());
        bucket.rate = grown.max(bucket.rate);
    }

    /// A 429, which closes the gate.
    pub(super) fn limited(&mut self, epoch: Epoch, now: Duration, wait: Duration) {
        self.advance(now);
        self.closed_until = self.closed_until.max(now.saturating_add(wait));
        // The others began before the limit fell, and say nothing about the new one.
        if epoch != Epoch(self.epoch) {
            return;
        }
        self.epoch += 1;
        let refused = match &self.bucket {
            Some(bucket) => bucket.rate.min(self.meter.rate()),
            // The rate of the first burst says nothing. What the server accepted until it accepts more does.
            None if self.accepted < ENOUGH => FIRST_GUESS,
            None => self.accepted / self.closed_until.saturating_sub(self.first.unwrap_or(now)).as_secs_f64().max(0.1),
        };
        let rate = (refused * BETA).max(FLOOR);
        let is_estimate = self.bucket.is_none();
        let is_early = !is_estimate && !self.curve.is_estimate && self.curve.elapsed.as_secs_f64() < EARLY;
        let plateau = (refused * if is_early { EARLY_PLATEAU } else { PLATEAU }).max(rate);
        self.curve = Curve { plateau, start: rate, elapsed: Duration::ZERO, is_estimate };
        self.bucket = Some(Bucket { tokens: 0.0, rate });
    }

    pub(super) fn limit(&self) -> Option<f64> {
        self.bucket.as_ref().map(|bucket| bucket.rate)
    }

    pub(super) fn advance(&mut self, now: Duration) {
        if now.saturating_sub(self.now) > FORGOTTEN_AFTER {
            *self = AdaptiveRate { epoch: self.epoch, now, closed_until: self.closed_until, ..AdaptiveRate::default() };
            return;
        }
        let open = now.saturating_sub(self.now.max(self.closed_until));
        self.now = self.now.max(now);
        self.meter.elapsed += open;
        self.meter.gap += open;
        if let Some(bucket) = &mut self.bucket {
            bucket.fill(open);
            if self.is_reached {
                self.curve.elapsed += open;
            }
        }
    }
}

/// A token bucket.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    /// Tokens per second.
    rate: f64,
}

impl Bucket {
    fn new(rate: f64) -> Bucket {
        Bucket { tokens: 1.0, rate }
    }

    fn fill(&mut self, elapsed: Duration) {
        self.tokens = (self.tokens + self.rate * elapsed.as_secs_f64()).min(1.0 + self.rate * BURST);
    }

    fn give_back(&mut self) {
        self.tokens += 1.0;
    }

    /// Takes a token, or returns the time until there is one. A single call takes one in advance, up to the tokens of a second.
    fn take(&mut self, priority: Priority) -> Option<Duration> {
        if self.tokens < 1.0 && priority == Priority::Bulk {
            let wait = Duration::try_from_secs_f64((1.0 - self.tokens) / self.rate).unwrap_or(Duration::MAX);
            return Some(wait.max(SHORTEST_WAIT));
        }
        self.tokens = (self.tokens - 1.0).max(-self.rate.max(1.0));
        None
    }
}

/// A fixed rate, which the caller of a bulk run sets.
pub(crate) struct FixedRate {
    start: Instant,
    state: Mutex<(Bucket, Duration)>,
}

impl FixedRate {
    /// A rate in requests per second.
    pub(crate) fn new(rate: f64) -> FixedRate {
        FixedRate { start: Instant::now(), state: Mutex::new((Bucket::new(rate), Duration::ZERO)) }
    }

    /// The rate in requests per second.
    pub(crate) fn rate(&self) -> f64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0.rate
    }

    /// Gives a token back that was not needed.
    pub(crate) fn give_back(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0.give_back();
    }

    /// Takes a token, or returns the time until there is one.
    pub(crate) fn take(&self) -> Option<Duration> {
        let now = self.start.elapsed();
        let (bucket, last) = &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.fill(now.saturating_sub(*last));
        *last = now;
        bucket.take(Priority::Bulk)
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
