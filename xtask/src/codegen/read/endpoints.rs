//! Reads the endpoint table: resources and their operations.

use super::grammar::{EndpointsCall, OperationLine, ResourceBlock};
use super::source::{Source, written};
use super::types::{Names, name_of};
use crate::codegen::definition::{Constant, Operation, Resource, Section, Shape};

/// Syntax of the operations of each kind.
const SHAPES: [(&str, &str); 6] = [
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
            source.complain(kind, format!("unknown `Kind::{kind}`"));
        }
    }
    for block in calls.iter().flat_map(|call| &call.resources) {
        let resource = resource(source, block, names);
        match sections.iter_mut().find(|section| section.name == resource.name) {
            Some(section) => section.resource = Some(resource),
            None => source.complain(&block.name, format!("no section `{}` for this resource", block.name)),
        }
    }
}

fn resource(source: &Source, block: &ResourceBlock, names: &Names) -> Resource {
    Resource {
        name: block.name.to_string(),
        docs: source.item_docs(&block.name, &block.attributes, &[]),
        operations: block.operations.iter().filter_map(|line| operation(source, line, names)).collect(),
        place: source.place(&block.name),
    }
}

fn operation(source: &Source, line: &OperationLine, names: &Names) -> Option<Operation> {
    let docs = source.item_docs(&line.name, &line.attributes, &[]);
    let shape = shape(source, line, names)?;
    Some(Operation {
        name: line.name.to_string(),
        docs,
        path: line.path.value(),
        shape,
        kinds: line.kinds.iter().map(ToString::to_string).collect(),
        place: source.place(&line.name),
    })
}

fn shape(source: &Source, line: &OperationLine, names: &Names) -> Option<Shape> {
    // Both are resolved first, so that problems of both are reported.
    let params =
        line.argument.as_ref().map(|kind| named(source, kind, "parameters", |name| names.params.contains(name)));
    let answer = line.answer.as_ref().map(|kind| named(source, kind, "model", |name| names.models.contains(name)));
    let shape = line.shape.to_string();
    match (shape.as_str(), params, answer) {
        ("post", Some(params), Some(answer)) => {
            let (params, answer) = params.zip(answer)?;
            Some(Shape::Post { params, answer })
        }
        ("list", Some(params), Some(item)) => {
            let (params, item) = params.zip(item)?;
            Some(Shape::List { params, item })
        }
        ("get", None, Some(answer)) => Some(Shape::Get { answer: answer? }),
        ("get_one", None, Some(answer)) => Some(Shape::GetOne { answer: answer? }),
        ("wait", None, Some(answer)) => Some(Shape::Wait { answer: answer? }),
        ("delete", None, None) => Some(Shape::Delete),
        _ => {
            source.complain(&line.shape, wrong_shape(&shape));
            None
        }
    }
}

fn wrong_shape(shape: &str) -> String {
    match SHAPES.iter().find(|(name, _)| *name == shape) {
        Some((_, form)) => format!("invalid `{shape}`: expected `{form}`"),
        None => format!("unknown kind `{shape}`: expected {}", SHAPES.map(|(name, _)| name).join(", ")),
    }
}

/// The name of a type, if it is known. Reports unknown names.
fn named(source: &Source, kind: &syn::Type, expected: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let name = name_of(kind).map(ToString::to_string).filter(|name| known(name));
    if name.is_none() {
        source.complain(kind, format!("unknown {expected} `{}`", written(kind)));
    }
    name
}
