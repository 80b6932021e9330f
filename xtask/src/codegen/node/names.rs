//! Names in JavaScript.

use heck::{ToLowerCamelCase, ToSnakeCase};

use crate::codegen::context::{Context, Language};
use crate::codegen::definition::{Definition, Docs};
use crate::codegen::errors;

/// The scope of what the package has is "zexa". Members of objects may be named by keywords, so none is complained of.
pub(super) const NODE: Language = Language { name: "JavaScript", keywords: &[], link };

/// What rustdoc would link to, in JavaScript.
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

/// The name of a field, an argument, an operation or a resource.
pub(super) fn camel(name: &str) -> String {
    name.to_lower_camel_case()
}

/// The type of a model. Every browser, and every editor with it, has another `Event`.
pub(super) fn model(name: &str) -> String {
    if name == "Event" { "WebhookEvent".to_owned() } else { name.to_owned() }
}

/// The type of what a call takes.
pub(super) fn params(name: &str) -> String {
    format!("{name}Params")
}

/// What the addon has, as it is called on both sides. Its Rust says by which name JavaScript finds it, so what the one calls is what the other has.
pub(super) struct Native {
    pub(super) rust: String,
    pub(super) javascript: String,
}

impl Native {
    /// What does something of a resource, or answers something about an enum.
    pub(super) fn of(owner: &str, name: &str) -> Native {
        let rust = format!("{}_{name}", owner.to_snake_case());
        Native { javascript: camel(&rust), rust }
    }

    /// What makes a function of Rust one of JavaScript.
    pub(super) fn attribute(&self) -> String {
        format!("#[napi(js_name = \"{}\", catch_unwind)]", self.javascript)
    }
}

/// Documentation, with the names that JavaScript has for fields and operations.
pub(super) fn lines(context: &Context<'_>, docs: &Docs) -> Vec<String> {
    context.lines(docs).iter().map(|line| in_camel_case(context.definition, line)).collect()
}

/// What stands in backticks may be a name of ours, such as `scheduled_at` or `sender_ids.list`.
fn in_camel_case(definition: &Definition, line: &str) -> String {
    let parts = line.split('`').enumerate().map(|(index, part)| {
        let quoted = index % 2 == 1;
        let ours = quoted && part.split('.').any(|name| is_name(definition, name));
        if ours { part.split('.').map(camel).collect::<Vec<_>>().join(".") } else { part.to_owned() }
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
