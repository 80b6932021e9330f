//! Names in C, and the check of the names and types in a definition.

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::values::values;
use crate::codegen::context::{Context, Language};
use crate::codegen::definition::{
    Constant, Definition, Operation, OperationKind, Params, Resource, Section, Span, Type,
};
use crate::codegen::keywords::KEYWORDS;
use crate::codegen::lowered::Lowered;
use crate::codegen::status_codes::{DONE, INTERNAL, INVALID_ARGUMENT};

/// Types, functions and constants share one namespace. C++ includes the header as well, so its keywords are reserved too.
pub(super) const C: Language = Language { name: "C", keywords: KEYWORDS, link, no: "0", milliseconds: true };

/// The name in C of the target of a rustdoc link.
fn link(definition: &Definition, link: &str) -> Option<String> {
    match link.rsplit_once("::") {
        _ if link == "parse_event" => Some("zexa_webhooks_parse_event()".to_owned()),
        Some(("Kind", kind)) => Some(format!("ZEXA_{}", kind.to_shouty_snake_case())),
        Some(("Outcome", outcome)) => Some(format!("ZEXA_OUTCOME_{}", outcome.to_shouty_snake_case())),
        Some((model, method)) => Some(format!("{}_{method}()", type_of(model))),
        None if link == "Template" => Some("zexa_template".to_owned()),
        None if definition.params().any(|params| params.name == link) => Some(type_of(link) + "_params"),
        None if definition.models().any(|model| model.name == link) => Some(type_of(link)),
        None if definition.enums().any(|one| one.name == link) => {
            Some(format!("ZEXA_{}_...", link.to_shouty_snake_case()))
        }
        None => None,
    }
}

/// The type of a model. The type of parameters ends in `_params`.
pub(super) fn type_of(name: &str) -> String {
    format!("zexa_{}", name.to_snake_case())
}

/// Reports names that are used twice, keywords, and types that C cannot express.
pub(super) fn check(context: &Context<'_>, lowered: &Lowered) {
    statuses(context);
    for name in ["zexa_client_options", "zexa_call_options"] {
        of_struct(context, name.to_owned(), &Span::default());
    }
    for (section, lowered_section) in context.definition.sections.iter().zip(&lowered.sections) {
        enums(context, section);
        for (model, lowered_model) in section.models.iter().zip(&lowered_section.models) {
            if !lowered_model.is_nested {
                let of_values = values(lowered, lowered_model);
                let accessors = of_values.iter().map(|value| (value.accessors(), &model.fields[value.field].span));
                let own = (["", "_json", "_extra_json", "_free"].map(str::to_owned).to_vec(), &model.span);
                for (names, span) in std::iter::once(own).chain(accessors) {
                    take(context, &type_of(&model.name), names, span);
                }
            }
        }
        section.params.iter().for_each(|params| self::params(context, params));
        for (name, operation) in section.resource.iter().flat_map(functions) {
            self::operation(context, &name, operation);
        }
    }
}

/// The operations of a resource with the names of their functions.
fn functions(resource: &Resource) -> impl Iterator<Item = (String, &Operation)> {
    resource.operations.iter().map(|operation| (format!("zexa_{}_{}", resource.name, operation.name), operation))
}

fn take(context: &Context<'_>, prefix: &str, names: impl IntoIterator<Item = impl AsRef<str>>, span: &Span) {
    for name in names {
        context.take(format!("{prefix}{}", name.as_ref()), span);
    }
}

/// The kinds come last, so that a collision is reported at the line of the kind.
fn statuses(context: &Context<'_>) {
    let others = [DONE, INVALID_ARGUMENT, INTERNAL];
    let status = |name: &str| format!("ZEXA_{}", name.to_shouty_snake_case());
    take(context, "zexa_", ["status", "status_name", "outcome", "outcome_name"], &Span::default());
    take(context, "", ["ok"].into_iter().chain(others.iter().map(|one| one.name)).map(status), &Span::default());
    for Constant { name, number, span, .. } in &context.definition.kinds {
        take(context, "", [status(name)], span);
        if *number == 0 || others.iter().any(|one| one.number == *number) {
            context.report(span, format!("in C, {number} is the number of a status that is no kind of error"));
        }
    }
    for one in &context.definition.outcomes {
        take(context, "ZEXA_OUTCOME_", [one.name.to_shouty_snake_case()], &one.span);
    }
}

fn enums(context: &Context<'_>, section: &Section) {
    for one in &section.enums {
        let constants = one.values.iter().map(|value| value.variant.to_shouty_snake_case());
        take(context, &format!("ZEXA_{}_", one.name.to_shouty_snake_case()), constants, &one.span);
        let predicates = one.predicates.iter().map(|predicate| &predicate.name);
        take(context, &(type_of(&one.name) + "_"), predicates, &one.span);
    }
}

/// A struct that starts with its size, and its macro.
fn of_struct(context: &Context<'_>, name: String, span: &Span) {
    let macro_name = name.to_shouty_snake_case() + "_INIT";
    take(context, "", [name, macro_name], span);
}

fn params(context: &Context<'_>, params: &Params) {
    of_struct(context, type_of(&params.name) + "_params", &params.span);
    for field in &params.fields {
        context.member(&field.member_name(), &field.span);
        match &field.kind {
            Type::U64 | Type::F64 | Type::Json | Type::Model(_) => {
                context.report(&field.span, format!("a parameter cannot be a `{}` in C", field.kind));
            }
            // The reader rejects these as well: the code would not compile.
            Type::U32 | Type::Timestamp | Type::Template if field.required => {
                context.report(&field.span, format!("a required parameter cannot be a `{}` in C", field.kind));
            }
            _ => {}
        }
    }
}

fn operation(context: &Context<'_>, function: &str, operation: &Operation) {
    let span = &operation.span;
    if let Some(answer) = operation.kind.answer() {
        context.member(&answer.to_snake_case(), span);
    }
    take(context, function, [""], span);
    if let OperationKind::List { item, .. } = &operation.kind {
        take(context, function, ["_page", "_pages"], span);
        let page = ["", "_count", "_at", "_total", "_number", "_per_page", "_extra_json", "_free"];
        take(context, &(type_of(item) + "_page"), page, span);
        for iterator in ["_iter", "_pages"] {
            take(context, &(type_of(item) + iterator), ["", "_next", "_is_incomplete", "_free"], span);
        }
    }
}
