//! Names of the API, such as statuses: strings in C, so that those which this version does not know have a place.

use std::ffi::{c_char, c_int};

use crate::input;

/// A `zexa_status` from C, where any number can be one. The header has it under that name.
pub(crate) type StatusNumber = c_int;

/// A `zexa_outcome` from C.
pub(crate) type OutcomeNumber = c_int;

/// Asks something of a name; false of NULL and of what is not UTF-8.
///
/// # Safety
///
/// `name` is NULL, or ends in a NUL.
pub(crate) unsafe fn ask<E: for<'a> From<&'a str>>(name: *const c_char, question: fn(&E) -> bool) -> bool {
    // SAFETY: as the caller promised.
    let name = unsafe { input::optional_text("name", name) };
    matches!(name, Ok(Some(name)) if question(&E::from(name)))
}
