//! Names in C.

use heck::{ToShoutySnakeCase, ToSnakeCase};

use crate::codegen::context::Language;
use crate::codegen::definition::Definition;
use crate::codegen::keywords::KEYWORDS;

/// Types, functions and constants share one namespace. C++ includes the header as well, so its keywords are reserved too.
pub(super) const C: Language = Language { name: "C", keywords: KEYWORDS, link, no: "0", milliseconds: true };

/// The name in C of the target of a rustdoc link.
fn link(definition: &Definition, link: &str) -> Option<String> {
    match link.rsplit_once("::") {
        _ if link == "parse_event" => Some("zexa_webhooks_parse_event()".to_owned()),
        Some(("Kind", kind)) => Some(format!("ZEXA_{}", kind.to_shouty_snake_case())),
        Some(("Outcome", outcome)) => Some(format!("ZEXA_OUTCOME_{}", outcome.to_shouty_snake_case())),
        Some((model, method)) => Some(format!("{}_{method}()", model_type(model))),
        None if link == "Template" => Some("zexa_template".to_owned()),
        None if definition.params().any(|params| params.name == link) => Some(params_type(link)),
        None if definition.models().any(|model| model.name == link) => Some(model_type(link)),
        None if definition.enums().any(|one| one.name == link) => Some(enum_prefix(link) + "..."),
        None => None,
    }
}

pub(super) fn model_type(name: &str) -> String {
    format!("zexa_{}", name.to_snake_case())
}

pub(super) fn params_type(name: &str) -> String {
    format!("zexa_{}_params", name.to_snake_case())
}

/// Prefix of the constants of an enum.
pub(super) fn enum_prefix(name: &str) -> String {
    format!("ZEXA_{}_", name.to_shouty_snake_case())
}

/// The macro that initialises a struct.
pub(super) fn init_macro(structure: &str) -> String {
    format!("{}_INIT", structure.to_shouty_snake_case())
}
