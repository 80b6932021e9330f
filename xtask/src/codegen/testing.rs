//! What the tests of the writers begin with: what the core defines, and more.

use super::definition::{Definition, Docs, Field, Model, Place, Section, Shape, Shown, Type};
use super::read;
use crate::paths;

/// What the core defines, changed.
pub(super) fn definition(change: impl FnOnce(&mut Definition)) -> Definition {
    let mut definition = read::read(&paths::root().join("core/src")).unwrap_or_else(|_| panic!("the core is read"));
    change(&mut definition);
    definition
}

/// What the core defines, with other messages.
pub(super) fn with_messages(change: impl FnOnce(&mut Section)) -> Definition {
    definition(|definition| change(messages(definition)))
}

pub(super) fn messages(definition: &mut Definition) -> &mut Section {
    definition.sections.iter_mut().find(|section| section.name == "messages").expect("it is there")
}

pub(super) fn place(file: &str) -> Place {
    Place { file: file.into(), line: 7 }
}

pub(super) fn field(name: &str, kind: Type, required: bool) -> Field {
    let (name, docs, place) = (name.to_owned(), Docs::default(), place("messages.rs"));
    Field { name, kind, required, docs, may_be_empty: false, shown: Shown::Plain, place }
}

/// One without fields.
pub(super) fn model(name: &str) -> Model {
    Model { name: name.to_owned(), docs: Docs::default(), fields: Vec::new(), place: place("messages.rs") }
}

/// Has an operation wait for what has no status.
pub(super) fn wait_for_credits(messages: &mut Section) {
    let operation = &mut messages.resource.as_mut().expect("it has one").operations[1];
    operation.shape = Shape::Wait { answer: "Credits".into() };
    operation.place = place("messages.rs");
}
