//! Names in Python.

use crate::codegen::context::Language;
use crate::codegen::definition::Definition;
use crate::codegen::errors;

/// The scope of what the package has is "zexa". A field that is a keyword gets an underscore, so none is complained of.
pub(super) const PYTHON: Language = Language { name: "Python", keywords: &[], link };

/// Those that a name in snake case can be.
const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// What rustdoc would link to, in Python.
fn link(definition: &Definition, link: &str) -> Option<String> {
    let known = definition.models().any(|model| model.name == link) || definition.enums().any(|one| one.name == link);
    match link {
        "parse_event" => Some("parse_event()".to_owned()),
        "Template" => Some("template".to_owned()),
        _ if known => Some(link.to_owned()),
        // What a call takes are its keyword arguments.
        _ if definition.params().any(|params| params.name == link) => Some(operation_of(definition, link)?),
        _ => errors::link(definition, link)
            .or_else(|| link.split_once("::").map(|(model, method)| format!("{model}.{method}"))),
    }
}

/// The operation that takes these parameters, as in `messages.send()`.
fn operation_of(definition: &Definition, params: &str) -> Option<String> {
    definition.resources().find_map(|resource| {
        let operation = resource.operations.iter().find(|operation| operation.shape.params() == Some(params))?;
        Some(format!("{}.{}()", resource.name, operation.name))
    })
}

/// The name of a field or an argument, which is no keyword.
pub(super) fn attribute(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}
