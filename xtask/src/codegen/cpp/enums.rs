//! Open enums in C++: a namespace with a string for each known value, and predicates.

use std::fmt::Write;

use heck::ToSnakeCase;

use crate::codegen::context::Context;
use crate::codegen::definition::OpenEnum;

pub(super) fn write(context: &Context<'_>, one: &OpenEnum) -> String {
    let name = context.take_in("zexa", &one.name.to_snake_case(), &one.span);
    let mut written = format!("{}namespace {name} {{\n\n", context.docs(&one.docs));
    for value in &one.values {
        let constant = context.take_in(&name, &value.variant.to_snake_case(), &one.span);
        writeln!(written, "{}inline constexpr const char *{constant} = {:?};", context.docs(&value.docs), value.text)
            .expect("writing to a string succeeds");
    }
    for predicate in &one.predicates {
        let function = context.take_in(&name, &predicate.name, &one.span);
        write!(
            written,
            "
            {docs}///
            /// False for a name that this version does not know.
            [[nodiscard]] inline bool {function}(std::string_view name) {{ return detail::test(zexa_{name}_{function}, name); }}
            ",
            docs = context.docs(&predicate.docs),
        )
        .expect("writing to a string succeeds");
    }
    format!("{written}\n}} // namespace {name}\n\n")
}
