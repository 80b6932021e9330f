//! Arguments as Python gives them, and what becomes of them. What cannot be used is an error that names the argument.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyMapping, PyMemoryView, PyString};
use serde_json::{Map, Value};
use zexa::{Template, Timestamp, binding};

use crate::model::Model;
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
        self.string(name)?.extract().map_err(|_| no_text(name))
    }

    /// An option that is a text.
    pub(crate) fn option_text(&self, name: &str) -> PyResult<String> {
        self.string(name)?.extract().map_err(|_| no_option_text(name))
    }

    fn string(&self, name: &str) -> PyResult<&Bound<'py, PyString>> {
        self.0.cast::<PyString>().map_err(|_| self.is_not(name, "str"))
    }

    /// Bytes of any kind, or a text as bytes. A lone surrogate becomes bytes that are not UTF-8, which are for the reader to judge.
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
        json::to_bytes(text)
    }

    /// The JSON of a mapping, in which times may be datetimes.
    pub(crate) fn plain_data(&self, name: &str) -> PyResult<Vec<u8>> {
        json::dump_plain(name, &self.mapping(name)?)
    }

    /// The members of a mapping, in which times may be datetimes.
    pub(crate) fn members(&self, name: &str) -> PyResult<Map<String, Value>> {
        serde_json::from_slice(&self.plain_data(name)?).map_err(|_| no_text(name))
    }

    /// The members of an option that is a mapping.
    pub(crate) fn option_members(&self, name: &str) -> PyResult<Map<String, Value>> {
        let json = json::dump_option(name, &self.mapping(name)?)?;
        binding::option_object(name, &json).map_err(errors::raise)
    }

    /// A mapping as a dict: `json` accepts no other.
    fn mapping(&self, name: &str) -> PyResult<Bound<'py, PyAny>> {
        if !self.0.is_instance_of::<PyMapping>() {
            return Err(self.is_not(name, "a mapping"));
        }
        self.0.py().get_type::<PyDict>().call1((&self.0,))
    }

    /// A list or anything else to iterate over, but not a string, which is one of strings too, nor a mapping.
    pub(crate) fn texts(&self, name: &str) -> PyResult<Vec<String>> {
        const WANTED: &str = "a list of str";
        let other = self.0.is_instance_of::<PyString>() || self.0.is_instance_of::<PyMapping>();
        let items = self.0.try_iter().ok().filter(|_| !other).ok_or_else(|| self.is_not(name, WANTED))?;
        let text = |item: PyResult<Bound<'py, PyAny>>| {
            let item = item?;
            let text = item.cast::<PyString>().map_err(|_| self.has_not(name, WANTED))?;
            text.extract().map_err(|_| no_text(name))
        };
        items.map(text).collect()
    }

    pub(crate) fn flag(&self, name: &str) -> PyResult<bool> {
        self.0.cast::<PyBool>().map(|flag| flag.is_true()).map_err(|_| self.is_not(name, "bool"))
    }

    /// A parameter of a call that is a whole number.
    pub(crate) fn number(&self, name: &str) -> PyResult<u32> {
        let number = self.whole(name)?;
        u32::try_from(number).map_err(|_| errors::raise(binding::invalid_parameter(name, number, out_of_range(number))))
    }

    /// A field of a model that is a whole number.
    pub(crate) fn whole_number(&self, name: &str) -> PyResult<u64> {
        let is_negative = self.whole(name)? < 0;
        let reason = if is_negative { "must not be negative" } else { "must be less than 2**64" };
        self.0.extract().map_err(|_| errors::raise(binding::invalid_parameter(name, Value::Null, reason)))
    }

    /// A field of a model that is a number.
    pub(crate) fn decimal_number(&self, name: &str) -> PyResult<f64> {
        if self.0.is_instance_of::<PyBool>() {
            return Err(self.is_not(name, "float"));
        }
        let number: f64 = self.0.extract().map_err(|_| self.is_not(name, "float"))?;
        match number.is_finite() {
            true => Ok(number),
            false => Err(errors::raise(binding::invalid_parameter(name, Value::Null, "must be a finite number"))),
        }
    }

    /// A field of a model that is any JSON.
    pub(crate) fn json_value(&self, name: &str) -> PyResult<Value> {
        binding::body(name, &self.body(name)?).map_err(errors::raise)
    }

    /// A field of a model that is another model.
    pub(crate) fn model<M: Model>(&self, name: &str) -> PyResult<Value> {
        let class = self.0.py().get_type::<M>().name()?.to_string();
        let model = self.0.cast::<M>().map_err(|_| self.is_not(name, &class))?;
        Ok(serde_json::to_value(model.get().core()).unwrap_or_default())
    }

    /// An option of a client or a call that is a whole number.
    pub(crate) fn count(&self, name: &str) -> PyResult<u32> {
        let number = self.whole(name)?;
        u32::try_from(number).map_err(|_| errors::raise(binding::invalid_option(name, out_of_range(number))))
    }

    /// An int, or what stands for one, as numbers of numpy do. One that no integer here can hold is as large, or as small, as they go: it is refused
    /// all the same.
    fn whole(&self, name: &str) -> PyResult<i64> {
        if self.0.is_instance_of::<PyBool>() {
            return Err(self.is_not(name, "int"));
        }
        match self.0.extract::<i64>() {
            Err(error) if error.is_instance_of::<PyOverflowError>(self.0.py()) => {
                Ok(if self.0.lt(0)? { i64::MIN } else { i64::MAX })
            }
            number => number.map_err(|_| self.is_not(name, "int")),
        }
    }

    /// An option that is a time to wait: seconds as a number, or a `timedelta`. An infinite one has no end.
    pub(crate) fn duration(&self, name: &str) -> PyResult<Duration> {
        const WANTED: &str = "a number of seconds or a timedelta";
        let seconds = match self.0.getattr_opt(pyo3::intern!(self.0.py(), "total_seconds"))? {
            Some(total_seconds) => total_seconds.call0()?,
            None if self.0.is_instance_of::<PyBool>() => return Err(self.is_not(name, WANTED)),
            None => self.0.clone(),
        };
        let seconds: f64 = seconds.extract().map_err(|_| self.is_not(name, WANTED))?;
        if seconds == f64::INFINITY {
            return Ok(Duration::MAX);
        }
        Duration::try_from_secs_f64(seconds)
            .map_err(|_| errors::raise(binding::invalid_option(name, "must be a number of seconds, more than zero")))
    }

    /// A parameter that is a time: a `datetime`, or a string in its place.
    pub(crate) fn time(&self, name: &str) -> PyResult<Timestamp> {
        let py = self.0.py();
        let is_datetime = self.0.hasattr(pyo3::intern!(py, "tzinfo"))? && self.0.hasattr(pyo3::intern!(py, "date"))?;
        let text = match is_datetime {
            true => self.0.call_method0("isoformat")?.extract().map_err(|_| self.is_not(name, "datetime or str"))?,
            false if self.0.is_instance_of::<PyString>() => self.text(name)?,
            false => return Err(self.is_not(name, "datetime or str")),
        };
        binding::timestamp(name, &text).map_err(errors::raise)
    }

    pub(crate) fn template(&self, name: &str) -> PyResult<Template> {
        binding::template(name, &json::dumps(name, &self.mapping(name)?)?).map_err(errors::raise)
    }

    /// Anything that is JSON, as its text.
    pub(crate) fn body(&self, name: &str) -> PyResult<String> {
        json::dumps(name, &self.0)
    }

    pub(crate) fn path(&self, name: &str) -> PyResult<PathBuf> {
        self.0.extract().map_err(|error: PyErr| match error.is_instance_of::<PyUnicodeError>(self.0.py()) {
            true => no_option_text(name),
            false => self.is_not(name, "str or os.PathLike"),
        })
    }

    pub(crate) fn headers(&self, name: &str) -> PyResult<Vec<(String, String)>> {
        self.pairs(name, "a mapping of str to str", no_option_text, |value| Ok(value.cast::<PyString>()?.clone()))
    }

    pub(crate) fn query(&self, name: &str) -> PyResult<Vec<(String, String)>> {
        self.pairs(name, "a mapping of str to str, int, float or bool", no_text, |value| {
            if let Ok(truth) = value.cast::<PyBool>() {
                return Ok(PyString::new(value.py(), if truth.is_true() { "true" } else { "false" }));
            }
            // As numbers are written, whatever an enum of them says of itself.
            for number in [value.py().get_type::<PyInt>(), value.py().get_type::<PyFloat>()] {
                if value.is_instance(&number)? {
                    return Ok(number.call_method1("__repr__", (value,))?.cast_into()?);
                }
            }
            Ok(value.cast::<PyString>()?.clone())
        })
    }

    fn pairs(
        &self,
        name: &str,
        wanted: &str,
        no_text: impl Fn(&str) -> PyErr,
        text: impl Fn(&Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>>,
    ) -> PyResult<Vec<(String, String)>> {
        type Pair<'py> = (Bound<'py, PyString>, Bound<'py, PyString>);
        let mapping = self.0.cast::<PyMapping>().map_err(|_| self.is_not(name, wanted))?;
        let pair = |item: Bound<'py, PyAny>| -> PyResult<Pair<'py>> {
            let (key, value): (Bound<'py, PyString>, Bound<'py, PyAny>) = item.extract()?;
            Ok((key, text(&value)?))
        };
        let pairs = mapping.items()?.iter().map(|item| {
            let (key, value) = pair(item).map_err(|_| self.has_not(name, wanted))?;
            let text = |text: Bound<'py, PyString>| text.extract().map_err(|_| no_text(name));
            Ok((text(key)?, text(value)?))
        });
        pairs.collect::<PyResult<_>>()
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

const LONE_SURROGATE: &str = "must be valid Unicode text, and contains a lone surrogate";

/// A Python string may contain a lone surrogate, which UTF-8 cannot express.
fn no_text(name: &str) -> PyErr {
    errors::raise(binding::invalid_parameter(name, Value::Null, LONE_SURROGATE))
}

fn no_option_text(name: &str) -> PyErr {
    errors::raise(binding::invalid_option(name, LONE_SURROGATE))
}
