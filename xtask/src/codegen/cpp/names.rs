//! Names in C++.

use heck::ToSnakeCase;

use crate::codegen::context::Language;
use crate::codegen::definition::{Definition, Operation};
use crate::codegen::keywords::KEYWORDS;

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

pub(super) fn params_type(name: &str) -> String {
    format!("{}_params", name.to_snake_case())
}

/// Name of the method of an operation. `delete` is a C++ keyword.
pub(super) fn method(operation: &Operation) -> &str {
    match operation.name.as_str() {
        "delete" => "remove",
        name => name,
    }
}
