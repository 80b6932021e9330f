//! Records of attempts, and the callbacks that receive them.

use std::ffi::{CString, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use zexa::Attempt;

use crate::status::zexa_status;

/// One attempt of a call. The record and its strings are valid until the callback returns. It contains no API key, body, phone number or object id.
#[repr(C)]
pub struct zexa_attempt {
    /// HTTP method.
    pub method: *const c_char,
    /// Path with placeholders instead of ids, such as "/messages/{id}".
    pub route: *const c_char,
    /// Number of the attempt within its call, from 1.
    pub number: u32,
    /// HTTP status of the response. 0 if there was no response.
    pub http_status: i32,
    /// Duration of the attempt until the last byte of the response, in microseconds.
    pub elapsed_us: i64,
    /// Error of the attempt. `ZEXA_OK` if it succeeded.
    pub failure: zexa_status,
    /// Request id of an error response, for Zexa's support. NULL if absent.
    pub request_id: *const c_char,
    /// The whole record as one line of text, for a log.
    pub line: *const c_char,
}

/// Receives a record of each attempt of a call.
///
/// Runs on the calling thread, or on a thread of the library in a bulk run or if the call has an `idempotency_key`; possibly on several threads at the
/// same time. If such a call is cancelled, the callback may run after the call has returned. The callback must return soon: it delays the call. It must
/// not leave by longjmp() or an exception, and must not make calls of this library on any client. zexa_cancel_token_cancel() and zexa_client_close() are
/// allowed.
///
/// @param attempt   the record; valid until the callback returns
/// @param userdata  `on_attempt_userdata` of the client's options
pub type zexa_attempt_callback = Option<unsafe extern "C" fn(attempt: *const zexa_attempt, userdata: *mut c_void)>;

/// Frees the userdata of a callback. Runs on the thread that frees the last object that could call the callback, or on a thread of the library if a call had an
/// `idempotency_key`. Must not leave by longjmp() or an exception.
pub type zexa_destroy_callback = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// A callback of the caller and its userdata.
pub(crate) struct Callback {
    function: unsafe extern "C" fn(*const zexa_attempt, *mut c_void),
    userdata: *mut c_void,
    destroy: zexa_destroy_callback,
    /// Whether dropping this destroys the userdata. False until a client exists: after a failure the userdata stays the caller's.
    owns_userdata: AtomicBool,
}

// SAFETY: the header requires a function that may be called on any thread, with userdata to match.
unsafe impl Send for Callback {}
// SAFETY: likewise, and on several threads at the same time.
unsafe impl Sync for Callback {}

impl Callback {
    pub(crate) fn new(
        function: unsafe extern "C" fn(*const zexa_attempt, *mut c_void),
        userdata: *mut c_void,
        destroy: zexa_destroy_callback,
    ) -> Callback {
        Callback { function, userdata, destroy, owns_userdata: AtomicBool::new(false) }
    }

    /// Takes ownership of the userdata.
    pub(crate) fn own_userdata(&self) {
        self.owns_userdata.store(true, Ordering::Release);
    }

    pub(crate) fn call(&self, attempt: &Attempt<'_>) {
        // None of these contains a NUL: they are constants or HTTP headers. A string with a NUL would be empty.
        let c_string = |text: &str| CString::new(text).unwrap_or_default();
        let (method, route) = (c_string(attempt.method), c_string(attempt.route));
        let line = c_string(&attempt.to_string());
        let request_id = attempt.request_id.map(c_string);
        let record = zexa_attempt {
            method: method.as_ptr(),
            route: route.as_ptr(),
            number: attempt.number,
            http_status: attempt.status.map_or(0, i32::from),
            elapsed_us: i64::try_from(attempt.elapsed.as_micros()).unwrap_or(i64::MAX),
            failure: attempt.failure.map_or(zexa_status::ZEXA_OK, zexa_status::from),
            request_id: request_id.as_ref().map_or(ptr::null(), |id| id.as_ptr()),
            line: line.as_ptr(),
        };
        // SAFETY: the header requires a function with this signature.
        unsafe { (self.function)(&record, self.userdata) };
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy.filter(|_| *self.owns_userdata.get_mut()) {
            // SAFETY: the header requires a function that accepts the userdata, and it is called once.
            unsafe { destroy(self.userdata) };
        }
    }
}
