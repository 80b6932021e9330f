//! `parse_event()`: parses the body of a webhook request.

use pyo3::prelude::*;

use crate::arguments::Argument;
use crate::errors;
use crate::generated::Event;

/// The implementation of `parse_event()` in `_events.py`.
#[pyfunction]
pub(crate) fn _parse_event(payload: Argument<'_>) -> PyResult<Event> {
    zexa::webhooks::parse_event(&payload.bytes("payload")?).map(Event).map_err(errors::raise)
}
