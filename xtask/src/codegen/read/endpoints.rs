//! Reads the endpoint table: resources and their operations.

use super::grammar::{EndpointsCall, OperationLine, ResourceBlock};
use super::source::{Source, written};
use super::types::{Names, name_of};
use crate::codegen::definition::{Constant, Operation, OperationKind, Resource, Section};

/// Syntax of the operations of each kind.
const OPERATION_KINDS: [(&str, &str); 6] = [
    ("post", "post name(\"path\", argument: Params) -> Model;"),
    ("get", "get name(\"path\") -> Model;"),
    ("get_one", "get_one name(\"path\") -> Model;"),
    ("wait", "wait name(\"path\") -> Model;"),
    ("list", "list name(\"path\", argument: Params) -> Model;"),
    ("delete", "delete name(\"path\");"),
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
        docs: source.item_docs(&block.name, &block.attributes, &[]),
        operations: block.operations.iter().filter_map(|line| operation(source, line, names)).collect(),
        span: source.span(&block.name),
    }
}

fn operation(source: &Source, line: &OperationLine, names: &Names) -> Option<Operation> {
    let docs = source.item_docs(&line.name, &line.attributes, &[]);
    let operation_kind = operation_kind(source, line, names)?;
    Some(Operation {
        name: line.name.to_string(),
        docs,
        path: line.path.value(),
        kind: operation_kind,
        error_kinds: line.kinds.iter().map(ToString::to_string).collect(),
        span: source.span(&line.name),
    })
}

fn operation_kind(source: &Source, line: &OperationLine, names: &Names) -> Option<OperationKind> {
    // Both are resolved first, so that problems of both are reported.
    let params =
        line.argument.as_ref().map(|kind| named(source, kind, "parameters", |name| names.params.contains(name)));
    let answer = line.answer.as_ref().map(|kind| named(source, kind, "model", |name| names.models.contains(name)));
    let operation_kind = line.operation_kind.to_string();
    match (operation_kind.as_str(), params, answer) {
        ("post", Some(params), Some(answer)) => {
            let (params, answer) = params.zip(answer)?;
            Some(OperationKind::Post { params, answer })
        }
        ("list", Some(params), Some(item)) => {
            let (params, item) = params.zip(item)?;
            Some(OperationKind::List { params, item })
        }
        ("get", None, Some(answer)) => Some(OperationKind::Get { answer: answer? }),
        ("get_one", None, Some(answer)) => Some(OperationKind::GetOne { answer: answer? }),
        ("wait", None, Some(answer)) => Some(OperationKind::Wait { answer: answer? }),
        ("delete", None, None) => Some(OperationKind::Delete),
        _ => {
            source.report(&line.operation_kind, invalid_operation(&operation_kind));
            None
        }
    }
}

fn invalid_operation(operation_kind: &str) -> String {
    match OPERATION_KINDS.iter().find(|(name, _)| *name == operation_kind) {
        Some((_, form)) => format!("invalid `{operation_kind}`: expected `{form}`"),
        None => {
            format!("unknown kind `{operation_kind}`: expected {}", OPERATION_KINDS.map(|(name, _)| name).join(", "))
        }
    }
}

/// The name of a type, if it is known. Reports unknown names.
fn named(source: &Source, kind: &syn::Type, expected: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let name = name_of(kind).map(ToString::to_string).filter(|name| known(name));
    if name.is_none() {
        source.report(kind, format!("unknown {expected} `{}`", written(kind)));
    }
    name
}
