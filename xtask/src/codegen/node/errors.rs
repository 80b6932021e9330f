//! The error classes in JavaScript, one per kind.

use minijinja::{Environment, context};

use crate::codegen::context::Context;
use crate::codegen::errors::{self, Class};
use crate::codegen::template::render;
use crate::command::Result;

/// All classes, each after its base class.
pub(super) fn classes<'a>(context: &Context<'a>) -> Vec<Class<'a>> {
    let mut classes: Vec<Class<'a>> = errors::classes(context.definition).collect();
    classes.sort_by_key(|class| class.name != "APIError");
    classes
}

/// `generated/errors.js`.
pub(super) fn in_javascript(environment: &Environment<'_>, context: &Context<'_>) -> Result<String> {
    let class = |class: Class<'_>| {
        let name = context.take_in("zexa", &class.name, &class.kind.span);
        context! { name, base => class.base, kind => class.kind.name.as_str() }
    };
    let classes: Vec<_> = classes(context).into_iter().map(class).collect();
    render(environment, "errors.js.jinja", context! { classes })
}
