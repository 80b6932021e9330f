//! Names in C++, and the check that each is valid and unique.

use std::collections::HashSet;

use heck::ToSnakeCase;

use crate::codegen::definition::Type;
use crate::codegen::keywords::KEYWORDS;
use crate::codegen::language::{Item, Language, Link, Names};

/// The scope of names in the namespace itself is "zexa".
pub(super) const CPP: Language =
    Language { name: "C++", keywords: KEYWORDS, link, names, no: "false", milliseconds: false, optional_lists: true };

fn link(link: Link<'_>) -> String {
    match link {
        Link::ParseEvent => "parse_event()".to_owned(),
        Link::Template => "message_template".to_owned(),
        Link::Kind(kind) => format!("{}_error", kind.name),
        Link::Outcome(outcome) => format!("outcome::{}", outcome.name),
        Link::Enum(name) | Link::Model(name) => name.to_snake_case(),
        Link::Params(name, _) => format!("{}_params", name.to_snake_case()),
        Link::Method(model, method) => format!("{}::{method}()", model.to_snake_case()),
    }
}

/// Name of the method of an operation. `delete` is a C++ keyword.
pub(super) fn method(operation: &str) -> &str {
    if operation == "delete" { "remove" } else { operation }
}

/// Name of the accessor of a field of this type. It must differ from the name of its class, which would be a constructor.
pub(super) fn accessor(field: &str, kind: &str, model: &str) -> String {
    match kind {
        "Value" | "json" => format!("{field}_json"),
        _ if field != model.to_snake_case() => field.to_owned(),
        "u32" | "u64" | "f64" => "value".to_owned(),
        _ => "name".to_owned(),
    }
}

fn names(names: &mut Names<'_>, item: &Item<'_>) {
    match item {
        Item::Kind(kind) => {
            names.take("zexa::kind::", [&kind.name]);
            names.take("zexa::", [format!("{}_error", kind.name)]);
        }
        Item::Outcome(outcome) => names.take("zexa::outcome::", [&outcome.name]),
        Item::Option(_, option) => names.keyword(&option.name),
        Item::Enum(one) => {
            let name = one.name.to_snake_case();
            names.take("zexa::", [&name]);
            names.take(&format!("{name}::"), one.values.iter().map(|value| value.variant.to_snake_case()));
            names.take(&format!("{name}::"), one.predicates.iter().map(|predicate| &predicate.name));
        }
        Item::Model(model) => {
            let class = model.name.to_snake_case();
            // A nested model is a class in the one that it is a part of.
            if !names.definition.is_nested(&model.name) {
                names.take("zexa::", [&class]);
                names.take(&format!("{class}::"), ["extra_json", "get"]);
            }
            names.take(&format!("{class}::"), ["json"]);
        }
        Item::Accessor(model, accessor) => names.take(&format!("{}::", model.name.to_snake_case()), [accessor.name]),
        Item::Field(model, field) => {
            let scope = format!("{}::", model.name.to_snake_case());
            names.take(&scope, [accessor(&field.name, &field.kind.to_string(), &model.name)]);
            match field.kind {
                Type::Timestamp => names.take(&scope, [format!("{}_text", field.name)]),
                Type::Model(_) => names.take(&scope, [format!("{}_part", field.name)]),
                _ => {}
            }
        }
        Item::Params(params) => names.take("zexa::", [format!("{}_params", params.name.to_snake_case())]),
        Item::Parameter(params, field) => names.take(&format!("{}::", params.name), [field.member_name()]),
        Item::Resource(resource) => {
            names.take("client::", [&resource.name]);
            names.take("zexa::", [format!("{}_resource", resource.name)]);
        }
        Item::Operation(resource, operation) => {
            names.take(&format!("{}_resource::", resource.name), [method(&operation.name)]);
        }
    }
}

/// Names in the templates.
const IN_TEMPLATES: [&str; 7] = [
    "zexa::call_options",
    "zexa::client_options",
    "zexa::bulk_options",
    "zexa::kind",
    "zexa::outcome",
    "messages_resource::send_many",
    "contacts_resource::create_many",
];

/// The names in hand-written code, each with its scope: classes, aliases and functions, and the members of classes. Relies on the indentation of
/// clang-format.
pub(super) fn defined(fragments: &str) -> HashSet<String> {
    let mut names = HashSet::from(IN_TEMPLATES.map(str::to_owned));
    let mut class = "";
    // Without the namespace `detail`.
    let parts =
        fragments.split("\nnamespace detail {\n").filter_map(|part| part.split("\n} // namespace detail").last());
    let is_code = |line: &&str| !line.is_empty() && !line.trim_start().starts_with(['/', '*', '#']);
    for line in parts.flat_map(str::lines).filter(is_code) {
        let end = ["(", " {", " :", " =", ";"].iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len());
        let name = line[..end].rsplit(|one: char| !one.is_alphanumeric() && one != '_').next().unwrap_or_default();
        match line.len() - line.trim_start().len() {
            0 => {
                class = if line[end..].starts_with('(') { "" } else { name };
                names.insert(format!("zexa::{name}"));
            }
            4 => drop(names.insert(format!("{class}::{name}"))),
            _ => {}
        }
    }
    names
}
