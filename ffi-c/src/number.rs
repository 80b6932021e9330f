//! Numbers that may be absent.

use std::time::Duration;

use crate::panic_boundary::Failure;

/// Value of a numeric option or parameter that is not set. The `_INIT` macros set it. 0 is an ordinary number.
pub const ZEXA_DEFAULT: i64 = -1;

/// Reads an option that is a duration in milliseconds. `valid` says which numbers are valid.
pub(crate) fn milliseconds(name: &str, number: i64, valid: &str) -> Result<Option<Duration>, Failure> {
    match number {
        ZEXA_DEFAULT => Ok(None),
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
pub(crate) fn count(name: &str, number: i64) -> Result<Option<u32>, Failure> {
    let valid = if number < 0 { "must be 0 or more" } else { "must be 4294967295 or less" };
    whole(number).map_err(|()| invalid_option(name, valid, number))
}

/// Reads an option that is a limit. The core rejects 0.
pub(crate) fn limit(name: &str, number: i64) -> Result<Option<u32>, Failure> {
    whole(number).map_err(|()| invalid_option(name, "must be 1 to 4294967295", number))
}

fn whole(number: i64) -> Result<Option<u32>, ()> {
    if number == ZEXA_DEFAULT { Ok(None) } else { u32::try_from(number).map(Some).map_err(|_| ()) }
}

/// Reads an option that is a boolean.
pub(crate) fn boolean(name: &str, number: i64) -> Result<Option<bool>, Failure> {
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
    whole(number).map_err(|()| invalid_parameter(name, ", or ZEXA_DEFAULT", number))
}

/// Reads the number of a page. The core rejects 0.
pub(crate) fn page(number: i64) -> Result<u32, Failure> {
    u32::try_from(number).map_err(|_| invalid_parameter("page", "", number))
}

/// The error of a parameter that is not a positive number. `or` names another valid value.
fn invalid_parameter(name: &str, or: &str, number: i64) -> Failure {
    let valid = if number < 0 { "1 or more" } else { "4294967295 or less" };
    zexa::binding::invalid_parameter(name, number, &format!("must be {valid}{or}, got {number}")).into()
}
