//! The fields of models, and how their values are stored.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::notes::Note;
use super::{Reading, Tolerant};

/// The type of a field of a model, which defines how an absent value is represented.
pub(crate) trait Slot: Sized {
    type Value: Tolerant;

    fn new(value: Option<Self::Value>) -> Self;

    /// Whether the API has omitted the value. False for an empty list, which the API may have sent.
    fn is_absent(&self) -> bool;

    /// Whether the field is part of the model's JSON. Its raw value may be in `extra` instead.
    fn is_written(&self, is_extra: impl FnOnce() -> bool) -> bool;

    /// Adds a note for each field within the value that is not as documented.
    fn add_notes(&self, _: &mut Vec<Note>) {}
}

impl<T: Tolerant> Slot for Option<T> {
    type Value = T;

    fn new(value: Option<T>) -> Option<T> {
        value
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn is_written(&self, _: impl FnOnce() -> bool) -> bool {
        self.is_some()
    }

    fn add_notes(&self, notes: &mut Vec<Note>) {
        if let Some(value) = self {
            value.add_notes(notes);
        }
    }
}

/// The name of a field. Copied only if necessary.
pub(crate) struct Key<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key<'de>, D::Error> {
        struct Name;

        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            #[inline]
            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(Name)
    }
}

/// Reads the value of a field into its slot, or into `extra` if it has another form.
#[inline]
pub(crate) fn read_field<'de, T, F, A>(
    object: &mut A,
    name: &'static str,
    slot: &mut Option<T>,
    extra: &mut Map<String, Value>,
) -> Result<(), A::Error>
where
    T: From<F>,
    F: Tolerant,
    A: MapAccess<'de>,
{
    let reading = object.next_value::<Reading<F>>()?;
    if !extra.is_empty() {
        // If a field is repeated, the last value counts.
        extra.remove(name);
    }
    *slot = None;
    match reading {
        Reading::Absent => {}
        Reading::Known(value) => *slot = Some(value.into()),
        Reading::Other(raw) => drop(extra.insert(name.to_owned(), raw)),
    }
    Ok(())
}

/// Reads a field without a value from one of its aliases.
pub(crate) fn read_alias<T: From<F>, F: Tolerant>(
    name: &str,
    alias: &str,
    slot: &mut Option<T>,
    extra: &mut Map<String, Value>,
) {
    if slot.is_some() || extra.contains_key(name) {
        return;
    }
    let Some(raw) = extra.remove(alias) else { return };
    match Reading::<F>::of(raw) {
        Reading::Absent => drop(extra.insert(alias.to_owned(), Value::Null)),
        Reading::Known(value) => *slot = Some(value.into()),
        Reading::Other(raw) => drop(extra.insert(alias.to_owned(), raw)),
    }
}
