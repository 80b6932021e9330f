//! The error classes in JavaScript, one per kind.

use crate::codegen::context::Context;
use crate::codegen::errors::{self, Class};

/// All classes, each after its base class.
pub(super) fn classes<'a>(context: &Context<'a>) -> Vec<Class<'a>> {
    let mut classes: Vec<Class<'a>> = errors::classes(context.definition).collect();
    classes.sort_by_key(|class| class.name != "APIError");
    classes
}

/// `generated/errors.js`.
pub(super) fn in_javascript(context: &Context<'_>) -> String {
    let classes = classes(context);
    let mut text =
        "// The error classes, one per kind.\n'use strict'\n\nconst { ZexaError, define } = require('../errors.js')\n"
            .to_owned();
    for Class { name, base, kind } in &classes {
        let name = context.take_in("zexa", name, &kind.span);
        text += &format!("\nclass {name} extends {base} {{}}\ndefine({name}, '{name}', '{}')\n", kind.name);
    }
    let names: Vec<&str> = classes.iter().map(|class| class.name.as_str()).collect();
    text + &format!("\nmodule.exports = {{ {} }}\n", names.join(", "))
}
