//! [`Recent`]: the rate of the last seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Counts the answers of the last seconds.
pub(super) struct Recent {
    start: Instant,
    /// The answers in each of the last seconds. The first is the current one.
    counts: VecDeque<(u64, u64)>,
}

impl Recent {
    const SECONDS: u64 = 5;

    pub(super) fn new() -> Recent {
        Recent { start: Instant::now(), counts: VecDeque::new() }
    }

    pub(super) fn note(&mut self, now: Instant) {
        let second = (now - self.start).as_secs();
        match self.counts.front_mut() {
            Some((latest, count)) if *latest == second => *count += 1,
            _ => self.counts.push_front((second, 1)),
        }
        self.counts.truncate(Recent::SECONDS as usize + 1);
    }

    /// The rate over the last seconds, including the current one.
    pub(super) fn rate(&mut self, now: Instant) -> f64 {
        let elapsed = now - self.start;
        let oldest = elapsed.as_secs().saturating_sub(Recent::SECONDS);
        self.counts.retain(|(second, _)| *second >= oldest);
        let count: u64 = self.counts.iter().map(|(_, count)| count).sum();
        let over = elapsed.saturating_sub(Duration::from_secs(oldest)).as_secs_f64();
        if over > 0.0 { count as f64 / over } else { 0.0 }
    }
}
