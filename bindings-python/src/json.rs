//! JSON, by Python's own module: what can be written as JSON, and how, is what every Python program expects.

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
    // What serde_json does not write is not JSON.
    options.set_item("allow_nan", false)?;
    let text = DUMPS.get(py)?.call((object,), Some(&options));
    let text = text.map_err(|error| match error.is_instance_of::<pyo3::exceptions::PyException>(py) {
        true => {
            let reason = format!("cannot be written as JSON: {}", error.value(py));
            let refused = errors::raise(binding::wrong_parameter(field, Value::Null, &reason));
            refused.set_cause(py, Some(error));
            refused
        }
        false => error,
    })?;
    text.extract()
}

/// As objects of Python.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    LOADS.get(py)?.call1((to_text(value),))
}

/// As JSON text.
pub(crate) fn to_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what came as JSON, or is named by strings, can be written as JSON")
}
