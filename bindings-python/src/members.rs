//! The constructors of models: keyword arguments become a JSON object, which is parsed like a response of the API.

use pyo3::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use zexa::binding;

use crate::arguments::Argument;
use crate::{errors, model};

/// The members of the JSON object of a model.
pub(crate) struct Members {
    fields: Map<String, Value>,
    extra: Map<String, Value>,
}

impl Members {
    /// Starts with the additional members in `extra`.
    pub(crate) fn new(extra: Option<Argument<'_>>) -> PyResult<Members> {
        let extra = extra.map(|extra| extra.members("extra")).transpose()?;
        Ok(Members { fields: Map::new(), extra: extra.unwrap_or_default() })
    }

    /// Sets a field that may be absent.
    pub(crate) fn optional(&mut self, name: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.fields.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        }
    }

    /// Sets a field without which the model cannot be parsed.
    pub(crate) fn required(&mut self, name: &str, value: Option<impl Serialize>) {
        self.optional(name, value);
    }

    /// Sets a text or a list, which is empty if it is absent.
    pub(crate) fn or_empty(&mut self, name: &str, value: Option<impl Serialize + Default>) {
        self.optional(name, Some(value.unwrap_or_default()));
    }

    /// The model with these members.
    pub(crate) fn model<T: binding::Model>(self) -> PyResult<T> {
        let Members { mut fields, extra } = self;
        for (name, value) in extra {
            if fields.contains_key(&name) {
                let reason = format!("must not contain the field `{name}`: use the argument of that name");
                return Err(errors::raise(binding::invalid_parameter("extra", Value::Null, &reason)));
            }
            fields.insert(name, value);
        }
        model::parse(&serde_json::to_vec(&fields).expect("JSON values are serializable"))
    }
}
