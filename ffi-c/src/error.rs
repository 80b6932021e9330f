//! Errors
//!
//! An error says what went wrong, and how far the request got: whether the message may have been sent in spite of it.
//! It never holds the API key. The strings of an error live as long as it does.
//! An error may be read from several threads at once.

use std::ffi::{c_char, c_int};
use std::ptr;

use serde::ser::{Serialize, Serializer};

use crate::guard;
use crate::object::{Fields, Object, Texts};
use crate::status::{zexa_outcome, zexa_status};

/// A failed call. Yours to free with zexa_error_free().
pub struct zexa_error(Object<Failed>);

/// An error of the core, and the status that it is in C: there are more of those than kinds of errors.
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

    fn error(&self) -> &zexa::Error {
        &self.0.model.error
    }
}

impl Failed {
    fn kind(&self) -> &'static str {
        zexa_status::name(self.status as c_int).to_str().unwrap_or_default()
    }

    /// What goes into a log: the core's own line, by the name of the status where that is not the name of its kind.
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
        let mut all = serde_json::to_value(&self.error).map_err(serde::ser::Error::custom)?;
        all["kind"] = self.kind().into();
        all.serialize(serializer)
    }
}

impl From<zexa::Error> for zexa_error {
    fn from(error: zexa::Error) -> zexa_error {
        zexa_error::new(error.kind().into(), error)
    }
}

impl Fields for Failed {
    fn write(&self, texts: &mut Texts) {
        texts.push(self.error.message());
        texts.push(&self.line());
        texts.push_option(self.error.code());
        texts.push_option(self.error.request_id());
        texts.push_json(self.error.details());
        let words = || zexa::binding::cause(&self.error).map(|cause| cause.message);
        let code = zexa::binding::reason_code(&self.error).map(str::to_owned);
        texts.push_option(code.or_else(words).as_deref());
    }
}

/// What went wrong: the status that the call returned. `ZEXA_OK` of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_kind(error: *const zexa_error) -> zexa_status {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, zexa_status::ZEXA_OK, |error| error.status()) }
}

/// How far the request got. `ZEXA_OUTCOME_UNKNOWN` of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_outcome(error: *const zexa_error) -> zexa_outcome {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, zexa_outcome::ZEXA_OUTCOME_UNKNOWN, |error| error.error().outcome().into()) }
}

/// Whether sending the same request again cannot do the same thing twice: true for `ZEXA_OUTCOME_NOT_SENT` and `ZEXA_OUTCOME_REJECTED`. It is
/// false for a failed read whose outcome is unknown, although a read can always be repeated: error handlers are often shared with calls that send.
/// False of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_safe_to_retry(error: *const zexa_error) -> bool {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, false, |error| error.error().safe_to_retry()) }
}

/// What went wrong, in words: the API's own where it gave any. NULL of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_message(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, ptr::null(), |error| error.0.text(0)) }
}

/// All that a log should have, in one line: code, message, status, request id, outcome and attempts. NULL of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_text(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, ptr::null(), |error| error.0.text(1)) }
}

/// The API's own name for the error, such as "insufficient_credits"; NULL where it gave none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_code(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, ptr::null(), |error| error.0.text(2)) }
}

/// The HTTP status of the last answer; 0 where none came.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_http_status(error: *const zexa_error) -> i32 {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, 0, |error| error.error().status().map_or(0, i32::from)) }
}

/// The id by which Zexa's support finds this request; NULL where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_request_id(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, ptr::null(), |error| error.0.text(3)) }
}

/// What the API says beside its message, or `field`, `reason` and `value` of an argument that was refused before it was sent, as JSON; NULL
/// where there is nothing. It may hold a number or a text, so it does not belong in a log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_details_json(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, ptr::null(), |error| error.0.text(4)) }
}

/// How long the server asked to wait in its last answer, in milliseconds; -1 where it did not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_retry_after_ms(error: *const zexa_error) -> i64 {
    let wait = |error: &zexa_error| {
        let wait = error.error().retry_after();
        wait.map_or(-1, |wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
    };
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, -1, wait) }
}

/// How many requests were made; 0 where the call failed before the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_attempts(error: *const zexa_error) -> u32 {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, 0, |error| error.error().attempts()) }
}

/// Reason of the error. If there is no connection, or it was lost, a code: the system's, such as "ECONNREFUSED", or one for TLS or the lookup of the host, such
/// as "CERT_HAS_EXPIRED" or "ENOTFOUND". The codes are those of Node.js, and stay as they are. Else the innermost reason in words. NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_cause(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, ptr::null(), |error| error.0.text(5)) }
}

/// All of it as a JSON object: kind, outcome, status, code, message, details, request_id, retry_after (seconds), attempts. NULL of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_json(error: *const zexa_error) -> *const c_char {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(error, ptr::null(), |error| error.0.json()) }
}

/// Frees an error. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_error_free(error: *mut zexa_error) {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::free(error) }
}
