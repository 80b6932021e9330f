//! The errors of JavaScript, a class for each kind.

use heck::ToPascalCase;

use crate::codegen::context::Context;
use crate::codegen::definition::Constant;

/// The kinds whose classes have names or bases that do not follow from theirs: those that users know from other packages.
const OTHERWISE: [(&str, &str, &str); 6] = [
    ("config", "ConfigError", "ZexaError"),
    ("unauthorized", "AuthenticationError", "APIError"),
    ("rate_limited", "RateLimitError", "APIError"),
    ("connect", "APIConnectionError", "APIError"),
    ("timeout", "APITimeoutError", "APIConnectionError"),
    ("other", "APIError", "ZexaError"),
];

/// The class of a kind, and what it is a kind of.
pub(super) struct Class<'a> {
    pub(super) name: String,
    pub(super) base: &'static str,
    pub(super) kind: &'a Constant,
}

/// All of them, each behind its base.
pub(super) fn classes<'a>(context: &Context<'a>) -> Vec<Class<'a>> {
    let mut classes: Vec<Class<'a>> = context.definition.kinds.iter().map(class).collect();
    classes.sort_by_key(|class| class.name != "APIError");
    classes
}

fn class(kind: &Constant) -> Class<'_> {
    match OTHERWISE.iter().find(|(name, ..)| *name == kind.name) {
        Some((_, class, base)) => Class { name: (*class).to_owned(), base, kind },
        None => Class { name: format!("{}Error", kind.name.to_pascal_case()), base: "APIError", kind },
    }
}

/// `generated/errors.js`.
pub(super) fn in_javascript(context: &Context<'_>) -> String {
    let classes = classes(context);
    let mut text = "// The errors, a class for each kind.\n'use strict'\n\nconst { ZexaError, define } = require('../errors.js')\n".to_owned();
    for Class { name, base, kind } in &classes {
        let name = context.take_in("zexa", name, &kind.place);
        text += &format!("\nclass {name} extends {base} {{}}\ndefine({name}, '{name}', '{}')\n", kind.name);
    }
    let names: Vec<&str> = classes.iter().map(|class| class.name.as_str()).collect();
    text + &format!("\nmodule.exports = {{ {} }}\n", names.join(", "))
}
