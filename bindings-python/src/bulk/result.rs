//! [`SendResult`] and [`CreateResult`]: the results of the rows of a bulk run.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use zexa::RowResult;

use crate::arguments::Argument;
use crate::errors;
use crate::model::IntoPython;

/// A model that is the value of results.
pub(crate) trait FromResult: IntoPython + Sized {
    fn from_result(py: Python<'_>, result: RowResult<Self>) -> PyResult<Py<PyAny>>;
}

macro_rules! result_class {
    (
        $(#[$doc:meta])*
        $Result:ident of $Model:ident, {
            $(#[$value_doc:meta])*
            $value:ident;
            $($(#[$exists_doc:meta])* $exists:ident;)?
        }
    ) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "zexa")]
        pub(crate) struct $Result {
            /// Index of the row in the source. The first row is 0.
            #[pyo3(get)]
            index: u64,
            /// Idempotency key of the row. If the row has none, it is made from the channel and the recipient. `None` for contacts and for invalid rows.
            #[pyo3(get)]
            idempotency_key: Option<String>,
            $(#[$value_doc])*
            #[pyo3(get)]
            $value: Option<Py<PyAny>>,
            /// The error of a row that failed.
            #[pyo3(get)]
            error: Option<Py<PyAny>>,
            /// What is known about the request of the row: `accepted`, `rejected`, `not_sent` or `unknown`.
            #[pyo3(get)]
            outcome: Py<PyString>,
            $($(#[$exists_doc])* #[pyo3(get)] $exists: bool,)?
            /// Whether the result is that of an earlier run, and nothing was sent.
            #[pyo3(get)]
            replayed: bool,
            /// Whether the result is in the ledger.
            #[pyo3(get)]
            recorded: bool,
        }

        impl FromResult for zexa::$Model {
            fn from_result(py: Python<'_>, result: RowResult<Self>) -> PyResult<Py<PyAny>> {
                let error = result.error.map(|error| errors::of_row(py, &error)).transpose()?;
                let result = $Result {
                    index: result.index,
                    idempotency_key: result.idempotency_key,
                    $value: result.value.map(|value| value.into_python(py)).transpose()?,
                    error: error.map(|error| error.into_value(py).into_any()),
                    outcome: PyString::intern(py, result.outcome.as_str()).unbind(),
                    $($exists: result.$exists,)?
                    replayed: result.replayed,
                    recorded: result.recorded,
                };
                Ok(Py::new(py, result)?.into_any())
            }
        }

        impl $Result {
            /// The names of the attributes, in the order of `repr()`.
            const NAMES: &'static [&'static str] = &[
                "index", "idempotency_key", "outcome", stringify!($value), "error", $(stringify!($exists),)? "replayed",
                "recorded",
            ];
        }

        #[pymethods]
        impl $Result {
            #[new]
            #[pyo3(signature = (
                *, index, idempotency_key=None, outcome="accepted", $value=None, error=None, $($exists=false,)?
                replayed=false, recorded=false
            ))]
            #[allow(clippy::too_many_arguments, reason = "one for each attribute")]
            fn new(
                py: Python<'_>,
                index: u64,
                idempotency_key: Option<String>,
                outcome: &str,
                $value: Option<Argument<'_>>,
                error: Option<Argument<'_>>,
                $($exists: bool,)?
                replayed: bool,
                recorded: bool,
            ) -> PyResult<$Result> {
                if let Some(value) = $value.as_ref().filter(|value| !value.0.is_instance_of::<crate::generated::$Model>()) {
                    let message = concat!("argument '", stringify!($value), "' must be ", stringify!($Model), ", not ");
                    return Err(PyTypeError::new_err(format!("{message}{}", value.0.get_type().name()?)));
                }
                Ok($Result {
                    index,
                    idempotency_key,
                    $value: $value.map(|value| value.0.unbind()),
                    error: error.map(|error| error.0.unbind()),
                    outcome: PyString::new(py, outcome).unbind(),
                    $($exists,)?
                    replayed,
                    recorded,
                })
            }

            fn __eq__(slf: &Bound<'_, Self>, other: &Bound<'_, Self>) -> PyResult<bool> {
                equal(slf, other, Self::NAMES)
            }

            fn __hash__(&self) -> u64 {
                self.index
            }

            /// Absent and false attributes are omitted.
            fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
                repr(slf, Self::NAMES)
            }

            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
                reduce(slf, Self::NAMES)
            }

            /// Restores a pickled result.
            #[classmethod]
            fn _of<'py>(class: &Bound<'py, PyType>, values: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
                class.call((), Some(values))
            }
        }
    };
}

result_class! {
    /// The result of a row of `messages.send_many()`.
    SendResult of Message, {
        /// The message. `None` if the row failed.
        message;
    }
}

result_class! {
    /// The result of a row of `contacts.create_many()`.
    CreateResult of Contact, {
        /// The contact. `None` if the row failed, and for a contact that already exists.
        contact;
        /// Whether the contact already exists. This is not an error.
        exists;
    }
}

/// Whether all attributes are equal. Errors are equal if their arguments are, because exceptions have no equality of their own.
fn equal(one: &Bound<'_, PyAny>, other: &Bound<'_, PyAny>, names: &[&str]) -> PyResult<bool> {
    for name in names {
        let (one, other) = (one.getattr(*name)?, other.getattr(*name)?);
        let (one, other) = match (*name, one.is_none() || other.is_none()) {
            ("error", false) if one.get_type().is(other.get_type()) => (one.getattr("args")?, other.getattr("args")?),
            _ => (one, other),
        };
        if !one.eq(other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn repr(result: &Bound<'_, PyAny>, names: &[&str]) -> PyResult<String> {
    let mut shown = Vec::new();
    for name in names {
        let value = result.getattr(*name)?;
        let is_false = value.extract::<bool>().is_ok_and(|truth| !truth);
        if !value.is_none() && !is_false {
            shown.push(format!("{name}={}", value.repr()?));
        }
    }
    Ok(format!("{}({})", result.get_type().name()?, shown.join(", ")))
}

/// For pickles and copies: the attributes, and what reads them.
fn reduce<'py>(result: &Bound<'py, PyAny>, names: &[&str]) -> PyResult<Bound<'py, PyTuple>> {
    let values = PyDict::new(result.py());
    for name in names {
        values.set_item(name, result.getattr(*name)?)?;
    }
    (result.get_type().getattr("_of")?, (values,)).into_pyobject(result.py())
}
