//! Converts the core's errors to exceptions. The classes are in `python/zexa/_errors.py`.
//!
//! The exception classes live as long as the process, like the classes of this module. If `zexa` is removed from `sys.modules` and imported again, the new
//! package has the same exception classes, so `except` clauses match in code that uses either.

use std::sync::OnceLock;

use pyo3::exceptions::{PyConnectionError, PyOSError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use zexa::binding;

use crate::generated::RENAMED;
use crate::imported::{modules, once};
use crate::json;

/// The modules with the exceptions, in the order of their imports.
const MODULES: [&str; 2] = ["_error", "_errors"];

static EXCEPTIONS: OnceLock<Py<PyDict>> = OnceLock::new();

/// Imports the exception modules, or restores those of an earlier import.
pub(crate) fn import(py: Python<'_>) -> PyResult<()> {
    let import = || {
        let imported = PyDict::new(py);
        for name in MODULES {
            imported.set_item(name, py.import(format!("zexa.{name}"))?)?;
        }
        Ok(imported.unbind())
    };
    let imported = once(py, &EXCEPTIONS, import)?;
    for (name, module) in imported {
        modules(py)?.set_item(format!("zexa.{name}"), &module)?;
        if let Some(package) = modules(py)?.get_item("zexa")? {
            package.setattr(name.cast_into::<PyString>()?, module)?;
        }
    }
    Ok(())
}

/// The class for a kind of error.
fn class<'py>(py: Python<'py>, kind: &str) -> PyResult<Bound<'py, PyAny>> {
    let imported = EXCEPTIONS.get().expect("set when the module was imported").bind(py);
    let module = imported.get_item("_errors")?.expect("contains all modules");
    // Looked up every time: `importlib.reload()` creates new classes in the same module.
    module.getattr("CLASSES")?.get_item(kind)
}

/// The exception for an attempt to pickle a client, or a part of one.
pub(crate) fn cannot_pickle() -> PyErr {
    PyTypeError::new_err("clients, their resources and their lists cannot be pickled: create a client in each process")
}

/// The exception for an error.
pub(crate) fn raise(error: zexa::Error) -> PyErr {
    raise_with_names(&error, |field| name(field).to_owned())
}

/// The exception for an error that may be about the argument `name`, which the core calls `field`.
pub(crate) fn raise_about(error: zexa::Error, field: &str, name: &str) -> PyErr {
    raise_with_names(&error, |found| if found == field { name } else { found }.to_owned())
}

fn raise_with_names(error: &zexa::Error, name: impl Fn(&str) -> String) -> PyErr {
    Python::attach(|py| uninterrupted(py, error, name).unwrap_or_else(|raised| raised))
}

/// The exception for the error of a row.
///
/// # Errors
///
/// The exception of a signal handler, which takes precedence. Its `__context__` is that of the error.
pub(crate) fn of_row(py: Python<'_>, error: &zexa::Error) -> PyResult<PyErr> {
    uninterrupted(py, error, |field| name(field).to_owned())
}

/// Creates the exception. That runs Python code, and therefore signal handlers.
fn uninterrupted(py: Python<'_>, error: &zexa::Error, name: impl Fn(&str) -> String) -> PyResult<PyErr> {
    exception(py, error, &name).inspect_err(|raised| {
        // The outcome is not lost.
        if let Ok(exception) = exception(py, error, &name) {
            raised.set_context(py, Some(exception));
        }
    })
}

fn exception(py: Python<'_>, error: &zexa::Error, name: impl Fn(&str) -> String) -> PyResult<PyErr> {
    let class = class(py, error.kind().as_str())?;
    let (message, details) = binding::renamed(error, name, str::to_owned);
    let attributes = PyDict::new(py);
    attributes.set_item("kind", error.kind().as_str())?;
    attributes.set_item("outcome", error.outcome().as_str())?;
    attributes.set_item("status", error.status())?;
    attributes.set_item("code", error.code())?;
    attributes.set_item("message", &message)?;
    attributes.set_item("details", details.map(|details| json::to_python(py, &details)).transpose()?)?;
    attributes.set_item("request_id", error.request_id())?;
    attributes.set_item("retry_after", error.retry_after().map(|wait| wait.as_secs_f64()))?;
    attributes.set_item("attempts", error.attempts())?;
    let text = error.to_string().replacen(error.message(), &message, 1);
    let exception = PyErr::from_value(class.call((text,), Some(&attributes))?);
    exception.set_cause(py, cause(error));
    Ok(exception)
}

/// The Python name of an argument or option.
pub(crate) fn name(field: &str) -> &str {
    RENAMED.iter().find(|(name, _)| *name == field).map_or(field, |(_, name)| name)
}

/// The innermost cause. With an error number, Python chooses a subclass of `OSError`, such as `ConnectionRefusedError`.
fn cause(error: &zexa::Error) -> Option<PyErr> {
    let cause = binding::cause(error)?;
    Some(match cause.number {
        Some(number) => PyOSError::new_err((number, without_number(&cause.message, number))),
        None => PyConnectionError::new_err(cause.message),
    })
}

/// Rust appends the number, as in "Connection refused (os error 111)". Python prepends it itself.
fn without_number(text: &str, number: i32) -> String {
    text.trim_end_matches(&format!(" (os error {number})")).to_owned()
}
