//! Absent numbers

use std::time::Duration;

use crate::guard::Failure;

/// In the place of a number: as if it were not given. The macros that end in _INIT put it there; 0 is a number as any other.
pub const ZEXA_DEFAULT: i32 = -1;

const ABSENT: i64 = ZEXA_DEFAULT as i64;

/// A time in milliseconds, for an option of this name.
pub(crate) fn milliseconds(name: &str, number: i64) -> Result<Option<Duration>, Failure> {
    match number {
        ABSENT => Ok(None),
        _ => match u64::try_from(number) {
            Ok(number) => Ok(Some(Duration::from_millis(number))),
            Err(_) => Err(zexa::binding::invalid_option(name, "must be more than zero, or ZEXA_DEFAULT").into()),
        },
    }
}

/// An option that is a count.
pub(crate) fn count(name: &str, number: i32) -> Result<Option<u32>, Failure> {
    match number {
        ZEXA_DEFAULT => Ok(None),
        _ => u32::try_from(number)
            .map(Some)
            .map_err(|_| zexa::binding::invalid_option(name, "must be 0 or more, or ZEXA_DEFAULT").into()),
    }
}

/// An option that is the maximum number of something. The core rejects 0.
pub(crate) fn limit(name: &str, number: i64) -> Result<Option<u32>, Failure> {
    match number {
        ABSENT => Ok(None),
        _ => u32::try_from(number)
            .map(Some)
            .map_err(|_| zexa::binding::invalid_option(name, "must be 1 to 4294967295, or ZEXA_DEFAULT").into()),
    }
}

/// An option that is a yes or a no.
pub(crate) fn choice(name: &str, number: i32) -> Result<Option<bool>, Failure> {
    match number {
        ZEXA_DEFAULT => Ok(None),
        0 => Ok(Some(false)),
        1 => Ok(Some(true)),
        _ => Err(zexa::binding::invalid_option(name, "must be 0, 1 or ZEXA_DEFAULT").into()),
    }
}

/// A number of ours, as C has all of them.
pub(crate) fn to_c(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A parameter that is a number.
pub(crate) fn parameter(name: &str, number: i64) -> Result<Option<u32>, Failure> {
    match number {
        ABSENT => Ok(None),
        _ => u32::try_from(number).map(Some).map_err(|_| {
            zexa::binding::invalid_parameter(name, number, "must be 0 to 4294967295, or ZEXA_DEFAULT").into()
        }),
    }
}
