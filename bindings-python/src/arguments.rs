//! Converts Python arguments to Rust values. Errors name the argument.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyMemoryView, PyString};
use serde_json::{Map, Value};
use zexa::{Template, Timestamp, binding};

use crate::imported::{intern, is_mapping};
use crate::model::Model;
use crate::{errors, json};

/// An argument of any type. The method that converts it checks the type.
pub(crate) struct Argument<'py>(pub(crate) Bound<'py, PyAny>);

impl<'py> FromPyObject<'_, 'py> for Argument<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Argument<'py>> {
        Ok(Argument(object.to_owned()))
    }
}

impl<'py> Argument<'py> {
    /// A string.
    pub(crate) fn text(&self, name: &str) -> PyResult<String> {
        self.string(name)?.extract().map_err(|_| invalid_text(name))
    }

    /// An option that is a string.
    pub(crate) fn option_text(&self, name: &str) -> PyResult<String> {
        self.string(name)?.extract().map_err(|_| invalid_option_text(name))
    }

    fn string(&self, name: &str) -> PyResult<&Bound<'py, PyString>> {
        self.0.cast::<PyString>().map_err(|_| self.type_error(name, "str"))
    }

    /// A bytes-like object, or a string as UTF-8. A lone surrogate becomes invalid UTF-8, which is left to the parser.
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
        let text = self.0.cast::<PyString>().map_err(|_| self.type_error(name, "bytes or str"))?;
        json::to_bytes(text)
    }

    /// A mapping as JSON. It may contain datetimes.
    pub(crate) fn plain_data(&self, name: &str) -> PyResult<Vec<u8>> {
        json::dump_plain(name, &self.mapping(name)?)
    }

    /// A mapping as a JSON object. It may contain datetimes.
    pub(crate) fn members(&self, name: &str) -> PyResult<Map<String, Value>> {
        serde_json::from_slice(&self.plain_data(name)?).map_err(|_| invalid_text(name))
    }

    /// An option that is a mapping, as a JSON object.
    pub(crate) fn option_members(&self, name: &str) -> PyResult<Map<String, Value>> {
        let json = json::dump_option(name, &self.mapping(name)?)?;
        binding::option_object(name, &json).map_err(errors::raise)
    }

    /// A mapping as a dict, the only mapping that `json` accepts.
    fn mapping(&self, name: &str) -> PyResult<Bound<'py, PyAny>> {
        if !is_mapping(&self.0)? {
            return Err(self.type_error(name, "a mapping"));
        }
        self.0.py().get_type::<PyDict>().call1((&self.0,))
    }

    /// An iterable of strings. A string is rejected, although it is an iterable of strings, and so is a mapping.
    pub(crate) fn texts(&self, name: &str) -> PyResult<Vec<String>> {
        const EXPECTED: &str = "a list of str";
        let is_excluded = self.0.is_instance_of::<PyString>() || is_mapping(&self.0)?;
        let items = self.0.try_iter().ok().filter(|_| !is_excluded).ok_or_else(|| self.type_error(name, EXPECTED))?;
        let text = |item: PyResult<Bound<'py, PyAny>>| {
            let item = item?;
            let text = item.cast::<PyString>().map_err(|_| self.item_type_error(name, EXPECTED))?;
            text.extract().map_err(|_| invalid_text(name))
        };
        items.map(text).collect()
    }

    /// A boolean.
    pub(crate) fn flag(&self, name: &str) -> PyResult<bool> {
        self.0.cast::<PyBool>().map(|flag| flag.is_true()).map_err(|_| self.type_error(name, "bool"))
    }

    /// An integer argument of a call, from 0.
    pub(crate) fn number(&self, name: &str) -> PyResult<u32> {
        self.parameter(name, 0)
    }

    /// An integer argument of a call, from 1. The core rejects 0, in the same words.
    pub(crate) fn positive_number(&self, name: &str) -> PyResult<u32> {
        self.parameter(name, 1)
    }

    fn parameter(&self, name: &str, least: u32) -> PyResult<u32> {
        let number = self.integer(name)?;
        let invalid = |_| errors::raise(binding::invalid_parameter(name, number, &out_of_range(number, least)));
        u32::try_from(number).map_err(invalid)
    }

    /// An integer field of a model.
    pub(crate) fn whole_number(&self, name: &str) -> PyResult<u64> {
        let is_negative = self.integer(name)? < 0;
        let reason = if is_negative { "must not be negative" } else { "must be less than 2**64" };
        self.0.extract().map_err(|_| errors::raise(binding::invalid_parameter(name, Value::Null, reason)))
    }

    /// A numeric field of a model.
    pub(crate) fn decimal_number(&self, name: &str) -> PyResult<f64> {
        if self.0.is_instance_of::<PyBool>() {
            return Err(self.type_error(name, "float"));
        }
        let number: f64 = self.0.extract().map_err(|_| self.type_error(name, "float"))?;
        match number.is_finite() {
            true => Ok(number),
            false => Err(errors::raise(binding::invalid_parameter(name, Value::Null, "must be a finite number"))),
        }
    }

    /// A field of a model that is any JSON value.
    pub(crate) fn json_value(&self, name: &str) -> PyResult<Value> {
        binding::body(name, &self.body(name)?).map_err(errors::raise)
    }

    /// A field of a model that is another model.
    pub(crate) fn model<M: Model>(&self, name: &str) -> PyResult<Value> {
        let class = self.0.py().get_type::<M>().name()?.to_string();
        let model = self.0.cast::<M>().map_err(|_| self.type_error(name, &class))?;
        Ok(serde_json::to_value(model.get().core()).unwrap_or_default())
    }

    /// An integer option of a client or a call, from 0.
    pub(crate) fn count(&self, name: &str) -> PyResult<u32> {
        self.option(name, 0)
    }

    /// An integer option of a client or a call, from 1. The core rejects 0, in the same words.
    pub(crate) fn positive_count(&self, name: &str) -> PyResult<u32> {
        self.option(name, 1)
    }

    fn option(&self, name: &str, least: u32) -> PyResult<u32> {
        let number = self.integer(name)?;
        let invalid = |_| errors::raise(binding::invalid_option(name, &out_of_range(number, least)));
        u32::try_from(number).map_err(invalid)
    }

    /// An `int`, or an object with `__index__()`, such as a NumPy integer. Values outside of 64 bits are clamped: every caller rejects them.
    fn integer(&self, name: &str) -> PyResult<i64> {
        if self.0.is_instance_of::<PyBool>() {
            return Err(self.type_error(name, "int"));
        }
        match self.0.extract::<i64>() {
            Err(error) if error.is_instance_of::<PyOverflowError>(self.0.py()) => {
                Ok(if self.0.lt(0)? { i64::MIN } else { i64::MAX })
            }
            number => number.map_err(|_| self.type_error(name, "int")),
        }
    }

    /// An option that is a duration: a number of seconds or a `timedelta`. Infinity means no limit. The core rejects 0, in the same words.
    pub(crate) fn duration(&self, name: &str) -> PyResult<Duration> {
        self.seconds(name, "more than zero")
    }

    /// The same, for an option that may be 0.
    pub(crate) fn duration_or_zero(&self, name: &str) -> PyResult<Duration> {
        self.seconds(name, "0 or more")
    }

    fn seconds(&self, name: &str, valid: &str) -> PyResult<Duration> {
        const EXPECTED: &str = "a number of seconds or a timedelta";
        let seconds = match self.0.getattr_opt(intern!(self.0.py(), "total_seconds"))? {
            Some(total_seconds) => total_seconds.call0()?,
            None if self.0.is_instance_of::<PyBool>() => return Err(self.type_error(name, EXPECTED)),
            None => self.0.clone(),
        };
        let seconds: f64 = seconds.extract().map_err(|_| self.type_error(name, EXPECTED))?;
        if seconds == f64::INFINITY {
            return Ok(Duration::MAX);
        }
        Duration::try_from_secs_f64(seconds).map_err(|_| {
            let reason = match seconds {
                _ if seconds.is_nan() => "must be a number of seconds, got nan".to_owned(),
                _ if seconds < 0.0 => format!("must be {valid}, got {seconds}"),
                _ => format!("is too large, got {seconds:e}: for no limit, use float(\"inf\")"),
            };
            errors::raise(binding::invalid_option(name, &reason))
        })
    }

    /// A point in time: a timezone-aware `datetime`, or a string.
    pub(crate) fn time(&self, name: &str) -> PyResult<Timestamp> {
        let py = self.0.py();
        let is_datetime = self.0.hasattr(intern!(py, "tzinfo"))? && self.0.hasattr(intern!(py, "date"))?;
        let text: String = match is_datetime {
            true => {
                self.0.call_method0("isoformat")?.extract().map_err(|_| self.type_error(name, "datetime or str"))?
            }
            false if self.0.is_instance_of::<PyString>() => self.text(name)?,
            false => return Err(self.type_error(name, "datetime or str")),
        };
        if is_datetime && self.0.getattr(intern!(py, "tzinfo"))?.is_none() {
            return Err(errors::raise(binding::invalid_parameter(name, text, NAIVE_DATETIME)));
        }
        binding::timestamp(name, &text).map_err(errors::raise)
    }

    pub(crate) fn template(&self, name: &str) -> PyResult<Template> {
        binding::template(name, &json::dumps(name, &self.mapping(name)?)?).map_err(errors::raise)
    }

    /// Any JSON value, as JSON.
    pub(crate) fn body(&self, name: &str) -> PyResult<String> {
        json::dumps(name, &self.0)
    }

    pub(crate) fn path(&self, name: &str) -> PyResult<PathBuf> {
        self.0.extract().map_err(|error: PyErr| match error.is_instance_of::<PyUnicodeError>(self.0.py()) {
            true => invalid_option_text(name),
            false => self.type_error(name, "str or os.PathLike"),
        })
    }

    pub(crate) fn headers(&self, name: &str) -> PyResult<Vec<(String, String)>> {
        self.pairs(name, "a mapping of str to str", invalid_option_text, |value| Ok(value.cast::<PyString>()?.clone()))
    }

    pub(crate) fn query(&self, name: &str) -> PyResult<Vec<(String, String)>> {
        self.pairs(name, "a mapping of str to str, int, float or bool", invalid_text, |value| {
            if let Ok(truth) = value.cast::<PyBool>() {
                return Ok(PyString::new(value.py(), if truth.is_true() { "true" } else { "false" }));
            }
            // As a plain number: an `IntEnum` has a different `repr()`.
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
        expected: &str,
        invalid_text: impl Fn(&str) -> PyErr,
        text: impl Fn(&Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>>,
    ) -> PyResult<Vec<(String, String)>> {
        type Pair<'py> = (Bound<'py, PyString>, Bound<'py, PyString>);
        if !is_mapping(&self.0)? {
            return Err(self.type_error(name, expected));
        }
        let pair = |item: Bound<'py, PyAny>| -> PyResult<Pair<'py>> {
            let (key, value): (Bound<'py, PyString>, Bound<'py, PyAny>) = item.extract()?;
            Ok((key, text(&value)?))
        };
        let pairs = self.0.call_method0(intern!(self.0.py(), "items"))?.try_iter()?.map(|item| {
            let (key, value) = pair(item?).map_err(|_| self.item_type_error(name, expected))?;
            let text = |text: Bound<'py, PyString>| text.extract().map_err(|_| invalid_text(name));
            Ok((text(key)?, text(value)?))
        });
        pairs.collect::<PyResult<_>>()
    }

    fn type_error(&self, name: &str, expected: &str) -> PyErr {
        let kind = self.0.get_type().name().map_or_else(|_| "another type".to_owned(), |name| name.to_string());
        PyTypeError::new_err(format!("argument '{name}' must be {expected}, not {kind}"))
    }

    fn item_type_error(&self, name: &str, expected: &str) -> PyErr {
        PyTypeError::new_err(format!("argument '{name}' must be {expected}, but contains an item of another type"))
    }
}

/// Why an integer is not a valid `u32`. Numbers outside of 64 bits were clamped, and are not shown.
fn out_of_range(number: i64, least: u32) -> String {
    let valid = if number < 0 { format!("must be {least} or more") } else { format!("must be {} or less", u32::MAX) };
    match number {
        i64::MIN | i64::MAX => valid,
        _ => format!("{valid}, got {number}"),
    }
}

const NAIVE_DATETIME: &str = "must be a timezone-aware datetime, got a naive one: use datetime.now(timezone.utc), \
     or convert local time with value.astimezone()";

const LONE_SURROGATE: &str = "must be valid Unicode, but contains a lone surrogate";

/// Rejects a string with a lone surrogate, which UTF-8 cannot express.
fn invalid_text(name: &str) -> PyErr {
    errors::raise(binding::invalid_parameter(name, Value::Null, LONE_SURROGATE))
}

fn invalid_option_text(name: &str) -> PyErr {
    errors::raise(binding::invalid_option(name, LONE_SURROGATE))
}
