//! JSON, with Python's module `json`: accepted types and results are those that Python programs expect.

use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use serde::Serialize;
use serde_json::Value;
use zexa::binding;

use crate::errors;
use crate::imported::{Imported, intern, is_mapping};

static DUMPS: Imported = Imported::new("json", "dumps");
static LOADS: Imported = Imported::new("json", "loads");

/// The JSON of an argument.
pub(crate) fn dumps(field: &str, object: &Bound<'_, PyAny>) -> PyResult<String> {
    dump(object).map_err(|error| dump_error(object.py(), error, field, wrong_parameter))
}

/// The JSON of an option.
pub(crate) fn dump_option(name: &str, object: &Bound<'_, PyAny>) -> PyResult<String> {
    dump(object).map_err(|error| dump_error(object.py(), error, name, binding::invalid_option))
}

fn dump(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = object.py();
    let options = PyDict::new(py);
    // Reject what JSON cannot express instead of converting it.
    options.set_item("allow_nan", false)?;
    options.set_item("ensure_ascii", false)?;
    DUMPS.get(py)?.call((object,), Some(&options))?.extract()
}

/// The JSON of plain data, which may contain datetimes. Lone surrogates are left to the parser.
pub(crate) fn dump_plain(field: &str, object: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let py = object.py();
    let options = PyDict::new(py);
    options.set_item("allow_nan", false)?;
    options.set_item("ensure_ascii", false)?;
    options.set_item("default", wrap_pyfunction!(plain, py)?)?;
    let text = DUMPS.get(py)?.call((object,), Some(&options));
    let text = text.map_err(|error| dump_error(py, error, field, wrong_parameter))?;
    to_bytes(text.cast::<PyString>()?)
}

/// The argument `default` of `json.dumps()`.
#[pyfunction]
fn plain<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    if is_mapping(object)? {
        return py.get_type::<PyDict>().call1((object,));
    }
    if object.hasattr(intern!(py, "tzinfo"))? && object.hasattr(intern!(py, "isoformat"))? {
        return object.call_method0(intern!(py, "isoformat"));
    }
    Err(PyTypeError::new_err(format!("Object of type {} is not JSON serializable", object.get_type().name()?)))
}

/// A string as UTF-8, with lone surrogates encoded as if they were characters.
pub(crate) fn to_bytes(text: &Bound<'_, PyString>) -> PyResult<Vec<u8>> {
    match text.to_cow() {
        Ok(text) => Ok(text.into_owned().into_bytes()),
        Err(_) => {
            let bytes = text.call_method1(intern!(text.py(), "encode"), ("utf-8", "surrogatepass"))?;
            Ok(bytes.cast::<PyBytes>()?.as_bytes().to_vec())
        }
    }
}

fn wrong_parameter(field: &str, reason: &str) -> zexa::Error {
    binding::invalid_parameter(field, Value::Null, reason)
}

fn dump_error(py: Python<'_>, error: PyErr, field: &str, make: impl Fn(&str, &str) -> zexa::Error) -> PyErr {
    let reason = format!("cannot be converted to JSON: {}", error.value(py));
    let raised = if error.is_instance_of::<PyTypeError>(py) {
        PyTypeError::new_err(format!("argument '{field}' {reason}"))
    } else if error.is_instance_of::<PyException>(py) {
        errors::raise(make(field, &reason))
    } else {
        return error;
    };
    raised.set_cause(py, Some(error));
    raised
}

/// Converts a value to Python objects.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    LOADS.get(py)?.call1((to_text(value),))
}

/// Parses JSON.
pub(crate) fn loads<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    LOADS.get(text.py())?.call1((text,))
}

/// Converts a value to JSON.
pub(crate) fn to_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("models are JSON objects with string keys")
}
