//! Arguments as Python gives them, and what becomes of them. What cannot be used is an error that names the argument.

use std::time::Duration;

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyMapping, PyString};
use serde_json::Value;
use zexa::{Template, Timestamp, binding};

use crate::{errors, json};

/// A whole number. One that no integer here can hold is as large, or as small, as they go: it is refused all the same.
#[derive(Clone, Copy)]
pub(crate) struct Whole(i64);

impl<'py> FromPyObject<'_, 'py> for Whole {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Whole> {
        if object.is_instance_of::<PyBool>() {
            return Err(PyTypeError::new_err("'bool' object is no whole number"));
        }
        match object.extract() {
            Ok(number) => Ok(Whole(number)),
            Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => {
                Ok(Whole(if object.lt(0)? { i64::MIN } else { i64::MAX }))
            }
            Err(error) => Err(error),
        }
    }
}

impl Whole {
    /// As an option of a client or a call.
    pub(crate) fn option(self, name: &str) -> zexa::Result<u32> {
        u32::try_from(self.0).map_err(|_| binding::option(name, OUT_OF_RANGE))
    }

    /// As a parameter of a call.
    pub(crate) fn parameter(self, name: &str) -> PyResult<u32> {
        u32::try_from(self.0).map_err(|_| errors::raise(binding::wrong_parameter(name, self.0, OUT_OF_RANGE)))
    }
}

const OUT_OF_RANGE: &str = "must be a whole number from 0 to 4294967295";

/// A time to wait: seconds as a number, or a `timedelta`.
#[derive(Clone, Copy)]
pub(crate) struct Seconds(f64);

impl<'py> FromPyObject<'_, 'py> for Seconds {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Seconds> {
        let py = object.py();
        match object.getattr_opt(pyo3::intern!(py, "total_seconds"))? {
            Some(total_seconds) => total_seconds.call0()?.extract().map(Seconds),
            None => object.extract().map(Seconds),
        }
    }
}

impl Seconds {
    pub(crate) fn option(self, name: &str) -> zexa::Result<Duration> {
        Duration::try_from_secs_f64(self.0)
            .map_err(|_| binding::option(name, "must be a number of seconds, more than zero"))
    }
}

/// A time in a parameter: a `datetime`, or a string in its place.
pub(crate) struct Time(String);

impl<'py> FromPyObject<'_, 'py> for Time {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Time> {
        let py = object.py();
        if let Some(isoformat) = object.getattr_opt(pyo3::intern!(py, "isoformat"))? {
            return isoformat.call0()?.extract().map(Time);
        }
        match object.cast::<PyString>() {
            Ok(text) => text.extract().map(Time),
            Err(_) => Err(PyTypeError::new_err(format!("{} object is no datetime and no string", type_name(&object)))),
        }
    }
}

impl Time {
    pub(crate) fn parameter(&self, name: &str) -> PyResult<Timestamp> {
        binding::timestamp(name, &self.0).map_err(errors::raise)
    }
}

/// Anything that is JSON.
pub(crate) struct Document<'py>(Bound<'py, PyAny>);

impl<'py> FromPyObject<'_, 'py> for Document<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Document<'py>> {
        Ok(Document(object.to_owned()))
    }
}

impl Document<'_> {
    pub(crate) fn template(&self, name: &str) -> PyResult<Template> {
        binding::template(name, &json::dumps(name, &self.0)?).map_err(errors::raise)
    }

    pub(crate) fn body(&self, name: &str) -> PyResult<Value> {
        binding::body(name, &json::dumps(name, &self.0)?).map_err(errors::raise)
    }
}

/// Headers: a mapping of names to values, both strings.
#[derive(Clone)]
pub(crate) struct Headers(pub(crate) Vec<(String, String)>);

impl<'py> FromPyObject<'_, 'py> for Headers {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Headers> {
        items(object)?.try_iter()?.map(|item| item?.extract()).collect::<PyResult<_>>().map(Headers)
    }
}

/// A query: a mapping of names to strings, numbers or booleans.
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

impl<'py> FromPyObject<'_, 'py> for Query {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Query> {
        let pair = |item: PyResult<Bound<'py, PyAny>>| {
            let (name, value): (String, Bound<'py, PyAny>) = item?.extract()?;
            Ok((name, query_value(&value)?))
        };
        items(object)?.try_iter()?.map(pair).collect::<PyResult<_>>().map(Query)
    }
}

fn query_value(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(truth) = value.cast::<PyBool>() {
        return Ok(truth.is_true().to_string());
    }
    let written =
        value.is_instance_of::<PyString>() || value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>();
    match written {
        true => value.str()?.extract(),
        false => Err(PyTypeError::new_err(format!("{} object is no string, number or boolean", type_name(value)))),
    }
}

fn items<'py>(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    match object.cast::<PyMapping>() {
        Ok(mapping) => Ok(mapping.items()?.into_any()),
        Err(_) => Err(PyTypeError::new_err(format!("{} object is no mapping", type_name(&object)))),
    }
}

fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "an".into(), |name| format!("'{name}'"))
}
