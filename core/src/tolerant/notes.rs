//! [`Note`]: a record about a field of a response that is not as documented, for the log.

use std::any::Any;
use std::fmt;

use serde_json::{Map, Value};

use super::field::Slot;

/// A field that is not as documented. Contains no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// The model that has the field, such as `Message`.
    pub model: &'static str,
    /// The name of the field.
    pub field: &'static str,
    /// How the field deviates.
    pub(crate) deviation: Deviation,
}

/// How a field deviates from the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deviation {
    Missing,
    Empty,
    OtherForm,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Note { model, field, deviation } = self;
        match deviation {
            Deviation::Missing => write!(f, "the response lacks the documented field `{field}` of `{model}`"),
            Deviation::Empty => write!(f, "`{field}` of `{model}` is empty"),
            Deviation::OtherForm => {
                write!(f, "`{field}` of `{model}` has an unexpected form; its raw value is in `extra`")
            }
        }
    }
}

/// Adds a note if a required text is empty. It is kept: a message that was accepted must not end in an error.
pub(crate) fn add_if_empty(model: &'static str, field: &'static str, value: &dyn Any, notes: &mut Vec<Note>) {
    if value.downcast_ref().is_some_and(String::is_empty) {
        notes.push(Note { model, field, deviation: Deviation::Empty });
    }
}

/// A field of a model, for notes.
pub(crate) struct Field {
    pub(crate) model: &'static str,
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// Whether the API documents it as always present.
    pub(crate) is_documented: bool,
}

impl Field {
    /// Adds a note if the field is not as documented.
    pub(crate) fn add_notes(&self, slot: &impl Slot, extra: &Map<String, Value>, notes: &mut Vec<Note>) {
        let is_extra = |name: &str| extra.get(name).is_some_and(|raw| !raw.is_null());
        let is_absent = slot.is_absent();
        let has_other_form =
            !extra.is_empty() && (is_extra(self.name) || is_absent && self.aliases.iter().any(|alias| is_extra(alias)));
        let deviation = match (has_other_form, is_absent && self.is_documented) {
            (true, _) => Some(Deviation::OtherForm),
            (false, true) => Some(Deviation::Missing),
            (false, false) => None,
        };
        notes.extend(deviation.map(|deviation| Note { model: self.model, field: self.name, deviation }));
        slot.add_notes(notes);
    }
}
