//! Names in JavaScript: their rules, and the check that they are unique.

use std::collections::HashSet;

use heck::ToLowerCamelCase;

use crate::codegen::context::{Context, Language};
use crate::codegen::definition::{Definition, Field, Span, Type};
use crate::codegen::errors;
use crate::codegen::shared::{about, class};

/// Exports of the package have the scope "zexa". No keywords are reserved, because JavaScript allows them as names of members.
pub(in crate::codegen) const NODE: Language =
    Language { name: "JavaScript", keywords: &[], link, no: "`false`", milliseconds: true };

/// The JavaScript name for the target of a rustdoc link.
fn link(definition: &Definition, link: &str) -> Option<String> {
    let is_model = |name: &str| definition.models().any(|one| one.name == name);
    Some(match link.split_once("::") {
        None if link == "parse_event" => "parseEvent()".to_owned(),
        None if link == "Template" => "template".to_owned(),
        None if is_model(link) => model(link),
        None if definition.enums().any(|one| one.name == link) => link.to_owned(),
        None if definition.params().any(|one| one.name == link) => format!("{link}Params"),
        Some((name, member)) if is_model(name) => format!("{}.{}", model(name), member.to_lower_camel_case()),
        _ => return errors::link(definition, link),
    })
}

/// The type of a model. `Event` would shadow the global type of the DOM.
pub(super) fn model(name: &str) -> String {
    if name == "Event" { "WebhookEvent".to_owned() } else { name.to_owned() }
}

/// The name of an option. Those of a call that add to its parameters are `query` and `body`.
pub(super) fn option(name: &str) -> String {
    name.trim_start_matches("extra_").to_lower_camel_case()
}

/// Converts names in backticks, such as `scheduled_at` or `sender_ids.list`. `known` contains the names to convert.
pub(super) fn in_camel_case(known: &HashSet<String>, line: &str) -> String {
    let parts = line.split('`').enumerate().map(|(index, part)| {
        match index % 2 == 1 && part.split('.').any(|name| known.contains(name)) {
            true => part.split('.').map(str::to_lower_camel_case).collect::<Vec<_>>().join("."),
            false => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The names of fields and resources.
pub(super) fn known(definition: &Definition) -> HashSet<String> {
    let of_models = definition.models().flat_map(|model| &model.fields);
    let of_params = definition.params().flat_map(|params| &params.fields);
    let fields = of_models.chain(of_params).map(|field| field.name.clone());
    fields.chain(definition.resources().map(|resource| resource.name.clone())).collect()
}

/// Returns a new context with the reports of duplicate names, and of types that JavaScript cannot express. `types` contains the hand-written types.
pub(super) fn checked<'a>(definition: &'a Definition, types: &str) -> Context<'a> {
    let by_hand = types.lines().filter_map(|line| {
        let declaration = line.strip_prefix("export ")?.trim_start_matches("declare ");
        declaration.split(|c: char| !c.is_alphanumeric()).nth(1)
    });
    let reserved = by_hand.chain(["Kind", "Outcome"]).map(|name| format!("zexa::{name}"));
    let context = Context::new(definition, NODE, reserved.collect());
    let exported = |name: &str, span: &Span| drop(context.take_in("zexa", name, span));
    let member = |owner: &str, name: &str, span: &Span| drop(context.take_in(owner, &name.to_lower_camel_case(), span));
    errors::classes(definition).for_each(|class| exported(&class.name, &class.kind.span));
    definition.enums().for_each(|one| exported(&one.name, &one.span));
    for params in definition.params() {
        exported(&format!("{}Params", params.name), &params.span);
        for Field { name, kind, span, .. } in &params.fields {
            member(&params.name, name, span);
            if matches!(kind, Type::U64 | Type::F64 | Type::Json | Type::Model(_)) {
                context.report(span, format!("parameters cannot be a `{kind}` in JavaScript"));
            }
        }
    }
    for of in definition.models() {
        exported(&model(&of.name), &of.span);
        member(&of.name, "extra", &of.span);
        about(of).iter().for_each(|about| member(&of.name, about.name, &of.span));
        for Field { name, kind, span, .. } in &of.fields {
            member(&of.name, name, span);
            if *kind == Type::Template {
                context.report(span, "a field cannot be a `Template` in JavaScript");
            }
        }
    }
    for resource in definition.resources() {
        exported(&class(resource), &resource.span);
        for operation in &resource.operations {
            member(&class(resource), &operation.name, &operation.span);
            member("NativeClient", &format!("{}_{}", resource.name, operation.name), &operation.span);
        }
    }
    // Each with the option that only JavaScript has.
    for (owner, options) in [("logger", &definition.client_options), ("signal", &definition.call_options)] {
        member(owner, owner, &Span::default());
        options.iter().for_each(|one| member(owner, &option(&one.name), &one.docs.span));
    }
    context
}
