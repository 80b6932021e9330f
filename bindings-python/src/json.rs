//! JSON, by Python's own module: what can be written as JSON, and how, is what every Python program expects.

use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;
use serde_json::Value;
use zexa::binding;

use crate::errors;
use crate::imported::Imported;

static DUMPS: Imported = Imported::new("json", "dumps");
static LOADS: Imported = Imported::new("json", "loads");

/// The text of what a caller gave as `field`.
pub(crate) fn dumps(field: &str, object: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = object.py();
    let options = PyDict::new(py);
    // What is not JSON, or no text, is refused and not made something else.
    options.set_item("allow_nan", false)?;
    options.set_item("ensure_ascii", false)?;
    let text = DUMPS.get(py)?.call((object,), Some(&options)).and_then(|text| text.extract());
    text.map_err(|error| refused(py, field, error))
}

fn refused(py: Python<'_>, field: &str, error: PyErr) -> PyErr {
    let reason = format!("cannot be written as JSON: {}", error.value(py));
    let refused = if error.is_instance_of::<PyTypeError>(py) {
        PyTypeError::new_err(format!("argument '{field}' {reason}"))
    } else if error.is_instance_of::<PyException>(py) {
        errors::raise(binding::wrong_parameter(field, Value::Null, &reason))
    } else {
        return error;
    };
    refused.set_cause(py, Some(error));
    refused
}

/// As objects of Python.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    LOADS.get(py)?.call1((to_text(value),))
}

/// What a JSON text says.
pub(crate) fn loads<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    LOADS.get(text.py())?.call1((text,))
}

/// As JSON text.
pub(crate) fn to_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what came as JSON, or is named by strings, can be written as JSON")
}
