//! Which failures are repeated, and how long to wait before.

use std::time::Duration;

use crate::{Error, Outcome};

/// What a method promises about being repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeatable {
    /// Doing it twice is doing it once: GET, DELETE.
    Yes,
    /// Doing it twice may be paid for twice: POST, and every other.
    No,
    /// As `No`, and the caller takes the risk.
    IfAllowed,
}

/// Whether the failed attempt may be followed by another. This is the table of the README, cell by cell.
pub(crate) fn may_repeat(error: &Error, repeatable: Repeatable) -> bool {
    if error.is_permanent() {
        return false;
    }
    match (error.outcome(), error.status()) {
        // Refused before it was processed.
        (_, Some(429)) => true,
        // Nothing went out, so nothing was done. (An error of the caller's making is not a failed attempt, and is never asked about.)
        (Outcome::NotSent, _) => true,
        // It was done, and only the answer is lost.
        (Outcome::Accepted, _) => repeatable == Repeatable::Yes,
        // A success that it was not the API that reported: the request may have been carried out.
        (Outcome::Unknown, Some(200..=299)) => repeatable == Repeatable::Yes,
        (Outcome::Unknown, None | Some(408 | 500 | 502 | 503 | 504)) => repeatable != Repeatable::No,
        _ => false,
    }
}

/// Whether the attempt may have been carried out: a DELETE that then meets a 404 has succeeded.
pub(crate) fn is_ambiguous(error: &Error) -> bool {
    matches!(error.outcome(), Outcome::Unknown | Outcome::Accepted)
}

/// The wait before the retry that follows so many others: it doubles from half a second to eight, less up to a quarter at
/// random, so that clients which failed together do not come back together.
pub(crate) fn backoff(retries: u32, random: f64) -> Duration {
    let full = Duration::from_millis(500 << retries.min(4));
    full.mul_f64(1.0 - 0.25 * random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn of_status(status: u16) -> Error {
        Error::new(Kind::of_answer(status, None), Outcome::of_answer(status), "").with_status(status)
    }

    #[test]
    fn the_table() {
        use Repeatable::{IfAllowed, No, Yes};
        let lost = |outcome| Error::new(Kind::Connect, outcome, "");
        for (error, get, post, allowed) in [
            (of_status(429), true, true, true),
            (lost(Outcome::NotSent), true, true, true),
            (lost(Outcome::Unknown), true, false, true),
            (of_status(408), true, false, true),
            (of_status(500), true, false, true),
            (of_status(502), true, false, true),
            (of_status(503), true, false, true),
            (of_status(504), true, false, true),
            (of_status(400), false, false, false),
            (of_status(422), false, false, false),
            (of_status(501), false, false, false),
            (of_status(307), false, false, false),
            (Error::new(Kind::Decode, Outcome::Accepted, "").with_status(201), true, false, false),
            (Error::new(Kind::Decode, Outcome::Unknown, "").with_status(200), true, false, false),
        ] {
            let answers = [Yes, No, IfAllowed].map(|repeatable| may_repeat(&error, repeatable));
            assert_eq!(answers, [get, post, allowed], "{error:?}");
        }
    }

    #[test]
    fn waits_double_and_stay_below_eight_seconds() {
        let waits: Vec<_> = (0..7).map(|retries| backoff(retries, 0.0).as_secs_f64()).collect();
        assert_eq!(waits, [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]);
        assert_eq!(backoff(0, 1.0).as_secs_f64(), 0.375);
        assert_eq!(backoff(u32::MAX, 1.0).as_secs_f64(), 6.0);
    }
}
