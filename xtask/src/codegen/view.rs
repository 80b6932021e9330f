//! The definitions as the templates of a language see them: with resolved references, and with docs for that language.
//!
//! All names are those of the core. Templates convert them with filters, such as `field.name | camel`.

use std::collections::HashSet;

use minijinja::context;
use minijinja::value::Serde;
use serde_json::{Value, from_value, json};

use super::definition::{ClientOption, Constant, Definition, Docs, Operation, Section, Struct, Type};
use super::docs::translate;
use super::language::{Language, Link, check};
use super::read::{Diagnostic, render};
use super::{errors, values};
use crate::command::Result;

/// An accessor of a model that returns another model. It is a method in the core, and therefore not part of the definition.
pub(super) struct Accessor {
    pub(super) name: &'static str,
    model: &'static str,
    docs: &'static str,
}

/// Accessors of an event.
const OF_EVENT: [Accessor; 2] = [
    Accessor {
        name: "message",
        model: "Message",
        docs: "Message that the event refers to, from any place in the payload. Absent if the event refers to no message.",
    },
    Accessor {
        name: "campaign",
        model: "Campaign",
        docs: "Campaign that the event refers to, from any place in the payload. Absent if the event refers to no campaign.",
    },
];

pub(super) fn accessors(model: &Struct) -> &'static [Accessor] {
    if model.name == "Event" { &OF_EVENT } else { &[] }
}

/// Returns the global variables of the templates of a language. `reserved` contains the names in hand-written code.
///
/// # Errors
///
/// What the language cannot express.
pub(super) fn view(definition: &Definition, language: &Language, reserved: HashSet<String>) -> Result<Value> {
    let mut diagnostics = check(definition, language, reserved);
    let mut view = resolved(definition);
    localize(&mut view, definition, language, &mut diagnostics);
    for (name, options) in [
        ("client_options", &definition.client_options),
        ("call_options", &definition.call_options),
        ("bulk_options", &definition.bulk_options),
    ] {
        for (seen, option) in elements(&mut view[name]).zip(options) {
            // As for a field.
            seen["type"] = json!({"kind": option.kind});
            if let (Some(docs), Some(default)) = (seen["docs"].as_array_mut(), default(language, option)) {
                let end = docs.iter().position(|line| line == "").unwrap_or(docs.len());
                docs.insert(end, json!(default));
            }
        }
    }
    if diagnostics.is_empty() { Ok(view) } else { Err(render(diagnostics)) }
}

/// The definitions, and what follows from them.
fn resolved(definition: &Definition) -> Value {
    let mut view = json!(definition);
    // The status that a wait operation waits for by default.
    view["FINAL"] = json!("final");
    // Text that is appended to the documentation of the type of an open enum.
    view["OPEN"] = json!("Any other string is accepted, because the API may add values.");
    for (seen, kind) in elements(&mut view["kinds"]).zip(&definition.kinds) {
        let (class, base) = errors::class(kind);
        (seen["class"], seen["base"]) = (json!(class), json!(base));
    }
    let mut structs = json!({});
    for (seen, section) in elements(&mut view["sections"]).zip(&definition.sections) {
        for (seen, model) in elements(&mut seen["models"]).zip(&section.models) {
            let accessor = |Accessor { name, model, docs }: &Accessor| {
                let kind = Type::Model((*model).to_owned());
                json!({"name": name, "docs": [docs], "model": model, "type": kind, "required": false})
            };
            seen["section"] = json!(section.name);
            seen["is_nested"] = json!(definition.is_nested(&model.name));
            seen["accessors"] = accessors(model).iter().map(accessor).collect();
            seen["values"] = json!(values::values(definition, model));
            structs[&model.name] = seen.clone();
        }
        for (seen, params) in elements(&mut seen["params"]).zip(&section.params) {
            structs[&params.name] = seen.clone();
        }
    }
    let with_resource = elements(&mut view["sections"]).filter(|section| section["resource"].is_object());
    let operations = with_resource.flat_map(|section| elements(&mut section["resource"]["operations"]));
    for (seen, (_, operation)) in operations.zip(definition.operations()) {
        // What it is about, from its path: `message` of `/messages/{id}`.
        let collection = operation.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        seen["noun"] = json!(collection.trim_end_matches('s'));
        seen["method"] = match operation.kind.as_str() {
            "post" => json!("POST"),
            "delete" => json!("DELETE"),
            _ => json!("GET"),
        };
        seen["is_by_id"] = json!(operation.is_by_id());
        for reference in ["params", "answer"] {
            seen[reference] = seen[reference].as_str().map(|name| structs[name].clone()).into();
        }
        let waits_for = operation.answer.as_ref().filter(|_| operation.kind == "wait");
        seen["status"] = json!(waits_for.and_then(|model| definition.status(model)));
        seen["errors"] = errors_of(definition, operation).map(|kind| json!(kind.name)).collect();
    }
    for list in ["enums", "models"] {
        view[list] = elements(&mut view["sections"])
            .flat_map(|section| elements(&mut section[list]))
            .map(|one| one.clone())
            .collect();
    }
    let resources = elements(&mut view["sections"]).map(|section| section["resource"].clone());
    view["resources"] = resources.filter(Value::is_object).collect();
    view["structs"] = structs;
    view["closed"] = json!([
        {"name": "Kind", "docs": "Kind of an error.", "constants": view["kinds"]},
        {
            "name": "Outcome",
            "docs": "Outcome of a failed request: whether the server may have processed it.",
            "constants": view["outcomes"],
        },
    ]);
    view
}

