//! Names in Python.

use crate::codegen::context::Language;
use crate::codegen::definition::Definition;
use crate::codegen::errors;

/// The names of the package are in the scope "zexa". A field whose name is a keyword gets an underscore, so keywords are no error.
pub(super) const PYTHON: Language =
    Language { name: "Python", keywords: &[], link, no: "`False`", milliseconds: false };

/// The keywords that are valid snake_case names.
const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// The Python name of the target of a rustdoc link.
fn link(definition: &Definition, link: &str) -> Option<String> {
    let known = definition.models().any(|model| model.name == link) || definition.enums().any(|one| one.name == link);
    match link {
        "parse_event" => Some("parse_event()".to_owned()),
        "Template" => Some("template".to_owned()),
        _ if known => Some(link.to_owned()),
        // Parameter structs are keyword arguments in Python: name the operation instead.
        _ if definition.params().any(|params| params.name == link) => Some(operation_of(definition, link)?),
        _ => errors::link(definition, link)
            .or_else(|| link.split_once("::").map(|(model, method)| format!("{model}.{method}"))),
    }
}

/// The operation with these parameters, such as `messages.send()`.
fn operation_of(definition: &Definition, params: &str) -> Option<String> {
    definition.resources().find_map(|resource| {
        let operation = resource.operations.iter().find(|operation| operation.kind.params() == Some(params))?;
        Some(format!("{}.{}()", resource.name, operation.name))
    })
}

/// The name of a field or an argument: a keyword gets an underscore.
pub(super) fn attribute(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}
