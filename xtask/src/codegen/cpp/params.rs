//! Parameters in C++: an aggregate, and the struct of C that it is lowered to for the time of a call.

use std::fmt::Write;

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::names::params_type;
use crate::codegen::context::Context;
use crate::codegen::definition::{Field, Params, Type};

pub(super) fn write(context: &Context<'_>, params: &Params) -> String {
    let name = context.take_in("zexa", &params_type(&params.name), &params.place);
    let (mut members, mut lowered) = (String::new(), String::new());
    for field in &params.fields {
        let member = context.take_in(&name, &field.member_name(), &field.place);
        let (kind, docs) = member_type(context, field);
        writeln!(members, "{}{docs}{kind} {member}{{}};", context.docs(&field.docs)).expect("a string takes it");
        lowered += &lower(field, &member);
    }
    let arrays = if lowered.contains("arrays.") { "arrays" } else { "" };
    let c = format!("zexa_{}_params", params.name.to_snake_case());
    format!(
        "
        {docs}struct {name} {{
            {members}        }};

        namespace detail {{

        inline {c} lower(const {name} &params, arrays &{arrays}) {{
            {c} lowered = {init}_INIT;
            {lowered}            return lowered;
        }}

        }} // namespace detail

        ",
        docs = context.docs(&params.docs),
        init = c.to_shouty_snake_case(),
    )
}

/// The type of a member, and what is said beside the field's own documentation.
fn member_type(context: &Context<'_>, field: &Field) -> (String, &'static str) {
    let (kind, docs) = match &field.kind {
        // An empty list is an absent one: no parameter of the API tells them apart.
        Type::List(_) => return ("std::vector<std::string>".to_owned(), ""),
        Type::String | Type::Enum(_) => ("std::string", ""),
        Type::Template => ("std::string", "/// A `message_template`, or any JSON object.\n"),
        Type::Timestamp => ("timestamp", ""),
        Type::U32 => ("std::uint32_t", ""),
        Type::U64 | Type::F64 | Type::Json | Type::Model(_) => {
            context.complain(&field.place, format!("a parameter cannot be a `{}` in C++", field.kind));
            ("void", "")
        }
    };
    // What is required and not given is empty, and refused as such.
    let kind = if field.required && kind == "std::string" { kind.to_owned() } else { format!("std::optional<{kind}>") };
    (kind, docs)
}

/// Sets the member of the C struct.
fn lower(field: &Field, member: &str) -> String {
    match field.kind {
        Type::List(_) => format!(
            "lowered.{member} = arrays.texts({member:?}, params.{member});\nlowered.{member}_count = params.{member}.size();\n"
        ),
        Type::U32 => format!("if (params.{member}) lowered.{member} = *params.{member};\n"),
        _ => format!("lowered.{member} = text({member:?}, params.{member});\n"),
    }
}
