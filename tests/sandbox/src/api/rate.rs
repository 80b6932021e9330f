//! The rate limit: so many requests in any stretch of so many seconds.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::reply::Refusal;
use crate::spec::RateLimit;

#[derive(Debug)]
pub(crate) struct RateLimiter {
    limit: Option<RateLimit>,
    /// When the latest requests that were let in came.
    admitted: Mutex<VecDeque<Instant>>,
}

impl RateLimiter {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        Self { limit, admitted: Mutex::default() }
    }

    /// Lets a request in, or refuses it with a 429.
    pub(super) fn admit(&self) -> Result<(), Refusal> {
        self.limit.map_or(Ok(()), |limit| self.admit_at(limit, Instant::now()).map_err(Refusal::rate_limited))
    }

    fn admit_at(&self, limit: RateLimit, now: Instant) -> Result<(), u64> {
        let stretch = Duration::try_from_secs_f64(limit.per_seconds).unwrap_or(Duration::ZERO);
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        while admitted.front().is_some_and(|first| *first + stretch <= now) {
            admitted.pop_front();
        }
        if admitted.len() < limit.requests {
            admitted.push_back(now);
            return Ok(());
        }
        let left = admitted.front().map_or(stretch, |first| (*first + stretch).saturating_duration_since(now));
        // Whole seconds, rounded up: who waits as long is let in.
        Err(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_as_long_as_told_is_let_in() {
        let limit = RateLimit { requests: 2, per_seconds: 1.5 };
        let limiter = RateLimiter::new(Some(limit));
        let start = Instant::now();
        assert_eq!(limiter.admit_at(limit, start), Ok(()));
        assert_eq!(limiter.admit_at(limit, start + Duration::from_millis(400)), Ok(()));
        assert_eq!(limiter.admit_at(limit, start + Duration::from_millis(400)), Err(2));
        assert_eq!(limiter.admit_at(limit, start + Duration::from_millis(600)), Err(1));
        assert_eq!(limiter.admit_at(limit, start + Duration::from_millis(1600)), Ok(()));
        assert_eq!(limiter.admit_at(limit, start + Duration::from_millis(1600)), Err(1));
    }
}
