//! Webhook events
//!
//! What Zexa posts to a webhook. Answer its request with a 2xx soon, or it will be posted again; the first one after registering is a test.

use std::ffi::c_char;
use std::ptr;

use crate::error::zexa_error;
use crate::generated::campaigns::zexa_campaign;
use crate::generated::messages::zexa_message;
use crate::generated::webhooks::zexa_event;
use crate::output::Output;
use crate::status::zexa_status;
use crate::{guard, input};

/// Reads what Zexa posted to a webhook. Nothing is sent.
///
/// - `body`: the body of its request: `length` bytes, which need not end in a NUL.
/// - `event`: gets the event, yours to free with zexa_event_free().
/// - `error`: gets what went wrong, if anything did: yours to free with zexa_error_free().
///
/// Returns `ZEXA_OK`, `ZEXA_DECODE` where the body is not a JSON object, or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_webhooks_parse_event(
    body: *const c_char,
    length: usize,
    event: *mut *mut zexa_event,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let parse = || {
        // SAFETY: the caller's pointers are as the header asks.
        let (event, body) = unsafe { (Output::new("event", event)?, input::array("body", body.cast::<u8>(), length)?) };
        event.give(zexa::webhooks::parse_event(body)?)
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, parse) }
}

/// The message that the event is about: from `data`, or from wherever else the payload has an object with an id. The name of the event decides whether
/// that is a message or a campaign; else its id and its fields do.
///
/// Returns a new object, to be freed with zexa_message_free(); NULL if the event is about no message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_event_message(event: *const zexa_event) -> *mut zexa_message {
    let message = |event: &zexa_event| event.0.model.message().map_or(ptr::null_mut(), boxed::<_, zexa_message>);
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(event, ptr::null_mut(), message) }
}

/// The campaign that the event is about, as zexa_event_message() finds it.
///
/// Returns a new object, to be freed with zexa_campaign_free(); NULL if the event is about no campaign.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_event_campaign(event: *const zexa_event) -> *mut zexa_campaign {
    let campaign = |event: &zexa_event| event.0.model.campaign().map_or(ptr::null_mut(), boxed::<_, zexa_campaign>);
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::get(event, ptr::null_mut(), campaign) }
}

fn boxed<M: Into<O>, O>(model: M) -> *mut O {
    Box::into_raw(Box::new(model.into()))
}
