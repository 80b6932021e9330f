//! Pairs
//!
//! A name and its value: a header of a request, or a parameter of a query.

use std::ffi::c_char;

use crate::guard::Failure;
use crate::input;

/// A name and its value. The strings are read during the call that they are given to, and stay yours.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct zexa_pair {
    /// The name.
    pub name: *const c_char,
    /// The value.
    pub value: *const c_char,
}

/// An array of pairs.
///
/// # Safety
///
/// As [`input::array`] and [`input::text`].
pub(crate) unsafe fn pairs<'a>(
    name: &str,
    first: *const zexa_pair,
    count: usize,
) -> Result<Vec<(&'a str, &'a str)>, Failure> {
    // SAFETY: as the caller promised.
    let pairs = unsafe { input::array(name, first, count) }?;
    let read = |(index, pair): (usize, &zexa_pair)| {
        // SAFETY: as the caller promised.
        unsafe {
            Ok((
                input::text(&format!("{name}[{index}].name"), pair.name)?,
                input::text(&format!("{name}[{index}].value"), pair.value)?,
            ))
        }
    };
    pairs.iter().enumerate().map(read).collect()
}
