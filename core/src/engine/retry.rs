//! Which failed attempts are retried, and how long to wait before the retry.

use std::time::Duration;

use crate::{Error, Outcome};

/// Whether a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idempotency {
    /// Sending it twice has the effect of sending it once: GET and DELETE.
    Idempotent,
    /// Sending it twice may send a message twice: POST and all other methods.
    NotIdempotent,
    /// Not idempotent, but the caller has set `retry_ambiguous` and accepts the risk.
    RetryAllowed,
}

/// Whether a failed attempt is retried. This is the table in the README, cell by cell.
pub(crate) fn should_retry(error: &Error, idempotency: Idempotency) -> bool {
    if error.is_permanent() {
        return false;
    }
    match (error.outcome(), error.status()) {
        // Rejected before it was processed.
        (_, Some(429)) => true,
        // Nothing was sent. (Invalid arguments have this outcome, too, but they fail before the first attempt.)
        (Outcome::NotSent, _) => true,
        // Processed, and only the response is lost.
        (Outcome::Accepted, _) => idempotency == Idempotency::Idempotent,
        // A success that was not reported by the API: the request may have been processed.
        (Outcome::Unknown, Some(200..=299)) => idempotency == Idempotency::Idempotent,
        (Outcome::Unknown, None | Some(408 | 500 | 502 | 503 | 504)) => idempotency != Idempotency::NotIdempotent,
        _ => false,
    }
}

/// Whether the attempt may have been processed. If it was a DELETE, a 404 on the retry counts as success.
pub(crate) fn is_ambiguous(error: &Error) -> bool {
    matches!(error.outcome(), Outcome::Unknown | Outcome::Accepted)
}

/// The wait before a retry, after this number of earlier retries: exponential backoff from 0.5 s to 8 s, minus up to a quarter as jitter, so that
/// clients that failed together do not retry together.
pub(crate) fn backoff(retries: u32, random: f64) -> Duration {
    let full = Duration::from_millis(500 << retries.min(4));
    full.mul_f64(1.0 - 0.25 * random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn status_error(status: u16) -> Error {
        Error::new(Kind::of_response(status, None), Outcome::of_response(status), "").with_status(status)
    }

    #[test]
    fn retry_table() {
        use Idempotency::{Idempotent, NotIdempotent, RetryAllowed};
        let lost = |outcome| Error::new(Kind::Connect, outcome, "");
        for (error, get, post, allowed) in [
            (status_error(429), true, true, true),
            (lost(Outcome::NotSent), true, true, true),
            (lost(Outcome::Unknown), true, false, true),
            (status_error(408), true, false, true),
            (status_error(500), true, false, true),
            (status_error(502), true, false, true),
            (status_error(503), true, false, true),
            (status_error(504), true, false, true),
            (status_error(400), false, false, false),
            (status_error(422), false, false, false),
            (status_error(501), false, false, false),
            (status_error(307), false, false, false),
            (Error::new(Kind::Decode, Outcome::Accepted, "").with_status(201), true, false, false),
            (Error::new(Kind::Decode, Outcome::Unknown, "").with_status(200), true, false, false),
        ] {
            let results =
                [Idempotent, NotIdempotent, RetryAllowed].map(|idempotency| should_retry(&error, idempotency));
            assert_eq!(results, [get, post, allowed], "{error:?}");
        }
    }

    #[test]
    fn the_backoff_doubles_up_to_eight_seconds() {
        let waits: Vec<_> = (0..7).map(|retries| backoff(retries, 0.0).as_secs_f64()).collect();
        assert_eq!(waits, [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]);
        assert_eq!(backoff(0, 1.0).as_secs_f64(), 0.375);
        assert_eq!(backoff(u32::MAX, 1.0).as_secs_f64(), 6.0);
    }
}
