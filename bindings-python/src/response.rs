//! `Response`: what `request()` gives.

use pyo3::prelude::*;

use crate::json;
use crate::model::Given;

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

    /// Without the body.
    fn __repr__(&self) -> String {
        format!("Response(status={})", self.0.status)
    }

    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("status", "body")
    }
}
