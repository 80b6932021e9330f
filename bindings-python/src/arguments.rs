//! Arguments as Python gives them, and what becomes of them. What cannot be used is an error that names the argument.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyMapping, PyMemoryView, PySequence, PyString,
};
use serde_json::Value;
use zexa::{Template, Timestamp, binding};

use crate::{errors, json};

/// An argument of any type: what it has to be is told when it is read.
pub(crate) struct Argument<'py>(Bound<'py, PyAny>);

impl<'py> FromPyObject<'_, 'py> for Argument<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Argument<'py>> {
        Ok(Argument(object.to_owned()))
    }
}

impl<'py> Argument<'py> {
    pub(crate) fn text(&self, name: &str) -> PyResult<String> {
        let text = self.0.cast::<PyString>().map_err(|_| self.is_not(name, "str"))?;
        text.extract().map_err(|_| no_text(name))
    }

    /// Bytes of any kind, or the text that they are.
    pub(crate) fn bytes(&self, name: &str) -> PyResult<Vec<u8>> {
        if let Ok(bytes) = self.0.cast::<PyBytes>() {
            return Ok(bytes.as_bytes().to_vec());
        }
        if let Ok(bytes) = self.0.cast::<PyByteArray>() {
            return Ok(bytes.to_vec());
        }
        if self.0.is_instance_of::<PyMemoryView>() {
            return self.0.call_method0("tobytes")?.extract();
        }
        let text = self.0.cast::<PyString>().map_err(|_| self.is_not(name, "bytes or str"))?;
        Ok(text.extract::<String>().map_err(|_| no_text(name))?.into_bytes())
    }

    /// A list or a tuple, but not a string, which is a sequence of strings too.
    pub(crate) fn texts(&self, name: &str) -> PyResult<Vec<String>> {
        const WANTED: &str = "a list or a tuple of str";
        if self.0.is_instance_of::<PyString>() {
            return Err(self.is_not(name, WANTED));
        }
        let sequence = self.0.cast::<PySequence>().map_err(|_| self.is_not(name, WANTED))?;
        let text = |item: PyResult<Bound<'py, PyAny>>| item?.extract().map_err(|_| self.has_not(name, WANTED));
        sequence.try_iter()?.map(text).collect()
    }

    pub(crate) fn flag(&self, name: &str) -> PyResult<bool> {
        self.0.cast::<PyBool>().map(|flag| flag.is_true()).map_err(|_| self.is_not(name, "bool"))
    }

    /// A parameter of a call that is a whole number.
    pub(crate) fn number(&self, name: &str) -> PyResult<u32> {
        let number = self.whole(name)?;
        u32::try_from(number).map_err(|_| errors::raise(binding::wrong_parameter(name, number, out_of_range(number))))
    }

    /// An option of a client or a call that is a whole number.
    pub(crate) fn count(&self, name: &str) -> PyResult<u32> {
        let number = self.whole(name)?;
        u32::try_from(number).map_err(|_| errors::raise(binding::option(name, out_of_range(number))))
    }

    /// One that no integer here can hold is as large, or as small, as they go: it is refused all the same.
    fn whole(&self, name: &str) -> PyResult<i64> {
        if !self.0.is_instance_of::<PyInt>() || self.0.is_instance_of::<PyBool>() {
            return Err(self.is_not(name, "int"));
        }
        match self.0.extract::<i64>() {
            Err(error) if error.is_instance_of::<PyOverflowError>(self.0.py()) => {
                Ok(if self.0.lt(0)? { i64::MIN } else { i64::MAX })
            }
            number => number,
        }
    }

    /// An option that is a time to wait: seconds as a number, or a `timedelta`.
    pub(crate) fn duration(&self, name: &str) -> PyResult<Duration> {
        let seconds: f64 = match self.0.getattr_opt(pyo3::intern!(self.0.py(), "total_seconds"))? {
            Some(total_seconds) => total_seconds.call0()?.extract()?,
            None if self.0.is_instance_of::<PyBool>() => return Err(self.is_not(name, SECONDS)),
            None => self.0.extract().map_err(|_| self.is_not(name, SECONDS))?,
        };
        // Times are kept to the nanosecond, and none that is wanted is to become none at all.
        Duration::try_from_secs_f64(seconds)
            .map_err(|_| errors::raise(binding::option(name, "must be a number of seconds, more than zero")))
    }

