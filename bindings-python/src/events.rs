//! `parse_event()`: what Zexa posts to a webhook.

use pyo3::prelude::*;

use crate::arguments::Argument;
use crate::errors;
use crate::generated::Event;

#[doc = include_str!("../stub/docs/parse_event.txt")]
#[pyfunction]
pub(crate) fn parse_event(payload: Argument<'_>) -> PyResult<Event> {
    zexa::webhooks::parse_event(&payload.bytes("payload")?).map(Event).map_err(errors::raise)
}
