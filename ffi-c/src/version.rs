//! Version

use std::ffi::c_char;

use crate::guard;

/// The version of the library that runs, such as "1.2.3". `ZEXA_VERSION` is that of the header which the program was compiled with.
///
/// Static; not to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn zexa_version() -> *const c_char {
    guard::value(std::ptr::null(), || VERSION.as_ptr().cast())
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
