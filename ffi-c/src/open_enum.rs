//! Enums that the API may extend, such as statuses. They are strings in C, so that unknown values can be passed on.

use std::ffi::{c_char, c_int};

use crate::input;

/// A `zexa_status` that C passes, which can be any number. The header names it `zexa_status`.
pub(crate) type StatusNumber = c_int;

/// A `zexa_outcome` that C passes.
pub(crate) type OutcomeNumber = c_int;

/// Tests the value with this name. False for NULL and for a name that is not UTF-8.
///
/// # Safety
///
/// `name` is NULL or ends in a NUL.
pub(crate) unsafe fn test<E: for<'a> From<&'a str>>(name: *const c_char, predicate: fn(&E) -> bool) -> bool {
    // SAFETY: as the caller promised.
    let name = unsafe { input::optional_string("name", name) };
    matches!(name, Ok(Some(name)) if predicate(&E::from(name)))
}
