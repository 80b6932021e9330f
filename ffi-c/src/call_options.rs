//! Options of one call.

use std::borrow::Cow;
use std::ffi::c_char;
use std::mem::offset_of;
use std::ops::Deref;
use std::ptr;

use zexa::{CallOptions, Client, binding};

use crate::cancel::zexa_cancel_token;
use crate::client::zexa_client;
use crate::error::zexa_error;
use crate::input;
use crate::key_value::{key_values, zexa_key_value};
use crate::number::{ZEXA_DEFAULT, boolean, count, milliseconds};
use crate::output::Output;
use crate::panic_boundary::{self, Failure};
use crate::signal_guard::SignalGuard;
use crate::status::zexa_status;

/// Options of one call, which override those of the client. All functions that make requests accept them; NULL means none.
///
/// Initialise with `ZEXA_CALL_OPTIONS_INIT`, which sets all options to absent. The struct and its strings are copied when the call starts.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct zexa_call_options {
    /// Set by `ZEXA_CALL_OPTIONS_INIT`.
    pub struct_size: usize,
    /// Timeout of one attempt, from connect to the last byte of the response, in milliseconds. Default: that of the client.
    pub timeout_ms: i64,
    /// Deadline of the whole call, in milliseconds: attempts, waits between them, and all pages of a list. Default: that of the client.
    pub deadline_ms: i64,
    /// Maximum number of retries. 0 means one attempt. Default: that of the client.
    pub max_retries: i32,
    /// 1 also retries a POST whose outcome is unknown: a message may then be SENT TWICE. Default: 0.
    pub retry_ambiguous: i32,
    /// Additional HTTP headers. Headers that the client sets, such as `Authorization`, are rejected. NULL for none.
    pub headers: *const zexa_key_value,
    /// Number of elements of `headers`.
    pub headers_count: usize,
    /// Cancel token of the call. NULL for none.
    pub cancel: *const zexa_cancel_token,
    /// Additional fields of the request body, as a JSON object. NULL for none. Returns `ZEXA_CONFIG` for calls that send no parameters in a body, and for a
    /// field that the parameters set as well.
    pub extra_body: *const c_char,
    /// Additional query parameters, as a JSON object of strings, numbers and booleans; an array of these repeats the parameter. NULL for none. Sent with each
    /// request of the call, such as each page of a list. Returns `ZEXA_CONFIG` for a parameter that the call sets itself.
    pub extra_query: *const c_char,
}

// SAFETY: repr(C); the size comes first, then pointers and numbers; the macro is generated from the fields.
unsafe impl input::SizedStruct for zexa_call_options {
    const INIT: zexa_call_options = zexa_call_options {
        struct_size: size_of::<zexa_call_options>(),
        timeout_ms: ZEXA_DEFAULT as i64,
        deadline_ms: ZEXA_DEFAULT as i64,
        max_retries: ZEXA_DEFAULT,
        retry_ambiguous: ZEXA_DEFAULT,
        headers: ptr::null(),
        headers_count: 0,
        cancel: ptr::null(),
        extra_body: ptr::null(),
        extra_query: ptr::null(),
    };
    const INIT_MACRO: &'static str = "ZEXA_CALL_OPTIONS_INIT";
    // Up to the last field of version 0.1. Must not grow, or programs that were compiled with it would be rejected.
    const MIN_SIZE: usize = offset_of!(zexa_call_options, extra_query) + size_of::<*const c_char>();
}

/// The client of a call in progress, with the signals of its thread guarded.
pub(crate) struct ActiveClient<'a> {
    client: Cow<'a, Client>,
    _signal_guard: SignalGuard,
}

impl Deref for ActiveClient<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Returns the client, with the options of this call if there are any.
///
/// # Safety
///
/// Both pointers are valid, as the header requires.
pub(crate) unsafe fn client<'a>(
    client: *const zexa_client,
    options: *const zexa_call_options,
) -> Result<ActiveClient<'a>, Failure> {
    // SAFETY: as the caller promised.
    unsafe {
        let client = &input::object("client", client)?.0;
        let client = match input::optional_struct("options", options)? {
            Some(options) => Cow::Owned(client.with_options(options.read()?)),
            None => Cow::Borrowed(client),
        };
        Ok(ActiveClient { client, _signal_guard: SignalGuard::new() })
    }
}

impl zexa_call_options {
    /// # Safety
    ///
    /// The strings, the headers and the token are valid, as the header requires.
    unsafe fn read(&self) -> Result<CallOptions, Failure> {
        let mut options = CallOptions::new();
        // SAFETY: as the caller promised.
        unsafe {
            for (name, value) in key_values("headers", self.headers, self.headers_count)? {
                options = options.header(name, value);
            }
            if let Some(token) = self.cancel.as_ref() {
                options = options.cancel(&token.0);
            }
            if let Some(json) = input::optional_string("extra_body", self.extra_body)? {
                options = binding::extra_body(options, binding::option_object("extra_body", json)?);
            }
            if let Some(json) = input::optional_string("extra_query", self.extra_query)? {
                options = binding::extra_query(options, binding::option_object("extra_query", json)?)?;
            }
        }
        if let Some(timeout) = milliseconds("timeout_ms", self.timeout_ms)? {
            options = options.timeout(timeout);
        }
        if let Some(deadline) = milliseconds("deadline_ms", self.deadline_ms)? {
            options = options.deadline(deadline);
        }
        if let Some(retries) = count("max_retries", self.max_retries)? {
            options = options.max_retries(retries);
        }
        if let Some(retry) = boolean("retry_ambiguous", self.retry_ambiguous)? {
            options = options.retry_ambiguous(retry);
        }
        Ok(options)
    }
}

/// Create a client that shares the connections of another, and has other options for all its calls. Thread-safe.
///
/// @param client        the original client
/// @param options       [optional] options of all calls of the derived client. `extra_body` returns `ZEXA_CONFIG`
/// @param[out] derived  the derived client; free with zexa_client_free(), before or after the original
/// @param[out] error    [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_CONFIG` or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_with_options(
    client: *const zexa_client,
    options: *const zexa_call_options,
    derived: *mut *mut zexa_client,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let derive = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (derived, active) = unsafe { (Output::required("derived", derived)?, self::client(client, options)?) };
        binding::check_derived(&active)?;
        derived.set(zexa_client(active.client.into_owned()))
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, derive) }
}
