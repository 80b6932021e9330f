//! The version of the library.

use std::ffi::c_char;

use crate::panic_boundary;

/// Return the version of the library at run time, such as "1.2.3". `ZEXA_VERSION` is the version of the header.
///
/// Returns a static string; do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn zexa_version() -> *const c_char {
    panic_boundary::infallible(std::ptr::null(), || VERSION.as_ptr().cast())
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
