//! Names with values: HTTP headers and query parameters.

use std::ffi::c_char;

use crate::input;
use crate::panic_boundary::Failure;

/// A name and its value: an HTTP header or a query parameter. Functions copy the strings; they remain the caller's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct zexa_key_value {
    /// Name. Must not be NULL.
    pub name: *const c_char,
    /// Value. Must not be NULL.
    pub value: *const c_char,
}

/// Reads an array of names and values. The argument or member with the count has the suffix `_count`.
///
/// # Safety
///
/// As [`input::array`] and [`input::string`].
pub(crate) unsafe fn key_values<'a>(
    name: &str,
    first: *const zexa_key_value,
    count: usize,
) -> Result<Vec<(&'a str, &'a str)>, Failure> {
    // SAFETY: as the caller promised.
    let entries = unsafe { input::array(name, first, &format!("{name}_count"), count) }?;
    let read = |(index, entry): (usize, &zexa_key_value)| {
        // SAFETY: as the caller promised.
        unsafe {
            Ok((
                input::string(&format!("{name}[{index}].name"), entry.name)?,
                input::string(&format!("{name}[{index}].value"), entry.value)?,
            ))
        }
    };
    entries.iter().enumerate().map(read).collect()
}
