//! Names in JavaScript.

use heck::{ToLowerCamelCase, ToSnakeCase};

use crate::codegen::context::{Context, Language};
use crate::codegen::definition::{Definition, Docs};
use crate::codegen::errors;

/// Exports of the package have the scope "zexa". No keywords are reserved, because JavaScript allows them as names of members.
pub(super) const NODE: Language =
    Language { name: "JavaScript", keywords: &[], link, no: "`false`", milliseconds: true };

/// The JavaScript name for the target of a rustdoc link.
fn link(definition: &Definition, link: &str) -> Option<String> {
    let of_model = |name: &str| definition.models().any(|model| model.name == name).then(|| model(name));
    let of_params = |name: &str| definition.params().any(|one| one.name == name).then(|| params(name));
    match link {
        "parse_event" => Some("parseEvent()".to_owned()),
        "Template" => Some("template".to_owned()),
        _ if definition.enums().any(|one| one.name == link) => Some(link.to_owned()),
        _ => of_model(link).or_else(|| of_params(link)).or_else(|| errors::link(definition, link)).or_else(|| {
            let (name, member) = link.split_once("::")?;
            Some(format!("{}.{}", of_model(name)?, camel(member)))
        }),
    }
}

/// The name of a field, argument, operation or resource.
pub(super) fn camel(name: &str) -> String {
    name.to_lower_camel_case()
}

/// The type of a model. `Event` would shadow the global type of the DOM.
pub(super) fn model(name: &str) -> String {
    if name == "Event" { "WebhookEvent".to_owned() } else { name.to_owned() }
}

/// The type of the parameters of a call.
pub(super) fn params(name: &str) -> String {
    format!("{name}Params")
}

/// The names of an addon function in Rust and in JavaScript. The Rust attribute sets the JavaScript name, so both sides always agree.
pub(super) struct Native {
    pub(super) rust: String,
    pub(super) javascript: String,
}

impl Native {
    /// The function for an operation of a resource, or a predicate of an enum.
    pub(super) fn of(owner: &str, name: &str) -> Native {
        let rust = format!("{}_{name}", owner.to_snake_case());
        Native { javascript: camel(&rust), rust }
    }

    /// The attribute that exports the Rust function to JavaScript.
    pub(super) fn attribute(&self) -> String {
        format!("#[napi(js_name = \"{}\", catch_unwind)]", self.javascript)
    }
}

/// Documentation, with the JavaScript names of fields and operations.
pub(super) fn lines(context: &Context<'_>, docs: &Docs) -> Vec<String> {
    context.lines(docs).iter().map(|line| in_camel_case(context.definition, line)).collect()
}

/// Converts names in backticks, such as `scheduled_at` or `sender_ids.list`.
fn in_camel_case(definition: &Definition, line: &str) -> String {
    let parts = line.split('`').enumerate().map(|(index, part)| {
        let is_quoted = index % 2 == 1;
        let is_known = is_quoted && part.split('.').any(|name| is_name(definition, name));
        if is_known { part.split('.').map(camel).collect::<Vec<_>>().join(".") } else { part.to_owned() }
    });
    parts.collect::<Vec<_>>().join("`")
}

fn is_name(definition: &Definition, name: &str) -> bool {
    let mut fields = definition
        .models()
        .flat_map(|model| &model.fields)
        .chain(definition.params().flat_map(|params| &params.fields));
    fields.any(|field| field.name == name) || definition.resources().any(|resource| resource.name == name)
}
