//! The macros that define models and parameters. `cargo xtask codegen` reads the definitions.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::tolerant::notes::Note;

/// An object that the API returns.
pub trait Model: DeserializeOwned + Serialize {
    /// Name of the type.
    const NAME: &'static str;

    /// Names of the fields without which the object is a decode error.
    const REQUIRED: &'static [&'static str];

    /// Adds a note for each field that is not as documented.
    fn add_notes(&self, notes: &mut Vec<Note>);
}

/// Defines a struct that the API returns. Its fields have the given types, and are read tolerantly:
///
/// - `required`: an object without the field is a decode error;
/// - `documented`: if the API omits the field, it is `None` or empty, and the client logs a warning;
/// - `optional`: the same without a warning, because the API may omit the field or does not document it;
/// - `from Params { … }`: these fields are filled in from the request if the response omits them.
///
/// A value in an unexpected form counts as absent, and its raw value is in `extra`. A field may have aliases (`or "name"`), and an id or a code may
/// also be a number (`as Code`). `then` names a method that is called after deserialization.
macro_rules! model {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_type:ty $(as $required_form:ident)?,)* }
            documented {$(
                $(#[$documented_meta:meta])*
                $documented:ident $(or $documented_alias:literal)*: $documented_type:ty $(as $documented_form:ident)?,
            )*}
            optional {$(
                $(#[$optional_meta:meta])*
                $optional:ident $(or $optional_alias:literal)*: $optional_type:ty $(as $optional_form:ident)?,
            )*}
            $(from $Params:ident { $($filled:ident),* $(,)? })?
            $(then $finish:path)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* pub $required: $required_type,)*
            $($(#[$documented_meta])* pub $documented: $documented_type,)*
            $($(#[$optional_meta])* pub $optional: $optional_type,)*
            /// Fields that this version does not know, and the raw values of fields in an unexpected form.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::model::Model for $name {
            const NAME: &'static str = stringify!($name);
            const REQUIRED: &'static [&'static str] = &[$(stringify!($required)),*];

            fn add_notes(&self, notes: &mut Vec<$crate::tolerant::notes::Note>) {
                let field = |name, aliases, is_documented| $crate::tolerant::notes::Field {
                    model: stringify!($name),
                    name,
                    aliases,
                    is_documented,
                };
                $($crate::tolerant::notes::add_if_empty(
                    stringify!($name), stringify!($required), &self.$required, notes,
                );)*
                $(field(stringify!($documented), &[$($documented_alias),*], true)
                    .add_notes(&self.$documented, &self.extra, notes);)*
                $(field(stringify!($optional), &[$($optional_alias),*], false)
                    .add_notes(&self.$optional, &self.extra, notes);)*
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;

                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut object: A) -> Result<$name, A::Error> {
                        use $crate::tolerant::field::{Key, Slot, read_alias, read_field};

                        $(let mut $required: Option<$required_type> = None;)*
                        $(let mut $documented: Option<<$documented_type as Slot>::Value> = None;)*
                        $(let mut $optional: Option<<$optional_type as Slot>::Value> = None;)*
                        let mut extra = serde_json::Map::new();
                        while let Some(Key(key)) = object.next_key()? {
                            $(if key == stringify!($required) {
                                type Form = $crate::model::model!(@form $required_type $(, $required_form)?);
                                read_field::<_, Form, A>(&mut object, stringify!($required), &mut $required, &mut extra)?;
                                continue;
                            })*
                            $(if key == stringify!($documented) {
                                type Form = $crate::model::model!(
                                    @form <$documented_type as Slot>::Value $(, $documented_form)?
                                );
                                let slot = &mut $documented;
                                read_field::<_, Form, A>(&mut object, stringify!($documented), slot, &mut extra)?;
                                continue;
                            })*
                            $(if key == stringify!($optional) {
                                type Form = $crate::model::model!(
                                    @form <$optional_type as Slot>::Value $(, $optional_form)?
                                );
                                let slot = &mut $optional;
                                read_field::<_, Form, A>(&mut object, stringify!($optional), slot, &mut extra)?;
                                continue;
                            })*
                            extra.insert(key.into_owned(), object.next_value()?);
                        }
                        $({
                            type Form = $crate::model::model!(
                                @form <$documented_type as Slot>::Value $(, $documented_form)?
                            );
                            let aliases: &[&str] = &[$($documented_alias),*];
                            for alias in aliases {
                                read_alias::<_, Form>(stringify!($documented), alias, &mut $documented, &mut extra);
                            }
                        })*
                        $({
                            type Form = $crate::model::model!(
                                @form <$optional_type as Slot>::Value $(, $optional_form)?
                            );
                            let aliases: &[&str] = &[$($optional_alias),*];
                            for alias in aliases {
                                read_alias::<_, Form>(stringify!($optional), alias, &mut $optional, &mut extra);
                            }
                        })*
                        #[allow(unused_mut, reason = "only some models have a `then` method")]
                        let mut model = $name {
                            $($required: $required.ok_or_else(|| {
                                serde::de::Error::missing_field(stringify!($required))
                            })?,)*
                            $($documented: Slot::new($documented),)*
                            $($optional: Slot::new($optional),)*
                            extra,
                        };
                        $($finish(&mut model);)?
                        Ok(model)
                    }
                }

                deserializer.deserialize_map(Fields)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                #[allow(unused_imports, reason = "only some models have such fields")]
                use $crate::tolerant::field::Slot;

                let mut map = serializer.serialize_map(None)?;
                $(map.serialize_entry(stringify!($required), &self.$required)?;)*
                $(if self.$documented.is_written(|| self.extra.contains_key(stringify!($documented))) {
                    map.serialize_entry(stringify!($documented), &self.$documented)?;
                })*
                $(if self.$optional.is_written(|| self.extra.contains_key(stringify!($optional))) {
                    map.serialize_entry(stringify!($optional), &self.$optional)?;
                })*
                for (name, value) in &self.extra {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl $crate::tolerant::Tolerant for $name {
            fn from_value(value: serde_json::Value) -> Result<Self, serde_json::Value> {
                serde::Deserialize::deserialize(&value).map_err(|_: serde_json::Error| value)
            }

            fn add_notes(&self, notes: &mut Vec<$crate::tolerant::notes::Note>) {
                $crate::model::Model::add_notes(self, notes);
            }
        }

        $(
            impl $crate::tolerant::fill::FillFrom<$Params> for $name {
                fn fill_from(&mut self, params: &$Params, was_sent: &dyn Fn(&str) -> bool) {
                    use $crate::tolerant::fill::FillSlot;

                    $(if ![&self.extra, &params.extra].iter().any(|extra| extra.contains_key(stringify!($filled))) {
                        self.$filled.fill(&params.$filled, || was_sent(stringify!($filled)));
                    })*
                }
            }
        )?
    };

    (@form $type:ty) => { $type };
    (@form $type:ty, Code) => { $crate::tolerant::Code<$type> };
}

/// Defines the parameters of a call: `required` fields, and `optional` ones, each with a setter. Add new fields at the end, because the parameters
/// are a struct in C. A `local` one is not sent. Parameters that are sent as a body end with `extra`, which holds additional fields.
macro_rules! params {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_type:ty,)* }
            optional { $($(#[$optional_meta:meta])* $optional:ident: $optional_type:ident,)* }
            $($extra:ident $(local { $(#[$local_meta:meta])* $local:ident: $local_type:ident, })?)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[must_use = "parameters do nothing until they are passed to a call"]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* #[serde(default)] pub $required: $required_type,)*
            $(
                $(#[$optional_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$optional_type>,
            )*
            $($($(#[$local_meta])* #[serde(default, skip_serializing)] pub $local: Option<$local_type>,)?)?
            $(
                /// Additional body fields, sent unchanged. See [`extra`](Self::extra()).
                #[serde(skip)]
                pub $extra: serde_json::Map<String, serde_json::Value>,
            )?
        }

        impl $crate::binding::Empty for $name {
            const REQUIRED: &'static [&'static str] = &[$(stringify!($required)),*];

            fn empty() -> Self {
                $name {
                    $($required: Default::default(),)*
                    $($optional: None,)*
                    $($($local: None,)?)?
                    $($extra: Default::default(),)?
                }
            }
        }

        impl $name {
            $($crate::model::params!(@setter $(#[$optional_meta])* $optional: $optional_type);)*
            $($($crate::model::params!(@setter $(#[$local_meta])* $local: $local_type);)?)?
            $(
                /// Add a body field that this version does not know. It is sent unchanged.
                ///
                /// The call fails with [`Kind::Config`](crate::Kind::Config) if the field is also set by its parameter.
                pub fn $extra(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
                    self.$extra.insert(name.into(), value.into());
                    self
                }
            )?
        }

        $(
            impl $crate::extra::BodyParams for $name {
                fn extra(&self) -> &serde_json::Map<String, serde_json::Value> {
                    &self.$extra
                }

                fn extra_mut(&mut self) -> &mut serde_json::Map<String, serde_json::Value> {
                    &mut self.$extra
                }

                fn check(&self) -> $crate::Result<()> {
                    $name::check(self)
                }

                $crate::model::params!(@key $($local)?);
            }
        )?
    };

    (@key) => {};
    (@key idempotency_key) => {
        fn idempotency_key(&self) -> Option<&str> {
            self.idempotency_key.as_deref()
        }
    };
    // Not `impl Into<u32>`, which does not accept a plain 10.
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tolerant::body;
    use crate::{Campaign, CampaignStats, Contact, Message, MessageStatus, SenderId};

    fn read<T: Model>(value: &Value) -> T {
        body::read(value.to_string().as_bytes()).unwrap_or_else(|error| panic!("{}: {value}", error.0))
    }

    fn notes(model: &impl Model) -> Vec<String> {
        let mut notes = Vec::new();
        model.add_notes(&mut notes);
        notes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_the_id_is_required() {
        let message: Message = read(&json!({"id": "msg_1"}));
        assert_eq!((message.status.as_str(), &message.channel, &message.created_at), ("", &None, &None));
        let expected = "the response lacks the documented field `created_at` of `Message`";
        assert!(notes(&message).contains(&expected.to_owned()));
        assert!(!notes(&message).iter().any(|note| note.contains("sent_at")), "the API does not document it");
    }

    #[test]
    fn an_empty_id_is_noted() {
        let message: Message = read(&json!({"id": ""}));
        assert_eq!(message.id, "");
        assert!(notes(&message).contains(&"`id` of `Message` is empty".to_owned()));
        let message: Message = read(&json!({"id": "msg_1"}));
        assert!(!notes(&message).iter().any(|note| note.starts_with("`id`")));
    }

    #[test]
    fn a_value_in_another_form_is_in_extra() {
        let raw = json!({"id": "msg_1", "to": {"number": "+244912345678"}, "sent_at": 5, "status": 3, "novel": [1]});
        let message: Message = read(&raw);
        assert_eq!((&message.to, &message.sent_at, &message.status), (&None, &None, &MessageStatus::default()));
        assert_eq!(
            Value::from(message.extra.clone()),
            json!({"to": {"number": "+244912345678"}, "sent_at": 5, "status": 3, "novel": [1]})
        );
        let expected = "`to` of `Message` has an unexpected form; its raw value is in `extra`";
        let notes = notes(&message);
        assert!(notes.iter().any(|note| note == expected) && !notes.concat().contains("2449"), "{notes:?}");
        // It is serialized unchanged, and deserialized again.
        let written = serde_json::to_value(&message).expect("JSON");
        assert_eq!(written, raw);
        assert_eq!(read::<Message>(&written), message);
    }

    #[test]
    fn null_is_absent() {
        let message: Message = read(&json!({"id": "msg_1", "status": null, "to": null, "error": null}));
        assert_eq!((message.status.as_str(), message.to, message.error), ("", None, None));
        assert!(message.extra.is_empty());
    }

    #[test]
    fn the_last_of_two_values_counts() {
        let message: Message =
            body::read(br#"{"id": "msg_1", "to": 5, "to": "a", "body": "a", "body": 5}"#).expect("read");
        assert_eq!((message.to.as_deref(), message.body), (Some("a"), None));
        assert_eq!(Value::from(message.extra), json!({"body": 5}));
    }

    #[test]
    fn a_name_takes_precedence_over_its_alias() {
        let sender: SenderId = read(&json!({"name": "Zexa Lda", "sender_id": "ZEXA"}));
        assert_eq!((sender.sender_id.as_deref(), &sender.extra["name"]), (Some("ZEXA"), &json!("Zexa Lda")));
        let sender: SenderId = read(&json!({"sender_id": null, "name": 5, "value": "x"}));
        assert_eq!((sender.sender_id.as_deref(), &sender.extra["value"]), (Some("5"), &json!("x")));
        // The raw value keeps its name, so the alias is not used.
        let sender: SenderId = read(&json!({"sender_id": {"name": "ZEXA"}, "name": "x"}));
        assert_eq!(sender.sender_id, None);
        assert_eq!(
            notes(&sender).last().expect("a note"),
            "`sender_id` of `SenderId` has an unexpected form; its raw value is in `extra`"
        );
        let sender: SenderId = read(&json!({"name": ["ZEXA"]}));
        assert!(sender.sender_id.is_none() && notes(&sender).iter().any(|note| note.starts_with("`sender_id`")));
    }

    #[test]
    fn a_model_within_a_model() {
        let raw = json!({"id": "cmp_1", "stats": {"sent": "3", "delivered": -1, "bounced": 2}});
        let campaign: Campaign = read(&raw);
        let stats = campaign.stats.as_ref().expect("stats");
        assert_eq!((stats.sent, stats.delivered), (Some(3), None));
        assert_eq!(Value::from(stats.extra.clone()), json!({"delivered": -1, "bounced": 2}));
        assert!(notes(&campaign).iter().any(|note| note.starts_with("`delivered` of `CampaignStats`")));
        let campaign: Campaign = read(&json!({"id": "cmp_1", "stats": "n/a"}));
        assert!(campaign.stats.is_none() && campaign.extra["stats"] == "n/a");
        assert_eq!(CampaignStats::REQUIRED, [""; 0]);
    }

    #[test]
    fn an_empty_list_is_not_reported() {
        for raw in [json!({"id": "cnt_1", "lists": []}), json!({"id": "cnt_1"})] {
            let contact: Contact = read(&raw);
            assert!(contact.lists.is_empty() && !notes(&contact).iter().any(|note| note.contains("lists")));
        }
        let contact: Contact = read(&json!({"id": "cnt_1", "lists": {"lst_1": true}}));
        assert!(contact.lists.is_empty() && notes(&contact).iter().any(|note| note.contains("lists")));
    }

    /// A hostile or broken server must not keep the client busy for minutes.
    #[test]
    fn many_unknown_fields() {
        let mut message = json!({"id": "msg_1", "error": {}});
        for number in 0..20_000 {
            message[format!("field_{number}")] = number.into();
        }
        assert_eq!(read::<Message>(&message).extra.len(), 20_001);
    }
}
