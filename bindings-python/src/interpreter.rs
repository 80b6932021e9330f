//! The interpreter that uses this module: the first one that imports it.
//!
//! The classes of pyo3 belong to the process. Two interpreters would share them, and lose them when one of the two ends.

use std::sync::atomic::{AtomicI64, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::{PyErr, PyResult, Python, ffi};

/// The id of the interpreter that uses this module. Ids are never reused.
static USER: AtomicI64 = AtomicI64::new(NONE);

const NONE: i64 = -1;

/// Reserves this module for the current interpreter.
///
/// # Errors
///
/// `ImportError` if another interpreter of this process has imported it before.
pub(crate) fn reserve(py: Python<'_>) -> PyResult<()> {
    let current = current(py);
    if current < 0 {
        return Err(PyErr::fetch(py));
    }
    match USER.compare_exchange(NONE, current, Ordering::AcqRel, Ordering::Acquire) {
        Err(user) if user != current => Err(PyImportError::new_err(
            "zexa supports one interpreter per process, and another interpreter of this process has imported it. \
             Under mod_wsgi, run each application in a process group of its own (WSGIDaemonProcess and WSGIProcessGroup), or \
             run all of them in the main interpreter (WSGIApplicationGroup %{GLOBAL})",
        )),
        _ => Ok(()),
    }
}

/// Whether the current interpreter is the one that uses this module.
///
/// A thread that attaches to Python may attach to another one, because the C API that pyo3 uses supports one interpreter per thread.
pub(crate) fn is_user(py: Python<'_>) -> bool {
    current(py) == USER.load(Ordering::Acquire)
}

#[expect(unsafe_code, reason = "pyo3 has no safe equivalent")]
fn current(_attached: Python<'_>) -> i64 {
    // SAFETY: the thread is attached, so there is a current interpreter.
    unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) }
}
