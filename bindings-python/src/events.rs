//! `parse_event()`: what Zexa posts to a webhook.

use pyo3::prelude::*;

use crate::arguments::Argument;
use crate::errors;
use crate::generated::Event;

/// Users see the function of `_events.py`.
#[pyfunction]
pub(crate) fn _parse_event(payload: Argument<'_>) -> PyResult<Event> {
    zexa::webhooks::parse_event(&payload.bytes("payload")?).map(Event).map_err(errors::raise)
}
