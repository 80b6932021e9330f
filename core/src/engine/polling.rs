//! The pauses between the polls of a call that waits for a status.

use std::time::Duration;

use crate::call_options::Call;
use crate::{Error, Kind, Outcome};

/// The first pause. Each pause is 1.5 times as long as the one before.
const FIRST: Duration = Duration::from_millis(500);

/// The maximum pause.
const LONGEST: Duration = Duration::from_secs(30);

/// The time between the second-last poll and the deadline, in which a slow response can still arrive.
const SLOW_RESPONSE: Duration = Duration::from_millis(500);

/// The time between the last poll and the deadline.
const FAST_RESPONSE: Duration = Duration::from_millis(50);

/// The pause after this number of pauses, minus up to a quarter as jitter, so that calls that started together do not poll together. The last two
/// pauses are shortened, to poll half a second before the deadline and again right before it. `None` if no time is left.
pub(crate) fn next_pause(pauses: i32, time_left: Duration, random: f64) -> Option<Duration> {
    // After eleven, the maximum is reached.
    let full = FIRST.mul_f64(1.5_f64.powi(pauses.min(11))).min(LONGEST);
    let kept = match time_left > SLOW_RESPONSE + FAST_RESPONSE {
        true => SLOW_RESPONSE,
        // A short deadline also gets a second poll, in its middle.
        false if pauses == 0 => time_left / 2,
        false => FAST_RESPONSE,
    };
    let left = time_left.checked_sub(kept).filter(|left| !left.is_zero())?;
    Some(full.mul_f64(1.0 - 0.25 * random).min(left))
}

/// The error of a wait whose deadline has passed. The outcome is unknown: with `not_sent`, a caller might send the message again.
pub(crate) fn deadline_passed(call: &Call, awaited: &str) -> Error {
    let deadline = call.deadline.map(|deadline| deadline.to_string()).unwrap_or_default();
    Error::new(Kind::Timeout, Outcome::Unknown, format!("{deadline} passed {awaited}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_thirty_seconds() {
        let pauses: Vec<_> =
            (0..13).map(|pauses| next_pause(pauses, Duration::MAX, 0.0).expect("time").as_millis()).collect();
        assert_eq!(pauses, [500, 750, 1125, 1687, 2531, 3796, 5695, 8542, 12_814, 19_221, 28_832, 30_000, 30_000]);
        assert_eq!(next_pause(0, Duration::MAX, 1.0), Some(Duration::from_millis(375)));
        assert_eq!(next_pause(i32::MAX, Duration::MAX, 1.0), Some(Duration::from_millis(22_500)));
    }

    #[test]
    fn the_last_two_polls_are_before_the_deadline() {
        let pause = |left| next_pause(12, Duration::from_millis(left), 0.0).map(|pause| pause.as_millis());
        assert_eq!([pause(40_000), pause(3000), pause(551)], [Some(30_000), Some(2500), Some(51)]);
        assert_eq!([pause(550), pause(500), pause(51)], [Some(500), Some(450), Some(1)]);
        assert_eq!([pause(50), pause(0)], [None, None]);
        let first_pause = |left| next_pause(0, Duration::from_millis(left), 0.0).map(|pause| pause.as_millis());
        assert_eq!([first_pause(400), first_pause(0)], [Some(200), None]);
    }
}
