//! Any request
//!
//! For what this version of the library does not know: a request to any path of the API, authorised, repeated and timed as every other.

use std::ffi::c_char;
use std::ptr;

use zexa::{Method, Response};

use crate::call_options::{self, zexa_call_options};
use crate::client::zexa_client;
use crate::error::zexa_error;
use crate::object::{Fields, Object, Texts};
use crate::output::Output;
use crate::pair::{pairs, zexa_pair};
use crate::status::zexa_status;
use crate::{guard, input};

/// An answer as it came. Yours to free with zexa_response_free().
pub struct zexa_response(Object<Response>);

impl Fields for Response {
    fn write(&self, texts: &mut Texts) {
        texts.push_json(Some(&self.body));
    }
}

/// Makes a request and waits for its answer.
///
/// - `method`: "GET", "POST", "PUT", "PATCH" or "DELETE". Only GET and DELETE are repeated after a failure that may have been a success.
/// - `path`: below the base URL, such as "/messages".
/// - `query`: an array of `query_count` pairs; NULL for none.
/// - `body_json`: the body as JSON; NULL for none.
/// - `options`: NULL for those of the client. `extra_query` is added to `query`; `extra_body` returns `ZEXA_CONFIG`.
/// - `response`: gets the answer, yours to free with zexa_response_free().
/// - `error`: gets what went wrong, if anything did: yours to free with zexa_error_free().
///
/// Returns `ZEXA_OK`, `ZEXA_NOT_FOUND`, `ZEXA_CONFLICT`, `ZEXA_VALIDATION`, `ZEXA_INSUFFICIENT_CREDITS`, or a status of every call: see zexa_status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_request(
    client: *const zexa_client,
    method: *const c_char,
    path: *const c_char,
    query: *const zexa_pair,
    query_count: usize,
    body_json: *const c_char,
    options: *const zexa_call_options,
    response: *mut *mut zexa_response,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let send = || {
        // SAFETY: the caller's pointers are as the header asks.
        unsafe {
            let response = Output::optional(response);
            let client = call_options::client(client, options)?;
            let method: Method = input::text("method", method)?.parse()?;
            let path = input::text("path", path)?;
            let query = pairs("query", query, query_count)?;
            let body = input::optional_text("body_json", body_json)?;
            let body = body.map(|json| zexa::binding::body("body_json", json)).transpose()?;
            response.give(zexa_response(Object::new(client.request(method, path, &query, body.as_ref())?)))
        }
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, send) }
}

/// The HTTP status, a 2xx. 0 of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_response_http_status(response: *const zexa_response) -> i32 {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(response, 0, |response| i32::from(response.0.model.status)) }
}

/// The body as JSON; "null" where there was none. The string lives as long as the answer. NULL of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_response_body_json(response: *const zexa_response) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(response, ptr::null(), |response| response.0.text(0)) }
}

/// Frees an answer. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_response_free(response: *mut zexa_response) {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::free(response) }
}
