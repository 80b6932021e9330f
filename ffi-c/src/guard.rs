//! The guard around every exported function: no panic gets out, and every failure becomes a status and an error.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Once;

use crate::error::zexa_error;
use crate::shelter::Shelter;
use crate::status::zexa_status;

/// Why a function does not give `ZEXA_OK`.
pub(crate) enum Failure {
    /// There is nothing more in a list.
    Done,
    /// Boxed, so that a success is no bigger for it.
    Error(Box<zexa_error>),
}

impl Failure {
    /// A NULL, or another argument that is none.
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

/// Runs what can fail. Where it does, the caller's `error`, unless it is NULL, gets the error; else it gets NULL.
///
/// # Safety
///
/// `error` is NULL, or may be written to.
pub(crate) unsafe fn call(error: *mut *mut zexa_error, body: impl FnOnce() -> Result<(), Failure>) -> zexa_status {
    let failure = match catch(body) {
        Ok(Ok(())) => None,
        // SAFETY: as the caller promised.
        Ok(Err(Failure::Done)) => return unsafe { tell(error, zexa_status::ZEXA_DONE, None) },
        Ok(Err(Failure::Error(failure))) => Some(failure),
        Err(panic) => {
            Some(Box::new(zexa_error::new(zexa_status::ZEXA_INTERNAL, zexa::binding::internal_error(&panic))))
        }
    };
    let status = failure.as_ref().map_or(zexa_status::ZEXA_OK, |failure| failure.status());
    // SAFETY: as the caller promised.
    unsafe { tell(error, status, failure) }
}

/// Gives the caller the error, or NULL.
///
/// # Safety
///
/// As [`call`].
unsafe fn tell(error: *mut *mut zexa_error, status: zexa_status, failure: Option<Box<zexa_error>>) -> zexa_status {
    if let Some(error) = NonNull::new(error) {
        // SAFETY: it is not NULL, and the caller promised the rest.
        unsafe { error.write(failure.map_or(std::ptr::null_mut(), Box::into_raw)) };
    }
    status
}

/// Runs what cannot fail, except by a bug of ours: then it gives `otherwise`.
pub(crate) fn value<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch(body).unwrap_or(otherwise)
}

/// Reads something of an object. Of NULL, and where we panic, it gives `otherwise`.
///
/// # Safety
///
/// `object` is NULL, or came from this library and was not freed.
pub(crate) unsafe fn get<O, T>(object: *const O, otherwise: T, body: impl FnOnce(&O) -> T) -> T {
    // SAFETY: as the caller promised.
    match unsafe { object.as_ref() } {
        Some(object) => value(otherwise, || body(object)),
        None => otherwise,
    }
}

/// Frees an object. NULL is fine.
///
/// # Safety
///
/// `object` is NULL, or came from this library by `Box::into_raw` and was not freed.
pub(crate) unsafe fn free<O>(object: *mut O) {
    if !object.is_null() {
        // SAFETY: as the caller promised.
        value((), || drop(unsafe { Box::from_raw(object) }));
    }
}

/// Frees an object that may have connections, which it then ends. NULL is fine.
///
/// # Safety
///
/// As [`free`].
pub(crate) unsafe fn end<O>(object: *mut O) {
    let _shelter = Shelter::enter();
    // SAFETY: as the caller promised.
    unsafe { free(object) }
}

/// Does something to an object that cannot fail, and may end connections. NULL is fine.
///
/// # Safety
///
/// As [`get`].
pub(crate) unsafe fn act<O>(object: *const O, body: impl FnOnce(&O)) {
    let _shelter = Shelter::enter();
    // SAFETY: as the caller promised.
    unsafe { get(object, (), body) }
}

/// What came of `body`, or where and why it panicked.
fn catch<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    keep_quiet();
    // What a panic leaves half done is never seen again: locks recover, and outputs are written last.
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| {
        let place = PLACE.take();
        format!("panicked{place}: {}", words(&*panic))
    })
}

thread_local! {
    /// Where the last panic on this thread was.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The library prints nothing: the place of a panic goes into the error instead of to stderr. The hook is that of the standard library which is
/// linked into this one, and nobody else's.
fn keep_quiet() {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
            PLACE.set(place.unwrap_or_default());
        }));
    });
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}
