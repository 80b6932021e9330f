//! Errors of calls.

use std::ffi::{c_char, c_int};
use std::ptr;

use serde::ser::{Serialize, Serializer};
use zexa::{Kind, binding};

use crate::object::{Object, StringFields, StringTable};
use crate::options::other_name;
use crate::panic_boundary;
use crate::status::{zexa_outcome, zexa_status};

/// Describes a failed call. Free it with zexa_error_free().
pub struct zexa_error(Object<Failed>);

/// An error of the core and its status in C: there are more statuses than kinds of errors.
struct Failed {
    status: zexa_status,
    error: zexa::Error,
}

impl zexa_error {
    pub(crate) fn new(status: zexa_status, error: zexa::Error) -> zexa_error {
        zexa_error(Object::new(Failed { status, error }))
    }

    pub(crate) fn status(&self) -> zexa_status {
        self.0.model.status
    }

    pub(crate) fn into_parts(self) -> (zexa_status, zexa::Error) {
        let Failed { status, error } = self.0.model;
        (status, error)
    }

    fn error(&self) -> &zexa::Error {
        &self.0.model.error
    }
}

impl Failed {
    fn kind(&self) -> &'static str {
        zexa_status::name(self.status as c_int).to_str().unwrap_or_default()
    }

    /// One line for a log: that of the core, with the name of the status instead of the name of the kind.
    fn line(&self) -> String {
        let line = self.error.to_string();
        match line.strip_prefix(self.error.kind().as_str()) {
            Some(rest) => format!("{}{rest}", self.kind()),
            None => line,
        }
    }
}

impl Serialize for Failed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serde_json::to_value(&self.error).map_err(serde::ser::Error::custom)?;
        json["kind"] = self.kind().into();
        json.serialize(serializer)
    }
}

impl From<zexa::Error> for zexa_error {
    fn from(error: zexa::Error) -> zexa_error {
        let error = renamed(error);
        zexa_error::new(error.kind().into(), error)
    }
}

/// The same error, with the name that the option has in C. The core checks the values of options.
fn renamed(error: zexa::Error) -> zexa::Error {
    let detail = |name: &str| error.details()?.get(name)?.as_str();
    let name = detail("field").filter(|_| error.kind() == Kind::Config).and_then(other_name);
    match (name, detail("reason")) {
        (Some(name), Some(reason)) => binding::invalid_option(&name, reason),
        _ => error,
    }
}

impl StringFields for Failed {
    fn write_strings(&self, strings: &mut StringTable) {
        strings.push(self.error.message());
        strings.push(&self.line());
        strings.push_option(self.error.code());
        strings.push_option(self.error.request_id());
        strings.push_json(self.error.details());
        let message = || binding::cause(&self.error).map(|cause| cause.message);
        let code = binding::reason_code(&self.error).map(str::to_owned);
        strings.push_option(code.or_else(message).as_deref());
    }
}

/// Return the status that the call returned. `ZEXA_OK` if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_kind(error: *const zexa_error) -> zexa_status {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, zexa_status::ZEXA_OK, |error| error.status()) }
}

/// Return whether the server may have carried out the request. `ZEXA_OUTCOME_UNKNOWN` if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_outcome(error: *const zexa_error) -> zexa_outcome {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, zexa_outcome::ZEXA_OUTCOME_UNKNOWN, |error| error.error().outcome().into()) }
}

/// Return whether the request can be sent again without a risk of duplicates: true for `ZEXA_OUTCOME_NOT_SENT` and `ZEXA_OUTCOME_REJECTED`. False if `error`
/// is NULL.
///
/// Also false for a GET whose outcome is unknown, although it can always be repeated: error handlers are often shared with calls that send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_safe_to_retry(error: *const zexa_error) -> bool {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, false, |error| error.error().safe_to_retry()) }
}

/// Return a description of the error, from the API if it sent one. NULL if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_message(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, ptr::null(), |error| error.0.string(0)) }
}

/// Return one line for a log: code, message, status, request id, outcome and attempts. NULL if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_text(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, ptr::null(), |error| error.0.string(1)) }
}

/// Return the error code of the API, such as "insufficient_credits". NULL if absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_code(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, ptr::null(), |error| error.0.string(2)) }
}

/// Return the HTTP status of the response that caused the error. 0 if it was another cause.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_http_status(error: *const zexa_error) -> i32 {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, 0, |error| error.error().status().map_or(0, i32::from)) }
}

/// Return the id of the request, for Zexa's support. NULL if absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_request_id(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, ptr::null(), |error| error.0.string(3)) }
}

/// Return additional details as JSON: those that the API sent, or `field`, `reason` and `value` of an argument that was rejected before sending. NULL if
/// absent. May contain phone numbers and message texts: do not log it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_details_json(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, ptr::null(), |error| error.0.string(4)) }
}

/// Return the wait that the last response requested (`Retry-After`), in milliseconds. -1 if absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_retry_after_ms(error: *const zexa_error) -> i64 {
    let wait = |error: &zexa_error| {
        let wait = error.error().retry_after();
        wait.map_or(-1, |wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
    };
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, -1, wait) }
}

/// Return the number of requests made. 0 if the call failed before the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_attempts(error: *const zexa_error) -> u32 {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, 0, |error| error.error().attempts()) }
}

/// Return the underlying cause. NULL if absent.
///
/// For a failed or lost connection this is a stable code: of the system ("ECONNREFUSED"), of TLS ("CERT_HAS_EXPIRED") or of DNS ("ENOTFOUND"). The codes are
/// those of Node.js. For other errors it is the message of the innermost cause.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_cause(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, ptr::null(), |error| error.0.string(5)) }
}

/// Return the error as a JSON object with kind, outcome, status, code, message, details, request_id, retry_after (seconds) and attempts. NULL if `error` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_json(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(error, ptr::null(), |error| error.0.json()) }
}

/// Free an error. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_free(error: *mut zexa_error) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::free(error) }
}
