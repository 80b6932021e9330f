//! Functions that panic and fail on purpose, for the tests that C survives them. They are in no release and in no header.

use std::ffi::c_char;
use std::ptr;

use crate::error::zexa_error;
use crate::guard::{self, Failure};
use crate::status::zexa_status;

/// Panics in the middle of a call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_test_panic(error: *mut *mut zexa_error) -> zexa_status {
    // SAFETY: the caller's pointers are as a header would ask.
    unsafe { guard::call(error, || -> Result<(), Failure> { panic!("on purpose") }) }
}

/// Panics with something that is no text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_test_panic_without_a_word(error: *mut *mut zexa_error) -> zexa_status {
    // SAFETY: the caller's pointers are as a header would ask.
    unsafe { guard::call(error, || -> Result<(), Failure> { std::panic::panic_any(5) }) }
}

/// Panics where a text should come.
#[unsafe(no_mangle)]
pub extern "C" fn zexa_test_panic_for_a_text() -> *const c_char {
    guard::value(ptr::null(), || panic!("on purpose"))
}

/// Fails with an error of the client's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_test_fail(error: *mut *mut zexa_error) -> zexa_status {
    // SAFETY: the caller's pointers are as a header would ask.
    unsafe { guard::call(error, || Err(zexa::binding::invalid_option("timeout", "on purpose").into())) }
}
