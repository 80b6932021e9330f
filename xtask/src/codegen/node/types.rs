//! `index.d.ts`: the types of the package, with their documentation.

use super::names::{camel, lines, model as name_of, params as name_of_params};
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Model, OpenEnum, Operation, OperationKind, Params, Resource, Type};
use crate::codegen::docs::paragraphs;
use crate::codegen::errors::{Class, Closed, classes};
use crate::codegen::shared::{About, FINAL, OPEN, about, class};

/// An indented doc comment, with its line break.
pub(super) fn documented(indent: &str, lines: &[String]) -> String {
    documented_with_tags(indent, lines, &[])
}

/// The same, with lines such as `@param id ...` at its end.
fn documented_with_tags(indent: &str, lines: &[String], tags: &[String]) -> String {
    let mut lines = paragraphs(lines);
    if !tags.is_empty() {
        lines.push(String::new());
    }
    lines.extend_from_slice(tags);
    let lines = wrapped(&lines, 120 - indent.len() - 3);
    match &lines[..] {
        [] => String::new(),
        [line] if line.len() + indent.len() + 7 <= 120 => format!("{indent}/** {line} */\n"),
        lines => {
            let lines: String =
                lines.iter().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n").collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}

/// Wraps lines to this width. Continuation lines of list items are indented.
fn wrapped(lines: &[String], width: usize) -> Vec<String> {
    let mut all = Vec::new();
    for line in lines {
        let indent = if line.starts_with("- ") { "  " } else { "" };
        let mut rest = line.clone();
        while rest.chars().count() > width {
            let end = rest.char_indices().nth(width).map_or(rest.len(), |(index, _)| index);
            let Some(space) = rest[..end].rfind(' ').filter(|space| *space > indent.len()) else { break };
            let next = rest.split_off(space);
            all.push(rest);
            rest = format!("{indent}{}", next.trim_start());
        }
        all.push(rest);
    }
    all
}

/// The type of an enum, and the object of the same name with its known values.
pub(super) fn open_enum(context: &Context<'_>, one: &OpenEnum) -> String {
    let values: Vec<String> = one.values.iter().map(|value| format!("'{}'", value.text)).collect();
    let with_note =
        |note: &str| documented("", &[lines(context, &one.docs), vec![String::new(), note.to_owned()]].concat());
    let of_type = with_note(OPEN);
    let of_object = with_note("This object contains the known values.");
    let members: String = one
        .values
        .iter()
        .map(|value| {
            let docs = documented("  ", &lines(context, &value.docs));
            format!("{docs}  readonly {}: '{}'\n", value.variant, value.text)
        })
        .collect();
    let predicates: String = one
        .predicates
        .iter()
        .map(|predicate| {
            let docs = documented("  ", &lines(context, &predicate.docs));
            format!("{docs}  {}(value: {}): boolean\n", camel(&predicate.name), one.name)
        })
        .collect();
    format!(
        "\n{of_type}export type {name} = {values} | (string & {{}})\n\n{of_object}export declare const {name}: {{\n{members}{predicates}}}\n",
        name = one.name,
        values = values.join(" | "),
    )
}

/// A type whose values only a new version of the package extends.
pub(super) fn closed(context: &Context<'_>, Closed { name, docs, constants }: &Closed<'_>) -> String {
    let mut docs = vec![(*docs).to_owned(), String::new()];
    docs.extend(constants.iter().map(|one| format!("- `{}`: {}", one.name, lines(context, &one.docs).join(" "))));
    let values: Vec<String> = constants.iter().map(|one| format!("'{}'", one.name)).collect();
    format!("\n{}export type {name} = {}\n", documented("", &docs), values.join(" | "))
}

/// The interface of a model.
pub(super) fn model(context: &Context<'_>, model: &Model) -> String {
    let name = context.take_in("zexa", &name_of(&model.name), &model.span);
    let mut members = String::new();
    let mut member = |name: &str, optional: bool, kind: &str, docs: &[String]| {
        let mark = if optional { "?" } else { "" };
        members += &format!("{}  {name}{mark}: {kind}\n", documented("  ", docs));
    };
    for field in &model.fields {
        member(&camel(&field.name), !field.required, &of_field(&field.kind), &lines(context, &field.docs));
    }
    for About { name, model, docs } in about(model) {
        member(name, true, &name_of(model), &[(*docs).to_owned()]);
    }
    let extra = "Fields that this version does not know, and the raw values of fields in an unexpected form, by their names in the API.";
    member("extra", false, "Record<string, unknown>", &[extra.to_owned()]);
    format!("\n{}export interface {name} {{\n{members}}}\n", documented("", &lines(context, &model.docs)))
}

fn of_field(kind: &Type) -> String {
    match kind {
        Type::String => "string".to_owned(),
        Type::U32 | Type::U64 | Type::F64 => "number".to_owned(),
        Type::Timestamp => "Date".to_owned(),
        Type::Json => "unknown".to_owned(),
        Type::Template => "Record<string, unknown>".to_owned(),
        Type::Enum(name) => name.clone(),
        Type::Model(name) => name_of(name),
        Type::List(element) => format!("{}[]", of_field(element)),
    }
}

/// The interface of the parameters of a call.
pub(super) fn params(context: &Context<'_>, params: &Params) -> String {
    let name = context.take_in("zexa", &name_of_params(&params.name), &params.span);
    let members: String = params.fields.iter().map(|field| parameter(context, field)).collect();
    format!("\n{}export interface {name} {{\n{members}}}\n", documented("", &lines(context, &params.docs)))
}

/// A parameter. An optional one accepts `null` and `undefined`.
fn parameter(context: &Context<'_>, field: &Field) -> String {
    let kind = match &field.kind {
        Type::Timestamp => "Date | string".to_owned(),
        Type::List(element) => format!("readonly {}[]", of_field(element)),
        // The API does not document the members, so any object is accepted.
        Type::Template => "Template | object".to_owned(),
        kind => of_field(kind),
    };
    let docs = documented("  ", &lines(context, &field.docs));
    let name = camel(&field.name);
    match field.required && !field.may_be_empty {
        true => format!("{docs}  {name}: {kind}\n"),
        false => format!("{docs}  {name}?: {kind} | null | undefined\n"),
    }
}

/// The interface of a resource.
pub(super) fn resource(context: &Context<'_>, resource: &Resource) -> String {
    let methods: Vec<String> = resource.operations.iter().map(|operation| method(context, operation)).collect();
    format!(
        "\n{}export interface {} {{\n{}}}\n",
        documented("", &lines(context, &resource.docs)),
        class(resource),
        methods.join("\n"),
    )
}

fn method(context: &Context<'_>, operation: &Operation) -> String {
    let mut docs = lines(context, &operation.docs);
    docs.extend([String::new(), format!("Endpoint: `{} {}`", operation.kind.method(), operation.path)]);
    let mut inputs = Vec::new();
    let mut tags = Vec::new();
    if operation.kind.is_by_id() {
        inputs.push("id: string".to_owned());
        tags.push(format!("@param id Id of the {}.", noun(operation)));
    }
    match &operation.kind {
        OperationKind::Post { params, .. } => {
            inputs.push(format!("params: {}", name_of_params(params)));
            tags.push(format!("@param params The {}.", noun(operation)));
        }
        OperationKind::List { params, .. } => {
            inputs.push(format!("params?: {} | null", name_of_params(params)));
            tags.push("@param params Parameters of the list. Default: all items.".to_owned());
        }
        OperationKind::Wait { answer } => {
            let status = context.status(operation, answer).map(of_field).unwrap_or_default();
            let docs = format!(
                "Name of the status to wait for. Default: `{FINAL}`, any status that does not change any more."
            );
            let until = format!("{}    until?: {status} | '{FINAL}' | null | undefined\n", documented("    ", &[docs]));
            inputs.push(format!("params?: {{\n{until}  }} | null"));
            tags.push("@param params Status to wait for.".to_owned());
        }
        _ => (),
    }
    inputs.push("options?: CallOptions | null".to_owned());
    tags.push("@param options Options of this call.".to_owned());
    let returns = match &operation.kind {
        OperationKind::List { item, .. } => format!("List<{}>", name_of(item)),
        operation_kind => format!("Promise<{}>", operation_kind.answer().map_or_else(|| "void".to_owned(), name_of)),
    };
    let docs = documented_with_tags("  ", &docs, &tags);
    format!("{docs}  {}({}): {returns}\n", camel(&operation.name), inputs.join(", "))
}

/// What the operation is about, from its path: `message` of `/messages/{id}`.
fn noun(operation: &Operation) -> &str {
    operation.path.trim_start_matches('/').split('/').next().unwrap_or_default().trim_end_matches('s')
}

/// The class of a kind of error.
pub(super) fn error(context: &Context<'_>, Class { name, base, kind }: &Class<'_>) -> String {
    let docs = match name.as_str() {
        // The base class of the others.
        "APIError" => {
            vec!["Base class of the errors of calls. An error of this class itself has the kind `other`.".to_owned()]
        }
        _ => lines(context, &kind.docs),
    };
    // A base class may have any kind of its subclasses.
    let kind_type = match name.as_str() {
        "APIError" => "Exclude<Kind, 'config'>".to_owned(),
        _ => {
            let within = classes(context.definition).filter(|one| one.name == *name || one.base == name);
            within.map(|one| format!("'{}'", one.kind.name)).collect::<Vec<_>>().join(" | ")
        }
    };
    format!(
        "\n{}export declare class {name} extends {base} {{\n  /** Kind of the error. */\n  readonly kind: {kind_type}\n}}\n",
        documented("", &docs),
    )
}
