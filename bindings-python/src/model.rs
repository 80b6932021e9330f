//! [`model!`], which defines the class of a model, and what all models share: equality, hashing, pickling, JSON and `repr()`.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use pyo3::PyClass;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use serde::Serialize;
use serde_json::Value;
use zexa::binding;

use crate::imported::Imported;
use crate::{errors, json};

/// The Python class of a model of the core.
pub(crate) trait Model: PyClass<Frozen = True> + Sync {
    type Core: Serialize;

    /// The fields, in the order of the core.
    const FIELDS: &'static [Field];

    fn core(&self) -> &Self::Core;
}

/// A field of a model.
pub(crate) struct Field {
    /// The name of the attribute.
    pub(crate) attribute: &'static str,
    /// The name in the API.
    pub(crate) key: &'static str,
    pub(crate) shown: Shown,
    /// The annotation in the stub, without `None`.
    pub(crate) kind: &'static str,
    /// Whether a model cannot be constructed without the field.
    pub(crate) required: bool,
}

impl Field {
    fn is_time(&self) -> bool {
        self.kind == "datetime"
    }
}

/// How much of a field `repr()` shows. Representations end up in logs.
pub(crate) enum Shown {
    Plain,
    /// Only the end, of a phone number, an address or a name.
    Masked,
    /// Only the length, of a message text.
    Hidden,
    Never,
}

/// Converts a result of the core to a Python object.
pub(crate) trait IntoPython: Send + Sync + 'static {
    /// The name of the Python class.
    const CLASS: &'static str;

    fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>>;
}

impl IntoPython for () {
    const CLASS: &'static str = "None";

    fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(py.None())
    }
}

pub(crate) fn to_json<M: Model>(model: &M) -> String {
    json::to_text(model.core())
}

/// The fields as a dict. In the mode `python`, times are datetimes.
pub(crate) fn to_dict<'py, M: Model>(model: &Bound<'py, M>, mode: &str) -> PyResult<Bound<'py, PyDict>> {
    let times = with_datetimes(mode)?;
    let dict = json::to_python(model.py(), model.get().core())?.cast_into::<PyDict>()?;
    for field in M::FIELDS.iter().filter(|field| times && field.is_time()) {
        let time = model.as_any().getattr(field.attribute)?;
        // If the attribute is None, the dict may contain the raw value.
        if !time.is_none() {
            dict.set_item(field.key, time)?;
        }
    }
    Ok(dict)
}

/// Whether `to_dict()` returns datetimes in this mode.
pub(crate) fn with_datetimes(mode: &str) -> PyResult<bool> {
    match mode {
        "python" => Ok(true),
        "json" => Ok(false),
        _ => Err(PyValueError::new_err(format!("mode must be 'python' or 'json', not {mode:?}"))),
    }
}

/// Parses a model.
pub(crate) fn parse<T: binding::Model>(json: &[u8]) -> PyResult<T> {
    binding::model(json).map_err(errors::raise)
}

/// Hashes the fields that equality compares.
pub(crate) fn hash<M: Model>(model: &M) -> u64 {
    hash_of(model.core())
}

pub(crate) fn hash_of(value: &impl Serialize) -> u64 {
    let value = serde_json::to_value(value).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    hash_value(&value, &mut hasher);
    hasher.finish()
}

fn hash_value(value: &Value, hasher: &mut impl Hasher) {
    match value {
        Value::Null => {}
        Value::Bool(truth) => truth.hash(hasher),
        // 0.0 and -0.0 are equal.
        Value::Number(number) => number.as_f64().filter(|number| *number != 0.0).map(f64::to_bits).hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Array(values) => values.iter().for_each(|value| hash_value(value, hasher)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            name.hash(hasher);
            hash_value(value, hasher);
        }),
    }
}

/// `Message(id='msg_1', status='queued', to='***78', body=(5 characters))`. Absent and unknown fields are omitted.
pub(crate) fn repr<M: Model>(model: &Bound<'_, M>) -> PyResult<String> {
    let mut shown = Vec::new();
    for field in M::FIELDS {
        let value = model.as_any().getattr(field.attribute)?;
        if value.is_none() {
            continue;
        }
        let value = match field.shown {
            Shown::Plain => value.repr()?.to_string(),
            Shown::Masked => PyString::new(model.py(), &binding::masked(&value.str()?.to_string())).repr()?.to_string(),
            Shown::Hidden => format!("({} characters)", value.len()?),
            Shown::Never => continue,
        };
        shown.push(format!("{}={value}", field.attribute));
    }
    Ok(format!("{}({})", model.as_any().get_type().name()?, shown.join(", ")))
}

/// The pydantic schema of a model. Only pydantic calls this, so it is installed.
pub(crate) fn pydantic_schema<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    static SCHEMA: Imported = Imported::new("zexa._pydantic", "schema");
    SCHEMA.get(class.py())?.call1((class,))
}

/// For each field: attribute, name in the API, type, and whether it is required.
pub(crate) fn fields<M: Model>(py: Python<'_>) -> PyResult<Py<PyTuple>> {
    let fields = M::FIELDS.iter().map(|field| (field.attribute, field.key, field.kind, field.required));
    Ok(PyTuple::new(py, fields)?.unbind())
}

/// For pickles and copies: its JSON, and what reads that.
pub(crate) fn reduce<'py, M: Model>(model: &Bound<'py, M>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
    Ok((model.as_any().get_type().getattr("from_json")?, (to_json(model.get()),)))
}

