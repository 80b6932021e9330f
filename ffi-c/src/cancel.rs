//! Cancelling
//!
//! A cancel token ends calls from another thread, at once, whether they are in flight, in a wait, between pages, or not yet begun. They fail
//! with `ZEXA_CANCELLED`, and the error's outcome says whether the request had gone out. A cancelled token stays cancelled.

use zexa::CancelToken;

use crate::guard;

/// A cancel token. Yours to free with zexa_cancel_token_free(), also while calls that carry it are under way, which can then not be cancelled any
/// more; not while another thread is in a function that it is given to, or begins a call with it.
pub struct zexa_cancel_token(pub(crate) CancelToken);

/// Makes a token that is not cancelled; it is given to calls in zexa_call_options. Yours to free with zexa_cancel_token_free().
#[unsafe(no_mangle)]
pub extern "C" fn zexa_cancel_token_new() -> *mut zexa_cancel_token {
    guard::value(std::ptr::null_mut(), || Box::into_raw(Box::new(zexa_cancel_token(CancelToken::new()))))
}

/// Cancels every call that carries this token. From any thread, though not from a signal handler. Doing it twice changes nothing; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_cancel_token_cancel(token: *const zexa_cancel_token) {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(token, (), |token| token.0.cancel()) }
}

/// Whether zexa_cancel_token_cancel() was called. False of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_cancel_token_is_cancelled(token: *const zexa_cancel_token) -> bool {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(token, false, |token| token.0.is_cancelled()) }
}

/// Frees a token. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_cancel_token_free(token: *mut zexa_cancel_token) {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::free(token) }
}
