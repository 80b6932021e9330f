//! Events that Zexa posts to webhooks.

use std::ffi::c_char;
use std::ptr;

use crate::error::zexa_error;
use crate::generated::campaigns::zexa_campaign;
use crate::generated::messages::zexa_message;
use crate::generated::webhooks::zexa_event;
use crate::output::Output;
use crate::status::zexa_status;
use crate::{input, panic_boundary};

/// Parse an event that Zexa posted to a webhook. Needs no client and sends nothing.
///
/// Respond to the request with a 2xx soon. Otherwise Zexa may post the event again. The first event after the registration is a test.
///
/// @param body        body of the request; need not end in NUL
/// @param length      length of `body` in bytes
/// @param[out] event  the event; free with zexa_event_free()
/// @param[out] error  [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_DECODE` if the body is not a JSON object, or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_webhooks_parse_event(
    body: *const c_char,
    length: usize,
    event: *mut *mut zexa_event,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let parse = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (event, body) =
            unsafe { (Output::required("event", event)?, input::array("body", body.cast::<u8>(), "length", length)?) };
        event.set(zexa::webhooks::parse_event(body)?)
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, parse) }
}

/// Return the message that an event refers to.
///
/// The payload may contain it in `data`, `message`, `payload` or at the top level. The name of the event decides whether an object is a message or a campaign;
/// without a known name, its id and fields do.
///
/// Returns a new object; free it with zexa_message_free(). NULL if the event refers to no message or `event` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_event_message(event: *const zexa_event) -> *mut zexa_message {
    let message = |event: &zexa_event| event.0.model.message().map_or(ptr::null_mut(), boxed::<_, zexa_message>);
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(event, ptr::null_mut(), message) }
}

/// Return the campaign that an event refers to. It is found as by zexa_event_message().
///
/// Returns a new object; free it with zexa_campaign_free(). NULL if the event refers to no campaign or `event` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_event_campaign(event: *const zexa_event) -> *mut zexa_campaign {
    let campaign = |event: &zexa_event| event.0.model.campaign().map_or(ptr::null_mut(), boxed::<_, zexa_campaign>);
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(event, ptr::null_mut(), campaign) }
}

fn boxed<M: Into<O>, O>(model: M) -> *mut O {
    Box::into_raw(Box::new(model.into()))
}
