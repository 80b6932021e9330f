//! The constructors of models: keyword arguments become the JSON of a model, which is read like a response of the API.

use pyo3::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use zexa::binding;

use crate::arguments::Argument;
use crate::errors;

/// The members of the JSON object of a model.
pub(crate) struct Members {
    given: Map<String, Value>,
    extra: Map<String, Value>,
}

impl Members {
    /// Members beside the fields of the model.
    pub(crate) fn new(extra: Option<Argument<'_>>) -> PyResult<Members> {
        let extra = extra.map(|extra| extra.members("extra")).transpose()?;
        Ok(Members { given: Map::new(), extra: extra.unwrap_or_default() })
    }

    pub(crate) fn set(&mut self, name: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.given.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
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
        let Members { mut given, extra } = self;
        for (name, value) in extra {
            if given.contains_key(&name) {
                let reason = format!("must not contain the field `{name}`, which is an argument of its own");
                return Err(errors::raise(binding::invalid_parameter("extra", Value::Null, &reason)));
            }
            given.insert(name, value);
        }
        let json = serde_json::to_vec(&given).expect("JSON values can be written");
        binding::model(&json).map_err(errors::raise)
    }
}
