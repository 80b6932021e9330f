//! Events that Zexa posts to webhooks.

use napi::Either;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use zexa::webhooks;

use crate::errors::to_napi_error;
use crate::json;

/// Parses an event from the body of its request, and returns it as JSON.
#[napi(catch_unwind)]
pub(crate) fn parse_event(body: Either<String, Uint8Array>) -> napi::Result<String> {
    let event = match &body {
        Either::A(text) => webhooks::parse_event(text.as_bytes()),
        Either::B(bytes) => webhooks::parse_event(bytes),
    };
    Ok(json::text(&event.map_err(to_napi_error)?))
}
