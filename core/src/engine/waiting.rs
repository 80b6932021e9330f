//! Waiting: when to ask again for what has not got far enough.

use std::time::Duration;

use crate::{Error, Kind, Outcome};

/// The first pause. The next are half as long again, each.
const FIRST: Duration = Duration::from_millis(500);

/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// What is kept of the deadline, for the last response to arrive.
const FOR_AN_ANSWER: Duration = Duration::from_millis(500);

/// The pause after so many others, less up to a quarter at random, so that those who began together do not ask together. The last is cut
/// short, to ask once more before the deadline; `None` where there is no time for that.
pub(crate) fn next_pause(pauses: i32, time_left: Duration, random: f64) -> Option<Duration> {
    // Eleven make the longest.
    let full = FIRST.mul_f64(1.5_f64.powi(pauses.min(11))).min(LONGEST);
    // A short deadline has a second poll, too.
    let kept = if pauses == 0 { FOR_AN_ANSWER.min(time_left / 2) } else { FOR_AN_ANSWER };
    let left = time_left.checked_sub(kept).filter(|left| !left.is_zero())?;
    Some(full.mul_f64(1.0 - 0.25 * random).min(left))
}

/// The error of a wait that has come to its deadline. What becomes of what was waited for is not known: whoever sent it and reads here that
/// nothing was sent would send it again.
pub(crate) fn too_late() -> Error {
    Error::new(Kind::Timeout, Outcome::Unknown, "it has not got so far within the call's deadline")
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
    fn the_last_one_leaves_time_for_an_answer() {
        let pause = |left| next_pause(12, Duration::from_millis(left), 0.0).map(|pause| pause.as_millis());
        assert_eq!([pause(40_000), pause(3000), pause(501)], [Some(30_000), Some(2500), Some(1)]);
        assert_eq!([pause(500), pause(0)], [None, None]);
        let first_pause = |left| next_pause(0, Duration::from_millis(left), 0.0).map(|pause| pause.as_millis());
        assert_eq!([first_pause(400), first_pause(0)], [Some(200), None]);
    }
}
