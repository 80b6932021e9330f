//! Names in C.

use heck::{ToShoutySnakeCase, ToSnakeCase};

use crate::codegen::definition::{Constant, Type};
use crate::codegen::keywords::KEYWORDS;
use crate::codegen::language::{Item, Language, Link, Names};
use crate::codegen::values;

/// Types, functions and constants share one namespace. C++ includes the header as well, so its keywords are reserved too.
pub(super) const C: Language =
    Language { name: "C", keywords: KEYWORDS, link, names, no: "0", milliseconds: true, optional_lists: true };

/// The statuses that are not kinds of errors, their numbers, which never change, and their documentation.
pub(super) const OTHER_STATUSES: [(&str, u32, &str); 3] = [
    ("done", 100, "End of a list or of a bulk run. Not an error: `*error` is NULL."),
    (
        "invalid_argument",
        101,
        "Invalid argument: NULL for a required pointer, a string that is not UTF-8, or a struct that was not initialised with its _INIT macro.",
    ),
    ("internal", 102, "Internal error: a bug in this library. Please report it."),
];

/// Names in the templates that do not depend on the definitions.
pub(super) const IN_TEMPLATES: &str = "zexa_status zexa_status_name zexa_outcome zexa_outcome_name zexa_client_options zexa_call_options ZEXA_OK \
    ZEXA_DONE ZEXA_INVALID_ARGUMENT ZEXA_INTERNAL ZEXA_CLIENT_OPTIONS_INIT ZEXA_CALL_OPTIONS_INIT zexa_bulk_options ZEXA_BULK_OPTIONS_INIT \
    zexa_next_message zexa_next_contact zexa_messages_send_many zexa_contacts_create_many zexa_send_many zexa_send_result zexa_create_many \
    zexa_create_result";

fn link(link: Link<'_>) -> String {
    match link {
        Link::ParseEvent => "zexa_webhooks_parse_event()".to_owned(),
        Link::Template => "zexa_template".to_owned(),
        Link::Kind(kind) => format!("ZEXA_{}", shouty(&kind.name)),
        Link::Outcome(outcome) => format!("ZEXA_OUTCOME_{}", shouty(&outcome.name)),
        Link::Enum(name) => format!("ZEXA_{}_...", shouty(name)),
        Link::Model(name) => type_of(name),
        Link::Params(name, _) => type_of(name) + "_params",
        Link::Method(model, method) => format!("{}_{method}()", type_of(model)),
    }
}

/// The type of a model. The type of parameters ends in `_params`.
pub(super) fn type_of(name: &str) -> String {
    format!("zexa_{}", name.to_snake_case())
}

fn shouty(name: &str) -> String {
    name.to_shouty_snake_case()
}

fn names(names: &mut Names<'_>, item: &Item<'_>) {
    let definition = names.definition;
    match item {
        Item::Kind(Constant { name, number, .. }) => {
            names.take("ZEXA_", [shouty(name)]);
            if *number == 0 || OTHER_STATUSES.iter().any(|one| one.1 == *number) {
                names.report(format!("in C, {number} is the number of a status that is no kind of error"));
            }
        }
        Item::Outcome(one) => names.take("ZEXA_OUTCOME_", [shouty(&one.name)]),
        Item::Option(_, option) => names.keyword(&option.name),
        Item::Enum(one) => {
            names.take(&format!("ZEXA_{}_", shouty(&one.name)), one.values.iter().map(|value| shouty(&value.variant)));
            names.take(&(type_of(&one.name) + "_"), one.predicates.iter().map(|predicate| &predicate.name));
        }
        Item::Model(model) if !definition.is_nested(&model.name) => {
            names.take(&type_of(&model.name), ["", "_json", "_extra_json", "_free"]);
        }
        Item::Field(model, field) if !definition.is_nested(&model.name) => {
            for value in values::of_field(definition, field) {
                let suffixes: &[&str] = match value.kind {
                    Type::List(_) => &["_count", "_at"],
                    Type::Timestamp => &["", "_unix_ms"],
                    _ => &[""],
                };
                names.take(&format!("{}_{}", type_of(&model.name), value.name), suffixes);
            }
        }
        Item::Params(params) => {
            let name = type_of(&params.name) + "_params";
            names.take("", [shouty(&name) + "_INIT", name]);
            names.take(&format!("{}::", params.name), ["struct_size"]);
        }
        Item::Parameter(params, field) => names.take(&format!("{}::", params.name), [field.member_name()]),
        Item::Operation(resource, operation) => {
            let function = format!("zexa_{}_{}", resource.name, operation.name);
            names.take(&function, [""]);
            match &operation.answer {
                Some(item) if operation.kind == "list" => {
                    names.take(&function, ["_page", "_pages"]);
                    let page = ["", "_count", "_at", "_total", "_number", "_per_page", "_extra_json", "_free"];
                    names.take(&(type_of(item) + "_page"), page);
                    for iterator in ["_iter", "_pages"] {
                        names.take(&(type_of(item) + iterator), ["", "_next", "_is_incomplete", "_free"]);
                    }
                }
                Some(answer) => names.keyword(&answer.to_snake_case()),
                None => {}
            }
        }
        // Nested models are flattened. Accessors are written by hand.
        Item::Model(_) | Item::Field(..) | Item::Accessor(..) | Item::Resource(_) => {}
    }
}
