//! Functions that panic and fail on purpose, for tests of the panic boundary. No release contains them, and no header declares them.

use std::ffi::c_char;
use std::ptr;

use crate::error::zexa_error;
use crate::panic_boundary::{self, Failure};
use crate::status::zexa_status;

/// Panics within a call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_test_panic(error: *mut *mut zexa_error) -> zexa_status {
    // SAFETY: the caller's pointers are valid.
    unsafe { panic_boundary::fallible(error, || -> Result<(), Failure> { panic!("on purpose") }) }
}

/// Panics with a payload that is not a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_test_panic_with_non_string(error: *mut *mut zexa_error) -> zexa_status {
    // SAFETY: the caller's pointers are valid.
    unsafe { panic_boundary::fallible(error, || -> Result<(), Failure> { std::panic::panic_any(5) }) }
}

/// Panics in an accessor, which has no error.
#[unsafe(no_mangle)]
pub extern "C" fn zexa_test_panic_in_accessor() -> *const c_char {
    panic_boundary::infallible(ptr::null(), || panic!("on purpose"))
}

/// Fails with an error of the client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_test_fail(error: *mut *mut zexa_error) -> zexa_status {
    // SAFETY: the caller's pointers are valid.
    unsafe { panic_boundary::fallible(error, || Err(zexa::binding::invalid_option("timeout", "on purpose").into())) }
}
