//! Parameters in C++: an aggregate, and its conversion to the C struct for the duration of a call.

use std::fmt::Write;

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::names::params_type;
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Params, Type};

pub(super) fn write(context: &Context<'_>, params: &Params) -> String {
    let name = context.take_in("zexa", &params_type(&params.name), &params.span);
    let (mut members, mut lowered) = (String::new(), String::new());
    for field in &params.fields {
        let member = context.take_in(&name, &field.member_name(), &field.span);
        let (kind, docs) = member_type(context, field);
        writeln!(members, "{}{docs}{kind} {member}{{}};", context.docs(&field.docs))
            .expect("writing to a string succeeds");
        lowered += &lower(field, &member);
    }
    let arrays = if lowered.contains("arrays.") { "arrays" } else { "" };
    let c = format!("zexa_{}_params", params.name.to_snake_case());
    format!(
        "
        {docs}struct {name} {{
            {members}        }};

        /// @cond

        namespace detail {{

        inline {c} lower(const {name} &params, arrays &{arrays}) {{
            {c} lowered = {init}_INIT;
            {lowered}            return lowered;
        }}

        }} // namespace detail

        /// @endcond

        ",
        docs = context.docs(&params.docs),
        init = c.to_shouty_snake_case(),
    )
}

/// Type of a member, and documentation in addition to that of the field.
fn member_type(context: &Context<'_>, field: &Field) -> (String, &'static str) {
    let (kind, docs) = match &field.kind {
        // An empty list counts as absent: no parameter of the API distinguishes them.
        Type::List(_) => return ("std::vector<std::string>".to_owned(), ""),
        Type::String | Type::Enum(_) => ("std::string", ""),
        Type::Template => ("std::string", "/// A message_template, or any JSON object.\n"),
        Type::Timestamp => ("timestamp", ""),
        // Signed, so that the error about a negative number contains it.
        Type::U32 => ("std::int64_t", ""),
        Type::U64 | Type::F64 | Type::Json | Type::Model(_) => {
            context.report(&field.span, format!("a parameter cannot be a `{}` in C++", field.kind));
            ("void", "")
        }
    };
    // A required string that is not set is empty, and rejected as such.
    let kind = if field.required && kind == "std::string" { kind.to_owned() } else { format!("std::optional<{kind}>") };
    (kind, docs)
}

/// Writes the statements that set the members of the C struct.
fn lower(field: &Field, member: &str) -> String {
    match field.kind {
        Type::List(_) => format!(
            "lowered.{member} = arrays.texts({member:?}, params.{member});\nlowered.{member}_count = params.{member}.size();\n"
        ),
        Type::U32 => format!("lowered.{member} = size({member:?}, params.{member});\n"),
        _ => format!("lowered.{member} = text({member:?}, params.{member});\n"),
    }
}
