//! `parse_event()`: what Zexa posts to a webhook.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};

use crate::errors;
use crate::generated::Event;

/// What was posted: bytes of any kind, or the text that they are.
pub(crate) struct Payload(Vec<u8>);

impl<'py> FromPyObject<'_, 'py> for Payload {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Payload> {
        let bytes = if let Ok(bytes) = object.cast::<PyBytes>() {
            bytes.as_bytes().to_vec()
        } else if let Ok(text) = object.cast::<PyString>() {
            text.extract::<String>()?.into_bytes()
        } else if let Ok(bytes) = object.cast::<PyByteArray>() {
            bytes.to_vec()
        } else if object.is_instance_of::<PyMemoryView>() {
            object.call_method0("tobytes")?.extract()?
        } else {
            let kind = object.get_type().name()?;
            return Err(PyTypeError::new_err(format!("'{kind}' object is neither bytes nor a string")));
        };
        Ok(Payload(bytes))
    }
}

impl Payload {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Reads what Zexa posted to a webhook: the body of its request.
#[pyfunction]
pub(crate) fn parse_event(payload: Payload) -> PyResult<Event> {
    zexa::webhooks::parse_event(payload.as_bytes()).map(Event).map_err(errors::raise)
}
