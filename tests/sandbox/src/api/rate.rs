//! The rate limit: a maximum number of requests in a sliding window.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::reply::ApiError;
use crate::spec::RateLimit;

#[derive(Debug)]
pub(crate) struct RateLimiter {
    limit: Option<RateLimit>,
    /// Times of the admitted requests in the current window.
    admitted: Mutex<VecDeque<Instant>>,
}

impl RateLimiter {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        Self { limit, admitted: Mutex::default() }
    }

    /// Admits a request, or rejects it with a 429.
    pub(super) fn admit(&self) -> Result<(), ApiError> {
        self.limit.map_or(Ok(()), |limit| self.admit_at(limit, Instant::now()).map_err(ApiError::rate_limited))
    }

    fn admit_at(&self, limit: RateLimit, now: Instant) -> Result<(), u64> {
        let window = Duration::try_from_secs_f64(limit.per_seconds).unwrap_or(Duration::ZERO);
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        while admitted.front().is_some_and(|first| *first + window <= now) {
            admitted.pop_front();
        }
        if admitted.len() < limit.requests {
            admitted.push_back(now);
            return Ok(());
        }
        let left = admitted.front().map_or(window, |first| (*first + window).saturating_duration_since(now));
        // Rounded up to whole seconds, so that a client that waits this long is admitted.
        Err(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_after_retry_after_is_admitted() {
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
