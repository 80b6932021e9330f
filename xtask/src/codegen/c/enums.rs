//! Open enums in C: strings, with a constant for each that is known, and questions to ask of any.

use std::fmt::Write;

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::comments;
use super::names::enum_prefix;
use crate::codegen::context::Context;
use crate::codegen::definition::OpenEnum;

/// The constants, for the header.
pub(super) fn constants(context: &Context<'_>, one: &OpenEnum) -> String {
    let comment = |open, docs| {
        let lines = context.lines(docs);
        comments::comment(open, "", &lines.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut written = comment("/*", &one.docs);
    for value in &one.values {
        let name = format!("{}{}", enum_prefix(&one.name), value.variant.to_shouty_snake_case());
        let name = context.take(name, &one.place);
        writeln!(written, "\n{}#define {name} {:?}", comment("/**", &value.docs), value.text)
            .expect("a string takes it");
    }
    written + "\n"
}

/// The questions.
pub(super) fn functions(context: &Context<'_>, one: &OpenEnum) -> String {
    let mut written = String::new();
    for predicate in &one.predicates {
        let name = context.take(format!("zexa_{}_{}", one.name.to_snake_case(), predicate.name), &one.place);
        let docs = context.docs(&predicate.docs);
        write!(
            written,
            "
            {docs}///
            /// - `name`: one of the `{prefix}…`, or any other string.
            ///
            /// False of NULL, and of a name that this version does not know.
            #[unsafe(no_mangle)]
            pub unsafe extern \"C\" fn {name}(name: *const c_char) -> bool {{
                // SAFETY: the caller's pointers are as the header asks.
                guard::value(false, || unsafe {{ enumeration::ask(name, zexa::{rust}::{predicate}) }})
            }}
            ",
            prefix = enum_prefix(&one.name),
            rust = one.name,
            predicate = predicate.name,
        )
        .expect("a string takes it");
    }
    written
}
