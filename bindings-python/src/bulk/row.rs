//! [`Row`]: a row of a bulk run, which is a mapping with the names of the keyword arguments of a single call.

use pyo3::exceptions::{PyBaseException, PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyString};
use serde_json::Value;
use zexa::binding::{self, BulkRow};

use crate::arguments::Argument;
use crate::errors;
use crate::imported::{Imported, is_mapping};

/// Parameters that are read from a row. The implementations are generated.
pub(crate) trait FromRow: BulkRow {
    /// The keys of a row.
    const KEYS: &'static [&'static str];

    fn from_row(row: &Row<'_>) -> PyResult<Self>;
}

/// A row with known keys.
pub(crate) struct Row<'py>(Bound<'py, PyDict>);

impl<'py> Row<'py> {
    fn new(object: &Bound<'py, PyAny>, keys: &[&str]) -> PyResult<Row<'py>> {
        let py = object.py();
        let row = match object.cast_exact::<PyDict>() {
            Ok(row) => row.clone(),
            Err(_) if is_mapping(object)? => py.get_type::<PyDict>().call1((object,))?.cast_into::<PyDict>()?,
            Err(_) => return Err(not_a_mapping(object)),
        };
        for key in row.keys() {
            let is_known = key.cast::<PyString>().is_ok_and(|key| keys.iter().any(|known| key == known));
            if !is_known {
                return Err(unknown_key(&key, keys));
            }
        }
        Ok(Row(row))
    }

    /// The value of a key, unless it is absent or None.
    pub(crate) fn get(&self, key: &str) -> PyResult<Option<Argument<'py>>> {
        Ok(self.0.get_item(key)?.filter(|value| !value.is_none()).map(Argument))
    }
}

fn not_a_mapping(object: &Bound<'_, PyAny>) -> PyErr {
    let kind = object.get_type().name().map_or_else(|_| "another type".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("argument 'row' must be a mapping, not {kind}"))
}

fn unknown_key(key: &Bound<'_, PyAny>, known: &[&str]) -> PyErr {
    static SIMILAR: Imported = Imported::new("zexa._hints", "similar");
    let py = key.py();
    let Ok(key) = key.extract::<String>() else {
        return PyTypeError::new_err("argument 'row' must have keys that are valid strings");
    };
    let similar = || match errors::name(&key) {
        name if known.contains(&name) => Ok(Some(name.to_owned())),
        _ => SIMILAR.get(py)?.call1((key.as_str(), PySet::new(py, known)?))?.extract::<Option<String>>(),
    };
    match similar() {
        Ok(Some(similar)) => {
            PyTypeError::new_err(format!("argument 'row' has the unknown key '{key}': did you mean '{similar}'?"))
        }
        Ok(None) => PyTypeError::new_err(format!(
            "argument 'row' has the unknown key '{key}': the keys are {}",
            known.join(", ")
        )),
        Err(raised) => raised,
    }
}

/// Reads a row. An invalid one is an error of the row, and does not end the run.
///
/// # Errors
///
/// What is not an `Exception`, such as `KeyboardInterrupt`.
pub(crate) fn read<P: FromRow>(object: &Bound<'_, PyAny>) -> PyResult<zexa::Result<P>> {
    match Row::new(object, P::KEYS).and_then(|row| P::from_row(&row)) {
        Ok(row) => Ok(Ok(row)),
        Err(raised) if raised.is_instance_of::<PyException>(object.py()) => Ok(Err(invalid(object.py(), &raised))),
        Err(raised) => Err(raised),
    }
}

/// The error of a row whose arguments raised this exception: `TypeError`, an error of this package, or one of the mapping.
fn invalid(py: Python<'_>, raised: &PyErr) -> zexa::Error {
    let value = raised.value(py);
    let text = value.str().map_or_else(|_| String::new(), |text| text.to_string_lossy().into_owned());
    if let Some((field, reason)) = text.strip_prefix("argument '").and_then(|text| text.split_once("' ")) {
        return binding::invalid_parameter(field, Value::Null, reason);
    }
    match field_and_reason(value) {
        Ok((field, reason)) => binding::invalid_parameter(&field, Value::Null, &reason),
        Err(_) => {
            let class = value.get_type().name().map_or_else(|_| String::new(), |name| format!("{name}: "));
            binding::invalid_parameter("row", Value::Null, &format!("cannot be read: {class}{text}"))
        }
    }
}

/// The details of an error of this package about an argument.
fn field_and_reason(error: &Bound<'_, PyBaseException>) -> PyResult<(String, String)> {
    let details = error.getattr("details")?;
    Ok((details.get_item("field")?.extract()?, details.get_item("reason")?.extract()?))
}
