//! `Response`: the result of `request()`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use zexa::binding;

use crate::arguments::Argument;
use crate::imported::Imported;
use crate::model::{self, IntoPython};
use crate::{errors, json};

/// A response that `request()` returns: its status and its body.
///
/// The constructor is for tests. By default the status is 200 and the body is `None`.
#[pyclass(frozen, module = "zexa")]
pub(crate) struct Response(pub(crate) zexa::Response);

impl IntoPython for zexa::Response {
    const CLASS: &'static str = "Response";

    fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Response(self))?.into_any())
    }
}

#[pymethods]
impl Response {
    #[new]
    #[pyo3(signature = (*, status=None, body=None))]
    fn new(status: Option<Argument<'_>>, body: Option<Argument<'_>>) -> PyResult<Response> {
        let status = status.map(|status| status.number("status")).transpose()?.unwrap_or(200);
        let status = u16::try_from(status)
            .ok()
            .filter(|status| (200..300).contains(status))
            .ok_or_else(|| errors::raise(binding::invalid_parameter("status", status, "must be from 200 to 299")))?;
        let body = body.map(|body| body.body("body")).transpose()?;
        binding::response(status, body.as_deref().unwrap_or("null")).map(Response).map_err(errors::raise)
    }

    /// Convert the response to a dict with `status` and `body`. Both modes return the same.
    #[pyo3(signature = (*, mode = "python"))]
    fn to_dict<'py>(&self, py: Python<'py>, mode: &str) -> PyResult<Bound<'py, PyDict>> {
        model::with_datetimes(mode)?;
        let dict = PyDict::new(py);
        dict.set_item("status", self.status())?;
        dict.set_item("body", self.body(py)?)?;
        Ok(dict)
    }

    /// The pydantic schema of the class.
    #[classmethod]
    #[pyo3(signature = (source, handler, /))]
    fn __get_pydantic_core_schema__<'py>(
        class: &Bound<'py, PyType>,
        source: &Bound<'py, PyAny>,
        handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static SCHEMA: Imported = Imported::new("zexa._pydantic", "response_schema");
        let _ = (source, handler);
        SCHEMA.get(class.py())?.call1((class,))
    }

    /// HTTP status, 200 to 299.
    #[getter]
    fn status(&self) -> u16 {
        self.0.status
    }

    /// Decoded JSON body. `None` if the response has no body.
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

    /// Restores a pickled response.
    #[classmethod]
    fn _of(_class: &Bound<'_, PyType>, status: u16, body: &str) -> PyResult<Response> {
        binding::response(status, body).map(Response).map_err(errors::raise)
    }

    /// The body is omitted: it may contain personal data.
    fn __repr__(&self) -> String {
        format!("Response(status={})", self.0.status)
    }

    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("status", "body")
    }
}
