//! `Ledger`: shows what a client with the option `ledger` has recorded, and settles requests in doubt.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use zexa::binding;

use crate::arguments::Argument;
use crate::errors;
use crate::model::IntoPython;

/// The record of what was sent, by idempotency key.
#[pyclass(frozen, module = "zexa")]
pub(crate) struct Ledger {
    path: PathBuf,
    /// `None` when it is closed. Locked only by threads that hold the GIL, so that no other thread has it locked when Python forks.
    open: Mutex<Option<Arc<zexa::Ledger>>>,
}

impl Ledger {
    /// Uses the ledger without the GIL.
    fn with<T: Send>(&self, py: Python<'_>, act: impl FnOnce(&zexa::Ledger) -> zexa::Result<T> + Send) -> PyResult<T> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let ledger = open.ok_or_else(|| errors::raise(binding::closed("the ledger is closed: open it again")))?;
        // The ledger may be closed meanwhile. It is then dropped here.
        py.detach(move || act(&ledger)).map_err(errors::raise)
    }
}

/// The path of a ledger, or its URL as a string: `pathlib` would change it.
pub(crate) fn shown(py: Python<'_>, path: &Path) -> PyResult<Py<PyAny>> {
    match path.to_str().filter(|path| path.contains("://")) {
        Some(url) => Ok(PyString::new(py, url).into_any().unbind()),
        None => Ok(path.into_pyobject(py)?.into_any().unbind()),
    }
}

#[pymethods]
impl Ledger {
    /// Open a ledger, which must exist unless `create` is true.
    #[classmethod]
    #[pyo3(signature = (path, *, create=None), text_signature = "($cls, path, *, create=False)")]
    fn open(class: &Bound<'_, PyType>, path: Argument<'_>, create: Option<Argument<'_>>) -> PyResult<Ledger> {
        let path = path.path("path")?;
        let create = create.map(|create| create.flag("create")).transpose()?.unwrap_or(false);
        let opened = class.py().detach(|| match create {
            true => zexa::Ledger::create(&path),
            false => zexa::Ledger::open(&path),
        });
        // The core names the option of a client.
        let ledger = opened.map_err(|error| errors::raise_about(error, "ledger", "path"))?;
        Ok(Ledger { path: ledger.path().to_owned(), open: Mutex::new(Some(Arc::new(ledger))) })
    }

    /// Absolute path of the file, or the URL without the password.
    #[getter]
    fn path(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        shown(py, &self.path)
    }

    /// Count the rows by state.
    fn counts(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.with(py, zexa::Ledger::counts)?.into_python(py)
    }

    /// Return the rows in doubt, in the order in which they were first claimed.
    fn in_doubt(&self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        let rows = self.with(py, zexa::Ledger::in_doubt)?;
        rows.into_iter().map(|row| row.into_python(py)).collect()
    }

    /// Settle a row in doubt: its request was processed.
    #[pyo3(signature = (key, id=None))]
    fn mark_sent(&self, py: Python<'_>, key: Argument<'_>, id: Option<Argument<'_>>) -> PyResult<()> {
        let key = key.text("key")?;
        let id = id.map(|id| id.text("id")).transpose()?;
        self.with(py, |ledger| ledger.mark_sent(&key, id.as_deref()))
    }

    /// Settle a row in doubt: its request was not processed. It is sent when it is next used.
    fn mark_not_sent(&self, py: Python<'_>, key: Argument<'_>) -> PyResult<()> {
        let key = key.text("key")?;
        self.with(py, |ledger| ledger.mark_not_sent(&key))
    }

    /// Replace the rows that were accepted before a time by their keys, and return their number.
    fn prune(&self, py: Python<'_>, before: Argument<'_>) -> PyResult<u64> {
        let before = before.time("before")?;
        self.with(py, |ledger| ledger.prune(before))
    }

    /// Write all rows to a CSV file, with a header, and return their number. An existing file is replaced.
    fn export(&self, py: Python<'_>, path: Argument<'_>) -> PyResult<u64> {
        let path = path.path("path")?;
        self.with(py, |ledger| ledger.export_to_file(&path))
    }

    /// Close the file. Closing it again does nothing.
    fn close(&self, py: Python<'_>) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        py.detach(move || drop(open));
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[pyo3(signature = (exc_type=None, exc_value=None, traceback=None, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        exc_type: Option<&Bound<'_, PyAny>>,
        exc_value: Option<&Bound<'_, PyAny>>,
        traceback: Option<&Bound<'_, PyAny>>,
    ) {
        let _ = (exc_type, exc_value, traceback);
        self.close(py);
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("ledgers cannot be pickled: open the ledger in each process"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let path = PyString::new(py, &self.path.to_string_lossy()).repr()?;
        Ok(format!("Ledger(path={path})"))
    }
}
