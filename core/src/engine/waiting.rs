//! Waiting: when to ask again for what has not got far enough.

use std::time::Duration;

use crate::{Error, Kind, Outcome};

/// The first pause. The next are half as long again, each.
const FIRST: Duration = Duration::from_millis(500);

/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// What the last request but one leaves of the deadline, for its response to arrive even if the server is slow.
const SLOW_RESPONSE: Duration = Duration::from_millis(500);

/// What the last request leaves.
const FAST_RESPONSE: Duration = Duration::from_millis(50);

/// The pause after so many others, less up to a quarter at random, so that calls that began together do not send requests together. The last two are cut
/// short, to send a request half a second before the deadline, and one right before it. `None` if no time is left.
pub(crate) fn next_pause(pauses: i32, time_left: Duration, random: f64) -> Option<Duration> {
    // Eleven make the longest.
    let full = FIRST.mul_f64(1.5_f64.powi(pauses.min(11))).min(LONGEST);
    let kept = match time_left > SLOW_RESPONSE + FAST_RESPONSE {
        true => SLOW_RESPONSE,
        // A short deadline has a second request in its middle, too.
        false if pauses == 0 => time_left / 2,
        false => FAST_RESPONSE,
    };
    let left = time_left.checked_sub(kept).filter(|left| !left.is_zero())?;
    Some(full.mul_f64(1.0 - 0.25 * random).min(left))
}

/// The error of a wait that has come to its deadline. What becomes of what was waited for is not known: whoever sent it and reads here that
/// nothing was sent would send it again.
pub(crate) fn too_late() -> Error {
    Error::new(Kind::Timeout, Outcome::Unknown, "the deadline of the call passed before the awaited status was reached")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_by_half_up_to_thirty_seconds() {
        let pauses: Vec<_> =
            (0..13).map(|pauses| next_pause(pauses, Duration::MAX, 0.0).expect("time").as_millis()).collect();
        assert_eq!(pauses, [500, 750, 1125, 1687, 2531, 3796, 5695, 8542, 12_814, 19_221, 28_832, 30_000, 30_000]);
        assert_eq!(next_pause(0, Duration::MAX, 1.0), Some(Duration::from_millis(375)));
        assert_eq!(next_pause(i32::MAX, Duration::MAX, 1.0), Some(Duration::from_millis(22_500)));
    }

    #[test]
    fn the_last_two_are_before_the_deadline() {
        let pause = |left| next_pause(12, Duration::from_millis(left), 0.0).map(|pause| pause.as_millis());
        assert_eq!([pause(40_000), pause(3000), pause(551)], [Some(30_000), Some(2500), Some(51)]);
        assert_eq!([pause(550), pause(500), pause(51)], [Some(500), Some(450), Some(1)]);
        assert_eq!([pause(50), pause(0)], [None, None]);
        let first_pause = |left| next_pause(0, Duration::from_millis(left), 0.0).map(|pause| pause.as_millis());
        assert_eq!([first_pause(400), first_pause(0)], [Some(200), None]);
    }
}
