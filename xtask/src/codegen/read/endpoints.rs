//! Reads the endpoint table: resources and their operations.

use heck::ToPascalCase;

use super::grammar::{EndpointsCall, OperationLine, ResourceBlock};
use super::source::{Source, written};
use super::types::{Names, name_of};
use crate::codegen::definition::{Constant, Operation, OperationKind, Resource, Section};

/// The kinds of operations and their syntax.
const OPERATION_KINDS: [(OperationKind, &str, &str); 6] = [
    (OperationKind::Post, "post", "post name(\"path\", argument: Params) -> Model;"),
    (OperationKind::Get, "get", "get name(\"path\") -> Model;"),
    (OperationKind::GetOne, "get_one", "get_one name(\"path\") -> Model;"),
    (OperationKind::Wait, "wait", "wait name(\"path\") -> Model;"),
    (OperationKind::List, "list", "list name(\"path\", argument: Params) -> Model;"),
    (OperationKind::Delete, "delete", "delete name(\"path\");"),
];

/// Adds each resource to the section of the same name.
pub(super) fn add_resources(
    source: &Source,
    calls: &[EndpointsCall],
    names: &Names,
    kinds: &[Constant],
    sections: &mut [Section],
) {
    for line in calls.iter().flat_map(|call| &call.resources).flat_map(|block| &block.operations) {
        for kind in line.kinds.iter().filter(|kind| kinds.iter().all(|known| **kind != known.variant)) {
            source.report(kind, format!("unknown `Kind::{kind}`"));
        }
    }
    for block in calls.iter().flat_map(|call| &call.resources) {
        let resource = resource(source, block, names);
        match sections.iter_mut().find(|section| section.name == resource.name) {
            Some(section) => section.resource = Some(resource),
            None => source.report(&block.name, format!("no section `{}` for this resource", block.name)),
        }
    }
}

fn resource(source: &Source, block: &ResourceBlock, names: &Names) -> Resource {
    Resource {
        name: block.name.to_string(),
        // `Credits` is the name of the model.
        class: if block.name == "credits" {
            "CreditBalance".to_owned()
        } else {
            block.name.to_string().to_pascal_case()
        },
        docs: source.item_docs(&block.name, &block.attributes, &[]),
        operations: block.operations.iter().filter_map(|line| operation(source, line, names)).collect(),
        span: source.span(&block.name),
    }
}

fn operation(source: &Source, line: &OperationLine, names: &Names) -> Option<Operation> {
    let docs = source.item_docs(&line.name, &line.attributes, &[]);
    // Both are resolved first, so that problems of both are reported.
    let params =
        line.argument.as_ref().map(|kind| named(source, kind, "parameters", |name| names.params.contains(name)));
    let answer = line.answer.as_ref().map(|kind| named(source, kind, "model", |name| names.models.contains(name)));
    let Some((kind, name, form)) = OPERATION_KINDS.iter().find(|(_, name, _)| line.operation_kind == name) else {
        let known = OPERATION_KINDS.map(|(_, name, _)| name).join(", ");
        source.report(&line.operation_kind, format!("unknown kind `{}`: expected {known}", line.operation_kind));
        return None;
    };
    if (params.is_some(), answer.is_some()) != (form.contains("Params"), form.contains("Model")) {
        source.report(&line.operation_kind, format!("invalid `{name}`: expected `{form}`"));
    }
    Some(Operation {
        name: line.name.to_string(),
        docs,
        path: line.path.value(),
        kind: *kind,
        params: params.flatten(),
        answer: answer.flatten(),
        error_kinds: line.kinds.iter().map(ToString::to_string).collect(),
        span: source.span(&line.name),
    })
}

/// The name of a type, if it is known. Reports unknown names.
fn named(source: &Source, kind: &syn::Type, expected: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let name = name_of(kind).map(ToString::to_string).filter(|name| known(name));
    if name.is_none() {
        source.report(kind, format!("unknown {expected} `{}`", written(kind)));
    }
    name
}
