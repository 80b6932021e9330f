//! `Response`: what `request()` gives.

use pyo3::prelude::*;
use pyo3::types::PyType;
use zexa::binding;

use crate::model::{self, Given};
use crate::{errors, json};

/// An answer as it came.
#[pyclass(frozen, module = "zexa")]
pub(crate) struct Response(pub(crate) zexa::Response);

impl Given for zexa::Response {
    fn give(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Response(self))?.into_any())
    }
}

#[pymethods]
impl Response {
    /// The HTTP status, a 2xx.
    #[getter]
    fn status(&self) -> u16 {
        self.0.status
    }

    /// The body, from its JSON; `None` where there was none.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, &self.0.body)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn __hash__(&self) -> u64 {
        model::hash_of(&self.0)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (u16, String))> {
        Ok((slf.get_type().getattr("_of")?, (slf.get().status(), json::to_text(&slf.get().0.body))))
    }

    /// For pickles.
    #[classmethod]
    fn _of(_class: &Bound<'_, PyType>, status: u16, body: &str) -> PyResult<Response> {
        binding::response(status, body).map(Response).map_err(errors::raise)
    }

    /// Without the body.
    fn __repr__(&self) -> String {
        format!("Response(status={})", self.0.status)
    }

    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("status", "body")
    }
}
