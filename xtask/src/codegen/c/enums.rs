//! Open enums in C: a string constant for each known value, and predicates.

use std::fmt::Write;

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::comments;
use super::names::enum_prefix;
use crate::codegen::context::Context;
use crate::codegen::definition::OpenEnum;

/// Writes the constants, for the header.
pub(super) fn constants(context: &Context<'_>, one: &OpenEnum) -> String {
    let comment = |open, docs| {
        let lines = context.lines(docs);
        comments::comment(open, "", &lines)
    };
    let mut written = comment("/*", &one.docs) + "\n";
    for value in &one.values {
        let name = format!("{}{}", enum_prefix(&one.name), value.variant.to_shouty_snake_case());
        let name = context.take(name, &one.span);
        writeln!(written, "{}#define {name} {:?}", comment("/**", &value.docs), value.text)
            .expect("writing to a string succeeds");
    }
    written
}

/// Writes the predicates.
pub(super) fn functions(context: &Context<'_>, one: &OpenEnum) -> String {
    let mut written = String::new();
    for predicate in &one.predicates {
        let name = context.take(format!("zexa_{}_{}", one.name.to_snake_case(), predicate.name), &one.span);
        let docs = context.docs(&predicate.docs);
        write!(
            written,
            "
            {docs}///
            /// @param name  one of the `{prefix}...` constants, or any other string
            /// @return the answer; false if `name` is NULL or unknown to this version
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {name}(name: *const c_char) -> bool {{
                // SAFETY: the caller's pointers are valid, as the header requires.
                panic_boundary::infallible(false, || unsafe {{ open_enum::test(name, zexa::{rust}::{predicate}) }})
            }}
            ",
            prefix = enum_prefix(&one.name),
            rust = one.name,
            predicate = predicate.name,
        )
        .expect("writing to a string succeeds");
    }
    written
}