/// The attributes that positional patterns of a `match` statement refer to.
pub(crate) fn match_args<M: Model>(py: Python<'_>) -> PyResult<Py<PyTuple>> {
    Ok(PyTuple::new(py, M::FIELDS.iter().map(|field| field.attribute))?.unbind())
}

/// Defines the class of a model: its fields in the order of the core, further members, and what all models share.
///
/// A field is written as `attribute = name: reader, "annotation", Shown, presence`. The reader is the method of [`Argument`](crate::arguments::Argument)
/// that converts the argument of the constructor, and the presence the method of [`Members`](crate::members::Members) that sets the field, with the default
/// of the argument.
macro_rules! model {
    (
        $(#[$doc:meta])*
        $Model:ident {
            $(
                $(#[$field_doc:meta])*
                $attribute:ident = $field:ident: $read:ident $(<$class:ident>)?, $kind:literal, $shown:ident,
                    $presence:ident $(= $default:ident)?;
            )*
        }
        $($members:tt)*
    ) => {
        $(#[$doc])*
        #[pyo3::pyclass(frozen, module = "zexa")]
        pub(crate) struct $Model(pub(crate) zexa::$Model);

        impl $crate::model::Model for $Model {
            type Core = zexa::$Model;

            const FIELDS: &'static [$crate::model::Field] = &[$($crate::model::Field {
                attribute: stringify!($attribute),
                key: stringify!($field),
                shown: $crate::model::Shown::$shown,
                kind: $kind,
                required: $crate::model::model!(@is_required $presence),
            }),*];

            fn core(&self) -> &zexa::$Model {
                &self.0
            }
        }

        impl $crate::model::IntoPython for zexa::$Model {
            const CLASS: &'static str = stringify!($Model);

            fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
                Ok(Py::new(py, $Model(self))?.into_any())
            }
        }

        impl $crate::fields::FieldValue for zexa::$Model {
            fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                Ok(Bound::new(py, $Model(self.clone()))?.into_any())
            }
        }

        #[pyo3::pymethods]
        impl $Model {
            #[new]
            #[pyo3(signature = (*, $($attribute $(= $default)?,)* extra=None))]
            #[allow(clippy::too_many_arguments, reason = "one for each field of the model")]
            fn new(
                $($attribute: Option<Argument<'_>>,)*
                extra: Option<Argument<'_>>,
            ) -> PyResult<$Model> {
                let mut members = $crate::members::Members::new(extra)?;
                $(
                    let value = $attribute.map(|value| value.$read$(::<$class>)?(stringify!($attribute)));
                    members.$presence(stringify!($field), value.transpose()?);
                )*
                members.model().map($Model)
            }

            $(
                $(#[$field_doc])*
                #[getter]
                fn $attribute<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                    $crate::fields::FieldValue::to_python(&self.0.$field, py)
                }
            )*

            $($members)*

            /// Fields that this version does not know, and the raw values of fields in an unexpected form.
            #[getter]
            fn extra<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                $crate::json::to_python(py, &self.0.extra)
            }

            /// Convert the model to a dict with the field names of the API.
            ///
            /// Absent fields are omitted, and the fields in `extra` are included.
            ///
            /// Args:
            ///     mode: `python` for times as datetimes, `json` for times as strings, as `json.dumps()` needs them.
            #[pyo3(signature = (*, mode = "python"))]
            fn to_dict<'py>(slf: &Bound<'py, Self>, mode: &str) -> PyResult<Bound<'py, pyo3::types::PyDict>> {
                $crate::model::to_dict(slf, mode)
            }

            /// Convert the model to JSON with the field names of the API. The fields in `extra` are included.
            fn to_json(&self) -> String {
                $crate::model::to_json(self)
            }

            /// Create a model from JSON: the result of `to_json()`, or an object that the API returned.
            ///
            /// Raises:
            ///     DecodeError: The text is not JSON, or lacks a field that the model requires.
            #[classmethod]
            fn from_json(_class: &Bound<'_, pyo3::types::PyType>, text: Argument<'_>) -> PyResult<$Model> {
                $crate::model::parse(&text.bytes("text")?).map($Model)
            }

            /// Create a model from the result of `to_dict()` in either mode.
            ///
            /// Raises:
            ///     DecodeError: The data lacks a field that the model requires.
            #[classmethod]
            fn from_dict(_class: &Bound<'_, pyo3::types::PyType>, data: Argument<'_>) -> PyResult<$Model> {
                $crate::model::parse(&data.plain_data("data")?).map($Model)
            }

            /// The pydantic schema of the model.
            #[classmethod]
            #[pyo3(signature = (source, handler, /))]
            fn __get_pydantic_core_schema__<'py>(
                class: &Bound<'py, pyo3::types::PyType>,
                source: &Bound<'py, PyAny>,
                handler: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                let _ = (source, handler);
                $crate::model::pydantic_schema(class)
            }

            fn __eq__(&self, other: &Self) -> bool {
                self.0 == other.0
            }

            fn __hash__(&self) -> u64 {
                $crate::model::hash(self)
            }

            fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
                $crate::model::repr(slf)
            }

            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
                $crate::model::reduce(slf)
            }

            #[classattr]
            fn __match_args__(py: Python<'_>) -> PyResult<Py<pyo3::types::PyTuple>> {
                $crate::model::match_args::<Self>(py)
            }

            /// For each field: attribute, name in the API, type, and whether it is required.
            #[classattr]
            fn _fields(py: Python<'_>) -> PyResult<Py<pyo3::types::PyTuple>> {
                $crate::model::fields::<Self>(py)
            }
        }
    };

    (@is_required required) => { true };
    (@is_required $other:ident) => { false };
}

pub(crate) use model;
