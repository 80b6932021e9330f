//! Open enums in C++: a namespace with a string for each value that is known, and questions to ask of any.

use std::fmt::Write;

use heck::ToSnakeCase;

use crate::codegen::context::Context;
use crate::codegen::definition::OpenEnum;

pub(super) fn write(context: &Context<'_>, one: &OpenEnum) -> String {
    let name = context.take_in("zexa", &one.name.to_snake_case(), &one.place);
    let mut written = format!("{}namespace {name} {{\n\n", context.docs(&one.docs));
    for value in &one.values {
        let constant = context.take_in(&name, &value.variant.to_snake_case(), &one.place);
        writeln!(written, "{}inline constexpr const char *{constant} = {:?};", context.docs(&value.docs), value.text)
            .expect("a string takes it");
    }
    for predicate in &one.predicates {
        let question = context.take_in(&name, &predicate.name, &one.place);
        write!(
            written,
            "
            {docs}///
            /// False of a name that this version does not know.
            [[nodiscard]] inline bool {question}(std::string_view name) {{ return detail::ask(zexa_{name}_{question}, name); }}
            ",
            docs = context.docs(&predicate.docs),
        )
        .expect("a string takes it");
    }
    format!("{written}\n}} // namespace {name}\n\n")
}
