//! Objects of Python modules. They are looked up whenever they are used: a module may be removed from `sys.modules` and imported again.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// An attribute of a module.
pub(crate) struct Imported {
    module: &'static str,
    name: &'static str,
}

impl Imported {
    pub(crate) const fn new(module: &'static str, name: &'static str) -> Imported {
        Imported { module, name }
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let module = match loaded(py, self.module)? {
            Some(module) => module,
            None => py.import(self.module)?.into_any(),
        };
        module.getattr(self.name)
    }
}

/// A module that is imported already, or is being imported.
pub(crate) fn loaded<'py>(py: Python<'py>, module: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    // An entry may be None, which prevents the import.
    Ok(modules(py)?.get_item(module)?.filter(|module| !module.is_none()))
}

/// `sys.modules`: one dict for as long as the interpreter runs, and one interpreter imports this module.
pub(crate) fn modules(py: Python<'_>) -> PyResult<&Bound<'_, PyDict>> {
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    once(py, &MODULES, || Ok(py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?.unbind()))
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
