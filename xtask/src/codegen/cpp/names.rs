//! Names in C++, and the check that each is valid and unique.

use std::collections::HashSet;

use heck::ToSnakeCase;

use crate::codegen::context::{Context, Language};
use crate::codegen::definition::{Definition, Model, Type};
use crate::codegen::keywords::KEYWORDS;
use crate::codegen::shared::about;

/// The scope of names in the namespace itself is "zexa".
pub(super) const CPP: Language = Language { name: "C++", keywords: KEYWORDS, link, no: "false", milliseconds: false };

/// The name in C++ of the target of a rustdoc link.
fn link(definition: &Definition, link: &str) -> Option<String> {
    match link.rsplit_once("::") {
        _ if link == "parse_event" => Some("parse_event()".to_owned()),
        Some(("Kind", kind)) => Some(format!("{}_error", kind.to_snake_case())),
        Some(("Outcome", outcome)) => Some(format!("outcome::{}", outcome.to_snake_case())),
        Some((model, method)) => Some(format!("{}::{method}()", model.to_snake_case())),
        None if link == "Template" => Some("message_template".to_owned()),
        None if definition.params().any(|params| params.name == link) => Some(params_type(link)),
        None if definition.models().any(|model| model.name == link) => Some(link.to_snake_case()),
        None if definition.enums().any(|one| one.name == link) => Some(link.to_snake_case()),
        None => None,
    }
}

fn params_type(name: &str) -> String {
    format!("{}_params", name.to_snake_case())
}

/// Name of the method of an operation. `delete` is a C++ keyword.
pub(super) fn method(operation: &str) -> &str {
    if operation == "delete" { "remove" } else { operation }
}

/// Name of the accessor of a field of this type. It must differ from the name of its class, which would be a constructor.
pub(super) fn accessor(field: &str, kind: &str, model: &str) -> String {
    match kind {
        "Value" => format!("{field}_json"),
        _ if field != model.to_snake_case() => field.to_owned(),
        "u32" | "u64" | "f64" => "value".to_owned(),
        _ => "name".to_owned(),
    }
}

/// Reports duplicate names, keywords, and fields of types that the templates cannot write.
pub(super) fn check(context: &Context<'_>) {
    let definition = context.definition;
    for (scope, constants) in [("zexa::kind", &definition.kinds), ("zexa::outcome", &definition.outcomes)] {
        constants.iter().for_each(|one| drop(context.take_in(scope, &one.name, &one.span)));
    }
    for kind in &definition.kinds {
        context.take_in("zexa", &format!("{}_error", kind.name), &kind.span);
    }
    for option in definition.client_options.iter().chain(&definition.call_options) {
        context.member(&option.name, &option.docs.span);
    }
    for one in definition.enums() {
        let scope = context.take_in("zexa", &one.name.to_snake_case(), &one.span);
        one.values.iter().for_each(|value| drop(context.take_in(&scope, &value.variant.to_snake_case(), &one.span)));
        one.predicates.iter().for_each(|predicate| drop(context.take_in(&scope, &predicate.name, &one.span)));
    }
    for model in definition.models().filter(|model| !context.is_nested(&model.name)) {
        let class = context.take_in("zexa", &model.name.to_snake_case(), &model.span);
        for name in ["json", "extra_json", "get"].into_iter().chain(about(model).iter().map(|about| about.name)) {
            context.take_in(&class, name, &model.span);
        }
        check_accessors(context, &class, model);
    }
    for params in definition.params() {
        let name = context.take_in("zexa", &params_type(&params.name), &params.span);
        for field in &params.fields {
            context.take_in(&name, &field.member_name(), &field.span);
            if let Type::U64 | Type::F64 | Type::Json | Type::Model(_) = field.kind {
                context.report(&field.span, format!("a parameter cannot be a `{}` in C++", field.kind));
            }
        }
    }
    for resource in definition.resources() {
        context.take_in("client", &resource.name, &resource.span);
        let class = context.take_in("zexa", &format!("{}_resource", resource.name), &resource.span);
        for operation in &resource.operations {
            context.take_in(&class, method(&operation.name), &operation.span);
        }
    }
}

fn check_accessors(context: &Context<'_>, class: &str, model: &Model) {
    for field in &model.fields {
        let name = accessor(&field.name, &field.kind.to_string(), &model.name);
        context.take_in(class, &name, &field.span);
        match &field.kind {
            Type::Timestamp => drop(context.take_in(class, &format!("{name}_text"), &field.span)),
            Type::Template => context.report(&field.span, "a model cannot have a `Template` in C++"),
            Type::Model(inner) => {
                let part = context.take_in(class, &format!("{}_part", field.name), &field.span);
                let part = format!("{class}::{part}");
                context.take_in(&part, "json", &field.span);
                check_accessors(context, &part, context.model(inner));
            }
            _ => {}
        }
    }
}

/// Names in the templates.
const IN_TEMPLATES: [&str; 4] = ["zexa::call_options", "zexa::client_options", "zexa::kind", "zexa::outcome"];

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

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;
    use crate::codegen::testing::{field, model, with_messages};
    use crate::paths;

    #[test]
    fn invalid_names_and_types_are_reported() {
        let mut definition = with_messages(|messages| {
            let names = ["Page", "Client", "Error", "Version", "KeyValues", "ParseEvent", "Arrays"];
            messages.models.extend(names.map(model));
            messages.models[0].fields.extend([
                field("json", Type::String, true),
                field("register", Type::String, true),
                field("template", Type::Template, true),
            ]);
            messages.params[0].fields = vec![field("price", Type::F64, true)];
        });
        let mut models = definition.sections.iter_mut().flat_map(|section| &mut section.models);
        let event = models.find(|model| model.name == "Event").expect("the model exists");
        event.fields.push(field("message", Type::String, false));
        let mut resources = definition.sections.iter_mut().filter_map(|section| section.resource.as_mut());
        ["request", "close"].into_iter().zip(&mut resources).for_each(|(name, one)| one.name = name.into());
        let errors = write(&definition, &paths::root().join("ffi-c/cpp")).expect_err("fails");
        let duplicate = |name: &str| format!("duplicate name `{name}` in C++");
        let zexa =
            ["page", "client", "error", "version", "key_values", "parse_event"].map(|name| format!("zexa::{name}"));
        for name in zexa.iter().map(String::as_str).chain(["message::json", "event::message"]) {
            assert!(errors.contains(&format!("messages.rs:7: {}", duplicate(name))), "{name}: {errors}");
        }
        for name in ["client::close", "client::request"] {
            assert!(errors.contains(&duplicate(name)), "{name}: {errors}");
        }
        assert!(!errors.contains("arrays"), "it is in the namespace `detail`: {errors}");
        for problem in ["`register` is a keyword", "a model cannot have a `Template`", "a parameter cannot be a `f64`"]
        {
            assert!(errors.contains(&format!("messages.rs:7: {problem} in C++")), "{problem}: {errors}");
        }
    }
}
