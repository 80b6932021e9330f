//! Segments of an SMS, and the cost of a message. Both are computed locally.

use std::ffi::c_char;
use std::ptr::NonNull;

use crate::error::zexa_error;
use crate::generated::messages::zexa_send_message_params;
use crate::generated::segments::zexa_segments;
use crate::input;
use crate::number::ZEXA_DEFAULT;
use crate::output::Output;
use crate::panic_boundary::{self, Failure};
use crate::status::zexa_status;

/// Return how an SMS text is encoded and split into segments. Needs no client and sends nothing.
///
/// A segment holds 160 characters of GSM-7. If the text contains any other character, a segment holds 70 UTF-16 code units. GSM-7 contains
/// `à`, `é`, `ñ`, `ü` and `Ç`, for example, but not `á`, `ã`, `â`, `ê`, `í`, `ó`, `õ`, `ú` or `ç`.
///
/// These are the sizes that the API documents. Networks split longer texts into parts of 153 or 67, which the API does not mention: a long
/// text may be billed as more segments. Thread-safe.
///
/// @param text           the body of the message, in UTF-8
/// @param[out] segments  the segments; free with zexa_segments_free()
/// @param[out] error     [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK` or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_segments_new(
    text: *const c_char,
    segments: *mut *mut zexa_segments,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let split = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (segments, text) = unsafe { (Output::required("segments", segments)?, input::string("text", text)?) };
        segments.set(zexa::segments(text))
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, split) }
}

/// Return the lowest documented cost of a message, in credits. Needs no client and sends nothing.
///
/// - An SMS costs 1 credit per segment to a number in Angola (`+244`), and 2 to 5 to another country.
/// - A WhatsApp message costs 1 to 2, a Telegram message 1, and an email or Slack message half a credit.
///
/// Of a range, this is the lower end, so the real cost may be higher. Thread-safe.
///
/// @param params        the parameters of the message
/// @param[out] credits  the cost; `ZEXA_DEFAULT` (-1) on failure, for a channel without a documented cost, and for an SMS without a body,
///                      because its text is not known
/// @param[out] error    [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_INVALID_ARGUMENT`, `ZEXA_INVALID_REQUEST` if a field is missing, or `ZEXA_VALIDATION` if one is invalid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_messages_estimate(
    params: *const zexa_send_message_params,
    credits: *mut f64,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let estimate = || {
        let credits = NonNull::new(credits).ok_or_else(|| Failure::argument("credits", "must not be NULL"))?;
        // SAFETY: the caller's pointers are valid, as the header requires.
        unsafe {
            credits.write(UNKNOWN);
            let params = input::sized_struct("params", params)?.read()?;
            credits.write(zexa::estimate(&params)?.unwrap_or(UNKNOWN));
        }
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, estimate) }
}

/// The cost that is not known.
const UNKNOWN: f64 = ZEXA_DEFAULT as f64;