    /// A parameter that is a time: a `datetime`, or a string in its place.
    pub(crate) fn time(&self, name: &str) -> PyResult<Timestamp> {
        let text = match self.0.getattr_opt(pyo3::intern!(self.0.py(), "isoformat"))? {
            Some(isoformat) => isoformat.call0()?.extract()?,
            None if self.0.is_instance_of::<PyString>() => self.text(name)?,
            None => return Err(self.is_not(name, "datetime or str")),
        };
        binding::timestamp(name, &text).map_err(errors::raise)
    }

    pub(crate) fn template(&self, name: &str) -> PyResult<Template> {
        if !self.0.is_instance_of::<PyMapping>() {
            return Err(self.is_not(name, "a mapping"));
        }
        // What is written as JSON is a dict.
        let members = self.0.py().get_type::<PyDict>().call1((&self.0,))?;
        binding::template(name, &json::dumps(name, &members)?).map_err(errors::raise)
    }

    /// Anything that is JSON.
    pub(crate) fn body(&self, name: &str) -> PyResult<Value> {
        binding::body(name, &json::dumps(name, &self.0)?).map_err(errors::raise)
    }

    pub(crate) fn path(&self, name: &str) -> PyResult<PathBuf> {
        self.0.extract().map_err(|_| self.is_not(name, "str or os.PathLike"))
    }

    pub(crate) fn headers(&self, name: &str) -> PyResult<Vec<(String, String)>> {
        self.pairs(name, "a mapping of str to str", |value| value.cast::<PyString>()?.extract())
    }

    pub(crate) fn query(&self, name: &str) -> PyResult<Vec<(String, String)>> {
        self.pairs(name, "a mapping of str to str, int, float or bool", |value| {
            if let Ok(truth) = value.cast::<PyBool>() {
                return Ok(truth.is_true().to_string());
            }
            // As numbers are written, whatever an enum of them says of itself.
            for number in [value.py().get_type::<PyInt>(), value.py().get_type::<PyFloat>()] {
                if value.is_instance(&number)? {
                    return number.call_method1("__repr__", (value,))?.extract();
                }
            }
            value.cast::<PyString>()?.extract()
        })
    }

    fn pairs(
        &self,
        name: &str,
        wanted: &str,
        text: impl Fn(&Bound<'py, PyAny>) -> PyResult<String>,
    ) -> PyResult<Vec<(String, String)>> {
        let mapping = self.0.cast::<PyMapping>().map_err(|_| self.is_not(name, wanted))?;
        let pair = |item: Bound<'py, PyAny>| -> PyResult<(String, String)> {
            let (key, value): (Bound<'py, PyString>, Bound<'py, PyAny>) = item.extract()?;
            Ok((key.extract()?, text(&value)?))
        };
        mapping.items()?.iter().map(|item| pair(item).map_err(|_| self.has_not(name, wanted))).collect()
    }

    fn is_not(&self, name: &str, wanted: &str) -> PyErr {
        let kind = self.0.get_type().name().map_or_else(|_| "another type".to_owned(), |name| name.to_string());
        PyTypeError::new_err(format!("argument '{name}' must be {wanted}, not {kind}"))
    }

    fn has_not(&self, name: &str, wanted: &str) -> PyErr {
        PyTypeError::new_err(format!("argument '{name}' must be {wanted}: something in it is of another type"))
    }
}

fn out_of_range(number: i64) -> &'static str {
    if number < 0 { "must not be negative" } else { "is too large a number" }
}

/// A string of Python may hold what no text does.
fn no_text(name: &str) -> PyErr {
    errors::raise(binding::wrong_parameter(name, Value::Null, "holds half of a surrogate pair, which is no text"))
}

const SECONDS: &str = "a number of seconds or a timedelta";
