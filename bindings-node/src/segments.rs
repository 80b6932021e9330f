//! Segments of an SMS, and the cost of a message.

use napi_derive::napi;
use zexa::binding;

use crate::errors::to_napi_error;
use crate::json;

/// Returns the segments of a text as JSON.
#[napi(catch_unwind)]
pub(crate) fn segments(text: String) -> String {
    json::text(&zexa::segments(&text))
}

/// Returns the cost of a message, from the parameters of `messages.send()` as JSON.
#[napi(catch_unwind)]
pub(crate) fn estimate(params: String) -> napi::Result<Option<f64>> {
    binding::params(&params).and_then(|message| zexa::estimate(&message)).map_err(to_napi_error)
}
