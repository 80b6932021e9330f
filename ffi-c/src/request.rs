//! Requests to endpoints without a function.

use std::ffi::c_char;
use std::ptr;

use zexa::{Method, Response};

use crate::call_options;
use crate::client::zexa_client;
use crate::error::zexa_error;
use crate::generated::options::zexa_call_options;
use crate::key_value::{key_values, zexa_key_value};
use crate::object::{Object, StringFields, StringTable};
use crate::output::Output;
use crate::status::zexa_status;
use crate::{input, panic_boundary};

/// A response to zexa_client_request(). Free it with zexa_response_free(). Its strings are valid until then.
pub struct zexa_response(Object<Response>);

impl StringFields for Response {
    fn write_strings(&self, strings: &mut StringTable) {
        strings.push_json(Some(&self.body));
    }
}

/// Send any request to the API, with the authentication, retries and timeouts of the client. For endpoints without a function. Thread-safe.
///
/// Requests with other methods than GET and DELETE are not retried if their outcome is unknown.
///
/// @param client         the client
/// @param method         "GET", "POST", "PUT", "PATCH" or "DELETE"
/// @param path           path below the base URL, such as "/messages"
/// @param query          [optional] array of query parameters; NULL for none
/// @param query_count    number of elements of `query`
/// @param body_json      [optional] request body as JSON; NULL for none
/// @param options        [optional] call options; NULL for those of the client. `extra_query` is added to `query`; `extra_body` returns `ZEXA_CONFIG`
/// @param[out] response  [optional] the response; free with zexa_response_free()
/// @param[out] error     [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_NOT_FOUND`, `ZEXA_CONFLICT`, `ZEXA_VALIDATION`, `ZEXA_INSUFFICIENT_CREDITS`, or a common error
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_request(
    client: *const zexa_client,
    method: *const c_char,
    path: *const c_char,
    query: *const zexa_key_value,
    query_count: usize,
    body_json: *const c_char,
    options: *const zexa_call_options,
    response: *mut *mut zexa_response,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let send = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        unsafe {
            let response = Output::optional(response);
            let client = call_options::client(client, options)?;
            let method: Method = input::string("method", method)?.parse()?;
            let path = input::string("path", path)?;
            let query = key_values("query", query, query_count)?;
            let body = input::optional_string("body_json", body_json)?;
            let body = body.map(|json| zexa::binding::body("body_json", json)).transpose()?;
            response.set(zexa_response(Object::new(client.request(method, path, &query, body.as_ref())?)))
        }
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, send) }
}

/// Return the HTTP status, which is 2xx. 0 if `response` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_response_http_status(response: *const zexa_response) -> i32 {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(response, 0, |response| i32::from(response.0.model.status)) }
}

/// Return the body as JSON; "null" if the response has no body. NULL if `response` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_response_body_json(response: *const zexa_response) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(response, ptr::null(), |response| response.0.string(0)) }
}

/// Free a response. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_response_free(response: *mut zexa_response) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::free(response) }
}
