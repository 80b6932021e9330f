//! Cancel tokens.

use zexa::CancelToken;

use crate::panic_boundary;

/// A cancel token: ends calls from another thread.
///
/// Set it as `cancel` in the options of one or more calls. zexa_cancel_token_cancel() then ends them within about 100 ms: in flight, while waiting, between
/// pages, or before they start. They return `ZEXA_CANCELLED`, and the error's outcome says whether the request was sent. A cancelled token stays cancelled.
///
/// Free it with zexa_cancel_token_free(). Thread-safe. Calls in progress keep a reference, so the token may be freed meanwhile; they can then no longer be
/// cancelled. Do not free it while another thread passes it to a function or starts a call with it.
pub struct zexa_cancel_token(pub(crate) CancelToken);

/// Create a cancel token.
///
/// Returns a new token; free it with zexa_cancel_token_free().
#[unsafe(no_mangle)]
pub extern "C" fn zexa_cancel_token_new() -> *mut zexa_cancel_token {
    panic_boundary::infallible(std::ptr::null_mut(), || Box::into_raw(Box::new(zexa_cancel_token(CancelToken::new()))))
}

/// Cancel all calls that use a token, now and later. Cancelling twice has no effect. NULL is ignored.
///
/// Thread-safe. Not async-signal-safe: do not call it in a signal handler.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_cancel_token_cancel(token: *const zexa_cancel_token) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(token, (), |token| token.0.cancel()) }
}

/// Return whether a token was cancelled. False if `token` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_cancel_token_is_cancelled(token: *const zexa_cancel_token) -> bool {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(token, false, |token| token.0.is_cancelled()) }
}

/// Free a token. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_cancel_token_free(token: *mut zexa_cancel_token) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::free(token) }
}
