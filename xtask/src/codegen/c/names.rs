//! Names in C, and the check of the names and types in a definition.

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::values::values;
use crate::codegen::context::{Context, Language};
use crate::codegen::definition::{Constant, Definition, OpenEnum, OperationKind, Params, Span, Type};
use crate::codegen::keywords::KEYWORDS;
use crate::codegen::lowered::Lowered;

/// Types, functions and constants share one namespace. C++ includes the header as well, so its keywords are reserved too.
pub(super) const C: Language = Language { name: "C", keywords: KEYWORDS, link, no: "0", milliseconds: true };

/// The statuses that are not kinds of errors, their numbers, which never change, and their documentation.
pub(super) const OTHER_STATUSES: [(&str, u32, &str); 3] = [
    ("done", 100, "End of a list. Not an error: `*error` is NULL."),
    (
        "invalid_argument",
        101,
        "Invalid argument: NULL for a required pointer, a string that is not UTF-8, or a struct that was not initialised with its _INIT macro.",
    ),
    ("internal", 102, "Internal error: a bug in this library. Please report it."),
];

/// The name in C of the target of a rustdoc link.
fn link(definition: &Definition, link: &str) -> Option<String> {
    match link.rsplit_once("::") {
        _ if link == "parse_event" => Some("zexa_webhooks_parse_event()".to_owned()),
        Some(("Kind", kind)) => Some(format!("ZEXA_{}", shouty(kind))),
        Some(("Outcome", outcome)) => Some(format!("ZEXA_OUTCOME_{}", shouty(outcome))),
        Some((model, method)) => Some(format!("{}_{method}()", type_of(model))),
        None if link == "Template" => Some("zexa_template".to_owned()),
        None if definition.params().any(|params| params.name == link) => Some(type_of(link) + "_params"),
        None if definition.models().any(|model| model.name == link) => Some(type_of(link)),
        None if definition.enums().any(|one| one.name == link) => Some(format!("ZEXA_{}_...", shouty(link))),
        None => None,
    }
}

/// The type of a model. The type of parameters ends in `_params`.
pub(super) fn type_of(name: &str) -> String {
    format!("zexa_{}", name.to_snake_case())
}

fn shouty(name: &str) -> String {
    name.to_shouty_snake_case()
}

/// Reports names that are used twice, keywords, and types that C cannot express.
pub(super) fn check(context: &Context<'_>, lowered: &Lowered) {
    constants(context);
    let resources = context.definition.resources();
    for (section, lowered_section) in context.definition.sections.iter().zip(&lowered.sections) {
        for OpenEnum { name, values, predicates, span, .. } in &section.enums {
            take(context, span, &format!("ZEXA_{}_", shouty(name)), values.iter().map(|value| shouty(&value.variant)));
            take(context, span, &(type_of(name) + "_"), predicates.iter().map(|predicate| &predicate.name));
        }
        for (model, lowered_model) in
            section.models.iter().zip(&lowered_section.models).filter(|(_, one)| !one.is_nested)
        {
            let type_name = type_of(&model.name);
            take(context, &model.span, &type_name, ["", "_json", "_extra_json", "_free"]);
            for value in values(lowered, lowered_model) {
                take(context, &model.fields[value.field].span, &type_name, value.accessors());
            }
        }
        section.params.iter().for_each(|params| self::params(context, params));
    }
    for (resource, operation) in resources.flat_map(|one| one.operations.iter().map(move |operation| (one, operation)))
    {
        let span = &operation.span;
        let function = format!("zexa_{}_{}", resource.name, operation.name);
        take(context, span, &function, [""]);
        if let Some(answer) = operation.kind.answer() {
            context.member(&answer.to_snake_case(), span);
        }
        if let OperationKind::List { item, .. } = &operation.kind {
            take(context, span, &function, ["_page", "_pages"]);
            let page = ["", "_count", "_at", "_total", "_number", "_per_page", "_extra_json", "_free"];
            take(context, span, &(type_of(item) + "_page"), page);
            for iterator in ["_iter", "_pages"] {
                take(context, span, &(type_of(item) + iterator), ["", "_next", "_is_incomplete", "_free"]);
            }
        }
    }
}

fn take(context: &Context<'_>, span: &Span, prefix: &str, names: impl IntoIterator<Item = impl AsRef<str>>) {
    for name in names {
        context.take(format!("{prefix}{}", name.as_ref()), span);
    }
}

/// The names that do not depend on sections. The kinds come last, so that a collision is reported at the line of the kind.
fn constants(context: &Context<'_>) {
    let none = Span::default();
    let types = ["status", "status_name", "outcome", "outcome_name", "client_options", "call_options"];
    take(context, &none, "zexa_", types);
    take(context, &none, "ZEXA_", ["OK", "CLIENT_OPTIONS_INIT", "CALL_OPTIONS_INIT"]);
    take(context, &none, "ZEXA_", OTHER_STATUSES.map(|(name, ..)| shouty(name)));
    for Constant { name, number, span, .. } in &context.definition.kinds {
        take(context, span, "ZEXA_", [shouty(name)]);
        if *number == 0 || OTHER_STATUSES.iter().any(|one| one.1 == *number) {
            context.report(span, format!("in C, {number} is the number of a status that is no kind of error"));
        }
    }
    for option in context.definition.client_options.iter().chain(&context.definition.call_options) {
        context.member(&option.name, &option.docs.span);
    }
    for one in &context.definition.outcomes {
        take(context, &one.span, "ZEXA_OUTCOME_", [shouty(&one.name)]);
    }
}

fn params(context: &Context<'_>, params: &Params) {
    let name = type_of(&params.name) + "_params";
    take(context, &params.span, "", [shouty(&name) + "_INIT", name]);
    for field in &params.fields {
        context.member(&field.member_name(), &field.span);
        let required = match &field.kind {
            Type::U64 | Type::F64 | Type::Json | Type::Model(_) => "",
            // The reader rejects these as well: the code would not compile.
            Type::U32 | Type::Timestamp | Type::Template if field.required => "required ",
            _ => continue,
        };
        context.report(&field.span, format!("a {required}parameter cannot be a `{}` in C", field.kind));
    }
}
