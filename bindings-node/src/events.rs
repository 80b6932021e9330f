//! What Zexa posts to a webhook.

use napi::Either;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use zexa::webhooks;

use crate::errors::thrown;
use crate::json;

/// An event as JSON, from the body of its request.
#[napi(catch_unwind)]
pub(crate) fn parse_event(body: Either<String, Uint8Array>) -> napi::Result<String> {
    let event = match &body {
        Either::A(text) => webhooks::parse_event(text.as_bytes()),
        Either::B(bytes) => webhooks::parse_event(bytes),
    };
    Ok(json::text(&event.map_err(thrown)?))
}
