//! Logs
//!
//! The library prints nothing. Who wants to see what it does gives a client a function that is called after every attempt of every call.
//! Neither the key nor a body nor a number nor an id is in what it is told.

use std::ffi::{CString, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use zexa::Attempt;

use crate::status::zexa_status;

/// One attempt of a call. It and its strings live as long as the function that is told of it runs.
#[repr(C)]
pub struct zexa_attempt {
    /// The HTTP method.
    pub method: *const c_char,
    /// The path without the ids in it, such as "/messages/{id}".
    pub route: *const c_char,
    /// Which attempt of its call it was, from 1.
    pub number: u32,
    /// The HTTP status of the answer; 0 where none came.
    pub http_status: i32,
    /// From the first step to the last byte of the answer, in microseconds.
    pub elapsed_us: i64,
    /// What went wrong; `ZEXA_OK` where nothing did.
    pub failure: zexa_status,
    /// The id in a failing answer, by which Zexa's support finds the request; NULL where there is none.
    pub request_id: *const c_char,
    /// All of it in a line of text, for a log.
    pub line: *const c_char,
}

/// Told of every attempt, on the thread that made it, which it must not hold up. It may be called on several threads at once.
/// It must return: neither longjmp() nor an exception may leave it. It may not make a call of this library itself, on any client; to cancel or close is fine.
pub type zexa_attempt_callback = Option<unsafe extern "C" fn(attempt: *const zexa_attempt, userdata: *mut c_void)>;

/// Frees what a callback was given, on whichever thread frees the last that could call it. Neither longjmp() nor an exception may leave it.
pub type zexa_destroy_callback = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// A callback of the caller's and what it is given.
pub(crate) struct Callback {
    function: unsafe extern "C" fn(*const zexa_attempt, *mut c_void),
    userdata: *mut c_void,
    destroy: zexa_destroy_callback,
    /// Whether the userdata is ours to destroy: not before there is a client.
    owned: AtomicBool,
}

// SAFETY: the header asks for a function that may be called on any thread, with userdata to match.
unsafe impl Send for Callback {}
// SAFETY: likewise, and on several at once.
unsafe impl Sync for Callback {}

impl Callback {
    pub(crate) fn new(
        function: unsafe extern "C" fn(*const zexa_attempt, *mut c_void),
        userdata: *mut c_void,
        destroy: zexa_destroy_callback,
    ) -> Callback {
        Callback { function, userdata, destroy, owned: AtomicBool::new(false) }
    }

    /// From now on the userdata is destroyed with this.
    pub(crate) fn own(&self) {
        self.owned.store(true, Ordering::Release);
    }

    pub(crate) fn call(&self, attempt: &Attempt<'_>) {
        // None of these holds a NUL: they are ours, or an HTTP header's. Where one did, it would be empty.
        let text = |text: &str| CString::new(text).unwrap_or_default();
        let (method, route, line) = (text(attempt.method), text(attempt.route), text(&attempt.to_string()));
        let request_id = attempt.request_id.map(text);
        let told = zexa_attempt {
            method: method.as_ptr(),
            route: route.as_ptr(),
            number: attempt.number,
            http_status: attempt.status.map_or(0, i32::from),
            elapsed_us: i64::try_from(attempt.elapsed.as_micros()).unwrap_or(i64::MAX),
            failure: attempt.failure.map_or(zexa_status::ZEXA_OK, zexa_status::from),
            request_id: request_id.as_ref().map_or(ptr::null(), |id| id.as_ptr()),
            line: line.as_ptr(),
        };
        // SAFETY: the header asks for a function that takes this.
        unsafe { (self.function)(&told, self.userdata) };
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy.filter(|_| *self.owned.get_mut()) {
            // SAFETY: the header asks for a function that takes the userdata, and this is the one time.
            unsafe { destroy(self.userdata) };
        }
    }
}
