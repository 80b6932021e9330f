//! Definitions for the tests of the writers: those of the core, with changes.

use super::definition::{Definition, Docs, Field, Section, Shown, Span, Struct, Type};
use super::read;
use crate::paths;

/// The core's definition with a change.
pub(super) fn definition(change: impl FnOnce(&mut Definition)) -> Definition {
    let mut definition = read::read(&paths::root().join("core/src")).unwrap_or_else(|_| panic!("the core is read"));
    change(&mut definition);
    definition
}

/// The core's definition with a change in the section `messages`.
pub(super) fn with_messages(change: impl FnOnce(&mut Section)) -> Definition {
    definition(|definition| change(messages(definition)))
}

pub(super) fn messages(definition: &mut Definition) -> &mut Section {
    definition.sections.iter_mut().find(|section| section.name == "messages").expect("the section exists")
}

pub(super) fn span(file: &str) -> Span {
    Span { file: file.into(), line: 7 }
}

pub(super) fn field(name: &str, kind: Type, required: bool) -> Field {
    let (name, docs, span) = (name.to_owned(), Docs::default(), span("messages.rs"));
    Field { name, kind, required, docs, may_be_empty: false, shown: Shown::Plain, span }
}

/// A model without fields.
pub(super) fn model(name: &str) -> Struct {
    Struct { name: name.to_owned(), docs: Docs::default(), fields: Vec::new(), span: span("messages.rs") }
}

/// Changes an operation to wait for a model without a status.
pub(super) fn wait_for_credits(messages: &mut Section) {
    let operation = &mut messages.resource.as_mut().expect("the section has a resource").operations[1];
    operation.kind = "wait".into();
    operation.answer = Some("Credits".into());
    operation.span = span("messages.rs");
}
