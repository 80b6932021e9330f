//! Each attempt as a record of Python's `logging`, under `zexa`. Where nobody listens, it costs next to nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use zexa::Attempt;

/// `logging.DEBUG`.
const DEBUG: u32 = 10;

/// Whether the logger would take a record, as it was when the newest call began: to ask it takes the GIL, which attempts run without.
static LISTENING: AtomicBool = AtomicBool::new(false);

/// Asks the logger. A program that has not imported `logging` has no logger.
pub(crate) fn look(py: Python<'_>) -> PyResult<()> {
    let listening = match logger(py)? {
        Some(logger) => logger.call_method1(pyo3::intern!(py, "isEnabledFor"), (DEBUG,))?.is_truthy()?,
        None => false,
    };
    LISTENING.store(listening, Ordering::Relaxed);
    Ok(())
}

/// What a client tells of its attempts.
pub(crate) fn report(attempt: &Attempt<'_>) {
    if LISTENING.load(Ordering::Relaxed) {
        // Where Python is coming to its end, nobody reads it.
        let _ = Python::try_attach(|py| {
            if let Err(error) = write(py, attempt) {
                error.write_unraisable(py, None);
            }
        });
    }
}

fn write(py: Python<'_>, attempt: &Attempt<'_>) -> PyResult<()> {
    let Some(logger) = logger(py)? else { return Ok(()) };
    let extra = PyDict::new(py);
    extra.set_item("method", attempt.method)?;
    extra.set_item("path", attempt.route)?;
    extra.set_item("attempt", attempt.number)?;
    extra.set_item("status", attempt.status)?;
    extra.set_item("elapsed_ms", attempt.elapsed.as_secs_f64() * 1e3)?;
    extra.set_item("request_id", attempt.request_id)?;
    extra.set_item("error", attempt.failure.map(|kind| kind.as_str()))?;
    let options = PyDict::new(py);
    options.set_item("extra", extra)?;
    logger.call_method(pyo3::intern!(py, "debug"), (attempt.to_string(),), Some(&options)).map(drop)
}

fn logger(py: Python<'_>) -> PyResult<Option<&Bound<'_, PyAny>>> {
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(logger) = LOGGER.get(py) {
        return Ok(Some(logger.bind(py)));
    }
    let modules = MODULES.get_or_try_init(py, || {
        py.import("sys")?.getattr("modules")?.cast_into::<PyDict>().map(Bound::unbind).map_err(PyErr::from)
    })?;
    let Some(logging) = modules.bind(py).get_item(pyo3::intern!(py, "logging"))? else { return Ok(None) };
    let logger = LOGGER.get_or_try_init(py, || logging.call_method1("getLogger", ("zexa",)).map(Bound::unbind))?;
    Ok(Some(logger.bind(py)))
}
