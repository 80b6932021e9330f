//! Options of a call
//!
//! What a call may do otherwise than its client. Every call takes them; NULL is as the client has it.

use std::borrow::Cow;
use std::ffi::c_char;
use std::mem::offset_of;
use std::ops::Deref;
use std::ptr;

use zexa::{CallOptions, Client, binding};

use crate::cancel::zexa_cancel_token;
use crate::client::zexa_client;
use crate::error::zexa_error;
use crate::guard::{self, Failure};
use crate::input;
use crate::number::{ZEXA_DEFAULT, choice, count, milliseconds};
use crate::output::Output;
use crate::pair::{pairs, zexa_pair};
use crate::shelter::Shelter;
use crate::status::zexa_status;

/// What a call may do otherwise than its client. Begin with `ZEXA_CALL_OPTIONS_INIT`, which makes everything as the client has it.
///
/// It is read when the call begins, and stays yours.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct zexa_call_options {
    /// Set by `ZEXA_CALL_OPTIONS_INIT`.
    pub struct_size: usize,
    /// The time for one attempt, from connecting to the last byte of the answer, in milliseconds.
    pub timeout_ms: i64,
    /// The time for the whole call, in milliseconds: its attempts, the waits between them, and all pages of a list.
    pub deadline_ms: i64,
    /// How many times a failed attempt is repeated, where repeating is safe. 0 means one attempt.
    pub max_retries: i32,
    /// 1 repeats a POST even where it is not known whether the server has carried it out: a message may then be SENT TWICE. Default: 0.
    pub retry_ambiguous: i32,
    /// Further headers. The client's own, such as `Authorization`, cannot be set.
    pub headers: *const zexa_pair,
    /// How many headers those are.
    pub headers_count: usize,
    /// Ends the call when it is cancelled. NULL: nothing does.
    pub cancel: *const zexa_cancel_token,
    /// Further fields of the body as a JSON object, for fields that the parameters lack. Only for calls that take parameters and send them as a body:
    /// others return `ZEXA_CONFIG`, and so does a field that its parameter sets, too.
    pub extra_body: *const c_char,
    /// Further parameters of the query as a JSON object of strings, numbers and booleans; an array of these repeats a parameter. Sent with every request of
    /// the call, such as each page of a list. A parameter that the call sets itself returns `ZEXA_CONFIG`.
    pub extra_query: *const c_char,
}

// SAFETY: repr(C), the size first, pointers and numbers behind it; the macro is made from the fields.
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
    // As far as the last field that version 0.1 has: never further, or programs compiled then would be refused.
    const LEAST: usize = offset_of!(zexa_call_options, extra_query) + size_of::<*const c_char>();
}

/// A client in a call: its thread is in shelter for as long.
pub(crate) struct Calling<'a> {
    client: Cow<'a, Client>,
    _shelter: Shelter,
}

impl Deref for Calling<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// The client, with the options of this call where there are any.
///
/// # Safety
///
/// Both are as the header asks.
pub(crate) unsafe fn client<'a>(
    client: *const zexa_client,
    options: *const zexa_call_options,
) -> Result<Calling<'a>, Failure> {
    // SAFETY: as the caller promised.
    unsafe {
        let client = &input::object("client", client)?.0;
        let client = match input::optional_struct("options", options)? {
            Some(options) => Cow::Owned(client.with_options(options.read()?)),
            None => Cow::Borrowed(client),
        };
        Ok(Calling { client, _shelter: Shelter::enter() })
    }
}

impl zexa_call_options {
    /// # Safety
    ///
    /// The strings, the headers and the token are as the header asks.
    unsafe fn read(&self) -> Result<CallOptions, Failure> {
        let mut options = CallOptions::new();
        // SAFETY: as the caller promised.
        unsafe {
            for (name, value) in pairs("headers", self.headers, self.headers_count)? {
                options = options.header(name, value);
            }
            if let Some(token) = self.cancel.as_ref() {
                options = options.cancel(&token.0);
            }
            if let Some(json) = input::optional_text("extra_body", self.extra_body)? {
                options = binding::extra_body(options, binding::option_object("extra_body", json)?);
            }
            if let Some(json) = input::optional_text("extra_query", self.extra_query)? {
                options = binding::extra_query(options, binding::option_object("extra_query", json)?)?;
            }
        }
        if let Some(time) = milliseconds("timeout_ms", self.timeout_ms)? {
            options = options.timeout(time);
        }
        if let Some(time) = milliseconds("deadline_ms", self.deadline_ms)? {
            options = options.deadline(time);
        }
        if let Some(retries) = count("max_retries", self.max_retries)? {
            options = options.max_retries(retries);
        }
        if let Some(retry) = choice("retry_ambiguous", self.retry_ambiguous)? {
            options = options.retry_ambiguous(retry);
        }
        Ok(options)
    }
}

/// Makes the same client once more, with the same connections, for calls with other options. `extra_body` is not for a client: it returns `ZEXA_CONFIG`.
///
/// - `derived`: gets the client, yours to free with zexa_client_free(). Either client may be freed first.
/// - `error`: gets what went wrong, if anything did: yours to free with zexa_error_free().
///
/// Returns `ZEXA_OK`, `ZEXA_CONFIG` or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_with_options(
    client: *const zexa_client,
    options: *const zexa_call_options,
    derived: *mut *mut zexa_client,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let make = || {
        // SAFETY: the caller's pointers are as the header asks.
        let (derived, made) = unsafe { (Output::new("derived", derived)?, self::client(client, options)?) };
        binding::check_derived(&made)?;
        derived.give(zexa_client(made.client.into_owned()))
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, make) }
}
