//! The constructors of models: keyword arguments become a JSON object, which is parsed like a response of the API.

use pyo3::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use zexa::binding;

use crate::arguments::Argument;
use crate::errors;

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

    pub(crate) fn set(&mut self, name: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.fields.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        }
    }

    pub(crate) fn set_or_empty_text(&mut self, name: &str, value: Option<String>) {
        self.set(name, Some(value.unwrap_or_default()));
    }

    pub(crate) fn set_or_empty_list(&mut self, name: &str, value: Option<Vec<String>>) {
        self.set(name, Some(value.unwrap_or_default()));
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
        let json = serde_json::to_vec(&fields).expect("JSON values are serializable");
        binding::model(&json).map_err(errors::raise)
    }
}
