//! The macros that models and parameters are written in, and how a model is decoded.
//!
//! `required` is what the API documents as always there; `optional` is what may be absent, or is only guessed: it never makes a decode fail.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// An object that the API answers with.
pub(crate) trait Model: DeserializeOwned {
    /// The fields without which it is no answer.
    const REQUIRED: &'static [&'static str];
    /// The fields that may be absent.
    const OPTIONAL: &'static [&'static str];

    /// Where the fields go that have no other place.
    fn extra_mut(&mut self) -> &mut Map<String, Value>;
}

/// A struct that the API answers with: `required` and `optional` fields, and `extra` for all others.
macro_rules! model {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_type:ty,)* }
            optional { $($(#[$optional_meta:meta])* $optional:ident: $optional_type:ty,)* }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* pub $required: $required_type,)*
            $(
                $(#[$optional_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$optional_type>,
            )*
            /// What the API sent beside these fields, and what it sent in them that is not of their type.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::model::Model for $name {
            const REQUIRED: &'static [&'static str] = &[$(stringify!($required),)*];
            const OPTIONAL: &'static [&'static str] = &[$(stringify!($optional),)*];

            fn extra_mut(&mut self) -> &mut serde_json::Map<String, serde_json::Value> {
                &mut self.extra
            }
        }
    };
}

/// The parameters of a call: `required` fields, and `optional` ones, each with a setter.
macro_rules! params {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_type:ty,)* }
            optional { $($(#[$optional_meta:meta])* $optional:ident: $optional_type:ty,)* }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* #[serde(default)] pub $required: $required_type,)*
            $(
                $(#[$optional_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$optional_type>,
            )*
        }

        impl $name {
            $(
                $(#[$optional_meta])*
                pub fn $optional(mut self, value: impl Into<$optional_type>) -> Self {
                    self.$optional = Some(value.into());
                    self
                }
            )*
        }
    };
}

pub(crate) use {model, params};

/// Decodes a model.
pub(crate) fn from_slice<T: Model>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(json).or_else(|error| {
        let Ok(Value::Object(object)) = serde_json::from_slice(json) else { return Err(error) };
        from_surprising(object)
    })
}

/// Decodes a model whose straight decoding failed: what is optional and not of its type goes into `extra`, whatever it is.
pub(crate) fn from_surprising<T: Model>(mut object: Map<String, Value>) -> serde_json::Result<T> {
    let mut doubtful: Vec<(String, Value)> = Vec::new();
    for name in T::OPTIONAL {
        doubtful.extend(object.remove_entry(*name));
    }
    let (certain, others): (Map<_, _>, Map<_, _>) =
        object.into_iter().partition(|(name, _)| T::REQUIRED.contains(&name.as_str()));
    // After the fields' own names, so that an alias never takes the place of the name itself.
    doubtful.extend(others);

    let mut accepted = certain;
    let mut model = T::deserialize(&accepted)?;
    let mut refused = Vec::new();
    for (name, value) in doubtful {
        accepted.insert(name.clone(), value);
        match T::deserialize(&accepted) {
            Ok(more) => model = more,
            Err(_) => refused.extend(accepted.remove_entry(&name)),
        }
    }
    model.extra_mut().extend(refused);
    Ok(model)
}

/// For a documented list that may come as null.
pub(crate) fn null_as_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Message, SenderId};

    fn decode<T: Model>(value: Value) -> serde_json::Result<T> {
        from_slice(value.to_string().as_bytes())
    }

    #[test]
    fn what_is_optional_never_fails() {
        let message: Message = decode(json!({
            "id": "msg_1", "status": "queued", "channel": "sms", "to": "+244912345678", "created_at": "2026-07-01T09:00:00Z",
            "error": {"reason": "x"}, "sent_at": 5, "body": "Hello", "novel": [1],
        }))
        .expect("decodes");
        assert_eq!((message.error, message.sent_at, message.body.as_deref()), (None, None, Some("Hello")));
        assert_eq!(Value::from(message.extra), json!({"error": {"reason": "x"}, "sent_at": 5, "novel": [1]}));
    }

    #[test]
    fn what_is_required_does() {
        let error = decode::<Message>(json!({"id": "msg_1", "status": "queued"})).expect_err("is no message");
        assert!(error.to_string().contains("channel"), "{error}");
    }

    #[test]
    fn a_name_is_preferred_to_its_alias() {
        let sender: SenderId =
            decode(json!({"name": "Zexa Lda", "sender_id": "ZEXA", "status": "approved", "channel": "sms"}))
                .expect("decodes");
        assert_eq!(sender.sender_id.as_deref(), Some("ZEXA"));
        assert_eq!(sender.extra["name"], "Zexa Lda");
    }
}
