//! What is imported from Python where it is first asked for.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// An attribute of a module.
pub(crate) struct Imported {
    module: &'static str,
    name: &'static str,
    cell: PyOnceLock<Py<PyAny>>,
}

impl Imported {
    pub(crate) const fn new(module: &'static str, name: &'static str) -> Imported {
        Imported { module, name, cell: PyOnceLock::new() }
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        once(py, &self.cell, || Ok(py.import(self.module)?.getattr(self.name)?.unbind()))
    }
}

/// A module, where somebody has imported it, or is in the midst of that.
pub(crate) fn loaded<'py>(py: Python<'py>, module: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    static MODULES: Imported = Imported::new("sys", "modules");
    let found = MODULES.get(py)?.call_method1(pyo3::intern!(py, "get"), (module,))?;
    Ok((!found.is_none()).then_some(found))
}

/// What is in the cell, made where there is nothing yet.
///
/// It is made outside of the cell. To make it runs Python, which may come here again, on this thread or, after a fork, in a child: whoever finds a cell
/// that is being filled waits, and would wait for ever.
pub(crate) fn once<'a, 'py, T>(
    py: Python<'py>,
    cell: &'a PyOnceLock<Py<T>>,
    make: impl FnOnce() -> PyResult<Py<T>>,
) -> PyResult<&'a Bound<'py, T>> {
    if cell.get(py).is_none() {
        let made = make()?;
        // Two may have made one: the first stays.
        let _ = cell.set(py, made);
    }
    Ok(cell.get(py).expect("it is there by now, and stays").bind(py))
}
