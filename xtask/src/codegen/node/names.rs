//! Names in JavaScript.

use std::collections::HashSet;

use heck::ToLowerCamelCase;

use crate::codegen::definition::Definition;
use crate::codegen::errors;
use crate::codegen::language::{Item, Language, Link, Names};

/// Exports of the package have the scope "zexa". No keywords are reserved, because JavaScript allows them as names of members.
pub(in crate::codegen) const NODE: Language = Language {
    name: "JavaScript",
    keywords: &[],
    link,
    names,
    no: "`false`",
    milliseconds: true,
    optional_lists: true,
};

fn link(link: Link<'_>) -> String {
    match link {
        Link::ParseEvent => "parseEvent()".to_owned(),
        Link::Template => "template".to_owned(),
        Link::Kind(kind) => errors::class(kind).0,
        Link::Outcome(outcome) => outcome.name.clone(),
        Link::Enum(name) => name.to_owned(),
        Link::Model(name) => model(name),
        Link::Params(name, _) => format!("{name}Params"),
        Link::Method(name, method) => format!("{}.{}", model(name), method.to_lower_camel_case()),
    }
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
    let fields = definition.models().chain(definition.params()).flat_map(|one| &one.fields);
    fields.map(|field| field.name.clone()).chain(definition.resources().map(|resource| resource.name.clone())).collect()
}

/// The names that are exported by hand-written code, and the options that only JavaScript has. `types` contains the hand-written types.
pub(super) fn reserved<'a>(types: impl Iterator<Item = &'a String>) -> HashSet<String> {
    let exported = types.flat_map(|text| text.lines()).filter_map(|line| {
        let declaration = line.strip_prefix("export ")?.trim_start_matches("declare ");
        declaration.split(|c: char| !c.is_alphanumeric()).nth(1)
    });
    let exported = exported.chain(["Kind", "Outcome"]).map(|name| format!("zexa::{name}"));
    let options = ["ClientOptions::logger", "CallOptions::signal"];
    let of_bulk = ["BulkOptions::signal", "BulkOptions::timeout", "BulkOptions::headers"];
    exported.chain(options.into_iter().chain(of_bulk).map(str::to_owned)).collect()
}

fn names(names: &mut Names<'_>, item: &Item<'_>) {
    let mut take = |scope: &str, name: &str| names.take(&format!("{scope}::"), [name]);
    let mut member = |owner: &str, name: &str| take(owner, &name.to_lower_camel_case());
    match item {
        Item::Kind(kind) => names.take("zexa::", [errors::class(kind).0]),
        Item::Enum(one) => names.take("zexa::", [&one.name]),
        Item::Model(of) => {
            member(&of.name, "extra");
            names.take("zexa::", [model(&of.name)]);
        }
        Item::Accessor(model, accessor) => member(&model.name, accessor.name),
        Item::Params(params) => names.take("zexa::", [format!("{}Params", params.name)]),
        Item::Field(owner, field) | Item::Parameter(owner, field) => member(&owner.name, &field.name),
        Item::Resource(resource) => names.take("zexa::", [&resource.class]),
        Item::Operation(resource, operation) => {
            member(&resource.class, &operation.name);
            member("NativeClient", &format!("{}_{}", resource.name, operation.name));
        }
        Item::Option(owner, one) => member(owner, &option(&one.name)),
        Item::Outcome(_) => {}
    }
}
