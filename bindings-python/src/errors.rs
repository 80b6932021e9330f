//! The core's errors as the exceptions of Python: the classes are in `python/zexa/_errors.py`.

use pyo3::exceptions::{PyConnectionError, PyOSError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use zexa::binding;

use crate::imported::Imported;
use crate::json;

/// The exception for an error.
pub(crate) fn raise(error: zexa::Error) -> PyErr {
    Python::attach(|py| exception(py, &error).unwrap_or_else(|failed| failed))
}

fn exception(py: Python<'_>, error: &zexa::Error) -> PyResult<PyErr> {
    static CLASSES: Imported = Imported::new("zexa._errors", "CLASSES");
    let class = CLASSES.get(py)?.get_item(error.kind().as_str())?;
    let attributes = PyDict::new(py);
    attributes.set_item("kind", error.kind().as_str())?;
    attributes.set_item("outcome", error.outcome().as_str())?;
    attributes.set_item("status", error.status())?;
    attributes.set_item("code", error.code())?;
    attributes.set_item("message", error.message())?;
    attributes.set_item("details", error.details().map(|details| json::to_python(py, details)).transpose()?)?;
    attributes.set_item("request_id", error.request_id())?;
    attributes.set_item("retry_after", error.retry_after().map(|wait| wait.as_secs_f64()))?;
    attributes.set_item("attempts", error.attempts())?;
    let exception = PyErr::from_value(class.call((error.to_string(),), Some(&attributes))?);
    exception.set_cause(py, cause(error));
    Ok(exception)
}

/// The innermost reason. Python makes a `ConnectionRefusedError` and the like of what the system said, by the number.
fn cause(error: &zexa::Error) -> Option<PyErr> {
    let cause = binding::cause(error)?;
    Some(match cause.number {
        Some(number) => PyOSError::new_err((number, without_number(&cause.message, number))),
        None => PyConnectionError::new_err(cause.message),
    })
}

/// Rust says "Connection refused (os error 111)", and Python puts the number before it.
fn without_number(text: &str, number: i32) -> String {
    text.trim_end_matches(&format!(" (os error {number})")).to_owned()
}
