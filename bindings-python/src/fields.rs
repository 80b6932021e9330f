//! Converts the fields of models to Python.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use serde_json::Value;
use zexa::Timestamp;

use crate::json;

/// A type of the fields of models.
pub(crate) trait FieldValue {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Some(value) => value.to_python(py),
            None => Ok(py.None().into_bound(py)),
        }
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let items = self.iter().map(|item| item.to_python(py)).collect::<PyResult<Vec<_>>>()?;
        Ok(PyTuple::new(py, items)?.into_any())
    }
}

impl FieldValue for String {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyString::new(py, self).into_any())
    }
}

impl FieldValue for Value {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, self)
    }
}

impl FieldValue for Timestamp {
    /// Clamps the time to the range of `datetime`, which begins with the year 1.
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        const YEAR_1: i64 = -62_135_596_800;
        (*self).max(Timestamp::constant(YEAR_1, 0)).into_bound_py_any(py)
    }
}

/// Implements the trait for types with a method that returns what pyo3 can convert.
macro_rules! field_values {
    ($($type:ty),*: $method:ident) => {
        $(impl $crate::fields::FieldValue for $type {
            fn to_python<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                pyo3::IntoPyObjectExt::into_bound_py_any(<$type>::$method(self), py)
            }
        })*
    };
}

pub(crate) use field_values;

field_values!(u32, u64, f64: clone);