/// The kinds of errors of this operation in addition to those of every call, in the order of their numbers.
fn errors_of<'a>(definition: &'a Definition, operation: &'a Operation) -> impl Iterator<Item = &'a Constant> {
    definition.kinds.iter().filter(|kind| match kind.variant.as_str() {
        "NotFound" if operation.is_by_id() => true,
        // For parameters and ids.
        "Validation" => operation.kind != "get_one",
        variant => operation.error_kinds.iter().any(|kind| kind == variant),
    })
}

/// The sections, each with the context of the templates that are rendered once per section.
pub(super) fn sections<'a>(definition: &'a Definition, view: &Value) -> Vec<(&'a Section, minijinja::Value)> {
    let seen = view["sections"].as_array().into_iter().flatten();
    definition.sections.iter().zip(seen.map(|section| context! { section => Serde(section) })).collect()
}

/// The elements of an array.
pub(super) fn elements(array: &mut Value) -> impl Iterator<Item = &mut Value> {
    array.as_array_mut().into_iter().flatten()
}

/// Replaces all docs by their lines in a language.
fn localize(seen: &mut Value, definition: &Definition, language: &Language, diagnostics: &mut Vec<Diagnostic>) {
    match seen {
        Value::Object(docs) if docs.contains_key("lines") => {
            let docs: Docs = from_value(seen.take()).expect("only docs have lines");
            let link = |target: &str| Link::of(definition, target).map(language.link);
            match translate(&docs, link) {
                Ok(lines) => *seen = json!(lines),
                Err(diagnostic) if diagnostics.contains(&diagnostic) => {}
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
        Value::Object(all) => all.values_mut().for_each(|one| localize(one, definition, language, diagnostics)),
        Value::Array(all) => all.iter_mut().for_each(|one| localize(one, definition, language, diagnostics)),
        _ => {}
    }
}

/// The sentence about the default of an option, with the values and units of the language. `None` if the docs of the option describe it.
fn default(language: &Language, option: &ClientOption) -> Option<String> {
    let value = option.default.as_deref().map(|value| match (value, value.strip_suffix(" s")) {
        ("client", _) => "that of the client".to_owned(),
        ("none", _) => "none".to_owned(),
        ("false", _) => language.no.to_owned(),
        (_, Some(seconds)) if language.milliseconds => format!("{seconds}000"),
        (url, None) if url.contains("://") => format!("`{url}`"),
        (value, _) => value.to_owned(),
    });
    let variable = option.variable.as_ref().map(|variable| format!("the environment variable `{variable}`"));
    match (variable, value) {
        (None, None) => None,
        (Some(only), None) | (None, Some(only)) => Some(format!("Default: {only}.")),
        (Some(variable), Some(value)) => Some(format!("Default: {variable}, else {value}.")),
    }
}
