//! The panic boundary around every exported function: no panic crosses into C, and every failure becomes a status and an error.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cancellation_guard::CancellationGuard;
use crate::error::zexa_error;
use crate::status::zexa_status;

/// Why a function does not return `ZEXA_OK`.
pub(crate) enum Failure {
    /// A list has no more items.
    Done,
    /// Boxed, so that it does not make a successful result larger.
    Error(Box<zexa_error>),
}

impl Failure {
    /// An invalid argument, such as NULL for a required pointer.
    pub(crate) fn argument(name: &str, reason: &str) -> Failure {
        let error = zexa::binding::invalid_argument(name, reason);
        Failure::Error(Box::new(zexa_error::new(zexa_status::ZEXA_INVALID_ARGUMENT, error)))
    }
}

impl From<zexa::Error> for Failure {
    fn from(error: zexa::Error) -> Failure {
        Failure::Error(Box::new(zexa_error::from(error)))
    }
}

/// Runs a body that can fail, and returns its status. Sets the caller's `error`, unless that is NULL: to the error, or to NULL after a success.
///
/// # Safety
///
/// `error` is NULL or may be written to.
pub(crate) unsafe fn fallible(error: *mut *mut zexa_error, body: impl FnOnce() -> Result<(), Failure>) -> zexa_status {
    let failure = match catch(body) {
        Ok(Ok(())) => None,
        // SAFETY: as the caller promised.
        Ok(Err(Failure::Done)) => return unsafe { finish(error, zexa_status::ZEXA_DONE, None) },
        Ok(Err(Failure::Error(failure))) => Some(failure),
        Err(panic) => {
            Some(Box::new(zexa_error::new(zexa_status::ZEXA_INTERNAL, zexa::binding::internal_error(&panic))))
        }
    };
    let status = failure.as_ref().map_or(zexa_status::ZEXA_OK, |failure| failure.status());
    // SAFETY: as the caller promised.
    unsafe { finish(error, status, failure) }
}

/// Sets the caller's error, and returns the status.
///
/// # Safety
///
/// As [`fallible`].
unsafe fn finish(error: *mut *mut zexa_error, status: zexa_status, failure: Option<Box<zexa_error>>) -> zexa_status {
    if let Some(error) = NonNull::new(error) {
        // SAFETY: it is not NULL, and the caller promised the rest.
        unsafe { error.write(failure.map_or(std::ptr::null_mut(), Box::into_raw)) };
    }
    status
}

/// Runs a body that cannot fail, except by a bug in this library. Returns `fallback` if it panics.
pub(crate) fn infallible<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch(body).unwrap_or(fallback)
}

/// Reads from an object. Returns `fallback` if `object` is NULL or `body` panics.
///
/// # Safety
///
/// `object` is NULL, or was created by this library and not freed.
pub(crate) unsafe fn read<O, T>(object: *const O, fallback: T, body: impl FnOnce(&O) -> T) -> T {
    // SAFETY: as the caller promised.
    match unsafe { object.as_ref() } {
        Some(object) => infallible(fallback, || body(object)),
        None => fallback,
    }
}

/// Frees an object. NULL is ignored.
///
/// # Safety
///
/// `object` is NULL, or was created by this library with `Box::into_raw` and not freed.
pub(crate) unsafe fn free<O>(object: *mut O) {
    if !object.is_null() {
        // SAFETY: as the caller promised.
        infallible((), || drop(unsafe { Box::from_raw(object) }));
    }
}

/// Frees an object that may own connections, which are then closed: a cancellation point. NULL is ignored.
///
/// # Safety
///
/// As [`free`].
pub(crate) unsafe fn free_with_cancellation_guard<O>(object: *mut O) {
    let _cancellation_guard = CancellationGuard::new();
    // SAFETY: as the caller promised.
    unsafe { free(object) }
}

/// Performs an action on an object that cannot fail, and may close connections, which is a cancellation point. NULL is ignored.
///
/// # Safety
///
/// As [`read`].
pub(crate) unsafe fn act_with_cancellation_guard<O>(object: *const O, body: impl FnOnce(&O)) {
    let _cancellation_guard = CancellationGuard::new();
    // SAFETY: as the caller promised.
    unsafe { read(object, (), body) }
}

/// Returns the result of `body`, or a description of its panic.
fn catch<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    silence_panic_hook();
    // State that a panic leaves incomplete is not used again: locks recover, and outputs are written last.
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| {
        let location = PANIC_LOCATION.take();
        format!("panicked{location}: {}", panic_message(&*panic))
    })
}

thread_local! {
    /// Source location of the last panic on this thread.
    static PANIC_LOCATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Replaces the panic hook, so that the library prints nothing: the location of a panic goes into the error instead of to stderr. The hook belongs to the
/// standard library that is linked into this library; no other code uses it.
fn silence_panic_hook() {
    static IS_SILENCED: AtomicBool = AtomicBool::new(false);
    // Not a `Once`: a child that is forked in the meantime would wait for it forever.
    if !IS_SILENCED.swap(true, Ordering::Relaxed) {
        std::panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line()));
            PANIC_LOCATION.set(location.unwrap_or_default());
        }));
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
