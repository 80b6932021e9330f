//! Objects of Python modules. They are looked up at every use, because a module may be removed from `sys.modules` and imported again.
//!
//! `pyo3::intern!`, `PyOnceLock::get_or_init` and the types of PyO3 that it imports, such as `PyMapping`, are not used in this crate: they release the GIL
//! while their cell is being initialised. If another thread forks at this moment, the child waits for the cell forever.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// An attribute of a module.
pub(crate) struct Imported {
    module: Name,
    name: Name,
    /// The module whose import was complete when it was last used. Locked only with the GIL held and without running Python code, so a forked child never
    /// finds the lock taken.
    complete: Mutex<Option<Py<PyAny>>>,
}

/// A name as an interned string, whose hash is computed once: some of the objects are looked up in each call.
pub(crate) struct Name {
    text: &'static str,
    interned: OnceLock<Py<PyString>>,
}

/// A name that is interned at the first use.
macro_rules! intern {
    ($py:expr, $text:literal) => {{
        static NAME: $crate::imported::Name = $crate::imported::Name::new($text);
        NAME.interned($py)
    }};
}

pub(crate) use intern;

impl Imported {
    pub(crate) const fn new(module: &'static str, name: &'static str) -> Imported {
        Imported { module: Name::new(module), name: Name::new(name), complete: Mutex::new(None) }
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let name = self.name.interned(py);
        if let Some(module) = loaded(py, self.module.interned(py))?
            && self.complete().as_ref().is_some_and(|complete| complete.is(&module))
        {
            return module.getattr(name);
        }
        // Waits for another thread that imports the module, which may not have this attribute yet.
        let module = py.import(self.module.interned(py))?.into_any();
        let object = module.getattr(name)?;
        let last = self.complete().replace(module.unbind());
        // Dropping the last one may run Python code.
        drop(last);
        Ok(object)
    }

    fn complete(&self) -> MutexGuard<'_, Option<Py<PyAny>>> {
        self.complete.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Name {
    pub(crate) const fn new(text: &'static str) -> Name {
        Name { text, interned: OnceLock::new() }
    }

    pub(crate) fn interned<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        let interned = || Ok(PyString::intern(py, self.text).unbind());
        once(py, &self.interned, interned).expect("this creates no error")
    }
}

/// A module that is imported, or is being imported.
pub(crate) fn loaded<'py>(py: Python<'py>, module: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    // An entry that is None prevents the import.
    Ok(modules(py)?.get_item(module)?.filter(|module| !module.is_none()))
}

/// Whether an object is a mapping.
pub(crate) fn is_mapping(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    static MAPPING: Imported = Imported::new("collections.abc", "Mapping");
    // The check for an abstract class is slow.
    Ok(object.is_instance_of::<PyDict>() || object.is_instance(&MAPPING.get(object.py())?)?)
}

/// `sys.modules`. It is one dict for the lifetime of the interpreter, and only one interpreter imports this module.
pub(crate) fn modules(py: Python<'_>) -> PyResult<&Bound<'_, PyDict>> {
    static MODULES: OnceLock<Py<PyDict>> = OnceLock::new();
    once(py, &MODULES, || Ok(py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?.unbind()))
}

/// The value of the cell, which is created at the first use.
///
/// The value is created outside of the cell's lock, because that runs Python code. Python code may come here again on this thread, or fork, and would then
/// wait forever for a cell that is being initialised. The GIL is held while the cell is locked, so no other thread forks then.
pub(crate) fn once<'a, 'py, T>(
    py: Python<'py>,
    cell: &'a OnceLock<Py<T>>,
    create: impl FnOnce() -> PyResult<Py<T>>,
) -> PyResult<&'a Bound<'py, T>> {
    if cell.get().is_none() {
        // If two threads create a value, the first one stays.
        let _ = cell.set(create()?);
    }
    Ok(cell.get().expect("set above").bind(py))
}
