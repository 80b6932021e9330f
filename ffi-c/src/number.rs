//! Numbers that may be absent.

use std::time::Duration;

use crate::panic_boundary::Failure;

/// Value of a numeric option or parameter that is not set. The `_INIT` macros set it. 0 is an ordinary number.
pub const ZEXA_DEFAULT: i32 = -1;

const ABSENT: i64 = ZEXA_DEFAULT as i64;

/// Reads an option that is a duration in milliseconds. The core rejects 0.
pub(crate) fn milliseconds(name: &str, number: i64) -> Result<Option<Duration>, Failure> {
    duration(name, number, "must be more than zero")
}

/// Reads an option that is a duration in milliseconds, and may be 0.
pub(crate) fn milliseconds_or_zero(name: &str, number: i64) -> Result<Option<Duration>, Failure> {
    duration(name, number, "must be 0 or more")
}

fn duration(name: &str, number: i64, valid: &str) -> Result<Option<Duration>, Failure> {
    match number {
        ABSENT => Ok(None),
        _ => u64::try_from(number)
            .map(|number| Some(Duration::from_millis(number)))
            .map_err(|_| invalid_option(name, valid, number)),
    }
}

/// The error of an invalid option. `valid` says which values are valid.
fn invalid_option(name: &str, valid: &str, number: i64) -> Failure {
    zexa::binding::invalid_option(name, &format!("{valid}, or ZEXA_DEFAULT, got {number}")).into()
}

/// Reads an option that is a count.
pub(crate) fn count(name: &str, number: i32) -> Result<Option<u32>, Failure> {
    match number {
        ZEXA_DEFAULT => Ok(None),
        _ => u32::try_from(number).map(Some).map_err(|_| invalid_option(name, "must be 0 or more", number.into())),
    }
}

/// Reads an option that is a limit. The core rejects 0.
pub(crate) fn limit(name: &str, number: i64) -> Result<Option<u32>, Failure> {
    match number {
        ABSENT => Ok(None),
        _ => u32::try_from(number).map(Some).map_err(|_| invalid_option(name, "must be 1 to 4294967295", number)),
    }
}

/// Reads an option that is a boolean.
pub(crate) fn boolean(name: &str, number: i32) -> Result<Option<bool>, Failure> {
    match number {
        ZEXA_DEFAULT => Ok(None),
        0 => Ok(Some(false)),
        1 => Ok(Some(true)),
        _ => {
            let reason = format!("must be 0, 1 or ZEXA_DEFAULT, got {number}");
            Err(zexa::binding::invalid_option(name, &reason).into())
        }
    }
}

/// Converts a number to the type that all integers have in C.
pub(crate) fn to_c(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Reads a parameter that is a number. The core rejects 0.
pub(crate) fn parameter(name: &str, number: i64) -> Result<Option<u32>, Failure> {
    match number {
        ABSENT => Ok(None),
        _ => u32::try_from(number).map(Some).map_err(|_| {
            let valid = if number < 0 { "1 or more" } else { "4294967295 or less" };
            let reason = format!("must be {valid}, or ZEXA_DEFAULT, got {number}");
            zexa::binding::invalid_parameter(name, number, &reason).into()
        }),
    }
}
