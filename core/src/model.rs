//! The macros that models and parameters are written in, and how a model is decoded.
//!
//! `required` is what the API documents as always there; `optional` is what may be absent, or is only guessed: it never makes a decode fail.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// An object that the API answers with.
pub trait Model: DeserializeOwned {
    /// The fields that may be absent, each before its aliases.
    const OPTIONAL: &'static [&'static str];

    /// Where the fields go that have no other place.
    fn extra_mut(&mut self) -> &mut Map<String, Value>;
}

/// A struct that the API answers with: `required` and `optional` fields, and `extra` for all others. A field may go by further names: `or "name"`.
macro_rules! model {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_type:ty,)* }
            optional { $($(#[$optional_meta:meta])* $optional:ident $(or $alias:literal)*: $optional_type:ty,)* }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* pub $required: $required_type,)*
            $(
                $(#[$optional_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none" $(, alias = $alias)*)]
                pub $optional: Option<$optional_type>,
            )*
            /// What the API sent beside these fields, and what it sent in them that is not of their type.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::model::Model for $name {
            const OPTIONAL: &'static [&'static str] = &[$(stringify!($optional), $($alias,)*)*];

            fn extra_mut(&mut self) -> &mut serde_json::Map<String, serde_json::Value> {
                &mut self.extra
            }
        }
    };
}

/// The parameters of a call: `required` fields, and `optional` ones, each with a setter. A new one stands last: in C they are a struct, which grows at its
/// end.
macro_rules! params {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_type:ty,)* }
            optional { $($(#[$optional_meta:meta])* $optional:ident: $optional_type:ident,)* }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[must_use = "it does nothing until it is given to a call"]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* #[serde(default)] pub $required: $required_type,)*
            $(
                $(#[$optional_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$optional_type>,
            )*
        }

        impl $crate::binding::Blank for $name {
            fn blank() -> Self {
                $name { $($required: Default::default(),)* $($optional: None,)* }
            }
        }

        impl $name {
            $($crate::model::params!(@setter $(#[$optional_meta])* $optional: $optional_type);)*
        }
    };

    // A number as it stands: `impl Into<u32>` would not take a plain 10.
    (@setter $(#[$meta:meta])* $name:ident: u32) => {
        $(#[$meta])*
        pub fn $name(mut self, value: u32) -> Self {
            self.$name = Some(value);
            self
        }
    };
    (@setter $(#[$meta:meta])* $name:ident: $type:ident) => {
        $(#[$meta])*
        pub fn $name(mut self, value: impl Into<$type>) -> Self {
            self.$name = Some(value.into());
            self
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
    // In the order of OPTIONAL, so that an alias never takes the place of the name itself.
    let doubtful: Vec<_> = T::OPTIONAL.iter().filter_map(|name| object.remove_entry(*name)).collect();
    let mut model = T::deserialize(&object)?;
    let mut refused = Vec::new();
    for (name, value) in doubtful {
        object.insert(name.clone(), value);
        match T::deserialize(&object) {
            Ok(more) => model = more,
            Err(_) => refused.extend(object.remove_entry(&name)),
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

    /// A hostile or broken server is not to keep the client busy for minutes.
    #[test]
    fn many_unknown_fields_and_a_surprise_among_them() {
        let mut message = json!({
            "id": "msg_1", "status": "queued", "channel": "sms", "to": "+244912345678", "created_at": "2026-07-01T09:00:00Z",
            "error": 1,
        });
        for number in 0..20_000 {
            message[format!("field_{number}")] = number.into();
        }
        assert_eq!(decode::<Message>(message).expect("decodes").extra.len(), 20_001);
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
